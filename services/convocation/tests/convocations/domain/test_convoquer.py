"""R25–R53: convoking, in the guide's words. Pure and fast."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from convocation.annuaire.domain import Intervenant
from convocation.avertissements.domain import Calendrier
from convocation.convocations import refus as errors
from convocation.convocations.domain import (
    NatureVersion,
    Qualite,
    Saisie,
    annuler,
    convoquer,
    modifier,
    reemettre,
    retenir,
)
from convocation.convocations.examen import Connu, Occupation, sur_la_mission
from convocation.exigences.domain import profil_couvert, profils_manquants
from convocation.missions.domain import CONSEIL_DATE, LIBELLES_TYPE, Mission, MissionType
from convocation.ouvertures.refus import ServiceFerme

DAY, OTHER_DAY = date(2020, 3, 5), date(2020, 3, 6)
MISSION = Mission(
    mission_id=UUID(int=1),
    session="2020-E3C1",
    uai="0699001J",
    academie="10",
    etablissement_nom="LYCEE FICTIF",
    etablissement_commune="LYON",
    type=MissionType.CORRECTION,
    voie="GENERALE",
    code="HG",
    libelle="Histoire-géographie",
    candidats=100,
    date_debut=date(2020, 1, 13),
    sans_candidat=False,
    version=1,
)
NUMERISATION = replace(MISSION, type=MissionType.NUMERISATION, code="NUMERISATION", voie="COMMUNE")
HLP = {"lettres": frozenset({"0200", "0202"}), "philosophie": frozenset({"0100"})}


def person(numero, *disciplines, academie="10", actif=True):
    return Intervenant(numero, "Mme", "NOM", "Prénom", "x@y.invalid", "0699001J", (), disciplines, academie, actif)


ANNUAIRE = {numero: person(numero, "1000") for numero in ("1", "2", "3")}
SAISIE = Saisie(None, (DAY,), "Apporter un stylo rouge")


def convoke(
    *numeros, mission=MISSION, ouvert=True, annuaire=None, existantes=None, saisie=SAISIE, requis=None, aujourdhui=DAY
):
    return convoquer(
        mission,
        ouvert=ouvert,
        numeros=numeros,
        annuaire=ANNUAIRE if annuaire is None else annuaire,
        existantes=existantes or {},
        saisie=saisie,
        requis=requis or {},
        aujourdhui=aujourdhui,
    )


def connu(*, requis=None, signee=True, occupations=()):
    return Connu(ANNUAIRE, {}, requis or {}, (), signee, True, DAY, Calendrier({"FR": {}}, {}), occupations)


def test_r2_and_r5_the_two_types_of_mission_bear_the_guides_names():
    assert set(LIBELLES_TYPE.values()) == {"Epreuve commune de contrôle continu", "Numérisation de copies"}


def test_r12_before_the_administrateur_has_opened_the_service_the_etablissement_convokes_nobody():
    with pytest.raises(ServiceFerme):
        convoke("1", ouvert=False)


def test_r14_the_etablissements_can_then_convoke_the_correcteurs():
    assert [(one.numero, one.version, one.nature) for one in convoke("1", "2")] == [
        ("1", 1, NatureVersion.CONVOCATION),
        ("2", 1, NatureVersion.CONVOCATION),
    ]


@pytest.mark.parametrize("choisie", ["COORDINATEUR", "COORDINATEUR_ADJOINT", "CORRECTEUR", "CORRECTEUR_SUPPLEANT"])
def test_r33_the_qualite_is_selected_among_those_proposed(choisie):
    [one] = convoke("1", saisie=replace(SAISIE, qualite=choisie))
    assert (one.qualite.qualite, one.qualite.par_defaut) == (Qualite(choisie), False)


def test_r33_another_qualite_is_refused():
    with pytest.raises(errors.QualiteInconnue):
        convoke("1", saisie=replace(SAISIE, qualite="INSPECTEUR"))


@pytest.mark.parametrize("vide", [None, ""])
def test_r34_without_qualite_the_intervenants_are_automatically_correcteurs_santorin(vide):
    [one] = convoke("1", saisie=replace(SAISIE, qualite=vide))
    assert one.qualite == (Qualite.CORRECTEUR, True)
    assert one.qualite.libelle == "Correcteur Santorin"


def test_kc_a_correcteur_who_was_chosen_is_not_the_default():
    assert retenir(MissionType.CORRECTION, "CORRECTEUR").libelle == "Correcteur"


def test_ki_the_qualite_is_that_of_the_whole_list():
    saisie = replace(SAISIE, qualite="COORDINATEUR")
    assert {one.qualite.qualite for one in convoke("1", "2", saisie=saisie)} == {Qualite.COORDINATEUR}


def test_r35_somebody_of_another_academie_cannot_be_convoked():
    with pytest.raises(errors.IntervenantInconnu):
        convoke("9", annuaire={"9": person("9", academie="09")})


def test_r36_a_name_that_is_not_found_sends_to_the_gestionnaire():
    with pytest.raises(errors.IntervenantInconnu, match="intervenant-inconnu") as refusal:
        convoke("1", "404")
    assert refusal.value.numeros == ["404"]
    assert "gestionnaire IMAGIN" in refusal.value.phrase


def test_r37_the_date_of_mission_is_to_be_given():
    with pytest.raises(errors.MissionDateNotChosen):
        convoke("1", saisie=replace(SAISIE, dates=()))


@pytest.mark.parametrize("year", [27, 1999, 2100, 9999])
def test_r37_a_year_mistyped_is_no_date_of_mission(year):
    with pytest.raises(errors.DateInvraisemblable):
        convoke("1", saisie=replace(SAISIE, dates=(*SAISIE.dates, date(year, 2, 15))))


def test_kf_the_fictitious_date_is_never_taken_over_by_itself():
    [one] = convoke("1")
    assert MISSION.date_debut not in one.dates


def test_r38_the_guides_advice_on_the_date_is_given():
    assert "date de fin de corrections des copies et de remontée des notes" in CONSEIL_DATE


def test_r39_several_dates_can_be_chosen_in_the_calendar():
    [one] = convoke("1", saisie=replace(SAISIE, dates=(OTHER_DAY, DAY, DAY)))
    assert one.dates == (DAY, OTHER_DAY)


def test_r40_the_texte_d_observation_is_kept_for_the_convocation():
    assert convoke("1")[0].observation == "Apporter un stylo rouge"


@pytest.mark.parametrize("numeros", [(), ("1", "1")])
def test_r41_a_list_without_people_or_with_somebody_twice_is_refused(numeros):
    with pytest.raises(errors.PersonneChoisie):
        convoke(*numeros)


def test_somebody_who_is_no_longer_active_cannot_be_convoked():
    with pytest.raises(errors.IntervenantInactif):
        convoke("9", annuaire={"9": person("9", actif=False)})


def test_ka_nobody_is_convoked_any_more_on_a_mission_without_candidates():
    with pytest.raises(errors.MissionSansCandidat):
        convoke("1", mission=replace(MISSION, sans_candidat=True))


def test_kd_somebody_who_is_convoked_already_is_refused_and_nobody_of_the_list_is_convoked():
    [first] = convoke("1")
    with pytest.raises(errors.DejaConvoque) as refusal:
        convoke("1", "2", existantes={"1": first})
    assert refusal.value.numeros == ["1"]


def test_kd_after_a_cancellation_the_same_person_is_convoked_again_at_the_next_version():
    [first] = convoke("1")
    [again] = convoke("1", existantes={"1": annuler(first, ouvert=True, motif="Malade")})
    assert (again.version, again.nature, again.motif) == (3, NatureVersion.CONVOCATION, None)


def test_r44_a_changed_convocation_is_a_new_version():
    [first] = convoke("1")
    changed = modifier(first, MISSION, ouvert=True, saisie=replace(SAISIE, dates=(OTHER_DAY,)), aujourdhui=DAY)
    assert (changed.version, changed.nature, changed.dates) == (2, NatureVersion.MODIFICATION, (OTHER_DAY,))


def test_r44_a_changed_observation_is_a_new_version_too_for_the_person_reads_it():
    [first] = convoke("1")
    assert (
        modifier(first, MISSION, ouvert=True, saisie=replace(SAISIE, observation="Autre"), aujourdhui=DAY).version == 2
    )


def test_r44_a_change_that_changes_nothing_tells_nobody_anything():
    [first] = convoke("1")
    assert modifier(first, MISSION, ouvert=True, saisie=SAISIE, aujourdhui=DAY) is first


def test_r24_made_again_it_is_the_same_at_the_next_version_where_the_service_is_open_and_it_is_not_cancelled():
    [first] = convoke("1")
    assert reemettre(first, ouvert=True) == replace(first, nature=NatureVersion.MODIFICATION, version=2)
    with pytest.raises(ServiceFerme):
        reemettre(first, ouvert=False)
    with pytest.raises(errors.ConvocationAnnulee):
        reemettre(annuler(first, ouvert=True, motif="Malade"), ouvert=True)


def test_r45_a_deleted_convocation_stays_cancelled_with_its_reason():
    [first] = convoke("1")
    cancelled = annuler(first, ouvert=True, motif=" Malade ")
    assert (cancelled.active, cancelled.version, cancelled.motif) == (False, 2, "Malade")


def test_r45_a_cancellation_without_reason_is_refused():
    with pytest.raises(errors.MotifAbsent):
        annuler(convoke("1")[0], ouvert=True, motif="  ")


def test_a_cancelled_convocation_can_be_neither_changed_nor_cancelled_again():
    cancelled = annuler(convoke("1")[0], ouvert=True, motif="Malade")
    with pytest.raises(errors.ConvocationAnnulee) as told:
        annuler(cancelled, ouvert=True, motif="Encore")
    assert "déjà annulée" in told.value.phrase, "a second window asks for what is done"
    with pytest.raises(errors.ConvocationAnnulee):
        modifier(cancelled, MISSION, ouvert=True, saisie=SAISIE, aujourdhui=DAY)


def test_r47_for_hlp_a_professeur_de_lettres_and_a_professeur_de_philosophie_must_be_missioned():
    annuaire = {"L": person("L", "0202"), "P": person("P", "0100"), "H": person("H", "1000")}
    [lettres] = convoke("L", annuaire=annuaire, requis=HLP)
    assert profils_manquants(HLP, [lettres.profil]) == ["philosophie"]
    [philosophie, other] = convoke("P", "H", annuaire=annuaire, requis=HLP)
    assert profils_manquants(HLP, [lettres.profil, philosophie.profil]) == []
    assert other.profil is None


def test_r47_is_a_table_of_profiles_and_not_a_special_case():
    requis = {"chimie": frozenset({"1500"})}
    assert profil_couvert(requis, ["1300", "1500"]) == "chimie"
    assert profil_couvert({}, ["1500"]) is None


def test_ke_a_missing_profile_warns_and_does_not_block():
    convoked = convoke("L", annuaire={"L": person("L", "0202")}, requis=HLP)
    [warning, _] = sur_la_mission(MISSION, connu(requis=HLP), convoked)
    assert (warning.type, warning.details) == ("profil-manquant", ("philosophie",))


def test_nothing_is_missing_on_a_mission_that_nobody_needs_any_more():
    withdrawn = replace(MISSION, sans_candidat=True)
    assert sur_la_mission(withdrawn, connu(requis=HLP, signee=False)) == []


def test_kg_a_missing_signature_warns_and_does_not_block():
    busy = [Occupation("1", "NOM Prénom", DAY, UUID(int=9), "Mathématiques, LYCEE FICTIF")]
    found = sur_la_mission(MISSION, connu(signee=False, occupations=busy), convoke("1"))
    assert {one.type for one in found} == {"signature-absente", "aucun-coordinateur", "deja-convoque-ce-jour"}


def test_a_second_coordinateur_warns_and_one_does_not():
    one = convoke("1", saisie=replace(SAISIE, qualite="COORDINATEUR"))
    two = convoke("1", "2", saisie=replace(SAISIE, qualite="COORDINATEUR"))
    assert sur_la_mission(MISSION, connu(), one) == []
    [warning] = sur_la_mission(MISSION, connu(), two)
    assert warning.type == "plusieurs-coordinateurs"
    held = replace(connu(), existantes={one.numero: one for one in two})
    assert sur_la_mission(MISSION, held) == []  # it was told when the second came


def test_r49_r51_and_r53_somebody_is_convoked_to_the_numerisation_as_to_any_mission():
    [one] = convoke("1", mission=NUMERISATION)
    assert (one.numero, one.dates) == ("1", (DAY,))


def test_the_coordinateur_and_the_correcteurs_are_convoked_in_one_go():
    found = convoke("1", "2", saisie=replace(SAISIE, qualites={"2": "COORDINATEUR"}))
    assert [one.qualite.libelle for one in found] == ["Correcteur Santorin", "Coordinateur"]


def test_r52_for_a_numerisation_the_qualite_is_not_to_be_entered():
    [one] = convoke("1", mission=NUMERISATION)
    assert (one.qualite.qualite, one.qualite.libelle) == (None, None)
    with pytest.raises(errors.QualiteSansObjet):
        convoke("1", mission=NUMERISATION, saisie=replace(SAISIE, qualite="CORRECTEUR"))


def test_a_warning_read_about_all_covers_some_of_them_and_not_others():
    both = sur_la_mission(MISSION, connu(requis=HLP))
    one = sur_la_mission(MISSION, connu(requis=HLP), convoke("L", annuaire={"L": person("L", "0202")}, requis=HLP))
    read = {cle for warning in both for cle in warning.cles}
    assert read.issuperset(cle for warning in one for cle in warning.cles)
    assert not {cle for warning in one for cle in warning.cles}.issuperset(read)
