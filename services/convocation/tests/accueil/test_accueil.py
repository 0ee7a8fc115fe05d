"""« Ce qui reste à faire »: each role's steps, their numbers those of the other pages, in few queries."""

import re
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from acces.acteur import Role
from convocation.convocations import reads as convocations
from convocation.lots.presenters import chosen
from event_schemas.missions import EtablissementMission, Mission

LYON, AUTRE_LYON = "0699001J", "0699002K"
SESSION = "2020-E3C1"


@pytest.fixture
def lycees():
    return [LYON, AUTRE_LYON, "0690001A", "0690002B"]


@pytest.fixture
async def large(open_world, lycees):
    """A chef of four lycées; the others' missions are of the same session."""
    for uai in lycees[2:]:
        place = EtablissementMission(uai=uai, nom=f"LYCEE {uai}", commune="VILLE", academie="10")
        told = {"mission_id": uuid5(UUID(int=0), uai), "version": 1, "session": SESSION, "type": "CORRECTION"}
        told |= {"voie": "GENERALE", "code": "HG", "libelle": "Histoire-géographie", "candidats": 40}
        told |= {"date_debut": date(2020, 1, 13), "status": "ACTIVE", "etablissement": place}
        await open_world.tell(Mission.create(**told))
    return open_world.browser(open_world.acteur("large", Role.CHEF, *lycees))


def steps(text):
    """Title → state and sentence, of one place."""
    found = re.findall(
        r"<li> <h3><span[^>]*>(\d+)/(\d+)</span> ([^<]+)</h3> <span[^>]*>([^<]+)</span> <p>(.*?)</p>", text
    )
    assert [(int(n), int(of)) for n, of, *_ in found] == [(rank + 1, len(found)) for rank in range(len(found))]
    return {title: (state, sentence) for *_, title, state, sentence in found}


async def of(world, name, path="/"):
    return steps(await world.browser(name).text(path))


async def test_a_chef_reads_what_is_left_and_it_becomes_less(open_world):
    chef = open_world.browser("chef")
    before = await of(open_world, "chef")
    assert list(before)[:4] == [
        "Signature de l’établissement",
        "Coordonnées de l’établissement",
        "Convoquer",
        "Compléter les missions",
    ]
    assert before["Signature de l’établissement"] == ("À faire", "Elle n’est pas encore renseignée.")
    assert before["Convoquer"] == ("À faire", "0 mission sur 3 a ses convocations.")
    assert before["Compléter les missions"][0] == "En attente", "nobody is convoked yet"
    await open_world.chef.put(
        f"/api/etablissements/{LYON}/signature", {"nom": "X", "prenom": "Y", "qualite": "Proviseure"}
    )
    await chef.post(f"/coordonnees/{LYON}", {"telephone": "04 72 00 00 00", "version": ""})
    await open_world.chef.convoque(open_world.hg, "100", "101")
    after = await of(open_world, "chef")
    assert after["Signature de l’établissement"][0] == "Fait"
    assert after["Coordonnées de l’établissement"][0] == "Fait"
    assert after["Convoquer"] == ("À faire", "1 mission sur 3 a ses convocations.")
    assert after["Compléter les missions"][0] == "À faire"
    assert after["Convocations non lues"] == ("En attente", "2 convocations ne sont pas encore lues.")
    page = await chef.text("/")
    assert f'href="/preparation/{LYON}"' in page
    assert f'href="/suivi/{LYON}?etat=non-lues"' in page
    assert "Service ouvert" in page


async def test_where_the_service_is_closed_the_page_says_why_and_convoking_waits(world):
    text = await world.browser("chef").text("/")
    assert "Service fermé" in text
    assert steps(text)["Convoquer"][0] == "En attente"


async def test_an_empechement_a_failed_mail_and_a_refusal_are_told_with_their_numbers(open_world):
    made = (await open_world.chef.convoque(open_world.hg, "100", "101")).json()["convocations"]
    one, other = (line["convocation_id"] for line in made)
    await open_world.browser("intervenant").post(
        f"/convocations/{one}/empechement", {"version": "1", "motif": "absent"}
    )
    await open_world.mailed(other, "ECHOUEE")
    await open_world.answered(other, "REJETEE")
    found = await of(open_world, "chef")
    assert found["Empêchements à décider"] == ("À faire", "1 empêchement attend votre décision.")
    assert found["Mails en échec"] == ("À faire", "1 mail n’est pas arrivé.")
    assert found["Refus de SANTORIN"] == ("À faire", "1 personne est refusée par SANTORIN.")


async def test_who_may_not_act_waits_and_the_numerisation_has_its_own_steps(open_world):
    delegue = await of(open_world, "delegue")
    assert delegue["Signature de l’établissement"][0] == "En attente", "the chef signs"
    scan = await of(open_world, "delegue_numerisation")
    assert scan["Convoquer"] == ("À faire", "0 mission sur 1 a ses convocations.")
    assert "Coordinateurs" not in scan
    reader = await of(open_world, "delegue_consultation")
    assert {state for state, _ in reader.values()} <= {"En attente", "Fait"}
    assert "Rien à faire." in await open_world.browser("delegue_consultation").text("/")


