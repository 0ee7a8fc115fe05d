"""Who signs in, as those who act; and what is over."""

from collections.abc import Sequence
from datetime import datetime

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.connexion import sql
from convocation.entrees import commands as entrees
from convocation.identite.fonctions import Fonction
from convocation.missions import reads as places


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
            one.academies | {academies[uai] for uai in one.uais if uai in academies},
        )
        for one in fonctions
    )


async def forget(connection: Connection, now: datetime) -> None:
    """Delete sessions that are over for a day, sign-ins from which nobody came back, old messages of providers."""
    await entrees.forget(connection, now)
    await sql.forget(connection, now)
