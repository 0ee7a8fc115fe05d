"""SQL of the documents: the bytes of each version, as first rendered (D29)."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.documents.domain import Cle

_CONTENTS = """
SELECT c.convocation_id, v.version, c.version AS courante, v.nature, v.qualite, v.qualite_par_defaut, v.dates,
       v.observation, v.motif, v.le, i.numero, i.civilite, i.nom, i.prenom, m.type, m.libelle, m.voie, m.session,
       m.uai, m.academie, m.etablissement_nom, m.etablissement_commune, s.nom AS signataire_nom,
       s.prenom AS signataire_prenom, s.qualite AS signataire_qualite, s.image AS signataire_image,
       s.version AS signature_version, k.nom AS contact_nom, k.courriel AS contact_courriel,
       k.telephone AS contact_telephone, concat_ws(', ', j.telephone, j.courriel) AS joindre
FROM convocation c JOIN convocation_version v USING (convocation_id) JOIN intervenant i USING (numero)
JOIN mission m USING (mission_id) LEFT JOIN signature s ON s.uai = m.uai LEFT JOIN contact k ON k.academie = m.academie
LEFT JOIN coordonnees_etablissement j ON j.uai = m.uai
"""
_COURANTE = """
SELECT c.version, c.status, c.numero, i.nom, m.uai, m.academie, m.type, m.code
FROM convocation c JOIN intervenant i USING (numero) JOIN mission m USING (mission_id) WHERE c.convocation_id = $1
"""
_WANTED = "(SELECT * FROM unnest($1::uuid[], $2::int[]) AS d (convocation_id, version))"
_KEEP = """
INSERT INTO document (convocation_id, version, signature_version, sha256, octets, rendu_le)
SELECT r.*, $6 FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::bytea[]) AS r ON CONFLICT DO NOTHING
RETURNING convocation_id, version
"""


class Contenu(Row):
    """What the document of a version says. `joindre`: the établissement's telephone and mail, if any."""

    convocation_id: UUID
    version: int
    courante: int
    nature: str
    qualite: str | None
    qualite_par_defaut: bool
    dates: list[date]
    observation: str
    motif: str | None
    le: datetime
    numero: str
    civilite: str
    nom: str
    prenom: str
    type: str
    libelle: str
    voie: str
    session: str
    uai: str
    academie: str
    etablissement_nom: str
    etablissement_commune: str
    signataire_nom: str | None
    signataire_prenom: str | None
    signataire_qualite: str | None
    signataire_image: bytes | None
    signature_version: int | None
    contact_nom: str | None
    contact_courriel: str | None
    contact_telephone: str | None
    joindre: str


class Garde(Row):
    """The bytes of a version as first rendered."""

    convocation_id: UUID
    version: int
    octets: bytes


class _Ecrite(Row):
    convocation_id: UUID
    version: int


class Courante(Row):
    """The present version of a convocation, and whose it is."""

    version: int
    status: str
    numero: str
    nom: str
    uai: str
    academie: str
    type: str
    code: str


async def kept(connection: Connection, wanted: Sequence[Cle]) -> dict[Cle, bytes]:
    """The bytes of those versions that were rendered."""
    query = f"""
    SELECT convocation_id, version, octets FROM document JOIN {_WANTED} AS d USING (convocation_id, version)
    """
    rows = await connection.fetch(query, *_columns(wanted), record_class=Garde)
    return {(row.convocation_id, row.version): row.octets for row in rows}


async def keep(connection: Connection, rendered: Sequence[tuple[Contenu, bytes]], le: datetime) -> dict[Cle, bytes]:
    """Keep what was rendered of rows of `contents`; the first rendering of a version wins, and is returned.

    Written in the order of `contents`, so that two writers of the same versions do not deadlock.
    """
    rows = [
        (row.convocation_id, row.version, row.signature_version, hashlib.sha256(octets).hexdigest(), octets)
        for row, octets in rendered
    ]
    written = await connection.fetch(_KEEP, *map(list, zip(*rows, strict=True)), le, record_class=_Ecrite)
    done = {(row.convocation_id, row.version) for row in written}
    mine = {(row[0], row[1]): row[4] for row in rows}
    others = [key for key in mine if key not in done]
    return mine | (await kept(connection, others) if others else {})


async def contents(connection: Connection, wanted: Sequence[Cle]) -> list[Contenu]:
    """What the documents of those versions that there are say."""
    query = f"{_CONTENTS} WHERE (c.convocation_id, v.version) IN {_WANTED} ORDER BY c.convocation_id, v.version"
    return await connection.fetch(query, *_columns(wanted), record_class=Contenu)


def _columns(wanted: Sequence[Cle]) -> tuple[list[UUID], list[int]]:
    return [one for one, _ in wanted], [version for _, version in wanted]


async def contents_of_mission(connection: Connection, mission_id: UUID) -> list[Contenu]:
    """The same for the present version of every active convocation of the mission."""
    present = "c.mission_id = $1 AND c.status = 'ACTIVE' AND v.version = c.version"
    query = f"{_CONTENTS} WHERE {present} ORDER BY i.cle, i.numero"
    return await connection.fetch(query, mission_id, record_class=Contenu)


async def courante(connection: Connection, convocation_id: UUID) -> Courante | None:
    """Present version and status of a convocation, None where there is none."""
    return await connection.fetchrow(_COURANTE, convocation_id, record_class=Courante)
