"""Prometheus metrics: prefix `imagin_`, base units, no identity in a label (D32, R57's people stay out)."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS = Counter("imagin_events", "Records consumed, by what became of them", ["topic", "outcome"])
BATCH_SECONDS = Histogram("imagin_batch_seconds", "Time to write one batch", ["topic"])
CONSUMER_LAG = Gauge("imagin_consumer_lag", "Records of a partition not read yet", ["group", "topic", "partition"])
CONSUMER_STANDING_SECONDS = Gauge(
    "imagin_consumer_standing_seconds",
    "How long the reader of a partition has not moved though records wait, or no broker has answered it",
    ["group", "topic", "partition"],
)
CONSUMER_PARTITIONS = Gauge("imagin_consumer_partitions", "Partitions that this process reads for a group", ["group"])
OUTBOX_PENDING = Gauge("imagin_outbox_pending", "Rows waiting to be sent, by the relay's source", ["source"])
OUTBOX_AGE_SECONDS = Gauge("imagin_outbox_oldest_age_seconds", "Age of the oldest row waiting", ["source"])
DLQ_MESSAGES = Gauge("imagin_dlq_messages", "Open dead letters")
RELAY_LEADER = Gauge("imagin_relay_leader", "1 where this process leads the relay")
RELAY_SENT = Counter("imagin_relay_sent", "Messages relayed to Kafka")
RELAY_SEND_SECONDS = Histogram(
    "imagin_relay_send_seconds", "Time of a transaction to Kafka, by how it ended: sent, failed, timeout", ["result"]
)
KAFKA_UP = Gauge("imagin_kafka_up", "0 while no broker has answered this process's readers for some seconds")
KAFKA_CONNECTS = Counter(
    "imagin_kafka_connects", "Connections begun to brokers, by what came of them: open, refused, silent", ["result"]
)
DATABASE_UP = Gauge("imagin_database_up", "0 while PostgreSQL does not answer this process")
POOL_CONNECTIONS = Gauge(
    "imagin_database_pool_connections", "Connections to PostgreSQL that are open, by state: used, idle", ["state"]
)
POOL_MAX_CONNECTIONS = Gauge("imagin_database_pool_max_connections", "How many there may be")
POOL_WAITING = Gauge("imagin_database_pool_waiting", "Requests and batches that wait for one of them")
LOOP_LAG_SECONDS = Gauge("imagin_event_loop_lag_seconds", "How late the event loop wakes up (D8)")
HTTP_SECONDS = Histogram("imagin_http_request_seconds", "Time to answer", ["method", "route", "status"])
BUILD_INFO = Gauge("imagin_build_info", "1, with the version", ["service", "version"])
