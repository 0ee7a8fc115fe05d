"""`imagin simulate`: play the systems around IMAG'IN."""

import typer

from imagin_dev.cyclades.commands import answers, cyclades
from imagin_dev.santorin.commands import santorin

app = typer.Typer(help="Play the systems around IMAG'IN.", no_args_is_help=True)
app.command()(cyclades)
app.command()(answers)
app.command()(santorin)
