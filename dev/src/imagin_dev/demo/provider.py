"""The demo's provider: an account for every role, of invented people; the vector of each is as FIM would tell it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from unicodedata import normalize

from imagin_dev.demo.accounts import People
from imagin_ops.services import CONVOCATION
from testkit.oidc_mock import MockProvider

_GESTIONNAIRE, _SIEC, _ADMINISTRATEUR = "GRP_IMAGIN_GESTIONNAIRE", "GRP_IMAGIN_SIEC", "GRP_IMAGIN_ADMINISTRATEUR"
_VOISINE = {"10": "08"}  # Lyon and Grenoble share a région académique
_SECOND_FACTEUR = {"acr": "eidas2", "amr": ["pwd", "mfa"]}
_MOT_DE_PASSE = {"acr": "eidas1", "amr": ["pwd"]}
_CLIENT = {"CLIENT_ID": "imagin", "CLIENT_SECRET": "celui de la demonstration"}


@dataclass(frozen=True, slots=True)
class Account:
    """`fonction`: what it is for, as the list of the demo says it. `claims`: what the provider tells."""

    prenom: str
    nom: str
    fonction: str
    claims: Mapping[str, Any]

    @property
    def login(self) -> str:
        """Plain ASCII, as a `sub` must be."""
        plain = normalize("NFKD", f"{self.prenom}.{self.nom}").encode("ascii", "ignore").decode()
        return plain.lower().replace(" ", "-")

    @property
    def sub(self) -> str:
        """Unique and stable; the page to choose on shows nothing else, so it says who it is."""
        return f"{self.login} ({self.fonction})"


def accounts(people: People) -> list[Account]:
    """One of each kind, at the first établissements of the demo (where it has one alone, all at that)."""
    uais = list(people.etablissements)
    lycee, cite, annexe, autre = (uais[n % len(uais)] for n in range(4))
    academie = people.etablissements[lycee]
    teacher = next(iter(people.by_academie[academie]))
    delegated = f"01/09/2019|31/12/9999|camille.roux|FrEduRneResp={_responsable(lycee)}"
    delegation = f"imagin|/redirectionhub/redirect.jsp?applicationname=imagin|{delegated}|portail||"
    agent = {"codaca": f"0{academie}", "title": "ADM"} | _SECOND_FACTEUR
    return [
        Account("Camille", "ROUX", "chef", _direction(lycee)),
        Account("Dominique", "FAURE", "chef d'une cite scolaire", _direction(cite, annexe)),
        Account("Sacha", "PERRIN", "delegue", _personnel(lycee, "ADM") | {"FrEduResDel": [delegation]}),
        Account("Maxime", "LAMBERT", "chef et delegue", _direction(autre) | {"FrEduResDel": [delegation]}),
        Account("Alix", "MOREL", "gestionnaire", agent | {"ctgrps": [_GESTIONNAIRE]}),
        Account("Lou", "BERNARD", "gestionnaire de deux academies", agent | {"ctgrps": [_SIEC]}),
        Account("Noa", "GARNIER", "administrateur", agent | {"ctgrps": [_ADMINISTRATEUR]}),
        Account(
            teacher.prenom, teacher.nom, "intervenant", _personnel(teacher.uai, "ENS") | {"email": teacher.courriel}
        ),
        Account("Ange", "ROBIN", "aucune fonction", _personnel(autre, "ENS")),
    ]


def _responsable(uai: str) -> str:
    return f"{uai}$UAJ$PU$N$T3$LYC$300"


def _direction(*uais: str) -> dict[str, Any]:
    answers_for = [_responsable(uai) for uai in dict.fromkeys(uais)]
    return _personnel(uais[0], "DIR") | {"FrEduFonctAdm": "DIR", "FrEduRneResp": answers_for}


def _personnel(uai: str, fonction: str) -> dict[str, Any]:
    works_at = f"{uai}$UAJ$PU${fonction}${uai}$T3$LYC$300"
    return {"FrEduRne": [works_at], "FrEduRneResp": ["X"], "title": fonction, "rne": uai} | _MOT_DE_PASSE


class DemoProvider:
    """`start`, `stop`, `url`; `settings`: what convocation needs to send people there."""

    def __init__(self, folder: Path, people: People) -> None:
        self.accounts = accounts(people)
        self._academie = next(iter(people.etablissements.values()))
        self._provider = MockProvider(folder / "fournisseur.log", [_told(one) for one in self.accounts])

    @property
    def url(self) -> str:
        return self._provider.url

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Raises AssertionError when it does not come up."""
        await self._provider.start()

    async def stop(self) -> None:
        await self._provider.stop()

    async def sign_in(self, url: str, account: Account) -> dict[str, str]:
        """What the browser brings back when this account is chosen on the page at `url`: code and state."""
        return await self._provider.sign_in(url, account.sub)

    @property
    def settings(self) -> dict[str, str]:
        prefix = CONVOCATION.prefix
        client = {f"{prefix}FIM_{name}": value for name, value in _CLIENT.items()}
        return client | {f"{prefix}FIM_ISSUER": self.url, f"{prefix}FONCTIONS": json.dumps(self._table())}

    def _table(self) -> dict[str, Any]:
        both = [self._academie, _VOISINE.get(self._academie, "10")]
        return {
            "regles": [
                {"attribut": "ctgrps", "valeur": _GESTIONNAIRE, "role": "gestionnaire", "academies": ["codaca"]},
                {"attribut": "ctgrps", "valeur": _SIEC, "role": "gestionnaire", "academies": both},
                {"attribut": "ctgrps", "valeur": _ADMINISTRATEUR, "role": "administrateur"},
            ]
        }


def _told(account: Account) -> dict[str, Any]:
    """A real provider has addresses of its own; nobody can write to these."""
    named = {"given_name": account.prenom, "family_name": account.nom, "name": f"{account.prenom} {account.nom}"}
    address = {"email": f"{account.login}@ac-exemple.invalid"}
    return {"sub": account.sub, **named, **address, **account.claims}
