"""SQL of what our own services ask: versions as told, with the present address; every convocation's version."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Row
from convocation.mes_missions.calendrier import VersionRow

_ENVOIS = """
SELECT d.rang, d.convocation_id, d.version, d.engagee, c.version AS courante, v.nature, v.qualite, v.qualite_par_defaut,
       v.dates, v.observation, v.motif, v.le, i.civilite, i.nom, i.prenom, i.courriel, i.id AS intervenant_id,
       o.compteur AS lien_compteur, m.type, m.libelle, m.voie, m.session, m.uai, m.academie, m.etablissement_nom,
       m.etablissement_commune, s.nom AS signataire_nom, s.prenom AS signataire_prenom,
       s.qualite AS signataire_qualite, k.nom AS contact_nom, k.courriel AS contact_courriel,
       concat_ws(', ', j.telephone, j.courriel) AS joindre,
       l.convocation_id IS NOT NULL AS lue, (l.convocation_id IS NULL AND t.le > v.le) IS TRUE AS relancee,
       s.uai IS NOT NULL AND EXISTS (SELECT FROM document a WHERE a.convocation_id = d.convocation_id
                                     AND a.version = d.dite AND a.signature_version IS NULL) AS signature_ajoutee,
       p.qualite AS precedente_qualite, p.qualite_par_defaut AS precedente_qualite_par_defaut,
       p.dates AS precedente_dates, p.observation AS precedente_observation,
       (SELECT e.reponse FROM empechement e WHERE e.convocation_id = d.convocation_id AND e.etat = 'MAINTENU'
        ORDER BY e.repondu_le DESC LIMIT 1) AS reponse_empechement
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::boolean[])
     WITH ORDINALITY AS d (convocation_id, version, dite, engagee, rang)
JOIN convocation c USING (convocation_id)
JOIN convocation_version v ON v.convocation_id = d.convocation_id AND v.version = d.version
JOIN intervenant i ON i.numero = c.numero
JOIN mission m ON m.mission_id = c.mission_id
LEFT JOIN lien_ouvert o ON o.numero = c.numero
LEFT JOIN convocation_version p ON p.convocation_id = d.convocation_id AND p.version = d.dite
LEFT JOIN prise_de_connaissance l ON l.convocation_id = d.convocation_id AND l.version = d.version
LEFT JOIN relance t ON t.convocation_id = d.convocation_id
LEFT JOIN signature s ON s.uai = m.uai
LEFT JOIN coordonnees_etablissement j ON j.uai = m.uai
LEFT JOIN contact k ON k.academie = m.academie
"""
_ETATS = """
SELECT convocation_id, version, status = 'ACTIVE' AS active FROM convocation
WHERE convocation_id > $1 ORDER BY convocation_id LIMIT $2
"""


_TAKE = """
UPDATE adresse_changee a SET prise_le = $1
FROM (SELECT id FROM adresse_changee WHERE prise_le IS NULL OR prise_le < $2 ORDER BY le, id LIMIT $3
      FOR UPDATE SKIP LOCKED) AS due,
     intervenant i LEFT JOIN contact k ON k.academie = i.academie
WHERE a.id = due.id AND i.numero = a.numero
RETURNING a.id, a.ancienne AS courriel, i.prenom, i.nom, i.academie, a.le, k.courriel AS contact,
          (SELECT d.nom FROM cle_oubli o JOIN audit d ON d.objet = 'intervenant|' || o.alias
           WHERE o.sujet = 'intervenant|' || a.numero AND d.action IN ('intervenants.ecrire', 'intervenants.importer')
           ORDER BY abs(extract(epoch FROM d.le - a.le)) LIMIT 1) AS par
"""


class VersionDemandee(NamedTuple):
    """`dite`: the version the person was told of before; `engagee`: this one's mail is under way already."""

    convocation_id: UUID
    version: int
    dite: int | None
    engagee: bool


class Envoi(VersionRow):
    """A version that was asked for. `rang`: its place, from 1. `courante`: the convocation's present version.

    `lien_compteur`: what a link is bound to; None where the person's links open nothing. `relancee`: the établissement
    has reminded her of this version, which she has not read. `signature_ajoutee`: what she was told before bears none.
    `joindre`: the établissement's telephone and mail, if any.
    """

    rang: int
    engagee: bool
    courante: int
    intervenant_id: UUID
    lien_compteur: int | None
    motif: str | None
    civilite: str
    voie: str
    session: str
    uai: str
    academie: str
    signataire_nom: str | None
    signataire_prenom: str | None
    signataire_qualite: str | None
    contact_nom: str | None
    contact_courriel: str | None
    joindre: str
    lue: bool
    relancee: bool
    signature_ajoutee: bool
    precedente_qualite: str | None
    precedente_qualite_par_defaut: bool | None
    precedente_dates: list[date] | None
    precedente_observation: str | None
    reponse_empechement: str | None


class AdresseChangee(Row):
    """An old address that must be told. `par`: who changed it, as the audit names them; `contact`: of the académie."""

    id: UUID
    courriel: str
    prenom: str
    nom: str
    academie: str
    le: datetime
    par: str | None
    contact: str | None


class EtatConvocation(Row):
    """The version that a convocation has, and whether it is active."""

    convocation_id: UUID
    version: int
    active: bool


async def envois(connection: Connection, wanted: Sequence[VersionDemandee]) -> list[Envoi | None]:
    """What was asked for, in its order; None for a version that there is not."""
    columns = (list(column) for column in zip(*wanted, strict=True))
    rows = await connection.fetch(_ENVOIS, *columns, record_class=Envoi)
    found = {row.rang: row for row in rows}
    return [found.get(rang) for rang in range(1, len(wanted) + 1)]


async def page_of_etats(connection: Connection, after: UUID, size: int) -> list[EtatConvocation]:
    """The next `size` convocations after `after`, in the order of their ids."""
    return await connection.fetch(_ETATS, after, size, record_class=EtatConvocation)


async def take_adresses(connection: Connection, now: datetime, held: timedelta, size: int) -> list[AdresseChangee]:
    """Old addresses to tell, which are nobody else's for so long; the oldest first."""
    return await connection.fetch(_TAKE, now, now - held, size, record_class=AdresseChangee)


async def told_adresses(connection: Connection, ids: Sequence[UUID]) -> None:
    """They were told, or never can be; the same twice is once."""
    await connection.execute("DELETE FROM adresse_changee WHERE id = ANY($1::uuid[])", list(ids))


async def forget_adresses(connection: Connection, before: datetime) -> int:
    """Delete old addresses that have waited since; returns how many."""
    done: str = await connection.execute("DELETE FROM adresse_changee WHERE le < $1", before)
    return int(done.removeprefix("DELETE "))
