"""Closings as Cyclades sends them, built from real headcounts; the same bytes every time (domaine.md 5.1)."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from event_schemas import uai as uai_
from imagin_dev.cyclades.lycees import Lycee, lycees

SOURCE = "/cyclades/simulateur"
TYPE = "fr.cyclades.inscriptions-closed.v1"
_NAMESPACE = UUID("a8a4d1c2-6d0f-5e39-8a60-0f4c2be1d7aa")
_CLOSED = {"2020-E3C1": "2020-01-10T18:00:00+01:00", "2020-E3C2": "2020-04-10T18:00:00+02:00"}
SESSIONS = tuple(_CLOSED)

_LANGUES = {
    "anglais": ("ANG", "anglais"),
    "allemand": ("ALL", "allemand"),
    "espagnol": ("ESP", "espagnol"),
    "italien": ("ITA", "italien"),
    "autres_langues": ("AUT", "autre langue"),
}
_RANGS = {"lva": ("LVA", "Langue vivante A"), "lvb": ("LVB", "Langue vivante B")}
_SPECIALITES = {
    "hlp": ("HLP", "Humanités, littérature et philosophie"),
    "llca_latin": ("LLCA", "Littérature et langues et cultures de l’Antiquité"),
    "llcer": ("LLCER", "Langues, littératures et cultures étrangères et régionales"),
    "hggsp": ("HGGSP", "Histoire-géographie, géopolitique et sciences politiques"),
    "ses": ("SES", "Sciences économiques et sociales"),
    "mathematiques": ("MATHS", "Mathématiques"),
    "physique_chimie": ("PC", "Physique-chimie"),
    "svt": ("SVT", "Sciences de la vie et de la Terre"),
    "si": ("SI", "Sciences de l’ingénieur"),
    "nsi": ("NSI", "Numérique et sciences informatiques"),
    "arts_plastiques": ("ARTS-ARTPLA", "Arts plastiques"),
    "musique": ("ARTS-MUSIQ", "Musique"),
    "theatre": ("ARTS-THEATR", "Théâtre"),
    "cinema_audiovisuel": ("ARTS-CINAUD", "Cinéma-audiovisuel"),
    "histoire_des_arts": ("ARTS-HISART", "Histoire des arts"),
    "danse": ("ARTS-DANSE", "Danse"),
    "cirque": ("ARTS-CIRQUE", "Arts du cirque"),
    "biologie_ecologie": ("BIOECO", "Biologie-écologie"),
}
_SERIES = {
    "stmg": ("STMG-SGN", "Sciences de gestion et numérique"),
    "st2s": ("ST2S-PCS", "Physique-chimie pour la santé"),
    "sti2d": ("STI2D-IT", "Innovation technologique"),
    "stl": ("STL-BB", "Biochimie-biologie"),
    "std2a": ("STD2A-PC", "Physique-chimie"),
    "s2tmd": ("S2TMD-EDE", "Économie, droit et environnement du spectacle vivant"),
    "sthr": ("STHR-ESAE", "Enseignement scientifique alimentation-environnement"),
}


class Epreuve(NamedTuple):
    """As in a closing, type E3C."""

    code: str
    libelle: str
    voie: str
    candidats: int

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "libelle": self.libelle,
            "type": "E3C",
            "voie": self.voie,
            "candidats_inscrits": self.candidats,
        }


def epreuves(lycee: Lycee, session: str) -> list[Epreuve]:
    """The épreuves of a session in a lycée, those without candidates too where the voie is taught."""
    found = _common(lycee)
    if session.endswith("E3C2"):
        found += _second_session(lycee)
    return found


def _common(lycee: Lycee) -> list[Epreuve]:
    found = []
    if "generale" in lycee.premieres:
        found.append(Epreuve("HG", "Histoire-géographie", "GENERALE", lycee.generale))
    if lycee.technologique:
        found.append(Epreuve("HG", "Histoire-géographie", "TECHNOLOGIQUE", lycee.technologique))
        found.append(Epreuve("MATHS", "Mathématiques", "TECHNOLOGIQUE", lycee.technologique))
    for (rang, langue), candidats in lycee.langues.items():
        code, name = _LANGUES[langue]
        prefix, libelle = _RANGS[rang]
        found.append(Epreuve(f"{prefix}-{code}", f"{libelle} : {name}", "COMMUNE", candidats))
    return found


def _second_session(lycee: Lycee) -> list[Epreuve]:
    found = [Epreuve("ENSSCI", "Enseignement scientifique", "GENERALE", lycee.generale)] if lycee.generale else []
    for specialite, (code, libelle) in _SPECIALITES.items():
        if specialite in lycee.abandons:
            found.append(Epreuve(code, libelle, "GENERALE", lycee.abandons[specialite]))
    for serie, (code, libelle) in _SERIES.items():
        if lycee.premieres.get(serie):
            found.append(Epreuve(code, libelle, "TECHNOLOGIQUE", lycee.premieres[serie]))
    return found


def closings(session: str, academie: str | None, *, revision: int = 1) -> Iterator[dict[str, Any]]:
    """CloudEvents in structured mode, for one académie (two digits) or, with None, for every lycée of the file."""
    for lycee in lycees():
        if academie in {None, lycee.academie}:
            etablissement = {"nom": lycee.nom, "commune": lycee.commune, "academie": lycee.academie}
            yield _cloudevent(lycee.uai, session, revision, etablissement, epreuves(lycee, session))


def synthetic(count: int, epreuves_each: int, *, revision: int = 1) -> Iterator[dict[str, Any]]:
    """`count` invented établissements (9,999 at most) with `epreuves_each` épreuves of 30 candidates, for the bench."""
    made = [Epreuve(f"LVA-{number:03}", f"Langue {number}", "COMMUNE", 30) for number in range(epreuves_each)]
    for number in range(count):
        etablissement = {"nom": f"LYCEE FICTIF {number}", "commune": "LYON", "academie": "10"}
        yield _cloudevent(invented_uai(number), SESSIONS[0], revision, etablissement, made)


def invented_uai(number: int) -> str:
    """Order numbers 9xxx, a thousand a département: no real one bears them (domaine.md 5.4)."""
    digits = f"{number // 1000 + 1:03}9{number % 1000:03}"
    return digits + uai_.letter(digits)


def _cloudevent(
    uai: str, session: str, revision: int, etablissement: dict[str, str], listed: Iterable[Epreuve]
) -> dict[str, Any]:
    closed = _CLOSED[session]
    return {
        "specversion": "1.0",
        "type": TYPE,
        "id": _id(session, uai, revision),
        "source": SOURCE,
        "time": closed,
        "subject": uai,
        "data": {
            "session": session,
            "uai": uai,
            "revision": revision,
            "cloturee_le": closed,
            "etablissement": etablissement,
            "epreuves": [epreuve.as_json() for epreuve in listed],
        },
    }


def _id(session: str, uai: str, revision: int) -> str:
    return str(uuid5(_NAMESPACE, f"{session}|{uai}|{revision}"))


def at_revision(event: dict[str, Any], revision: int, epreuves: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The closing as another revision of itself, with other épreuves where they are given."""
    data = event["data"] | {"revision": revision} | ({} if epreuves is None else {"epreuves": epreuves})
    return event | {"id": _id(data["session"], data["uai"], revision), "data": data}


def body(event: dict[str, Any]) -> bytes:
    """The record's value in binary mode."""
    return json.dumps(event["data"], ensure_ascii=False, separators=(",", ":")).encode()


def line(event: dict[str, Any]) -> str:
    """One line of a JSON Lines file."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"
