"""The curves as SVG says them: percents of a box, so that lines stretch with the page and texts do not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from convocation.avancement.domain import LIBELLES_MESURES, Comptes, Mesure, Suite
from francais import nombre

_STEPS = (1, 2, 7, 14, 28, 56, 112)
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Ligne:
    """`points` of a polyline in a box of 100 by 100; `fin`: its last point; `valeur`: what it ends at."""

    nom: str
    classe: str
    points: str
    fin: tuple[float, float]
    valeur: int


@dataclass(frozen=True, slots=True)
class Dessin:
    """`hauteurs` and `dates`: where an axis bears which text; `echeance`: where the deadline stands, if it is shown."""

    lignes: Sequence[Ligne]
    hauteurs: Sequence[tuple[float, str]]
    dates: Sequence[tuple[float, str]]
    echeance: float | None


def draw(suite: Suite, avant: Suite, avant_nom: str, fin: date | None) -> Dessin | None:
    """Three curves, what is needed, and the last session's convocations; None where there is nothing to draw."""
    if not suite.points:
        return None
    first, last = suite.points[0][0], suite.points[-1][0]
    begin = first - timedelta(days=first == last)  # a single day stands beside the axis, not on its figures
    end = max(last, fin or last)
    under = Suite([(jour, comptes) for jour, comptes in avant.points if begin <= jour <= end])
    values = [max(c.attendus, c.convoques) for _, c in suite.points] + [c.convoques for _, c in under.points]
    top = _ceiling(max(values))

    def line(label: str, classe: str, of: Suite, value: Callable[[Comptes], int]) -> Ligne:
        places = [(_x(jour, begin, end), _y(value(comptes), top)) for jour, comptes in of.points]
        points = " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
        return Ligne(label, classe, points, places[-1], value(of.dernier))

    lines = [line(LIBELLES_MESURES[one], one.value, suite, _value(one)) for one in Mesure]
    lines.append(line("Besoin estimé", "attendus", suite, lambda comptes: comptes.attendus))
    if under.points:
        lines.append(line(avant_nom, "avant", under, _value(Mesure.CONVOQUES)))
    return Dessin(
        lines,
        [(_y(part, top), nombre(part)) for part in (0, top // 2, top)],
        [(_x(jour, begin, end), f"{jour:%d/%m}") for jour in _ticks(begin, end)],
        _x(fin, begin, end) if fin and fin >= first else None,
    )


def sparkline(suite: Suite) -> str:
    """The convocations of a group against what it needs, in a box of 100 by 100; "" where one day was counted."""
    if len(suite.points) < 2:  # a line has two ends
        return ""
    begin, end = suite.points[0][0].toordinal(), suite.points[-1][0].toordinal()
    top = max(max(comptes.attendus, comptes.convoques) for _, comptes in suite.points) or 1
    wide = 100 / (end - begin)
    return " ".join(
        f"{(jour.toordinal() - begin) * wide:.1f},{_y(comptes.convoques, top):.1f}" for jour, comptes in suite.points
    )


def _value(mesure: Mesure) -> Callable[[Comptes], int]:
    return lambda comptes: comptes.of(mesure)


def _x(jour: date, begin: date, end: date) -> float:
    return (jour - begin).days / (end - begin).days * 100


def _y(value: int, top: int) -> float:
    return 100 - value / top * 100


def _ceiling(value: int) -> int:
    """The next even number of the form 2, 4, 10 times a power of ten: half of it is a whole number too."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if value <= factor * step:
                return factor * step
        step *= 10


def _ticks(begin: date, end: date) -> list[date]:
    days = (end - begin).days
    step = next((one for one in _STEPS if days / one <= _MOST_TICKS), days)
    return [begin + timedelta(days=at) for at in range(0, days + 1, step)]
