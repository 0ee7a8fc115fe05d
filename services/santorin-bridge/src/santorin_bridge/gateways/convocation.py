"""What convocation knows to be true, asked page by page (D22)."""

from collections.abc import AsyncIterator, Callable
from uuid import UUID

import httpx2

from santorin_bridge.domain.ecart import EtatConvocation


class ConvocationUnavailable(ConnectionError):
    """Convocation does not answer now; time can mend it."""


class ConvocationGateway:
    """`token` gives a fresh bearer token of this service for each call."""

    def __init__(self, url: str, token: Callable[[], str]) -> None:
        self._url = url
        self._token = token

    async def etats(self) -> AsyncIterator[list[EtatConvocation]]:
        """Pages, in the order of the ids. Raises ConvocationUnavailable."""
        after: str | None = str(UUID(int=0))
        async with httpx2.AsyncClient(base_url=self._url, timeout=15, trust_env=False) as client:
            while after is not None:
                try:
                    headers = {"Authorization": f"Bearer {self._token()}"}
                    response = await client.get("/api/etats", params={"apres": after}, headers=headers)
                    response.raise_for_status()
                except httpx2.HTTPError as error:
                    raise ConvocationUnavailable(type(error).__name__) from None
                body = response.json()
                yield [
                    EtatConvocation(UUID(one["convocation_id"]), one["version"], one["active"]) for one in body["etats"]
                ]
                after = body["suite"]
