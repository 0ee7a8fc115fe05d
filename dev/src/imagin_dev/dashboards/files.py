"""The committed files: deploy/grafana/dashboards, one JSON a dashboard, named by its uid."""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from imagin_dev.dashboards.flux import flux
from imagin_dev.dashboards.kafka import kafka
from imagin_dev.dashboards.postgresql import postgresql
from imagin_dev.dashboards.services import service
from imagin_ops.services import SERVICES

FOLDER = Path("deploy/grafana/dashboards")


def texts() -> dict[str, str]:
    """Every file: its name and its text."""
    encoder = JSONEncoder(indent=1, ensure_ascii=False)
    boards = [flux(), *map(service, SERVICES), kafka(), postgresql()]
    return {f"{board.uid}.json": encoder.encode(board) + "\n" for board in boards}


def write(root: Path) -> list[str]:
    """Write all, remove what nothing makes; the names of those that are there now."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    made = texts()
    for file in folder.iterdir():
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return list(made)
