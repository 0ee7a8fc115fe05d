"""The `imagin` command."""

import typer

from imagin_dev import quality
from imagin_dev.bench.commands import app as bench
from imagin_dev.cyclades.commands import cyclades
from imagin_dev.demo.command import demo
from imagin_dev.ops import credentials, db, dlq, importing, reconcile, topics
from imagin_dev.ops.replay import replay
from imagin_dev.ops.status import doctor, status
from imagin_dev.santorin.commands import santorin

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
app.add_typer(bench, name="bench")
simulate = typer.Typer(help="Play the systems around IMAG'IN.", no_args_is_help=True)
simulate.command()(cyclades)
simulate.command()(santorin)
app.add_typer(simulate, name="simulate")
app.command()(status)
app.command()(doctor)
app.add_typer(topics.app, name="topics")
app.add_typer(db.app, name="db")
app.add_typer(dlq.app, name="dlq")
app.command()(replay)
app.add_typer(reconcile.app, name="reconcile")
app.add_typer(credentials.app, name="credentials")
app.add_typer(importing.app, name="import")
