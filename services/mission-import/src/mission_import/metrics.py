"""mission-import's own metrics."""

from prometheus_client import Gauge

CLOTURES = Gauge(
    "imagin_clotures",
    "Closings whose present revision is not applied, by académie: A_VALIDER waits for somebody, REFUSEE was refused",
    ["academie", "etat"],
)
A_VALIDER_AGE_SECONDS = Gauge("imagin_clotures_a_valider_oldest_age_seconds", "Age of the oldest that waits")
