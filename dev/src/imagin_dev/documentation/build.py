"""Sources gathered, APIs rendered, then `zensical build`, which refuses a broken link or anchor."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from imagin_dev.documentation import apis
from imagin_dev.documentation.sources import gather

CONFIG = "zensical.toml"


class SiteError(Exception):
    """Zensical refused the pages; its own words say which."""


def build(root: Path, place: Path) -> Path:
    """The site's folder, below `place`, from the clone `root`. Raises SiteError."""
    project = tomllib.loads((root / CONFIG).read_text(encoding="utf-8"))["project"]
    sources, site = place / str(project["docs_dir"]), place / str(project["site_dir"])
    shutil.rmtree(sources, ignore_errors=True)
    shutil.rmtree(site, ignore_errors=True)
    gather(root, sources)
    for name, text in apis.pages().items():
        page = sources / "api" / name
        page.parent.mkdir(exist_ok=True)
        page.write_text(text, encoding="utf-8")
    if place != root:
        shutil.copyfile(root / CONFIG, place / CONFIG)
    zensical = Path(sys.executable).with_name("zensical")
    done = subprocess.run(
        [str(zensical), "build", "--clean", "--strict"],
        cwd=place,
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SiteError(done.stdout + done.stderr)
    return site
