"""The state of missions, as the function mission_etat says it: the one place where needs and gaps are decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from chassis.database import Connection, Row
from convocation.listes.domain import Manque


class EtatMission(Row):
    """`pourvus`: who counts for the need: correcteurs and suppléants, or anybody where copies are scanned."""

    mission_id: UUID
    session: str
    uai: str
    academie: str
    etablissement_nom: str
    etablissement_commune: str
    type: str
    voie: str
    code: str
    libelle: str
    candidats: int
    date_debut: date
    recherche: str
    active: bool
    besoin: int
    pourvus: int
    convoques: int
    correcteurs: int
    refusees: int
    mails_echoues: int
    empechements: int
    profils_manquants: list[str]
    sans_correcteur: bool
    a_pourvoir: bool
    deficit: bool
    profil_manquant: bool
    refusee: bool
    empechement: bool
    mail_echoue: bool
    sans_coordinateur: bool
    sans_signature: bool
    sans_candidat: bool

    @property
    def manques(self) -> list[Manque]:
        """The most serious first."""
        return [one for one in Manque if getattr(self, one)]


@dataclass(slots=True)
class Arguments:
    """What a statement that is built takes."""

    values: list[object] = field(default_factory=list)

    def place(self, value: object) -> str:
        """`$n`, or NULL for None."""
        if value is None:
            # written, not passed: PostgreSQL makes another plan for « all missions » than for « those of a lycée »
            return "NULL"
        self.values.append(value)
        return f"${len(self.values)}"


def etats(
    arguments: Arguments,
    lot: int,
    uais: Sequence[str] | None = None,
    academies: Sequence[str] | None = None,
    session: str | None = None,
    code: str | None = None,
) -> str:
    """mission_etat of the missions asked for, to stand in FROM; `lot`: the copies a person corrects."""
    return f"mission_etat({', '.join(arguments.place(one) for one in (lot, uais, academies, session, code))})"


async def of_etablissement(connection: Connection, uai: str, session: str, *, lot: int) -> list[EtatMission]:
    """Its missions of the session."""
    arguments = Arguments()
    source = etats(arguments, lot, [uai], session=session)
    return await connection.fetch(f"SELECT * FROM {source}", *arguments.values, record_class=EtatMission)


LACKS = f"({' OR '.join(Manque)})"
"""Whether a mission lacks anything, of a row of mission_etat."""
