"""The operator's part of the consent gate: lists, blocklists, the policy, and servers whose rules forbid this."""

from typing import TYPE_CHECKING

from fedilens.consent import Blocklist, ConsentRules, joined, read_blocklist
from fedilens.pipeline import reconsider
from fedilens.store.job_runs import JobRuns
from fedilens.store.ledger import Ledger
from fedilens.store.statuses import StatusStore

if TYPE_CHECKING:
    from fedilens.app.core import App


def blocklist(app: "App") -> Blocklist:
    """The configured CSV files as one list; they are read each time, so that a new export counts at once."""
    return joined([read_blocklist(path) for path in app.config.consent.blocklists])


def consent_rules(app: "App") -> ConsentRules:
    """What the gate is asked with."""
    consent, listed = app.config.consent, blocklist(app)
    choices = app.conversations.choices()
    return ConsentRules(
        opted_out=frozenset(consent.opted_out) | listed.accts,
        opted_in=frozenset(consent.opted_in),
        blocked_instances=frozenset(consent.blocked_instances) | listed.hosts,
        forbidden_instances=JobRuns(app.database).forbidden(),
        silence_counts=consent.policy == "no-opt-out",
        own_account=app.config.bot.account or (app.bot_token.acct if app.bot_token else ""),
        choice_of=lambda acct: choices.get(app.pseudonyms.account(acct)),
    )


def ask_again(app: "App") -> int:
    """Asks the gate again for everybody who stands; returns how many are left out from now on."""
    return reconsider(
        ledger=Ledger(app.database),
        store=StatusStore(app.database, app.pseudonyms),
        rules=consent_rules(app),
        clock=app.clock,
    )
