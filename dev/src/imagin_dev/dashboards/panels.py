"""How our panels look: a curve, a figure, a table; its queries, its unit, and the alert that watches the same."""

from typing import NamedTuple

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from imagin_dev.dashboards.alerts import Alert, alerts

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
Panel = timeseries.Panel | stat.Panel | table.Panel


class Query(NamedTuple):
    """PromQL, and how a line of it is called: `{{label}}` is replaced by Grafana."""

    expr: str
    legend: str


def curve(title: str, says: str, *queries: Query, unit: str = "short", alert: str | None = None) -> timeseries.Panel:
    """Over time; a dashed line stands where the alert fires. `unit` is Grafana's name of it."""
    panel = timeseries.Panel().title(title).description(says).unit(unit).datasource(SOURCE).min(0).height(7)
    panel.legend(common.VizLegendOptions().show_legend(True).display_mode(shapes.LegendDisplayMode.LIST))
    panel.tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI)).line_width(1).fill_opacity(8)
    for target in _targets(queries, instant=False):
        panel.with_target(target)
    if alert:
        line = common.GraphThresholdsStyleConfig().mode(shapes.GraphThresholdsStyleMode.DASHED)
        panel.thresholds(_thresholds(alerts()[alert])).thresholds_style(line).links([_page(alerts()[alert])])
    return panel


def figure(title: str, says: str, *queries: Query, unit: str = "short", alert: str | None = None) -> stat.Panel:
    """The present value, in the alert's colour where it fires."""
    panel = stat.Panel().title(title).description(says).unit(unit).datasource(SOURCE).height(4)
    panel.graph_mode(shapes.BigValueGraphMode.AREA).reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    for target in _targets(queries, instant=False):
        panel.with_target(target)
    if alert:
        return panel.thresholds(_thresholds(alerts()[alert])).links([_page(alerts()[alert])])
    return panel.thresholds(_steps(("green", None)))


def count(title: str, says: str, query: Query, colour: str) -> stat.Panel:
    """Something of which there should be none."""
    return figure(title, says, query).thresholds(_steps(("green", None), (colour, 1)))


def rows(title: str, says: str, query: Query, columns: dict[str, str]) -> table.Panel:
    """The present series, one a row: `columns` are labels with their headings."""
    shown = {label: index for index, label in enumerate([*columns, "Value"])}
    names = columns | {"Value": "Nombre"}
    panel = table.Panel().title(title).description(says).datasource(SOURCE).height(8)
    for target in _targets((query,), instant=True):
        panel.with_target(target)
    panel.with_transformation(
        models.DataTransformerConfig(id_val="filterFieldsByName", options={"include": {"names": list(shown)}})
    )
    return panel.with_transformation(
        models.DataTransformerConfig(id_val="organize", options={"indexByName": shown, "renameByName": names})
    )


def _targets(queries: tuple[Query, ...], *, instant: bool) -> list[prometheus.Dataquery]:
    made = []
    for letter, query in zip("ABCDEFGH", queries, strict=False):
        one = prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(letter).datasource(SOURCE)
        made.append(one.instant().format(PromQueryFormat.TABLE) if instant else one.range())
    return made


def _thresholds(alert: Alert) -> dashboard.ThresholdsConfig:
    """Grafana colours from a value on: what must be above 0 is red below 1."""
    if alert.at:
        return _steps((alert.colour, None), ("green", alert.limit + 1))
    return _steps(("green", None), (alert.colour, alert.limit or 1))


def _steps(*steps: tuple[str, float | None]) -> dashboard.ThresholdsConfig:
    made = [models.Threshold(value=value, color=colour) for colour, value in steps]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(made)


def _page(alert: Alert) -> dashboard.DashboardLink:
    link = dashboard.DashboardLink(f"Que faire : {alert.name}").type(models.DashboardLinkType.LINK)
    return link.url(f"${{documentation}}/{alert.page}").target_blank(True)
