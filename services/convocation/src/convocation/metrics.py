"""convocation's own metrics."""

from prometheus_client import Gauge

CONVOCATIONS = Gauge("imagin_convocations", "Convocations by académie and status", ["academie", "status"])
ETABLISSEMENTS = Gauge(
    "imagin_etablissements",
    "Établissements with missions, once a session, by académie: « ouvert » where they may convoke now, else « ferme »",
    ["academie", "etat"],
)
