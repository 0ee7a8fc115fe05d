"""SQL of the openings. A change takes the session's national row FOR UPDATE, a command that convokes FOR SHARE."""

from collections.abc import Collection, Mapping
from datetime import datetime

from chassis.database import Connection, Row
from convocation.ouvertures.domain import NATIONALE, Cible, Decision, PorteeOuverture
from convocation.ouvertures.reads import TIENT, DecisionRow

# A row to lock: nobody decided (par is empty), and it says closed, as no decision does.
_NATIONAL_ROW = """
INSERT INTO ouverture (session, portee, code, ouverte, par, le) VALUES ($1, $2, $3, false, '', $4)
ON CONFLICT DO NOTHING
"""
_SAVE = """
INSERT INTO ouverture (session, portee, code, ouverte, debut, fin, par, le, propre)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (session, portee, code) DO UPDATE
SET ouverte = excluded.ouverte, debut = excluded.debut, fin = excluded.fin, par = excluded.par, le = excluded.le,
    propre = excluded.propre
"""
_REMOVE = "DELETE FROM ouverture WHERE session = $1 AND portee = $2 AND code = $3"
_COLUMNS = "o.session, o.portee, o.code, o.ouverte, o.debut, o.fin, o.par, o.le"
# Who decided and why, as the audit has it.
_WHY = """
LEFT JOIN LATERAL (SELECT a.nom, a.motif FROM audit a
                   WHERE a.objet = concat_ws('|', 'ouverture', o.session, o.portee, o.code)
                   ORDER BY a.id DESC LIMIT 1) AS acte ON true
"""
_GENERAL = f"""
SELECT {_COLUMNS}, acte.nom, acte.motif FROM ouverture o {_WHY}
WHERE o.session = $1 AND o.portee <> 'ETABLISSEMENT' AND o.par <> '' ORDER BY o.code
"""
_EXCEPTIONS = f"""
SELECT {_COLUMNS}, o.academie, o.etablissement_nom,
       o.etablissement_commune, o.total, acte.nom, acte.motif
FROM (
    SELECT e.*, m.academie, m.etablissement_nom, m.etablissement_commune, count(*) OVER () AS total
    FROM ouverture e JOIN LATERAL (SELECT academie, etablissement_nom, etablissement_commune FROM etablissement
                                   WHERE uai = e.code) AS m ON true
    WHERE e.session = $1 AND e.portee = 'ETABLISSEMENT'
    ORDER BY m.academie, e.code LIMIT $2 OFFSET $3) AS o
{_WHY}
ORDER BY o.academie, o.code
"""
# LATERAL: one look-up in an index for each exception.
_ACADEMIES = f"""
WITH lieux AS (SELECT academie, uai FROM lieu_de_session WHERE session = $1),
exceptions AS (
    SELECT m.academie, count(*)::int AS exceptions,
           count(*) FILTER (WHERE {TIENT.format(now="$2")})::int AS exceptions_ouvertes
    FROM ouverture o JOIN LATERAL (SELECT academie FROM etablissement WHERE uai = o.code) AS m ON true
    WHERE o.session = $1 AND o.portee = 'ETABLISSEMENT' GROUP BY m.academie)
SELECT l.academie, count(*)::int AS etablissements, coalesce(max(e.exceptions), 0) AS exceptions,
       coalesce(max(e.exceptions_ouvertes), 0) AS exceptions_ouvertes
FROM lieux l LEFT JOIN exceptions e USING (academie) GROUP BY l.academie ORDER BY l.academie
"""


class Ouverture(DecisionRow):
    """A decision as it stands."""

    session: str
    le: datetime


class OuvertureMotivee(Ouverture):
    """With who decided and why, as the audit has it."""

    nom: str | None
    motif: str | None


class OuvertureException(OuvertureMotivee):
    """An établissement's own, with its place."""

    academie: str
    etablissement_nom: str
    etablissement_commune: str
    total: int


class AcademieRow(Row):
    """An académie with missions in a session, and how many établissements have a decision of their own."""

    academie: str
    etablissements: int
    exceptions: int
    exceptions_ouvertes: int


async def hold(connection: Connection, session: str, *, le: datetime) -> None:
    """Wait for the commands that convoke under the present decisions, and let no other begin."""
    await connection.execute(_NATIONAL_ROW, session, *NATIONALE, le)
    await hold_what_is_there(connection, session)


async def hold_what_is_there(connection: Connection, session: str) -> None:
    """As `hold`, where the nation's decision was taken."""
    lock = "SELECT FROM ouverture WHERE session = $1 AND portee = 'NATIONALE' FOR UPDATE"
    await connection.execute(lock, session)


async def save(
    connection: Connection,
    session: str,
    wanted: Mapping[Cible, Decision | None],
    *,
    par: str,
    le: datetime,
    propres: Collection[Cible] = (),
) -> None:
    """Write decisions, and remove those that are None, of a session that `hold` holds.

    `propres`: those by which an académie has dates of its own inside the nation's.
    """
    rows = [(session, *cible, *one, par, le, cible in propres) for cible, one in wanted.items() if one is not None]
    await connection.executemany(_SAVE, rows)
    await connection.executemany(_REMOVE, [(session, *cible) for cible, one in wanted.items() if one is None])


async def narrower(connection: Connection, session: str) -> list[Cible]:
    """What académies and établissements have a decision of their own about."""
    return [Cible(PorteeOuverture(row.portee), row.code) for row in await _narrower(connection, session, propre=False)]


async def propres(connection: Connection, session: str) -> dict[Cible, Decision]:
    """By which académies have dates of their own inside the nation's."""
    rows = await _narrower(connection, session, propre=True)
    return {Cible(PorteeOuverture(row.portee), row.code): Decision(row.ouverte, row.debut, row.fin) for row in rows}


async def _narrower(connection: Connection, session: str, *, propre: bool) -> list[DecisionRow]:
    query = """
    SELECT portee, code, ouverte, debut, fin, par FROM ouverture
    WHERE session = $1 AND portee <> 'NATIONALE' AND par <> '' AND propre = $2 ORDER BY portee, code
    """
    return await connection.fetch(query, session, propre, record_class=DecisionRow)


async def all_of(connection: Connection, session: str | None) -> list[Ouverture]:
    """Every decision, the latest first."""
    query = f"""
    SELECT {_COLUMNS} FROM ouverture o WHERE ($1::text IS NULL OR session = $1) AND par <> ''
    ORDER BY le DESC, portee, code
    """
    return await connection.fetch(query, session, record_class=Ouverture)


async def general(connection: Connection, session: str) -> list[OuvertureMotivee]:
    """The nation's decision and the académies', with `nom` and `motif` of who decided."""
    return await connection.fetch(_GENERAL, session, record_class=OuvertureMotivee)


async def exceptions(connection: Connection, session: str, *, taille: int, page: int) -> list[OuvertureException]:
    """A page of the établissements' own decisions, with their place, `nom`, `motif` and `total`."""
    return await connection.fetch(_EXCEPTIONS, session, taille, (page - 1) * taille, record_class=OuvertureException)


async def academies(connection: Connection, session: str, now: datetime) -> list[AcademieRow]:
    """Académies with missions in the session: `etablissements`, those with a decision of their own, those then open."""
    return await connection.fetch(_ACADEMIES, session, now, record_class=AcademieRow)
