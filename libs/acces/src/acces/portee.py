"""The second lock: the database itself shows a transaction what its acteur reaches, and no more (0040, D40)."""

from acces.acteur import Acteur, Role
from chassis.database import Connection

_KINDS = {
    Role.CHEF: "etablissement",
    Role.DELEGUE: "etablissement",
    Role.DELEGUE_NUMERISATION: "etablissement",
    Role.DELEGUE_CONSULTATION: "etablissement",
    Role.POUR_ETABLISSEMENT: "etablissement",
    Role.GESTIONNAIRE: "academie",
    Role.INTERVENANT: "intervenant",
    Role.SANTORIN: "intervenant",
    Role.ADMINISTRATEUR: "nation",
    Role.CYCLADES: "nation",
} | dict.fromkeys((Role.NOTIFIER, Role.PONT, Role.EXPLOITATION, Role.SERVICE), "nation")
"""Kind of reach, after which a role of the database is named. Of our own programs the policy of the code says what they
may; SANTORIN, an outside client that no page is for, is an intervenant of no number. Cyclades asks of any lycée what
its closing would do (0058): the nation, at the one service that believes its tokens."""

# One round trip. All of it ends with the transaction: a pool gives the connection to somebody else.
_ACT_AS = """
SELECT set_config('role', session_user || '_' || $1, true), set_config('imagin.sub', $2, true),
       set_config('imagin.numero', $3, true), set_config('imagin.uais', $4, true),
       set_config('imagin.academies', $5, true)
"""


async def act_as(connection: Connection, acteur: Acteur) -> None:
    """The first statement of a transaction: from here to its end it is the acteur's.

    Migration 0004 has the functions by which policies read it.
    """
    kind = _KINDS[acteur.role]
    reach = (
        acteur.sub,
        acteur.sub if acteur.role is Role.INTERVENANT else "",
        ",".join(sorted(acteur.uais)) if kind == "etablissement" else "",
        ",".join(sorted(acteur.academies)) if kind == "academie" else "",  # a chef's académie is no reach
    )
    await connection.execute(_ACT_AS, kind, *reach)
