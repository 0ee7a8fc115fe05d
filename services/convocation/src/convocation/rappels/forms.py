"""What is ticked over all pages of the list, and the text as it was typed: it is shown again when it is refused."""

from dataclasses import dataclass, field

from starlette.datastructures import FormData

from convocation.rappels.domain import Coches
from pages.forms import text, texts, whole_number


@dataclass(slots=True)
class Saisie:
    """`action`: the button that was pressed; `page`: of the list. `cle`: the form's own, for « once »."""

    coches: Coches
    action: str = ""
    page: int = 1
    texte: str = ""
    cle: str = ""
    depuis: list[str] = field(default_factory=list)
    """Unticked by the product since the page was shown."""


def read_saisie(form: FormData) -> Saisie:
    """Boxes are this page's; what is ticked on others travels in one field."""
    action, _, number = text(form, "action").partition("|")
    return Saisie(
        Coches(
            uais={*texts(form, "choix"), *text(form, "ailleurs").split()},
            marques=set(text(form, "marques").split()),
        ),
        action=action,
        page=whole_number(number or text(form, "page")) or 1,
        texte=text(form, "texte"),
        cle=text(form, "cle")[:100],
    )
