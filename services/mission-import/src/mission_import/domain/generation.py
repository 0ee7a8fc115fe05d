"""Generation (R8–R11): a closing and the missions there are → the missions that change, each at its next version.

One mission per E3C épreuve with candidates; exactly one numérisation where there is such a mission, none otherwise.
"""

from collections.abc import Mapping
from datetime import date

from mission_import.domain.inscriptions import Cloture
from mission_import.domain.mission import (
    LIBELLE_NUMERISATION,
    NUMERISATION,
    Cle,
    Mission,
    MissionType,
    Status,
)

# A member is sought at each use of its enum, and a tuple takes half as long by its places as by names: a batch of
# closings makes thousands of missions.
_CORRECTION, _ACTIVE = MissionType.CORRECTION, Status.ACTIVE


def generate(cloture: Cloture, existing: Mapping[Cle, Mission], today: date) -> list[Mission]:
    """The missions that `cloture` creates, changes or withdraws; empty when it says nothing new.

    `today` is the day of import in the académie's time: the start date of missions created now (R11).
    """
    wanted = _wanted(cloture, today)
    if not existing:
        return list(wanted.values())
    created_or_changed = [_next(mission, existing.get(cle)) for cle, mission in wanted.items()]
    withdrawn = [
        mission._replace(status=Status.WITHDRAWN, candidats=0, version=mission.version + 1)
        for cle, mission in existing.items()
        if cle not in wanted and mission.status is Status.ACTIVE
    ]
    return [mission for mission in created_or_changed if mission is not None] + withdrawn


def _wanted(cloture: Cloture, today: date) -> dict[Cle, Mission]:
    session, place = cloture.session, cloture.etablissement
    corrections = {
        (cle := Cle(epreuve.voie, epreuve.code)): Mission(
            session, place, _CORRECTION, cle, epreuve.libelle, epreuve.candidats, today, _ACTIVE, 1
        )
        for epreuve in cloture.epreuves
        if epreuve.makes_a_mission
    }
    if not corrections:
        return {}
    numerisation = Mission(
        session=session,
        etablissement=place,
        type=MissionType.NUMERISATION,
        cle=NUMERISATION,
        libelle=LIBELLE_NUMERISATION,
        candidats=sum(mission.candidats for mission in corrections.values()),
        date_debut=today,
        status=Status.ACTIVE,
        version=1,
    )
    return corrections | {NUMERISATION: numerisation}


def _next(wanted: Mission, held: Mission | None) -> Mission | None:
    """`wanted` as the next version of what is held, with the start date it was created with; None when alike."""
    if held is None:
        return wanted
    candidate = wanted._replace(date_debut=held.date_debut, version=held.version + 1)
    return None if candidate.like(held) else candidate
