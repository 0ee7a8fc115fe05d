"""SQL of the convocations, of their history and of telling them again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from chassis.outbox import Outgoing
from convocation.avertissements.domain import Avertissement
from convocation.convocations.domain import Convocation, NatureVersion
from convocation.convocations.examen import APourvoir
from convocation.exigences.reads import EN_VIGUEUR, lire_profils
from convocation.missions.reads import COLUMNS, MissionRow, mission_of

_SAVE = """
INSERT INTO convocation (convocation_id, mission_id, numero, status, nature, qualite, qualite_par_defaut, profil, dates,
                         observation, motif, version, evenement)
SELECT id, $2::uuid, numero, $4::text, $5::text, qualite, par_defaut, profil, $9::date[], $10::text, $11::text, version,
       evenement
FROM unnest($1::uuid[], $3::text[], $6::text[], $7::boolean[], $8::text[], $12::int[], $13::bytea[])
     AS t (id, numero, qualite, par_defaut, profil, version, evenement)
ON CONFLICT (mission_id, numero) DO UPDATE
SET status = excluded.status, nature = excluded.nature, qualite = excluded.qualite,
    qualite_par_defaut = excluded.qualite_par_defaut, profil = excluded.profil, dates = excluded.dates,
    observation = excluded.observation, motif = excluded.motif, version = excluded.version,
    evenement = excluded.evenement
WHERE convocation.version = excluded.version - 1 AND convocation.convocation_id = excluded.convocation_id
RETURNING numero
"""


_REMEMBER = """
INSERT INTO convocation_version (convocation_id, version, nature, qualite, qualite_par_defaut, profil, dates,
                                 observation, motif, par, le, par_nom)
SELECT id, version, $2, qualite, par_defaut, profil, $6::date[], $7, $8, $10, $11, $12
FROM unnest($1::uuid[], $9::int[], $3::text[], $4::boolean[], $5::text[])
     AS t (id, version, qualite, par_defaut, profil)
"""


# A cancelled convocation needs no answer to its empêchement. The room empechements lies above and cannot be called.
_CLOSE = """
UPDATE empechement SET etat = 'CLOS', par = $2, repondu_le = $3
WHERE convocation_id = ANY($1::uuid[]) AND etat = 'OUVERT'
"""


_OVERRIDE = """
INSERT INTO passage_outre (convocation_id, version, avertissements, motif, par, le)
SELECT id, version, $3::jsonb, $4, $5, $6 FROM unnest($1::uuid[], $2::int[]) AS t (id, version)
"""
_CHOSEN = """
SELECT c.convocation_id, c.version, c.nature, c.evenement, v.le
FROM convocation c JOIN mission m USING (mission_id)
JOIN convocation_version v ON v.convocation_id = c.convocation_id AND v.version = c.version
WHERE c.convocation_id > $1 AND ($2::uuid IS NULL OR c.mission_id = $2) AND ($3::text IS NULL OR m.uai = $3)
  AND ($4::text IS NULL OR m.academie = $4) AND ($5::timestamptz IS NULL OR v.le >= $5)
ORDER BY c.convocation_id LIMIT $6
"""
_TELL = """
INSERT INTO outbox (topic, type, key, aggregate_id, version, payload)
SELECT $1, n.type, c.convocation_id::text, c.convocation_id, c.version, c.evenement
FROM (SELECT * FROM convocation WHERE convocation_id = ANY($2::uuid[]) ORDER BY convocation_id FOR UPDATE) c
JOIN unnest($3::text[], $4::text[]) AS n (nature, type) USING (nature)
WHERE c.evenement IS NOT NULL
ORDER BY c.convocation_id
"""
_REGLE = EN_VIGUEUR.replace("$1", "mission.academie").replace("$2", "mission.code")
_A_POURVOIR = f"""
SELECT {COLUMNS}, coalesce((SELECT profils_json FROM ({_REGLE}) AS regle), '[]') AS profils_json,
       ARRAY(SELECT d.discipline FROM epreuve_discipline d WHERE d.code_epreuve = mission.code ORDER BY d.discipline)
           AS conseillees,
       EXISTS (SELECT FROM signature s WHERE s.uai = mission.uai) AS signee
