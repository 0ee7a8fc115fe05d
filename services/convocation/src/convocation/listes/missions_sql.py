"""The list of missions: who may see which is the caller's to say; filtered, sorted and paged by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Connection
from convocation.commun.recherche import mots
from convocation.exigences.reads import besoin_sql
from convocation.ouvertures.reads import TIENT

# The same rule as domain/ouverture.py.
_OPEN = f"""
coalesce((SELECT {TIENT.format(now="$9")}
          FROM ouverture o
          WHERE o.session = m.session AND (o.portee, o.code) IN
                (('ETABLISSEMENT', m.uai), ('ACADEMIE', m.academie), ('NATIONALE', '*'))
          ORDER BY CASE o.portee WHEN 'ETABLISSEMENT' THEN 1 WHEN 'ACADEMIE' THEN 2 ELSE 3 END LIMIT 1), false)
"""
_LIGNES = f"""
SELECT m.*, a.convoques, r.requis <@ a.profils AS profils_complets,
       ARRAY(SELECT unnest(r.requis) EXCEPT SELECT unnest(a.profils)) AS profils_manquants,
       {besoin_sql("$6")} AS besoin
FROM mission m JOIN exigence_mission r USING (mission_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS convoques,
           coalesce(array_agg(c.profil) FILTER (WHERE c.profil IS NOT NULL), ARRAY[]::text[]) AS profils
    FROM convocation c WHERE c.mission_id = m.mission_id AND c.status = 'ACTIVE') AS a
WHERE ($1::text[] IS NULL OR m.uai = ANY($1)) AND ($2::text[] IS NULL OR m.academie = ANY($2))
  AND ($3::text IS NULL OR m.session = $3) AND ($4::text IS NULL OR m.type = $4)
  AND ($5::text[] IS NULL OR m.recherche LIKE ALL ($5))
"""
# R18: whom SANTORIN refused; counted for the rows of a page, not for all that are sorted.
_REFUSEES = """
FROM convocation c JOIN acces x ON x.convocation_id = c.convocation_id AND x.convocation_version = c.version
WHERE c.status = 'ACTIVE' AND x.etat = 'REJETEE'
"""
# Whose mail failed or came back, cancelled ones too, unless it was handed over on paper.
_ECHOUES = """
FROM convocation c JOIN notification n ON n.convocation_id = c.convocation_id AND n.convocation_version = c.version
LEFT JOIN remise r ON r.convocation_id = c.convocation_id AND r.version = c.version
WHERE n.etat IN ('ECHOUEE', 'REVENUE') AND r.version IS NULL
"""
_EMPECHES = "FROM convocation c JOIN empechement e USING (convocation_id) WHERE e.etat = 'OUVERT'"
_ETATS = {
    "a-convoquer": "convoques = 0 AND status = 'ACTIVE'",
    "incomplete": "convoques > 0 AND convoques < besoin AND status = 'ACTIVE'",
    "complete": "convoques > 0 AND convoques >= besoin AND profils_complets AND status = 'ACTIVE'",
    "profil-manquant": "convoques > 0 AND NOT profils_complets AND status = 'ACTIVE'",
    "refusee": f"mission_id IN (SELECT c.mission_id {_REFUSEES})",
    "mail-en-echec": f"mission_id IN (SELECT c.mission_id {_ECHOUES})",
    "empechement": f"mission_id IN (SELECT c.mission_id {_EMPECHES})",
    "sans-candidat": "status <> 'ACTIVE'",
}
_TRIS = {
    "epreuve": "type, libelle, voie, uai, session",
    "etablissement": "etablissement_nom, uai, type, libelle, voie, session",
    "candidats": "candidats DESC, libelle, uai, voie, session",
    "convoques": "convoques DESC, libelle, uai, voie, session",
    "manque": "greatest(0, besoin - convoques) DESC, libelle, uai, voie, session",
}
ETATS, TRIS = frozenset(_ETATS), frozenset(_TRIS)

_UNE = """
SELECT m.*, (SELECT count(*) FROM convocation c WHERE c.mission_id = m.mission_id AND c.status = 'ACTIVE') AS convoques
FROM mission m WHERE m.mission_id = $1
"""


@dataclass(frozen=True, slots=True)
class Filtre:
    """What is asked for; None is no restriction. `etat` is one of ETATS, `tri` one of TRIS.

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


async def liste_missions(connection: Connection, filtre: Filtre, *, lot: int, now: datetime) -> list[Any]:
    """A page of missions with people convoked, need (`lot` copies a person), missing profiles, `total`.

    `refusees`, `mails_echoues`, `empechements`: how many people SANTORIN refused, no mail reached, cannot come.
    """
    query = _LIGNES
    if filtre.ouvertes:
        query += f" AND {_OPEN}"
    if filtre.convoquees:
        query += " AND a.convoques > 0"
    counted = {"refusees": _REFUSEES, "mails_echoues": _ECHOUES, "empechements": _EMPECHES}
    counts = [f"(SELECT count(*) {of} AND c.mission_id = lignes.mission_id) AS {name}" for name, of in counted.items()]
    query = f"SELECT *, count(*) OVER () AS total, {', '.join(counts)} FROM ({query}) AS lignes"
    if filtre.etat:
        query += f" WHERE {_ETATS[filtre.etat]}"
    query += f" ORDER BY {_TRIS[filtre.tri]} LIMIT $7 OFFSET $8"
    words = [f"%{word}%" for word in mots(filtre.texte)] or None  # letters and digits only: nothing to escape
    return list(
        await connection.fetch(
            query,
            *(filtre.uais, filtre.academies, filtre.session, filtre.type, words, lot),
            *(filtre.taille, (filtre.page - 1) * filtre.taille),
            *((now,) if filtre.ouvertes else ()),
        )
    )


async def mission(connection: Connection, mission_id: UUID) -> Any:
    """One mission with its number of people convoked, or None."""
    return await connection.fetchrow(_UNE, mission_id)
