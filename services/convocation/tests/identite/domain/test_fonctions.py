"""The table claim → role and reach: what it does not name gives no function."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acces.acteur import Role
from convocation.identite.fonctions import Droits, Exigence, Fonction, Regle, Table, compte, droits
from convocation.identite.vecteur import Delegation, Gestion, Responsabilite, Vecteur, lire

LYCEE, LP, AILLEURS = "0699001J", "0699002K", "0599001N"
JOUR = date(2027, 1, 15)
RENTREE, ETE = date(2026, 9, 1), date(2027, 8, 31)
TABLE = Table(
    regles=(
        Regle("ctgrps", "GRP_IMAGIN_GEST", Role.GESTIONNAIRE, ("codaca",)),
        Regle("ctgrps", "GRP_IMAGIN_SIEC", Role.GESTIONNAIRE, ("01", "24", "25")),
        Regle("ctgrps", "GRP_IMAGIN_ADMIN", Role.ADMINISTRATEUR),
        Regle("FrEduGestResp", "805$IMAGIN", Role.GESTIONNAIRE, ("codaca",)),
        Regle("title", "DEC", Role.GESTIONNAIRE, ("70",)),
    )
)


def responsable(*uais):
    return tuple(Responsabilite(uai, "PU", "LYC") for uai in uais)


def delegue(*uais, application="imagin", debut=RENTREE, fin=ETE, delegant="alix.renard"):
    return Delegation(application, debut, fin, delegant, responsable(*uais))


def decided(vecteur, *, acr=None, amr=("mfa",), jour=JOUR, locales=(), table=TABLE):
    return droits(vecteur, table, acr=acr, amr=amr, jour=jour, locales=locales)


def functions(vecteur, **more):
    return list(decided(vecteur, **more).fonctions)


def test_a_chef_has_all_the_etablissements_of_a_cite_scolaire():
    vecteur = Vecteur(fonction_administrative="DIR", responsabilites=responsable(LYCEE, LP))
    assert functions(vecteur) == [Fonction(Role.CHEF, uais=frozenset({LYCEE, LP}))]


@pytest.mark.parametrize("fonction", [None, "ADM", "IEN1D", "dir", "DIRX"])
def test_who_is_not_dir_is_no_chef_whatever_he_answers_for(fonction):
    assert functions(Vecteur(fonction_administrative=fonction, responsabilites=responsable(LYCEE))) == []


def test_a_delegate_acts_for_the_chef_who_delegated_and_is_no_chef():
    [fonction] = functions(Vecteur(delegations=(delegue(LYCEE, LP),)))
    assert fonction == Fonction(Role.DELEGUE, frozenset({LYCEE, LP}), pour="alix.renard", fin=ETE)
    assert fonction.signe("Sacha MARTIN") == "Sacha MARTIN pour alix.renard"


@pytest.mark.parametrize(
    ("jour", "held"),
    [(RENTREE - timedelta(1), 0), (RENTREE, 1), (ETE, 1), (ETE + timedelta(1), 0)],
    ids=["before", "first day", "last day", "after"],
)
def test_a_delegation_holds_from_its_first_day_to_its_last(jour, held):
    assert len(functions(Vecteur(delegations=(delegue(LYCEE),)), jour=jour)) == held


def test_a_delegation_without_end_has_none():
    [fonction] = functions(Vecteur(delegations=(delegue(LYCEE, fin=date.max),)))
    assert fonction.fin is None


@pytest.mark.parametrize("application", ["autre", "imagin_etab", "IMAGIN", "", "imagi"])
def test_what_was_delegated_for_another_application_is_nothing_here(application):
    assert functions(Vecteur(delegations=(delegue(LYCEE, application=application),))) == []


def test_one_may_have_several_functions_and_needs_no_delegation_for_ones_own_place():
    vecteur = Vecteur(
        fonction_administrative="DIR",
        responsabilites=responsable(LYCEE),
        delegations=(delegue(LYCEE, LP), delegue(AILLEURS, delegant="dominique.petit")),
        groupes=("GRP_IMAGIN_GEST",),
        academie="10",
    )
    assert functions(vecteur) == [
        Fonction(Role.CHEF, frozenset({LYCEE})),
        Fonction(Role.DELEGUE, frozenset({LP}), pour="alix.renard", fin=ETE),
        Fonction(Role.DELEGUE, frozenset({AILLEURS}), pour="dominique.petit", fin=ETE),
        Fonction(Role.GESTIONNAIRE, academies=frozenset({"10"})),
    ]


def test_a_gestionnaire_of_several_academies_has_one_function():
    vecteur = Vecteur(groupes=("GRP_IMAGIN_SIEC", "GRP_IMAGIN_GEST"), academie="09")
    assert functions(vecteur) == [Fonction(Role.GESTIONNAIRE, academies=frozenset({"01", "09", "24", "25"}))]


def test_whose_academie_nobody_told_is_gestionnaire_of_none():
    assert functions(Vecteur(groupes=("GRP_IMAGIN_GEST",))) == []


def test_a_management_holds_within_its_dates():
    vecteur = Vecteur(gestions=(Gestion(RENTREE, ETE, "805", "IMAGIN"),), academie="70")
    assert functions(vecteur) == [Fonction(Role.GESTIONNAIRE, academies=frozenset({"70"}))]
    assert functions(vecteur, jour=ETE + timedelta(1)) == []
    assert functions(Vecteur(gestions=(Gestion(RENTREE, ETE, "806", "IMAGIN"),), academie="70")) == []


def test_a_title_may_name_a_function():
    assert functions(Vecteur(titre="DEC")) == [Fonction(Role.GESTIONNAIRE, academies=frozenset({"70"}))]


def test_groups_that_the_table_does_not_name_give_nothing():
    vecteur = Vecteur(groupes=("GRP_IMAGIN_ADMIN2", "grp_imagin_admin", "GRP_IMAGIN"), titre="dec", academie="10")
    assert decided(vecteur).fonctions == ()
    assert functions(Vecteur(groupes=("GRP_IMAGIN_ADMIN",), academie="10"), table=Table()) == []


def test_what_our_own_tables_know_counts_too():
    locales = [Fonction(Role.INTERVENANT, numero="123"), Fonction(Role.GESTIONNAIRE, academies=frozenset({"08"}))]
    vecteur = Vecteur(groupes=("GRP_IMAGIN_GEST",), academie="10")
    assert functions(vecteur, locales=locales) == [
        Fonction(Role.GESTIONNAIRE, academies=frozenset({"08", "10"})),
        Fonction(Role.INTERVENANT, numero="123"),
    ]
    assert functions(Vecteur(), locales=locales[:1]) == [locales[0]]


@pytest.mark.parametrize(
    ("acr", "amr", "strong"),
    [
        (None, (), False),
        ("eidas1", ("pwd",), False),
        ("eidas1", ("pwd", "totp"), False),
        ("eidas1", ("pwd", "mfa"), True),
        ("eidas2", (), True),
        ("eidas3", ("pop",), True),
        ("", ("MFA",), False),
    ],
    ids=str,
)
def test_the_rectorat_needs_a_second_factor(acr, amr, strong):
    vecteur = Vecteur(groupes=("GRP_IMAGIN_ADMIN", "GRP_IMAGIN_GEST"), academie="10")
    found = decided(vecteur, acr=acr, amr=amr)
    assert [len(found.fonctions), len(found.a_renforcer)] == ([2, 0] if strong else [0, 2])
    assert found.refus == ""


def test_a_chef_needs_none_and_keeps_what_he_has_while_the_rest_waits():
    vecteur = Vecteur(fonction_administrative="DIR", responsabilites=responsable(LYCEE), groupes=("GRP_IMAGIN_ADMIN",))
    found = decided(vecteur, amr=("pwd",))
    assert [one.role for one in found.fonctions] == [Role.CHEF]
    assert [one.role for one in found.a_renforcer] == [Role.ADMINISTRATEUR]


def test_a_table_changes_what_it_names_and_leaves_the_other_role_as_it_was():
    table = Table(exigences={Role.GESTIONNAIRE: Exigence(), Role.CHEF: Exigence(amr=("mfa",))})
    assert table.exigence(Role.GESTIONNAIRE).tenue(None, ())
    assert not table.exigence(Role.ADMINISTRATEUR).tenue("eidas1", ("pwd",))
    assert not table.exigence(Role.CHEF).tenue(None, ("pwd",))
    assert table.exigence(Role.DELEGUE).tenue(None, ())
    assert Table().exigence(Role.GESTIONNAIRE).demande == "eidas2 eidas3"
    assert Exigence(amr=("mfa",)).demande is None


@pytest.mark.parametrize(
    ("vecteur", "words"),
    [
        (Vecteur(), "ne donne aucune fonction"),
        (Vecteur(delegations=(delegue(LYCEE, fin=date(2026, 12, 31)),)), "a pris fin le jeudi 31 décembre 2026"),
        (Vecteur(delegations=(delegue(LYCEE, debut=date(2027, 2, 1)),)), "ne commence que le lundi 1er février 2027"),
        (Vecteur(fonction_administrative="DIR"), "aucun établissement ne vous est attribué"),
        (lire({"FrEduRneResp": "0699001X$UAJ$PU$N$T3$LYC$300"}), "FrEduRneResp, valeur 1 : l’UAI"),
    ],
    ids=["nothing", "over", "not yet", "dir of nothing", "damaged"],
)
def test_who_gets_nothing_reads_why(vecteur, words):
    found = decided(vecteur)
    assert found.fonctions == found.a_renforcer == ()
    assert words in found.refus


def test_another_applications_delegation_is_not_told():
    vecteur = Vecteur(delegations=(delegue(LYCEE, application="autre", delegant="quelqu.un"),))
    assert "quelqu.un" not in decided(vecteur).refus


@pytest.mark.parametrize(
    "given",
    [
        {"role": Role.CHEF},
        {"role": Role.INTERVENANT},
        {"role": Role.SERVICE},
        {"role": Role.SANTORIN},
        {"role": Role.GESTIONNAIRE},
        {"role": Role.GESTIONNAIRE, "academies": ("Lyon",)},
        {"role": Role.GESTIONNAIRE, "academies": ("*",)},
        {"role": Role.GESTIONNAIRE, "academies": ("010",)},
        {"role": Role.ADMINISTRATEUR, "academies": ("10",)},
        {"role": Role.ADMINISTRATEUR, "valeur": ""},
    ],
    ids=str,
)
def test_a_rule_that_makes_no_sense_is_refused(given):
    with pytest.raises(ValueError, match=r"rule|académie"):
        Regle(**{"attribut": "ctgrps", "valeur": "GRP"} | given)


def test_an_account_is_one_persons_at_one_provider_for_ever():
    one = compte("https://fim.invalid", "c.essai")
    assert one == compte("https://fim.invalid", "c.essai") == "ab2187ca-c667-5b05-bdce-8ab59b3e4ab7"
    others = {
        compte("https://fim.invalid/", "c.essai"),
        compte("https://proconnect.invalid", "c.essai"),
        compte("https://fim.invalid", "C.essai"),
        compte("https://fim.invalidc", ".essai"),
    }
    assert len(others | {one}) == 5


_FONCTIONS = st.sampled_from([None, "DIR", "ADM"])
_UAIS = st.lists(st.sampled_from([LYCEE, LP, AILLEURS]), max_size=3, unique=True)
_DELEGATIONS = st.builds(
    lambda uais, application, debut, length: delegue(
        *uais, application=application, debut=debut, fin=debut + timedelta(length)
    ),
    _UAIS.filter(bool),
    st.sampled_from(["imagin", "autre"]),
    st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    st.integers(0, 400),
)


@given(_FONCTIONS, _UAIS, st.lists(_DELEGATIONS, max_size=4), st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_nobody_ever_reaches_an_etablissement_that_was_not_told_for_this_day(fonction, uais, delegations, jour):
    vecteur = Vecteur(
        fonction_administrative=fonction, responsabilites=responsable(*uais), delegations=tuple(delegations)
    )
    found = decided(vecteur, jour=jour)
    for one in found.fonctions:
        assert one.role in {Role.CHEF, Role.DELEGUE}
        if one.role is Role.CHEF:
            assert fonction == "DIR"
            assert one.uais <= set(uais)
        else:
            told = [d for d in delegations if d.application == "imagin" and d.debut <= jour <= d.fin]
            assert one.uais <= {r.uai for d in told for r in d.responsabilites}
    assert bool(found.refus) == (found == Droits(refus=found.refus))
