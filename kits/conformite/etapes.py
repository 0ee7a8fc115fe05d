"""Les étapes : ce que la suite écrit pour chaque règle, et ce que le consommateur doit en savoir."""

from collections.abc import Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

from ecriture import LENDEMAIN, TYPE, Ecrivain, cle, droit, partition
from essai import AUCUN, EFFACE

RETIRE = {"status": "REVOKED"}


class Ecrit(NamedTuple):
    """Un enregistrement. `champs` change le corps d’un droit ; `valeur` remplace tout le corps."""

    version: int = 1
    champs: Mapping[str, Any] = MappingProxyType({})
    valeur: bytes | str | None = "un droit"
    ce_type: str = TYPE
    cle_brute: bytes | None = None


SUPPRESSION = Ecrit(valeur=None)
CAS = {
    "plus-haute-version": {
        "retiré, puis une version plus basse qui octroie": ([Ecrit(1), Ecrit(3, RETIRE), Ecrit(2)], (3, False)),
        "octroyé, puis une version plus basse qui retire": ([Ecrit(4), Ecrit(3, RETIRE)], (4, True)),
        "le même enregistrement trois fois": ([Ecrit(2), Ecrit(2), Ecrit(2)], (2, True)),
        "des versions qui manquent": ([Ecrit(1), Ecrit(9)], (9, True)),
        "retiré à la version 10, après la 9": ([Ecrit(9), Ecrit(10, RETIRE)], (10, False)),
    },
    "retrait": {
        "octroyé, puis retiré": ([Ecrit(1), Ecrit(2, RETIRE)], (2, False)),
        "retiré, sans octroi connu": ([Ecrit(3, RETIRE)], (3, False)),
        "retiré, puis octroyé à nouveau": ([Ecrit(1), Ecrit(2, RETIRE), Ecrit(3)], (3, True)),
    },
    "role-inconnu": {
        "octroyé avec un rôle que le contrat ne nomme pas": ([Ecrit(1, {"role": "HARMONISATEUR"})], (1, False)),
        "un rôle connu qui devient inconnu": ([Ecrit(1), Ecrit(2, {"role": "HARMONISATEUR"})], (2, False)),
        "octroyé pour la numérisation": ([Ecrit(1, {"role": "NUMERISATION"})], (1, True)),
    },
    "validite": {
        "un droit qui commence le lendemain": ([Ecrit(1, {"valide_du": "2020-01-30"})], (1, False)),
        "un droit qui a fini la veille": ([Ecrit(1, {"valide_au": "2020-01-28"})], (1, False)),
        "un droit de ce seul jour": ([Ecrit(1, {"valide_du": "2020-01-29", "valide_au": "2020-01-29"})], (1, True)),
        "un droit sans fin connue": ([Ecrit(1, {"valide_au": None})], (1, True)),
    },
    "champs-inconnus": {
        "un champ inconnu": ([Ecrit(1, {"salle": "B12"})], (1, True)),
        "des champs inconnus, nuls et emboîtés": ([Ecrit(1, {"detail": {"lu": [1, None]}, "note": None})], (1, True)),
        "un champ inconnu dans un retrait": ([Ecrit(1), Ecrit(2, RETIRE | {"raison": "absente"})], (2, False)),
    },
    "type-inconnu": {
        "un événement inconnu, au corps d’un droit": ([Ecrit(1, ce_type="fr.imagin.essai.v1")], AUCUN),
        "un événement inconnu après un retrait": (
            [Ecrit(1), Ecrit(2, RETIRE), Ecrit(3, ce_type="fr.imagin.essai.v1")],
            (2, False),
        ),
        "un droit, puis un événement inconnu sans JSON": (
            [Ecrit(1), Ecrit(valeur=b"<essai/>", ce_type="fr.imagin.essai.v1")],
            (1, True),
        ),
    },
    "illisible": {
        "un droit, puis ce qui n’est pas du JSON": ([Ecrit(1), Ecrit(valeur=b"{pas du json")], (1, True)),
        "une liste": ([Ecrit(valeur=b"[]")], AUCUN),
        "un corps vide": ([Ecrit(valeur=b"")], AUCUN),
        "des octets qui ne sont pas de l’UTF-8": ([Ecrit(valeur=b"\xff\xfe")], AUCUN),
        "un octroi sans version": ([Ecrit(1, {"version": None})], AUCUN),
        "un octroi à la version « deux »": ([Ecrit(1), Ecrit(2, {"version": "deux"})], (1, True)),
        "un octroi sous la clé d’une autre": ([Ecrit(1, cle_brute=cle("l’autre").encode())], AUCUN),
        "l’autre": ([], AUCUN),
        "une version plus grande que le contrat n’en connaît": ([Ecrit(1, RETIRE), Ecrit(2**70)], (1, False)),
        "des listes emboîtées par milliers": ([Ecrit(1), Ecrit(valeur=b"[" * 200_000)], (1, True)),
        "un octroi sans clé": ([Ecrit(1, cle_brute=b"")], AUCUN),
        "un droit lisible, après eux": ([Ecrit(1)], (1, True)),
    },
    "suppression": {
        "octroyé, puis supprimé": ([Ecrit(1), SUPPRESSION], EFFACE),
        "retiré, puis supprimé": ([Ecrit(1), Ecrit(2, RETIRE), SUPPRESSION], EFFACE),
        "supprimé, sans avoir été connu": ([SUPPRESSION], EFFACE),
    },
}


