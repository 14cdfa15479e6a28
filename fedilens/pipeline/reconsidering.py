"""The gate asked again for everybody who stands: lists, policy and what people told the bot may have changed."""

from collections.abc import Sequence
from dataclasses import replace

from fedilens.consent import ConsentRules, Decision, decide
from fedilens.protocols import Clock
from fedilens.store.ledger import Ledger, Standing
from fedilens.store.statuses import StatusStore
from fedilens.types import Consent


def reconsider(*, ledger: Ledger, store: StatusStore, rules: ConsentRules, clock: Clock) -> int:
    """Decides anew, by the flags that were last seen; returns how many people are left out from now on.

    The profile's text is not kept, so a word in it counts at the next sight.
    """
    decided = [(one, decide(one.account, rules)) for one in ledger.standing()]
    changed = [(one, new) for one, new in decided if new != Decision(one.consent, one.reason, one.source)]
    out = {one.account.acct: (new.reason, new.source) for one, new in changed if new.consent is Consent.EXCLUDED}
    if out:
        store.withdraw(out, now=clock.now())
    stay = _stay(changed)
    if stay:
        ledger.decide(stay, now=clock.now())
    return len(out)


def _stay(changed: Sequence[tuple[Standing, Decision]]) -> list[Standing]:
    return [
        replace(one, consent=new.consent, reason=new.reason, source=new.source)
        for one, new in changed
        if new.consent is not Consent.EXCLUDED
    ]
