"""Convocations as PDF (R24, R40, R43, R46): the same documents give the same bytes, and an accessible file (PDF/UA-1).

Texts of people go to typst as JSON and are set as text, never read as its code (D42).
"""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from itertools import groupby
from threading import Lock
from typing import Any

import segno
from typst import Compiler, Fonts

from convocation.convocations.domain import LIBELLES, NatureVersion, Qualite
from francais import accord, date_longue, dates_longues
from francais.imprimable import imprimable


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


_CACHED_PAGES, _KEPT_COMPILATIONS = 10, 10
_MASQUE = 4  # every reader takes any of the eight; choosing the best takes longer than setting the page


class Documents:
    """Keeps the compiler, its fonts and its caches. One file at a time: typst itself uses all cores."""

    def __init__(self) -> None:
        self._template = files("convocation.documents").joinpath("convocation.typ").read_bytes()
        self._fonts = Fonts(include_system_fonts=False)
        self._lock = Lock()
        self._compiler = Compiler(font_paths=self._fonts)

    def render(self, documents: Sequence[Document]) -> bytes:
        """One PDF; each document starts on a new page. Blocks: call it in a thread. Raises ValueError without any."""
        if not documents:
            raise ValueError("no document to render")
        if any(document.etablie_le.tzinfo is None for document in documents):
            raise ValueError("etablie_le without time zone")
        envoi = json.dumps(_envoi(documents))
        le = max(document.etablie_le for document in documents).astimezone(UTC).replace(microsecond=0)
        with self._lock:
            pdf = self._compile(envoi, le)
            if len(documents) > _CACHED_PAGES:
                self._forget()
            return pdf

    def _compile(self, envoi: str, le: datetime) -> bytes:
        try:
            pdf = self._compiler.compile(
                input=self._template,  # at each call: the compiler forgets an input that is no file
                format="pdf",
                sys_inputs={"envoi": envoi},
                pdf_standards=["ua-1"],
                timestamp=le,
            )
        except (Exception, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as panic:  # Rust's panic is no Exception: it would pass every handler above us
            self._compiler = Compiler(font_paths=self._fonts)
            raise RuntimeError("typst panicked") from panic
        assert isinstance(pdf, bytes)
        return pdf

    def _forget(self) -> None:
        """typst drops what ten compilations did not use; a page takes about 0.6 MB. Drop a big file's pages now."""
        for _ in range(_KEPT_COMPILATIONS + 1):
            self._compiler.compile(input=b"", format="svg", sys_inputs={})


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

_INVISIBLES = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Dropped: direction marks and overrides, joiners, variation selectors, tags. Nobody sees them."""

_DROITE_A_GAUCHE = re.compile("[\u0590-\u08ff]+(?: +[\u0590-\u08ff]+)*")
"""Set apart, for the figures and signs beside it would move."""
_MARQUES = "\u0300-\u036f\u0483-\u0489\u064b-\u065f"
_EMPILES = re.compile(f"([{_MARQUES}]{{2}})[{_MARQUES}]+")
_LONG, _LONGUE_ADRESSE = re.compile(r"\S{25}(?=\S)"), re.compile(r"[^\s/]{60}(?=[^\s/])")


def _envoi(documents: Sequence[Document]) -> dict[str, Any]:
    """What the template is given; an image that many documents share is there once."""
    images = list(dict.fromkeys(one.signataire.image for one in documents if one.signataire and one.signataire.image))
    first, count = documents[0], len(documents)
    if count == 1:
        titre = _une_ligne(
            f"{_TITRES[first.nature][0]} – {_personne(first)} – {first.libelle}, session {first.session}"
        )
    else:
        titre = _une_ligne(f"{count} convocations – {first.etablissement_nom}")
    return {
        "titre": titre,
        "auteur": _une_ligne(first.etablissement_nom) or "IMAG’IN",
        "description": f"{titre}. Document établi par IMAG’IN, à vérifier à l’adresse qu’il porte.",
        "images": [list(image) for image in images],
        "documents": [_document(document, images) for document in documents],
    }


def _document(document: Document, images: list[bytes]) -> dict[str, Any]:
    version = f"Version {document.version}"
    reference, contact = _texte(document.reference), _texte(document.contact)
    return {
        "nature": document.nature.value,
        "titre": _TITRES[document.nature],
        "personne": _texte(_personne(document)),
        "numero": f"Numéro d’intervenant : {_texte(document.numero)}",
        "etablissement": [_texte(ligne) for ligne in _etablissement(document) if ligne],
        "identite": [f"Référence : {reference}", version],
        "annonce": _annonce(document),
        "faits": _faits(document),
        "rubriques": [[nom, textes] for nom, textes in _rubriques(document) if textes],
        "contact": f"Pour toute question, adressez-vous à {contact.rstrip('.')}." if contact else "",
        "etablie": f"Établie le {date_longue(document.etablie_le.date())} à {document.etablie_le:%H h %M}",
        "signataire": _signataire(document.signataire, images),
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
    return [(nom, _texte(valeur), fort) for nom, valeur, fort in faits if valeur]


def _rubriques(document: Document) -> list[tuple[str, list[list[str]]]]:
    """Titles with their paragraphs, each a list of lines."""
    return [
        ("Motif de l’annulation", _paragraphes(document.motif or "")),
        ("Observation", _paragraphes(document.observation)),
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


def _signataire(signataire: Signataire | None, images: list[bytes]) -> dict[str, Any]:
    if signataire is None:
        return {"image": None, "alt": "", "lignes": ["Le chef d’établissement"]}
    nom = _texte(f"{signataire.prenom} {signataire.nom}")
    lignes = [ligne for ligne in (nom, _texte(signataire.qualite)) if ligne]
    image = images.index(signataire.image) if signataire.image else None
    return {"image": image, "alt": _une_ligne(f"Signature de {nom}"), "lignes": lignes or ["Le chef d’établissement"]}


def _verification(document: Document) -> dict[str, str]:
    qr = io.BytesIO()
    segno.make_qr(document.verification_url, error="m", mask=_MASQUE).save(
        qr, kind="svg", xmldecl=False, dark="#1b2530", border=2
    )
    but = "vérifier que ce document est authentique et que sa version est la dernière"
    return {
        "titre": "Vérifier cette convocation",
        "phrase": f"Lisez ce code avec un téléphone, ou ouvrez l’adresse ci-dessous, pour {but}.",
        "url": document.verification_url,
        "texte": _texte(document.verification_url, _LONGUE_ADRESSE),
        "qr": qr.getvalue().decode(),
        "alt": f"Code QR de l’adresse {_une_ligne(document.verification_url)}, pour {but}.",
    }


def _personne(document: Document) -> str:
    return " ".join(filter(None, (document.civilite, document.prenom, document.nom)))


def _une_ligne(texte: str) -> str:
    """Literal and on one line; nothing that no font has, for PDF/UA refuses a missing glyph."""
    visible = imprimable(" ".join(_INVISIBLES.sub("", texte).split()))
    lisible = _EMPILES.sub(r"\1", " ".join(visible.split()))
    return _DROITE_A_GAUCHE.sub("\u2068\\g<0>\u2069", lisible)


def _texte(texte: str, long: re.Pattern[str] = _LONG) -> str:
    """The same, with places to break a word that is longer than a line."""
    return long.sub("\\g<0>\u200b", _une_ligne(texte))


def _paragraphes(texte: str) -> list[list[str]]:
    """Paragraphs of lines, as they were entered; blank lines only separate."""
    lignes = [_texte(ligne) for ligne in texte.splitlines()]
    return [list(paragraphe) for pleines, paragraphe in groupby(lignes, key=bool) if pleines]
