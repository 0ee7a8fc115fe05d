"""What a mission has, needs and lacks is the same for every reader."""

import csv
import io
import re
from collections import Counter
from datetime import date
from itertools import cycle
from math import ceil
from typing import NamedTuple
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from convocation.convocations.commands import known
from convocation.convocations.examen import sur_la_mission
from convocation.empechements.sql import candidats
from convocation.exigences.domain import profils_manquants
from convocation.listes.domain import FILTRES_MANQUES, LIBELLES_MANQUES, Manque
from convocation.listes.sql import keep_again
from convocation.missions import reads as missions

SESSION = "2021-E3C1"
_CLEAR = """
DELETE FROM empechement;
DELETE FROM remise; DELETE FROM notification; DELETE FROM acces; DELETE FROM convocation_version;
DELETE FROM convocation; DELETE FROM mission WHERE session = '2021-E3C1'; DELETE FROM signature;
DELETE FROM exigence WHERE academie = '10' OR code_epreuve LIKE 'E_'
"""
_MISSION = """
INSERT INTO mission (mission_id, session, uai, academie, etablissement_nom, etablissement_commune, type, voie, code,
                     libelle, candidats, date_debut, status, version, hash, recherche)
VALUES ($1, '2021-E3C1', $2, '10', 'LYCEE', 'VILLE', $3, 'GENERALE', $4, $4, $5, '2021-01-01', $6, 1, '', $2)
"""
_CONVOCATION = """
INSERT INTO convocation (convocation_id, mission_id, numero, status, nature, qualite, qualite_par_defaut, profil, dates,
                         observation, version)
VALUES ($1, $2, $3, $4, $7, $5, false, $6, '{2021-01-01}', '', 2)
"""
_VERSION = """
INSERT INTO convocation_version (convocation_id, version, nature, qualite_par_defaut, dates, observation, par, le)
VALUES ($1, $2, 'CONVOCATION', false, '{2021-01-01}', '', 'essai', now())
"""
_EMPECHEMENT = """
INSERT INTO empechement (convocation_id, version, motif, le, etat) VALUES ($1, 2, 'essai', now(), $2)
"""


class Personne(NamedTuple):
    """`acces`, `mail`: what was said, and of which version; 2 is the present one."""

    qualite: str = "CORRECTEUR"
    profil: str | None = None
    active: bool = True
    acces: tuple[str, int] | None = None
    mail: tuple[str, int] | None = None
    remise: int | None = None  # the version that was handed over
    empechement: str | None = None


class Cas(NamedTuple):
    """`regle`: copies of a lot, a fixed number, profiles; None: the épreuve has no rule. Else whose: `nationale`."""

    correction: bool
    candidats: int
    active: bool
    regle: tuple[int | None, int | None, list[str]] | None
    signee: bool
    gens: list[Personne]
    nationale: bool = False

    @property
    def convoques(self):
        return [one for one in self.gens if one.active]

    @property
    def requis(self):
        return self.regle[2] if self.regle and self.correction else []

    @property
    def besoin(self):
        if not self.correction:
            return 1
        lot, fixe, profils = self.regle or (None, None, [])
        return ceil(self.candidats / (lot or 35)) * max(1, len(profils)) if fixe is None else fixe

    @property
    def pourvus(self):
        corrects = {"CORRECTEUR", "CORRECTEUR_SUPPLEANT"}
        return sum(one.qualite in corrects or not self.correction for one in self.convoques)

    @property
    def profils_manquants(self):
        """By the rule that warns before somebody is convoked: it and the database agree."""
        covered = [person.profil for person in self.convoques]
        return profils_manquants(dict.fromkeys(self.requis), covered) if self.active else []

    @property
    def manques(self):
        lacks = {
            Manque.SANS_CORRECTEUR: self.active and self.correction and self.pourvus == 0,
            Manque.A_POURVOIR: self.active and not self.correction and self.pourvus == 0,
            Manque.DEFICIT: self.active and self.correction and self.pourvus < self.besoin,
            Manque.PROFIL_MANQUANT: self.profils_manquants,
            Manque.REFUSEE: any(one.acces == ("REJETEE", 2) for one in self.convoques),
            Manque.MAIL_ECHOUE: any(
                one.mail in {("ECHOUEE", 2), ("REVENUE", 2)} and one.remise != 2 for one in self.gens
            ),
            Manque.EMPECHEMENT: any(one.empechement == "OUVERT" for one in self.gens),
            Manque.SANS_COORDINATEUR: self.active
            and self.correction
            and not any(one.qualite == "COORDINATEUR" for one in self.convoques),
            Manque.SANS_SIGNATURE: self.active and not self.signee,
            Manque.SANS_CANDIDAT: not self.active and self.convoques,
        }
        return [one for one in Manque if lacks[one]]

    @property
    def badge(self):
        if self.manques:
            return LIBELLES_MANQUES[self.manques[0]]
        complete = "Complète" if self.correction else "Déléguée"
        return complete if self.active else "Sans candidat"


