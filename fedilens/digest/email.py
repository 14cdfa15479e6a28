"""A digest as a mail (RFC 5322): a text part, and HTML with everything in it."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from fedilens.digest.page import environment
from fedilens.digest.text import render_text
from fedilens.digest.words import period
from fedilens.types import Digest, Picture

CHART = "chart@fedilens"


def render_mail(
    digest: Digest, *, sender: str, recipient: str, message_id: str, chart: Picture | None = None, page_url: str = ""
) -> bytes:
    """The whole message. `message_id` (without brackets) is the same however often the mail is sent."""
    message = EmailMessage(policy=SMTP)
    for name, value in {
        "From": sender,
        "To": recipient,
        "Subject": f"{digest.title}: {period(digest.window)}",
        "Date": format_datetime(digest.created_at),
        "Message-ID": f"<{message_id}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's out-of-office answers it
    }.items():
        message[name] = one_line(value)
    # Lines of any length and every script: base64 gets through servers that know nothing else.
    message.set_content(render_text(digest), cte="base64")
    html = environment().get_template("mail.html").render(digest=digest, chart=chart, cid=CHART, page_url=page_url)
    message.add_alternative(html, subtype="html", cte="base64")
    if chart is not None:
        page = message.get_payload(1)  # the HTML: the text is part 0
        assert isinstance(page, EmailMessage)  # noqa: S101  # what add_alternative made
        page.add_related(chart.png, "image", "png", cid=f"<{CHART}>", disposition="inline", filename="chart.png")
    return message.as_bytes()


def one_line(value: str) -> str:
    """No line break, so nothing in a value can become a header of its own."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
