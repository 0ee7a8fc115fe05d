"""SQL of a person's own pages: what was read, her calendar's address, her signed link."""

from datetime import date, datetime, timedelta
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
_PEOPLE_OF_COURRIEL = """
SELECT numero, academie, uai FROM intervenant WHERE lower(courriel) = lower($1) AND actif
ORDER BY numero FOR KEY SHARE
"""
# The one whose link holds longest.
_LAST_CONVOCATION = """
SELECT c.convocation_id, c.version, c.dates, m.academie FROM convocation c JOIN mission m USING (mission_id)
WHERE c.numero = $1 AND c.status = 'ACTIVE'
ORDER BY (SELECT max(jour) FROM unnest(c.dates) AS jour) DESC, c.convocation_id LIMIT 1 FOR UPDATE OF c
"""
_COUNT_LOSS = """
INSERT INTO lien_perdu (numero, compteur, le) VALUES ($1, 1, $2)
ON CONFLICT (numero) DO UPDATE SET compteur = lien_perdu.compteur + 1, le = excluded.le
WHERE lien_perdu.le <= $3 RETURNING compteur
"""


class PersonneDuLien(Row):
    """Whom a signed link opens the pages of; `compteur`, `courriel`: what it must be bound to."""

    numero: str
    nom: str
    prenom: str
    courriel: str
    academie: str
    uai: str
    compteur: int


class PersonneDuCourriel(Row):
    """Somebody active of a mail address."""

    numero: str
    academie: str
    uai: str


class DerniereConvocation(Row):
    """An active convocation as far as a mail is asked for about it; `academie`: whose clocks its dates are of."""

    convocation_id: UUID
    version: int
    dates: list[date]
    academie: str


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


async def person_of_lien(connection: Connection, intervenant_id: UUID) -> PersonneDuLien | None:
    """None for who is not active or has no convocation that holds."""
    query = """
    SELECT numero, nom, prenom, courriel, academie, uai, compteur FROM lien_ouvert WHERE intervenant_id = $1
    """
    return await connection.fetchrow(query, intervenant_id, record_class=PersonneDuLien)


async def people_of_courriel(connection: Connection, courriel: str) -> list[PersonneDuCourriel]:
    """The active people of an address, in whatever case it is written; they stay until the end."""
    return await connection.fetch(_PEOPLE_OF_COURRIEL, courriel, record_class=PersonneDuCourriel)


async def last_convocation(connection: Connection, numero: str) -> DerniereConvocation | None:
    """The active convocation with the latest date, its row locked."""
    return await connection.fetchrow(_LAST_CONVOCATION, numero, record_class=DerniereConvocation)


async def count_loss(connection: Connection, numero: str, le: datetime, pause: timedelta) -> int | None:
    """How often the person has lost a mail with this one; None within `pause` of the last time."""
    compteur: int | None = await connection.fetchval(_COUNT_LOSS, numero, le, le - pause)
    return compteur
