"""`imagin dashboards`: the JSON of Grafana's dashboards, in this clone."""

from imagin_dev.quality import project_root
from imagin_ops.output import say


def dashboards() -> None:
    """Write Grafana's dashboards anew into deploy/grafana, from their code and the alert rules."""
    root = project_root()
    from imagin_dev.dashboards import files  # noqa: PLC0415  # Grafana's SDK comes with the checks, not with the demo

    for name in files.write(root):
        say(f"{files.FOLDER}/{name}")
