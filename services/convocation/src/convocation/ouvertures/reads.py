"""What other rooms ask of the openings: the decisions that concern an établissement, and when it will open."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.database import Connection, Row
from convocation.ouvertures.domain import Cible, Decision, EnCours, PorteeOuverture, cibles, in_force, ouvrira
from event_schemas.academies import local_time

TIENT = """
(o.ouverte AND coalesce(o.debut <= {now}::timestamptz, true) AND coalesce({now}::timestamptz < o.fin, true))
"""
"""`Decision.tient` in SQL, of an `ouverture o` at the instant `now`. A test holds the two together."""
_DECISIONS = """
SELECT portee, code, ouverte, debut, fin, par FROM ouverture
WHERE session = $1 AND (portee, code) IN (SELECT * FROM unnest($2::text[], $3::text[]))
ORDER BY portee, code
"""
_SANS_DECISION = """
SELECT s.session FROM unnest($1::text[]) WITH ORDINALITY AS s (session, rang)
WHERE NOT EXISTS (SELECT FROM ouverture o WHERE o.session = s.session AND o.par <> '') ORDER BY s.rang
"""
_LIEUX = """
SELECT l.session, l.academie, l.uai, o.portee, o.code, o.ouverte, o.debut, o.fin
FROM (SELECT DISTINCT session, academie, uai FROM mission WHERE uai = ANY($1::text[])) AS l
LEFT JOIN ouverture o ON o.session = l.session AND o.par <> '' AND (
    (o.portee, o.code) = ('ETABLISSEMENT', l.uai) OR (o.portee, o.code) = ('ACADEMIE', l.academie)
    OR (o.portee, o.code) = ('NATIONALE', '*'))
ORDER BY l.session, l.uai
"""


# A session's lycées with the decision that holds for each, then what each kind of work has still under way.
_EN_COURS = f"""
WITH lieux AS (
    SELECT l.uai, d.portee, d.propre, coalesce(d.tient, false) AS tient
    FROM lieu_de_session l
    LEFT JOIN LATERAL (
        SELECT o.portee, o.propre, {TIENT.format(now="$2")} AS tient FROM ouverture o
        WHERE o.session = l.session AND o.par <> ''
          AND (o.portee, o.code) IN (('ETABLISSEMENT', l.uai), ('ACADEMIE', l.academie), ('NATIONALE', '*'))
        ORDER BY o.portee = 'ETABLISSEMENT' DESC, o.portee = 'ACADEMIE' DESC LIMIT 1) AS d ON true
    WHERE l.session = $1),
retards AS (
    SELECT count(*) FILTER (WHERE 'RIEN' = ANY (motifs))::int AS sans_convocation,
           coalesce(sum(sans_personne), 0)::int AS missions_sans_personne
    FROM retard_etablissement WHERE session = $1),
actives AS (
    SELECT c.convocation_id, c.version FROM convocation c JOIN mission m USING (mission_id)
    WHERE m.session = $1 AND m.status = 'ACTIVE' AND c.status = 'ACTIVE')
SELECT (SELECT count(*) FILTER (WHERE tient)::int FROM lieux) AS lycees_ouverts,
       (SELECT count(*) FILTER (WHERE tient AND portee <> 'NATIONALE' AND NOT propre)::int FROM lieux) AS restent,
       r.sans_convocation, r.missions_sans_personne,
       (SELECT count(*)::int FROM brouillon b JOIN mission m USING (mission_id) WHERE m.session = $1) AS brouillons,
       (SELECT count(*)::int FROM actives a
        WHERE NOT EXISTS (SELECT FROM prise_de_connaissance p
                          WHERE p.convocation_id = a.convocation_id AND p.version = a.version)) AS non_lues,
       (SELECT count(*)::int FROM actives a
        WHERE NOT EXISTS (SELECT FROM notification n WHERE n.convocation_id = a.convocation_id
                          AND n.convocation_version = a.version AND n.etat <> 'EN_ATTENTE')) AS mails_a_partir,
       (SELECT count(*)::int FROM empechement e JOIN actives a USING (convocation_id)
        WHERE e.etat = 'OUVERT') AS empechements
FROM retards r
"""


class EnCoursRow(Row):
    """Numbers, as `EnCours` names them."""

    lycees_ouverts: int
    restent: int
    sans_convocation: int
    missions_sans_personne: int
    brouillons: int
    non_lues: int
    mails_a_partir: int
    empechements: int


class DecisionRow(Row):
    """A decision; nobody took it where `par` is empty."""

    portee: str
    code: str
    ouverte: bool
    debut: datetime | None
    fin: datetime | None
    par: str


class SessionRow(Row):
    """A session."""

    session: str


class LieuRow(Row):
    """An établissement with missions in a session, and one of the decisions that concern it (None: there is none)."""

    session: str
    academie: str
    uai: str
    portee: str | None
    code: str | None
    ouverte: bool | None
    debut: datetime | None
    fin: datetime | None


class Lieu(NamedTuple):
    """An établissement with missions in a session."""

    session: str
    academie: str
    uai: str


class AVenir(NamedTuple):
    """The service of an établissement opens later. `debut`: in the académie's own time."""

    session: str
    debut: datetime
    uai: str


