"""The console in a terminal."""

from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from imagin_ops.console.flow import Curve, Flow, Stage
from imagin_ops.output import when

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 24
_STAGE_WIDTH = 36  # of characters: narrower, labels would be cut inside words


def drawn(flow: Flow, width: int) -> RenderableType:
    """What is red, then as many stages beside each other as `width` characters hold."""
    at = f"vu le {when(datetime.fromtimestamp(flow.at, UTC))}" if flow.at else ""
    at += f", {flow.seen}" if flow.seen else ""
    head = Text.assemble(
        (flow.sentence, _style(critical=flow.critical, well=bool(flow.at) and not flow.troubles)), "  ", (at, "dim")
    )
    lines = [
        Text.assemble(
            ("● ", _style(critical=one.critical)), one.sentence, (f"  {one.alert} : imagin-ops {one.command}", "dim")
        )
        for one in flow.troubles
    ]
    beside = 4 if width >= 4 * _STAGE_WIDTH else 2 if width >= 2 * _STAGE_WIDTH else 1
    stages = Table.grid(padding=(0, 2), expand=True)
    for _ in range(beside):
        stages.add_column(ratio=1, overflow="fold")
    for first in range(0, len(flow.stages), beside):
        stages.add_row(*(_stage(one) for one in flow.stages[first : first + beside]))
    return Group(head, *lines, "", stages)


def _stage(stage: Stage) -> RenderableType:
    state = _style(critical=not stage.up, well=stage.up == len(stage.processes))
    table = Table.grid(padding=(0, 1))
    table.add_column(overflow="fold")
    table.add_column(justify="right", overflow="fold")
    table.add_row(Text(stage.title, "bold"), Text(f"{stage.up}/{len(stage.processes)}", state))
    for curve in stage.curves:
        table.add_row(Text(curve.label, "dim"), curve.last)
        table.add_row(Text(_bars(curve)), "")
    for figure in stage.figures:
        table.add_row(Text(figure.label, "dim"), figure.value)
    table.add_row(Text("mène le relais", "dim"), stage.leader)
    return table


def _bars(curve: Curve) -> str:
    """The last hour in some characters: of the points behind each, the largest; a blank where nothing is known."""
    step = max(1, -(-len(curve.values) // _WIDTH))
    values = [-1.0 if one is None else one for _, one in curve.values]
    parts = [max(values[at : at + step]) for at in range(0, len(values), step)]
    most = max(parts, default=0.0) or 1.0
    return "".join(" " if one < 0 else _BARS[round((len(_BARS) - 1) * one / most)] for one in parts)


def _style(*, critical: bool, well: bool = False) -> str:
    return "bold red" if critical else "green" if well else "yellow"
