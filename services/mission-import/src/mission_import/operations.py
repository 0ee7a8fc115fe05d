"""What operators' commands may use of this service: catch up after a restored backup, purge, one person."""

from mission_import.persistence.conservation import CONSERVATION
from mission_import.settings import DureesImport as Durees
from mission_import.use_cases.catch_up import catch_up, held

__all__ = ["CONSERVATION", "Durees", "catch_up", "held"]
