"""A dashboard: its fixed uid, its variables, its rows of panels from left to right."""

from collections.abc import Sequence
from typing import NamedTuple

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as models

from imagin_dev.dashboards.panels import Panel

WIDTH = 24
"""Of Grafana's grid."""


class Section(NamedTuple):
    """A row with its title. Each line shares the width among its panels. `exporter`: whose metrics it needs, if not
    the services' own; such a row is closed, and asks nothing until somebody opens it."""

    title: str
    lines: Sequence[Sequence[Panel]]
    exporter: str = ""


def build(uid: str, title: str, says: str, sections: Sequence[Section]) -> models.Dashboard:
    """Times are those of the browser, as on our pages."""
    board = dashboard.Dashboard(title).uid(uid).description(says).tags(["imagin"]).timezone("browser").readonly()
    board.time("now-1h", "now").refresh("30s").tooltip(models.DashboardCursorSync.CROSSHAIR)
    board.with_variable(dashboard.DatasourceVariable("datasource").type("prometheus").label("Source"))
    board.with_variable(_documentation())
    links = dashboard.DashboardLink("IMAG’IN").type(models.DashboardLinkType.DASHBOARDS).tags(["imagin"])
    board.link(links.as_dropdown(True).include_vars(True).keep_time(True))
    for section in sections:
        _add(board, section)
    made = board.build()
    _number(made)
    return made


def _documentation() -> dashboard.TextBoxVariable:
    """Where the documentation site is: the alerts' addresses are within it."""
    address = "https://docs.exemple.invalid"
    value = models.VariableOption(text=address, value=address)
    return dashboard.TextBoxVariable("documentation").label("Documentation").default_value(address).current(value)


def _add(board: dashboard.Dashboard, section: Section) -> None:
    row = dashboard.Row(section.title).collapsed(bool(section.exporter))
    if not section.exporter:
        board.with_row(row)
    for line in section.lines:
        for panel in line:
            panel.span(WIDTH // len(line))
            if section.exporter:
                row.with_panel(panel)
            else:
                board.with_panel(panel)
    if section.exporter:
        board.with_row(row)


def _number(board: models.Dashboard) -> None:
    """Fixed ids: otherwise Grafana gives its own, and a link to a panel leads elsewhere after a change."""
    number = 0
    for panel in board.panels or []:
        nested = panel.panels if isinstance(panel, models.RowPanel) else []
        for one in (panel, *nested):
            number += 1
            one.id_val = number
