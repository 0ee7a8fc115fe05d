"""The bridge's own metrics."""

from prometheus_client import Counter, Histogram

LIMITED = Counter("imagin_http_limited", "Requests refused with 429", ["route"])

ACCUSES = Counter("imagin_accuses", "SANTORIN's answers, by what they are about", ["portee"])

CONVOCATION_TO_SANTORIN_SECONDS = Histogram(
    "imagin_convocation_to_santorin_seconds",
    "From the convocation on its topic to its right on SANTORIN's",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600),
)
