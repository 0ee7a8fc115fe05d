"""Settings of santorin-bridge, prefix `SANTORIN_BRIDGE_`."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from acces.settings import EntreeSettings, SigningSettings
from santorin_bridge.domain.clients import read_clients
from santorin_bridge.durees import DureesBridge


class Settings(DureesBridge, SigningSettings, EntreeSettings):
    """`stale_after_seconds`: the check of rights answers 503 when it knows less than what was told so long ago.

    `clients`: who may ask for a token, client id → verifiers of its secrets; without one nobody gets any.
    """

    model_config = SettingsConfigDict(env_prefix="SANTORIN_BRIDGE_")
    service_name: ClassVar[str] = "santorin-bridge"

    convocation_url: str = Field(pattern=r"^https?://")
    stale_after_seconds: float = Field(default=30.0, gt=0)
    reconcile_minutes: float = Field(default=10.0, gt=0)
    reconcile_settle_seconds: float = Field(default=5.0, ge=0)
    clients: Annotated[dict[str, tuple[str, ...]], NoDecode] = Field(default={}, repr=False)
    token_seconds: int = Field(default=3_600, ge=60, le=86_400)
    token_requests_per_second: int = Field(default=5, ge=1, le=10_000)
    token_requests_burst: int = Field(default=20, ge=1, le=100_000)
    api_requests_per_second: int = Field(default=50, ge=1, le=10_000)
    api_requests_burst: int = Field(default=100, ge=1, le=100_000)

    @field_validator("clients", mode="before")
    @classmethod
    def _read_clients(cls, value: Any) -> Any:
        try:
            return read_clients(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError(
                'SANTORIN_BRIDGE_CLIENTS must be a JSON object, {"client id": ["sha256:…"]}, each client once with one '
                "or two verifiers, as `imagin credentials santorin` prints it"
            ) from None
