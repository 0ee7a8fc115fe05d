"""The demo's people: invented teachers of every lycée, and one account a role."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from acces.acteur import Acteur, Role
from imagin_dev.cyclades.inscriptions_file import Closing
from imagin_dev.cyclades.teachers import Teacher, teachers

ADMINISTRATEUR = Acteur("administrateur", Role.ADMINISTRATEUR, "Administrateur IMAGIN")


@dataclass(frozen=True, slots=True)
class People:
    """Teachers by académie, and the établissements they were made for."""

    by_academie: dict[str, list[Teacher]]
    etablissements: dict[str, str]

    @classmethod
    def of(cls, closings: Iterable[Closing]) -> "People":
        states = [closing.state for closing in closings]
        by_academie: dict[str, list[Teacher]] = {}
        for teacher in teachers(states):
            by_academie.setdefault(teacher.academie, []).append(teacher)
        return cls(by_academie, {state.uai: state.etablissement.academie for state in states})


def chef(uai: str, academie: str) -> Acteur:
    return Acteur(f"chef.{uai}", Role.CHEF, f"Chef d’établissement {uai}", frozenset({uai}), frozenset({academie}))


def gestionnaire(academie: str) -> Acteur:
    nom = f"Gestionnaire IMAGIN {academie}"
    return Acteur(f"gestionnaire.{academie}", Role.GESTIONNAIRE, nom, frozenset(), frozenset({academie}))


def demo_accounts(people: People, convocation_url: str) -> list[dict[str, Any]]:
    """One account a role; opening its `sign_in_url` in a browser signs in (docs/architecture/commands.md)."""
    uai, academie = next(iter(people.etablissements.items()))
    someone = next((one for one in people.by_academie.get(academie, []) if one.uai == uai), None)
    numero, name = (someone.numero, f"{someone.prenom} {someone.nom}") if someone else ("", "Intervenant")
    accounts = [
        ("chef", uai, uai, chef(uai, academie).nom),
        ("delegue", uai, uai, f"Délégué {uai}"),
        ("gestionnaire", None, academie, gestionnaire(academie).nom),
        ("administrateur", None, "", ADMINISTRATEUR.nom),
        ("intervenant", uai, numero, name),
    ]
    sign_in = f"{convocation_url}/connexion/developpement"
    return [
        {"role": role, "uai": place, "name": label, "sign_in_url": f"{sign_in}?role={role}&code={code}"}
        for role, place, code, label in accounts
    ]
