"""The `imagin-ops` command; `imagin` has the same commands beside the developers'."""

import typer

from imagin_ops.commands import audit, credentials, db, dlq, importing, personne, reconcile, topics
from imagin_ops.commands.catch_up import catch_up
from imagin_ops.commands.console import console, watch
from imagin_ops.commands.outbox import outbox
from imagin_ops.commands.purge import purge
from imagin_ops.commands.replay import replay
from imagin_ops.commands.status import doctor, status

app = typer.Typer(
    help="IMAG'IN E3C: how an installation is, and what operators do about it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(status)
app.command()(doctor)
app.command()(watch)
app.command()(console)
app.command()(outbox)
app.add_typer(topics.app, name="topics")
app.add_typer(db.app, name="db")
app.add_typer(dlq.app, name="dlq")
app.command()(replay)
app.command()(purge)
app.command()(catch_up)
app.add_typer(reconcile.app, name="reconcile")
app.add_typer(audit.app, name="audit")
app.add_typer(personne.app, name="personne")
app.add_typer(credentials.app, name="credentials")
app.add_typer(credentials.keys, name="keys")
app.add_typer(importing.app, name="import")
