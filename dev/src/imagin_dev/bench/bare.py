"""The bare pipeline: the same work with asyncpg and aiokafka alone, as a floor for the bench.

Inbox, outbox and relay with one Kafka transaction a batch; no validation, no version guard, no telemetry.
Run as `python -m imagin_dev.bench.bare <node>` with BARE_DATABASE_URL, BARE_KAFKA_BOOTSTRAP and BARE_HTTP_PORT.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg
import orjson
import uvicorn
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

SCHEMA = """
CREATE TABLE inbox (id text PRIMARY KEY);
CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text, payload bytea);
CREATE TABLE mission (id uuid PRIMARY KEY, uai text, code text, libelle text, candidats int, jour text);
CREATE TABLE habilitation (id uuid PRIMARY KEY, version int, status text, numero text, etat bytea);
"""
CLOSINGS, MISSIONS, RIGHTS = "bare.closings", "bare.missions", "bare.rights"
CONVOCATIONS, ACCESSES = "bare.convocations", "bare.accesses"
TOPICS = (CLOSINGS, MISSIONS, RIGHTS, CONVOCATIONS, ACCESSES)

_INBOX = "INSERT INTO inbox SELECT unnest($1::text[]) ON CONFLICT DO NOTHING"
_MISSIONS = """
INSERT INTO mission SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[])
ON CONFLICT DO NOTHING
"""
_RIGHTS = """
INSERT INTO habilitation SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::bytea[])
ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status, etat = excluded.etat
"""
Row = tuple[Any, ...]


class Node:
    """Reads a topic or HTTP, writes rows by `effect`, relays its outbox to each of its targets."""

    def __init__(self, pool: asyncpg.Pool, bootstrap: str, targets: Sequence[str], effect: str = _MISSIONS) -> None:
        self._pool = pool
        self._bootstrap = bootstrap
        self._targets = targets
        self._effect = effect
        self._wake = asyncio.Event()

    async def write(self, ids: Sequence[str], rows: Sequence[Row]) -> None:
        """Inbox, effect and outbox in one transaction."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_INBOX, ids)
            await connection.execute(self._effect, *map(list, zip(*rows, strict=True)))
            if self._targets:
                records = [(str(row[0]), _payload(row)) for row in rows]
                await connection.copy_records_to_table("outbox", records=records, columns=("key", "payload"))
        self._wake.set()

    async def consume(self, topic: str, batch: int, rows_of: Callable[[Any], list[Row]]) -> None:
        consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=self._bootstrap,
            group_id=f"bare.{topic}",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            max_partition_fetch_bytes=256 * 1024,
        )
        await consumer.start()
        while True:
            polled = await consumer.getmany(timeout_ms=200, max_records=batch)
            records = [record for found in polled.values() for record in found]
            if records:
                rows = [row for record in records for row in rows_of(orjson.loads(record.value))]
                await self.write([f"{record.partition}/{record.offset}" for record in records], rows)
                await consumer.commit()

    async def relay(self) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=f"bare.{self._targets[0]}",
            max_batch_size=262_144,
        )
        await producer.start()
        async with self._pool.acquire() as connection:
            while True:
                self._wake.clear()
                rows = await connection.fetch("SELECT * FROM outbox ORDER BY seq LIMIT 5000")
                if not rows:
                    await asyncio.wait({asyncio.ensure_future(self._wake.wait())}, timeout=0.25)
                    continue
                async with producer.transaction():
                    sent = [
                        await producer.send(target, row["payload"], key=row["key"].encode())
                        for row in rows
                        for target in self._targets
                    ]
                    await asyncio.gather(*sent)
                await connection.execute(
                    "DELETE FROM outbox WHERE seq = ANY($1::bigint[])", [row["seq"] for row in rows]
                )

    async def asgi(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """`POST /<id>` writes one row; anything else says that the node is up."""
        if scope["type"] == "lifespan":
            return
        if scope["method"] == "POST":
            await receive()
            await self.write([scope["path"]], [(uuid5(NAMESPACE_URL, scope["path"]), "", "", scope["path"], 1, "")])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def missions_of(closing: dict[str, Any]) -> list[Row]:
    """One mission an épreuve, and the numérisation."""
    uai, session = closing["uai"], closing["session"]
    rows = [
        (
            uuid5(NAMESPACE_URL, f"{session}|{uai}|{one['voie']}|{one['code']}"),
            uai,
            one["code"],
            one["libelle"],
            one["candidats_inscrits"],
            session,
        )
        for one in closing["epreuves"]
        if one["type"] == "E3C" and one["candidats_inscrits"]
    ]
    rows.append((uuid5(NAMESPACE_URL, f"{session}|{uai}|N"), uai, "NUMERISATION", "Numérisation", 0, session))
    return rows


def _payload(row: Row) -> bytes:
    """A right bears its own; a mission travels as its row."""
    return row[-1] if isinstance(row[-1], bytes) else orjson.dumps(row)


def right_of(convocation: dict[str, Any]) -> list[Row]:
    """The right with the same fields as the product's."""
    key, version = convocation["convocation_id"], convocation["version"]
    right = {
        "convocation_id": key,
        "version": version,
        "convocation_version": version,
        "status": "GRANTED" if convocation["status"] == "ACTIVE" else "REVOKED",
        "role": convocation["qualite"],
        "role_par_defaut": convocation["qualite_par_defaut"],
        "intervenant": convocation["intervenant"],
        "mission": convocation["mission"],
        "valide_du": convocation["dates"][0],
        "valide_au": None,
        "hash": convocation["hash"],
    }
    return [(UUID(key), version, right["status"], right["intervenant"]["numero"], orjson.dumps(right))]


def row_of(payload: list[Any]) -> list[Row]:
    return [tuple(payload)]


async def main(name: str) -> None:
    """`importer` and `reader` for the throughput, `writer` and `bridge` for the latency, `granter` for the rights."""
    bootstrap = os.environ["BARE_KAFKA_BOOTSTRAP"]
    pool = await asyncpg.create_pool(os.environ["BARE_DATABASE_URL"], min_size=2)
    targets = {
        "importer": (MISSIONS,),
        "writer": (MISSIONS,),
        "bridge": (RIGHTS,),
        "granter": (RIGHTS, ACCESSES),
    }.get(name, ())
    node = Node(pool, bootstrap, targets, _RIGHTS if name == "granter" else _MISSIONS)
    config = uvicorn.Config(
        node.asgi, port=int(os.environ["BARE_HTTP_PORT"]), log_config=None, lifespan="off", interface="asgi3"
    )
    work = [uvicorn.Server(config).serve()]
    if targets:
        work.append(node.relay())
    if name == "importer":
        work.append(node.consume(CLOSINGS, 200, missions_of))
    if name in {"reader", "bridge"}:
        work.append(node.consume(MISSIONS, 2_000, row_of))
    if name == "granter":
        work.append(node.consume(CONVOCATIONS, 2_000, right_of))
    await asyncio.gather(*work)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
