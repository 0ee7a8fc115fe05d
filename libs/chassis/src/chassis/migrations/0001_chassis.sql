-- migrate:up

-- Rows wait here from the writing transaction until the relay has sent them (D12, D13). No cursor: sent = deleted.
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    type text NOT NULL,
    key text NOT NULL,
    aggregate_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version >= 1),
    payload bytea NOT NULL CHECK (octet_length(payload) < 900000),
    correlation_id text,
    causation_id text,
    traceparent text,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);

-- Records that could not be applied, byte for byte, written in the batch's own transaction (design: no DLQ topic).
CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer_group text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    record_time timestamptz NOT NULL,
    key bytea,
    value bytea,
    header_names bytea[] NOT NULL,
    header_values bytea[] NOT NULL,
    aggregate text,
    version bigint,
    stage text NOT NULL CHECK (stage IN ('DECODE', 'CONFLICT', 'APPLY')),
    reason text NOT NULL,
    state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'RETRY', 'RETRIED', 'SUPERSEDED', 'DISCARDED')),
    attempts int NOT NULL DEFAULT 1,
    note text,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    -- the record's time too: a topic made anew starts again at offset 0
    UNIQUE (consumer_group, topic, partition, "offset", record_time)
);
CREATE INDEX dead_letter_live ON dead_letter (consumer_group, state) WHERE state IN ('OPEN', 'RETRY');
CREATE INDEX dead_letter_live_aggregate ON dead_letter (aggregate) WHERE state = 'OPEN';

-- migrate:down
DROP TABLE dead_letter;
DROP TABLE outbox;
