"""SQL of what the notifier tells: versions as they were, with the address of now."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.database import Connection

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


async def envois(connection: Connection, wanted: Sequence[tuple[UUID, int, int | None, bool]]) -> list[Any]:
    """A row for each (convocation, version, version told before, under way), in their order; `nature` None: unknown.

    `courante` tells whether a version is superseded.
    """
    return list(await connection.fetch(_ENVOIS, *map(list, zip(*wanted, strict=True))))
