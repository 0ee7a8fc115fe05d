"""The `imagin` command: the developers' commands, and all of the operators'."""

import typer

from imagin_dev import quality
from imagin_dev.bench.commands import app as bench
from imagin_dev.cyclades.commands import answers, cyclades
from imagin_dev.dashboards.command import dashboards
from imagin_dev.demo.command import demo
from imagin_dev.documentation.command import docs
from imagin_dev.kubernetes import kubernetes
from imagin_dev.santorin.commands import santorin
from imagin_dev.soak.command import soak
from imagin_ops.main import app as ops

app = typer.Typer(
    help="IMAG'IN E3C: from the end of registration in Cyclades to the rights in SANTORIN.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_TO_PYTEST = {"allow_extra_args": True, "ignore_unknown_options": True}
app.command()(demo)
app.command(context_settings=_TO_PYTEST)(quality.test)
app.command()(quality.check)
app.command()(docs)
app.command()(kubernetes)
app.command()(dashboards)
app.add_typer(bench, name="bench")
app.command()(soak)
simulate = typer.Typer(help="Play the systems around IMAG'IN.", no_args_is_help=True)
simulate.command()(cyclades)
simulate.command()(answers)
simulate.command()(santorin)
app.add_typer(simulate, name="simulate")
app.add_typer(ops)  # without a name: its commands stand beside ours