class Fermee(NamedTuple):
    """The decision that closes the service of an établissement: nothing says that it opens again."""

    session: str
    academie: str
    decision: Decision


async def held(
    connection: Connection, session: str, wanted: Sequence[Cible], *, lock: bool = False
) -> dict[Cible, Decision]:
    """Those of `wanted` that somebody decided; `lock` keeps them, and the nation's, until the transaction's end."""
    rows = await connection.fetch(
        _DECISIONS + (" FOR SHARE" if lock else ""),
        session,
        [cible.portee.value for cible in wanted],
        [cible.code for cible in wanted],
        record_class=DecisionRow,
    )
    return {
        Cible(PorteeOuverture(row.portee), row.code): Decision(row.ouverte, row.debut, row.fin)
        for row in rows
        if row.par
    }


async def decisions(
    connection: Connection, session: str, academie: str, uai: str, *, lock: bool = False
) -> dict[Cible, Decision]:
    """Decisions that concern an établissement."""
    return await held(connection, session, cibles(academie, uai), lock=lock)


async def limites(connection: Connection, session: str, academie: str) -> tuple[datetime | None, bool]:
    """An académie's deadline in a session (None: it has none), and whether it is the académie's own."""
    query = """
    SELECT portee, code, ouverte, debut, fin, par FROM ouverture
    WHERE session = $1 AND par <> '' AND (portee, code) IN (('ACADEMIE', $2), ('NATIONALE', '*'))
    ORDER BY portee = 'ACADEMIE' DESC
    """
    rows = await connection.fetch(query, session, academie, record_class=DecisionRow)
    return (rows[0].fin, rows[0].portee == PorteeOuverture.ACADEMIE) if rows else (None, False)


async def decidee(connection: Connection, session: str, academie: str) -> bool:
    """Whether the administrateur has decided for this académie: its own deadline is not for it to say."""
    query = """
    SELECT EXISTS (SELECT FROM ouverture WHERE session = $1 AND portee = 'ACADEMIE' AND code = $2 AND par <> ''
                   AND NOT propre)
    """
    found: bool = await connection.fetchval(query, session, academie)
    return found


async def of_places(connection: Connection, session: str, places: Sequence[tuple[str, str]]) -> dict[Cible, Decision]:
    """Decisions that concern any of these (académie, UAI)."""
    return await held(connection, session, sorted({one for place in places for one in cibles(*place)}))


async def sans_decision(connection: Connection, sessions: Sequence[str]) -> list[str]:
    """Those of `sessions` that nobody has decided anything about."""
    rows = await connection.fetch(_SANS_DECISION, list(sessions), record_class=SessionRow)
    return [row.session for row in rows]


async def _lieux(connection: Connection, uais: Sequence[str]) -> dict[Lieu, dict[Cible, Decision]]:
    """The places of these établissements by session, each with the decisions that concern it."""
    found: dict[Lieu, dict[Cible, Decision]] = {}
    for row in await connection.fetch(_LIEUX, list(uais), record_class=LieuRow):
        decided = found.setdefault(Lieu(row.session, row.academie, row.uai), {})
        if row.portee is not None and row.code is not None and row.ouverte is not None:
            decided[Cible(PorteeOuverture(row.portee), row.code)] = Decision(row.ouverte, row.debut, row.fin)
    return found


async def a_venir(connection: Connection, uais: Sequence[str], now: datetime) -> list[AVenir]:
    """For each établissement and session the opening to come, where the decision in force already says when."""
    found = []
    for lieu, decided in (await _lieux(connection, uais)).items():
        debut = ouvrira(decided, lieu.academie, lieu.uai, now)
        if debut is not None:
            found.append(AVenir(lieu.session, local_time(lieu.academie, debut), lieu.uai))
    return found


async def fermees(connection: Connection, uais: Sequence[str], sessions: Sequence[str], now: datetime) -> list[Fermee]:
    """What closes the établissements' service in these sessions; empty where something there opens later, or may."""
    found = []
    for lieu, decided in (await _lieux(connection, uais)).items():
        if lieu.session not in sessions:
            continue
        what = in_force(decided, lieu.academie, lieu.uai)
        if what is None or what[1].tient(now) or what[1].ouvrira(now):
            return []
        found.append(Fermee(lieu.session, lieu.academie, what[1]))
    return found


async def en_cours(connection: Connection, session: str, now: datetime) -> EnCours:
    """Of the whole session."""
    row = await connection.fetchrow(_EN_COURS, session, now, record_class=EnCoursRow)
    assert row is not None, "counts are always told"
    return EnCours(*row.values())
