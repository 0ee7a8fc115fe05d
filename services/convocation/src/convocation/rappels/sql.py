"""SQL of the reminders: who is late and when it was last told so, and the reminders that are written."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.database import Connection, Row

# The last reminder for the reason, and what became of its letter.
_RETARDS = """
SELECT r.uai, r.academie, r.etablissement_nom, r.etablissement_commune, r.missions, r.sans_personne, r.convoques,
       r.non_lues, r.motifs, k.courriel IS NOT NULL AS joignable, coalesce(d.rang, 0) AS rang,
       d.le AS rappele_le, d.par_nom AS rappele_par, t.sort
FROM retard_etablissement r
LEFT JOIN coordonnees_etablissement k ON k.uai = r.uai
LEFT JOIN LATERAL (SELECT id, rang, le, par_nom FROM rappel p
                   WHERE p.uai = r.uai AND p.session = r.session AND p.motif = $2
                   ORDER BY rang DESC LIMIT 1) AS d ON true
LEFT JOIN avis a ON a.uai = r.uai AND a.sorte = 'RAPPEL' AND a.reference = d.id::text
LEFT JOIN avis_lettre t ON t.uai = a.uai AND t.version = a.lettre
WHERE r.session = $1 AND ($3::text[] IS NULL OR r.academie = ANY ($3)) AND ($4::text[] IS NULL OR r.uai = ANY ($4))
ORDER BY r.etablissement_nom, r.etablissement_commune, r.uai
"""
# `rang` is the next: of two who remind at once one gets no row, as where the last reminder is too near ($9).
# `vu`: the rank of the near one that was seen. Whoever wants another all the same has seen that it is the last.
_ADD = """
INSERT INTO rappel (uai, session, motif, rang, academie, texte, par, par_nom, le)
SELECT t.uai, $1, $2, coalesce(d.rang, 0) + 1, t.academie, t.texte, $7, $8, $9
FROM unnest($3::text[], $4::text[], $5::text[], $6::int[]) AS t (uai, academie, texte, vu)
LEFT JOIN LATERAL (SELECT rang, le FROM rappel p WHERE p.uai = t.uai AND p.session = $1 AND p.motif = $2
                   ORDER BY rang DESC LIMIT 1) AS d ON true
WHERE t.vu = coalesce(d.rang, 0) OR coalesce(d.le <= $9::timestamptz - $10::interval, true)
ORDER BY t.uai
ON CONFLICT DO NOTHING
RETURNING id, uai
"""


class Retard(Row):
    """An établissement; `joignable`: it has an address for letters. `rang`, `sort`: of the last reminder."""

    uai: str
    academie: str
    etablissement_nom: str
    etablissement_commune: str
    missions: int
    sans_personne: int
    convoques: int
    non_lues: int
    motifs: list[str]
    joignable: bool
    rang: int
    rappele_le: datetime | None
    rappele_par: str | None
    sort: str | None

    @property
    def nom(self) -> str:
        return f"{self.etablissement_nom}, {self.etablissement_commune}"


class RappelEcrit(Row):
    """A reminder that was written."""

    id: int
    uai: str


async def retards(
    connection: Connection,
    session: str,
    motif: str,
    *,
    academies: Sequence[str] | None = None,
    uais: Sequence[str] | None = None,
) -> list[Retard]:
    """All établissements of these académies, or these, late or not, by name."""
    return await connection.fetch(_RETARDS, session, motif, academies, uais, record_class=Retard)


async def add(
    connection: Connection,
    session: str,
    motif: str,
    rows: Sequence[tuple[str, str, str, int | None]],
    *,
    par: str,
    par_nom: str,
    le: datetime,
    delai: timedelta,
) -> list[RappelEcrit]:
    """UAI, académie, text, and the rank of the near reminder that was seen. Returns those that were written."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return await connection.fetch(_ADD, session, motif, *columns, par, par_nom, le, delai, record_class=RappelEcrit)
