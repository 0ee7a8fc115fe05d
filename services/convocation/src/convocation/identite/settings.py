"""Who signs people in, and what their functions are: the settings of this room, part of the service's own."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from chassis.settings import THIS_MACHINE
from convocation.identite.fonctions import Table

_ISSUER = r"^https?://[^\s?#]+$"


class Genre(StrEnum):
    """The two providers that we know. The word is part of the address where each sends people back."""

    FIM = "fim"
    PROCONNECT = "proconnect"


@dataclass(frozen=True, slots=True)
class Reglages:
    """One provider. `pkce`: whether it takes the two parameters of RFC 7636."""

    genre: Genre
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    pkce: bool
    timeout_seconds: float


class IdentiteSettings(BaseSettings):
    """A provider that has no issuer is not offered. A timeout is of one call to it."""

    fim_issuer: str | None = Field(default=None, pattern=_ISSUER, description="the ministry's federation (ARENA)")
    fim_client_id: str = ""
    fim_client_secret: SecretStr | None = None
    fim_scope: str = "openid profile email"
    proconnect_issuer: str | None = Field(default=None, pattern=_ISSUER, description="agents of the other ministries")
    proconnect_client_id: str = ""
    proconnect_client_secret: SecretStr | None = None
    proconnect_scope: str = "openid given_name usual_name email idp_id"
    proconnect_pkce: bool = Field(default=False, description="ProConnect refused parameters that its page did not list")
    oidc_timeout_seconds: float = Field(default=5.0, gt=0, le=60)
    fonctions: Table | None = Field(default=None, description="which claim gives which function, as JSON")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for genre in Genre:
            issuer, client_id, secret = self._client(genre)
            if issuer is None:
                continue
            name = f"CONVOCATION_{genre.upper()}_"
            if not (client_id and secret and secret.get_secret_value()):
                raise ValueError(f"{name}ISSUER is given, so {name}CLIENT_ID and {name}CLIENT_SECRET are needed")
            url = urlsplit(issuer)
            if url.scheme != "https" and url.hostname not in THIS_MACHINE:
                raise ValueError(f"{name}ISSUER must be https: over http anybody between could sign in as anybody")
        return self

    def _client(self, genre: Genre) -> tuple[str | None, str, SecretStr | None]:
        if genre is Genre.FIM:
            return self.fim_issuer, self.fim_client_id, self.fim_client_secret
        return self.proconnect_issuer, self.proconnect_client_id, self.proconnect_client_secret

    @property
    def fournisseurs(self) -> dict[Genre, Reglages]:
        """The providers that are offered, in the order of the page."""
        found: dict[Genre, Reglages] = {}
        for genre in Genre:
            issuer, client_id, secret = self._client(genre)
            if issuer is not None and secret is not None:
                found[genre] = Reglages(
                    genre,
                    issuer,
                    client_id,
                    secret.get_secret_value(),
                    scope=self.fim_scope if genre is Genre.FIM else self.proconnect_scope,
                    pkce=genre is Genre.FIM or self.proconnect_pkce,
                    timeout_seconds=self.oidc_timeout_seconds,
                )
        return found

    @property
    def table(self) -> Table:
        """Which claim gives which function; without one only the vector's own: chef and délégué."""
        return self.fonctions or Table()
