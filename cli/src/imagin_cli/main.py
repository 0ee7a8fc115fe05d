"""The imagin command: one typer application, a group of commands per module."""

import typer

app = typer.Typer(name="imagin", no_args_is_help=True)


@app.callback()
def imagin() -> None:
    """IMAG'IN E3C: demo, tests, bench, checks, and what ops need."""
