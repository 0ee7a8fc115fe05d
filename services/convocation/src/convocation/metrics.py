"""convocation's own metrics."""

from enum import StrEnum

from prometheus_client import Counter, Gauge

CONVOCATIONS = Gauge("imagin_convocations", "Convocations by académie and status", ["academie", "status"])
ETABLISSEMENTS = Gauge(
    "imagin_etablissements",
    "Établissements with missions, once a session, by académie: « ouvert » where they may convoke now, else « ferme »",
    ["academie", "etat"],
)


class RenderingFailure(StrEnum):
    """Why several documents were not rendered together."""

    NOT_STARTED = "not_started"
    ENDED = "ended"
    HUNG = "hung"
    REFUSED = "refused"


RENDERING_FAILURES = Counter(
    "imagin_rendering_failures",
    "Times that several documents were not rendered together: the process for them was not started, ended or hung, "
    "or refused one of them",
    ["cause"],
)
for _cause in RenderingFailure:  # counted from 0, so that the first one is seen
    RENDERING_FAILURES.labels(_cause.value)
