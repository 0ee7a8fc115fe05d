"""SQL of a person's own pages: what was read, her calendar's address, her signed link."""

from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.mes_missions.calendrier import VersionRow

_OPEN_ABONNEMENT = """
WITH made AS (
    INSERT INTO abonnement (numero, cree_le) SELECT numero, $2 FROM intervenant WHERE numero = $1
    ON CONFLICT DO NOTHING RETURNING numero)
SELECT academie FROM made JOIN intervenant USING (numero)
"""
_REVOKE_ABONNEMENT = """
WITH gone AS (DELETE FROM abonnement WHERE numero = $1 RETURNING numero)
SELECT academie FROM gone JOIN intervenant USING (numero)
"""
# Not of a merged entry: nobody could revoke its subscription any more.
_ABONNE = """
SELECT numero FROM abonnement JOIN intervenant USING (numero) WHERE abonnement_id = $1 AND fusionne_dans IS NULL
"""
_CONVOCATIONS = """
SELECT v.convocation_id, v.version, v.nature, v.qualite, v.qualite_par_defaut, v.dates, v.observation, v.le, i.nom,
       i.prenom, i.courriel, m.type, m.libelle, m.etablissement_nom, m.etablissement_commune
FROM convocation c JOIN convocation_version v USING (convocation_id, version) JOIN intervenant i USING (numero)
JOIN mission m USING (mission_id)
WHERE c.numero = $1 ORDER BY c.convocation_id
"""
_ACKNOWLEDGE = """
INSERT INTO prise_de_connaissance (convocation_id, version, le) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
# Merged people go on in the entry that was kept, which may have been merged in turn.
_PERSON_OF_LIEN = """
WITH RECURSIVE suite AS (
    SELECT i.numero, i.nom, i.prenom, i.fusionne_dans
    FROM convocation c JOIN intervenant i USING (numero) WHERE c.convocation_id = $1
    UNION SELECT i.numero, i.nom, i.prenom, i.fusionne_dans
    FROM suite s JOIN intervenant i ON i.numero = s.fusionne_dans)
SELECT numero, nom, prenom FROM suite WHERE fusionne_dans IS NULL
"""


class PersonneDuLien(Row):
    """Whom a signed link opens the pages of."""

    numero: str
    nom: str
    prenom: str


async def acknowledge(connection: Connection, convocation_id: UUID, version: int, le: datetime) -> datetime:
    """When this version was read first."""
    await connection.execute(_ACKNOWLEDGE, convocation_id, version, le)
    query = "SELECT le FROM prise_de_connaissance WHERE convocation_id = $1 AND version = $2"
    first: datetime = await connection.fetchval(query, convocation_id, version)
    return first


async def abonnement_of(connection: Connection, numero: str) -> UUID | None:
    """The person's subscription."""
    query = "SELECT abonnement_id FROM abonnement WHERE numero = $1"
    held: UUID | None = await connection.fetchval(query, numero)
    return held


async def open_abonnement(connection: Connection, numero: str, le: datetime) -> str | None:
    """The académie of a person who has one now and had none; None where nothing changed."""
    academie: str | None = await connection.fetchval(_OPEN_ABONNEMENT, numero, le)
    return academie


async def revoke_abonnement(connection: Connection, numero: str) -> str | None:
    """The académie of a person who had one; None where nothing changed."""
    academie: str | None = await connection.fetchval(_REVOKE_ABONNEMENT, numero)
    return academie


async def convocations_of_abonnement(connection: Connection, abonnement_id: UUID) -> list[VersionRow] | None:
    """What its person is convoked to, cancelled ones too, each at its present version; None without subscription."""
    numero: str | None = await connection.fetchval(_ABONNE, abonnement_id)
    return None if numero is None else await connection.fetch(_CONVOCATIONS, numero, record_class=VersionRow)


async def person_of_lien(connection: Connection, convocation_id: UUID) -> PersonneDuLien | None:
    """The person of a convocation, or None. A deactivated person still reads what she was told."""
    return await connection.fetchrow(_PERSON_OF_LIEN, convocation_id, record_class=PersonneDuLien)