_GENS = st.builds(
    Personne,
    st.sampled_from(["COORDINATEUR", "COORDINATEUR_ADJOINT", "CORRECTEUR", "CORRECTEUR_SUPPLEANT"]),
    st.sampled_from([None, "lettres", "philosophie"]),
    st.booleans(),
    st.none() | st.tuples(st.sampled_from(["TRANSMISE", "ACCEPTEE", "REJETEE"]), st.sampled_from([1, 2])),
    st.none() | st.tuples(st.sampled_from(["ENVOYEE", "ECHOUEE", "REVENUE"]), st.sampled_from([1, 2])),
    st.sampled_from([None, None, 1, 2]),
    st.sampled_from([None, None, "OUVERT", "MAINTENU"]),
)
_PROFILS = st.lists(st.sampled_from(["philosophie", "lettres"]), unique=True)
_REGLES = st.none() | st.tuples(st.sampled_from([None, 1, 10]), st.sampled_from([None, 0, 1, 3]), _PROFILS)
_CAS = st.builds(
    Cas,
    st.booleans(),
    st.integers(1, 100),
    st.sampled_from([True, True, True, False]),
    _REGLES,
    st.booleans(),
    st.lists(_GENS, max_size=5),
    st.booleans(),
)
_DEUX = (None, 2, [])
_MOMENTS = st.lists(st.booleans(), min_size=1, max_size=5)
"""Whether the states are kept again, at each moment of the writing (0056): what is told must not depend on it."""


def _all_well(*gens, correction=True):
    return Cas(correction, 10, True, _DEUX, True, [Personne("COORDINATEUR"), *gens])


async def _keep(connection, moments):
    """Where this moment is one of those that the loop runs at, it does."""
    if next(moments):
        async with connection.transaction():
            await keep_again(connection, 35, 100)


async def _plant(connection, number, cas, moments):
    uai, code, mission = f"069{number:04}X", f"E{number}", uuid5(UUID(int=2), str(number))
    type_, status = "CORRECTION" if cas.correction else "NUMERISATION", "ACTIVE" if cas.active else "WITHDRAWN"
    await connection.execute(_MISSION, mission, uai, type_, code, cas.candidats, status)
    await _keep(connection, moments)
    if cas.regle:
        lot, fixe, profils = cas.regle
        whose = "*" if cas.nationale else "10"
        await connection.execute("INSERT INTO exigence VALUES ($1, $2, $3, $4)", whose, code, lot, fixe)
        await _keep(connection, moments)
        for rang, profil in enumerate(profils):
            query = "INSERT INTO profil_requis VALUES ($1, $2, $3, '{}', $4)"
            await connection.execute(query, code, rang, profil, whose)
            await _keep(connection, moments)
    if cas.signee:
        await connection.execute("INSERT INTO signature VALUES ($1, 'X', 'Y', 'Z', 1, 'essai', now())", uai)
    for rang, one in enumerate(cas.gens):
        key = uuid5(mission, str(rang))
        state, nature = ("ACTIVE", "CONVOCATION") if one.active else ("CANCELLED", "ANNULATION")
        qualite = one.qualite if cas.correction else None
        await connection.execute(_CONVOCATION, key, mission, str(100 + rang), state, qualite, one.profil, nature)
        await _keep(connection, moments)
        for version in (1, 2):
            await connection.execute(_VERSION, key, version)
        for table, said in (("acces", one.acces), ("notification", one.mail)):
            if said:
                await connection.execute(f"INSERT INTO {table} VALUES ($1, 1, '', $2, $3, NULL)", key, said[1], said[0])
                await _keep(connection, moments)
        if one.remise:
            await connection.execute("INSERT INTO remise VALUES ($1, $2, now(), 'essai')", key, one.remise)
        if one.empechement:
            await connection.execute(_EMPECHEMENT, key, one.empechement)
    return str(mission)


def _rows(html):
    """Mission → the text of its row."""
    rows = [row for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL) if "/missions/" in row]
    found = {re.search(r"/missions/([0-9a-f-]{36})", row)[1]: re.sub(r"<[^>]+>", " ", row) for row in rows}
    return {key: re.sub(r"[ \s]+", " ", text) for key, text in found.items()}


