"""Texts of people made ready to be set."""

from convocation.documents.composition import une_ligne


def test_an_ordinary_text_is_what_it_would_be_beside_an_unusual_sign():
    """What needs no care goes a short way: it must be the same way."""
    unusual = "\u042f"
    for code in range(0x3000):
        text = f"a{chr(code)} {chr(code) * 3}b"
        assert une_ligne(text) == une_ligne(text + unusual).removesuffix(unusual), hex(code)
