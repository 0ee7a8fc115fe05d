"""Télécharger les convocations (R26, R46): the PDF of a version is rendered at first request and kept (D29)."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Connection
from convocation.domain.convocation import Nature
from convocation.domain.errors import ConvocationInconnue
from convocation.domain.mission import LIBELLES_TYPE, MissionType
from convocation.domain.qualite import Qualite, QualiteRetenue
from convocation.domain.verification import make_token
from convocation.gateways.documents import Document, Documents, Signataire
from convocation.persistence import documents
from event_schemas.academies import NOMS, local_time


class Imprimeur:
    """Renders documents. `public_url`: where the QR code leads; `secret` seals it."""

    def __init__(self, renderer: Documents, *, public_url: str, secret: str) -> None:
        self._renderer = renderer
        self._public_url = public_url
        self._secret = secret

    async def one(self, connection: Connection, convocation_id: UUID, version: int, now: datetime) -> bytes:
        """The document of a version, always the same bytes. Raises ConvocationInconnue."""
        octets = await documents.kept(connection, convocation_id, version)
        if octets is not None:
            return octets
        row = await documents.contents(connection, convocation_id, version)
        if row is None:
            raise ConvocationInconnue
        octets = await self._render(row)
        return await documents.keep(connection, row, sha256=hashlib.sha256(octets).hexdigest(), octets=octets, le=now)

    async def together(self, rows: Sequence[Any]) -> bytes:
        """Rows of `documents.contents_of_mission` in one file, of which nothing is kept."""
        return await self._render(*rows)

    async def sample(self, document: Document) -> bytes:
        """One document that nothing is kept of: the preview of a signature."""
        return await asyncio.to_thread(self._renderer.render, [document])

    async def _render(self, *rows: Any) -> bytes:
        return await asyncio.to_thread(self._renderer.render, [self.document(row) for row in rows])

    def document(self, row: Any) -> Document:
        """A row of `documents.contents` in the words to print."""
        qualite = Qualite(row["qualite"]) if row["qualite"] else None
        type_ = MissionType(row["type"])
        token = make_token(row["convocation_id"], row["version"], self._secret)
        return Document(
            nature=Nature(row["nature"]),
            version=row["version"],
            reference=f"{str(row['convocation_id'])[:8].upper()}-{row['version']}",
            civilite=row["civilite"],
            nom=row["nom"],
            prenom=row["prenom"],
            numero=row["numero"],
            session=row["session"],
            type_libelle=LIBELLES_TYPE[type_],
            libelle=row["libelle"],
            voie=row["voie"],
            qualite=QualiteRetenue(qualite, row["qualite_par_defaut"]).libelle,
            numerisation=type_ is MissionType.NUMERISATION,
            dates=tuple(row["dates"]),
            observation=row["observation"],
            motif=row["motif"],
            etablissement_nom=row["etablissement_nom"],
            etablissement_commune=row["etablissement_commune"],
            uai=row["uai"],
            academie=NOMS.get(row["academie"], row["academie"]),
            signataire=_signataire(row),
            contact=_contact(row),
            verification_url=f"{self._public_url}/verifier/{token}",
            etablie_le=local_time(row["academie"], row["le"]),
        )


def _signataire(row: Any) -> Signataire | None:
    if row["signataire_nom"] is None:
        return None
    return Signataire(
        row["signataire_prenom"], row["signataire_nom"], row["signataire_qualite"], row["signataire_image"]
    )


def _contact(row: Any) -> str:
    """R54: the établissement first, then the gestionnaire IMAGIN of the académie where he is known."""
    place = f"l’établissement ({row['etablissement_nom']}, {row['etablissement_commune']})"
    if row["contact_nom"] is None:
        return place
    reach = ", ".join(filter(None, (row["contact_courriel"], row["contact_telephone"])))
    return f"{place}, ou le gestionnaire IMAG’IN de l’académie : {row['contact_nom']} ({reach})"
