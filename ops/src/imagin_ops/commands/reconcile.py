"""`imagin reconcile santorin`: are convocation, the rights recorded and the topic the same, and if not, why not."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from acces.acteur import Acteur, Role
from chassis.database import connect, is_transient
from convocation.operations import replay_convocations
from imagin_ops import running
from imagin_ops.api import api
from imagin_ops.connections import place
from imagin_ops.output import fail, program, put, put_json, say
from imagin_ops.running import Installation
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE
from santorin_bridge.operations import (
    REJOUER,
    RELEVER,
    Bilan,
    Ecart,
    Sources,
    Vues,
    alone,
    reconcile,
    repair,
    sources_at,
)

app = typer.Typer(help="Compare what must be the same, and mend it.", no_args_is_help=True)
_SHOWN = 10
_ROUNDS = 3  # a repaired difference may uncover another one


@app.callback()
def _commands() -> None:
    """Keeps `santorin` a command of its own."""


@app.command()
def santorin(
    *,
    mend: Annotated[bool, typer.Option("--repair", help="Mend by new versions; else nothing is written.")] = False,
    cause: Annotated[
        list[str] | None,
        typer.Option(help="Mend these causes only (repeatable); INCONNUE and SUJET_INCONNU revoke, only so."),
    ] = None,
    settle: Annotated[float, typer.Option(min=0, help="Seconds between the two looks at a difference.")] = 5.0,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Convocations ↔ rights ↔ topic, by cause.

    Needs IMAGIN_KAFKA_BOOTSTRAP, SANTORIN_BRIDGE_DATABASE_URL, CONVOCATION_URL and IMAGIN_SIGNING_KEYS; --repair needs
    CONVOCATION_DATABASE_URL too.
    Exit code 0 when all agree, 1 when differences are left, 2 when something is not given, 4 when one of the three
    does not answer or somebody else reconciles now.
    """
    causes = _causes(cause)
    installation = running.find()
    _need(installation, mend=mend)
    sources = sources_of(installation)
    if mend:
        installation.tell_writing(*(place(installation.database(one)) for one in (SANTORIN_BRIDGE, CONVOCATION)))
    try:
        bilan, treated = asyncio.run(_run(installation, sources, causes if mend else frozenset(), settle))
    except Exception as error:
        if not is_transient(error):
            raise
        fail(f"un des trois côtés ne répond pas ({type(error).__name__}) : {program()} doctor", code=4)
    if json:
        put_json(_document(bilan, treated))
    else:
        _tell(bilan, treated, mended=mend)
    raise typer.Exit(1 if bilan.ecarts else 0)


def _need(installation: Installation, *, mend: bool) -> None:
    services = (SANTORIN_BRIDGE, CONVOCATION) if mend else (SANTORIN_BRIDGE,)
    databases = {f"{one.prefix}DATABASE_URL": installation.databases.get(one.name) for one in services}
    given = {"IMAGIN_KAFKA_BOOTSTRAP": installation.bootstrap, "CONVOCATION_URL": installation.replicas(CONVOCATION)}
    installation.need(given | databases | {"IMAGIN_SIGNING_KEYS": installation.signing_keys})


def _causes(names: Sequence[str] | None) -> frozenset[Ecart]:
    unknown = [name for name in names or () if name not in Ecart.__members__]
    if unknown:
        fail(f"cause inconnue : {', '.join(unknown)} ; il y a {', '.join(Ecart.__members__)}", code=2)
    return frozenset(Ecart[name] for name in names) if names else REJOUER | RELEVER


def sources_of(installation: Installation) -> Sources:
    """What a reconciliation of this installation asks."""
    url, signer = api(installation, CONVOCATION)

    def token() -> str:
        acteur = Acteur("imagin-ops", Role.EXPLOITATION)
        return signer.mint(acteur, audience=CONVOCATION.name, now=datetime.now(UTC), hours=0.1)

    return sources_at(url, token, installation.kafka)


async def _run(
    installation: Installation, sources: Sources, causes: frozenset[Ecart], settle: float
) -> tuple[Bilan, Counter[Ecart]]:
    connection = await connect(installation.database(SANTORIN_BRIDGE))
    treated: Counter[Ecart] = Counter()
    try:
        async with alone(connection) as mine:
            if not mine:
                fail("un rapprochement est déjà en cours : réessayez dans une minute", code=4)
            bilan = await reconcile(connection, sources, settle_seconds=settle, say=say)
            for _ in range(_ROUNDS):
                if not any(set(vues.causes) & causes for vues in bilan.ecarts):
                    break
                say(f"réparation de {len(bilan.ecarts)} écart(s)")
                treated += await repair(connection, sources, bilan.ecarts, causes, _replay(installation))
                bilan = await reconcile(connection, sources, settle_seconds=settle, say=say)
    finally:
        await connection.close()
    return bilan, treated


def _replay(installation: Installation) -> Any:
    """Convocation's own outbox, whose relay sends what is told again."""

    async def replay(convocations: Sequence[UUID]) -> int:
        connection = await connect(installation.database(CONVOCATION))
        try:
            return await replay_convocations(connection, convocations)
        finally:
            await connection.close()

    return replay


def _document(bilan: Bilan, treated: Counter[Ecart]) -> dict[str, Any]:
    return {
        "droits": bilan.droits,
        "ouverts": bilan.ouverts,
        "ecarts": [asdict(vues) | {"causes": [cause.name for cause in vues.causes]} for vues in bilan.ecarts],
        "repares": {cause.name: count for cause, count in treated.items()},
    }


def _tell(bilan: Bilan, treated: Counter[Ecart], *, mended: bool) -> None:
    put(f"{bilan.droits} habilitations, dont {bilan.ouverts} ouvertes ; écarts : {len(bilan.ecarts)}")
    for cause, count in treated.items():
        put(f"réparé     {cause.name:16} {count}")
    for cause in Ecart:
        found = [vues for vues in bilan.ecarts if cause in vues.causes]
        if found:
            put(f"{cause.name:16} {len(found):6}  {cause}")
            _tell_some(found)
    if bilan.ecarts and not mended:
        put("Rien n’a été écrit : --repair répare ce qui peut l’être.")


def _tell_some(found: Sequence[Vues]) -> None:
    for vues in found[:_SHOWN]:
        seen = f"convocation {vues.convocation or '-'}, droit {vues.droit or '-'} (suit {vues.suit or '-'})"
        put(f"    {vues.convocation_id}  {seen}, topic {vues.sujet or '-'}")
    if len(found) > _SHOWN:
        put(f"    … et {len(found) - _SHOWN} autres (--json)")
