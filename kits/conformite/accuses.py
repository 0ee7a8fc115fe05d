"""Juge les réponses : chacune est-elle lisible par IMAG’IN, et chaque droit a-t-il la sienne ?"""

import asyncio
import json
import time

from ecriture import tout_lire
from essai import Ecart

TYPE = "fr.santorin.accuse.v1"
_CORPS = ("convocation_id", "habilitation_version", "version", "decision", "motif")
_ENTETES = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")


async def juger(essai):
    """Une convocation reçoit deux versions, l’une après la réponse à l’autre et un arrêt. Puis toutes les réponses
    sont lues. Lève Ecart.
    """
    for version in (1, 2):
        if version > 1:
            await essai.redemarrer()
        await essai.ecrire("deux versions, répondues l’une après l’autre", version)
        await essai.constater({"deux versions, répondues l’une après l’autre": (version, True)})
        lues = await _une_reponse_a_chacun(essai)
    if phrases := _contredites(lues) + _fausses(lues, essai.attendus):
        raise Ecart(*phrases)


async def _une_reponse_a_chacun(essai):
    """Les réponses, une fois que chaque droit de l’essai a celle à sa version."""
    limite = time.monotonic() + essai.reglages.reponses_sous
    while True:
        lues = await tout_lire(essai.reglages.kafka, essai.accuses)
        if phrases := [phrase for record in lues for phrase in _defauts(record, essai.ecrites)]:
            raise Ecart(*phrases)
        manquent = _sans_reponse(lues, essai.attendus)
        if not manquent:
            return lues
        if time.monotonic() > limite:
            raise Ecart(*_contredites(lues), *manquent)
        await asyncio.sleep(0.5)


def _defauts(record, ecrites):
    place = f"réponse fautive (partition {record.partition}, offset {record.offset})"
    dits = {nom: valeur.decode("utf-8", "replace") for nom, valeur in record.headers if valeur is not None}
    absents = [nom for nom in _ENTETES if nom not in dits]
    if absents:
        return [f"{place} : il manque {', '.join(absents)}"]
    if dits["ce_type"] != TYPE:
        return [f"{place} : ce_type {dits['ce_type']}"]
    try:
        corps = json.loads(record.value)
        cle, version, repond = corps["convocation_id"], corps["version"], corps["habilitation_version"]
        decision, motif = corps["decision"], corps["motif"]
    except (ValueError, KeyError, TypeError) as erreur:
        return [f"{place} : {type(erreur).__name__} {erreur}"]
    if not isinstance(cle, str) or type(repond) is not int:
        return [f"{place} : convocation_id n’est pas un texte, ou habilitation_version pas un entier"]
    fautes = {
        "la clé n’est pas convocation_id": record.key != str(cle).encode(),
        "version n’est pas un entier positif": type(version) is not int or version < 1,
        "decision n’est ni ACCEPTED ni REFUSED": decision not in {"ACCEPTED", "REFUSED"},
        "motif n’est ni nul ni un texte de 1 à 1 000 caractères": motif is not None and not _texte(motif),
        f"elle répond à la version {repond}, que personne n’a écrite": cle in ecrites and repond not in ecrites[cle],
    }
    return [f"{place} : {faute}" for faute, vraie in fautes.items() if vraie]


def _texte(motif):
    return isinstance(motif, str) and 1 <= len(motif) <= 1_000 and "\0" not in motif


def _sans_reponse(lues, attendus):
    """IMAG’IN ignore une réponse à une version dépassée, et une `version` qui n’est pas plus haute que la dernière."""
    retenues = _retenues(lues)
    manquent = [(cle, version) for cle, (version, _) in attendus.items() if (cle, version) not in retenues]
    if not manquent:
        return []
    cle, version = manquent[0]
    return [f"{len(manquent)} droits sur {len(attendus)} sans réponse ; {cle}, version {version} : rien n’y répond"]


def _retenues(lues):
    """{(convocation_id, version du droit): la réponse} : de chaque convocation, celles dont la version monte."""
    hautes, retenues = {}, {}
    for corps in map(_corps, lues):
        if corps["version"] > hautes.get(corps["convocation_id"], 0):
            hautes[corps["convocation_id"]] = corps["version"]
            retenues[corps["convocation_id"], corps["habilitation_version"]] = corps
    return retenues


def _fausses(lues, attendus):
    refuses = [place for place, corps in _retenues(lues).items() if corps["decision"] == "REFUSED"]
    return [
        f"{cle}, version {version} : il ouvre, et répond REFUSED"
        for cle, version in refuses
        if attendus.get(cle) == (version, True)
    ]


def _contredites(lues):
    vues, phrases = {}, []
    for corps in map(_corps, lues):
        place = corps["convocation_id"], corps["version"]
        lu = [corps[champ] for champ in _CORPS]
        if vues.setdefault(place, lu) != lu:
            phrases.append(f"{place[0]} : deux réponses de version {place[1]}, et deux contenus")
    return phrases


def _corps(record):
    return json.loads(record.value)
