"""SIGKILL in the middle of an import of 50,000 people: nothing of them is left; the next process imports them all."""

import asyncpg
import httpx2

from event_schemas import uai
from imagin_dev.demo.accounts import gestionnaire
from imagin_ops.services import CONVOCATION
from testkit.eventually import eventually

PEOPLE, ACADEMIE = 50_000, "10"
UAIS = [digits + uai.letter(digits) for digits in (f"0699{number:03}" for number in range(300))]


def csv_file():
    header = "numero;civilite;nom;prenom;courriel;uai;uais_secondaires;disciplines;actif"
    rows = (
        f"N{number:07};Mme;FICTIF{number % 97};Camille;n{number}@ac-exemple.invalid;{UAIS[number % 300]};;1000;oui"
        for number in range(PEOPLE)
    )
    return "\n".join([header, *rows]).encode()


async def kept(stack):
    """People, the words they are found by, acts."""
    connection = await asyncpg.connect(stack.databases[CONVOCATION.name])
    try:
        tables = ("intervenant", "intervenant_mot", "audit")
        return [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables]
    finally:
        await connection.close()


async def test_the_service_killed_in_the_middle_of_an_import_leaves_nothing_and_imports_all_when_it_is_back(stack):
    headers = {"Authorization": f"Bearer {stack.token(gestionnaire(ACADEMIE))}", "Content-Type": "text/csv"}
    async with httpx2.AsyncClient(base_url=stack.url(CONVOCATION), headers=headers, trust_env=False) as http:
        before = await kept(stack)
        sent = await http.post(f"/api/academies/{ACADEMIE}/annuaire", content=csv_file())
        state = sent.raise_for_status().json()["adresse"]

        async def in_the_middle():
            return (await http.get(state)).json()["lignes_lues"] >= PEOPLE // 5

        await eventually(in_the_middle, timeout=120, because="a fifth is written")
        victim = stack.services[CONVOCATION.name]
        victim.kill()
        assert await victim.wait_ended(10) == -9
        assert await kept(stack) == before
        await stack.start_services(CONVOCATION)

        async def imported():
            return (await http.get(state)).json()["etat"] == "TERMINE"

        await eventually(imported, timeout=240, because="the file is taken up again")
        people, _words, acts = await kept(stack)
        assert (people, acts) == (before[0] + PEOPLE, before[2] + PEOPLE + 1)
