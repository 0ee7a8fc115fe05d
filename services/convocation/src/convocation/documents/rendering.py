"""Convocations as PDF (R24, R40, R43, R46): the same documents give the same bytes, and an accessible file (PDF/UA-1).

Texts of people go to typst as JSON and are set as text, never read as its code (D42).
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import zxingcpp

from convocation.convocations.domain import LIBELLES, NatureVersion, Qualite
from convocation.documents.composition import LONGUE_ADRESSE, Composeur, image_name, paragraphes, texte, une_ligne
from francais import accord, dates_longues, moment


@dataclass(frozen=True, slots=True)
class Signataire:
    """Who signs (R24). `image`: a PNG that `clean_signature` made."""

    prenom: str
    nom: str
    qualite: str
    image: bytes | None


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a convocation, in the words to print. `etablie_le` is aware, in the académie's own time."""

    nature: NatureVersion
    version: int
    reference: str
    civilite: str
    nom: str
    prenom: str
    numero: str
    session: str
    type_libelle: str
    libelle: str
    voie: str
    qualite: str | None
    numerisation: bool
    dates: tuple[date, ...]
    observation: str
    motif: str | None
    etablissement_nom: str
    etablissement_commune: str
    uai: str
    academie: str
    signataire: Signataire | None
    contact: str
    verification_url: str
    etablie_le: datetime


COMPILERS = 2
"""Of single documents, at once: the mails of a day need thousands, and typst works without Python's lock."""


class Documents(Composeur):
    """Convocations; one document a person, or many in one file."""

    def __init__(self, compilers: int = 1) -> None:
        super().__init__(files("convocation.documents").joinpath("convocation.typ").read_bytes(), compilers)

    def render(self, documents: Sequence[Document]) -> bytes:
        """One PDF; each document starts on a new page. Blocks: call it in a thread. Raises ValueError without any."""
        if not documents:
            raise ValueError("no document to render")
        if any(document.etablie_le.tzinfo is None for document in documents):
            raise ValueError("etablie_le without time zone")
        le = max(document.etablie_le for document in documents)
        images = [one.signataire.image for one in documents if one.signataire and one.signataire.image]
        return self.compose(_envoi(documents), le, len(documents), {image_name(image): image for image in images})

    async def render_each(self, count: int, document: Callable[[int], Document]) -> list[bytes]:
        """A file each, in their order; as many at once as there are compilers: nobody else waits for more.

        From one document to the next a thread does not ask the event loop, which may be busy with a morning's pages.
        """
        waiting, rendered = iter(range(count)), dict[int, bytes]()

        def render() -> None:
            for rang in waiting:
                rendered[rang] = self.render([document(rang)])

        async with asyncio.TaskGroup() as group:
            for _ in range(self.compilers):
                group.create_task(asyncio.to_thread(render))
        return [rendered[rang] for rang in range(count)]


_TITRES = {
    NatureVersion.CONVOCATION: ["Convocation"],
    NatureVersion.MODIFICATION: ["Convocation modifiée", "— annule et remplace la version précédente"],
    NatureVersion.ANNULATION: ["Annulation de convocation"],
}
_VOIES = {
    "GENERALE": "Voie générale",
    "TECHNOLOGIQUE": "Voie technologique",
    "COMMUNE": "Voies générale et technologique",
}
_SUIVI = {LIBELLES[Qualite.COORDINATEUR], LIBELLES[Qualite.COORDINATEUR_ADJOINT]}


def _envoi(documents: Sequence[Document]) -> dict[str, Any]:
    """What the template is given."""
    first, count = documents[0], len(documents)
    if count == 1:
        titre = une_ligne(f"{_TITRES[first.nature][0]} – {_personne(first)} – {first.libelle}, session {first.session}")
    else:
        titre = une_ligne(f"{count} convocations – {first.etablissement_nom}")
    return {
        "titre": titre,
        "auteur": une_ligne(first.etablissement_nom) or "IMAG’IN",
        "description": f"{titre}. Document établi par IMAG’IN, à vérifier à l’adresse qu’il porte.",
        "documents": [_document(document) for document in documents],
    }


def _document(document: Document) -> dict[str, Any]:
    version = f"Version {document.version}"
    reference, contact = texte(document.reference), texte(document.contact)
    return {
        "nature": document.nature.value,
        "titre": _TITRES[document.nature],
        "personne": texte(_personne(document)),
        "numero": f"Numéro d’intervenant : {texte(document.numero)}",
        "etablissement": [texte(ligne) for ligne in _etablissement(document) if ligne],
        "identite": [f"Référence : {reference}", version],
        "annonce": _annonce(document),
        "faits": _faits(document),
        "rubriques": [[nom, textes] for nom, textes in _rubriques(document) if textes],
        "contact": f"Pour toute question, adressez-vous à {contact.rstrip('.')}." if contact else "",
        "etablie": f"Établie le {moment(document.etablie_le)}",
        "signataire": _signataire(document.signataire),
        "verification": _verification(document),
        "pied": f"{_TITRES[document.nature][0]} {reference} – {version.lower()}",
    }


