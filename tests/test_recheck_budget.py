"""Looking again at many posts of one server stays within what the server allows."""

from datetime import timedelta
from pathlib import Path

import pytest
from recheck_trial import try_recheck

from fedilens.sample import RateLimit, Software

SMALL = RateLimit(requests=12, period=timedelta(minutes=5))


@pytest.mark.parametrize("software", list(Software))
def test_the_servers_limit_is_kept_while_all_posts_are_looked_at(software: Software, tmp_path: Path) -> None:
    """In bulk or one by one; where headers tell of a limit that is kept, and where they do not the usual one."""
    told = software is not Software.SNAC
    trial = try_recheck(software, 300, SMALL if told else RateLimit(), tmp_path)
    assert trial.held == trial.report.checked == 300
    assert (trial.report.gone, trial.report.error) == (0, None)
    assert trial.most <= (SMALL.requests if told else 250)
    assert len(trial.moments) < 40 if software is Software.MASTODON else len(trial.moments) >= 300
