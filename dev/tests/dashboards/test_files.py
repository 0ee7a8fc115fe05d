"""Grafana's dashboards: the committed files are what the code writes, and hold together."""

import itertools
import json
import re
from pathlib import Path

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import REGISTRY

import acces.debit
import chassis.metrics
import convocation.main
import mission_import.main
import notifier.main
import santorin_bridge.main
from imagin_dev.dashboards import files
from imagin_dev.dashboards.alerts import alerts
from imagin_ops.services import SERVICES

ROOT = Path(__file__).resolve().parents[3]
GRAFANA = ROOT / "deploy" / "grafana"
COMMITTED = {file.name: file.read_text(encoding="utf-8") for file in sorted((GRAFANA / "dashboards").glob("*"))}
BOARDS = {name: json.loads(text) for name, text in COMMITTED.items()}
UNITS = {"short", "s", "cps", "reqps", "percentunit", "bytes", "Bps"}


def panels(board):
    """All but rows; those within closed rows too."""
    for panel in board["panels"]:
        yield from panel.get("panels", []) if panel["type"] == "row" else [panel]


EVERY = [pytest.param(one, id=f"{name} {one['title']}") for name, board in BOARDS.items() for one in panels(board)]


def test_the_committed_files_are_what_the_code_writes():
    """Else: `./imagin dashboards`."""
    assert COMMITTED == files.texts()


def test_writing_takes_away_what_nothing_makes(tmp_path):
    stray = tmp_path / files.FOLDER / "imagin-ancien.json"
    stray.parent.mkdir(parents=True)
    stray.write_text("{}")
    assert files.write(tmp_path) == list(files.texts())
    assert {file.name for file in stray.parent.iterdir()} == set(COMMITTED)


def test_there_is_one_of_the_flux_of_kafka_of_postgresql_and_of_each_service_by_fixed_uids():
    uids = {"imagin-flux", "imagin-kafka", "imagin-postgresql", *(f"imagin-{service.name}" for service in SERVICES)}
    assert {board["uid"] for board in BOARDS.values()} == uids
    assert {name.removesuffix(".json") for name in BOARDS} == uids


@pytest.mark.parametrize("name", BOARDS)
def test_a_file_is_a_dashboard_to_grafanas_own_model(name):
    """The SDK reads it, and what it writes then is the same."""
    again = JSONEncoder(indent=1, ensure_ascii=False).encode(Dashboard.from_json(json.loads(COMMITTED[name])))
    assert json.loads(again) == BOARDS[name]


