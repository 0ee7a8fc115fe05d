"""The real parts, Kafka and PostgreSQL: embedded, in containers, or given; `selection` is the way in."""
