"""Settings of convocation, prefix `CONVOCATION_`."""

from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from acces.settings import Trousseau, refuse_shared
from chassis.settings import THIS_MACHINE
from convocation.conservation.settings import DureesConvocation
from convocation.identite.settings import IdentiteSettings
from pages.settings import PagesSettings


class Settings(DureesConvocation, IdentiteSettings, PagesSettings):
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
    session_idle_minutes: int = Field(default=60, ge=5, le=1_440, description="a session in which nobody acts is over")
    session_hours: int = Field(default=10, ge=1, le=24, description="a session of that age is over")
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
    avis_hour: int = Field(default=7, ge=0, le=23, description="the daily mail goes then, by the académie's clocks")
    avis_settle_minutes: int = Field(default=5, ge=0, le=60, description="what comes in a row is one mail")
    avis_deadline_days: int = Field(default=3, ge=1, le=60, description="so early the end of the service is told")
    rappel_hours: int = Field(
        default=48, ge=0, le=1_000, description="who was reminded since is not ticked for another reminder of that kind"
    )
    santorin_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+(/\S*)?$",
        description="where SANTORIN is entered; {acces} becomes correction, suivi or numerisation",
    )

    @model_validator(mode="after")
    def _no_open_door(self) -> Self:
        """The sign-in for development lets anybody be anybody: on this machine alone."""
        public = urlsplit(self.public_url)
        here = public.scheme == "http" and {public.hostname, self.http_host} <= THIS_MACHINE
        if self.development_sign_in and not here:
            raise ValueError(
                "CONVOCATION_DEVELOPMENT_SIGN_IN: where it is on, CONVOCATION_PUBLIC_URL and CONVOCATION_HTTP_HOST "
                "must be this machine's, by http"
            )
        return self

    @model_validator(mode="after")
    def _a_key_for_each_purpose(self) -> Self:
        """Whoever gets hold of one key forges nothing else with it."""
        purposes = {
            "CONVOCATION_LINK_KEYS": self.link_keys,
            "CONVOCATION_VERIFICATION_KEYS": self.verification_keys,
            "CONVOCATION_CALENDAR_KEYS": self.calendar_keys,
        }
        refuse_shared(self.token_key, purposes)
        return self
