"""What all event bodies share: strict, frozen, no value in error texts, a version and a hash (design.md, D35)."""

import hashlib
from typing import Annotated, Any, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MAX_INT = 2**31 - 1
Text = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{0,31}$")]
Academie = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
Version = Annotated[int, Field(ge=1, le=MAX_INT)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Body(BaseModel):
    """Part of an event body. Unknown fields are tolerated: an older reader reads a newer writer."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True, allow_inf_nan=False)


def digest(content: Any) -> str:
    """SHA-256 over the canonical JSON (keys sorted), in hexadecimal."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


class State(Body):
    """The full state of one of our aggregates at one version; `hash` is over everything else."""

    version: Version
    hash: Hash

    @property
    def aggregate(self) -> str:
        raise NotImplementedError

    @property
    def key(self) -> str:
        """The record's key: the aggregate."""
        return self.aggregate

    @classmethod
    def create(cls, **fields: Any) -> Self:
        """The state with its hash. Raises pydantic.ValidationError."""
        content = {name: value.model_dump() if isinstance(value, Body) else value for name, value in fields.items()}
        return cls(**fields, hash=digest(content))

    def to_bytes(self) -> bytes:
        return self.__pydantic_serializer__.to_json(self)
