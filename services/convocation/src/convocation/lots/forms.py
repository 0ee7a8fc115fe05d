"""What is ticked and entered, as it was typed: it is shown again when it is refused."""

from dataclasses import dataclass, field
from uuid import UUID

from starlette.datastructures import FormData

from convocation.convocations.forms import read_date
from convocation.lots.domain import ActeEnLot, Changement
from pages.forms import text, texts, whole_number

MAX_FIELDS = 5_000


@dataclass(slots=True)
class Lot:
    """`choix`: version by id of what is ticked; `acte` None: a search by `nom`. `confirme`: the effect was shown."""

    choix: dict[UUID, int]
    acte: ActeEnLot | None = None
    confirme: bool = False
    nom: str = ""
    date: str = ""
    qualite: str = ""
    observation: str = ""
    motif: str = ""
    recherche: str = ""
    remplacant: str = ""
    outre: str = ""
    lus: list[str] = field(default_factory=list)

    def changement(self) -> Changement:
        """Raises DateIllisible; the domain judges the rest."""
        assert self.acte is not None
        dates = (read_date(self.date),) if self.date else ()
        return Changement(self.acte, dates, self.qualite or None, self.observation, self.motif)


def read_lot(form: FormData) -> Lot:
    """What makes no sense is left out."""
    action = text(form, "action")
    name, _, confirmed = action.partition("|")
    return Lot(
        {found[0]: found[1] for one in texts(form, "choix") if (found := _choice(one))},
        acte=ActeEnLot(name) if name in set(ActeEnLot) else None,
        confirme=confirmed == "confirmer",
        nom=text(form, "nom")[:100],
        date=text(form, "date"),
        qualite=text(form, "qualite"),
        observation=text(form, "observation"),
        motif=text(form, "motif"),
        recherche=text(form, "recherche")[:100],
        remplacant=text(form, "remplacant")[:50],
        outre=text(form, "outre"),
        lus=texts(form, "lus"),
    )


def _choice(typed: str) -> tuple[UUID, int] | None:
    id_, _, version = typed.partition("|")
    try:
        return UUID(id_), whole_number(version)
    except ValueError:
        return None
