"""STS-WEB's `sts_emp_<UAI>_<année>.xml`: the teachers of one établissement, without their number and their address.

So it makes nobody. It says what changes for those whom the directory has, whom it lacks, and who may have left. No date
of birth is read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from convocation.annuaire.domain import Intervenant
from convocation.annuaire.imports.domain import Faute, Ligne, Regles, Remarque
from convocation.commun.recherche import cle

_CHAMPS = frozenset({"NOM_USAGE", "PRENOM", "CIVILITE", "SEXE", "FONCTION"})
_INDIVIDU = ("STS_EDT", "DONNEES", "INDIVIDUS", "INDIVIDU")
_CODE = re.compile("[A-Z]?([0-9]{4})")  # L0202: lycée, lettres modernes
_CIVILITES = {"1": "M.", "2": "Mme", "3": "Mme"}
_SEXES = {"1": "M.", "2": "Mme"}
_MAX_INDIVIDUS, _MAX_TEXTE, _MAX_PROFONDEUR, _MAX_DISCIPLINES = 5_000, 200, 30, 10
_ENTETE = 500  # bytes in which the root is
_ABSENTE = (
    "Cette personne n’est pas dans l’annuaire de l’établissement. STS-WEB ne donne ni son numéro ni son courriel : "
    "créez-la, ou ajoutez-la par un fichier XLSX ou CSV."
)
_PARTIE = "Une personne de l’établissement n’est pas dans le fichier : est-elle partie ? Elle reste en activité."
_HOMONYMES = "Plusieurs fiches de l’établissement ont ce nom : aucune n’est modifiée."
_CODES = "Un code de discipline n’est pas dans la nomenclature : il n’est pas repris."


@dataclass(slots=True)
class Individu:
    """Somebody of the file, by the line where they begin; `champs` by element, `disciplines` as STS-WEB has them."""

    ligne: int
    champs: dict[str, str] = field(default_factory=dict)
    disciplines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Extraction:
    """What is read of a file. With a fault nothing else counts."""

    uai: str = ""
    individus: list[Individu] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)


def est_sts(octets: bytes) -> bool:
    """Whether it is XML, whatever the file's name."""
    return octets[:_ENTETE].removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<?xml", b"<STS_EDT"))


def extraire(octets: bytes) -> Extraction:
    """The établissement and its individus. No entity, no DTD; texts, depth and number of people have bounds."""
    reader = _Lecteur()
    try:
        parseString(octets, reader, forbid_dtd=True)
    except SAXParseException as error:
        reader.lu.fautes.append(Faute(error.getLineNumber() or 1, "", "Le fichier XML est mal formé."))
    except (SAXException, DefusedXmlException, ValueError, LookupError) as error:
        phrase = str(error) if isinstance(error, _Refus) else "Le fichier XML ne peut pas être lu."
        reader.lu.fautes.append(Faute(1, "", phrase))
    if not reader.lu.fautes and not reader.lu.uai:
        reader.lu.fautes.append(
            Faute(1, "uai", "Ce n’est pas un fichier sts_emp de STS-WEB : l’établissement y manque.")
        )
    return reader.lu


class _Refus(ValueError):
    """Its text is a sentence."""


