"""Policy: refused unless written."""

import pytest

from acces.acteur import Acteur, Role
from acces.policy import Forbidden, Policy, Scope

CHEF = Acteur("chef-1", Role.CHEF, "Nom", frozenset({"0699001A"}), frozenset({"10"}))
POLICY = Policy(
    {
        "convoquer": {Role.CHEF: Scope.ETABLISSEMENT, Role.ADMINISTRATEUR: Scope.TOUT},
        "annuaire": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "voir": {Role.INTERVENANT: Scope.SOI},
    }
)


def test_what_is_not_written_is_denied():
    for action in ("inconnue", "annuaire"):
        with pytest.raises(Forbidden):
            POLICY.authorise(CHEF, action, uai="0699001A", academie="10")


def test_a_right_reaches_the_own_etablissement_and_no_other():
    POLICY.authorise(CHEF, "convoquer", uai="0699001A")
    for uai in ("0699002B", None):
        with pytest.raises(Forbidden):
            POLICY.authorise(CHEF, "convoquer", uai=uai)


def test_an_intervenant_reaches_only_himself():
    someone = Acteur("100", Role.INTERVENANT)
    POLICY.authorise(someone, "voir", intervenant="100")
    with pytest.raises(Forbidden):
        POLICY.authorise(someone, "voir", intervenant="101")
