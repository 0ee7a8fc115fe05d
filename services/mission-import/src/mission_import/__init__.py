"""Generates the missions of every lycée from its Cyclades closing (R6–R11)."""

MIGRATIONS = ("chassis", "acces", "mission_import")
"""Packages whose `migrations` folders make this service's database, in this order."""
