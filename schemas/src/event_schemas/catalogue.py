"""The catalogue: every topic with owner, readers, key and retention; every event type with the model of its body.

One YAML file a topic under `topics/`; the file's name is the topic's, and an unknown key in it is refused.
"""

from importlib.resources import files
from typing import Annotated, Literal, NamedTuple, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from event_schemas.acces import Acces
from event_schemas.accuses import Accuse
from event_schemas.convocations import Convocation
from event_schemas.courriels import CourrielDemande
from event_schemas.habilitations import Habilitation
from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.missions import Mission
from event_schemas.notifications import Notification
from event_schemas.reponses import ReponseCloture
from event_schemas.state import Event

INSCRIPTIONS = "cyclades.public.inscriptions.v1"
MISSION = "imagin.public.mission.v1"
REPONSE = "imagin.public.reponse.v1"
CONVOCATION = "imagin.public.convocation.v1"
HABILITATION = "imagin.public.habilitation.v1"
ACCUSE = "santorin.public.accuse.v1"
ACCES = "imagin.internal.acces.v1"
NOTIFICATION = "imagin.internal.notification.v1"
COURRIEL = "imagin.internal.courriel.v1"

INSCRIPTIONS_CLOSED = "fr.cyclades.inscriptions-closed.v1"
MISSION_CREATED = "fr.imagin.mission-created.v1"
MISSION_CHANGED = "fr.imagin.mission-changed.v1"
MISSION_WITHDRAWN = "fr.imagin.mission-withdrawn.v1"
REPONSE_CLOTURE = "fr.imagin.reponse-cloture.v1"
INTERVENANT_CONVOQUE = "fr.imagin.intervenant-convoque.v1"
CONVOCATION_CHANGED = "fr.imagin.convocation-changed.v1"
CONVOCATION_CANCELLED = "fr.imagin.convocation-cancelled.v1"
HABILITATION_STATE = "fr.imagin.habilitation.v1"
ACCUSE_SENT = "fr.santorin.accuse.v1"
ACCES_CHANGED = "fr.imagin.acces-changed.v1"
NOTIFICATION_SENT = "fr.imagin.notification-sent.v1"
NOTIFICATION_FAILED = "fr.imagin.notification-failed.v1"
COURRIEL_DEMANDE = "fr.imagin.courriel-demande.v1"

# A topic is about one kind of aggregate: all its events have the same body.
_BODIES: dict[str, type[Event]] = {
    INSCRIPTIONS: InscriptionsClosed,
    MISSION: Mission,
    REPONSE: ReponseCloture,
    CONVOCATION: Convocation,
    HABILITATION: Habilitation,
    ACCUSE: Accuse,
    ACCES: Acces,
    NOTIFICATION: Notification,
    COURRIEL: CourrielDemande,
}
_DAY_MS = 86_400_000
SEASONS_MS = 400 * _DAY_MS  # exam work is seasonal: a year and a month (D18)

CeType = Annotated[str, StringConstraints(pattern=r"^fr\.(cyclades|imagin|santorin)\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*$")]
TopicName = Annotated[
    str, StringConstraints(pattern=r"^[a-z]+\.(public|internal)\.[a-z]+\.v[1-9][0-9]*$", max_length=249)
]
Service = Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Duration = Annotated[int, Field(ge=1)]


class EventType(NamedTuple):
    """An event type: its `ce_type`, its name in the documentation, its topic and its body."""

    ce_type: str
    name: str
    topic: str
    model: type[Event]


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Compaction(_Entry):
    """How a compacted topic forgets (D20); times in milliseconds."""

    delete_retention_ms: Duration
    min_compaction_lag_ms: Duration
    segment_ms: Duration
    min_cleanable_dirty_ratio: Annotated[float, Field(gt=0, le=1)]


class Topic(_Entry):
    """A topic. `readers`: service (or system outside) → its consumer group. `events`: `ce_type` → documented name."""

    name: TopicName
    description: Sentence
    owner: Service
    readers: Annotated[dict[Service, str], Field(min_length=1)]
    key: Literal["UAI", "mission id", "convocation id"]
    events: Annotated[dict[CeType, str], Field(min_length=1)]
    partitions: Annotated[int, Field(ge=1, le=100)]
    retention_ms: Annotated[int, Field(ge=-1)]
    cleanup_policy: Literal["delete", "compact"]
    compaction: Compaction | None = None
    personal_data: Sentence

    @model_validator(mode="after")
    def _rules(self) -> Self:
        for service, group in self.readers.items():
            if not group.startswith(f"{service}."):
                raise ValueError(f"{self.name}: consumer group {group} is not {service}.<entity>")
        if (self.cleanup_policy == "compact") != (self.compaction is not None):
            raise ValueError(f"{self.name}: `compaction` belongs to `cleanup_policy: compact`, and only there")
        if self.compaction is None and self.retention_ms < SEASONS_MS:
            raise ValueError(f"{self.name}: retention is shorter than 400 days (D18)")
        return self

    @property
    def kind(self) -> str:
        """`public`: of the contract with others; `internal`: our services' own."""
        return self.name.split(".")[1]

    @property
    def model(self) -> type[Event]:
        """The body that all events of the topic have."""
        return _BODIES[self.name]

    @property
    def configs(self) -> dict[str, str]:
        """Kafka's topic configuration (D18, D20)."""
        configs: dict[str, object] = {
            "cleanup.policy": self.cleanup_policy,
            "retention.ms": self.retention_ms,
            "message.timestamp.type": "CreateTime",
        }
        if self.compaction:
            configs |= {name.replace("_", "."): value for name, value in self.compaction.model_dump().items()}
        return {name: str(value) for name, value in configs.items()}


def parse(name: str, text: str) -> Topic:
    """The topic that a YAML file describes. Raises pydantic.ValidationError."""
    return Topic.model_validate({**yaml.safe_load(text), "name": name})


def _load() -> dict[str, Topic]:
    found = sorted(files("event_schemas").joinpath("topics").iterdir(), key=lambda file: file.name)
    names = [file.name.removesuffix(".yaml") for file in found]
    return {name: parse(name, file.read_text(encoding="utf-8")) for name, file in zip(names, found, strict=True)}


TOPICS = _load()
EVENT_TYPES = {
    ce_type: EventType(ce_type, name, topic.name, topic.model)
    for topic in TOPICS.values()
    for ce_type, name in topic.events.items()
}
