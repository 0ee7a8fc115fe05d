"""SQL of the list of missions, of one mission's state, and of what SANTORIN left unanswered or refused (R18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.commun.recherche import mots
from convocation.listes.domain import FILTRES_MANQUES, Attente
from convocation.listes.reads import COLUMNS, LACKS, Arguments, EtatMission, etats
from convocation.missions.reads import NON_ARCHIVEE
from convocation.ouvertures.reads import TIENT

# The same rule as ouvertures.domain.
_OPEN = """
coalesce((SELECT {held}
          FROM ouverture o
          WHERE o.session = m.session AND (o.portee, o.code) IN
                (('ETABLISSEMENT', m.uai), ('ACADEMIE', m.academie), ('NATIONALE', '*'))
          ORDER BY CASE o.portee WHEN 'ETABLISSEMENT' THEN 1 WHEN 'ACADEMIE' THEN 2 ELSE 3 END LIMIT 1), false)
"""
_ETATS = {
    "a-convoquer": "active AND convoques = 0",
    **{name: gap.value for name, gap in FILTRES_MANQUES.items()},
    "sans-candidat": "NOT active",
    "complete": f"active AND NOT {LACKS}",
}
_TRIS = {
    "epreuve": "type, libelle, voie, uai, session",
    "etablissement": "etablissement_nom, uai, type, libelle, voie, session",
    "candidats": "candidats DESC, libelle, uai, voie, session",
    "convoques": "convoques DESC, libelle, uai, voie, session",
    "manque": "CASE WHEN active THEN greatest(0, besoin - pourvus) ELSE 0 END DESC, libelle, uai, voie, session",
}
_SILENCE = """
SELECT count(*) AS sans_reponse, min(v.le) AS depuis
FROM convocation c JOIN mission m USING (mission_id)
JOIN convocation_version v ON v.convocation_id = c.convocation_id AND v.version = c.version
LEFT JOIN acces a ON a.convocation_id = c.convocation_id AND a.convocation_version = c.version
WHERE c.status = 'ACTIVE' AND v.le < {before}
  AND a.etat IS DISTINCT FROM 'ACCEPTEE' AND a.etat IS DISTINCT FROM 'REJETEE'
"""

_KEPT = f"""
SELECT {COLUMNS} FROM etat_tenu t WHERE mission_id = $1 AND copies_par_lot = $2 AND NOT EXISTS (
    SELECT FROM etat_a_refaire r WHERE r.mission_id = t.mission_id OR r.code = t.code OR r.uai = t.uai)
