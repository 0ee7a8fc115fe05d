"""The AsyncAPI 3.0.0 document, made from the catalogue: FastStream's own is empty for raw batches (D34).

Servers are the operator's and stay out. Schemas are the published ones, in AsyncAPI's own form (components, no $defs).
"""

from typing import Any

from event_schemas.catalogue import EVENT_TYPES, TOPICS, EventType, Topic
from event_schemas.examples import examples
from event_schemas.json_schemas import body_schema

CONTRACT_VERSION = "1.0.0"
_BINDING = "0.5.0"
_TEXT = {"type": "string", "minLength": 1}
_DESCRIPTION = (
    "Kafka topics of the E3C convocations: CloudEvents 1.0 in binary mode, JSON bodies. Every event is the full state "
    "of one aggregate at one version: keep the highest version, ignore unknown fields, read with read_committed."
)
_HEADERS: dict[str, dict[str, Any]] = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {**_TEXT, "description": "Computed from aggregate and version: a second sending bears the same id."},
    "ce_source": {**_TEXT, "description": "The service or system that sent it."},
    "ce_subject": {**_TEXT, "description": "The aggregate."},
    "ce_time": {"type": "string", "format": "date-time"},
    "content-type": {"const": "application/json"},
    "ce_correlationid": {**_TEXT, "description": "Carried from event to event."},
    "ce_causationid": {**_TEXT, "description": "`ce_id` of the event that this one follows from."},
    "traceparent": {**_TEXT, "description": "W3C Trace Context."},
}
_REQUIRED = ["ce_specversion", "ce_id", "ce_type", "ce_source", "content-type"]


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "IMAG'IN E3C",
            "version": CONTRACT_VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()},
        "operations": {key: value for topic in TOPICS.values() for key, value in _operations(topic).items()},
        "components": {
            "messages": {ce_type: _message(event) for ce_type, event in EVENT_TYPES.items()},
            "schemas": _schemas(),
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    configuration: dict[str, Any] = {"cleanup.policy": [topic.cleanup_policy], "retention.ms": topic.retention_ms}
    if topic.compaction:
        configuration["delete.retention.ms"] = topic.compaction.delete_retention_ms
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {ce_type: {"$ref": f"#/components/messages/{ce_type}"} for ce_type in topic.events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": _BINDING,
            }
        },
        "x-owner": topic.owner,
        "x-key": topic.key,
        "x-personal-data": topic.personal_data,
    }


def _operations(topic: Topic) -> dict[str, Any]:
    """Who sends and who receives: `<service>.send.<topic>`, `<service>.receive.<topic>`."""
    subject = {
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{ce_type}"} for ce_type in topic.events],
    }
    receiving = {
        f"{service}.receive.{topic.name}": {
            "action": "receive",
            **subject,
            "bindings": {"kafka": {"groupId": {"type": "string", "enum": [group]}, "bindingVersion": _BINDING}},
        }
        for service, group in topic.readers.items()
    }
    return {f"{topic.owner}.send.{topic.name}": {"action": "send", **subject}, **receiving}


def _message(event: EventType) -> dict[str, Any]:
    key = _TEXT if TOPICS[event.topic].key == "UAI" else {"type": "string", "format": "uuid"}
    cases = examples()[event.ce_type].items()
    return {
        "name": event.ce_type,
        "title": event.name,
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "properties": {"ce_type": {"const": event.ce_type}, **_HEADERS},
            "required": _REQUIRED,
        },
        "payload": {"$ref": f"#/components/schemas/{event.model.__name__}"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {"kafka": {"key": key, "bindingVersion": _BINDING}},
        "examples": [{"name": case, "payload": body.model_dump(mode="json")} for case, body in cases],
    }


def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for topic in TOPICS.values():
        body = body_schema(topic, ref_template="#/components/schemas/{model}")
        for name, schema in {**body.pop("$defs", {}), topic.model.__name__: body}.items():
            if found.setdefault(name, schema) != schema:
                raise ValueError(f"two different schemas are named {name}")
    return dict(sorted(found.items()))
