"""One of everything, in an établissement of Lyon and in one of Lille, for the matrix of routes and acteurs."""

from datetime import UTC, datetime

import pytest

from acces.acteur import Role
from convocation.comptes import commands as comptes
from convocation.delegations.domain import fin_d_annee
from convocation.identite.settings import Genre
from event_schemas.academies import local_time

LYON, LILLE, NUMERISATION = "0699001J", "0599001F", "NUMERISATION"
ACADEMIES = {LYON: "10", LILLE: "09"}
NUMEROS = {LYON: "100", LILLE: "900"}
AUTRES = {LYON: "101", LILLE: "901"}  # a second entry of the académie's directory
_LETTRES = {LYON: LYON, LILLE: "0599001N"}  # as they must be where a person is entered
COMPTES = {LYON: "3f0e5f5a-0000-5000-8000-000000000010", LILLE: "3f0e5f5a-0000-5000-8000-000000000009"}
CSV = "numero,civilite,nom,prenom,courriel,uai,uais_secondaires,disciplines,actif\n"
EXIGENCE = {"profils": [], "lot_copies": 20, "correcteurs": None, "motif": "x"}


_FUSION = """
INSERT INTO fusion (academie, gardee, autre, par, par_nom, le, avant, apres, deplacees)
SELECT $1, $2, $3, 'g', 'G', now(), rien, rien, '[]' FROM
    (SELECT '{"uais_secondaires": [], "disciplines": [], "profils": [], "indisponibilites": []}'::jsonb AS rien) AS r
RETURNING fusion_id
"""


def _person(place):
    person = {"numero": NUMEROS[place], "civilite": "Mme", "nom": "LILLOISE", "prenom": "Y", "uai": place}
    return person | {"courriel": "x@y.invalid", "disciplines": ["1000"]}


def _delegation(place):
    person = {"nom": "DELEGUEE", "courriel": f"d{ACADEMIES[place]}@ac-exemple.invalid", "droit": "CONSULTER"}
    jour = local_time("*", datetime.now(UTC)).date()
    return person | {"debut": jour.isoformat(), "fin": fin_d_annee(jour).isoformat()}


def _bodies(place, ids):
    """Bodies and forms that would be done if the acteur might."""
    names = {"nom": "CHEF", "prenom": "Camille", "qualite": "Proviseure"}
    opening = {"session": "2020-E3C1", "portee": "NATIONALE", "code": "*", "ouverte": True}
    fiche = _person(place) | {"uai": _LETTRES[place]}
    del fiche["numero"]
    person = "/api/academies/{academie}/intervenants"
    contact = {"nom": "D", "courriel": "x@y.invalid", "telephone": "0", "horaires": "9 h"}
    json = {
        "POST /api/missions/{mission_id}/convocations": {"intervenants": [NUMEROS[place]], "dates": ["2030-03-05"]},
        "PUT /api/convocations/{convocation_id}": {"dates": ["2030-03-07"]},
        "POST /api/convocations/{convocation_id}/annulation": {"motif": "x"},
        "POST /api/envois": {"demandes": [{"convocation_id": ids["convocation_id"], "version": 1}]},
        "PUT /api/ouvertures": opening,
        "POST /api/sessions": {"session": "2040-E3C1", "libelle": "x"},
        "PUT /api/sessions/{session}": {"libelle": "x"},
        "PUT /api/sessions/{session}/academies/{academie}": {"debut": "2020-01-20"},
        "POST /api/rappels": {"session": "2020-E3C1", "motif": "SIGNATURE", "uais": [ids["uai"]]},
        "PUT /api/academies/{academie}/intervenants": {"intervenants": [_person(place)]},
        "PUT /api/academies/{academie}/contact": contact,
        "PUT /api/academies/{academie}/exigences/{code}": EXIGENCE,
        "DELETE /api/academies/{academie}/exigences/{code}": {"motif": "x"},
        "PUT /api/etablissements/{uai}/signature": names,
        "POST /api/intervenants/fusion": {
            one: {"id": str(ids[key]), "version": 1} for one, key in (("gardee", "une"), ("autre", "autre"))
        },
        "POST /api/intervenants/distincts": {"intervenants": [str(ids["une"]), str(ids["autre"])]},
        "POST /api/etablissements/{uai}/delegations": _delegation(place),
        "POST /api/attributions": {
            "droit": {"role": "gestionnaire", "academies": [ACADEMIES[place]]},
            "personne": {"nom": "GESTIONNAIRE", "courriel": "g@ac-exemple.invalid"},
            "motif": "x",
        },
        "POST /api/attributions/{attribution_id}/retrait": {"motif": "x"},
        "PUT /api/comptes/{compte}/activite": {"actif": False, "motif": "x"},
        f"POST {person}": fiche | {"numero": "950"},
        f"PUT {person}/{{intervenant_id}}": fiche,
        f"PUT {person}/{{intervenant_id}}/activite": {"actif": False, "motif": "x"},
    }
    activity = {"version": "1", "motif": "x", "action": "desactiver"}
    forms = {
        "POST /convocations/{convocation_id}/empechement": {"version": "1", "motif": "x"},
        "POST /mes-missions/calendrier": {"action": "creer"},
        "POST /demandes": {"uai": place, "nom": "X", "prenom": "Y", "cle": "k"},
        "POST /demandes/nouvelle": {"recherche": "X Y"},
        "POST /demandes/{demande_id}/reponse": {"action": "refusee", "reponse": "non"},
        "POST /signature/{uai}": names,
        "POST /interventions/{uai}": {"motif": "x"},
        "POST /intervenants/import": {"academie": ACADEMIES[place]},
        "POST /sessions": {"session": "2040-E3C1", "libelle": "x"},
        "POST /sessions/{session}": {"libelle": "x", "version": "1"},
        "POST /exports": {"academie": ACADEMIES[place], "session": "2020-E3C1", "format": "csv"},
        "POST /intervenants/export": {"code": place, "format": "csv"},
        "POST /intervenants/nouveau": fiche | {"academie": ACADEMIES[place], "numero": "951"},
        "POST /intervenants/{intervenant_id}": fiche | {"version": "1"},
        "POST /intervenants/{intervenant_id}/activite": activity,
        "POST /contact/{academie}": contact,
        "POST /intervenants/doublons/{une}/{autre}": {"action": "distinctes"},
        "POST /delegations/{uai}": _delegation(place) | {"cle": "k"},
        "POST /comptes/attribution": {
            "nom": "G",
            "courriel": "h@ac-exemple.invalid",
            "role": "administrateur",
            "motif": "x",
            "cle": place,
        },
        "POST /comptes/attributions/{attribution_id}/retrait": {"motif": "x"},
        "POST /comptes/{compte}/activite": {"motif": "x", "action": "desactiver"},
    }
    return json, forms


