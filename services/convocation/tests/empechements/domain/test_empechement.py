"""Who may replace a person who cannot come, and what becomes of the two convocations."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from convocation.convocations.domain import Convocation, NatureVersion, Qualite, QualiteRetenue
from convocation.convocations.refus import ConvocationAnnulee
from convocation.empechements.domain import MOTIF_REMPLACE, Candidat, promouvoir, suppleants, texte
from convocation.empechements.refus import MotifEmpechementAbsent, TexteTropLong
from convocation.ouvertures.refus import ServiceFerme

EMPECHEE = Convocation(
    "100",
    QualiteRetenue(Qualite.CORRECTEUR, par_defaut=True),
    "lettres",
    (date(2020, 3, 5),),
    "a",
    NatureVersion.CONVOCATION,
    1,
)
SUPPLEANT = Convocation(
    "200",
    QualiteRetenue(Qualite.CORRECTEUR_SUPPLEANT, par_defaut=False),
    "philosophie",
    (date(2020, 3, 9),),
    "b",
    NatureVersion.CONVOCATION,
    4,
)


def candidat(nom, *, profil="philosophie", lue=False, refuse=False, empeche=False, **changes):
    state = replace(SUPPLEANT, profil=profil, **changes)
    return Candidat(UUID(int=len(nom)), state, nom, lue, refuse, empeche)


def names(candidats, empechee=EMPECHEE):
    return [one.nom for one in suppleants(empechee, candidats)]


def test_only_suppleants_are_proposed():
    coordinateur = candidat("C", qualite=QualiteRetenue(Qualite.COORDINATEUR, par_defaut=False))
    correcteur = candidat("K", qualite=QualiteRetenue(Qualite.CORRECTEUR, par_defaut=False))
    scans = candidat("N", qualite=QualiteRetenue(None, par_defaut=False))
    assert names([coordinateur, correcteur, scans, candidat("S")]) == ["S"]


@pytest.mark.parametrize("out", [{"refuse": True}, {"empeche": True}, {"nature": NatureVersion.ANNULATION}])
def test_who_is_refused_impeded_or_cancelled_is_not_proposed(out):
    assert names([candidat("out", **out), candidat("S")]) == ["S"]


def test_r47_those_of_the_same_profile_come_first_then_those_who_have_read_their_convocation():
    given = [candidat("a"), candidat("b", lue=True), candidat("c", profil="lettres")]
    given.append(candidat("d", profil="lettres", lue=True))
    assert names(given) == ["d", "c", "b", "a"]


def test_a_suppleant_who_cannot_come_leaves_no_place_to_take():
    assert names([candidat("S")], SUPPLEANT) == []


def test_in_one_act_one_is_cancelled_and_the_other_has_her_qualite_and_dates():
    annulee, promue = promouvoir(EMPECHEE, SUPPLEANT, ouvert=True)
    assert annulee == replace(EMPECHEE, nature=NatureVersion.ANNULATION, version=2, motif=MOTIF_REMPLACE)
    assert promue == replace(
        SUPPLEANT, qualite=EMPECHEE.qualite, dates=EMPECHEE.dates, nature=NatureVersion.MODIFICATION, version=5
    )
    assert (promue.observation, promue.profil) == ("b", "philosophie")


def test_r12_nobody_is_promoted_while_the_service_is_closed_or_in_place_of_who_is_cancelled():
    with pytest.raises(ServiceFerme):
        promouvoir(EMPECHEE, SUPPLEANT, ouvert=False)
    with pytest.raises(ConvocationAnnulee):
        promouvoir(replace(EMPECHEE, nature=NatureVersion.ANNULATION), SUPPLEANT, ouvert=True)


def test_a_text_has_something_and_no_more_than_1000_characters_however_lines_end():
    assert texte(" a\r\nb ", MotifEmpechementAbsent) == "a\nb"
    assert texte("\r\n" * 999 + "x", MotifEmpechementAbsent) == "x"
    for empty in ("", " \r\n\t "):
        with pytest.raises(MotifEmpechementAbsent):
            texte(empty, MotifEmpechementAbsent)
    with pytest.raises(TexteTropLong):
        texte("x" * 1001, MotifEmpechementAbsent)
