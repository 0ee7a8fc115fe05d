"""Répond aux droits : une réponse par version reçue, la même si elle repart.

Une réponse due est enregistrée avec le droit, puis envoyée, puis rayée. Arrêté entre les deux, elle repart telle
quelle : même `version`, même contenu, donc ignorée par IMAG’IN.
"""

import asyncio
import json
from datetime import UTC, datetime
from uuid import UUID, uuid5

TYPE = "fr.santorin.accuse.v1"
SOURCE = "/santorin/droits"
MON_ESPACE = UUID("5d1c7b0e-8a0c-5d0b-9c53-0a3f7f1f2a10")  # le vôtre : n’importe quel UUID, toujours le même


def accuse(convocation_id, habilitation_version, version, motif=None):
    """Le corps. `motif` : pourquoi le droit n’est pas appliqué, sans donnée personnelle ; sinon il est accepté."""
    decision = "ACCEPTED" if motif is None else "REFUSED"
    corps = {"convocation_id": convocation_id, "habilitation_version": habilitation_version, "version": version}
    return json.dumps(corps | {"decision": decision, "motif": motif}, ensure_ascii=False).encode()


def entetes(convocation_id, version, traceparent=None):
    """CloudEvents 1.0, mode binaire ; `ce_id` est calculé : le même pour un renvoi."""
    dits = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid5(MON_ESPACE, f"{convocation_id}/{version}")),
        "ce_source": SOURCE,
        "ce_type": TYPE,
        "ce_subject": convocation_id,
        "ce_time": datetime.now(UTC).isoformat(),
        "content-type": "application/json",
    }
    dits |= {"traceparent": traceparent} if traceparent else {}
    return [(nom, valeur.encode()) for nom, valeur in dits.items()]


async def envoyer(producer, topic, registre):
    """Tout ce qui est dû ; ne raye que ce que Kafka a acquitté."""
    dus = registre.dus()
    envois = []
    for convocation_id, habilitation_version, version, traceparent in dus:
        corps = accuse(convocation_id, habilitation_version, version)
        dits = entetes(convocation_id, version, traceparent)
        envois.append(await producer.send(topic, corps, key=convocation_id.encode(), headers=dits))
    if dus:
        await asyncio.gather(*envois)
        registre.repondu(dus)
