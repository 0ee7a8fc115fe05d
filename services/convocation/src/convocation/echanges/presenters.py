"""What the notifier is answered about a version: facts, document, calendar object, signed link (0008)."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import Request

from convocation.commun.jetons import fin_du_lien, make_lien
from convocation.convocations.domain import libelle_qualite
from convocation.convocations.presenters import etablissement, file_name
from convocation.documents.application import application
from convocation.documents.reads import Cle
from convocation.echanges import sql
from convocation.mes_missions.calendrier import evenement, invitation
from convocation.settings import Settings
from event_schemas.academies import zone
from pages.commands import reading

INCONNU, DEPASSE = 404, 410


async def answers(request: Request, wanted: Sequence[tuple[UUID, int, int | None, bool]]) -> list[dict[str, Any]]:
    """One for each (convocation, version, version told before, under way), in their order, each with its `status`."""
    state = application(request)
    async with reading(request) as connection:
        rows = await sql.envois(connection, wanted)
    told = [(row["convocation_id"], row["version"]) for row in rows if _status(row) == 200]
    documents = await state.imprimeur.kept(state.pool, told, state.clock()) if told else {}
    return await asyncio.to_thread(_answers, rows, documents, state.settings)


def _answers(rows: Sequence[Any], documents: dict[Cle, bytes], settings: Settings) -> list[dict[str, Any]]:
    """In a thread: a calendar object takes as long as a document."""
    return [_answer(row, documents, settings) for row in rows]


def _status(row: Any) -> int:
    if row["nature"] is None:
        return INCONNU
    return 200 if row["courante"] == row["version"] or row["engagee"] else DEPASSE


def _answer(row: Any, documents: dict[Cle, bytes], settings: Settings) -> dict[str, Any]:
    key = (row["convocation_id"], row["version"])
    answer = {"convocation_id": str(key[0]), "version": key[1], "status": _status(row)}
    if answer["status"] != 200:
        return answer
    methode, texte = invitation(evenement(row), settings.calendar_organizer)
    name = file_name(f"convocation {row['libelle'][:50]} {row['uai']} {str(key[0])[:8]} v{key[1]}")
    return {
        **answer,
        **_facts(row),
        "lien": lien(row, settings),
        "document": {"nom": f"{name}.pdf", "octets": b64encode(documents[key]).decode()},
        "calendrier": {"nom": f"{name}.ics", "methode": methode, "texte": texte},
    }


def _facts(row: Any) -> dict[str, Any]:
    signataire = {name: row[f"signataire_{name}"] for name in ("nom", "prenom", "qualite")}
    same = ("nature", "lue", "courriel", "civilite", "nom", "prenom", "type", "libelle", "voie", "session", "academie")
    return {
        **{name: row[name] for name in same},
        "etablissement": etablissement(row["uai"], row["etablissement_nom"], row["etablissement_commune"]),
        **_entry(row),
        "motif": row["motif"],
        "reponse_empechement": row["reponse_empechement"],
        "signataire": signataire if row["signataire_nom"] else None,
        "reponse": {"nom": row["contact_nom"], "courriel": row["contact_courriel"]} if row["contact_nom"] else None,
        "precedente": _entry(row, "precedente_") if row["precedente"] else None,
    }


def _entry(row: Any, prefix: str = "") -> dict[str, Any]:
    names = ("qualite", "qualite_par_defaut", "dates", "observation")
    entry = {name: row[prefix + name] for name in names}
    return {
        "qualite_libelle": libelle_qualite(entry["qualite"], par_defaut=entry["qualite_par_defaut"]),
        "dates": [day.isoformat() for day in entry["dates"]],
        "observation": entry["observation"],
    }


def lien(row: Any, settings: Settings) -> str:
    """The address that signs the person of a convocation in, until some days after the last date of that version."""
    fin = fin_du_lien(row["dates"], settings.link_days, zone(row["academie"]))
    return f"{settings.public_url}/lien/{make_lien(row['convocation_id'], fin, settings.token_key.get_secret_value())}"