"""
_WHOSE = "DELETE FROM etat_a_refaire WHERE mission_id IS NULL RETURNING code, uai"
_NAME_MISSIONS = """
INSERT INTO etat_a_refaire (mission_id) SELECT mission_id FROM mission WHERE code = ANY ($1) OR uai = ANY ($2)
"""
_TAKE_MARKS = """
DELETE FROM etat_a_refaire
WHERE ctid = ANY (ARRAY(SELECT ctid FROM etat_a_refaire WHERE mission_id IS NOT NULL LIMIT $1))
RETURNING mission_id
"""
_OTHER_LOT = "SELECT mission_id FROM etat_tenu WHERE copies_par_lot < $1 OR copies_par_lot > $1 LIMIT $2"
_ONE_AT_A_TIME = 356  # of this database's advisory locks, the one of this table


@dataclass(frozen=True, slots=True)
class FiltreMissions:
    """What is asked for; None is no restriction. `etat` is a key of LIBELLES_ETATS, `tri` one of LIBELLES_TRIS.

    `ouvertes`: only those open to convocation (R13). `convoquees`: only those with people convoked (R22).
    """

    uais: Sequence[str] | None
    academies: Sequence[str] | None
    session: str | None = None
    type: str | None = None
    texte: str = ""
    etat: str | None = None
    tri: str = "epreuve"
    ouvertes: bool = False
    convoquees: bool = False
    page: int = 1
    taille: int = 50


class LigneMission(EtatMission):
    """A mission of a page of the list; `total`: how many there are."""

    total: int


class _Marque(Row):
    mission_id: UUID


class _MarqueDe(Row):
    code: str | None
    uai: str | None


class _Refusees(Row):
    mission_id: UUID
    libelle: str
    voie: str
    refusees: int


class _Silence(Row):
    sans_reponse: int
    depuis: datetime | None


async def liste_missions(
    connection: Connection, filtre: FiltreMissions, *, lot: int, now: datetime, marked_here: bool | None = None
) -> list[LigneMission]:
    """A page of missions with what each has, needs (`lot` copies a person) and lacks; `marked_here`: see `etats`."""
    arguments = Arguments()
    places = (filtre.uais, filtre.academies, filtre.session)
    avec = await etats(connection, arguments, lot, *places, marked_here=marked_here)
    tri = _TRIS[filtre.tri]
    # Three readings of narrow rows take half the time of one that sorts whole rows for the fifty that are shown.
    query = f"""
    {avec}, m AS NOT MATERIALIZED (SELECT * FROM etats AS m WHERE {_conditions(arguments, filtre, now)})
    SELECT m.*, (SELECT count(*) FROM m) AS total
    FROM (SELECT mission_id FROM m ORDER BY {tri}
          LIMIT {arguments.place(filtre.taille)} OFFSET {arguments.place((filtre.page - 1) * filtre.taille)}) AS page
    JOIN m USING (mission_id) ORDER BY {tri}
    """
    return await connection.fetch(query, *arguments.values, record_class=LigneMission)


def _conditions(arguments: Arguments, filtre: FiltreMissions, now: datetime) -> str:
    found = ["true"] if filtre.session else [NON_ARCHIVEE]
    if filtre.type:
        found.append(f"type = {arguments.place(filtre.type)}")
    if words := [f"%{word}%" for word in mots(filtre.texte)]:  # letters and digits only: nothing to escape
        found.append(f"recherche LIKE ALL ({arguments.place(words)}::text[])")
    if filtre.ouvertes:
        found.append(_OPEN.format(held=TIENT.format(now=arguments.place(now))))
    if filtre.convoquees:
        found.append("convoques > 0")
    if filtre.etat:
        found.append(_ETATS[filtre.etat])
    return " AND ".join(found)


async def etat_of(connection: Connection, mission_id: UUID, *, lot: int) -> EtatMission:
    """Of a mission that there is."""
    if kept := await connection.fetchrow(_KEPT, mission_id, lot, record_class=EtatMission):
        return kept
    computed = await connection.fetchrow(
        "SELECT * FROM etat_des_missions($1, ARRAY[$2::uuid])", lot, mission_id, record_class=EtatMission
    )
    assert computed is not None
    return computed


async def keep_again(connection: Connection, lot: int, size: int) -> int:
    """Keep the states of some `size` missions that are marked, or were kept under another `lot`; how many they were.

    In a transaction: the marks go with it. One process at a time, so that none keeps what it read before another one.
    """
    alone: bool = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _ONE_AT_A_TIME)
    if not alone:
        return 0
    whose = await connection.fetch(_WHOSE, record_class=_MarqueDe)
    if whose:  # a statement of its own, too: a mission that it does not see yet has a mark of its own
        await connection.execute(_NAME_MISSIONS, [row.code for row in whose], [row.uai for row in whose])
    ids = await _take_marks(connection, size)
    ids = ids or [row.mission_id for row in await connection.fetch(_OTHER_LOT, lot, size, record_class=_Marque)]
    if ids:  # statements of their own: the last one sees what was committed before the marks that go
        await connection.execute("DELETE FROM etat_tenu WHERE mission_id = ANY ($1)", ids)
        await connection.execute("INSERT INTO etat_tenu SELECT *, $1 FROM etat_des_missions($1, $2)", lot, ids)
    return len(ids)


async def _take_marks(connection: Connection, size: int) -> list[UUID]:
    """Missions that were marked, more than half of `size` where there are so many; a mark that is left has its mission
    kept once more. To look for `size` missions and for all their marks, all marks would be read twice.
    """
    missions: set[UUID] = set()
    while len(missions) <= size // 2:
        taken = await connection.fetch(_TAKE_MARKS, size, record_class=_Marque)
        missions.update(row.mission_id for row in taken)
        if len(taken) < size:
            break
    return list(missions)


async def attente_of_mission(connection: Connection, etat: EtatMission, before: datetime) -> Attente:
    """On one mission; `before`: what was written then or later has not waited too long yet."""
    query = f"{_SILENCE.format(before='$2')} AND c.mission_id = $1"
    silence = await connection.fetchrow(query, etat.mission_id, before, record_class=_Silence)
    return _attente(silence, [etat] if etat.refusee else [])


async def attente_of_etablissements(
    connection: Connection, uais: Sequence[str], before: datetime, *, lot: int, marked_here: bool
) -> Attente:
    """On all missions of these établissements; `marked_here`: see `etats`."""
    arguments = Arguments()
    query = f"{_SILENCE.format(before=arguments.place(before))} AND m.uai {arguments.among(uais)}"
    silence = await connection.fetchrow(query, *arguments.values, record_class=_Silence)
    arguments = Arguments()
    avec = await etats(connection, arguments, lot, uais, marked_here=marked_here)
    query = f"""
    {avec}
    SELECT mission_id, libelle, voie, refusees FROM etats
    WHERE refusee ORDER BY libelle, voie, mission_id
    """
    return _attente(silence, await connection.fetch(query, *arguments.values, record_class=_Refusees))


def _attente(silence: _Silence | None, refusees: Sequence[_Refusees] | Sequence[EtatMission]) -> Attente:
    assert silence is not None  # an aggregate
    missions = {one.mission_id: (one.libelle, one.voie) for one in refusees}
    return Attente(silence.sans_reponse, silence.depuis, sum(one.refusees for one in refusees), missions)
