"""SQL of calendars that people subscribe to. A merged entry's leads to nothing: nobody could revoke it any more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Connection

_OUVRIR = """
WITH made AS (
    INSERT INTO abonnement (numero, cree_le) SELECT numero, $2 FROM intervenant WHERE numero = $1
    ON CONFLICT DO NOTHING RETURNING numero)
SELECT academie FROM made JOIN intervenant USING (numero)
"""
_REVOQUER = """
WITH gone AS (DELETE FROM abonnement WHERE numero = $1 RETURNING numero)
SELECT academie FROM gone JOIN intervenant USING (numero)
"""
_PERSONNE = """
SELECT numero FROM abonnement JOIN intervenant USING (numero) WHERE abonnement_id = $1 AND fusionne_dans IS NULL
"""
_CONVOCATIONS = """
SELECT v.convocation_id, v.version, v.nature, v.qualite, v.qualite_par_defaut, v.dates, v.observation, v.le, i.nom,
       i.prenom, i.courriel, m.type, m.libelle, m.etablissement_nom, m.etablissement_commune
FROM convocation c JOIN convocation_version v USING (convocation_id, version) JOIN intervenant i USING (numero)
JOIN mission m USING (mission_id)
WHERE c.numero = $1 ORDER BY c.convocation_id
"""


async def of(connection: Connection, numero: str) -> UUID | None:
    """The person's subscription."""
    query = "SELECT abonnement_id FROM abonnement WHERE numero = $1"
    held: UUID | None = await connection.fetchval(query, numero)
    return held


async def ouvrir(connection: Connection, numero: str, le: datetime) -> str | None:
    """The académie of a person who has one now and had none; None where nothing changed."""
    academie: str | None = await connection.fetchval(_OUVRIR, numero, le)
    return academie


async def revoquer(connection: Connection, numero: str) -> str | None:
    """The académie of a person who had one; None where nothing changed."""
    academie: str | None = await connection.fetchval(_REVOQUER, numero)
    return academie


async def convocations(connection: Connection, abonnement_id: UUID) -> list[Any] | None:
    """What its person is convoked to, cancelled ones too, each at its present version; None without subscription."""
    numero = await connection.fetchval(_PERSONNE, abonnement_id)
    return None if numero is None else list(await connection.fetch(_CONVOCATIONS, numero))
