-- migrate:up
-- contract: dead_letter.dead_letter_stage_check: it only became wider

-- DELETED: what a topic no longer had when its reader came to it. It has coordinates and no bytes.
ALTER TABLE dead_letter DROP CONSTRAINT dead_letter_stage_check,
    ADD CONSTRAINT dead_letter_stage_check CHECK (stage IN ('DECODE', 'CONFLICT', 'APPLY', 'DELETED'));

-- migrate:down
DELETE FROM dead_letter WHERE stage = 'DELETED';
ALTER TABLE dead_letter DROP CONSTRAINT dead_letter_stage_check,
    ADD CONSTRAINT dead_letter_stage_check CHECK (stage IN ('DECODE', 'CONFLICT', 'APPLY'));
