"""Ce que SANTORIN garde : les droits, les offsets et les réponses dues, dans une seule base et une seule transaction.

C’est ce qui rend un arrêt brutal sans effet : soit tout un lot est enregistré avec ses offsets, soit rien ne l’est.
SQLite suffit à l’exemple ; ce sont les mêmes trois tables dans votre base.
"""

import sqlite3
from pathlib import Path

ROLES = {"COORDINATEUR", "COORDINATEUR_ADJOINT", "CORRECTEUR", "CORRECTEUR_SUPPLEANT", "NUMERISATION"}
_TABLES = """
CREATE TABLE IF NOT EXISTS droit (
    convocation_id TEXT PRIMARY KEY, version INTEGER NOT NULL, ouvre INTEGER NOT NULL,
    valide_du TEXT NOT NULL, valide_au TEXT, traceparent TEXT,
    accuse INTEGER NOT NULL, du INTEGER NOT NULL  -- la version de notre réponse ; si elle est encore à envoyer
);
CREATE TABLE IF NOT EXISTS place (
    topic TEXT, partition INTEGER, suivant INTEGER NOT NULL, PRIMARY KEY (topic, partition)
);
CREATE TABLE IF NOT EXISTS mis_de_cote (
    topic TEXT, partition INTEGER, position INTEGER, raison TEXT, cle BLOB, valeur BLOB,
    PRIMARY KEY (topic, partition, position)
);
"""
_RETENIR = """
INSERT INTO droit VALUES (:convocation_id, :version, :ouvre, :valide_du, :valide_au, :traceparent, 1, 1)
ON CONFLICT (convocation_id) DO UPDATE SET
    version = :version, ouvre = :ouvre, valide_du = :valide_du, valide_au = :valide_au, traceparent = :traceparent,
    accuse = accuse + 1, du = 1
WHERE :version > version
"""


class Registre:
    """`with registre:` est une transaction : le lot et ses offsets, ou rien."""

    def __init__(self, fichier):
        Path(fichier).parent.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(fichier, timeout=15)
        self._base.execute("PRAGMA secure_delete = ON")  # ce qui est effacé ne reste pas dans le fichier
        self._base.executescript(_TABLES)

    def __enter__(self):
        return self._base.__enter__()

    def __exit__(self, *erreur):
        return self._base.__exit__(*erreur)

    def close(self):
        self._base.close()

    def retenir(self, droit):
        """La plus haute version de chaque clé, où qu’elle soit ; une version nouvelle attend sa réponse."""
        self._base.execute(_RETENIR, droit)

    def effacer(self, convocation_id):
        """Une valeur nulle : la clé, et tout ce que l’on gardait d’elle."""
        self._base.execute("DELETE FROM droit WHERE convocation_id = ?", (convocation_id,))
        cle = convocation_id.encode()  # mis de côté sous sa clé, ou sous une autre en parlant d’elle
        self._base.execute("DELETE FROM mis_de_cote WHERE cle = ? OR instr(valeur, ?)", (cle, cle))

    def mettre_de_cote(self, record, raison):
        place = (record.topic, record.partition, record.offset, raison, record.key, record.value)
        self._base.execute("INSERT OR IGNORE INTO mis_de_cote VALUES (?, ?, ?, ?, ?, ?)", place)

    def avancer(self, topic, partition, suivant):
        self._base.execute("INSERT OR REPLACE INTO place VALUES (?, ?, ?)", (topic, partition, suivant))

    def place(self, topic, partition):
        """L’offset à lire ensuite ; None : cette partition n’a jamais été lue."""
        demande = "SELECT suivant FROM place WHERE topic = ? AND partition = ?"
        trouve = self._base.execute(demande, (topic, partition)).fetchone()
        return trouve and trouve[0]

    def dus(self):
        """Les réponses à envoyer : (convocation_id, version du droit, version de la réponse, traceparent)."""
        return self._base.execute("SELECT convocation_id, version, accuse, traceparent FROM droit WHERE du").fetchall()

    def repondu(self, reponses):
        """Acquittées par Kafka. Une version arrivée entre-temps attend encore la sienne."""
        with self._base:
            demande = "UPDATE droit SET du = 0 WHERE convocation_id = ? AND accuse = ?"
            self._base.executemany(demande, [(convocation_id, accuse) for convocation_id, _, accuse, _ in reponses])

    def droits(self, jour):
        """(convocation_id, version, s’il ouvre ce jour-là) de chaque droit connu ; une clé absente n’ouvre rien."""
        demande = """SELECT convocation_id, version, ouvre AND valide_du <= :jour AND coalesce(valide_au >= :jour, 1)
            FROM droit ORDER BY convocation_id"""
        return [(cle, version, bool(ouvre)) for cle, version, ouvre in self._base.execute(demande, {"jour": jour})]
