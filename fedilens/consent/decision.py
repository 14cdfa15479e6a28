"""May this account's posts be counted? Decided from what the account itself says, before anything is stored."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from html import unescape

from fedilens.types import Account, Consent

PROFILE_WORDS = frozenset({"nobot", "nobots", "noindex", "noarchive", "noai", "nollm", "nosearch"})
ACCOUNT, BOT, OPERATOR, PROGRAM = "account", "bot", "operator", "program"
_TAGS = re.compile(r"<[a-zA-Z/!][^>]*>")  # Not <3: a display name is plain text.
_HASHTAG = re.compile(r"[#\uff03]\s*(\w+)")


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be done, and the reason in one word (it is what digests count by).

    `source` tells whose word it was: the account's own (flags and profile), what it told the bot, the operator's
    lists and policy, or the program's own rule.
    """

    consent: Consent
    reason: str
    source: str = ACCOUNT


@dataclass(frozen=True, slots=True)
class ConsentRules:
    """The operator's part: lists of addresses (lower case, user@host) and hosts, and the policy.

    `forbidden_instances` are servers whose rules, as the operator reads them, do not allow this.
    """

    opted_out: frozenset[str] = frozenset()
    opted_in: frozenset[str] = frozenset()
    blocked_instances: frozenset[str] = frozenset()
    forbidden_instances: frozenset[str] = frozenset()
    silence_counts: bool = False
    own_account: str = ""
    choice_of: Callable[[str], str | None] = lambda _acct: None
    """What an account told the bot: opted-out, opted-in or nothing."""


def decide(account: Account, rules: ConsentRules) -> Decision:
    """The first row of the table "Who is counted" that applies to `account`."""
    acct = account.acct.lower()
    if rules.own_account and acct == rules.own_account:
        return _excluded("own-post", PROGRAM)
    choice = rules.choice_of(acct)
    if acct in rules.opted_out or choice == "opted-out":
        return _excluded("opted-out", BOT if choice == "opted-out" else OPERATOR)
    if _blocked(account.instance.lower(), rules.blocked_instances):
        return _excluded("blocked-instance", OPERATOR)
    if _blocked(account.instance.lower(), rules.forbidden_instances):
        return _excluded("server-rules", OPERATOR)
    if profile_word(account) is not None:
        return _excluded("profile-word")
    # Said to the operator or the bot: more than a flag that stands at its default.
    if acct in rules.opted_in or choice == "opted-in":
        return Decision(Consent.QUOTABLE, "opted-in", BOT if choice == "opted-in" else OPERATOR)
    if account.locked:
        return _excluded("locked")
    if account.noindex is True:
        return _excluded("noindex")
    if account.indexable is False:
        return _excluded("not-indexable")
    return _by_flags(account, rules)


def _by_flags(account: Account, rules: ConsentRules) -> Decision:
    if account.indexable is True:
        return Decision(Consent.AGGREGATE, "indexable")
    if account.discoverable is True:
        return Decision(Consent.AGGREGATE, "discoverable")
    if rules.silence_counts and account.discoverable is None:
        return Decision(Consent.AGGREGATE, "silence", OPERATOR)
    return _excluded("not-said")


def profile_word(account: Account) -> str | None:
    """The opt-out word in the profile's name, note or fields, if any, whatever its case and markup."""
    for html in (account.display_name, account.note, *account.fields):
        # Read with and without a gap at each tag: Mastodon writes #<span>nobot</span>, and <p>#nobot</p><p>Hi</p>.
        for gap in ("", " "):
            for word in _HASHTAG.findall(unescape(_TAGS.sub(gap, html))):
                if word.lower() in PROFILE_WORDS:
                    return str(word).lower()
    return None


def _excluded(reason: str, source: str = ACCOUNT) -> Decision:
    return Decision(Consent.EXCLUDED, reason, source)


def _blocked(host: str, blocked: Collection[str]) -> bool:
    """A blocked host blocks its subdomains too."""
    parts = host.split(".")
    return any(".".join(parts[start:]) in blocked for start in range(len(parts)))
