"""Read models: what pages, the API and the notifier look at. Reads need no use case."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.database import Connection

_OPEN = """
coalesce((SELECT o.ouverte FROM ouverture o
          WHERE o.session = m.session AND (o.portee, o.code) IN
                (('ETABLISSEMENT', m.uai), ('ACADEMIE', m.academie), ('NATIONALE', '*'))
          ORDER BY CASE o.portee WHEN 'ETABLISSEMENT' THEN 1 WHEN 'ACADEMIE' THEN 2 ELSE 3 END LIMIT 1), false)
"""

_MISSIONS = f"""
SELECT m.*, count(*) OVER () AS total,
       (SELECT count(*) FROM convocation c WHERE c.mission_id = m.mission_id AND c.status = 'ACTIVE') AS convoques
FROM mission m
WHERE ($1::text[] IS NULL OR m.uai = ANY($1)) AND ($2::text[] IS NULL OR m.academie = ANY($2))
  AND ($3::text IS NULL OR m.session = $3) AND ($4::text IS NULL OR m.type = $4)
  AND ($5::text IS NULL OR m.libelle ILIKE '%' || $5 || '%' OR m.code ILIKE $5 || '%')
  AND (NOT $6::boolean OR {_OPEN})
ORDER BY m.uai, m.session, m.type, m.libelle, m.voie LIMIT $7 OFFSET $8
"""

_MISSION = """
SELECT m.*, (SELECT count(*) FROM convocation c WHERE c.mission_id = m.mission_id AND c.status = 'ACTIVE') AS convoques
FROM mission m WHERE m.mission_id = $1
"""

_CONVOCATIONS = """
SELECT c.*, i.civilite, i.nom, i.prenom, i.uai AS intervenant_uai, i.disciplines,
       m.libelle, m.session, m.type, m.uai, m.academie, m.etablissement_nom, m.etablissement_commune
FROM convocation c JOIN intervenant i USING (numero) JOIN mission m USING (mission_id)
"""

_ENVOIS = """
SELECT d.convocation_id, d.version, c.version AS courante, v.nature, v.qualite, v.qualite_par_defaut, v.dates,
       v.observation, v.motif, i.civilite, i.nom, i.prenom, i.courriel, m.type, m.libelle, m.voie, m.session, m.uai,
       m.etablissement_nom, m.etablissement_commune, s.nom AS signataire_nom, s.prenom AS signataire_prenom,
       s.qualite AS signataire_qualite
FROM unnest($1::uuid[], $2::int[]) AS d (convocation_id, version)
LEFT JOIN convocation c USING (convocation_id)
LEFT JOIN convocation_version v ON v.convocation_id = d.convocation_id AND v.version = d.version
LEFT JOIN intervenant i ON i.numero = c.numero
LEFT JOIN mission m ON m.mission_id = c.mission_id
LEFT JOIN signature s ON s.uai = m.uai
"""


async def missions(
    connection: Connection,
    *,
    uais: Sequence[str] | None,
    academies: Sequence[str] | None,
    session: str | None,
    type_: str | None,
    texte: str | None,
    ouvertes: bool,
    taille: int,
    page: int,
) -> list[Any]:
    """A page of missions; with `ouvertes` only those open to convocation (R13). Each row bears the `total`."""
    arguments = (uais, academies, session, type_, texte, ouvertes, taille, (page - 1) * taille)
    return list(await connection.fetch(_MISSIONS, *arguments))


async def mission(connection: Connection, mission_id: UUID) -> Any:
    """One mission with its number of people convoked, or None."""
    return await connection.fetchrow(_MISSION, mission_id)


async def convocations_of_mission(connection: Connection, mission_id: UUID) -> list[Any]:
    """« Liste des Intervenants » (R42), cancelled ones too."""
    return list(await connection.fetch(f"{_CONVOCATIONS} WHERE c.mission_id = $1 ORDER BY i.cle, c.numero", mission_id))


async def convocation(connection: Connection, convocation_id: UUID) -> Any:
    """One convocation with its person and mission, or None."""
    return await connection.fetchrow(f"{_CONVOCATIONS} WHERE c.convocation_id = $1", convocation_id)


async def convocations_of_person(connection: Connection, numero: str) -> list[Any]:
    """A person's own convocations (R57)."""
    return list(await connection.fetch(f"{_CONVOCATIONS} WHERE c.numero = $1 ORDER BY c.dates, m.libelle", numero))


async def history(connection: Connection, convocation_id: UUID) -> list[Any]:
    """Every version told, the first first."""
    query = "SELECT * FROM convocation_version WHERE convocation_id = $1 ORDER BY version"
    return list(await connection.fetch(query, convocation_id))


async def envois(connection: Connection, wanted: Sequence[tuple[UUID, int]]) -> list[Any]:
    """What each version of a convocation says, with the address of now; `courante` tells whether it is superseded."""
    return list(await connection.fetch(_ENVOIS, [one for one, _ in wanted], [version for _, version in wanted]))
