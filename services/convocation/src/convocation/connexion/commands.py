"""Who signs in, as those who act; and what is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.comptes import commands as comptes
from convocation.connexion import sql
from convocation.entrees import commands as entrees
from convocation.entrees.commands import Entree, Provenance, open_session
from convocation.identite.fonctions import Droits, Fonction, Table, compte, droits
from convocation.identite.fournisseur import Identite
from convocation.identite.vecteur import Vecteur
from convocation.missions import reads as places
from event_schemas.academies import local_time


@dataclass(frozen=True, slots=True)
class Connue:
    """What a sign-in gives. Where a stronger one is asked for, or there is no function, nobody is let in."""

    droits: Droits
    fonctions: tuple[Acteur, ...] = ()
    secret: str = ""


async def sign_in(
    connection: Connection,
    identite: Identite,
    vecteur: Vecteur,
    table: Table,
    *,
    renforcee: bool,
    now: datetime,
    lasts: timedelta,
) -> Connue:
    """Record the account, read its rights and open a session, in one transaction: none is withdrawn meanwhile.

    `renforcee`: a stronger sign-in was asked for already. Raises CompteDesactive.
    """
    qui, nom = compte(identite.issuer, identite.sub), f"{identite.prenom} {identite.nom}".strip()
    jour = local_time("*", now).date()
    read = partial(droits, vecteur, table, acr=identite.acr, amr=identite.amr, jour=jour)
    ministere = read()
    await comptes.seen(connection, compte=qui, emetteur=identite.issuer, nom=nom, courriel=identite.courriel, now=now)
    await comptes.given(connection, compte=qui, fonctions=(*ministere.fonctions, *ministere.a_renforcer))
    locales = await comptes.fonctions_locales(connection, compte=qui, courriel=identite.courriel, jour=jour)
    known = read(locales=locales)
    if not known.fonctions or (known.a_renforcer and not renforcee):
        return Connue(known)
    fonctions = await acteurs(connection, qui, nom, known.fonctions)
    provenance = Provenance(identite.issuer, identite.sub, identite.sid, identite.id_token)
    entree = Entree(qui, fonctions, provenance=provenance)
    return Connue(known, fonctions, await open_session(connection, entree, now, lasts))


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
