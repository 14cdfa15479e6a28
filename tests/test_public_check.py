"""The last look before publishing: a thousand planted leaks of ten kinds, and clean digests in every form."""

import json
import random
from collections.abc import Callable

import pytest
from digest_rows import digest_of

from fedilens.consent import PublicCheck
from fedilens.digest import render_feed, render_json, render_mail, render_page, render_text, render_thread
from fedilens.errors import PublishError
from fedilens.pipeline import refuse_leaks
from fedilens.store.care import Protected
from fedilens.types import PostLimits

PEOPLE = 100
FIRST = "Ayo Brigit Chen Dagny Emeka Farid Greta Hana Ivo Jun".split()  # noqa: SIM905
LAST = "Okonkwo Malloy Wei Sørby Nwosu Haddad Lindqvist Novak Petrov Tanaka".split()  # noqa: SIM905
WORDS = """
    harbour kettle nineteen speckled hens behind grandmother ferry lamp tractor violin orchard mailbox lantern anvil
    pepper rowing chalk mitten saddle gravel thimble beacon walnut curtain
""".split()  # noqa: SIM905
RANDOM = random.Random(7)  # no secret
ACCTS = [f"{FIRST[n % 10].lower()}_{LAST[n // 10].lower()}{n}@host{n % 7}.example" for n in range(PEOPLE)]
NAMES = [f"{FIRST[n % 10]} {LAST[n // 10]}" for n in range(PEOPLE)]
LINKS = [f"https://host{n % 7}.example/posts/{n}abc" for n in range(PEOPLE)]
TEXTS = [" ".join(RANDOM.sample(WORDS, 20)) for _ in range(PEOPLE)]
CHECK = PublicCheck(ACCTS, NAMES, LINKS, TEXTS, allowed=["fedilens@tooters.example", "https://digests.example/ai"])


def run_of(number: int) -> list[str]:
    """Eight words in a row of somebody's post."""
    start = number % 12
    return TEXTS[number].split()[start : start + 8]


def escaped(text: str) -> str:
    """As JSON may write it."""
    return "".join(f"\\u{ord(character):04x}" for character in text)


LEAKS: dict[str, Callable[[int], str]] = {
    "a handle in a topic's name": lambda n: f"Topics\n  {ACCTS[n].split('@')[0]}, grid, water: 7 people",
    "a quotation in other case and punctuation": lambda n: f"They say: {' - '.join(run_of(n)).upper()}!!",
    "a link in a picture's description": lambda n: f"Bar chart of 12 shares, see {LINKS[n].upper()}.",
    "a text in a chart's data": lambda n: f'<svg><text aria-label="{" ".join(run_of(n))}">12</text></svg>',
    "a name in JSON": lambda n: '{"topics": [{"label": "' + escaped(NAMES[n]) + '"}]}',
    "a name in Atom": lambda n: f"<feed><title>{NAMES[n].replace(' ', '&#32;')}</title></feed>",
    "an address in a mail's header": lambda n: f"Subject: The debate\nReply-To: <{ACCTS[n].title()}>\n\nhello",
    "a handle in a post": lambda n: f"Most spoken of: grid. @{ACCTS[n].split('@')[0]}",
    "a quotation behind markup": lambda n: "<p>" + "</b>&nbsp;<b>".join(run_of(n)) + "</p>",
    "an address with invisible characters": lambda n: f"by {ACCTS[n][:4]}\u200b{ACCTS[n][4:]}",
}  # fmt: skip


@pytest.mark.parametrize("kind", LEAKS)
def test_a_hundred_leaks_of_each_kind_are_caught(kind: str) -> None:
    """Alone, and in the middle of a clean digest."""
    digest = render_text(digest_of())
    missed = [n for n in range(PEOPLE) if not CHECK.findings([LEAKS[kind](n)])]
    assert missed == []
    assert CHECK.findings([f"{digest}\n{LEAKS[kind](3)}"]) or kind == "a name in JSON"


def renderings() -> list[str]:
    """A digest in every form that the public may get."""
    digest = digest_of()
    mail = render_mail(
        digest, sender="fedilens@example.org", recipient="me@example.org", message_id="1@example.org", chart=None,
        page_url="https://digests.example/ai",
    )  # fmt: skip
    return [
        render_text(digest),
        render_json(digest),
        render_page(digest),
        render_feed(digest, page_url="https://digests.example/ai"),
        *render_thread(digest, limits=PostLimits(), page_url="https://digests.example/ai", hashtags=("ai",), replies=3),
        mail.decode(),
    ]


@pytest.mark.parametrize("number", range(len(renderings())))
def test_a_clean_digest_passes_in_every_form(number: int) -> None:
    """Styles, addresses of our own and our own links are nobody's."""
    assert CHECK.findings([renderings()[number]]) == []


@pytest.mark.parametrize(
    "text",
    [
        "@someone said so, at 5 pm @ home",
        "@fedilens opt out",
        "Ask fedilens@tooters.example",
        "https://digests.example/ai/archive/1.html",
        "Ayo and Okonkwo are two words apart",
        " ".join(["kettle", "ferry"] * 10),
        "<style>@media print { p { color: red } }</style>",
    ],
)
def test_what_is_ours_or_nobodys_passes(text: str) -> None:
    """A check that cries wolf is switched off."""
    assert CHECK.findings([text]) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("see https://any.example/@ann/113", "a link to a person or post"),
        ("see https://any.example/users/ann", "a link to a person or post"),
        ("thanks @ann", "an address"),
    ],
)
def test_people_whom_nobody_knows_are_not_named_either(text: str, kind: str) -> None:
    """A public text has no use for them."""
    assert CHECK.findings([text]) == [kind]


def test_a_name_that_many_use_as_words_is_a_phrase() -> None:
    """Somebody called Data Centre does not stop the debate about them."""
    texts = [f"the data centre number {number} hums" for number in range(5)]
    assert PublicCheck((), ["Data Centre"], (), texts[:4]).findings(["data centre"]) == ["a name"]
    assert PublicCheck((), ["Data Centre"], (), texts).findings(["data centre"]) == []


def test_what_we_say_ourselves_may_be_repeated_by_anybody() -> None:
    """The debate's statements are not quotations."""
    statement = "Training AI on people's work without their consent is theft."
    assert PublicCheck((), (), (), [f"I think: {statement}"], own_texts=[statement]).findings([statement]) == []
    assert PublicCheck((), (), (), [f"I think: {statement}"]).findings([statement]) == ["a quotation"]


def test_the_refusal_says_the_kind_and_never_what_was_found() -> None:
    """It is logged and shown."""
    protected = Protected(frozenset(ACCTS), frozenset(NAMES), frozenset(LINKS), tuple(TEXTS))
    with pytest.raises(PublishError) as caught:
        refuse_leaks(protected, [json.dumps({"label": NAMES[0]}), f"@{ACCTS[1]}"], allowed=(), own_texts=())
    assert "an address" in str(caught.value)
    assert "a name" in str(caught.value)
    assert not any(name in str(caught.value) for name in (NAMES[0], ACCTS[1]))
    refuse_leaks(protected, ["clean"], allowed=(), own_texts=())
