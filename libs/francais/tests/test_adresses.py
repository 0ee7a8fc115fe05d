"""One rule for an address of mail (RFC 5321, 5322; IDNA 2008)."""

from email.headerregistry import Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from francais.adresses import AdresseRefusee, adresse

TAKEN = {
    "anne.dupont@ac-exemple.invalid": "anne.dupont@ac-exemple.invalid",
    "o'neil+e3c@ac-exemple.invalid": "o'neil+e3c@ac-exemple.invalid",
    "Anne@AC-EXEMPLE.INVALID": "Anne@AC-EXEMPLE.INVALID",
    "anne@académie.invalid": "anne@xn--acadmie-eya.invalid",
    "anne@acade\u0301mie.invalid": "anne@xn--acadmie-eya.invalid",
    "anne@xn--acadmie-eya.invalid": "anne@xn--acadmie-eya.invalid",
    "anne@ÉCOLE.invalid": "anne@xn--cole-9oa.invalid",
    "anne@faß.invalid": "anne@xn--fa-hia.invalid",
    "anne@école。invalid": "anne@xn--cole-9oa.invalid",
    "anne@例え.invalid": "anne@xn--r8jz45g.invalid",
}
REFUSED = {
    "": "forme",
    "anne": "forme",
    "@b.invalid": "forme",
    "anne@": "forme",
    "a@b@c.invalid": "forme",
    "anne x@b.invalid": "forme",
    "anne@b.invalid, x@b.invalid": "forme",
    "anne@b.invalid;x@b.invalid": "forme",
    "Anne <anne@b.invalid>": "seule",
    "<anne@b.invalid>": "seule",
    '"anne x"@b.invalid': "seule",
    "mailto:anne@b.invalid": "seule",
    "MAILTO:anne@b.invalid": "seule",
    "+anne@b.invalid": "formule",
    "=1@b.invalid": "formule",
    "anne,x@b.invalid": "caractère qui n’y va pas",
    "anne..x@b.invalid": "point de trop",
    ".anne@b.invalid": "point de trop",
    "anne.@b.invalid": "point de trop",
    "anne(x)@b.invalid": "caractère qui n’y va pas",
    "rené@b.invalid": "sans accent",
    "анна@b.invalid": "sans accent",
    "anne\u00a0@b.invalid": "sans accent",
    "anne@b.invalid.": "finit par un point",
    "anne@école.invalid。": "finit par un point",
    "anne@b..invalid": "nom de domaine",
    "anne@.invalid": "nom de domaine",
    "anne@-b.invalid": "nom de domaine",
    "anne@b_c.invalid": "nom de domaine",
    "anne@b,invalid": "nom de domaine",
    "anne@b.invalid/": "nom de domaine",
    "anne@[192.0.2.1]": "nom de domaine",
    "anne@xn--a.invalid": "nom de domaine",
    "anne@ac-exemple": "manque sa fin",
    "anne@localhost": "manque sa fin",
    "anne@💩.invalid": "nom de domaine",
    f"anne@{'b' * 64}.invalid": "nom de domaine",
    "an\u200bne@b.invalid": "invisible",
    "anne@b\u00ad.invalid": "invisible",
    "anne@b.invalid\n": "invisible",
    "\ufeffanne@b.invalid": "invisible",
    f"{'a' * 65}@b.invalid": "64 caractères",
    f"a@{'b.' * 130}invalid": "254 caractères",
    f"{'a' * 64}@{('é' * 30 + '.') * 5}invalid": "254 caractères",
    f"a@{'é.' * 100}invalid": "nom de domaine",
    "a" * 9_000_000: "254 caractères",
}


@pytest.mark.parametrize(("typed", "found"), TAKEN.items(), ids=ascii)
def test_an_address_is_kept_as_typed_but_for_the_ascii_name_of_its_domain(typed, found):
    assert adresse(typed) == found


@pytest.mark.parametrize(("typed", "why"), REFUSED.items(), ids=lambda value: ascii(value)[:40])
def test_what_no_server_takes_is_refused_with_the_reason_and_cites_nothing(typed, why):
    with pytest.raises(AdresseRefusee, match=why) as refused:
        adresse(typed)
    assert not typed or typed not in str(refused.value)


@given(st.text(max_size=20), st.text(max_size=40))
def test_whatever_is_taken_is_ascii_the_same_twice_and_an_address_to_the_standard_library(local, domain):
    try:
        found = adresse(f"{local}@{domain}")
    except AdresseRefusee:
        return
    assert found.isascii()
    assert adresse(found) == found
    assert Address(addr_spec=found).addr_spec == found
