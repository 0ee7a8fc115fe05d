-- migrate:up

-- Nomenclature of disciplines (EPP codes) and who corrects what (domaine.md 5.1, 5.2).
INSERT INTO discipline (code, libelle) VALUES
    ('0100', 'Philosophie'), ('0200', 'Lettres'), ('0201', 'Lettres classiques'), ('0202', 'Lettres modernes'),
    ('0421', 'Allemand'), ('0422', 'Anglais'), ('0423', 'Arabe'), ('0424', 'Chinois'), ('0426', 'Espagnol'),
    ('0429', 'Italien'), ('0433', 'Portugais'), ('0434', 'Russe'), ('1000', 'Histoire-géographie'),
    ('1100', 'Sciences économiques et sociales'), ('1300', 'Mathématiques'),
    ('1400', 'Sciences industrielles de l’ingénieur'), ('1500', 'Physique-chimie'),
    ('1600', 'Sciences de la vie et de la Terre'), ('1700', 'Éducation musicale'), ('1800', 'Arts plastiques'),
    ('1900', 'Éducation physique et sportive'), ('7100', 'Biochimie-génie biologique'),
    ('7200', 'Biotechnologies santé-environnement'), ('7300', 'Sciences et techniques médico-sociales'),
    ('8010', 'Économie-gestion');

INSERT INTO epreuve_discipline (code_epreuve, discipline) VALUES
    ('HG', '1000'), ('MATHS', '1300'), ('ENSSCI', '1300'), ('ENSSCI', '1500'), ('ENSSCI', '1600'),
    ('HGGSP', '1000'), ('LLCA', '0201'), ('NSI', '1300'), ('NSI', '1400'), ('PC', '1500'), ('SVT', '1600'),
    ('SI', '1400'), ('SES', '1100'), ('BIOECO', '1600'), ('BIOECO', '7200'), ('STMG-SGN', '8010'),
    ('ST2S-PCS', '1500'), ('STI2D-IT', '1400'), ('STL-BB', '7100'), ('STD2A-PC', '1500'), ('S2TMD-EDE', '8010'),
    ('STHR-ESAE', '7200'), ('STHR-ESAE', '1600'),
    ('HLP', '0100'), ('HLP', '0200'), ('HLP', '0201'), ('HLP', '0202'),
    ('LLCER', '0421'), ('LLCER', '0422'), ('LLCER', '0426'), ('LLCER', '0429');
INSERT INTO epreuve_discipline (code_epreuve, discipline)
SELECT rang || '-' || langue, discipline
FROM (VALUES ('LVA'), ('LVB'), ('LLCER')) AS rangs (rang),
     (VALUES ('ALL', '0421'), ('ANG', '0422'), ('ARA', '0423'), ('CHI', '0424'), ('ESP', '0426'), ('ITA', '0429'),
             ('POR', '0433'), ('RUS', '0434')) AS langues (langue, discipline);
INSERT INTO epreuve_discipline (code_epreuve, discipline)
SELECT 'ARTS-' || art, '1800' FROM unnest(ARRAY['ARTPLA', 'CINAUD', 'HISART', 'THEATR', 'DANSE', 'CIRQUE']) AS art
UNION ALL SELECT 'ARTS-MUSIQ', '1700';

-- R47: both profiles have all the copies.
INSERT INTO profil_requis (code_epreuve, rang, profil, disciplines) VALUES
    ('HLP', 1, 'professeur de lettres', ARRAY['0200', '0201', '0202']),
    ('HLP', 2, 'professeur de philosophie', ARRAY['0100']);

-- migrate:down
DELETE FROM profil_requis;
DELETE FROM epreuve_discipline;
DELETE FROM discipline;