# No shrinking: an example takes a second, and a failure would look like a test that hangs.
@settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(_CAS, min_size=1, max_size=8), _MOMENTS)
@example([_all_well(Personne())], [False])  # a coordinateur and a correcteur for a need of 2
@example([_all_well(Personne(), Personne(acces=("REJETEE", 2))), _all_well(Personne(), Personne())], [True])
@example([_all_well(Personne(), Personne(empechement="OUVERT"))], [True])
@example([Cas(False, 900, True, None, True, gens) for gens in ([], [Personne()])], [True, False])
@example([_all_well(Personne(mail=("ECHOUEE", 2))), _all_well(Personne(mail=("REVENUE", 2), remise=2))], [True])
@example([Cas(True, 10, True, (None, None, ["lettres"]), True, [Personne("COORDINATEUR", "lettres")])], [True])
async def test_list_filter_page_coverage_and_api_say_the_same(world, all_cas, when):
    moments = cycle(when)
    async with world.pool.acquire() as connection:
        await connection.execute(_CLEAR)
        planted = {await _plant(connection, number, cas, moments): cas for number, cas in enumerate(all_cas)}
        await _keep(connection, moments)
    await _list_says(world, planted)
    await _missions_say(world, planted)
    await _lines_say(world, planted)
    await _warnings_say(world, planted)
    await _coverage_says(world, planted)
    await _effect_says(world, planted)


async def _list_says(world, planted):
    browser, query = world.browser("administrateur"), f"session={SESSION}"
    listed = (await world.administrateur.get("/api/missions", session=SESSION)).json()["missions"]
    figures = {one["mission_id"]: (one["manques"], one["besoin"], one["pourvus"]) for one in listed}
    assert figures == {key: (cas.manques, cas.besoin, cas.pourvus) for key, cas in planted.items()}
    rows = _rows(await browser.text(f"/missions?{query}"))
    for key, cas in planted.items():
        assert f" {cas.pourvus} / {cas.besoin} {cas.badge} " in rows[key]
    wanted = {
        name: {key for key, cas in planted.items() if gap in cas.manques} for name, gap in FILTRES_MANQUES.items()
    }
    wanted["complete"] = {key for key, cas in planted.items() if cas.active and not cas.manques}
    wanted["sans-candidat"] = {key for key, cas in planted.items() if not cas.active}
    found = {name: set(_rows(await browser.text(f"/missions?{query}&etat={name}"))) for name in wanted}
    assert found == wanted


async def _missions_say(world, planted):
    browser = world.browser("administrateur")
    for key, cas in planted.items():
        told = (await world.administrateur.get(f"/api/missions/{key}")).json()
        assert (told["manques"], told["besoin"], told["pourvus"]) == (cas.manques, cas.besoin, cas.pourvus)
        assert told["profils_manquants"] == cas.profils_manquants
        page = await browser.text(f"/missions/{key}")
        state = re.search(r"État&nbsp;: </span>(.*?)</p>", page, re.DOTALL)[1]
        assert re.findall(r">([^<>]+)</span>", state) == ([LIBELLES_MANQUES[one] for one in cas.manques] or [cas.badge])
        need = re.search(r"<dt>Besoin estimé</dt><dd>(\d+)\D+(\d+)", page)
        assert (int(need[1]), int(need[2])) == (cas.besoin, cas.pourvus)


async def _lines_say(world, planted):
    """A line says of one person what the mission counts: domain and database decide it apart."""
    counts = "SELECT refusees, mails_echoues, empechements FROM etat_des_missions(35) WHERE mission_id = $1"
    for key in planted:
        lines = (await world.administrateur.get(f"/api/missions/{key}")).json()["intervenants"]
        refused = sum(one["status"] == "ACTIVE" and one["suivi"]["acces"] == "REJETEE" for one in lines)
        untold = sum(one["suivi"]["courriel"] in {"ECHOUEE", "REVENUE"} for one in lines)
        unable = sum(one["empechement_signale"] for one in lines)
        assert tuple(await world.pool.fetchrow(counts, UUID(key))) == (refused, untold, unable)
        assert sum(one.refuse for one in await candidats(world.pool, UUID(key))) == refused


_AVERTISSEMENTS = {
    "profil-manquant": Manque.PROFIL_MANQUANT,
    "signature-absente": Manque.SANS_SIGNATURE,
    "aucun-coordinateur": Manque.SANS_COORDINATEUR,
}


async def _warnings_say(world, planted):
    """What is warned of on the mission as it is, is what it lacks: domain and database decide it apart."""
    for key, cas in planted.items():
        async with world.pool.acquire() as connection:
            mission = await missions.get(connection, UUID(key))
            connu = await known(connection, mission, ouvert=True, aujourdhui=date.min)
        told = sur_la_mission(mission, connu)
        warned = {_AVERTISSEMENTS[one.type] for one in told if one.type in _AVERTISSEMENTS}
        assert warned == set(cas.manques) & set(_AVERTISSEMENTS.values())


