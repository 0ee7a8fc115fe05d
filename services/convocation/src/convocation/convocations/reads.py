"""What other rooms, pages and the API read of the convocations."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.convocations.domain import (
    Convocation,
    NatureVersion,
    Qualite,
    QualiteRetenue,
)
from convocation.convocations.examen import Occupation
from convocation.suivi.domain import Fait, Suivi, suivi

_CONVOCATIONS = """
SELECT c.convocation_id, c.mission_id, c.numero, c.status, c.nature, c.qualite, c.qualite_par_defaut, c.profil, c.dates,
       c.observation, c.motif, c.version, i.id AS intervenant_id, i.civilite, i.nom, i.prenom,
       i.uai AS intervenant_uai, i.disciplines,
       m.libelle, m.voie, m.code, m.session, m.type, m.uai, m.academie, m.etablissement_nom, m.etablissement_commune,
       EXISTS (SELECT FROM session_declaree s WHERE s.session = m.session AND s.archivee_le IS NOT NULL) AS archivee,
       a.etat AS acces_etat, a.convocation_version AS acces_convocation_version, a.motif AS acces_motif,
       n.etat AS mail_etat, n.convocation_version AS mail_convocation_version, n.motif AS mail_motif,
       r.le AS remise_le, p.le AS lue_le,
       (SELECT max(q.le) FROM prise_de_connaissance q
        WHERE q.convocation_id = c.convocation_id AND q.version < c.version) AS lue_avant_le,
       (SELECT e.etat FROM empechement e WHERE e.convocation_id = c.convocation_id ORDER BY e.le DESC LIMIT 1)
           AS empechement_etat
FROM convocation c JOIN intervenant i USING (numero) JOIN mission m USING (mission_id)
LEFT JOIN acces a USING (convocation_id) LEFT JOIN notification n USING (convocation_id)
LEFT JOIN remise r ON r.convocation_id = c.convocation_id AND r.version = c.version
LEFT JOIN prise_de_connaissance p ON p.convocation_id = c.convocation_id AND p.version = c.version
"""
_HISTORY = """
SELECT version, nature, qualite, qualite_par_defaut, dates, observation, motif, le, par_nom FROM convocation_version
WHERE convocation_id = $1 ORDER BY version
"""
ETAT = """
SELECT convocation_id, mission_id, numero, status, nature, qualite, qualite_par_defaut, profil, dates, observation,
       motif, version FROM convocation
"""
# `&&` tells PostgreSQL that few convocations of a person are meant, the sub-select that one plan does for any number of
# people: without them it reads all missions and people of a small database (60 µs instead of 510).
_OCCUPATIONS = """
SELECT i.cle, o.numero, i.nom || ' ' || i.prenom AS nom, jour, o.mission_id, o.mission
FROM occupation o JOIN intervenant i USING (numero), unnest(o.dates) AS jour
WHERE o.numero = ANY((SELECT $1::text[])::text[]) AND o.dates && $2::date[] AND jour = ANY($2::date[])
      AND o.academie = $3
ORDER BY i.cle, o.numero, jour, o.mission, o.mission_id
"""
# « lots » says the same of each line; a test holds the two together.
_NON_LUES = """
SELECT m.uai, count(*)::int AS nombre FROM mission m JOIN convocation c USING (mission_id)
WHERE m.uai = ANY($1::text[]) AND m.session = $2 AND c.status = 'ACTIVE' AND ($3::text IS NULL OR m.type = $3)
  AND NOT EXISTS (SELECT FROM prise_de_connaissance p
                  WHERE p.convocation_id = c.convocation_id AND p.version = c.version)
