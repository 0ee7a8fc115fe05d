"""What the notifier is answered at sending time: everything that says what a version is (R24, R40, R43–R46)."""

import asyncio
import subprocess
from base64 import b64decode
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
import pytest_asyncio

from testkit.programs import find_program

JOUR, AUTRE = "2099-03-05", "2099-03-09"
INCONNUE = "00000000-0000-0000-0000-000000000001"


async def ask(world, *demandes):
    """Answers for (convocation, version, other fields) in one request."""
    body = {"demandes": [{"convocation_id": one, "version": version, **more} for one, version, more in demandes]}
    answer = await world.notifier.post("/api/envois", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["envois"]


def printed(pdf):
    command = [find_program("pdftotext", "poppler-utils"), "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


async def change(world, convocation_id, version, **saisie):
    headers = {"If-Match": f'"{version}"'}
    answer = await world.chef.put(f"/api/convocations/{convocation_id}", {"dates": [JOUR], **saisie}, **headers)
    assert answer.status_code == 200, answer.text


@pytest_asyncio.fixture(loop_scope="session")
async def une(open_world):
    """One convocation, changed once: version 2 stands."""
    made = await open_world.chef.convoque(open_world.hg, "100", dates=[JOUR], observation="Salle 12", qualite=None)
    id_ = made.json()["convocations"][0]["convocation_id"]
    await change(open_world, id_, 1, dates=[JOUR, AUTRE], observation="Salle 14")
    return id_


async def test_an_envoi_says_all_that_a_mail_and_its_attachments_need(open_world, une):
    contact = {"nom": "Bureau des examens", "courriel": "dec@ac-x.invalid", "telephone": "0", "horaires": "9 h"}
    assert (await open_world.gestionnaire.put("/api/academies/10/contact", contact)).status_code == 200
    joindre = {"telephone": "04 72 00 00 00", "courriel": "secretariat@ac-exemple.fr", "version": ""}
    assert (await open_world.browser("chef").post("/coordonnees/0699001J", joindre)).status_code == 303
    [told] = await ask(open_world, (une, 2, {"dite": 1}))
    lien, document, calendrier = told.pop("lien"), told.pop("document"), told.pop("calendrier")
    assert told == {
        "convocation_id": une,
        "version": 2,
        "status": 200,
        "nature": "MODIFICATION",
        "lue": False,
        "relancee": False,
        "signature_ajoutee": False,
        "courriel": "100@ac-exemple.invalid",
        "civilite": "Mme",
        "nom": "BŒUF",
        "prenom": "Élodie",
        "type": "CORRECTION",
        "libelle": "Histoire-géographie",
        "voie": "GENERALE",
        "session": "2020-E3C1",
        "academie": "10",
        "etablissement": {"uai": "0699001J", "nom": "LYCEE 0699001J", "commune": "VILLE"},
        "qualite_libelle": "Correcteur Santorin",
        "dates": [JOUR, AUTRE],
        "observation": "Salle 14",
        "motif": None,
        "reponse_empechement": None,
        "joindre": "04 72 00 00 00, secretariat@ac-exemple.fr",
        "signataire": None,
        "reponse": {"nom": "Bureau des examens", "courriel": "dec@ac-x.invalid"},
        "precedente": {"qualite_libelle": "Correcteur Santorin", "dates": [JOUR], "observation": "Salle 12"},
    }
    assert lien.startswith("http://localhost:8000/lien/")
    name = f"convocation-histoire-geographie-0699001j-{une[:8]}-v2"
    assert document["nom"] == f"{name}.pdf"
    assert "LYCEE 0699001J, VILLE, 04 72 00 00 00, secretariat@ac-exemple.fr" in " ".join(
        printed(b64decode(document["octets"])).split()
    )
    assert (calendrier["nom"], calendrier["methode"]) == (f"{name}.ics", "REQUEST")
    assert calendrier["texte"].startswith("BEGIN:VCALENDAR\r\n")


async def test_without_contact_and_without_a_version_told_before_there_is_neither(open_world, une):
    [told] = await ask(open_world, (une, 2, {}))
    assert (told["reponse"], told["precedente"]) == (None, None)


async def test_a_superseded_version_is_gone_unless_its_mail_is_under_way(open_world, une):
    [gone, told] = await ask(open_world, (une, 1, {}), (une, 1, {"engagee": True}))
    assert gone == {"convocation_id": une, "version": 1, "status": 410}
    assert (told["status"], told["version"], told["dates"]) == (200, 1, [JOUR])
    assert told["document"] != (await ask(open_world, (une, 2, {})))[0]["document"]


async def test_the_answers_come_in_the_order_of_the_demandes_the_same_twice_too(open_world, une):
    wanted = [(une, 2, {}), (INCONNUE, 1, {}), (une, 1, {}), (une, 2, {}), (une, 7, {}), (une, 1, {"engagee": True})]
    told = await ask(open_world, *wanted)
    assert [(one["convocation_id"], one["version"]) for one in told] == [one[:2] for one in wanted]
    assert [one["status"] for one in told] == [200, 404, 410, 200, 404, 200]
    assert told[0] == told[3]


async def test_a_version_that_was_read_is_told_so_and_the_next_one_wants_to_be_read_again(open_world, une):
    query = "INSERT INTO prise_de_connaissance (convocation_id, version, le) VALUES ($1, $2, now())"
    await open_world.pool.execute(query, UUID(une), 1)
    told = await ask(open_world, (une, 1, {"engagee": True}), (une, 2, {}))
    assert [one["lue"] for one in told] == [True, False]


async def test_r24_a_version_adds_the_signature_where_the_one_told_before_went_out_without(open_world, une):
    await ask(open_world, (une, 1, {"engagee": True}))
    assert not (await ask(open_world, (une, 2, {"dite": 1})))[0]["signature_ajoutee"], "nobody signs yet"
    signature = {"nom": "SIGNATAIRE", "prenom": "Claude", "qualite": "Proviseure"}
    assert (await open_world.chef.put("/api/etablissements/0699001J/signature", signature)).status_code == 200
    await change(open_world, une, 2, dates=[JOUR])
    told = [(await ask(open_world, (une, 3, {"dite": dite})))[0] for dite in (1, 2, None)]
    assert [one["signature_ajoutee"] for one in told] == [True, True, False]
    await change(open_world, une, 3, dates=[AUTRE])
    assert not (await ask(open_world, (une, 4, {"dite": 3})))[0]["signature_ajoutee"]


async def test_a_version_is_one_to_be_reminded_of_until_it_is_read_or_changed(open_world, une):
    await open_world.pool.execute("INSERT INTO relance (convocation_id, le) VALUES ($1, now())", UUID(une))
    told = await ask(open_world, (une, 1, {"engagee": True}), (une, 2, {}))
    assert [one["relancee"] for one in told] == [True, True]
    query = "INSERT INTO prise_de_connaissance (convocation_id, version, le) VALUES ($1, $2, now())"
    await open_world.pool.execute(query, UUID(une), 2)
    assert not (await ask(open_world, (une, 2, {})))[0]["relancee"]
    await open_world.pool.execute("DELETE FROM prise_de_connaissance")
    await change(open_world, une, 2, dates=[JOUR])
    assert not (await ask(open_world, (une, 3, {})))[0]["relancee"]


async def test_r45_a_cancelled_versions_document_and_calendar_object_are_those_of_the_annulation(open_world, une):
    headers = {"If-Match": '"2"'}
    path = f"/api/convocations/{une}/annulation"
    assert (await open_world.chef.post(path, {"motif": "Lycée fermé"}, **headers)).status_code == 200
    [told] = await ask(open_world, (une, 3, {"dite": 2}))
    assert (told["nature"], told["motif"], told["calendrier"]["methode"]) == ("ANNULATION", "Lycée fermé", "CANCEL")
    pdf = await open_world.intervenant.get(f"/convocations/{une}/convocation.pdf")
    assert b64decode(told["document"]["octets"]) == pdf.content
    text = printed(pdf.content)
    assert "Annulation de convocation" in text
    assert "Lycée fermé" in text


async def test_everybody_gets_the_same_bytes_of_a_version_whoever_asks_first(open_world, une):
    wanted = [ask(open_world, (une, 1, {"engagee": True}), (une, 2, {})) for _ in range(6)]
    downloads = [open_world.intervenant.get(f"/convocations/{une}/convocation.pdf") for _ in range(3)]
    *told, first, second, third = await asyncio.gather(*wanted, *downloads)
    assert all(one == told[0] for one in told)
    assert first.content == second.content == third.content == b64decode(told[0][1]["document"]["octets"])
    assert await open_world.pool.fetchval("SELECT count(*) FROM document") == 2


async def test_a_year_mistyped_holds_up_no_other_answer(open_world, une):
    """As there may be one from before such a year was refused."""
    made = await open_world.chef.convoque(open_world.hg, "101", dates=[JOUR])
    [other] = made.json()["convocations"]
    for table in ("convocation", "convocation_version"):
        mistyped = f"UPDATE {table} SET dates = '{{0027-02-15}}' WHERE convocation_id = $1"
        await open_world.pool.execute(mistyped, other["convocation_id"])
    told = await ask(open_world, (other["convocation_id"], 1, {}), (une, 2, {}))
    assert [(one["status"], one["dates"]) for one in told] == [(200, ["0027-02-15"]), (200, [JOUR, AUTRE])]


async def test_the_single_envoi_answers_the_same(open_world, une):
    single = await open_world.notifier.get(f"/api/convocations/{une}/versions/2/envoi")
    assert single.json() == (await ask(open_world, (une, 2, {})))[0]


@pytest.mark.parametrize(("version", "status", "type_"), [(1, 410, "version-remplacee"), (9, 404, "inconnu")])
async def test_a_version_that_is_not_to_be_sent_is_a_refusal_like_any_other(open_world, une, version, status, type_):
    answer = await open_world.notifier.get(f"/api/convocations/{une}/versions/{version}/envoi")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (status, status, type_)


async def test_more_than_100_demandes_are_refused(open_world, une):
    body = {"demandes": [{"convocation_id": une, "version": 2}] * 101}
    assert (await open_world.notifier.post("/api/envois", body)).status_code == 422


class Counting:
    """A pool that counts statements and the connections in use."""

    def __init__(self, pool):
        self._pool, self.statements, self.held = pool, 0, 0

    @asynccontextmanager
    async def acquire(self):
        async with self._pool.acquire() as connection:
            connection.add_query_logger(self._count)
            self.held += 1
            try:
                yield connection
            finally:
                self.held -= 1
                connection.remove_query_logger(self._count)

    def _count(self, told):
        frame = ("BEGIN", "COMMIT", "SELECT set_config")
        self.statements += not told.query.strip().startswith(frame)


@pytest.mark.parametrize("count", [1, 6])
async def test_the_statements_are_as_many_for_any_number_and_no_connection_is_held_while_rendering(
    open_world, monkeypatch, count
):
    people = ["100", "101", "102", "103", "104", "105"][:count]
    made = await open_world.chef.convoque(open_world.hg, *people, dates=[JOUR])
    wanted = [(one["convocation_id"], 1, {}) for one in made.json()["convocations"]]
    pool, imprimeur = Counting(open_world.pool), open_world.app.state.application.imprimeur
    rendered, held, render = [], set(), imprimeur._render_each

    async def watched(rows):
        held.add(pool.held)
        rendered.extend(rows)
        return await render(rows)

    monkeypatch.setattr(open_world.app.state, "application", replace(open_world.app.state.application, pool=pool))
    monkeypatch.setattr(imprimeur, "_render_each", watched)
    first = await ask(open_world, *wanted)
    assert (pool.statements, len(rendered), held) == (4, count, {0})
    assert await ask(open_world, *wanted) == first
    assert (pool.statements, len(rendered)) == (6, count)
