"""The two AsyncAPI 3.0.0 documents, made from the catalogue: FastStream's own is empty for raw batches (D34, 0053).

One is for integrators, of the public topics; the other of those that our services keep to themselves. Schemas are the
published ones, in AsyncAPI's own form (components, no $defs).
"""

from typing import Any

from event_schemas.catalogue import EVENT_TYPES, INSCRIPTIONS, TOPICS, EventType, Topic
from event_schemas.examples import examples
from event_schemas.json_schemas import body_schema

CONTRACT_VERSION = "1.2.0"
SITE = "https://imagin-e3c.invalid/documentation/integrateurs"
"""The kit's address where nobody said it (chassis.problem.NOWHERE): the operator publishes it where he likes."""
_BINDING = "0.5.0"
_TEXT = {"type": "string", "minLength": 1}
_HOW = (
    "CloudEvents 1.0 en mode binaire, corps en JSON. Chaque événement est l’état complet d’une chose, à une version : "
    "gardez la plus haute, ignorez les champs inconnus, lisez en `read_committed`."
)
_PUBLIC = f"Les topics de Kafka que SANTORIN et Cyclades lisent et écrivent. {_HOW}"
_INTERNAL = f"Les topics que les services d’IMAG’IN gardent pour eux : ils peuvent changer sans préavis. {_HOW}"
_KINDS = {"public": "Pour les intégrateurs.", "internal": "Entre services d’IMAG’IN ; peut changer sans préavis."}
_HEADERS: dict[str, dict[str, Any]] = {
    "ce_specversion": {"const": "1.0", "description": "La version de CloudEvents."},
    "ce_id": {**_TEXT, "description": "Calculé de la chose et de sa version : un second envoi porte le même."},
    "ce_source": {
        **_TEXT,
        "format": "uri-reference",
        "description": "Qui l’a envoyé : `/imagin/<service>` pour IMAG’IN, une référence d’URI.",
    },
    "ce_subject": {**_TEXT, "description": "La chose dont il s’agit : la clé de l’enregistrement."},
    "ce_time": {"type": "string", "format": "date-time", "description": "Quand le changement a été enregistré."},
    "content-type": {"const": "application/json", "description": "Le type du corps."},
    "ce_correlationid": {**_TEXT, "description": "Repris d’événement en événement."},
    "ce_causationid": {**_TEXT, "description": "`ce_id` de l’événement dont celui-ci découle."},
    "traceparent": {**_TEXT, "description": "W3C Trace Context."},
}
_ENVELOPE = {
    "specversion": {"const": "1.0", "description": "La version de CloudEvents."},
    "id": {**_TEXT, "description": "Un par révision ; le même pour un renvoi."},
    "source": {**_TEXT, "format": "uri-reference", "description": "Qui l’a envoyé, une référence d’URI."},
}
_MODES = {
    "structure": ("application/cloudevents+json", "Mode structuré : l’enveloppe et le corps sont un objet JSON."),
    "lot": ("application/cloudevents-batch+json", "Lot : de un à cent événements en mode structuré, de la même clé."),
}
"""Of what others write and we read, beside binary mode (0058): suffix → content type and what it is."""
_REQUIRED = ["ce_specversion", "ce_id", "ce_type", "ce_source", "content-type"]


def documents() -> dict[str, dict[str, Any]]:
    """Each document by the name of its file."""
    return {"asyncapi.json": document(), "asyncapi-interne.json": document(kind="internal")}


def document(kind: str = "public") -> dict[str, Any]:
    """The whole document of the public topics, or of the internal ones."""
    topics = [topic for topic in TOPICS.values() if topic.kind == kind]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "IMAG’IN E3C" if kind == "public" else "IMAG’IN E3C, topics internes",
            "version": CONTRACT_VERSION,
            "description": _PUBLIC if kind == "public" else _INTERNAL,
            "contact": {"name": "Kit des intégrateurs", "url": f"{SITE}/kit.html"},
            "license": {"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"},
            "tags": [_tag(kind)],
        },
        "servers": {"exploitant": _server()},
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {key: value for topic in topics for key, value in _operations(topic).items()},
        "components": {
            "messages": {name: message for topic in topics for name, message in _messages(topic).items()},
            "schemas": _schemas(topics),
            "securitySchemes": {
                "compte": {
                    "type": "scramSha512",
                    "description": "Le compte que l’exploitant remet, sur TLS. Ses droits : les topics de son système.",
                }
            },
        },
    }


def _server() -> dict[str, Any]:
    hote = {"default": "kafka.imagin-e3c.invalid:9093", "description": "Hôte et port, que l’exploitant donne."}
    return {
        "host": "{hote}",
        "protocol": "kafka-secure",
        "description": "Le Kafka de l’exploitant, par TLS.",
        "variables": {"hote": hote},
        "security": [{"$ref": "#/components/securitySchemes/compte"}],
    }


