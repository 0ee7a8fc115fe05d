-- migrate:up

-- A mail has items: rows that share mail_id. `jours`: 0 is the version itself, n its reminder n days before.
ALTER TABLE notification DROP CONSTRAINT notification_etat_check, DROP CONSTRAINT notification_nature_check;
ALTER TABLE notification ADD COLUMN jours int NOT NULL DEFAULT 0;
ALTER TABLE notification DROP CONSTRAINT notification_pkey, ADD PRIMARY KEY (convocation_id, version, jours);
ALTER TABLE notification ADD COLUMN numero text, ADD COLUMN academie text NOT NULL DEFAULT '',
    ADD COLUMN premier_jour date, ADD COLUMN mail_id uuid, ADD COLUMN envoyee_le timestamptz;
-- Rows from before know no person: each is told alone.
UPDATE notification SET numero = convocation_id::text,
    envoyee_le = CASE WHEN etat = 'ENVOYEE' THEN changee_le END,
    etat = CASE etat WHEN 'EN_ATTENTE' THEN 'PENDING' WHEN 'EN_COURS' THEN 'PENDING' WHEN 'ENVOYEE' THEN 'SENT'
                     WHEN 'ECHOUEE' THEN 'FAILED' WHEN 'PERIMEE' THEN 'SUPERSEDED' ELSE 'POINTLESS' END;
ALTER TABLE notification ALTER COLUMN numero SET NOT NULL, ALTER COLUMN etat SET DEFAULT 'PENDING',
    ADD CHECK (etat IN ('PENDING', 'SENDING', 'SENT', 'FAILED', 'BOUNCED', 'SUPERSEDED', 'POINTLESS')),
    ADD CHECK (nature IN ('CONVOCATION', 'MODIFICATION', 'ANNULATION', 'RAPPEL')),
    ADD CHECK ((nature = 'RAPPEL') = (jours > 0)),
    ADD CHECK (etat NOT IN ('SENDING', 'BOUNCED') OR mail_id IS NOT NULL);

DROP INDEX notification_a_envoyer;
CREATE INDEX notification_a_envoyer ON notification (pas_avant, numero) WHERE etat IN ('PENDING', 'SENDING');
CREATE INDEX notification_personne ON notification (numero) WHERE etat IN ('PENDING', 'SENDING');
CREATE INDEX notification_mail ON notification (mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX notification_rappel ON notification (premier_jour) WHERE etat = 'SENT' AND jours = 0;

-- migrate:down
DELETE FROM notification WHERE jours > 0;
DROP INDEX notification_a_envoyer, notification_personne, notification_mail, notification_rappel;
ALTER TABLE notification DROP CONSTRAINT notification_etat_check, DROP CONSTRAINT notification_nature_check,
    DROP CONSTRAINT notification_check, DROP CONSTRAINT notification_check1;
UPDATE notification SET etat = CASE etat WHEN 'PENDING' THEN 'EN_ATTENTE' WHEN 'SENDING' THEN 'EN_COURS'
    WHEN 'SENT' THEN 'ENVOYEE' WHEN 'SUPERSEDED' THEN 'PERIMEE' WHEN 'POINTLESS' THEN 'SANS_OBJET' ELSE 'ECHOUEE' END;
ALTER TABLE notification DROP CONSTRAINT notification_pkey, ADD PRIMARY KEY (convocation_id, version);
ALTER TABLE notification DROP COLUMN jours, DROP COLUMN numero, DROP COLUMN academie, DROP COLUMN premier_jour,
    DROP COLUMN mail_id, DROP COLUMN envoyee_le;
ALTER TABLE notification ALTER COLUMN etat SET DEFAULT 'EN_ATTENTE',
    ADD CHECK (etat IN ('EN_ATTENTE', 'EN_COURS', 'ENVOYEE', 'ECHOUEE', 'PERIMEE', 'SANS_OBJET')),
    ADD CHECK (nature IN ('CONVOCATION', 'MODIFICATION', 'ANNULATION'));
CREATE INDEX notification_a_envoyer ON notification (recue_le) WHERE etat IN ('EN_ATTENTE', 'EN_COURS');