async def jouer_des_cas(essai, cas):
    """Écrit les enregistrements de chaque cas et constate ce qu’il doit en rester."""
    for nom, (ecrits, _) in cas.items():
        for un in ecrits:
            convocation_id = cle(nom)
            lisible = un.valeur == "un droit"
            corps = droit(convocation_id, un.version, **un.champs) if lisible else un.valeur
            essai.ecrites.setdefault(convocation_id, set()).add(un.version)
            await essai.ecrivain.ecrire(convocation_id, corps, ce_type=un.ce_type, cle_brute=un.cle_brute)
    await essai.constater({nom: attendu for nom, (_, attendu) in cas.items()})


async def validite(essai):
    """Deux jours demandés : un droit s’ouvre et se ferme sans qu’un enregistrement arrive."""
    await jouer_des_cas(essai, CAS["validite"])
    le_lendemain = {
        "un droit qui commence le lendemain": (1, True),
        "un droit de ce seul jour": (1, False),
        "un droit sans fin connue": (1, True),
    }
    await essai.constater(le_lendemain, jour=LENDEMAIN)


async def depuis_le_debut(essai):
    """Écrit avant le premier démarrage : c’est la seule étape qui a besoin d’un essai neuf."""
    noms = [f"écrit avant le démarrage, {numero}" for numero in range(1, 31)]
    for nom in noms:
        await essai.ecrire(nom, 1)
    for nom in noms[::3]:
        await essai.ecrire(nom, 2, **RETIRE)
    await essai.demarrer()
    await essai.constater({nom: (2, False) if nom in noms[::3] else (1, True) for nom in noms})


@asynccontextmanager
async def transaction(essai):
    async with Ecrivain(essai.reglages.kafka, essai.topic, f"{essai.groupe}.autre") as autre:
        await autre.producer.begin_transaction()
        yield autre


async def transaction_abandonnee(essai):
    noms = [f"octroyé dans une transaction abandonnée, {numero}" for numero in range(1, 7)]
    await essai.ecrire(noms[0], 1)
    await essai.ecrire(noms[1], 1, **RETIRE)
    async with transaction(essai) as autre:
        for nom in noms:
            await essai.ecrire(nom, 9, autre)
        await autre.producer.abort_transaction()
    for nom in noms:
        essai.ecrites[cle(nom)].discard(9)
    await essai.constater(dict.fromkeys(noms[2:], AUCUN) | {noms[0]: (1, True), noms[1]: (1, False)})


async def transaction_ouverte(essai):
    ouvert, retire = "octroyé dans une transaction encore ouverte", "retiré dans une transaction encore ouverte"
    await essai.ecrire(retire, 1)
    async with transaction(essai) as autre:
        await essai.ecrire(ouvert, 1, autre)
        await essai.ecrire(retire, 2, autre, **RETIRE)
        prises = {partition(cle(ouvert)), partition(cle(retire))}
        await essai.constater({ouvert: AUCUN, retire: (1, True)}, sauf=prises)
        await autre.producer.commit_transaction()
    await essai.constater({ouvert: (1, True), retire: (2, False)})


ETAPES = {
    "depuis-le-debut": depuis_le_debut,
    **{regle: (lambda essai, cas=cas: jouer_des_cas(essai, cas)) for regle, cas in CAS.items()},
    "validite": validite,
    "transaction-abandonnee": transaction_abandonnee,
    "transaction-ouverte": transaction_ouverte,
}