def _tag(kind: str) -> dict[str, str]:
    return {"name": kind, "description": _KINDS[kind]}


def _channel(topic: Topic) -> dict[str, Any]:
    configuration: dict[str, Any] = {"cleanup.policy": [topic.cleanup_policy], "retention.ms": topic.retention_ms}
    if topic.compaction:
        configuration["delete.retention.ms"] = topic.compaction.delete_retention_ms
    return {
        "address": topic.name,
        "description": topic.description,
        "tags": [_tag(topic.kind)],
        "servers": [{"$ref": "#/servers/exploitant"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _messages(topic)},
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
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in _messages(topic)],
        "tags": [_tag(topic.kind)],
    }
    receiving = {
        f"{service}.receive.{topic.name}": {
            "action": "receive",
            "summary": f"{service} lit {topic.name}.",
            **subject,
            "bindings": {"kafka": {"groupId": {"type": "string", "enum": [group]}, "bindingVersion": _BINDING}},
        }
        for service, group in topic.readers.items()
    }
    sending = {"action": "send", "summary": f"{topic.owner} écrit {topic.name}.", **subject}
    return {f"{topic.owner}.send.{topic.name}": sending, **receiving}


def _messages(topic: Topic) -> dict[str, Any]:
    """The messages of a topic by name: each event type, and its other modes where it is read in them."""
    messages = {ce_type: _message(EVENT_TYPES[ce_type]) for ce_type in topic.events}
    if topic.name == INSCRIPTIONS:
        for ce_type in topic.events:
            messages |= {f"{ce_type}.{mode}": _of_mode(EVENT_TYPES[ce_type], mode) for mode in _MODES}
    return messages


def _of_mode(event: EventType, mode: str) -> dict[str, Any]:
    media, told = _MODES[mode]
    data = {"$ref": f"#/components/schemas/{event.model.__name__}"}
    kind = {"const": event.ce_type, "description": "Le type de l’événement."}
    one = {
        "type": "object",
        "description": "Un événement CloudEvents 1.0 ; d’autres attributs sont permis.",
        "properties": {**_ENVELOPE, "type": kind, "data": data},
        "required": [*_ENVELOPE, "type", "data"],
    }
    [first, *_] = examples()[event.ce_type].values()
    envelope = {
        "specversion": "1.0",
        "type": event.ce_type,
        "id": "cloture-1",
        "source": f"/{event.topic.split('.')[0]}",
    }
    example: Any = {**envelope, "data": first.model_dump(mode="json")}
    many = {"type": "array", "description": told, "items": one, "minItems": 1, "maxItems": 100}
    return {
        "name": event.ce_type,
        "title": f"{event.name} ({mode})",
        "summary": told,
        "contentType": media,
        "headers": {
            "type": "object",
            "properties": {
                "content-type": {"const": media, "description": "Ce qui dit le mode."},
                "traceparent": _HEADERS["traceparent"],
            },
            "required": ["content-type"],
        },
        "payload": many if mode == "lot" else one,
        "bindings": {"kafka": {"key": _TEXT, "bindingVersion": _BINDING}},
        "examples": [{"name": mode, "payload": [example] if mode == "lot" else example}],
        "x-mode": mode,
    }


def _message(event: EventType) -> dict[str, Any]:
    key = _TEXT if TOPICS[event.topic].key == "UAI" else {"type": "string", "format": "uuid"}
    cases = examples()[event.ce_type].items()
    schema = {
        "type": "string",
        "format": "uri",
        "description": "Où lire le JSON Schema du corps ; IMAG’IN l’écrit, pour les autres il est facultatif.",
        "examples": [f"{SITE}/schemas/{event.ce_type}.json"],
    }
    return {
        "name": event.ce_type,
        "title": event.name,
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "properties": {
                "ce_type": {"const": event.ce_type, "description": "Le type de l’événement."},
                **_HEADERS,
                "ce_dataschema": schema,
            },
            "required": _REQUIRED,
        },
        "payload": {"$ref": f"#/components/schemas/{event.model.__name__}"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {"kafka": {"key": key, "bindingVersion": _BINDING}},
        "examples": [{"name": case, "payload": body.model_dump(mode="json")} for case, body in cases],
    }


def _schemas(topics: list[Topic]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for topic in topics:
        body = body_schema(topic, ref_template="#/components/schemas/{model}")
        for name, schema in {**body.pop("$defs", {}), topic.model.__name__: body}.items():
            if found.setdefault(name, schema) != schema:
                raise ValueError(f"two different schemas are named {name}")
    return dict(sorted(found.items()))
