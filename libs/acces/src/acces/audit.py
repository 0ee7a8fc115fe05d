"""The audit: each act of a person with who, when, before, after and why, written in the act's own transaction.

Append-only by the database's rights: a service's role may add rows and read them, and nothing else (0021).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from acces.acteur import Acteur
from chassis.database import Connection, Row

_RECORD = """
INSERT INTO audit (le, par, role, nom, action, objet, academie, uai, avant, apres, motif)
SELECT $1, $2, $3, $4, action, objet, academie, uai, avant::jsonb, apres::jsonb, motif
FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
     AS t (action, objet, academie, uai, avant, apres, motif)
"""
_PAGE = """
SELECT id, le, par, role, nom, action, objet, academie, uai, avant AS avant_json, apres AS apres_json, motif,
       count(*) OVER () AS total
FROM audit
WHERE ($1::text IS NULL OR action LIKE $1) AND ($2::text IS NULL OR objet = $2) AND ($3::text IS NULL OR par = $3)
  AND ($4::text IS NULL OR academie = $4) AND ($5::timestamptz IS NULL OR le >= $5)
  AND ($6::timestamptz IS NULL OR le < $6) AND ($7::text IS NULL OR uai = $7)
  AND ($8::text IS NULL OR par = $8 OR objet = 'intervenant|' || $8)
  AND ($11::text[] IS NULL OR academie = ANY($11)) AND split_part(action, '.', 1) <> ALL ($12::text[])
ORDER BY le DESC, id DESC LIMIT $9 OFFSET $10
"""


@dataclass(frozen=True, slots=True)
class Acte:
    """One act on one object: `action` as the policy names it, `objet` like "intervenant|123".

    `avant` and `apres` hold what changed and no more; None where there was or is nothing. `academie` and `uai`: whose.
    """

    action: str
    objet: str
    avant: Mapping[str, object] | None = None
    apres: Mapping[str, object] | None = None
    motif: str = ""
    academie: str | None = None
    uai: str | None = None


class ActeEcrit(Row):
    """One act as recorded, and how many the search has found (`total`)."""

    id: int
    le: datetime
    par: str
    role: str
    nom: str
    action: str
    objet: str
    academie: str | None
    uai: str | None
    avant_json: str | None
    apres_json: str | None
    motif: str
    total: int

    @property
    def avant(self) -> dict[str, object] | None:
        """What was there before; None: nothing."""
        return json.loads(self.avant_json) if self.avant_json else None

    @property
    def apres(self) -> dict[str, object] | None:
        """What is there since; None: nothing."""
        return json.loads(self.apres_json) if self.apres_json else None

    @property
    def entier(self) -> dict[str, object]:
        """All of the act, as the APIs give it."""
        names = ("id", "le", "par", "role", "nom", "action", "objet", "academie", "uai", "motif")
        return self.only(*names) | {"avant": self.avant, "apres": self.apres}


@dataclass(frozen=True, slots=True)
class Recherche:
    """What is looked for in the audit; None is no restriction. `famille`: the action up to its dot.

    `personne`: who acted, or the intervenant it was about. `academies`: of one of these. `sauf`: families left out.
    """

    famille: str | None = None
    objet: str | None = None
    par: str | None = None
    academie: str | None = None
    depuis: datetime | None = None
    avant: datetime | None = None
    uai: str | None = None
    personne: str | None = None
    academies: Sequence[str] | None = None
    sauf: Sequence[str] = ()


def changes(avant: Mapping[str, object], apres: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """The fields that differ, as they were and as they are."""
    fields = [name for name in {**avant, **apres} if avant.get(name) != apres.get(name)]
    return {name: avant.get(name) for name in fields}, {name: apres.get(name) for name in fields}


async def record(connection: Connection, acteur: Acteur, le: datetime, actes: Iterable[Acte]) -> None:
    """Write acts of one person in the caller's transaction, at once; no row policy lets COPY pass (0040)."""
    rows = [
        (one.action, one.objet, one.academie, one.uai, _json(one.avant), _json(one.apres), one.motif) for one in actes
    ]
    columns = map(list, zip(*rows, strict=True)) if rows else [[]] * 7
    await connection.execute(_RECORD, le, acteur.sub, acteur.role.value, acteur.nom, *columns)


def _json(state: Mapping[str, object] | None) -> str | None:
    return None if state is None else json.dumps(state, ensure_ascii=False, default=str)


async def find(connection: Connection, wanted: Recherche, *, taille: int = 50, page: int = 1) -> list[ActeEcrit]:
    """A page of acts, the latest first."""
    famille = f"{wanted.famille}.%" if wanted.famille else None
    return await connection.fetch(
        _PAGE,
        famille,
        wanted.objet,
        wanted.par,
        wanted.academie,
        wanted.depuis,
        wanted.avant,
        wanted.uai,
        wanted.personne,
        taille,
        (page - 1) * taille,
        wanted.academies,
        list(wanted.sauf),
        record_class=ActeEcrit,
    )
