"""Where words stand: in databases, in topics, in files. For one person's erasure, before and after."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chassis.snapshot import TopicUnavailable, snapshot
from event_schemas.catalogue import TOPICS
from imagin_ops.connections import NoAnswer, connected

_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
"""
# The whole row as text, made once a row: a document has some hundred thousand letters.
_ROWS = """
SELECT count(*) FROM (SELECT lower(t::text) AS dit FROM {0} t OFFSET 0) AS ligne
WHERE EXISTS (SELECT FROM unnest($1::text[]) AS mot WHERE strpos(dit, mot) > 0)
"""
_HOURS = 24 * 3_600.0  # a table of documents has gigabytes
_CHUNK = 1 << 20


async def in_database(url: str, words: Sequence[str]) -> dict[str, int]:
    """By table how many rows have one of the words, whatever the column."""
    found: dict[str, int] = {}
    # What is bytes stands in a row's text in hexadecimal.
    forms = {form for one in words for form in (one.lower(), one.lower().encode().hex(), one.encode().hex())}
    async with connected(url) as connection:
        await connection.execute("SET statement_timeout = 0")
        for row in await connection.fetch(_TABLES):
            table = f'"{row["relname"]}"'
            count: int = await connection.fetchval(_ROWS.format(table), sorted(forms), timeout=_HOURS)
            if count:
                found[row["relname"]] = count
    return found


async def in_topics(kafka: Mapping[str, Any], words: Sequence[str]) -> dict[str, int]:
    """By topic how many records have one of the words; a tombstone, which has a key alone, is none. Raises NoAnswer."""
    found: dict[str, int] = {}
    bytes_ = {form.encode() for one in words for form in (one, one.lower())}
    try:
        for topic in TOPICS:
            async for records in snapshot(kafka, topic):
                hits = sum(
                    any(word in (record.key or b"") + b"\n" + record.value for word in bytes_)
                    for record in records
                    if record.value is not None
                )
                if hits:
                    found[topic] = found.get(topic, 0) + hits
    except TopicUnavailable as error:
        raise NoAnswer(f"Kafka : {error}") from None
    return found


def in_files(folders: Sequence[Path], words: Sequence[str]) -> list[Path]:
    """The files in these folders, all the way down, that have one of the words as it is or in small letters."""
    bytes_ = {form.encode() for one in words for form in (one, one.lower())}
    files = (file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file())
    return [file for file in files if _has(file, bytes_)]


def _has(file: Path, words: set[bytes]) -> bool:
    """Read in pieces: a log may be large. A piece begins with the end of the one before."""
    keep, tail = max(map(len, words), default=0), b""
    with file.open("rb") as opened:
        while piece := opened.read(_CHUNK):
            seen = tail + piece
            if any(word in seen for word in words):
                return True
            tail = seen[-keep:]
    return False
