"""What a service keeps of one person: found, told, and erased (0061). Each service says where: its `LIEUX`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

from acces import oubli
from acces.audit import COLUMNS, ActeEcrit, intervenant, names
from chassis.database import Connection, Row

_ACTS = f"""
SELECT a.*, 0::bigint AS total, k.cle FROM (
    SELECT {COLUMNS} FROM audit WHERE par = ANY ($1::text[]) OR objet = ANY ($2::text[]) OR alias::text = ANY ($1)) AS a
LEFT JOIN cle_oubli k ON k.alias = a.alias ORDER BY a.id
"""
_PAIRS = """
SELECT sujet, alias, cle FROM cle_oubli
WHERE sujet LIKE 'doublon|%' AND string_to_array(sujet, '|') && $1::text[]
"""


@dataclass(frozen=True, slots=True)
class Personne:
    """Who is looked for: every number of hers, her convocations, and words that are hers alone: names, addresses."""

    numeros: Sequence[str]
    convocations: Sequence[str] = ()
    mots: Sequence[str] = ()
    sujets: Sequence[str] = ()
    """Other subjects of keys that are hers: requests to create her."""


class Version(Row):
    """The present version of a convocation of hers; `fraiche`: written since a day."""

    convocation_id: UUID
    version: int
    fraiche: bool


class Trouvee(NamedTuple):
    """Who she is; whether she is convoked from today on, and whether events about her wait to be sent."""

    personne: Personne
    a_venir: bool
    a_dire: bool
    versions: Sequence[Version]


@dataclass(frozen=True, slots=True)
class Lieu:
    """Where something of a person stands: rows of a table by a condition on $1, which is what `par` names."""

    table: str
    condition: str
    par: Literal["numeros", "convocations", "mots", "sujets"] = "numeros"
    mixte: bool = False
    """Its rows name others too: an extract says that there are some, and not what they say."""
    garde: str = ""
    """What is written over her in a row that stays, as SET has it: what an agent did in office is not hers."""


DEAD_LETTERS = Lieu(
    "dead_letter",
    # A name may be another's: it counts where the letter has no number, by which its person would be known.
    """EXISTS (SELECT FROM unnest($1::text[]) AS mot
               WHERE (mot ~ '[0-9@]' OR position('"numero"' IN coalesce(value, '')) = 0)
               AND (position(convert_to(mot, 'UTF8') IN coalesce(value, '')) > 0
                    OR position(convert_to(mot, 'UTF8') IN coalesce(key, '')) > 0
                    OR EXISTS (SELECT FROM unnest(header_values) AS h
                               WHERE position(convert_to(mot, 'UTF8') IN h) > 0)))""",
    "mots",
    mixte=True,
)
_BEHIND = """
SELECT EXISTS (
    SELECT FROM unnest($1::uuid[], $2::int[], $3::bool[]) AS v (convocation_id, version, fraiche)
    LEFT JOIN ({0}) AS lue USING (convocation_id) WHERE coalesce(lue.version < v.version, v.fraiche))
OR EXISTS (SELECT FROM outbox WHERE aggregate_id = ANY ($1))
"""
_SECRETS = "'{id_token,empreinte}'::text[]"  # of sessions: whoever has the extract is not to have them
_MIXED: dict[str, object] = {"cite_aussi_autrui": True}


class _Line(Row):
    line: str


async def behind(connection: Connection, versions: Sequence[Version], lues: str) -> bool:
    """Whether a service has still to read one of these, or to tell of it: she would be kept anew. `lues`: what it read.

    What it knows nothing of counts for a day only: it was purged, or erased by a command that then failed elsewhere.
    """
    told = [[getattr(one, name) for one in versions] for name in Version.__annotations__]
    found: bool = await connection.fetchval(_BEHIND.format(lues), *told)
    return found


async def kept(connection: Connection, lieux: Sequence[Lieu], who: Personne) -> dict[str, list[dict[str, object]]]:
    """All that is kept of her, by table; her acts, and those about her, in clear."""
    lines: dict[str, dict[str, None]] = {}  # a row that is hers by two conditions is one
    for lieu in (*lieux, DEAD_LETTERS):
        select = f"SELECT (to_jsonb(t) - {_SECRETS})::text AS line FROM {lieu.table} t WHERE {lieu.condition}"
        rows = await connection.fetch(select, _argument(who, lieu), record_class=_Line)
        if rows:
            lines.setdefault(lieu.table, {}).update((row.line, None) for row in rows)
    mixed = {lieu.table for lieu in (*lieux, DEAD_LETTERS) if lieu.mixte}
    found = {
        table: [dict(_MIXED) if table in mixed else json.loads(line) for line in hers] for table, hers in lines.items()
    }
    acts = await _acts(connection, who)
    return found | ({"audit": [_told(one) for one in acts]} if acts else {})


async def erase(connection: Connection, lieux: Sequence[Lieu], who: Personne) -> dict[str, int]:
    """Take all of it, and forget her key, in the caller's transaction; returns how many rows by table."""
    taken: dict[str, int] = {}
    acts = await _acts(connection, who)
    for lieu in (*lieux, DEAD_LETTERS):
        statement = f"UPDATE {lieu.table} t SET {lieu.garde}" if lieu.garde else f"DELETE FROM {lieu.table} t"
        done = await connection.execute(f"{statement} WHERE {lieu.condition}", _argument(who, lieu))
        if count := int(done.rpartition(" ")[2]):
            taken[lieu.table] = taken.get(lieu.table, 0) + count
    await oubli.forget(connection, await _sujets(connection, who))
    return taken | ({"audit": len(acts)} if acts else {})


def _told(acte: ActeEcrit) -> dict[str, object]:
    """A pair that is no duplicate names the other one."""
    return dict(_MIXED) if acte.objet.startswith("doublon|") else acte.entier


def _argument(who: Personne, lieu: Lieu) -> list[str]:
    every = {"numeros": who.numeros, "convocations": who.convocations, "mots": who.mots, "sujets": who.sujets}
    return list(every[lieu.par])


async def _sujets(connection: Connection, who: Personne) -> list[str]:
    pairs = await connection.fetch(_PAIRS, list(who.numeros), record_class=oubli.Cle)
    return [*(intervenant(one) for one in who.numeros), *who.sujets, *(one.sujet for one in pairs)]


async def _acts(connection: Connection, who: Personne) -> list[ActeEcrit]:
    sujets = await _sujets(connection, who)
    named = [*await names(connection, who.numeros), *await oubli.aliases(connection, sujets)]
    return await connection.fetch(_ACTS, named, [intervenant(one) for one in named], record_class=ActeEcrit)