GROUP BY m.uai
"""
_ANNULEES = """
SELECT c.numero, v.le FROM convocation c JOIN convocation_version v USING (convocation_id, version)
WHERE c.mission_id = $1 AND c.status = 'CANCELLED' ORDER BY c.numero
"""
_OF_MISSION = f"{ETAT} WHERE mission_id = $1 AND ($2::text[] IS NULL OR numero = ANY($2)) ORDER BY numero"


class EtatRow(Row):
    """A row of the table, without the event that was kept."""

    convocation_id: UUID
    mission_id: UUID
    numero: str
    status: str
    nature: str
    qualite: str | None
    qualite_par_defaut: bool
    profil: str | None
    dates: list[date]
    observation: str
    motif: str | None
    version: int


class OccupationRow(Row):
    """A day on which somebody is convoked; `cle` is what they are sorted by."""

    cle: str
    numero: str
    nom: str
    jour: date
    mission_id: UUID
    mission: str


class LigneConvocation(EtatRow):
    """A convocation with its person, its mission, and what became of right, mail and reading."""

    intervenant_id: UUID
    civilite: str
    nom: str
    prenom: str
    intervenant_uai: str
    disciplines: list[str]
    libelle: str
    voie: str
    code: str
    session: str
    type: str
    uai: str
    academie: str
    etablissement_nom: str
    etablissement_commune: str
    archivee: bool
    acces_etat: str | None
    acces_convocation_version: int | None
    acces_motif: str | None
    mail_etat: str | None
    mail_convocation_version: int | None
    mail_motif: str | None
    remise_le: datetime | None
    lue_le: datetime | None
    lue_avant_le: datetime | None
    empechement_etat: str | None

    @property
    def active(self) -> bool:
        return self.status == "ACTIVE"

    @property
    def suivi(self) -> Suivi:
        """Where the present version stands."""
        return suivi(
            self.version,
            active=self.active,
            acces=_fait(self.acces_etat, self.acces_convocation_version, self.acces_motif),
            notification=_fait(self.mail_etat, self.mail_convocation_version, self.mail_motif),
            remise=self.remise_le is not None,
        )


def _fait(etat: str | None, version: int | None, motif: str | None) -> Fait | None:
    return Fait(etat, version, motif) if etat else None


class NonLuesRow(Row):
    """How many convocations of an établissement are not read."""

    uai: str
    nombre: int


class AnnuleeRow(Row):
    """Whose convocation was cancelled, and when."""

    numero: str
    le: datetime


class Version(Row):
    """A version as it was told. `par_nom`: who decided, « X pour Y » for a délégué; empty for one of long ago."""

    version: int
    nature: str
    qualite: str | None
    qualite_par_defaut: bool
    dates: list[date]
    observation: str
    motif: str | None
    le: datetime
    par_nom: str


async def convocations_of_mission(connection: Connection, mission_id: UUID) -> list[LigneConvocation]:
    """« Liste des Intervenants » (R42), cancelled ones too."""
    return await connection.fetch(
        f"{_CONVOCATIONS} WHERE c.mission_id = $1 ORDER BY i.cle, c.numero", mission_id, record_class=LigneConvocation
    )


async def convocations_of_etablissement(connection: Connection, uai: str, session: str) -> list[LigneConvocation]:
    """All of a session, cancelled ones too, by person."""
    query = f"{_CONVOCATIONS} WHERE m.uai = $1 AND m.session = $2 ORDER BY i.cle, c.numero, m.libelle, m.voie"
    return await connection.fetch(query, uai, session, record_class=LigneConvocation)


async def convocations_of_academie(
    connection: Connection, academie: str, session: str
) -> AsyncIterator[LigneConvocation]:
    """All of a session, cancelled ones too, by établissement, mission and person; some hundred rows in memory."""
    query = f"""{_CONVOCATIONS} WHERE m.academie = $1 AND m.session = $2
                ORDER BY m.uai, m.libelle, m.voie, m.mission_id, i.cle, c.numero"""
    async for row in connection.cursor(query, academie, session, prefetch=500, record_class=LigneConvocation):
        yield row


async def non_lues(
    connection: Connection, uais: Sequence[str], session: str, type_: str | None = None
) -> dict[str, int]:
    """How many of an établissement's people have not read their convocation as it is now; 0 where there is no key."""
    rows = await connection.fetch(_NON_LUES, list(uais), session, type_, record_class=NonLuesRow)
    return {row.uai: row.nombre for row in rows}