async def _coverage_says(world, planted):
    browser, query = world.browser("administrateur"), f"session={SESSION}&par=mission"
    covered = {key: cas for key, cas in planted.items() if cas.active or cas.manques}
    told = (await world.administrateur.get("/api/couverture", session=SESSION, par="mission")).json()
    figures = {one["mission_id"]: (one["manques"], one["besoin"], one["pourvus"]) for one in told["missions"]}
    assert figures == {key: (cas.manques, cas.besoin, cas.pourvus) for key, cas in covered.items()}
    rows = _rows(await browser.text(f"/couverture?{query}"))
    assert rows.keys() == covered.keys()
    for key, cas in covered.items():
        gaps = " ".join(LIBELLES_MANQUES[one] for one in cas.manques) or "Rien ne manque"
        assert f" {cas.pourvus} / {cas.besoin} {gaps} " in rows[key]
    lines = csv.DictReader(
        io.StringIO((await browser.get(f"/couverture.csv?{query}")).text.lstrip("\ufeff")), delimiter=";"
    )
    cells = {
        line["Mission"]: (
            *(int(line["Besoin estimé"]), int(line["Pourvus"]), line["Profils manquants"]),
            [one for one in Manque if line[LIBELLES_MANQUES[one]] == "oui"],
        )
        for line in lines
    }
    assert cells == {
        key: (cas.besoin, cas.pourvus, ", ".join(cas.profils_manquants), cas.manques) for key, cas in covered.items()
    }
    counts = Counter(gap for cas in covered.values() for gap in cas.manques)
    sums = {gap: counts[gap] for gap in Manque}
    sums |= {
        "total": len(covered),
        "en_defaut": sum(bool(cas.manques) for cas in planted.values()),
    }
    assert told["sommes"] == sums
    assert max(sums.values()) <= sums["total"]  # a part of the whole that the bars show
    nation = (await world.administrateur.get("/api/couverture", session=SESSION, par="academie")).json()
    assert nation["sommes"] == sums
    assert [{name: one[name] for name in sums} for one in nation["groupes"]] == ([sums] if covered else [])


async def _effect_says(world, planted):
    """Of writing each épreuve's rule again as it is, then one that asks for two more: what was, and what would be."""
    for number, (key, cas) in enumerate(planted.items()):
        lot, fixe, profils = cas.regle or (None, None, [])
        for asked in (fixe, cas.besoin + 2):
            after = cas._replace(regle=(lot, asked, profils))
            told = await _effect(world, number, after.regle)
            assert told["total"] == cas.active
            for one in told["missions"]:
                assert (one["mission_id"], one["pourvus"]) == (key, cas.pourvus)
                assert (one["avant"], one["manquants_avant"]) == (cas.besoin, cas.profils_manquants)
                assert (one["apres"], one["manquants_apres"]) == (after.besoin, after.profils_manquants)
                assert one["devient_deficitaire"] == (_fails(after) and not _fails(cas))


def _fails(cas):
    return Manque.DEFICIT in cas.manques or Manque.PROFIL_MANQUANT in cas.manques


async def _effect(world, number, regle):
    lot, fixe, profils = regle
    rule = {"lot_copies": lot, "correcteurs": fixe, "motif": "Essai"}
    rule["profils"] = [{"profil": one, "disciplines": ["0100"]} for one in profils]
    query = "SELECT coalesce(max(version), 0) FROM exigence WHERE code_epreuve = $1"
    version = await world.pool.fetchval(query, f"E{number}")
    path = f"/api/academies/10/exigences/E{number}?essai=true"
    answer = await world.gestionnaire.put(path, rule, **{"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("correction", "candidats", "profils", "need"),
    [
        (True, 1, [], 1),
        (True, 35, [], 1),
        (True, 36, [], 2),
        (True, 210, [], 6),
        (True, 36, ["lettres", "philosophie"], 4),  # R47: each profile has all the copies
        (False, 900, [], 1),  # R48: one person has them scanned
    ],
)
async def test_the_need_is_one_correcteur_a_lot_of_copies_for_each_profile(world, correction, candidats, profils, need):
    cas = Cas(correction, candidats, True, (None, None, profils), True, [])
    async with world.pool.acquire() as connection:
        key = await _plant(connection, 0, cas, cycle([False]))
    assert (await world.administrateur.get(f"/api/missions/{key}")).json()["besoin"] == need
