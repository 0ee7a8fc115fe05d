"""The second lock: the database itself shows a transaction what its acteur reaches, and no more (0040, D40)."""

from acces.acteur import Acteur, Role
from chassis.database import Connection

_ETABLISSEMENT = frozenset({Role.CHEF, Role.DELEGUE, Role.DELEGUE_NUMERISATION, Role.DELEGUE_CONSULTATION})
_NATION = frozenset(Role) - _ETABLISSEMENT - {Role.GESTIONNAIRE, Role.INTERVENANT}
"""Administrateurs, and programs, of which the policy of the code says what they may."""

# One round trip. All of it ends with the transaction: a pool gives the connection to somebody else.
_ACT_AS = """
SELECT set_config('role', session_user || '_acteur', true), set_config('imagin.sub', $1, true),
       set_config('imagin.numero', $2, true), set_config('imagin.uais', $3, true),
       set_config('imagin.academies', $4, true), set_config('imagin.nation', $5, true)
"""


async def act_as(connection: Connection, acteur: Acteur) -> None:
    """The first statement of a transaction: from here to its end it is the acteur's.

    Migration 0004 has the functions by which policies read it.
    """
    role = acteur.role
    reach = (
        acteur.sub,
        acteur.sub if role is Role.INTERVENANT else "",
        ",".join(sorted(acteur.uais)) if role in _ETABLISSEMENT else "",
        ",".join(sorted(acteur.academies)) if role is Role.GESTIONNAIRE else "",  # a chef's académie is no reach
        "oui" if role in _NATION else "",
    )
    await connection.execute(_ACT_AS, *reach)
