"""Required profiles of an épreuve (R47): data, not a special case. HLP asks for lettres and philosophie.

A missing profile warns and stays visible; it never blocks (K.e).
"""

from collections.abc import Collection, Mapping

ProfilsRequis = Mapping[str, frozenset[str]]
"""Profile → the disciplines that cover it, in the table's order; empty where the épreuve requires none."""


def profil_couvert(requis: ProfilsRequis, disciplines: Collection[str], profils: Collection[str] = ()) -> str | None:
    """The first required profile that a person covers by her disciplines, or that the directory says of her."""
    return next(
        (profil for profil, acceptees in requis.items() if profil in profils or acceptees.intersection(disciplines)),
        None,
    )


def profils_manquants(requis: ProfilsRequis, couverts: Collection[str | None]) -> list[str]:
    """Required profiles that nobody convoked covers."""
    return [profil for profil in requis if profil not in couverts]
