"""After the soak: what clients were told, what services hold, what topics and mails say, against each other."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import connect
from event_schemas.catalogue import TOPICS
from imagin_dev.soak.load import Load
from imagin_dev.soak.mail_sink import Told
from imagin_dev.soak.poison import Place, Poison
from imagin_dev.soak.watch import Watcher
from imagin_dev.stack import Stack
from imagin_ops.commands.reconcile import sources_of
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES, ServiceSpec
from santorin_bridge.operations import Bilan, alone, reconcile
from testkit.eventually import eventually

_SHOWN = 10
_VERSIONS = """
SELECT convocation_id::text AS convocation, version, nature = 'ANNULATION' AS cancelled,
       ARRAY(SELECT day::text FROM unnest(dates) AS day) AS dates, qualite, observation
FROM convocation_version ORDER BY convocation_id, version
"""
_MISSIONS = "SELECT mission_id, candidats, status, version FROM mission ORDER BY mission_id"
_BY_UAI = "SELECT uai, voie, code, candidats FROM mission WHERE status = 'ACTIVE' AND code <> 'NUMERISATION'"
_CLOSINGS = "SELECT uai, revision FROM cloture"
_LETTERS = 'SELECT topic, partition, "offset", key, reason FROM dead_letter'
_WAITING = "SELECT count(*) FROM outbox"
_TOLD = "SELECT coalesce(sum(version), 0) FROM convocation"
_RIGHTS = """
SELECT coalesce(sum(convocation_version), 0) FROM habilitation h LEFT JOIN envoi e ON e.id = h.envoi
WHERE h.envoi IS NULL OR e.publie_le IS NOT NULL
"""
_QUEUED = "SELECT count(*) FROM notification WHERE etat IN ('PENDING', 'SENDING')"
_KNOWN = (
    "SELECT coalesce(sum(last), 0) FROM (SELECT max(version) AS last FROM notification GROUP BY convocation_id) AS n"
)
_UNANSWERED = """
SELECT count(*) FROM convocation c LEFT JOIN acces a USING (convocation_id)
WHERE c.status = 'ACTIVE' AND (a.etat IS DISTINCT FROM 'ACCEPTEE' OR a.convocation_version IS DISTINCT FROM c.version)
"""
_UNTOLD = """
SELECT count(*) FROM convocation c LEFT JOIN notification n USING (convocation_id)
WHERE c.status = 'ACTIVE' AND n.etat IS DISTINCT FROM 'ENVOYEE'
"""


class Version(NamedTuple):
    """A version of a convocation as its service holds it."""

    cancelled: bool
    dates: tuple[str, ...]
    qualite: str | None
    observation: str


@dataclass(slots=True)
class Finding:
    """Something that must not be: how often it was found, and the first ones."""

    name: str
    cases: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "count": len(self.cases), "first": self.cases[:_SHOWN]}


@dataclass(slots=True)
class Checker:
    """`disquiet` says what is not finished yet; `findings` is for afterwards."""

    stack: Stack
    load: Load
    watcher: Watcher
    poison: Poison

    async def _fetch(self, service: ServiceSpec, query: str) -> list[Any]:
        connection = await asyncpg.connect(self.stack.databases[service.name], timeout=5)
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    async def _value(self, service: ServiceSpec, query: str) -> int:
        return int((await self._fetch(service, query))[0][0])

    async def disquiet(self) -> str | None:
        """What still moves, or None."""
        for look in (self._unsent, self._unapplied, self._unknown, self._unanswered, self._not_dead_yet):
            if (reason := await look()) is not None:
                return reason
        return None

    async def _unsent(self) -> str | None:
        for service in SERVICES:
            if waiting := await self._value(service, _WAITING):
                return f"{waiting} rows wait in the outbox of {service.name}"
        return None

    async def _unapplied(self) -> str | None:
        revisions = {row["uai"]: row["revision"] for row in await self._fetch(MISSION_IMPORT, _CLOSINGS)}
        if late := [uai for uai, revision in self.load.ledger.closings.items() if revisions.get(uai, 0) < revision]:
            return f"{len(late)} closings are not applied"
        if await self._fetch(MISSION_IMPORT, _MISSIONS) != await self._fetch(CONVOCATION, _MISSIONS):
            return "missions of mission-import and of convocation differ"
        return None

    async def _unknown(self) -> str | None:
        told = await self._value(CONVOCATION, _TOLD)
        for service, query in ((SANTORIN_BRIDGE, _RIGHTS), (NOTIFIER, _KNOWN)):
            if (known := await self._value(service, query)) != told:
                return f"{service.name} knows {known} of {told} versions"
        return None

    async def _unanswered(self) -> str | None:
        for query, what in ((_UNANSWERED, "answers of SANTORIN"), (_UNTOLD, "results of mails")):
            if missing := await self._value(CONVOCATION, query):
                return f"convocation lacks {missing} {what}"
        if queued := await self._value(NOTIFIER, _QUEUED):
            return f"{queued} mails are queued"
        return None

    async def _not_dead_yet(self) -> str | None:
        for service in SERVICES:
            found = {Place(row["topic"], row["partition"], row["offset"]) for row in await self._letters(service)}
            if missing := self._expected(service) - found:
                return f"{len(missing)} bad records are no dead letters of {service.name} yet"
        return None

    async def _letters(self, service: ServiceSpec) -> list[Any]:
        return await self._fetch(service, _LETTERS)

    def _expected(self, service: ServiceSpec) -> set[Place]:
        return {place for place in self.poison.written if service.name in TOPICS[place.topic].readers}

    async def findings(self, mails: Sequence[Told]) -> list[Finding]:
        """Each must be without cases."""
        versions = await self._versions()
        return [
            self.lost(versions),
            self.doubled(versions),
            self.untold(versions),
            Finding("versions told with two contents", self.watcher.told_otherwise),
            Finding("rights that went back", self.watcher.went_back),
            await self._reconciled(),
            self.last_rights(versions),
            *await self._closings(),
            *mail_findings(versions, mails),
            *await self._dead(),
        ]

    async def _versions(self) -> dict[str, dict[int, Version]]:
        found: dict[str, dict[int, Version]] = defaultdict(dict)
        for row in await self._fetch(CONVOCATION, _VERSIONS):
            one = Version(row["cancelled"], tuple(row["dates"]), row["qualite"], row["observation"])
            found[row["convocation"]][row["version"]] = one
        return dict(found)

    def lost(self, versions: dict[str, dict[int, Version]]) -> Finding:
        """`versions`: what convocation holds, by convocation."""
        finding = Finding("acknowledged writes lost")
        for convocation, written in self.load.ledger.written.items():
            for version, dates in written:
                held = versions.get(convocation, {}).get(version)
                if held is None or held.cancelled != (not dates) or (dates and held.dates != dates):
                    finding.cases.append(f"{convocation} version {version}")
        return finding

    def doubled(self, versions: dict[str, dict[int, Version]]) -> Finding:
        """More versions than writes were tried, or a hole."""
        finding = Finding("writes with two effects")
        for convocation, held in versions.items():
            asked = self.load.ledger.asked.get(convocation, 0)
            if len(held) > asked or sorted(held) != list(range(1, len(held) + 1)):
                finding.cases.append(f"{convocation}: versions {sorted(held)}, {asked} writes")
        return finding

    def untold(self, versions: dict[str, dict[int, Version]]) -> Finding:
        """The watcher was there from the first one."""
        untold = [(one, version) for one, held in versions.items() for version in held]
        cases = [f"{one} version {version}" for one, version in untold if (one, version) not in self.watcher.told]
        return Finding("versions that never came onto the topic", cases)

    def last_rights(self, versions: dict[str, dict[int, Version]]) -> Finding:
        """A reader that was always there holds the right of the last version."""
        finding = Finding("last rights read that are not the convocation's")
        for convocation, held in versions.items():
            last, right = max(held), self.watcher.last.get(convocation)
            status = "REVOKED" if held[last].cancelled else "GRANTED"
            if right is None or (right.convocation_version, right.status) != (last, status):
                finding.cases.append(f"{convocation} version {last}")
        return finding

    async def _reconciled(self) -> Finding:
        """The product's own comparison of convocation, rights and topic."""
        connection = await connect(self.stack.databases[SANTORIN_BRIDGE.name])

        async def look() -> Bilan | None:
            async with alone(connection) as mine:  # a process that has just started reconciles too
                if not mine:
                    return None
                return await reconcile(connection, sources_of(self.stack.installation()), settle_seconds=2)

        try:
            bilan = await eventually(look, timeout=60, because="nobody else reconciles")
            assert bilan is not None
        finally:
            await connection.close()
        cases = [f"{vues.convocation_id}: {', '.join(one.name for one in vues.causes)}" for vues in bilan.ecarts]
        return Finding("differences of convocation, rights and topic", cases)

    async def _closings(self) -> list[Finding]:
        ledger = self.load.ledger
        lost, wrong = Finding("acknowledged closings lost"), Finding("missions that are not the last closing's")
        revisions = {row["uai"]: row["revision"] for row in await self._fetch(MISSION_IMPORT, _CLOSINGS)}
        for uai, revision in ledger.closings.items():
            if not revision <= revisions.get(uai, 0) <= ledger.sent[uai]:
                lost.cases.append(f"{uai}: {revisions.get(uai)} instead of {revision} to {ledger.sent[uai]}")
        for service in (MISSION_IMPORT, CONVOCATION):
            held: dict[str, set[tuple[str, str, int]]] = defaultdict(set)
            for uai, voie, code, candidats in await self._fetch(service, _BY_UAI):
                held[uai].add((voie, code, candidats))
            for uai, revision in revisions.items():
                said = self.load.at(uai, revision)["data"]["epreuves"]
                if held[uai] != {(one["voie"], one["code"], n) for one in said if (n := one["candidats_inscrits"])}:
                    wrong.cases.append(f"{uai} in {service.name} at revision {revision}")
        return [lost, wrong]

    async def _dead(self) -> list[Finding]:
        """An injected record is dead once for each reader; nothing else is. One nobody acknowledged may be."""
        lost, others = Finding("bad records that are no dead letter"), Finding("dead letters that nobody injected")
        batches_left = self.poison.uncertain_batches * 2  # readers of one topic
        for service in SERVICES:
            expected, found = self._expected(service), set()
            for row in await self._letters(service):
                place = Place(row["topic"], row["partition"], row["offset"])
                found.add(place)
                if place in expected or bytes(row["key"] or b"") in self.poison.uncertain:
                    continue
                batches_left -= 1
                if batches_left < 0:
                    others.cases.append(f"{service.name}: {tuple(place)}, {row['reason']}")
            lost.cases += [f"{service.name}: {tuple(one)}, {self.poison.written[one]}" for one in expected - found]
        return [lost, others]


def mail_findings(versions: dict[str, dict[int, Version]], mails: Sequence[Told]) -> list[Finding]:
    """Who is convoked was last told what holds, or the same under an earlier version; no version is in two mails."""
    lost, doubled = Finding("people not told the last state"), Finding("versions told by two mails")
    told: dict[str, list[Told]] = defaultdict(list)
    ids: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in mails:
        told[one.convocation].append(one)
        ids[one.convocation, one.version].add(one.message_id)
    for convocation, held in versions.items():
        last, mailed = held[max(held)], told[convocation]
        if last.cancelled:
            if mailed and not mailed[-1].cancelled:
                lost.cases.append(f"{convocation}: cancelled, last told {mailed[-1].version}")
        elif not mailed or mailed[-1].cancelled or held[mailed[-1].version] != last:
            lost.cases.append(f"{convocation}: version {max(held)}, last told {mailed[-1].version if mailed else None}")
    doubled.cases = [f"{UUID(one)} version {version}" for (one, version), sent in ids.items() if len(sent) > 1]
    return [lost, doubled]
