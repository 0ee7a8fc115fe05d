"""A curve as SVG draws it."""

from collections.abc import Sequence

from imagin_ops.console.samples import HOUR_SECONDS, STEP_SECONDS

WIDTH, HEIGHT = 240, 40
_POINTS = round(HOUR_SECONDS / STEP_SECONDS)


def points(values: Sequence[float]) -> str:
    """For `points` of a polyline in a box of WIDTH × HEIGHT: an hour is its width, now stands at its right.

    The largest value touches the top; where all are 0 the line lies at the bottom.
    """
    most = max(values, default=0.0) or 1.0
    newest = values[-(_POINTS + 1) :]
    step = WIDTH / _POINTS
    left = WIDTH - step * (len(newest) - 1)
    return " ".join(
        f"{left + step * number:.1f},{HEIGHT - 1 - (HEIGHT - 2) * value / most:.1f}"
        for number, value in enumerate(newest)
    )
