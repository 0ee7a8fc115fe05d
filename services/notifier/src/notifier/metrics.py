"""The notifier's own metric."""

from prometheus_client import Counter

EMAILS = Counter("imagin_emails", "Mails, by what became of them", ["result"])
