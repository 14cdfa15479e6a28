"""Topics and estimates of a window are replaced; digests are kept."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from stored import KEYS, NOW, count, database_at, rows
from stored import save_topics as put_topics

from fedilens.store import Database
from fedilens.store.reports import Estimate, ReportStore
from fedilens.types import Audience, Cluster, Digest, Figure, Window

WEEK = Window(NOW - timedelta(days=7), NOW)
BEFORE = Window(NOW - timedelta(days=14), WEEK.start)
HASHES = [KEYS.text(str(number)) for number in range(5)]
POWER = Cluster("power and water", ("power", "water"), (3, 1, 0), (0.75, 0.5, 0.25), (3, 0))
JOBS = Cluster("jobs", ("jobs",), (2, 4), (1.0, 0.5), (2,))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return database_at(tmp_path)


def save_topics(database: Database, *clusters: Cluster, window: Window = WEEK) -> None:
    """Saves clusters of the five documents."""
    put_topics(database, *clusters, hashes=HASHES, window=window, now=NOW + timedelta(hours=1))


def test_clusters_are_saved_with_their_members(database: Database) -> None:
    """Row numbers become hashes, each with its closeness; exemplars are marked."""
    save_topics(database, POWER, JOBS)
    columns = "window_start, window_end, model, label, keywords, computed_at"
    assert rows(database, f"SELECT {columns} FROM clusters ORDER BY label DESC") == [
        (WEEK.start, WEEK.end, "toy", "power and water", ["power", "water"], NOW + timedelta(hours=1)),
        (WEEK.start, WEEK.end, "toy", "jobs", ["jobs"], NOW + timedelta(hours=1)),
    ]
    assert rows(
        database,
        "SELECT content_hash, closeness, exemplar FROM cluster_members "
        "JOIN clusters USING (cluster_id, window_start, window_end) ORDER BY label DESC, closeness DESC",
    ) == [
        (HASHES[3], 0.75, True),
        (HASHES[1], 0.5, False),
        (HASHES[0], 0.25, True),
        (HASHES[2], 1.0, True),
        (HASHES[4], 0.5, False),
    ]


def test_clusters_of_a_window_are_replaced_and_those_of_others_stay(database: Database) -> None:
    """Members of the old ones go too."""
    save_topics(database, POWER, window=BEFORE)
    save_topics(database, POWER, JOBS)
    save_topics(database, JOBS)
    assert rows(database, "SELECT window_end, label FROM clusters ORDER BY ALL") == [
        (BEFORE.end, "power and water"),
        (WEEK.end, "jobs"),
    ]
    assert count(database, "cluster_members") == 3 + 2
    save_topics(database)
    assert (count(database, "clusters"), count(database, "cluster_members")) == (1, 3)


def test_a_cluster_keeps_its_id_while_window_and_members_stay(database: Database) -> None:
    """The order of members says nothing; another window or member is another topic."""
    ids = []
    shuffled = Cluster("named anew", (), (0, 3, 1), (0.9, 0.8, 0.7), ())
    smaller = Cluster("power and water", ("power", "water"), (3, 1), (0.75, 0.5), (3,))
    for cluster, window in ((POWER, WEEK), (shuffled, WEEK), (smaller, WEEK), (POWER, BEFORE)):
        save_topics(database, cluster, window=window)
        ids += rows(database, f"SELECT cluster_id FROM clusters WHERE window_end = '{window.end}'")
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def save_estimates(database: Database, *estimates: Estimate, debate: str = "ai", window: Window = WEEK) -> None:
    """Saves estimates, all by one method."""
    ReportStore(database).save_estimates(estimates, debate=debate, window=window, method="plain", now=NOW)


def test_estimates_of_a_debate_and_window_are_replaced(database: Database) -> None:
    """Those of other windows and debates stay."""
    save_estimates(database, Estimate("favor", "power", 0.4, 0.3, 0.5, 50), Estimate("against", "power", 0, 0, 0, 50))
    save_estimates(database, Estimate("favor", "power", 0.2, 0.1, 0.3, 40), window=BEFORE)
    save_estimates(database, Estimate("favor", "tea", 0.9, 0.8, 1.0, 30), debate="tea")
    save_estimates(database, Estimate("favor", "power", 0.6, 0.55, 0.65, 60))
    assert rows(database, "FROM estimates ORDER BY value") == [
        ("favor", "ai", "power", BEFORE.start, BEFORE.end, 0.2, 0.1, 0.3, 40, "plain", NOW),
        ("favor", "ai", "power", WEEK.start, WEEK.end, 0.6, 0.55, 0.65, 60, "plain", NOW),
        ("favor", "tea", "tea", WEEK.start, WEEK.end, 0.9, 0.8, 1.0, 30, "plain", NOW),
    ]
    save_estimates(database)
    assert count(database, "estimates") == 2


def test_a_digest_is_kept_with_its_figures(database: Database) -> None:
    """Each figure with its interval, its people and the query that gives it."""
    figure = Figure("people", 40, "overview")
    digest = Digest(
        digest_id=UUID(int=7),
        debate="ai",
        title="AI",
        audience=Audience.OPERATOR,
        window=WEEK,
        created_at=NOW,
        lead="Forty people spoke.",
        enough=True,
        posts=figure,
        people=figure,
        instances=figure,
        people_seen=figure,
        bots=figure,
        before={},
        excluded={},
        unread_languages={},
        figures=(figure, Figure("share", 0.5, "shares", 0.4, 0.6, 40)),
    )
    ReportStore(database).save_digest(digest)
    assert rows(database, "FROM digests") == [
        (UUID(int=7), "ai", "operator", WEEK.start, WEEK.end, "Forty people spoke.", NOW)
    ]
    assert rows(database, "FROM digest_figures ORDER BY name") == [
        (UUID(int=7), "people", 40.0, None, None, None, "overview"),
        (UUID(int=7), "share", 0.5, 0.4, 0.6, 40, "shares"),
    ]
