"""The catalogue: every topic with its owner, readers, key and retention; every event type with its model.

One YAML file a topic under `topics/`; its name is the topic's.
"""

from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from event_schemas.acces import Acces
from event_schemas.accuses import Accuse
from event_schemas.convocations import Convocation
from event_schemas.habilitations import Habilitation
from event_schemas.inscriptions import InscriptionsClosed
from event_schemas.missions import Mission
from event_schemas.notifications import Notification

INSCRIPTIONS = "cyclades.public.inscriptions.v1"
MISSION = "imagin.public.mission.v1"
CONVOCATION = "imagin.public.convocation.v1"
HABILITATION = "imagin.public.habilitation.v1"
ACCUSE = "santorin.public.accuse.v1"
ACCES = "imagin.internal.acces.v1"
NOTIFICATION = "imagin.internal.notification.v1"

INSCRIPTIONS_CLOSED = "fr.cyclades.inscriptions-closed.v1"
MISSION_CREATED = "fr.imagin.mission-created.v1"
MISSION_CHANGED = "fr.imagin.mission-changed.v1"
MISSION_WITHDRAWN = "fr.imagin.mission-withdrawn.v1"
INTERVENANT_CONVOQUE = "fr.imagin.intervenant-convoque.v1"
CONVOCATION_CHANGED = "fr.imagin.convocation-changed.v1"
CONVOCATION_CANCELLED = "fr.imagin.convocation-cancelled.v1"
HABILITATION_STATE = "fr.imagin.habilitation.v1"
ACCUSE_SENT = "fr.santorin.accuse.v1"
ACCES_CHANGED = "fr.imagin.acces-changed.v1"
NOTIFICATION_SENT = "fr.imagin.notification-sent.v1"
NOTIFICATION_FAILED = "fr.imagin.notification-failed.v1"


class EventType(NamedTuple):
    """An event type: its `ce_type`, its name in the documentation, its topic and its body."""

    ce_type: str
    name: str
    topic: str
    model: type[BaseModel]


EVENT_TYPES = {
    event.ce_type: event
    for event in (
        EventType(INSCRIPTIONS_CLOSED, "CycladesInscriptionsClosed", INSCRIPTIONS, InscriptionsClosed),
        EventType(MISSION_CREATED, "MissionCreated", MISSION, Mission),
        EventType(MISSION_CHANGED, "MissionChanged", MISSION, Mission),
        EventType(MISSION_WITHDRAWN, "MissionWithdrawn", MISSION, Mission),
        EventType(INTERVENANT_CONVOQUE, "IntervenantConvoqué", CONVOCATION, Convocation),
        EventType(CONVOCATION_CHANGED, "ConvocationChanged", CONVOCATION, Convocation),
        EventType(CONVOCATION_CANCELLED, "ConvocationCancelled", CONVOCATION, Convocation),
        EventType(HABILITATION_STATE, "Habilitation", HABILITATION, Habilitation),
        EventType(ACCUSE_SENT, "Accuse", ACCUSE, Accuse),
        EventType(ACCES_CHANGED, "AccesChanged", ACCES, Acces),
        EventType(NOTIFICATION_SENT, "NotificationSent", NOTIFICATION, Notification),
        EventType(NOTIFICATION_FAILED, "NotificationFailed", NOTIFICATION, Notification),
    )
}


class Compaction(BaseModel):
    """How a compacted topic forgets (D20); times in milliseconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    delete_retention_ms: int
    min_compaction_lag_ms: int
    segment_ms: int
    min_cleanable_dirty_ratio: float


class Topic(BaseModel):
    """A topic. `readers`: consumer groups `<service>.<entity>`, or the name of a system outside."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    description: str
    owner: str
    readers: list[str]
    key: str
    partitions: Annotated[int, Field(ge=1)]
    retention_ms: Annotated[int, Field(ge=-1)]
    cleanup_policy: Literal["delete", "compact"]
    compaction: Compaction | None = None
    personal_data: str

    @property
    def events(self) -> list[EventType]:
        return [event for event in EVENT_TYPES.values() if event.topic == self.name]

    @property
    def configs(self) -> dict[str, str]:
        """Kafka's topic configuration (D18, D20)."""
        configs: dict[str, Any] = {
            "cleanup.policy": self.cleanup_policy,
            "retention.ms": self.retention_ms,
            "message.timestamp.type": "CreateTime",
        }
        if self.compaction:
            configs |= {name.replace("_", "."): value for name, value in self.compaction.model_dump().items()}
        return {name: str(value) for name, value in configs.items()}


@cache
def _topics() -> dict[str, Topic]:
    found = {}
    for file in sorted(files("event_schemas").joinpath("topics").iterdir(), key=lambda file: file.name):
        name = file.name.removesuffix(".yaml")
        found[name] = Topic(name=name, **yaml.safe_load(file.read_text(encoding="utf-8")))
    return found


TOPICS = _topics()
