"""Creating, changing, deactivating a person of the directory, on a real database (R36, R54)."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from acces.acteur import Acteur, Role
from acces.commande import Commande
from acces.policy import Forbidden
from chassis.database import ConcurrentWrite
from convocation.annuaire import reads as intervenants_reads
from convocation.annuaire import refus as errors
from convocation.annuaire import sql as intervenants
from convocation.annuaire.commands import change_intervenant, create_intervenant, set_actif
from convocation.annuaire.domain import Intervenant
from convocation.commun.refus import AcademieInconnue, VersionDepassee
from convocation.demandes import sql as demandes
from convocation.demandes.refus import DemandeDejaTraitee
from testkit.actes import actes

NOW, ASKED = datetime(2020, 2, 1, tzinfo=UTC), UUID(int=7)
LYON, LILLE = "0699001J", "0599001F"
NEW = Intervenant("500", "Mme", "NOUVELLE", "Ève", "eve@ac-exemple.invalid", LYON, (), ("1000",), "10")


@asynccontextmanager
async def command(world, academie="10", role=Role.GESTIONNAIRE):
    async with world.pool.acquire() as connection, connection.transaction():
        yield Commande(connection, Acteur("gest", role, "G", academies=frozenset({academie})), NOW)


async def held(world, numero):
    async with world.pool.acquire() as connection:
        return (await intervenants_reads.get(connection, [numero])).get(numero)


async def test_r36_creating_answers_the_request_in_the_same_transaction_and_only_once(world):
    async with command(world) as one:
        who = ("NOUVELLE", "Ève", "")
        await demandes.create(one.connection, ASKED, uai=LYON, academie="10", qui=who, par="chef", le=NOW)
    async with command(world) as one:
        await create_intervenant(one, NEW, ASKED)
    assert await held(world, "500") == NEW
    assert await world.pool.fetchval("SELECT etat FROM demande") == "TRAITEE"
    with pytest.raises(DemandeDejaTraitee):
        async with command(world) as one:
            await create_intervenant(one, replace(NEW, numero="501"), ASKED)
    assert await held(world, "501") is None


async def test_a_number_that_somebody_has_is_refused_and_an_etablissement_of_another_academie_too(world):
    with pytest.raises(errors.NumeroPris):
        async with command(world) as one:
            await create_intervenant(one, replace(NEW, numero="100"))
    for person in (replace(NEW, uai=LILLE), replace(NEW, uais_secondaires=(LILLE,))):
        with pytest.raises(errors.EtablissementHorsAcademie):
            async with command(world) as one:
                await create_intervenant(one, person)


async def test_who_read_an_older_version_is_told_and_what_the_other_wrote_stays(world):
    anne = await held(world, "102")
    async with command(world) as one:
        await change_intervenant(one, replace(anne, prenom="Anna"), anne.version)
    with pytest.raises(VersionDepassee):
        async with command(world) as one:
            await change_intervenant(one, replace(anne, prenom="Annie"), anne.version)
    assert (await held(world, "102")).prenom == "Anna"


async def test_a_form_changes_neither_the_academie_nor_whether_she_is_active(world):
    anne = await held(world, "102")
    async with command(world) as one:
        await change_intervenant(one, replace(anne, academie="09", actif=False, nom="AUTRE"), anne.version)
    changed = await held(world, "102")
    assert (changed.nom, changed.academie, changed.actif) == ("AUTRE", "10", True)


async def test_deactivating_keeps_the_convocations_and_the_reason_is_in_the_audit(open_world):
    assert (await open_world.chef.convoque(open_world.hg, "102")).status_code == 201
    async with command(open_world) as one:
        await set_actif(one, "102", 1, actif=False, motif="départ")
    assert not (await held(open_world, "102")).actif
    assert await open_world.pool.fetchval("SELECT status FROM convocation WHERE numero = '102'") == "ACTIVE"
    assert (await actes(open_world.pool))[-1].motif == "départ"


async def test_another_academies_person_does_not_exist_and_other_roles_may_not(world):
    with pytest.raises(errors.IntervenantAbsent):
        async with command(world, "09") as one:
            await set_actif(one, "102", 1, actif=False, motif="x")
    with pytest.raises(AcademieInconnue):
        async with command(world, "09") as one:
            await create_intervenant(one, NEW)
    for role in (Role.CHEF, Role.ADMINISTRATEUR, Role.INTERVENANT):
        with pytest.raises(Forbidden):
            async with command(world, role=role) as one:
                await set_actif(one, "102", 1, actif=False, motif="x")


async def test_two_academies_that_create_one_number_at_once_do_not_take_the_person_from_each_other(world):
    lille = replace(NEW, academie="09", uai="0599001F", nom="LILLOISE")
    async with command(world) as one:
        assert await intervenants.reserve(one.connection, NEW)
        async with world.pool.acquire() as other:  # an import, which reserves nothing
            await intervenants.save(other, [lille])
        with pytest.raises(ConcurrentWrite):
            await intervenants.save(one.connection, [NEW])
    assert (await held(world, "500")).nom == "LILLOISE"


async def test_two_who_change_a_person_at_once_do_not_overwrite_each_other(world):
    anne = await held(world, "102")

    async def write(prenom):
        async with command(world) as one:
            await change_intervenant(one, replace(anne, prenom=prenom), anne.version)

    done = await asyncio.gather(*(write(f"Anne {letter}") for letter in "abcde"), return_exceptions=True)
    assert [type(one) for one in done].count(VersionDepassee) == 4
    assert (await held(world, "102")).version == anne.version + 1