class _Lecteur(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.lu = Extraction()
        self._chemin: list[str] = []
        self._texte: list[str] = []
        self._place: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802  # SAX names it
        self._place = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # SAX names it
        self._chemin.append(name)
        self._texte = []
        chemin = tuple(self._chemin)
        if len(chemin) > _MAX_PROFONDEUR or chemin[0] != "STS_EDT":
            raise _Refus("Ce n’est pas un fichier sts_emp de STS-WEB.")
        if chemin == ("STS_EDT", "PARAMETRES", "UAJ"):
            self.lu.uai = attrs.get("CODE", "").strip().upper()
        elif chemin == _INDIVIDU:
            if len(self.lu.individus) == _MAX_INDIVIDUS:
                raise _Refus(f"Le fichier a plus de {_MAX_INDIVIDUS} personnes.")
            self.lu.individus.append(Individu((self._place and self._place.getLineNumber()) or 1))
        elif chemin == (*_INDIVIDU, "DISCIPLINES", "DISCIPLINE"):
            self.lu.individus[-1].disciplines.append(attrs.get("CODE", "").strip())

    def characters(self, content: str) -> None:
        self._texte.append(content[:_MAX_TEXTE])

    def endElement(self, name: str) -> None:  # noqa: N802  # SAX names it
        chemin, texte = tuple(self._chemin), " ".join("".join(self._texte).split())[:_MAX_TEXTE]
        if chemin == ("STS_EDT", "PARAMETRES", "APPLICATION_SOURCE") and texte:
            raise _Refus("Le fichier vient d’un logiciel d’emploi du temps : exportez-le de STS-WEB.")
        if chemin[:-1] == _INDIVIDU and name in _CHAMPS:
            self.lu.individus[-1].champs[name] = texte
        self._chemin.pop()
        self._texte = []


def rapprocher(
    individus: Sequence[Individu], uai: str, connus: Sequence[Intervenant], regles: Regles
) -> Iterator[Ligne | Faute | Remarque]:
    """What the file of `uai` changes for `connus`, its active people; whom they lack, and who may have left."""
    par_nom: dict[str, list[Intervenant]] = {}
    for one in connus:
        par_nom.setdefault(cle(f"{one.nom} {one.prenom}"), []).append(one)
    vus: set[str] = set()
    enseignants = [one for one in individus if one.champs.get("FONCTION") == "ENS"]
    if autres := len(individus) - len(enseignants):
        yield Remarque(1, "", f"D’une autre fonction qu’enseignant (ENS), {autres} ne sont pas lus.")
    for individu in enseignants:
        found = _fiches(individu, par_nom)
        deja = any(one.numero in vus for one in found)
        vus.update(one.numero for one in found)
        if len(found) != 1 or deja:
            yield Remarque(individu.ligne, "", _HOMONYMES if found else _ABSENTE)
        else:
            yield from _mise_a_jour(individu, found[0], regles)
    # Who is there by a secondary post is in the file of the main one.
    for one in connus:
        if one.numero not in vus and one.uai == uai:
            yield Remarque(1, "actif", _PARTIE, one.id)


def _fiches(individu: Individu, par_nom: dict[str, list[Intervenant]]) -> list[Intervenant]:
    """By name and first names; where there is nobody, by the first of them alone."""
    nom, prenom = individu.champs.get("NOM_USAGE", ""), individu.champs.get("PRENOM", "")
    return par_nom.get(cle(f"{nom} {prenom}")) or par_nom.get(cle(f"{nom} {prenom.partition(' ')[0]}")) or []


def _mise_a_jour(individu: Individu, person: Intervenant, regles: Regles) -> Iterator[Ligne | Faute | Remarque]:
    """Her civilité, and the disciplines that she lacks: none is taken away, the gestionnaire may know more."""
    codes = [found[1] if (found := _CODE.fullmatch(one)) else "" for one in individu.disciplines]
    connus = [one for one in codes if one in regles.disciplines]
    if len(connus) < len(codes):
        yield Remarque(individu.ligne, "disciplines", _CODES)
    disciplines = tuple(dict.fromkeys((*person.disciplines, *connus)))
    if len(disciplines) > _MAX_DISCIPLINES:
        yield Remarque(
            individu.ligne, "disciplines", f"Plus de {_MAX_DISCIPLINES} disciplines : elles restent comme elles sont."
        )
        disciplines = person.disciplines
    champs = individu.champs
    civilite = _CIVILITES.get(champs.get("CIVILITE", "")) or _SEXES.get(champs.get("SEXE", "")) or person.civilite
    yield Ligne(individu.ligne, replace(person, civilite=civilite, disciplines=disciplines))
