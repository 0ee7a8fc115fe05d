"""One mail per convocation, change and cancellation (K.b); no address travels in an event."""

MIGRATIONS = ("chassis", "acces", "notifier")
"""Packages whose `migrations` folders make this service's database, in this order."""
