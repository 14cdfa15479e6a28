"""The last look before publishing: a thousand planted leaks of ten kinds, and clean digests in every form."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from digest_rows import WINDOW, digest_of, now_rows, overview, share, topic

from fedilens.annotate import is_english
from fedilens.consent import PublicCheck
from fedilens.consent.public_check import words
from fedilens.digest import render_feed, render_json, render_mail, render_page, render_text, render_thread
from fedilens.errors import PublishError
from fedilens.pipeline import refuse_leaks
from fedilens.store.care import Protected
from fedilens.types import Digest, PostLimits, Window

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


def thread_of(digest: Digest) -> list[str]:
    return render_thread(
        digest, limits=PostLimits(), page_url="https://digests.example/ai", hashtags=("ai",), replies=3
    )


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
        *thread_of(digest),
        mail.decode(),
    ]


@pytest.mark.parametrize("number", range(len(renderings())))
def test_a_clean_digest_passes_in_every_form(number: int) -> None:
    """Styles, addresses of our own and our own links are nobody's."""
    assert CHECK.findings([renderings()[number]]) == []


def varied(number: int) -> Digest:
    """A clean digest that is like no other: its week, counts, figures, topics, reasons and articles."""
    chance = random.Random(number)  # no secret
    people = chance.randrange(31, 900)
    start = WINDOW.start + timedelta(days=7 * number)
    labels = [", ".join(chance.sample(WORDS, 3)) for _ in range(chance.randrange(1, 8))]
    rows = now_rows() | {
        "overview": overview(people=people, posts=people * 2, people_seen=people + 90),
        "shares": [
            share(target, kind, low + 0.1, low, low + 0.3)
            for target in ("energy", "labour", "hype")
            for kind in ("favor", "against")
            for low in [round(chance.random() / 2, 2)]
        ],
        "topics": [
            topic(place, label, people=chance.randrange(5, 30), instances=chance.randrange(2, 9))
            for place, label in enumerate(labels)
        ],
        "reasons": [
            {"target": "energy", "side": "favor", "reason": "It drinks rivers dry.", "people": number, "instances": 4}
        ],
        "instances": [{"instance": "many.example", "people": people // 2, "posts": people, "share_of_people": 0.5}],
        "repeats": [{"kind": "repeated", "posts": number, "people": number}],
        "daily": [
            {"day": f"{start + timedelta(days=day):%Y-%m-%d}", "posts": chance.randrange(300), "people": 30}
            for day in range(7)
        ],
    }
    window = Window(start, start + timedelta(days=7))
    return replace(
        digest_of(**rows), window=window, created_at=window.end, news=(f"New topic: {labels[0]}, 8 people.",)
    )


def test_of_three_hundred_clean_digests_none_is_refused() -> None:
    """Among people called May, Rose and Ann, in each month of five years, as text, JSON, feed and thread."""
    said = [*TEXTS, *(f"we speak of {' '.join(RANDOM.sample(WORDS, 9))}" for _ in range(300))]
    names = [*NAMES, *FIRST, *LAST, "May", "January", "Rose", "Topics", "Ann", "People", "Fediverse", "2025"]
    handles = [f"{name.lower()}@host.example" for name in (*FIRST, *LAST, "news", "topics", "energy")]
    check = replace(CHECK, accts=[*ACCTS, *handles], names=names, texts=said, is_word=is_english)
    refused = [
        number
        for number in range(300)
        for digest in [varied(number)]
        if check.findings([render_text(digest), render_json(digest), render_feed(digest), *thread_of(digest)])
    ]
    assert refused == []
    assert check.findings([render_page(varied(number)) for number in range(3)]) == []
    assert check.findings([render_text(varied(0)) + "Ann"]) == ["a name"], "else the names would not be looked for"


def test_our_own_sentences_hold_no_word_that_could_be_a_name() -> None:
    """Whatever somebody is called: each of the words is one that the dictionary has."""
    texts = [render_text(digest_of()), render_page(digest_of()), render_feed(digest_of()), *thread_of(digest_of())]
    names = [word for text in texts for word in words(unescape(re.sub("<[^<>]*>", " ", text)))]
    assert len(set(names)) > 150
    assert PublicCheck((), names, (), (), is_word=is_english).findings(texts) == []


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


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Ann", "<p>Ann says so</p>", True),
        ("Ann", "ann, grid, water: 7 people", True),
        ("Ann :verified: (she/her)", "ANN!", True),
        ("Łucja", "łucja i woda", True),
        ("Ann", "annual planning of the Annex", False),
        ("Ann", '<span class="ann">planning</span>', True),
        ("Rose", "Prices rose. Rose of Sharon", False),
        ("January", "25 to 31 January 2025", False),
        ("Al", "et al.", False),
        ("2025", "31 January 2025", False),
        ("Fedilens", "fedilens follows the debate", False),
    ],
)
def test_a_name_of_one_word_is_looked_for_unless_it_is_a_word_of_the_dictionary(
    name: str, text: str, found: bool
) -> None:
    """As a whole word, whatever the case; of somebody called Rose a rose says nothing."""
    check = PublicCheck((), [name], (), (), is_word=is_english)
    assert check.findings([text]) == (["a name"] if found else [])


def test_a_handle_of_letters_alone_is_looked_for_like_a_name() -> None:
    """Unless many texts hold it, or it is ours."""
    check = PublicCheck(["okonkwo@x.example", "water@x.example"], (), (), (), is_word=is_english)
    assert check.findings(["okonkwo, grid: 7 people"]) == ["a name"]
    assert check.findings(["water, grid: 7 people"]) == []
    spoken_of = [f"okonkwo wrote {number} paradoxes" for number in range(5)]
    assert PublicCheck(["okonkwo@x.example"], (), (), spoken_of, is_word=is_english).findings(["okonkwo"]) == []
    ours = PublicCheck(["okonkwo@x.example"], (), (), (), allowed=["okonkwo@bots.example"], is_word=is_english)
    assert ours.findings(["ask okonkwo"]) == []


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