async def test_the_number_of_unread_is_that_of_the_suivi(open_world):
    made = (await open_world.chef.convoque(open_world.hg, "100", "101", "103")).json()["convocations"]
    [one] = [line["convocation_id"] for line in made if line["numero"] == "100"]
    read = await open_world.browser("intervenant").post(f"/convocations/{one}/prise-de-connaissance", {"version": "1"})
    assert read.status_code == 303
    await open_world.chef.convoque(open_world.numerisation, "102")
    async with open_world.pool.acquire() as connection:
        rows = await convocations.convocations_of_etablissement(connection, LYON, SESSION)
        found = await convocations.non_lues(connection, [LYON], SESSION)
        scan = await convocations.non_lues(connection, [LYON], SESSION, "NUMERISATION")
    assert found == {LYON: len(chosen(rows, (), kind="non-lues", mission="", nom=""))} == {LYON: 3}
    assert scan == {LYON: 1}


async def test_a_gestionnaire_reads_requests_lycees_and_contact(open_world):
    await open_world.browser("chef").post("/demandes", {"uai": LYON, "nom": "X", "prenom": "Y", "cle": "k"})
    found = await of(open_world, "gestionnaire")
    assert found["Demandes de création"] == ("À faire", "1 demande attend votre réponse.")
    assert found["Contact de l’académie"][0] == "À faire"
    assert found["Lycées qui n’ont rien convoqué"][1].startswith("2 lycées n’ont encore convoqué personne, sur 2")
    assert found["Lycées sans signature"] == ("En attente", "2 lycées n’ont pas renseigné leur signature.")
    assert (await of(open_world, "gestionnaire_de_lille"))["Demandes de création"] == ("Fait", "Aucune.")


async def test_a_service_that_closes_within_a_week_is_told(open_world):
    fin = datetime.now(UTC) + timedelta(days=3)
    body = {"session": SESSION, "portee": "ACADEMIE", "code": "10", "ouverte": True, "fin": fin.isoformat()}
    assert (await open_world.administrateur.put("/api/ouvertures", body)).status_code == 200
    assert "2 lycées ferment bientôt" in (await of(open_world, "gestionnaire"))["Fermetures du service"][1]
    assert "Service ouvert</span> jusqu’au" in await open_world.browser("chef").text("/")


async def test_a_session_that_somebody_decided_about_waits_for_nothing(open_world):
    found = await of(open_world, "administrateur")
    assert found["Ouverture du service"] == ("Fait", "Chaque session en a une.")


async def test_the_administrateur_reads_sessions_contacts_and_accounts(world):
    found = await of(world, "administrateur")
    assert found["Ouverture du service"] == ("À faire", f"Aucune décision d’ouverture pour {SESSION}.")
    assert "Lyon" in found["Contacts des académies"][1]
    assert found["Gestionnaires des académies"][0] == "À faire"
    right = {"droit": {"role": "gestionnaire", "academies": ["10", "09"]}, "motif": "x"}
    right |= {"personne": {"nom": "G", "courriel": "g@ac-exemple.invalid"}}
    assert (await world.administrateur.post("/api/attributions", right)).status_code == 201
    assert (await of(world, "administrateur"))["Gestionnaires des académies"] == ("Fait", "Chacune en a un.")


async def test_more_than_three_etablissements_are_a_table_that_leads_to_each(large, lycees):
    text = await large.text("/")
    assert "im-etapes" not in text
    for uai in lycees:
        assert f'href="/?uai={uai}"' in text
    assert steps(await large.text(f"/?uai={LYON}"))["Convoquer"][1] == "0 mission sur 3 a ses convocations."
    assert "Vos établissements" in await large.text("/?uai=0599001F"), "another's is not theirs"


class Counting:
    """A pool that counts statements."""

    def __init__(self, pool):
        self._pool, self.statements = pool, 0

    @asynccontextmanager
    async def acquire(self):
        async with self._pool.acquire() as connection:
            connection.add_query_logger(self._count)
            try:
                yield connection
            finally:
                connection.remove_query_logger(self._count)

    def _count(self, told):
        self.statements += not told.query.strip().startswith(("BEGIN", "COMMIT", "SELECT set_config"))


async def test_four_etablissements_cost_no_more_statements_than_one(open_world, large):
    told, state = [], open_world.app.state.application
    for browser in (open_world.browser("chef"), large, open_world.browser("gestionnaire")):
        await browser.headers()
        pool = Counting(open_world.pool)
        open_world.app.state.application = replace(state, pool=pool)
        assert (await browser.get("/")).status_code == 200
        told.append(pool.statements)
    of_one, of_four, of_an_academie = told
    assert 0 < of_four <= of_one <= 10
    assert of_an_academie <= 10


async def test_an_etablissement_without_missions_has_nothing_to_do(world):
    nouveau = world.acteur("nouveau", Role.CHEF, "0699999Z")
    assert "Rien à faire." in await world.browser(nouveau).text("/")
