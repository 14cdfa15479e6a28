"""What an operator tells people before collecting: a page, an announcement, and words for the bot's profile."""

from dataclasses import dataclass

from fedilens.digest.page import environment


@dataclass(frozen=True, slots=True)
class Practice:
    """What a program is configured to do, for those whose posts it reads. `silence_counts`: policy "no-opt-out"."""

    title: str
    instances: tuple[str, ...]
    tags: tuple[str, ...]
    statements: tuple[str, ...]
    retention_days: int
    minimum_people: int
    minimum_group: int
    bot: str = ""
    contact: str = ""
    page_url: str = ""
    silence_counts: bool = False

    @property
    def hashtags(self) -> str:
        """`#ai, #llm and #art`."""
        names = [f"#{tag}" for tag in self.tags]
        return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def render_about(practice: Practice) -> str:
    """The page "what this bot does, what it holds, how to get out"."""
    return environment().get_template("about.html").render(practice=practice)


def announcement(practice: Practice) -> str:
    """A post to publish before the first collecting."""
    out = [f"Tell {practice.bot} “opt out”"] if practice.bot else []
    out.append("write #nobot into your profile")
    counted = "accounts that did not object" if practice.silence_counts else "accounts that switched indexing on"
    lines = [
        (
            f"From now on this account follows the debate under {practice.hashtags or 'some hashtags'} and tells, in "
            "figures, what is argued and how many people hold which view."
        ),
        (
            f"Counted are {counted}, as groups of at least {practice.minimum_group}; nobody is named or quoted. Texts "
            f"go after {practice.retention_days} days. No text is written by a generative model."
        ),
        f"To be left out: {', or '.join(out)}.",
    ]
    if practice.page_url:
        lines.append(f"More: {practice.page_url.rstrip('/')}/about.html")
    return "\n\n".join(lines)


def profile(practice: Practice) -> str:
    """What stands in the bot's profile; it is to be marked as a bot there."""
    asked = f" Asked by {practice.contact}." if practice.contact else ""
    return (
        f"Bot. Counts what is argued under {practice.hashtags or 'some hashtags'}; only figures of groups are shown. "
        f"Mention me with: help, status, opt out, forget me.{asked}"
    )
