"""What the rectorat did for établissements, as the page says it."""

from typing import Any

from convocation.interventions.sql import InterventionRow
from event_schemas.academies import local_time
from francais import pluriel


def line(row: InterventionRow) -> dict[str, Any]:
    """Its times by the académie's clocks."""
    return {
        "uai": row.uai,
        "etablissement": f"{row.etablissement_nom}, {row.etablissement_commune}",
        "session": row.session,
        "motif": row.motif,
        "qui": row.par_nom.partition(" pour ")[0],
        "debut": local_time(row.academie, row.debut),
        "fin": local_time(row.academie, row.fin) if row.fin else None,
        "actes": _actes(row),
    }


def _actes(row: InterventionRow) -> str:
    counts = (
        (row.convoquees, "personne convoquée", "personnes convoquées"),
        (row.modifiees, "convocation modifiée", "convocations modifiées"),
        (row.annulees, "convocation supprimée", "convocations supprimées"),
        (row.autres, "autre acte", "autres actes"),
    )
    return ", ".join(pluriel(count, one, several) for count, one, several in counts if count)
