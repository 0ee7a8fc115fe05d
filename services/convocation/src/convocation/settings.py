"""Settings of convocation, prefix `CONVOCATION_`."""

from pathlib import Path
from typing import ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, model_validator
from pydantic_settings import SettingsConfigDict

from acces.settings import EntreeSettings, Trousseau, refuse_shared

_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


class Settings(EntreeSettings):
    """`public_url` is how people reach the pages: it stands in QR codes, and `https` makes the cookie secure."""

    model_config = SettingsConfigDict(env_prefix="CONVOCATION_")
    service_name: ClassVar[str] = "convocation"

    public_url: str = Field(default="http://localhost:8000", pattern=r"^https?://[^/]+$")
    imports_url: str | None = Field(
        default=None, pattern=r"^https?://[^/]+$", description="mission-import's pages, for the rectorat's menu"
    )
    link_keys: Trousseau = Field(description="of the links in mails")
    verification_keys: Trousseau = Field(description="of the codes on printed convocations, which stay valid for ever")
    calendar_keys: Trousseau = Field(description="of the addresses of people's calendars")
    link_days: int = Field(default=30, ge=0, le=3_650, description="a mail's link holds so long after the last date")
    calendar_organizer: str = Field(default="ne-pas-repondre@imagin.invalid", pattern=r"^[^@\s]+@[^@\s]+$")
    lot_copies: int = Field(default=35, ge=1, le=1_000)
    development_sign_in: bool = False
    # Beyond: 429. A person, a process: searches, documents, people of the directory; an address: what needs no person.
    search_per_second: int = Field(default=5, ge=1, le=10_000)
    search_burst: int = Field(default=60, ge=1, le=100_000)
    document_per_second: int = Field(default=2, ge=1, le=10_000)
    document_burst: int = Field(default=60, ge=1, le=100_000)
    people_per_hour: int = Field(default=2_000, ge=100, le=1_000_000)
    stranger_per_second: int = Field(default=20, ge=1, le=10_000, description="a whole académie may share an address")
    stranger_burst: int = Field(default=400, ge=1, le=100_000)
    santorin_silence_minutes: int = Field(
        default=60, ge=0, description="a page tells that SANTORIN has not answered for so long; 0: never"
    )
    santorin_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+(/\S*)?$",
        description="where SANTORIN is entered; {acces} becomes correction, suivi or numerisation",
    )
    theme: Literal["imagin", "dsfr"] = Field(
        default="imagin", validation_alias=AliasChoices("IMAGIN_THEME", "theme"), description="the skin of the pages"
    )
    dsfr_dir: Path | None = Field(default=None, validation_alias=AliasChoices("IMAGIN_DSFR_DIR", "dsfr_dir"))

    @model_validator(mode="after")
    def _no_open_door(self) -> Self:
        """The sign-in for development lets anybody be anybody: on this machine alone."""
        public = urlsplit(self.public_url)
        here = public.scheme == "http" and {public.hostname, self.http_host} <= _THIS_MACHINE
        if self.development_sign_in and not here:
            raise ValueError("development_sign_in is on, so public_url and http_host must be this machine's, by http")
        return self

    @model_validator(mode="after")
    def _a_key_for_each_purpose(self) -> Self:
        """Whoever gets hold of one key forges nothing else with it."""
        refuse_shared(
            self.token_key,
            link_keys=self.link_keys,
            verification_keys=self.verification_keys,
            calendar_keys=self.calendar_keys,
        )
        return self
