"""Blocklists as Mastodon writes them, and what is wrong with others."""

from pathlib import Path

import pytest

from fedilens.consent import Blocklist, joined, read_blocklist
from fedilens.errors import ConfigError

DOMAIN_BLOCKS = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.example,suspend,false,false,"spam, lots of it",false
LOUD.Example,silence,true,true,,false
known.example,noop,false,false,,false
b**d.example,suspend,false,false,,true
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "accts", "hosts", "hidden"),
    [
        (DOMAIN_BLOCKS, set(), {"bad.example", "loud.example"}, 1),
        ("bad.example\nworse.example\n", set(), {"bad.example", "worse.example"}, 0),
        ("ann@a.example\n@Bob@B.Example\n\n", {"ann@a.example", "bob@b.example"}, set(), 0),
        ("Account address,Hide notifications\nann@a.example,true\n", {"ann@a.example"}, set(), 0),
        ("\ufeff#domain\r\nxn--bcher-kva.example.\r\n", set(), {"xn--bcher-kva.example"}, 0),
        ("", set(), set(), 0),
    ],
)
def test_what_mastodon_exports_is_read(
    tmp_path: Path, text: str, accts: set[str], hosts: set[str], hidden: int
) -> None:
    """Domain blocks with severities, blocked servers, blocked and muted accounts; names that are blotted out count."""
    assert read_blocklist(written(tmp_path, text)) == Blocklist(frozenset(accts), frozenset(hosts), hidden)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("bad.example\nnot a server\n", "line 2: 'not a server' is neither a server nor an address"),
        ("bob\n", "line 1: 'bob' is neither"),
        ('bad.example,"never closed\n', "is not a CSV file as Mastodon exports it"),
    ],
)
def test_what_is_no_list_is_told_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    """In one line."""
    with pytest.raises(ConfigError) as caught:
        read_blocklist(written(tmp_path, text))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_list_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    """A wrong path must not read as an empty list."""
    with pytest.raises(ConfigError, match="cannot read the blocklist"):
        read_blocklist(tmp_path / "none.csv")
    path = tmp_path / "binary.csv"
    path.write_bytes(b"\xff\xfe\x00b")
    with pytest.raises(ConfigError, match="is not a CSV file"):
        read_blocklist(path)


def test_several_lists_are_one() -> None:
    """Nothing of any is lost."""
    both = joined(
        [Blocklist(frozenset({"a@b.example"}), frozenset(), 1), Blocklist(frozenset(), frozenset({"c.example"}))]
    )
    assert both == Blocklist(frozenset({"a@b.example"}), frozenset({"c.example"}), 1)
    assert joined([]) == Blocklist(frozenset(), frozenset())
