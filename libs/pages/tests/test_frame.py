"""The frame of a page: who looks, where the page is in the menu, what a redirect says was done."""

from starlette.requests import Request

from acces.acteur import Acteur, Role
from pages.frame import menu, notices, utilisateur

MENU = (
    ("", "Missions", "/missions"),
    ("Personnes", "Annuaire", "/intervenants"),
    ("Personnes", "Import", "/intervenants/import"),
    ("Réglages", "Contact", "/contact"),
)


def active(path):
    return [one["libelle"] for group in menu(MENU, path) for one in group["entrees"] if one["actif"]]


def test_one_entry_of_the_menu_is_where_the_page_is():
    assert active("/missions") == active("/missions/1") == ["Missions"]
    assert active("/intervenants/import/1") == ["Import"]
    assert active("/intervenants/important") == ["Annuaire"]
    assert active("/missions-convoquees") == active("/") == []


def test_entries_of_one_group_unfold_together_and_a_lonely_one_stands_in_the_menu():
    groups = menu(MENU, "/intervenants/import")
    assert [(one["libelle"], len(one["entrees"]), one["actif"]) for one in groups] == [
        ("", 1, False),
        ("Personnes", 2, True),
        ("", 1, False),
    ]


def test_a_role_that_the_name_says_is_not_said_twice():
    request, fonctions = Request({"type": "http"}), {Role.CHEF: "Chef"}
    assert utilisateur(request, Acteur("1", Role.CHEF, "Dominique EXEMPLE"), fonctions)["fonction"] == "Chef"
    alone = {"fonction": "", "choix": False}
    assert utilisateur(request, Acteur("1", Role.CHEF, "Chef 1"), fonctions) == {"nom": "Chef 1"} | alone
    assert utilisateur(request, Acteur("1", Role.SERVICE), fonctions) == {"nom": "1"} | alone
    request.state.fonctions = 2
    assert utilisateur(request, Acteur("1", Role.CHEF, "Chef 1"), fonctions)["choix"]


def test_an_address_says_what_was_done_by_a_known_code_alone():
    faits = {"lue": ("Lue", "L’établissement le voit.")}

    def told(query):
        return notices(Request({"type": "http", "query_string": query}), faits)

    assert told(b"fait=lue") == [{"type": "success", "titre": "Lue", "texte": "L’établissement le voit."}]
    assert told(b"fait=%3Cscript%3E") == told(b"") == []


def test_letters_that_nobody_sees_are_told_by_their_codes_alone():
    def told(query):
        return [one["texte"] for one in notices(Request({"type": "http", "query_string": query}), {})]

    [texte] = told(b"enleves=200B.AD.7.2060")
    assert texte.startswith("U+200B (espace sans chasse), U+00AD (trait d’union conditionnel), U+0007 (caractère de")
    for hostile in (b"41", b"D800", b"%3Cb%3E", b"110000", b"FFFFF1", b"", b"..", b"200b"):
        assert told(b"enleves=" + hostile) == []
