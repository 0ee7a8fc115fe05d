"""What operators' commands may use of this service: catch up after a restored backup, purge, one person."""

from mission_import.settings import DureesImport as Durees
from mission_import.use_cases.catch_up import catch_up, held
from mission_import.use_cases.conservation import behind, erase, kept, over, purge

__all__ = ["Durees", "behind", "catch_up", "erase", "held", "kept", "over", "purge"]
