-- migrate:up

-- Closings whose present revision waits for somebody or was refused are counted twice a minute.
CREATE INDEX cloture_recue_en_suspens ON cloture_recue (academie, etat) WHERE etat IN ('A_VALIDER', 'REFUSEE');

-- migrate:down
DROP INDEX cloture_recue_en_suspens;
