"""Which missions an acteur finds in the lists."""

from acces.acteur import Acteur
from convocation.commun.access import choose_academie, reach
from convocation.listes.sql import FiltreMissions


def filtre_missions(
    acteur: Acteur,
    *,
    session: str | None,
    type_: str | None,
    texte: str,
    page: int,
    taille: int,
    etat: str | None = None,
    tri: str = "epreuve",
    convoquees: bool = False,
    academie: str = "",
) -> FiltreMissions:
    """What is asked for, within what the acteur sees: an établissement those open to convocation alone (R13).

    Those with people convoked are seen whether the service is open or not (R22). `academie`: of those that the
    acteur has. Raises Forbidden.
    """
    seen = reach(acteur, "missions.lire")
    return FiltreMissions(
        uais=seen.uais,
        academies=choose_academie(acteur, "missions.lire", academie).academies,
        session=session,
        type=type_,
        texte=texte,
        etat=etat,
        tri=tri,
        ouvertes=seen.uais is not None and not convoquees,
        convoquees=convoquees,
        page=page,
        taille=taille,
    )
