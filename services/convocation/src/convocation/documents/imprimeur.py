"""Télécharger les convocations (R26, R46): the PDF of a version is rendered at first request and kept (D29)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import TypeAlias

from acces.cles import Cles
from chassis.database import Connection
from chassis.problem import Problem
from convocation.commun.jetons import make_verification
from convocation.convocations.domain import NatureVersion, Qualite, QualiteRetenue
from convocation.documents import sql
from convocation.documents.domain import Cle
from convocation.documents.rendering import Document, Documents, Signataire
from convocation.documents.rendering_process import RenderingProcess
from convocation.documents.sql import Contenu
from convocation.missions.domain import LIBELLES_TYPE, MissionType
from event_schemas.academies import NOMS, local_time

Reading: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]
"""Opens a transaction in the reach of whoever asks."""


PATIENCE_SECONDS = 20.0
"""A file of many waits so long for its turn."""


class Imprimeur:
    """Renders documents. `public_url`: where the QR code leads; `cles` seal it.

    `renderer` does one person's document, `renderer_of_many` what is many in one file: who wants one document does not
    wait for a lycée's two hundred (0047).
    """

    def __init__(self, renderer: Documents, renderer_of_many: Documents, *, public_url: str, cles: Cles) -> None:
        self._renderer = renderer
        self._renderer_of_many = renderer_of_many
        self._apart = RenderingProcess()
        self._turn = asyncio.Semaphore(1)
        self._public_url = public_url
        self._cles = cles

    async def kept(self, reading: Reading, wanted: Iterable[Cle], now: datetime) -> dict[Cle, bytes]:
        """The document of each version that there is, always the same bytes.

        Missing ones are rendered, a file each; no connection is held meanwhile.
        """
        keys = list(dict.fromkeys(wanted))
        async with reading() as connection:
            found = await sql.kept(connection, keys)
            missing = [key for key in keys if key not in found]
            rows = await sql.contents(connection, missing) if missing else []
        if rows:
            octets = await self._render_each(rows)
            async with reading() as connection:
                found |= await sql.keep(connection, list(zip(rows, octets, strict=True)), now)
        return found

    async def _render_each(self, rows: Sequence[Contenu]) -> list[bytes]:
        """One is somebody's who waits for it; several are a morning's mails, and wait for the pages (0067)."""
        documents = await asyncio.to_thread(lambda: [self.document(row) for row in rows])
        if len(documents) == 1:
            return [await self.sample(documents[0])]
        return await self._apart.render_each(documents)

    def end(self) -> None:
        """The process ends, and with it the one that renders for it."""
        self._apart.end()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One big file at a time, in the memory of this process. Raises Problem 503 after PATIENCE_SECONDS."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            detail = "D’autres documents sont en cours d’édition. Réessayez dans une minute."
            raise Problem(503, "documents-en-cours", detail, headers={"Retry-After": "60"}) from None
        try:
            yield
        finally:
            self._turn.release()

    async def together(self, rows: Sequence[Contenu]) -> bytes:
        """Several documents in one file, which is not kept. Raises Problem 503."""
        async with self.turn():
            return await asyncio.to_thread(lambda: self._renderer_of_many.render([self.document(row) for row in rows]))

    async def in_one(self, reading: Reading, wanted: Sequence[Cle]) -> bytes:
        """The same of these versions, in this order."""
        async with reading() as connection:
            found = {(row.convocation_id, row.version): row for row in await sql.contents(connection, wanted)}
        return await self.together([found[key] for key in wanted if key in found])

    async def sample(self, document: Document) -> bytes:
        """One document, which is not kept: the preview of a signature."""
        return await asyncio.to_thread(self._renderer.render, [document])

    def document(self, row: Contenu) -> Document:
        """A row of `sql.contents` in the words to print."""
        qualite = Qualite(row.qualite) if row.qualite else None
        type_ = MissionType(row.type)
        token = make_verification(row.convocation_id, row.version, self._cles)
        return Document(
            nature=NatureVersion(row.nature),
            version=row.version,
            reference=f"{str(row.convocation_id)[:8].upper()}-{row.version}",
            civilite=row.civilite,
            nom=row.nom,
            prenom=row.prenom,
            numero=row.numero,
            session=row.session,
            type_libelle=LIBELLES_TYPE[type_],
            libelle=row.libelle,
            voie=row.voie,
            qualite=QualiteRetenue(qualite, row.qualite_par_defaut).libelle,
            numerisation=type_ is MissionType.NUMERISATION,
            dates=tuple(row.dates),
            observation=row.observation,
            motif=row.motif,
            etablissement_nom=row.etablissement_nom,
            etablissement_commune=row.etablissement_commune,
            uai=row.uai,
            academie=NOMS.get(row.academie, row.academie),
            signataire=_signataire(row),
            contact=_contact(row),
            verification_url=f"{self._public_url}/verifier/{token}",
            etablie_le=local_time(row.academie, row.le),
        )


def _signataire(row: Contenu) -> Signataire | None:
    if row.signataire_nom is None or row.signataire_prenom is None or row.signataire_qualite is None:
        return None
    return Signataire(row.signataire_prenom, row.signataire_nom, row.signataire_qualite, row.signataire_image)


def _contact(row: Contenu) -> str:
    """R54: the établissement, then the académie's gestionnaire IMAGIN where one is known."""
    place = ", ".join(filter(None, (row.etablissement_nom, row.etablissement_commune, row.joindre)))
    place = f"l’établissement ({place})"
    if row.contact_nom is None:
        return place
    reach = ", ".join(filter(None, (row.contact_courriel, row.contact_telephone)))
    return f"{place}, ou le gestionnaire IMAG’IN de l’académie : {row.contact_nom} ({reach})"
