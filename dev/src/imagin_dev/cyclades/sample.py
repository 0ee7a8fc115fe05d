"""The sample: every lycée of the académie of Lyon, first session."""

from imagin_dev.cyclades.closings import SESSIONS
from imagin_dev.cyclades.closings import closings as generate
from imagin_dev.cyclades.inscriptions_file import Closing, of_events

ACADEMIE = "10"


def closings() -> list[Closing]:
    """The sample's closings, checked."""
    return of_events(generate(SESSIONS[0], ACADEMIE))
