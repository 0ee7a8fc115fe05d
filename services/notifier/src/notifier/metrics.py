"""The notifier's own metrics."""

from prometheus_client import Counter, Gauge

from notifier.domain.notification import Etat

EMAILS = Counter("imagin_emails", "Mails given to the mail server, by the state that came of it", ["result"])
for _etat in (Etat.SENT, Etat.FAILED, Etat.BOUNCED):
    EMAILS.labels(_etat.value)  # from 0 on: an increase from nothing is none to Prometheus
SMTP_UP = Gauge("imagin_smtp_up", "0 while the mail server takes nothing from us")
CONVOCATION_UP = Gauge("imagin_convocation_up", "0 while convocation does not tell what to send, and to whom")
for _gauge in (SMTP_UP, CONVOCATION_UP):
    _gauge.set(1)  # until one has tried
# `host`: the mail server of the settings. By destination there would be no end of them: people have any address.
MAILS_WAITING = Gauge("imagin_mails_waiting", "Versions and reminders that are not told yet, by mail server", ["host"])
MAILS_AGE_SECONDS = Gauge("imagin_mails_oldest_age_seconds", "Since when the oldest of them waits", ["host"])
BOUNCES_UNREAD = Counter("imagin_bounces_unread", "Messages in the mailbox of bounces that are none of ours")
