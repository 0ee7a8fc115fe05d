"""`python -m imagin_cli.documentation`: the site, in this clone."""

from pathlib import Path

from imagin_cli.documentation.build import build
from imagin_cli.output import say

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[4]
    say(f"documentation : {build(root, root)}")