async def convocation(connection: Connection, convocation_id: UUID) -> LigneConvocation | None:
    """One convocation with its person and mission, or None."""
    return await connection.fetchrow(
        f"{_CONVOCATIONS} WHERE c.convocation_id = $1", convocation_id, record_class=LigneConvocation
    )


async def convocations_of_person(connection: Connection, numero: str) -> list[LigneConvocation]:
    """A person's own convocations (R57)."""
    return await connection.fetch(
        f"{_CONVOCATIONS} WHERE c.numero = $1 ORDER BY c.dates, m.libelle", numero, record_class=LigneConvocation
    )


async def history(connection: Connection, convocation_id: UUID) -> list[Version]:
    """Every version told, the first first."""
    return await connection.fetch(_HISTORY, convocation_id, record_class=Version)


async def of_mission(
    connection: Connection, mission_id: UUID, numeros: Sequence[str] | None = None, *, lock: bool = False
) -> dict[str, Convocation]:
    """The mission's convocations by number, those of `numeros` only where given; `lock` for a command."""
    rows = await connection.fetch(
        _OF_MISSION + (" FOR UPDATE" if lock else ""), mission_id, numeros, record_class=EtatRow
    )
    return {row.numero: convocation_of(row) for row in rows}


async def of_missions(connection: Connection, mission_ids: Sequence[UUID]) -> dict[UUID, dict[str, Convocation]]:
    """The convocations of several missions, by mission and number; a mission without any has none."""
    query = f"{ETAT} WHERE mission_id = ANY($1::uuid[]) ORDER BY mission_id, numero"
    found: dict[UUID, dict[str, Convocation]] = {mission_id: {} for mission_id in mission_ids}
    for row in await connection.fetch(query, mission_ids, record_class=EtatRow):
        found[row.mission_id][row.numero] = convocation_of(row)
    return found


async def occupations(
    connection: Connection, numeros: Sequence[str], dates: Sequence[date], academie: str
) -> list[Occupation]:
    """Who of `numeros` is convoked on one of these days on a mission of the académie."""
    if not numeros or not dates:
        return []
    rows = await connection.fetch(_OCCUPATIONS, numeros, dates, academie, record_class=OccupationRow)
    return [Occupation(row.numero, row.nom, row.jour, row.mission_id, row.mission) for row in rows]


async def held(connection: Connection, mission_id: UUID, convocation_ids: Sequence[UUID]) -> dict[UUID, Convocation]:
    """Those of the mission, by id, their rows locked."""
    query = f"{ETAT} WHERE mission_id = $1 AND convocation_id = ANY($2::uuid[]) ORDER BY numero FOR UPDATE"
    rows = await connection.fetch(query, mission_id, convocation_ids, record_class=EtatRow)
    return {row.convocation_id: convocation_of(row) for row in rows}


async def annulees(connection: Connection, mission_id: UUID) -> dict[str, datetime]:
    """Whose convocation on the mission is cancelled, and when that was."""
    rows = await connection.fetch(_ANNULEES, mission_id, record_class=AnnuleeRow)
    return {row.numero: row.le for row in rows}


async def get(connection: Connection, convocation_id: UUID, *, lock: bool = False) -> tuple[UUID, Convocation] | None:
    """The mission and the state of one convocation."""
    query = f"{ETAT} WHERE convocation_id = $1" + (" FOR UPDATE" if lock else "")
    row = await connection.fetchrow(query, convocation_id, record_class=EtatRow)
    return (row.mission_id, convocation_of(row)) if row else None


def convocation_of(row: EtatRow) -> Convocation:
    """A convocation from a row of its table."""
    qualite = Qualite(row.qualite) if row.qualite else None
    return Convocation(
        numero=row.numero,
        qualite=QualiteRetenue(qualite, row.qualite_par_defaut),
        profil=row.profil,
        dates=tuple(row.dates),
        observation=row.observation,
        nature=NatureVersion(row.nature),
        version=row.version,
        motif=row.motif,
    )
