"""`imagin docs`: the documentation site, in this clone."""

from imagin_dev.documentation.build import SiteError, build
from imagin_dev.quality import project_root
from imagin_ops.output import fail, say


def docs() -> None:
    """Build the documentation site; exit code 1 with the reason where a page cannot be built."""
    root = project_root()
    try:
        say(f"documentation : {build(root, root)}")
    except SiteError as error:
        fail(str(error), code=1)
