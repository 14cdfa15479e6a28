"""What is collected is stored once, moves with its cursor, and goes when its account says so."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from stored import KEYS, NOW, TIMELINE, clean, count, database_at, embedded, excluded, post, rows, save

from fedilens.consent import Pseudonyms
from fedilens.errors import StoreError
from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore, ReasonMatch
from fedilens.store.statuses import NOT_PUBLIC, StatusStore
from fedilens.types import Admitted, Consent, Cursor, Label, PollRun, Sighting, Stance, Status, TagTimeline

CURSOR = Cursor(TIMELINE, "42", NOW, "7", 40, backfill_done=True, swept_at=NOW - timedelta(hours=3))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return database_at(tmp_path)


def test_a_status_is_stored_with_all_that_was_read_of_it(database: Database) -> None:
    """Every column carries its own field."""
    warned = post(
        1,
        acct="Ann@Host.Example",
        in_reply_to_id="9",
        spoiler_text="careful",
        card_url="https://news.example/a",
        visibility="unlisted",
        edited_at=NOW,
    )
    assert save(database, warned) == 1
    assert rows(
        database, "SELECT status_id, account_id, created_at, edited_at, collected_at, language FROM statuses"
    ) == [(KEYS.status(warned.uri), KEYS.account("ann@host.example"), warned.created_at, NOW, NOW, "en")]
    assert rows(database, "SELECT visibility, is_reply, has_warning, content_hash FROM statuses") == [
        ("unlisted", True, True, None)
    ]
    assert rows(database, "SELECT content, spoiler_text, card_url, collected_at FROM status_texts") == [
        (warned.content, "careful", "https://news.example/a", NOW)
    ]
    assert rows(database, "SELECT uri, url FROM status_links") == [(warned.uri, warned.url)]
    assert rows(database, "SELECT tag, position FROM status_tags ORDER BY position") == [("ai", 0), ("power", 1)]
    assert rows(database, "SELECT instance, bot, first_seen_at FROM accounts") == [("host.example", False, NOW)]
    assert rows(database, "SELECT acct, display_name FROM account_names") == [
        ("Ann@Host.Example", "Name of Ann@Host.Example")
    ]
    assert rows(database, "SELECT consent, reason, decided_at FROM consent_decisions") == [
        ("aggregate", "indexable", NOW)
    ]
    assert rows(database, "SELECT instance, tag, remote_id, seen_at FROM sightings") == [
        ("tooters.example", "ai", "1", NOW)
    ]


def test_a_plain_post_is_no_reply_and_has_no_warning(database: Database) -> None:
    """The two flags are false where nothing speaks for them."""
    save(database, post(1))
    assert rows(database, "SELECT is_reply, has_warning FROM statuses") == [(False, False)]


def test_the_cursor_comes_back_as_it_was_saved(database: Database) -> None:
    """Each timeline has a cursor of its own, and an unread one is blank."""
    save(database, post(1), cursor=CURSOR)
    other = TagTimeline("tooters.example", "llm")
    assert StatusStore(database, KEYS).cursor(TIMELINE) == CURSOR
    assert StatusStore(database, KEYS).cursor(other) == Cursor(other)
    elsewhere = TagTimeline("else.example", "ai")
    assert StatusStore(database, KEYS).cursor(elsewhere) == Cursor(elsewhere)


def test_a_later_cursor_replaces_the_earlier_one(database: Database) -> None:
    """A timeline has one cursor; a page without one leaves it alone."""
    save(database, post(1), cursor=CURSOR)
    save(database, cursor=replace(CURSOR, newest_id="43"))
    save(database, post(2))
    assert StatusStore(database, KEYS).cursor(TIMELINE) == replace(CURSOR, newest_id="43")
    assert count(database, "cursors") == 1


def test_a_page_that_fails_leaves_neither_posts_nor_cursor(database: Database) -> None:
    """Page and cursor are one commit: what breaks while the cursor is written takes the posts with it."""
    impossible = replace(CURSOR, backfill_posts=2**40)
    with pytest.raises(Exception, match="int"):
        save(database, post(1), left_out=[excluded(post(2))], cursor=impossible)
    for table in ("statuses", "accounts", "sightings", "cursors", "exclusion_sketches", "store_facts"):
        assert count(database, table) == 0, table


def test_a_status_seen_through_two_servers_is_one_status(database: Database) -> None:
    """It counts as new once, and both sightings are kept."""
    elsewhere = TagTimeline("else.example", "ai")
    assert save(database, post(1)) == 1
    assert save(database, replace(post(1), remote_id="x77"), timeline=elsewhere) == 0
    assert save(database, post(1), timeline=TagTimeline("tooters.example", "power")) == 0
    assert (count(database, "statuses"), count(database, "status_texts"), count(database, "status_tags")) == (1, 1, 2)
    assert rows(database, "SELECT instance, tag, remote_id FROM sightings ORDER BY ALL") == [
        ("else.example", "ai", "x77"),
        ("tooters.example", "ai", "1"),
        ("tooters.example", "power", "1"),
    ]


def test_a_page_can_be_saved_again_without_doubling_rows(database: Database) -> None:
    """A page that is read twice, and a post twice in one page, change nothing."""
    page = [post(1), post(2), post(2), post(3, acct="user1@host1.example")]
    assert save(database, *page, cursor=CURSOR) == 3
    tables = ["statuses", "status_links", "status_texts", "status_tags", "sightings", "accounts", "account_names"]
    before = [count(database, table) for table in [*tables, "consent_decisions", "cursors"]]
    assert save(database, *page, cursor=CURSOR, now=NOW + timedelta(days=1)) == 0
    assert [count(database, table) for table in [*tables, "consent_decisions", "cursors"]] == before
    assert before == [3, 3, 3, 6, 3, 2, 2, 2, 1]


def test_sightings_of_posts_that_were_not_admitted_are_not_kept(database: Database) -> None:
    """A sighting would tell that an excluded post was there."""
    store = StatusStore(database, KEYS)
    seen = [Sighting(one.uri, "tooters.example", "ai", one.remote_id, NOW) for one in (post(1), post(2))]
    admitted = [Admitted(post(1), Consent.AGGREGATE, "indexable")]
    store.save_page(admitted, excluded=[excluded(post(2))], sightings=seen, cursor=None, now=NOW)
    assert rows(database, "SELECT remote_id FROM sightings") == [("1",)]


def test_an_edited_post_replaces_its_text_and_is_read_again(database: Database) -> None:
    """The later version has no document until its text is cleaned; it is not counted as new."""
    save(database, post(1), post(2))
    clean(database, {1: "old words", 2: "others"})
    edited = post(1, content="<p>better</p>", edited_at=NOW, tags=("llm",), url="https://x.example/new", language="de")
    assert save(database, edited, post(2), post(3), now=NOW + timedelta(hours=1)) == 1
    assert rows(
        database,
        "SELECT content, edited_at, content_hash, url, language, list(tag) FROM statuses JOIN status_texts "
        "USING (status_id) JOIN status_links USING (status_id) JOIN status_tags USING (status_id) "
        "WHERE uri LIKE '%/1' GROUP BY ALL",
    ) == [("<p>better</p>", NOW, None, "https://x.example/new", "de", ["llm"])]
    assert rows(database, "SELECT count(*) FROM statuses WHERE content_hash IS NOT NULL") == [(1,)]


@pytest.mark.parametrize("stale", [NOW, NOW - timedelta(seconds=1), None])
def test_a_version_that_is_not_later_changes_nothing(database: Database, stale: object) -> None:
    """Another server may still show the post as it was before."""
    save(database, post(1, content="<p>newest</p>", edited_at=NOW))
    clean(database, {1: "newest"})
    assert save(database, post(1, content="<p>stale</p>", edited_at=stale)) == 0
    assert rows(database, "SELECT content FROM status_texts") == [("<p>newest</p>",)]
    assert rows(database, "SELECT count(*) FROM statuses WHERE content_hash IS NULL") == [(0,)]


def test_an_edit_after_an_edit_is_taken_over(database: Database) -> None:
    """One second later is later."""
    save(database, post(1, edited_at=NOW))
    save(database, post(1, content="<p>2</p>", edited_at=NOW + timedelta(seconds=1)))
    assert rows(database, "SELECT content FROM status_texts") == [("<p>2</p>",)]
    assert count(database, "statuses") == 1


def by(status: Status, *, bot: bool) -> Status:
    """The post by an account that says whether it is a bot."""
    return replace(status, account=replace(status.account, bot=bot))


def test_a_changed_bot_flag_is_taken_over_in_both_directions(database: Database) -> None:
    """Other accounts keep theirs."""
    save(database, post(1), by(post(2), bot=True))
    save(database, by(post(1), bot=True))
    assert rows(database, "SELECT bot FROM accounts") == [(True,), (True,)]
    save(database, by(post(1), bot=False))
    assert rows(database, "SELECT bot FROM accounts JOIN account_names USING (account_id) ORDER BY acct") == [
        (False,),
        (True,),
    ]


def test_a_changed_decision_replaces_the_earlier_one_and_keeps_its_date_otherwise(database: Database) -> None:
    """`decided_at` is when the present decision was first made."""
    store = StatusStore(database, KEYS)
    decisions = [(Consent.AGGREGATE, "indexable"), (Consent.AGGREGATE, "indexable"), (Consent.QUOTABLE, "opted-in")]
    found = []
    for day, (consent, reason) in enumerate(decisions):
        now = NOW + timedelta(days=day)
        store.save_page([Admitted(post(1), consent, reason)], excluded=[], sightings=[], cursor=None, now=now)
        found += rows(database, "SELECT consent, reason, decided_at FROM consent_decisions")
    assert found == [
        ("aggregate", "indexable", NOW),
        ("aggregate", "indexable", NOW),
        ("quotable", "opted-in", NOW + timedelta(days=2)),
    ]


def analysed(database: Database) -> None:
    """Two posts of Ann and one of Bob; one text is both's, and everything that can be found in a text is."""
    save(database, post(1, acct="ann@a.example"), post(2, acct="ann@a.example"), post(3, acct="bob@b.example"))
    clean(database, {1: "hers alone", 2: "shared", 3: "shared"}, links=("https://news.example/a",))
    store = AnalysisStore(database)
    found = [embedded("hers alone"), embedded("shared", number=3)]
    store.save_embedded(found, model="toy")
    hashes = [one.document.content_hash for one in found]
    stance = Stance("power", Label.FAVOR, 0.8, 0.1, 0.1, 0)
    reasons = [ReasonMatch(hashed, "power", "favor", "costs", 0.7) for hashed in hashes]
    store.save_stances({hashed: [stance] for hashed in hashes}, debate="ai", detector="d", reasons=reasons)
    with database.write() as connection:
        connection.execute(
            "INSERT INTO cluster_members SELECT uuid(), content_hash, 1.0, true, now(), now() FROM documents"
        )


