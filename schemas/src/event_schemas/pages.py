"""The integrators' two pages that nobody writes by hand: the topics, and what each field tells about a person."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from event_schemas.catalogue import TOPICS, Topic
from event_schemas.json_schemas import body_schema, name
from event_schemas.state import PERSONAL

FOLDER = "docs/integrateurs"
_GENERATED = "<!-- Écrit par `python -m event_schemas generate` : ne pas modifier à la main. -->"
_BODIES = (
    "La même indication est dans chaque JSON Schema, au mot-clé `x-donnees-personnelles`. Aucun corps ne porte "
    "d’adresse, de courriel, de téléphone, de date de naissance ni d’observation."
)
_HEADERS = (
    "Hors du corps, sur les topics de convocations, de droits et de réponses : la clé et `ce_subject` valent "
    "`convocation_id`, et `ce_id` en est calculé (pseudonymes) ; `ce_correlationid`, `ce_causationid` et `traceparent` "
    "relient des événements entre eux, donc indirectement à une personne."
)
_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
_SYSTEMS = {"cyclades": "Cyclades", "santorin": "SANTORIN"}
_KEYS = {"UAI": "UAI", "mission id": "`mission_id`", "convocation id": "`convocation_id`"}
KINDS = {
    "identité": "désigne la personne",
    "pseudonyme": "désigne la personne pour qui a aussi le topic des convocations ou des droits",
    "situation": "dit quelque chose de la personne que le corps désigne : établissement, mission, rôle, dates, droit",
    "dérivée": "empreinte de tout le corps : aussi personnelle que lui",
    "texte libre": "ne doit rien dire d’une personne ; le contrat ne peut pas l’empêcher",
    "aucune": "rien d’une personne",
}
"""The words of `x-donnees-personnelles` and what they mean."""


def pages() -> dict[str, str]:
    """Each generated page by its name."""
    return {"topics.md": _topics(), "donnees-personnelles.md": _personal_data()}


class Field(NamedTuple):
    """A field of a body: its path (`epreuves[].code`), its JSON Schema, whether it must be there, its kind or ""."""

    path: str
    schema: dict[str, Any]
    required: bool
    kind: str


def fields(schema: dict[str, Any], node: dict[str, Any] | None = None, prefix: str = "") -> Iterator[Field]:
    """Every field of a body's schema; a part stands for its fields."""
    whole = schema if node is None else node
    for name_, value in whole["properties"].items():
        items = "[]" if "items" in value else ""
        reference = value.get("items", value).get("$ref")
        if reference:
            part = schema["$defs"][reference.rpartition("/")[2]]
            yield from fields(schema, part, f"{prefix}{name_}{items}.")
        else:
            yield Field(prefix + name_, value, name_ in whole.get("required", ()), value.get(PERSONAL, ""))


def _topics() -> str:
    rows = [
        f"| `{topic.name}` | {_system(topic.owner)} | {_readers(topic)} | {_KEYS[topic.key]} | {topic.partitions} "
        f"| {_retention(topic)} |"
        for topic in sorted(TOPICS.values(), key=lambda topic: (".internal." in topic.name, topic.name))
    ]
    events = [
        f"| `{ce_type}` | `{topic.name}` | [{name(topic)}](../../schemas/json/{name(topic)}.schema.json) "
        f"| [exemples](../../schemas/examples/{ce_type}/) |"
        for topic in TOPICS.values()
        for ce_type in topic.events
    ]
    compacted = [_compaction(topic) for topic in TOPICS.values() if topic.compaction]
    head = [
        "# Les topics",
        _GENERATED,
        "Les topics `internal` ne sont pas pour les intégrateurs : ils peuvent changer.",
    ]
    table = [
        "| topic | écrit par | lu par (groupe) | clé | partitions | conservation |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    types = ["| `ce_type` | topic | JSON Schema | exemples |", "|---|---|---|---|", *events]
    return "\n\n".join([*head, "\n".join(table), *compacted, "## Les événements", "\n".join(types)]) + "\n"


def _system(service: str) -> str:
    return _SYSTEMS.get(service, f"IMAG’IN, {service}")


def _readers(topic: Topic) -> str:
    return "<br>".join(f"{_system(service)} (`{group}`)" for service, group in topic.readers.items())


def _retention(topic: Topic) -> str:
    return "sans limite, compacté" if topic.compaction else f"{topic.retention_ms // _DAY_MS} jours"


def _compaction(topic: Topic) -> str:
    compaction = topic.compaction
    assert compaction is not None
    return (
        f"`{topic.name}` : un enregistrement reste lisible au moins {compaction.min_compaction_lag_ms // _HOUR_MS} h ; "
        "ensuite Kafka ne garde que le dernier de chaque clé. Une suppression (valeur nulle) reste lisible "
        f"{compaction.delete_retention_ms // _DAY_MS} jours, puis la clé disparaît."
    )


def _personal_data() -> str:
    meanings = ["| mot | sens |", "|---|---|", *(f"| {kind} | {meaning} |" for kind, meaning in KINDS.items())]
    parts = ["# Données personnelles, champ par champ", _GENERATED, _BODIES, _HEADERS, "\n".join(meanings)]
    for topic in TOPICS.values():
        if ".public." in topic.name:
            rows = [f"| `{field.path}` | {field.kind} |" for field in fields(body_schema(topic))]
            parts += [f"## `{topic.name}`", "\n".join(["| champ | donnée personnelle |", "|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"
