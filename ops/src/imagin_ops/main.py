"""The `imagin-ops` command; `imagin` has the same commands beside the developers'."""

from imagin_ops.lazy import lazy_app

COMMANDS = {
    name: f"imagin_ops.commands.{place}"
    for name, place in {
        "status": "status:status",
        "doctor": "doctor:doctor",
        "watch": "console:watch",
        "console": "console:console",
        "outbox": "outbox:outbox",
        "topics": "topics:app",
        "db": "db:app",
        "dlq": "dlq:app",
        "replay": "replay:replay",
        "purge": "purge:purge",
        "catch-up": "catch_up:catch_up",
        "reconcile": "reconcile:app",
        "audit": "audit:app",
        "personne": "personne:app",
        "credentials": "credentials:app",
        "keys": "credentials:keys",
        "import": "importing:app",
    }.items()
}
app = lazy_app(COMMANDS, "IMAG'IN E3C: how an installation is, and what operators do about it.")
