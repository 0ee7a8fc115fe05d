"""Parts that the operator runs: reached, never started, stopped or hurt by us."""

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from testkit.parts.errors import PartError


class _Given:
    async def stop(self) -> None:
        """It was there before us and stays."""

    async def restart(self) -> None:
        raise PartError("This server is the operator's: it is not restarted from here.")

    def kill(self) -> None:
        raise PartError("This server is the operator's: it is not killed from here.")

    def pause(self) -> None:
        raise PartError("This server is the operator's: it is not paused from here.")

    def resume(self) -> None:
        raise PartError("This server is the operator's: it is not resumed from here.")

    def rss_bytes(self) -> int:
        return 0

    def ended(self) -> None:
        """Its operator knows."""


class GivenKafka(_Given):
    """IMAGIN_KAFKA_BOOTSTRAP."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    async def start(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=10_000)
        try:
            await admin.start()
        except (KafkaError, OSError) as error:
            raise PartError(f"No Kafka answers at IMAGIN_KAFKA_BOOTSTRAP ({self.bootstrap}).") from error
        finally:
            await admin.close()


class GivenPostgres(_Given):
    """IMAGIN_DATABASE_URL; the URL holds a password and appears in no message."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url

    async def start(self) -> None:
        try:
            connection = await asyncpg.connect(self.admin_url, timeout=10)
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            kind = type(error).__name__
            raise PartError(f"No PostgreSQL answers at IMAGIN_DATABASE_URL ({kind}).") from error
        await connection.close()
