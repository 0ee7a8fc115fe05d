"""How a posted form is read: texts without invisible letters, numbers that make sense, and what a model refuses."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData
from starlette.requests import Request

from francais.adresses import AdresseRefusee
from francais.textes import compose, enlevees, fins_de_ligne, visible

Location = tuple[int | str, ...]
"""Where pydantic found a fault: a field, then an index of its list."""


@asynccontextmanager
async def fields(request: Request, *, files: int = 0, max_fields: int = 1_500) -> AsyncIterator[FormData]:
    """`async with fields(request) as form`: `files` and `max_fields` at most, else 400.

    Which letters that nobody sees are taken out of its texts is kept, for `notices` and `see_other` to tell.
    """
    async with request.form(max_files=files, max_fields=max_fields) as form:
        typed = "".join(value for _, value in form.multi_items() if isinstance(value, str))
        request.state.enleves = enlevees(typed)
        yield form


def texts(form: FormData, name: str) -> list[str]:
    """Every text of that name, without what nobody sees in it, accents composed, lines ended by LF alone; no file."""
    return [compose(visible(fins_de_ligne(value)).strip()) for value in form.getlist(name) if isinstance(value, str)]


def text(form: FormData, name: str) -> str:
    """The last text of that name, else an empty one: a button overrides a hidden field before it."""
    return (texts(form, name) or [""])[-1]


def whole_number(typed: str, *, digits: int = 9) -> int:
    """The number that was typed, of `digits` at most; 0 for what is none: no version and no revision is 0."""
    return int(typed) if typed.isdecimal() and len(typed) <= digits else 0


def page_number(typed: str) -> int:
    """The page that an address asks for, from 1; what makes no sense is the first."""
    return whole_number(typed, digits=5) or 1


def version_of(form: FormData) -> int:
    """The version that a form was filled from; 0 where it says none."""
    return whole_number(text(form, "version"))


def field_of(location: Location) -> str:
    """The model's field that pydantic refuses; empty for a rule over several."""
    return str(location[0]) if location else ""


def faults(
    model: type[BaseModel],
    body: Mapping[str, object],
    sentences: Mapping[str, str],
    id_of: Callable[[Location], str] = field_of,
) -> list[dict[str, str]]:
    """What `model` refuses in `body`, once a field of the form: its id, and a sentence.

    `sentences`: by the model's field; "" for a rule over several. `id_of`: where the form's field has another id.
    What is wrong with an address is told beside.
    """
    try:
        model.model_validate(body)
    except ValidationError as error:
        told = {id_of(one["loc"]): _sentence(one, sentences) for one in error.errors()}
        return [{"champ": champ, "texte": texte} for champ, texte in told.items()]
    return []


def _sentence(one: ErrorDetails, sentences: Mapping[str, str]) -> str:
    sentence, cause = sentences.get(field_of(one["loc"]), "Cette valeur ne va pas."), one.get("ctx", {}).get("error")
    return f"{sentence} {cause}" if isinstance(cause, AdresseRefusee) and one["input"] else sentence
