"""STS-WEB's file of an établissement (invented people): what it changes, whom it cannot make, who may have left."""

from datetime import UTC, datetime

import pytest

from convocation.annuaire.imports import commands as import_annuaire
from testkit.actes import actes

LYON, LILLE = "0699001J", "0599001F"
BIRTH = "1971-02-03"


def individu(nom, prenom, civilite="2", fonction="ENS", disciplines=("L1000",)):
    """Nine lines of the file."""
    codes = "".join(f'<DISCIPLINE CODE="{one}"><NB_HEURES>18</NB_HEURES></DISCIPLINE>' for one in disciplines)
    return f"""<INDIVIDU ID="17" TYPE="epp">
<SEXE>2</SEXE>
<CIVILITE>{civilite}</CIVILITE>
<NOM_USAGE>{nom}</NOM_USAGE>
<NOM_PATRONYMIQUE>{nom}</NOM_PATRONYMIQUE>
<PRENOM>{prenom}</PRENOM>
<DATE_NAISSANCE>{BIRTH}</DATE_NAISSANCE><GRADE>CERT. CN</GRADE><FONCTION>{fonction}</FONCTION>
<DISCIPLINES>{codes}</DISCIPLINES>
</INDIVIDU>"""


def sts(*individus, uai=LYON, source="", encoding="ISO-8859-1", prolog=""):
    """The people begin at line 4."""
    text = f"""<?xml version="1.0" encoding="{encoding}"?>{prolog}
<STS_EDT><PARAMETRES><UAJ CODE="{uai}"/>{source}<ANNEE_SCOLAIRE ANNEE="2019"/></PARAMETRES>
<DONNEES><STRUCTURE/><INDIVIDUS>
{chr(10).join(individus)}
</INDIVIDUS></DONNEES></STS_EDT>"""
    return text.encode(encoding)


ALL = [
    individu("BOEUF", "ELODIE", disciplines=("L1000", "C0202", "L9999")),
    individu("DE LA TOUR", "JEAN-NOËL MARIE", civilite="1"),
    individu("LEFÈVRE", "ANNE", disciplines=("L0202",)),
    individu("NOUVELLE", "ZOÉ"),
    individu("PROVISEUR", "CLAUDE", fonction="DIR"),
]


async def checked(world, octets, *, essai="true"):
    headers = world.gestionnaire._headers | {"Content-Type": "application/xml"}
    sent = await world.client.post(f"/api/academies/10/annuaire?essai={essai}", content=octets, headers=headers)
    assert await import_annuaire.work_at_import(world.pool, lambda: datetime.now(UTC))
    return (await world.gestionnaire.get(sent.json()["adresse"])).json()


def told(state, kind="remarques"):
    return [(one["ligne"], one["colonne"]) for one in state[kind]]


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-8"])
async def test_who_is_known_is_brought_up_to_date_and_nobody_is_made_or_deactivated(world, encoding):
    people = await world.pool.fetchval("SELECT count(*) FROM intervenant WHERE actif")
    state = await checked(world, sts(*ALL, encoding=encoding), essai="false")
    assert (state["etat"], state["erreurs"]) == ("TERMINE", [])
    assert state["bilan"] == {"creees": 0, "modifiees": 2, "inchangees": 1, "erreurs": 0, "remarques": 4}
    rows = await world.pool.fetch(
        "SELECT numero, civilite, disciplines FROM intervenant WHERE numero < '103' ORDER BY 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("100", "Mme", ["1000", "0202"]),
        ("101", "M.", ["1000"]),
        ("102", "Mme", ["0202"]),
    ]
    assert await world.pool.fetchval("SELECT count(*) FROM intervenant WHERE actif") == people
    kept = await world.pool.fetchval("SELECT string_agg(i::text, '') FROM import_annuaire i") + str(
        [(one.avant, one.apres) for one in await actes(world.pool)]
    )
    assert BIRTH not in kept


async def test_whom_the_directory_lacks_and_who_may_have_left_are_told(world):
    state = await checked(world, sts(*ALL))
    # Somebody of another function and who may have left; a code unknown; somebody whom the directory lacks.
    assert told(state) == [(1, ""), (1, "actif"), (4, "disciplines"), (31, "")]
    assert "ni son numéro ni son courriel" in state["remarques"][3]["phrase"]
    left = await world.lue("103")
    assert state["remarques"][1]["intervenant"] == left["id"]
    page = await world.browser("gestionnaire").get(f"/intervenants/import/{state['import_id']}")
    assert f'href="/intervenants/{left["id"]}"' in page.text


async def test_two_of_one_name_are_told_and_neither_is_changed(world):
    await world.register([world.fiche("300", "LEFEVRE", "Anne", LYON)])
    state = await checked(world, sts(individu("LEFÈVRE", "Anne")))
    assert (state["bilan"]["modifiees"], told(state)[-1]) == (0, (4, ""))
    twice = await checked(world, sts(individu("BOEUF", "Élodie"), individu("BOEUF", "ELODIE")))
    assert (twice["etat"], told(twice)[-1]) == ("VERIFIE", (13, ""))


ENTITIES = '<!DOCTYPE STS_EDT [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
REFUSED = {
    "another académie's": (sts(*ALL, uai=LILLE), "uai"),
    "an établissement that nobody knows": (sts(*ALL, uai="0691234A"), "uai"),
    "no établissement": (sts(uai=""), "uai"),
    "a timetable editor's": (sts(*ALL, source="<APPLICATION_SOURCE>EDT</APPLICATION_SOURCE>"), ""),
    "entities": (sts(individu("&b;", "x"), prolog=ENTITIES), ""),
    "cut short": (sts(*ALL)[:400], ""),
    "another XML": (b'<?xml version="1.0"?><a/>', ""),
    "too deep": (b"<STS_EDT>" * 40, ""),
}


@pytest.mark.parametrize(("octets", "column"), REFUSED.values(), ids=REFUSED)
async def test_what_is_no_file_of_an_own_etablissement_is_refused_whole(world, octets, column):
    state = await checked(world, octets, essai="false")
    assert state["etat"] == "EN_ERREUR"
    assert [one for _, one in told(state, "erreurs")] == [column]
