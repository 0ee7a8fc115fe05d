"""A curve as SVG draws it."""

from collections.abc import Sequence
from itertools import pairwise

from imagin_ops.console.samples import HOUR_SECONDS, STEP_SECONDS, Point

WIDTH, HEIGHT = 240, 40


def lines(values: Sequence[Point]) -> list[str]:
    """For `points` of polylines in a box of WIDTH × HEIGHT: an hour is its width, the newest stands at its right.

    The largest value touches the top; where all are 0 the line lies at the bottom. Where nothing is known, or nobody
    looked, there is no line.
    """
    most = max((value for _, value in values if value is not None), default=0.0) or 1.0
    newest = values[-1][0] if values else 0.0
    found: list[list[str]] = [[]]
    for (before, _), (at, value) in pairwise([(0.0, None), *values]):
        if value is None or at - before > 2 * STEP_SECONDS:
            found.append([])
        if value is not None and at >= newest - HOUR_SECONDS:
            x = WIDTH * (1 - (newest - at) / HOUR_SECONDS)
            found[-1].append(f"{x:.1f},{HEIGHT - 1 - (HEIGHT - 2) * value / most:.1f}")
    return [" ".join(one) for one in found if one]
