"""Channels on which digests go out: a Mastodon account, SMTP, and files that a web server serves."""

from fedilens.publish.files import PublicFolder
from fedilens.publish.mastodon_account import AccountChannel
from fedilens.publish.smtp import SmtpChannel, SmtpServer

__all__ = ["AccountChannel", "PublicFolder", "SmtpChannel", "SmtpServer"]
