"""SQL of what our own services ask: versions as they were, with the address of now; every convocation's version."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection, Row

_ENVOIS = """
SELECT d.convocation_id, d.version, d.engagee, c.version AS courante, v.nature, v.qualite, v.qualite_par_defaut,
       v.dates, v.observation, v.motif, v.le, i.civilite, i.nom, i.prenom, i.courriel, m.type, m.libelle, m.voie,
       m.session, m.uai, m.academie, m.etablissement_nom, m.etablissement_commune, s.nom AS signataire_nom,
       s.prenom AS signataire_prenom, s.qualite AS signataire_qualite, k.nom AS contact_nom,
       k.courriel AS contact_courriel, l.convocation_id IS NOT NULL AS lue, p.version AS precedente,
       p.qualite AS precedente_qualite, p.qualite_par_defaut AS precedente_qualite_par_defaut,
       p.dates AS precedente_dates, p.observation AS precedente_observation,
       (SELECT e.reponse FROM empechement e WHERE e.convocation_id = d.convocation_id AND e.etat = 'MAINTENU'
        ORDER BY e.repondu_le DESC LIMIT 1) AS reponse_empechement
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::boolean[])
     WITH ORDINALITY AS d (convocation_id, version, dite, engagee, rang)
LEFT JOIN convocation c USING (convocation_id)
LEFT JOIN convocation_version v ON v.convocation_id = d.convocation_id AND v.version = d.version
LEFT JOIN convocation_version p ON p.convocation_id = d.convocation_id AND p.version = d.dite
LEFT JOIN prise_de_connaissance l ON l.convocation_id = d.convocation_id AND l.version = d.version
LEFT JOIN intervenant i ON i.numero = c.numero
LEFT JOIN mission m ON m.mission_id = c.mission_id
LEFT JOIN signature s ON s.uai = m.uai
LEFT JOIN contact k ON k.academie = m.academie
ORDER BY d.rang
"""
_ETATS = """
SELECT convocation_id, version, status = 'ACTIVE' AS active FROM convocation
WHERE convocation_id > $1 ORDER BY convocation_id LIMIT $2
"""


class Envoi(Row):
    """One version that was asked for; `nature` None: it is not known. `courante`: the present version."""

    convocation_id: UUID
    version: int
    engagee: bool
    courante: int | None
    nature: str | None
    qualite: str | None
    qualite_par_defaut: bool | None
    dates: list[date] | None
    observation: str | None
    motif: str | None
    le: datetime | None
    civilite: str | None
    nom: str | None
    prenom: str | None
    courriel: str | None
    type: str | None
    libelle: str | None
    voie: str | None
    session: str | None
    uai: str | None
    academie: str | None
    etablissement_nom: str | None
    etablissement_commune: str | None
    signataire_nom: str | None
    signataire_prenom: str | None
    signataire_qualite: str | None
    contact_nom: str | None
    contact_courriel: str | None
    lue: bool
    precedente: int | None
    precedente_qualite: str | None
    precedente_qualite_par_defaut: bool | None
    precedente_dates: list[date] | None
    precedente_observation: str | None
    reponse_empechement: str | None


class EtatConvocation(Row):
    """The version that a convocation has, and whether it is active."""

    convocation_id: UUID
    version: int
    active: bool


async def envois(connection: Connection, wanted: Sequence[tuple[UUID, int, int | None, bool]]) -> list[Envoi]:
    """A row for each (convocation, version, version told before, under way), in their order."""
    columns = (list(column) for column in zip(*wanted, strict=True))
    return await connection.fetch(_ENVOIS, *columns, record_class=Envoi)


async def page_of_etats(connection: Connection, after: UUID, size: int) -> list[EtatConvocation]:
    """The next `size` convocations after `after`, in the order of their ids."""
    return await connection.fetch(_ETATS, after, size, record_class=EtatConvocation)
