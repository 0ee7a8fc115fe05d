"""Ce que la suite a trouvé : en phrases, et en JUnit XML pour une intégration continue."""

from typing import NamedTuple
from xml.etree import ElementTree

from regles import REGLES

TENUE, MANQUEE, NON_JUGEE = "tenue", "MANQUÉE", "non jugée"
_AU_PLUS = 5


class Verdict(NamedTuple):
    regle: str
    issue: str
    phrases: tuple[str, ...]
    secondes: float


def en_phrases(verdict):
    """Une ligne quand tout va ; sinon ce qui a été vu, ce que cela fait, et où le contrat le dit."""
    regle = REGLES[verdict.regle]
    lignes = [f"{verdict.issue:9}  {verdict.regle:22}  {verdict.secondes:5.1f} s  {regle.demande}"]
    lignes += [f"           · {phrase}" for phrase in verdict.phrases[:_AU_PLUS]]
    if len(verdict.phrases) > _AU_PLUS:
        lignes.append(f"           · … et {len(verdict.phrases) - _AU_PLUS} autres")
    if verdict.issue == MANQUEE:
        lignes += [f"           Sinon : {regle.sinon}.", f"           Contrat : {regle.contrat}"]
    return "\n".join(lignes)


def conclusion(verdicts):
    comptes = {issue: sum(un.issue == issue for un in verdicts) for issue in (TENUE, MANQUEE, NON_JUGEE)}
    return f"Règles : {comptes[TENUE]} tenues, {comptes[MANQUEE]} manquées, {comptes[NON_JUGEE]} non jugées."


def junit(verdicts):
    """Le document que lisent Jenkins, GitLab et GitHub."""
    suite = ElementTree.Element("testsuite", name="conformite", tests=str(len(verdicts)))
    suite.set("failures", str(sum(un.issue == MANQUEE for un in verdicts)))
    suite.set("skipped", str(sum(un.issue == NON_JUGEE for un in verdicts)))
    for un in verdicts:
        cas = ElementTree.SubElement(suite, "testcase", classname="conformite", name=un.regle)
        cas.set("time", f"{un.secondes:.1f}")
        if un.issue == MANQUEE:
            faute = ElementTree.SubElement(cas, "failure", message=REGLES[un.regle].demande)
            faute.text = en_phrases(un)
        elif un.issue == NON_JUGEE:
            ElementTree.SubElement(cas, "skipped", message=" ".join(un.phrases))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)