def test_an_account_that_is_excluded_now_loses_everything(database: Database) -> None:
    """Statuses, texts, names and the documents that nobody else stands for; others keep theirs."""
    analysed(database)
    save(database, left_out=[excluded(post(9, acct="ANN@a.example"), "profile-word")])
    assert rows(database, "SELECT acct FROM account_names") == [("bob@b.example",)]
    for table in ("accounts", "consent_decisions", "statuses", "status_links", "status_texts", "sightings"):
        assert count(database, table) == 1, table
    assert rows(database, "SELECT text FROM documents") == [("shared",)]
    for table in ("document_links", "stances", "reason_matches", "cluster_members", "entities"):
        assert count(database, table) == 1, table
    assert (count(database, "sentences"), count(database, "embeddings")) == (2, 3)
    assert rows(database, "SELECT DISTINCT status_id FROM status_tags") == [(KEYS.status(post(3).uri),)]


def test_one_post_that_is_not_public_takes_nothing_else_of_its_account(database: Database) -> None:
    """Its author may be counted; that one post may not."""
    save(database, post(1, acct="ann@a.example"), left_out=[excluded(post(2, acct="ann@a.example"), NOT_PUBLIC)])
    assert (count(database, "statuses"), count(database, "accounts")) == (1, 1)
    assert rows(database, "SELECT DISTINCT reason FROM exclusion_sketches") == [("not-public",)]


def test_a_run_is_recorded_as_it_went(database: Database) -> None:
    """Every number stands in its own column."""
    ended = NOW + timedelta(seconds=5)
    StatusStore(database, KEYS).record_run(PollRun(TIMELINE, NOW, ended, 1, 2, 3, 4, 5, "it is down"))
    assert rows(database, "FROM poll_runs") == [("tooters.example", "ai", NOW, ended, 1, 2, 3, 4, 5, "it is down")]


def test_another_key_is_refused_and_changes_nothing(database: Database) -> None:
    """Two keys in one database would count everybody twice."""
    save(database, post(1))
    other = StatusStore(database, Pseudonyms(b"x" * 32))
    with pytest.raises(StoreError, match="key file does not belong"):
        other.save_page([], excluded=[excluded(post(2))], sightings=[], cursor=CURSOR, now=NOW)
    assert (count(database, "exclusion_sketches"), count(database, "cursors")) == (0, 0)
    assert rows(database, "FROM store_facts") == [("key", KEYS.fingerprint())]
