"""The établissement convokes its intervenants: openings, directory, signatures, convocations."""

MIGRATIONS = ("chassis", "acces", "convocation")
"""Packages whose `migrations` folders make this service's database, in this order."""