@pytest.mark.parametrize("name", BOARDS)
def test_panels_fill_the_width_and_none_lies_upon_another(name):
    places = [(panel["title"], panel["gridPos"]) for panel in panels(BOARDS[name])]
    places += [(one["title"], one["gridPos"]) for one in BOARDS[name]["panels"] if one["type"] == "row"]
    cells = [(x, y) for _, p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(cells) == len(set(cells))
    widths = {}
    for _, place in places:
        widths[place["y"]] = widths.get(place["y"], 0) + place["w"]
    assert set(widths.values()) == {24}


@pytest.mark.parametrize("name", BOARDS)
def test_each_panel_has_an_id_of_its_own_and_asks_the_chosen_source(name):
    ids = [panel["id"] for panel in panels(BOARDS[name])]
    assert len(ids) == len(set(ids))
    sources = [one["datasource"]["uid"] for panel in panels(BOARDS[name]) for one in (panel, *panel["targets"])]
    assert set(sources) == {"${datasource}"}
    assert "datasource" in {one["name"] for one in BOARDS[name]["templating"]["list"]}


@pytest.mark.parametrize("panel", EVERY)
def test_a_panel_says_in_words_what_it_shows_in_a_unit_that_grafana_has(panel):
    assert panel["title"]
    assert panel["description"].endswith((".", "?"))
    assert panel["type"] == "table" or panel["fieldConfig"]["defaults"]["unit"] in UNITS
    seconds = [one["expr"] for one in panel["targets"] if re.search(r"quantile|_seconds(?!_count)\b", one["expr"])]
    if seconds and panel["type"] != "table" and "changes(" not in seconds[0]:
        assert panel["fieldConfig"]["defaults"]["unit"] == "s"


@pytest.mark.parametrize("panel", EVERY)
def test_where_an_alert_watches_the_panel_turns_at_its_limit_and_leads_to_its_page(panel):
    links = panel.get("links") or []
    steps = panel.get("fieldConfig", {}).get("defaults", {}).get("thresholds", {}).get("steps", [])
    assert len(links) == (1 if links else 0)
    for link in links:
        alert = alerts()[link["title"].removeprefix("Que faire : ")]
        assert link["url"] == f"${{documentation}}/docs/exploitation/alertes.html#{alert.name.lower()}"
        bad = [step["value"] for step in steps if step["color"] == alert.colour]
        assert bad == [None if alert.at else alert.limit or 1]


def test_every_alert_on_a_metric_of_ours_has_a_panel_that_leads_to_its_page():
    """But for those that another panel's curve shows, or that look at addresses from outside."""
    linked = {
        link["title"].removeprefix("Que faire : ")
        for board in BOARDS.values()
        for panel in panels(board)
        for link in panel.get("links") or []
    }
    without = {
        "ImaginProcessusMuet",  # the figure of processes: ImaginServiceAbsent
        "ImaginErreursLentes",  # the curve of errors: ImaginErreursRapides
        "ImaginMailsEchouent",  # a part of a whole; the curve of mails by result shows both
        "ImaginAdresseInjoignable",
        "ImaginCertificatExpire",
    }
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alertes.yml").read_text(encoding="utf-8"))
    every = {rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    assert every - linked == without
    assert linked <= every


def test_the_limits_are_those_of_the_rules():
    limits = {name: alert.limit for name, alert in alerts().items()}
    assert limits["ImaginOutboxEnRetard"] == 60
    assert limits["ImaginErreursRapides"] == pytest.approx(0.0144)
    assert limits["ImaginReponsesLentes"] == 2.5
    assert limits["ImaginSauvegardeAncienne"] == 26 * 3600
    assert alerts()["ImaginPersonneNeRelaie"].at


def test_the_provisioning_reads_the_folder_and_each_dashboard_is_in_a_config_map_with_the_label():
    provider = yaml.safe_load((GRAFANA / "provisioning" / "dashboards" / "imagin.yml").read_text(encoding="utf-8"))
    assert [one["type"] for one in provider["providers"]] == ["file"]
    source = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_text(encoding="utf-8"))
    assert [(one["uid"], one["type"]) for one in source["datasources"]] == [("imagin-prometheus", "prometheus")]
    kustomization = yaml.safe_load((GRAFANA / "kustomization.yaml").read_text(encoding="utf-8"))
    maps = {one["name"]: one["files"] for one in kustomization["configMapGenerator"]}
    assert maps == {f"{board['uid']}": [f"dashboards/{name}"] for name, board in BOARDS.items()}
    assert kustomization["generatorOptions"]["labels"] == {"grafana_dashboard": "1"}
    assert max(len(text.encode()) for text in COMMITTED.values()) < 262_144, "what kubectl apply can annotate"


def test_a_query_groups_by_labels_that_its_legend_names():
    """`{{label}}` of a label that the query drops would be empty."""
    for board, one in itertools.chain.from_iterable(
        ((b, t) for p in panels(b) for t in p["targets"]) for b in BOARDS.values()
    ):
        told = set(re.findall(r"\{\{(\w+)\}\}", one["legendFormat"]))
        kept = {label.strip() for by in re.findall(r"by \(([\w, ]+)\)", one["expr"]) for label in by.split(",")}
        assert told <= kept, (board["uid"], one["expr"])


MODULES = (acces.debit, chassis.metrics, convocation.main, mission_import.main, notifier.main, santorin_bridge.main)


def test_every_metric_of_ours_is_on_a_dashboard_and_none_is_asked_that_nobody_tells():
    assert MODULES
    told = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("imagin_")}
    text = " ".join(one["expr"] for board in BOARDS.values() for panel in panels(board) for one in panel["targets"])
    asked = {re.sub(r"_(total|bucket|count)$", "", name) for name in re.findall(r"\bimagin_\w+", text)}
    assert asked - told == set()
    assert told - asked == {"imagin_http_limited"}, "it says nothing until somebody was refused"