@pytest.fixture
async def places(open_world):
    """One of everything at Lyon and at Lille: the values of the parameters in paths."""
    world, found = open_world, {}
    chefs = {LYON: world.chef, LILLE: world.acteur("chef-lille", Role.CHEF, LILLE)}
    gestionnaires = {LYON: world.gestionnaire, LILLE: world.gestionnaire_de_lille}
    rows = await world.pool.fetch("SELECT uai, mission_id FROM mission WHERE code = 'HG'")
    missions = {row["uai"]: str(row["mission_id"]) for row in rows}
    people = {"intervenants": [_person(LILLE), _person(LILLE) | {"numero": AUTRES[LILLE]}]}
    assert (await world.gestionnaire_de_lille.put("/api/academies/09/intervenants", people)).status_code == 200
    for place, academie in ACADEMIES.items():
        chef, gestionnaire = chefs[place], gestionnaires[place]
        created = await chef.convoque(missions[place], NUMEROS[place])
        form = {"uai": place, "nom": f"DEMANDEE{academie}", "prenom": "Y", "cle": "k"}
        asked = await world.client.post("/demandes", data=form, headers=chef._headers)
        assert asked.status_code == 303
        signature = {"nom": "CHEF", "prenom": "Camille", "qualite": "Proviseure"}
        assert (await chef.put(f"/api/etablissements/{place}/signature", signature)).status_code == 200
        rule = f"/api/academies/{academie}/exigences/HG"
        assert (await gestionnaire.put(rule, EXIGENCE, **{"If-Match": '"0"'})).status_code == 200
        headers = gestionnaire._headers | {"Content-Type": "text/csv"}
        sent = await world.client.post(f"/api/academies/{academie}/annuaire?essai=true", content=CSV, headers=headers)
        delegated = await chef.post(f"/api/etablissements/{place}/delegations", _delegation(place))
        await _seen(world, COMPTES[place])
        right = {"droit": {"role": "gestionnaire", "academies": [academie]}, "compte": COMPTES[place], "motif": "x"}
        given = await world.administrateur.post("/api/attributions", right)
        found[place] = {
            "delegation_id": delegated.json()["delegation_id"],
            "compte": COMPTES[place],
            "attribution_id": given.json()["attribution_id"],
            "mission_id": missions[place],
            "convocation_id": created.json()["convocations"][0]["convocation_id"],
            "demande_id": await world.pool.fetchval("SELECT demande_id FROM demande WHERE uai = $1", place),
            "import_id": sent.json()["import_id"],
            "intervenant_id": await world.pool.fetchval("SELECT id FROM intervenant WHERE numero = $1", NUMEROS[place]),
            "une": await world.pool.fetchval("SELECT id FROM intervenant WHERE numero = $1", NUMEROS[place]),
            "autre": await world.pool.fetchval("SELECT id FROM intervenant WHERE numero = $1", AUTRES[place]),
            "fusion_id": await world.pool.fetchval(_FUSION, academie, NUMEROS[place], AUTRES[place]),
            "fusion": await world.pool.fetchval(_FUSION, academie, NUMEROS[place], AUTRES[place]),
            "academie": academie,
            "adresse": academie,
            "uai": place,
            "code": "HG",
            "sujet": "couverture",
            "session": "2020-E3C1",
            "version": 1,
            "csv": CSV,
        }
        found[place]["json"], found[place]["forms"] = _bodies(place, found[place])
    mission = str(world.numerisation)
    created = (await world.chef.convoque(mission, AUTRES[LYON])).json()["convocations"][0]
    found[NUMERISATION] = found[LYON] | {"mission_id": mission, "convocation_id": created["convocation_id"]}
    return found


async def _seen(world, compte):
    who = {"genre": Genre.FIM, "emetteur": "https://fournisseur.invalid", "nom": "GESTIONNAIRE"}
    who["courriel"] = f"{compte}@ac-exemple.invalid"
    async with world.pool.acquire() as connection:
        await comptes.seen(connection, compte=compte, now=datetime.now(UTC), **who)
