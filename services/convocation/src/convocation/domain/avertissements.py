"""Warnings after convoking: told, never blocking (K.e, K.g)."""

from collections.abc import Collection, Sequence

from convocation.domain.convocation import Convocation
from convocation.domain.mission import Mission, MissionType
from convocation.domain.profils import ProfilsRequis, profils_manquants
from convocation.domain.qualite import Qualite


def avertissements(
    mission: Mission,
    actives: Sequence[Convocation],
    *,
    requis: ProfilsRequis,
    signee: bool,
    occupes: Collection[str],
) -> list[dict[str, object]]:
    """`actives`: all convocations of the mission that hold; `occupes`: numbers convoked elsewhere on a same day."""
    found: list[dict[str, object]] = []
    if occupes:
        phrase = "Déjà convoqué ce jour-là sur une autre mission de l’académie."
        found.append({"type": "deja-convoque-ce-jour", "phrase": phrase, "numeros": sorted(occupes)})
    manquants = profils_manquants(requis, [convocation.profil for convocation in actives])
    if manquants:
        phrase = f"Profil manquant pour cette mission : {', '.join(manquants)}."
        found.append({"type": "profil-manquant", "phrase": phrase, "profils": manquants})
    if not signee:
        phrase = "Le chef d’établissement n’a pas encore renseigné sa signature."
        found.append({"type": "signature-absente", "phrase": phrase})
    correction = mission.type is MissionType.CORRECTION
    if correction and not any(one.qualite.qualite is Qualite.COORDINATEUR for one in actives):
        found.append({"type": "aucun-coordinateur", "phrase": "Aucun coordinateur n’est convoqué sur cette mission."})
    return found
