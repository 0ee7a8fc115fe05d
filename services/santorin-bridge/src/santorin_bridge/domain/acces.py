"""« M. X peut-il se connecter ? » (R16, D21): what a right says on a day."""

from datetime import date

from santorin_bridge.domain.habilitation import Status


def ouvre(status: Status, valide_du: date, valide_au: date | None, jour: date) -> bool:
    """Whether the right opens SANTORIN on `jour`, a day of the mission's académie."""
    return status is Status.GRANTED and valide_du <= jour and (valide_au is None or jour <= valide_au)