def _etablissement(document: Document) -> list[str]:
    """No line for an académie of which only the code is known."""
    academie = "" if document.academie.isdigit() else f"Académie : {document.academie}"
    return [document.etablissement_nom, document.etablissement_commune, f"UAI : {document.uai}", academie]


def _annonce(document: Document) -> str:
    if document.nature is NatureVersion.ANNULATION:
        return "Votre convocation à la mission ci-dessous est annulée."
    return f"Vous êtes {accord('convoqué', document.civilite)} à la mission suivante."


def _faits(document: Document) -> list[tuple[str, str, bool]]:
    """Name, value, and whether it stands out."""
    correction = not document.numerisation
    faits = [
        ("Mission", document.type_libelle, False),
        ("Épreuve", document.libelle if correction else "", True),
        ("Voie", _VOIES.get(document.voie, document.voie) if correction else "", False),
        ("Session", document.session, False),
        ("Qualité", document.qualite if correction else "", False),
        ("Date" if len(document.dates) == 1 else "Dates", dates_longues(document.dates), True),
        ("Lieu", ", ".join(filter(None, (document.etablissement_nom, document.etablissement_commune))), False),
    ]
    return [(nom, texte(valeur), fort) for nom, valeur, fort in faits if valeur]


def _rubriques(document: Document) -> list[tuple[str, list[list[str]]]]:
    """Titles with their paragraphs, each a list of lines. A cancelled one asks to bring nothing."""
    annulee = document.nature is NatureVersion.ANNULATION
    return [
        ("Motif de l’annulation", paragraphes(document.motif or "")),
        ("Observation", [] if annulee else paragraphes(document.observation)),
        ("Accès à SANTORIN", [[phrase] for phrase in _santorin(document)]),
    ]


def _santorin(document: Document) -> list[str]:
    """R16, R18, R50."""
    if document.nature is NatureVersion.ANNULATION:
        return ["Votre accès à SANTORIN pour cette mission est retiré."]
    if document.numerisation:
        acces = "Vous accédez, via IMAG’IN, au tableau de bord SANTORIN pour numériser les copies."
        return [acces, "Cette convocation est obligatoire pour vous connecter à SANTORIN."]
    but = "suivre la correction des copies" if document.qualite in _SUIVI else "corriger les copies"
    obligation = (
        "Cette convocation est obligatoire pour vous connecter à SANTORIN et y effectuer la correction de copies "
        "ou le suivi de la correction."
    )
    return [f"Vous accédez à SANTORIN via IMAG’IN pour {but}.", obligation]


def _signataire(signataire: Signataire | None) -> dict[str, Any]:
    if signataire is None:
        return {"image": None, "alt": "", "lignes": ["Le chef d’établissement"]}
    nom = texte(f"{signataire.prenom} {signataire.nom}")
    lignes = [ligne for ligne in (nom, texte(signataire.qualite)) if ligne]
    image = image_name(signataire.image) if signataire.image else None
    return {"image": image, "alt": une_ligne(f"Signature de {nom}"), "lignes": lignes or ["Le chef d’établissement"]}


def _verification(document: Document) -> dict[str, str]:
    but = "vérifier que ce document est authentique et que sa version est la dernière"
    return {
        "titre": "Vérifier cette convocation",
        "phrase": f"Lisez ce code avec un téléphone, ou ouvrez l’adresse ci-dessous, pour {but}.",
        "url": document.verification_url,
        "texte": texte(document.verification_url, LONGUE_ADRESSE),
        "qr": _code_qr(document.verification_url),
        "alt": f"Code QR de l’adresse {une_ligne(document.verification_url)}, pour {but}.",
    }


_MARGE = 2
_COTES = range(1, 178)  # of the largest code there is
_SUITES = re.compile(rb"\0+|\xff+")
_TRAITS = {b"\0" * cote: f"h{cote}" for cote in _COTES} | {b"\xff" * cote: f"m{cote} 0" for cote in _COTES}
"""A pen's way along dark modules, and over light ones: looked up, as it is written some 500 times for a code."""


def _code_qr(url: str) -> str:
    """As an SVG of its dark modules, in the ink of the page."""
    code = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = code.to_image(add_quiet_zones=False)
    modules = memoryview(image)  # type: ignore[arg-type]  # a buffer that its stub does not tell
    cote, octets = len(modules), modules.tobytes()
    lignes = (_SUITES.findall(octets, debut, debut + cote) for debut in range(0, cote * cote, cote))
    chemin = f"m{-cote} 1".join(["".join([_TRAITS[suite] for suite in ligne]) for ligne in lignes])
    cadre = f"{-_MARGE} {-_MARGE - 0.5} {cote + 2 * _MARGE} {cote + 2 * _MARGE}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{cadre}"><path stroke="#1b2530" d="M0 0{chemin}"/></svg>'


def _personne(document: Document) -> str:
    return " ".join(filter(None, (document.civilite, document.prenom, document.nom)))
