"""What a migration takes away from processes that run: PostgreSQL's own catalogue before and after it (0031).

No text is parsed: whatever the statement, a column that is gone is gone.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import asyncpg

from chassis.migration import Migration

_CONTRACT = re.compile(r"^-- contract: (\S+): \S.*$", re.MULTILINE)
_COLUMNS = """
SELECT c.relname || '.' || a.attname AS name, c.relname AS of, format_type(a.atttypid, a.atttypmod) AS says,
       a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND c.relkind IN ('r', 'p') AS required
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
  AND a.attnum > 0 AND NOT a.attisdropped
"""
_FUNCTIONS = """
SELECT oid::regprocedure::text AS name, pg_get_function_result(oid) AS says FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
"""
# Constraints and unique indexes by what they say: one that says something else is another one.
_RULES = """
SELECT c.relname || '.' || k.conname AS name, c.relname AS of, pg_get_constraintdef(k.oid) AS says, false AS key,
       ARRAY(SELECT c.relname || '.' || attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (k.conkey))
           AS columns
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND k.contype IN ('c', 'f', 'x')
UNION ALL
SELECT c.relname || '.' || i.relname, c.relname, regexp_replace(pg_get_indexdef(x.indexrelid), '^.* USING ', ''), true,
       ARRAY(SELECT c.relname || '.' || attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (x.indkey))
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND x.indisunique
UNION ALL
SELECT c.relname || '.' || t.tgname, c.relname, pg_get_triggerdef(t.oid), false, '{}'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
"""


class Rule(NamedTuple):
    """A check, foreign key, unique key or trigger; `key`: what an ON CONFLICT may name."""

    name: str
    of: str
    says: str
    key: bool
    columns: frozenset[str]


class Schema(NamedTuple):
    """A database as its users can see it. `columns`: type and « must be given », by `table.column`."""

    columns: dict[str, tuple[str, bool]]
    tables: frozenset[str]
    functions: dict[str, str]
    rules: dict[tuple[str, str], Rule]


class Taken(NamedTuple):
    """One thing that a running process may miss: its name, and what became of it."""

    name: str
    what: str


async def read_schema(connection: asyncpg.Connection) -> Schema:
    """The tables, views, columns, functions and constraints of `public`."""
    columns = await connection.fetch(_COLUMNS)
    rules = [
        Rule(row["name"], row["of"], row["says"], row["key"], frozenset(row["columns"]))
        for row in await connection.fetch(_RULES)
    ]
    return Schema(
        {row["name"]: (row["says"], row["required"]) for row in columns},
        frozenset(row["of"] for row in columns),
        {row["name"]: row["says"] for row in await connection.fetch(_FUNCTIONS)},
        {(rule.of, rule.says): rule for rule in rules},
    )


def taken_away(before: Schema, after: Schema) -> list[Taken]:
    """What worked before and may not after; what is new alone takes nothing away."""
    return sorted({*_columns(before, after), *_functions(before, after), *_rules(before, after)})


def unexplained(migration: Migration, before: Schema, after: Schema) -> list[Taken]:
    """Less what the file answers for: `-- contract: <name>: <why no running process needs it>`."""
    explained = set(_CONTRACT.findall(migration.up))
    return [one for one in taken_away(before, after) if one.name not in explained]


def _columns(before: Schema, after: Schema) -> Iterator[Taken]:
    for table in before.tables - after.tables:
        yield Taken(table, "is gone")
    for name, (type_, required) in after.columns.items():
        was = before.columns.get(name)
        if required and name.partition(".")[0] in before.tables and not (was and was[1]):
            yield Taken(name, "must be given now: NOT NULL without a default")
        if was and was[0] != type_:
            yield Taken(name, f"was {was[0]}, is {type_}")
    for name in before.columns.keys() - after.columns.keys():
        if name.partition(".")[0] in after.tables:
            yield Taken(name, "is gone")


def _functions(before: Schema, after: Schema) -> Iterator[Taken]:
    for name, says in before.functions.items():
        if name not in after.functions:
            yield Taken(name, "is gone")
        elif after.functions[name] != says:
            yield Taken(name, f"gave {says}, gives {after.functions[name]}")


def _rules(before: Schema, after: Schema) -> Iterator[Taken]:
    for place, rule in after.rules.items():
        new_columns_only = rule.columns and rule.columns.isdisjoint(before.columns)
        if place not in before.rules and rule.of in before.tables and not new_columns_only:
            yield Taken(rule.name, f"may refuse what was written before: {rule.says}")
    for place, rule in before.rules.items():
        if rule.key and place not in after.rules and rule.of in after.tables:
            yield Taken(rule.name, f"is gone, and ON CONFLICT with it: {rule.says}")