FROM mission WHERE mission_id = $1
"""
_FIRST = UUID(int=0)


class Enregistree(Row):
    """Whose convocation was written."""

    numero: str


class APourvoirRow(MissionRow):
    """A mission with its rule."""

    profils_json: str
    conseillees: list[str]
    signee: bool


class Choisie(Row):
    """A convocation to tell again; `evenement` None: its event was not kept."""

    convocation_id: UUID
    version: int
    nature: str
    evenement: bytes | None
    le: datetime


async def save(
    connection: Connection,
    mission_id: UUID,
    convocations: Mapping[UUID, Convocation],
    events: Sequence[Outgoing],
    *,
    par: str,
    par_nom: str,
    le: datetime,
) -> list[str]:
    """Write new versions that share one entry (dates, observation, motif), and remember them with their author.

    `events`: of each the one that tells it, kept for a replay. A cancellation closes the open empêchement.

    Returns the numbers of those that another command changed meanwhile; where there are any, nothing is remembered.
    """
    ids, states = list(convocations), list(convocations.values())
    first, versions = states[0], [one.version for one in states]
    people = [list(column) for column in zip(*((*one.qualite, one.profil) for one in states), strict=True)]
    entry = list(first.dates), first.observation, first.motif
    rows = await connection.fetch(
        _SAVE,
        ids,
        mission_id,
        [one.numero for one in states],
        "ACTIVE" if first.active else "CANCELLED",
        first.nature.value,
        *people,
        *entry,
        versions,
        [event.payload for event in events],
        record_class=Enregistree,
    )
    saved = {row.numero for row in rows}
    if lost := [one.numero for one in states if one.numero not in saved]:
        return lost
    await connection.execute(_REMEMBER, ids, first.nature.value, *people, *entry, versions, par, le, par_nom)
    if not first.active:
        await connection.execute(_CLOSE, ids, par, le)
    return []


async def remember_override(
    connection: Connection,
    versions: Mapping[UUID, int],
    avertissements: Sequence[Avertissement],
    *,
    motif: str,
    par: str,
    le: datetime,
) -> None:
    """These versions were made in spite of `avertissements`, which `par` had read."""
    told = json.dumps([asdict(one) for one in avertissements], ensure_ascii=False)
    await connection.execute(_OVERRIDE, list(versions), list(versions.values()), told, motif, par, le)


async def a_pourvoir(connection: Connection, mission_id: UUID, *, lock: bool = False) -> APourvoir | None:
    """The mission to convoke on, locked as `missions.reads.get` locks it."""
    query = f"{_A_POURVOIR} FOR NO KEY UPDATE OF mission" if lock else _A_POURVOIR
    row = await connection.fetchrow(query, mission_id, record_class=APourvoirRow)
    return APourvoir(mission_of(row), lire_profils(row.profils_json), row.conseillees, row.signee) if row else None


@dataclass(frozen=True, slots=True)
class Choix:
    """Which convocations; None leaves the choice open. `depuis`: whose present version is of then or later (aware)."""

    mission: UUID | None = None
    uai: str | None = None
    academie: str | None = None
    depuis: datetime | None = None


async def page(connection: Connection, choix: Choix, after: UUID | None, size: int) -> list[Choisie]:
    """The next `size` of the chosen ones, in the order of their ids: id, version, nature, event, time."""
    chosen = (choix.mission, choix.uai, choix.academie, choix.depuis)
    return await connection.fetch(_CHOSEN, after or _FIRST, *chosen, size, record_class=Choisie)


async def tell_again(
    connection: Connection, convocations: Sequence[UUID], topic: str, types: Mapping[NatureVersion, str]
) -> int:
    """Their events into the outbox, their rows locked (D13); returns how many."""
    natures = [nature.value for nature in types]
    done: str = await connection.execute(_TELL, topic, convocations, natures, list(types.values()))
    return int(done.rpartition(" ")[2])
