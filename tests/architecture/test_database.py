"""What comes from the database has a type, and statements stand where one looks for them (decision 0024)."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    file for folder in ("services/*", "libs/chassis", "libs/acces") for file in ROOT.glob(f"{folder}/src/**/*.py")
)
ROWS = {"fetch", "fetchrow", "fetchmany", "cursor"}
OTHERS = {"fetchval", "execute", "executemany", "prepare", "copy_records_to_table", "copy_from_query", "copy_to_table"}
FILES = {"sql.py", "reads.py", "bulk.py"}
ELSEWHERE = {
    "libs/acces/src/acces/conservation.py": "runs the statements by which each service says what is over",
    "libs/acces/src/acces/personnes.py": "puts together where each service says that a person stands",
    "libs/acces/src/acces/audit.py": "the audit of every service: one table, one module",
    "libs/acces/src/acces/oubli.py": "the keys of people, of every service",
    "libs/acces/src/acces/sceaux.py": "the seals of the audit of every service",
    "libs/acces/src/acces/portee.py": "whose a transaction is",
    "libs/chassis/src/chassis/database.py": "the COPY and the UPDATE that all services share",
    "libs/chassis/src/chassis/dead_letters.py": "the table of dead letters",
    "libs/chassis/src/chassis/leadership.py": "one advisory lock",
    "libs/chassis/src/chassis/migration.py": "runs the files of SQL",
    "libs/chassis/src/chassis/outbox.py": "the outbox",
    "libs/chassis/src/chassis/pooler.py": "looks at the session",
    "libs/chassis/src/chassis/provisioning.py": "makes databases and roles",
    "libs/chassis/src/chassis/restoring.py": "what others know of a restored database, in a table of its session",
    "libs/chassis/src/chassis/service.py": "counts what waits, for the metrics",
    "libs/chassis/src/chassis/waiting.py": "what waits in the outbox, for who does not make messages",
    "services/convocation/src/convocation/commun/idempotence.py": "the one table of commun",
}
NO_CONNECTION = {("libs/chassis/src/chassis/relay.py", "source.fetch")}  # a source has a `fetch` of its own


def uses(file: Path, names: set[str]) -> Iterator[tuple[ast.Attribute, dict[ast.AST, ast.AST]]]:
    """Each mention of a method of a connection, called or not, with the parent of every node of the file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        known = (path(file), ast.unparse(node)) if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Attribute) and node.attr in names and known not in NO_CONNECTION:
            yield node, parents


def path(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_every_row_has_a_class():
    """Without `record_class` a row is asyncpg's own, and each of its columns is `Any`."""
    loose = []
    for file in SOURCES:
        for node, parents in uses(file, ROWS):
            call = parents[node]
            named = isinstance(call, ast.Call) and any(one.arg == "record_class" for one in call.keywords)
            if not named:
                loose.append(f"{path(file)}:{node.lineno}")
    assert SOURCES
    assert loose == []


def test_every_single_value_has_a_type():
    """`fetchval` gives `Any`: its result is annotated where it is kept, converted, or only judged."""
    loose = []
    for file in SOURCES:
        for node, parents in uses(file, {"fetchval"}):
            use = parents[parents[parents[node]]]  # of the call that is awaited
            converted = isinstance(use, ast.Call) and ast.unparse(use.func) in {"bool", "int", "str"}
            if not converted and not isinstance(use, (ast.AnnAssign, ast.Compare, ast.If, ast.While, ast.UnaryOp)):
                loose.append(f"{path(file)}:{node.lineno}")
    assert loose == []


def test_statements_stand_in_files_of_sql():
    found = {path(file) for file in SOURCES for _ in uses(file, ROWS | OTHERS)}
    in_place = {one for one in found if Path(one).name in FILES or Path(one).parent.name == "persistence"}
    assert found - in_place == set(ELSEWHERE)
