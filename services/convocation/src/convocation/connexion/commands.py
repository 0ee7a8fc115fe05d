"""Who signs in, as those who act; and what is over."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.comptes import commands as comptes
from convocation.connexion import sql
from convocation.entrees import commands as entrees
from convocation.identite.fonctions import Droits, Fonction, Table, compte, droits
from convocation.identite.fournisseur import Identite
from convocation.identite.vecteur import Vecteur
from convocation.missions import reads as places


async def recognise(
    connection: Connection, identite: Identite, vecteur: Vecteur, table: Table, now: datetime
) -> tuple[Droits, tuple[Acteur, ...]]:
    """Who comes from a provider: what that gives, and the functions that are strong enough, as those who act.

    The caller opens the session in this transaction: it holds the account's row (0039). Raises CompteDesactive.
    """
    qui, nom = compte(identite.issuer, identite.sub), f"{identite.prenom} {identite.nom}".strip()
    await comptes.seen(
        connection,
        compte=qui,
        genre=identite.genre,
        emetteur=identite.issuer,
        nom=nom,
        courriel=identite.courriel,
        now=now,
    )
    jour = comptes.jour_de(now)
    judged = partial(droits, vecteur, table, acr=identite.acr, amr=identite.amr, jour=jour)
    told = judged()
    await comptes.given(connection, compte=qui, fonctions=[*told.fonctions, *told.a_renforcer])
    locales = await comptes.fonctions_locales(connection, compte=qui, courriel=identite.courriel, jour=jour)
    known = judged(locales=locales)
    return known, await acteurs(connection, qui, nom, known.fonctions)


async def acteurs(connection: Connection, compte: str, nom: str, fonctions: Sequence[Fonction]) -> tuple[Acteur, ...]:
    """One a function. Of an établissement the missions know the académie; an intervenant acts by their number."""
    uais = sorted({uai for one in fonctions for uai in one.uais})
    academies = {one.uai: one.academie for one in await places.etablissements(connection, uais)}
    return tuple(
        Acteur(
            one.numero or compte,
            one.role,
            one.signe(nom),
            one.uais,
            where := one.academies | {academies[uai] for uai in one.uais if uai in academies},
            one.finit(where),
        )
        for one in fonctions
    )


async def forget(connection: Connection, now: datetime) -> None:
    """Delete sessions that are over for a day, sign-ins from which nobody came back, old messages of providers."""
    await entrees.forget(connection, now)
    await sql.forget(connection, now)
