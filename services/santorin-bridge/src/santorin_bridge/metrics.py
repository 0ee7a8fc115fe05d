"""The bridge's own metrics."""

from prometheus_client import Counter, Gauge, Histogram

ACCUSES = Counter("imagin_accuses", "SANTORIN's answers, by what they are about", ["portee"])

CONVOCATION_TO_SANTORIN_SECONDS = Histogram(
    "imagin_convocation_to_santorin_seconds",
    "From the convocation on its topic to its right on SANTORIN's",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600),
)
AS_OF_AGE_SECONDS = Gauge("imagin_habilitations_as_of_age_seconds", "Since all that convocation told stood in the list")

UNANSWERED = Gauge("imagin_accuses_attendus", "Rights that SANTORIN can read and has not answered")
UNANSWERED_AGE_SECONDS = Gauge("imagin_accuse_attendu_age_seconds", "Age of the oldest of them")
REFUSED = Gauge("imagin_habilitations_refusees", "Rights that SANTORIN has refused as they are now")

DIFFERENCES = Gauge("imagin_reconciliation_differences", "What the last reconciliation found, by cause", ["cause"])
RECONCILED_AT = Gauge("imagin_reconciliation_last_success_timestamp_seconds", "When the last reconciliation ended")
