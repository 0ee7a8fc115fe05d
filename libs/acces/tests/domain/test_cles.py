"""Keys of one purpose: one seals, all are read; no key is of two purposes."""

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from acces.cles import Cles
from acces.settings import Trousseau, cles, refuse_shared

TOKENS = "key-of-the-tokens-" * 2
LINKS, CODES, OLD = "key-of-the-links-" * 2, "key-of-the-codes-" * 2, "key-before-them-all-" * 2


class Given(BaseModel):
    keys: Trousseau


def test_the_first_key_seals_and_all_are_read():
    before, after = Cles([OLD]), Cles([LINKS, OLD])
    sealed = before.seal(b"use", b"content", 16)
    assert (len(sealed), after.verify(b"use", b"content", sealed)) == (16, True)
    assert after.seal(b"use", b"content", 16) == Cles([LINKS]).seal(b"use", b"content", 16) != sealed
    assert not before.verify(b"use", b"content", after.seal(b"use", b"content", 16))


def test_a_seal_is_of_one_use_one_content_and_whole():
    one = Cles([LINKS])
    sealed = one.seal(b"use", b"content", 16)
    assert one.verify(b"use", b"content", sealed)
    assert not one.verify(b"other", b"content", sealed)
    assert not one.verify(b"use", b"contents", sealed)
    for cut in (b"", sealed[:1], sealed[:7]):
        assert not one.verify(b"use", b"content", cut)


@pytest.mark.parametrize("given", [f"{LINKS},{OLD}", f" {LINKS} , {OLD},", f"{LINKS}\n{OLD}\n"])
def test_several_keys_stand_with_commas_or_a_line_each(given):
    read = cles(Given(keys=given).keys)
    for key in (LINKS, OLD):
        assert read.verify(b"use", b"x", Cles([key]).seal(b"use", b"x", 16))
    assert read.seal(b"use", b"x", 16) == Cles([LINKS]).seal(b"use", b"x", 16)


@pytest.mark.parametrize(
    "given",
    [
        "",
        ",",
        "too-short-secret",
        f"{LINKS},too-short-secret",
        "CHANGE-ME-CHANGE-ME-CHANGE-ME-CHANGE-ME",
        f"{LINKS},change-me-change-me-change-me-change-me",
        f"{LINKS},{'k' * 40}",
    ],
)
def test_a_purpose_without_a_key_or_with_a_weak_one_even_an_old_one_is_refused(given):
    with pytest.raises(ValidationError, match="key"):
        Given(keys=given)


@pytest.mark.parametrize(
    ("links", "codes", "other"),
    [
        (LINKS, LINKS, "CODES"),
        (LINKS, f"{CODES},{LINKS}", "CODES"),
        (TOKENS, CODES, "IMAGIN_TOKEN_KEY"),
    ],
)
def test_the_key_that_seals_for_one_purpose_is_held_for_no_other(links, codes, other):
    with pytest.raises(ValueError, match=f"LINKS: it seals with a key of {other}") as refused:
        refuse_shared(SecretStr(TOKENS), {"LINKS": SecretStr(links), "CODES": SecretStr(codes)})
    assert links not in str(refused.value)


def test_the_one_key_of_before_may_be_an_old_one_of_all():
    old = {"LINKS": SecretStr(f"{LINKS},{TOKENS}"), "CODES": SecretStr(f"{CODES},{TOKENS}"), "UNSET": None}
    refuse_shared(SecretStr(TOKENS), old)
    refuse_shared(None, old)
