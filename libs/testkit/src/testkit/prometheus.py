"""A real Prometheus on this machine: scrapes what a test runs, and answers as Grafana would ask it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
import yaml

from testkit.child import Child
from testkit.eventually import eventually
from testkit.ports import free_port
from testkit.programs import find_program


class Prometheus:
    """`jobs`: each job's address (host:port) to scrape, every second. `rules`: files of rules, evaluated as often."""

    def __init__(self, folder: Path, jobs: Mapping[str, str], *, rules: tuple[Path, ...] = ()) -> None:
        program = find_program("prometheus", "prometheus")
        address = f"127.0.0.1:{free_port()}"
        scraped = [{"job_name": job, "static_configs": [{"targets": [target]}]} for job, target in jobs.items()]
        config = folder / "prometheus.yml"
        often = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        given = {"global": often, "rule_files": [str(file) for file in rules], "scrape_configs": scraped}
        config.write_text(yaml.safe_dump(given), encoding="utf-8")
        flags = (f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={address}")
        self._jobs = len(jobs)
        self._child = Child([program, *flags], log=folder / "prometheus.log")
        self.url = f"http://{address}"
        self._client = httpx2.AsyncClient(base_url=self.url, trust_env=False)

    async def __aenter__(self) -> Self:
        try:
            await eventually(self._scrapes, because="Prometheus scrapes every job")
        except BaseException:
            self._child.kill()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()
        await asyncio.to_thread(self._child.terminate, grace=10)

    async def query(self, expr: str) -> list[dict[str, Any]]:
        """The instant vector of `expr` now: `metric` with the labels, `value` with the time and the number as text.

        Raises AssertionError with Prometheus's words where it does not understand the expression.
        """
        response = await self._client.post("/api/v1/query", data={"query": expr})
        assert response.is_success, f"{expr}: {response.text}"
        result: list[dict[str, Any]] = response.json()["data"]["result"]
        return result

    async def firing(self) -> dict[str, dict[str, str]]:
        """The annotations of each alert that fires now, by its name; where it fires several times, of one of them."""
        response = (await self._client.get("/api/v1/alerts")).raise_for_status()
        alerts = response.json()["data"]["alerts"]
        return {one["labels"]["alertname"]: one["annotations"] for one in alerts if one["state"] == "firing"}

    async def _scrapes(self) -> bool:
        """It begins some seconds after its start: an increase before that would be none."""
        assert self._child.alive(), self._child.log_tail()
        try:
            return len(await self.query("up == 1")) == self._jobs
        except httpx2.TransportError:
            return False
