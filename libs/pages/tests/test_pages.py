"""What every page promises whatever it shows: headers, escaping, French, addresses that a browser may keep."""

import re
from datetime import date

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jinja2 import PackageLoader, UndefinedError
from pydantic import ValidationError
from starlette.requests import Request

from pages import Pages, cible
from pages.settings import PagesSettings
from pages.static_files import OURS

HOSTILE = "<script>alert('1')</script>\" onfocus=\"alert(2)"
FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#affectation-contenu"}


def request(path="/missions/1", method="GET", query="", **headers):
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": raw}
    return Request(scope | {"server": ("localhost", 80), "scheme": "http"})


def rendered(pages, source, **context):
    return pages.environment.from_string(source).render(**context)


def macro(pages, name, call, **context):
    return rendered(pages, f'{{% from "macros.html" import {name} %}}{call}', **context)


def test_a_page_is_never_stored_and_loads_from_its_own_host_alone(pages):
    headers = pages.render(
        request(), "erreur.html", status=404, titre="Page inconnue", texte="Vérifiez l’adresse."
    ).headers
    assert headers["cache-control"] == "no-store"
    policy = dict(one.strip().split(" ", 1) for one in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["connect-src"] == "'self'"
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
    assert headers["x-frame-options"] == "DENY"


def test_no_template_or_script_of_ours_needs_what_the_policy_forbids(pages):
    for name in pages.environment.loader.loaders[1].list_templates():
        source = re.sub(
            r"\{#.*?#\}", "", pages.environment.loader.get_source(pages.environment, name)[0], flags=re.DOTALL
        )
        assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|<style|<script(?! src=)|https?://", source), name


def test_the_error_page_says_what_happened_and_the_way_back(pages):
    answer = pages.render(
        request(), "erreur.html", status=409, titre="Trop tard", texte=["Une phrase.", "Une autre."],
        retour={"libelle": "Revenir à la mission", "url": "/missions/1"},
    )  # fmt: skip
    text = answer.body.decode()
    assert answer.status_code == 409
    assert "<title>Trop tard — IMAG’IN E3C</title>" in text
    assert "Erreur 409" in text
    assert "<p>Une autre.</p>" in text
    assert re.search(r'href="/missions/1">Revenir à la mission', text)


def test_the_title_says_that_there_are_errors(pages):
    answer = pages.render(
        request(), "erreur.html", titre="Signature", texte="", erreurs=[{"champ": "nom", "texte": "Écrivez le nom."}]
    )
    assert "<title>Erreur&nbsp;: Signature — IMAG’IN E3C</title>" in answer.body.decode()


def test_a_page_that_answers_a_request_for_a_fragment_replaces_the_page_and_its_address(pages):
    context = {"titre": "Mission", "texte": ""}
    plain = pages.render(request(), "erreur.html", **context)
    assert "hx-retarget" not in plain.headers
    redirected = pages.render(request("/missions/é", query="page=2", **FRAGMENT), "erreur.html", **context).headers
    assert (redirected["hx-retarget"], redirected["hx-reselect"]) == ("body", "body")
    assert redirected["hx-push-url"] == "/missions/%C3%A9?page=2"
    same = pages.render(request(**FRAGMENT, HX_Current_URL="http://localhost/missions/1"), "erreur.html", **context)
    assert "hx-push-url" not in same.headers
    refused = pages.render(request(method="POST", **FRAGMENT), "erreur.html", status=403, **context).headers
    assert refused["hx-retarget"] == "body"
    assert "hx-push-url" not in refused


def test_a_client_that_takes_a_part_of_the_page_gets_the_page_unless_it_is_refused(pages):
    selecting = {"HX-Request": "true", "HX-Request-Type": "full"}
    for status, retargets in ((200, False), (422, False), (403, True), (503, True)):
        answer = pages.render(request(**selecting), "erreur.html", status=status, titre="", texte="")
        assert ("hx-retarget" in answer.headers) is retargets


def test_one_template_is_a_page_and_a_fragment(pages):
    assert cible(request(**FRAGMENT)) == "affectation-contenu"
    assert cible(request()) == ""
    fragment = pages.render(request(**FRAGMENT), "affectation.html", personnes=[])
    page = pages.render(request(), "affectation.html", personnes=[])
    assert fragment.body.lstrip().startswith(b"<form")
    assert "hx-retarget" not in fragment.headers
    assert page.body.lstrip().startswith(b"<!DOCTYPE html>")


MACROS = {
    "champ_texte": "(h, h, valeur=h, aide=h, erreur=h, id=h, type=h, largeur=h, attributs={'data-x': h})",
    "champ_date": "(h, h, valeur=h, min=h, max=h, aide=h, erreur=h, id=h, attributs={'data-x': h})",
    "zone_de_texte": "(h, h, valeur=h, aide=h, erreur=h, id=h, lignes=h, attributs={'data-x': h})",
    "champ_selection": "(h, h, [(h, h)], valeur=h, vide=h, aide=h, erreur=h, id=h, attributs={'data-x': h})",
    "champ_fichier": "(h, h, accepte=h, aide=h, erreur=h, id=h, attributs={'data-x': h})",
    "champ_recherche": "(h, h, h, h, resultats=h, bouton=h, aide=h, autonome=false, action=(h, h), attributs={'x': h})",
    "case_a_cocher": "(h, h, valeur=h, aide=h, erreur=h, id=h, attributs={'data-x': h})",
    "groupe_de_cases": "(h, h, [{'valeur': h, 'libelle': h, 'aide': h}], h, h, id=h, compte=(h, h), envoi=(h, h, h))",
    "compteur": "(h, 2, h, h)",
    "icone": "(h)",
    "bouton": "(h, h, url=h, attributs={'data-x': h})",
    "badge": "(h, h)",
    "alerte": "('error', h, h)",
    "resume_erreurs": "([{'champ': h, 'texte': h}, {'champ': '', 'texte': h}], id=h)",
    "pagination": "(1, 3, vers)",
    "dialogue": "(h, h)",
    "ouvrir_dialogue": "(h, h, h, champs={h: h}, attributs={'data-x': h})",
}


def test_every_macro_is_tried_with_hostile_text(pages):
    module = pages.environment.get_template("macros.html").module
    assert {name for name in dir(module) if not name.startswith("_")} == {*MACROS, "tableau"}


@pytest.mark.parametrize("name", MACROS)
def test_no_parameter_of_a_macro_lets_markup_through(pages, name):
    text = macro(pages, name, f"{{{{ {name}{MACROS[name]} }}}}", h=HOSTILE, vers=lambda _: HOSTILE)
    assert "<script" not in text
    assert '" onfocus' not in text
    assert "&lt;script&gt;" in text


def test_no_parameter_of_a_table_or_of_the_layout_lets_markup_through(pages):
    link, h = {"libelle": HOSTILE, "url": HOSTILE, "actif": True}, HOSTILE
    group = {"libelle": h, "entrees": [link], "actif": True}
    table = "{% call tableau(h, [h, {'libelle': h, 'classe': h}], id=h) %}<tr><td>{{ h }}</td></tr>{% endcall %}"
    assert "<script" not in macro(pages, "tableau", table, h=HOSTILE)
    answer = pages.render(
        request(), "erreur.html", titre=h, texte=h, retour=link,
        menu=[group, group | {"libelle": ""}], menu_groupe=h, fil=[link, link], pied=[link],
        utilisateur={"nom": h, "fonction": h}, contexte={"etablissement": h, "uai": h, "session": h, "liens": [link]},
        avis=[{"type": "info", "titre": h, "texte": h}],
    )  # fmt: skip
    text = answer.body.decode()
    assert re.findall(r"<script(?! src=)", text) == []
    assert text.count("&lt;script&gt;") == 25
    assert '" onfocus' not in text


def test_a_name_that_the_context_lacks_is_an_error_not_a_hole(pages):
    with pytest.raises(UndefinedError, match="inconnu"):
        rendered(pages, "{{ inconnu }}")
    with pytest.raises(UndefinedError, match="titre"):
        pages.render(request(), "erreur.html")


def test_a_text_that_begins_by_a_line_break_stays_as_it_was_typed(pages):
    assert ">\n\nBonjour</textarea>" in macro(pages, "zone_de_texte", "{{ zone_de_texte('t', 'T', '\\nBonjour') }}")


def test_an_error_stands_next_to_its_field_and_is_linked_to_it(pages):
    field = macro(
        pages,
        "champ_date",
        "{{ champ_date('jour', 'Date', jour, min=jour, erreur='Choisissez une date.') }}",
        jour=date(2027, 2, 1),
    )
    assert ' value="2027-02-01" required aria-invalid="true" aria-describedby="jour-erreur" min="2027-02-01">' in field
    assert '<p class="fr-message fr-message--error" id="jour-erreur">Erreur&nbsp;: Choisissez une date.</p>' in field
    assert "max=" not in field


def test_a_field_is_required_unless_its_label_says_optional(pages):
    field = macro(
        pages, "champ_selection", "{{ champ_selection('q', 'Qualité', [(1, 'Un'), (2, 'Deux')], 2, optionnel=true) }}"
    )
    assert "Qualité (optionnel)" in field
    assert "required" not in field
    assert '<option value="2" selected>Deux</option>' in field


def test_pages_near_the_current_one_are_links_and_the_others_are_left_out(pages):
    shown = macro(pages, "pagination", "{{ pagination(6, 12, vers) }}", vers=lambda n: f"?page={n}")
    assert re.findall(r">([\d…]+)<", shown) == ["1", "…", "5", "6", "7", "…", "12"]
    assert '<a class="fr-pagination__link" aria-current="page">6</a>' in shown
    assert macro(pages, "pagination", "{{ pagination(1, 1, vers) }}", vers=str).strip() == ""


def test_filters_are_at_hand_in_templates(pages):
    source = "{{ jour|date_longue }}, {{ [jour]|dates_longues }}, {{ 1234|nombre }}, {{ 2|pluriel('an', 'ans') }}"
    source += ", {{ e|erreur_de('a') }}"
    text = rendered(pages, source, jour=date(2027, 1, 1), e=[{"champ": "a", "texte": "Oui"}])
    assert text == "vendredi 1er janvier 2027, vendredi 1er janvier 2027, 1\u202f234, 2 ans, Oui"


@pytest.fixture
def dsfr(tmp_path):
    """A folder as the operator would mount it."""
    (tmp_path / "fonts").mkdir()
    (tmp_path / "dsfr.min.css").write_text("body { color: black }")
    (tmp_path / "fonts" / "a.woff2").write_bytes(b"font")
    return tmp_path


def test_a_static_file_is_kept_for_ever_at_the_address_that_bears_its_hash(monkeypatch):
    app = FastAPI()
    monkeypatch.syspath_prepend(str(__file__).rsplit("/", 1)[0])
    address = rendered(
        Pages(app, templates=PackageLoader("demo_pages", "web/templates")), "{{ statique('imagin.css') }}"
    )
    assert re.fullmatch(r"/statique/imagin\.css\?v=[0-9a-f]{12}", address)
    with TestClient(app) as client:
        kept = client.get(address)
        assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert kept.headers["content-type"].startswith("text/css")
        assert client.get("/statique/imagin.css?v=000000000000").headers["cache-control"] == "no-cache"
        assert client.get("/statique/inconnu.css").status_code == 404
        assert client.get("/statique/../__init__.py").status_code == 404


def test_a_static_file_that_is_not_there_is_a_mistake_of_the_template(pages):
    with pytest.raises(FileNotFoundError):
        rendered(pages, "{{ statique('inconnu.css') }}")


def test_the_official_skin_is_the_operators_own_copy(dsfr, monkeypatch):
    app = FastAPI()
    monkeypatch.syspath_prepend(str(__file__).rsplit("/", 1)[0])
    pages = Pages(app, templates=PackageLoader("demo_pages", "web/templates"), theme="dsfr", dsfr_dir=dsfr)
    text = pages.render(request(), "erreur.html", titre="", texte="").body.decode()
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
    assert [sheet.split("?")[0] for sheet in sheets] == ["/statique/dsfr/dsfr.min.css", "/statique/complements.css"]
    with TestClient(app) as client:
        assert client.get(sheets[0]).text == "body { color: black }"
        assert client.get("/statique/dsfr/fonts/a.woff2").content == b"font"
        assert client.get("/statique/imagin.js").status_code == 200


SETTINGS = {"database_url": "postgresql://x", "kafka_bootstrap": "x:1", "token_key": "key-of-the-tests-" * 3}


@pytest.mark.parametrize("missing", [None, "nowhere", "empty"])
def test_the_official_skin_without_its_folder_stops_the_start(tmp_path, dsfr, missing):
    (tmp_path / "empty").mkdir()
    PagesSettings(**SETTINGS, theme="dsfr", dsfr_dir=dsfr)
    with pytest.raises(ValidationError, match=r"IMAGIN_DSFR_DIR: .* dsfr\.min\.css"):
        PagesSettings(**SETTINGS, theme="dsfr", dsfr_dir=missing and tmp_path / missing)


def test_a_theme_that_does_not_exist_stops_the_start():
    with pytest.raises(ValidationError, match="'imagin' or 'dsfr'"):
        PagesSettings(**SETTINGS, theme="marine")


def test_the_neutral_skin_bears_no_state_sign(pages):
    text = pages.render(request(), "erreur.html", titre="", texte="").body.decode()
    sheets = "".join(path.read_text() for path in OURS.iterdir() if path.suffix in {".css", ".svg"})
    assert not re.search("République|fr-logo", text)
    assert not re.search("#000091|#e1000f|marianne", sheets, re.IGNORECASE)
