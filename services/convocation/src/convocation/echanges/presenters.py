"""What the notifier is answered about a version (facts, document, calendar object, link; 0008) and an old address."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from acces.cles import Cles
from convocation.commun.jetons import Lien, empreinte, fin_du_lien, make_lien
from convocation.convocations.domain import libelle_qualite
from convocation.convocations.presenters import etablissement, file_name
from convocation.documents.domain import Cle
from convocation.echanges.sql import AdresseChangee, Envoi, VersionDemandee
from convocation.mes_missions.calendrier import evenement, invitation
from convocation.settings import Settings
from event_schemas.academies import local_time, zone


def cle_to_send(row: Envoi | None) -> Cle | None:
    """The version whose document goes along; None where nothing is sent."""
    return (row.convocation_id, row.version) if row is not None and _status(row) == 200 else None


def answers(
    wanted: Sequence[VersionDemandee],
    rows: Sequence[Envoi | None],
    documents: Mapping[Cle, bytes],
    settings: Settings,
    liens: Cles,
) -> list[dict[str, Any]]:
    """One for each of `wanted`, with its `status`. Blocks: a calendar object takes as long as a document."""
    return [_answer(one, row, documents, settings, liens) for one, row in zip(wanted, rows, strict=True)]


def _status(row: Envoi | None) -> int:
    """200; 410 when a later version has replaced this one; 404 when there is none."""
    if row is None:
        return 404
    return 200 if row.courante == row.version or row.engagee else 410


def _answer(
    wanted: VersionDemandee, row: Envoi | None, documents: Mapping[Cle, bytes], settings: Settings, liens: Cles
) -> dict[str, Any]:
    answer = {"convocation_id": str(wanted.convocation_id), "version": wanted.version, "status": _status(row)}
    key = cle_to_send(row)
    if row is None or key is None:
        return answer
    methode, texte = invitation(evenement(row), settings.calendar_organizer)
    name = file_name(f"convocation {row.libelle[:50]} {row.uai} {str(row.convocation_id)[:8]} v{row.version}")
    return {
        **answer,
        **_facts(row),
        "lien": _lien(row, settings, liens),
        "document": {"nom": f"{name}.pdf", "octets": b64encode(documents[key]).decode()},
        "calendrier": {"nom": f"{name}.ics", "methode": methode, "texte": texte},
    }


def _facts(row: Envoi) -> dict[str, Any]:
    signataire = {"nom": row.signataire_nom, "prenom": row.signataire_prenom, "qualite": row.signataire_qualite}
    reponse = {"nom": row.contact_nom, "courriel": row.contact_courriel}
    return {
        "nature": row.nature,
        "lue": row.lue,
        "relancee": row.relancee,
        "signature_ajoutee": row.signature_ajoutee,
        "courriel": row.courriel,
        "civilite": row.civilite,
        "nom": row.nom,
        "prenom": row.prenom,
        "type": row.type,
        "libelle": row.libelle,
        "voie": row.voie,
        "session": row.session,
        "academie": row.academie,
        "etablissement": etablissement(row.uai, row.etablissement_nom, row.etablissement_commune),
        **_entry(row.qualite, row.dates, row.observation, par_defaut=row.qualite_par_defaut),
        "motif": row.motif,
        "reponse_empechement": row.reponse_empechement,
        "joindre": row.joindre,
        "signataire": signataire if row.signataire_nom else None,
        "reponse": reponse if row.contact_nom else None,
        "precedente": _precedente(row),
    }


def _precedente(row: Envoi) -> dict[str, Any] | None:
    """What the person was told before."""
    if row.precedente_dates is None:
        return None
    return _entry(
        row.precedente_qualite,
        row.precedente_dates,
        row.precedente_observation or "",
        par_defaut=bool(row.precedente_qualite_par_defaut),
    )


def _entry(qualite: str | None, dates: Sequence[date], observation: str, *, par_defaut: bool) -> dict[str, Any]:
    return {
        "qualite_libelle": libelle_qualite(qualite, par_defaut=par_defaut),
        "dates": [day.isoformat() for day in dates],
        "observation": observation,
    }


def _lien(row: Envoi, settings: Settings, liens: Cles) -> str | None:
    """The address that signs the version's person in, until some days after its last date; None where none would."""
    if row.lien_compteur is None:
        return None
    fin = fin_du_lien(row.dates, settings.link_days, zone(row.academie))
    lien = Lien(row.intervenant_id, row.lien_compteur, empreinte(row.courriel, liens))
    return f"{settings.public_url}/lien/{make_lien(lien, fin, liens)}"


def adresse_changee(row: AdresseChangee) -> dict[str, Any]:
    """`le`: the day, by the clocks of the person's académie."""
    day = local_time(row.academie, row.le).date().isoformat()
    return {**row.only("courriel", "prenom", "nom", "par", "contact"), "id": str(row.id), "le": day}
