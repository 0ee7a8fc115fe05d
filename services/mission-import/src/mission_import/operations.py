"""What operators' commands may use of this service: catch up after a restored backup; nothing else of it."""

from mission_import.use_cases.catch_up import catch_up, held

__all__ = ["catch_up", "held"]
