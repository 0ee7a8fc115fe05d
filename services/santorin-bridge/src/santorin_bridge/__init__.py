"""The list of rights as SANTORIN must see it: only the convoked may enter, and all of them can (R15–R18)."""

MIGRATIONS = ("chassis", "acces", "santorin_bridge")
"""Packages whose `migrations` folders make this service's database, in this order."""
