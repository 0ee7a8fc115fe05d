"""The audit: each act of a person with who, when, before, after and why, written in the act's own transaction.

Append-only by the database's rights: a service's role may add rows and read them, and nothing else (0021). What an
act says of an intervenant stands under a key of hers, which can be forgotten (0061).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from acces import oubli
from acces.acteur import Acteur, Role
from acces.oubli import Cle
from chassis.database import Connection, Row

_RECORD = """
INSERT INTO audit (le, role, par, nom, action, objet, academie, uai, avant, apres, motif, alias, secret)
SELECT $1, $2, par, nom, action, objet, academie, uai, avant::jsonb, apres::jsonb, motif, alias, secret
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::uuid[], $13::bytea[])
     AS t (par, nom, action, objet, academie, uai, avant, apres, motif, alias, secret)
"""
COLUMNS = """id, le, par AS par_ecrit, role, nom AS nom_ecrit, action, objet AS objet_ecrit, academie, uai,
       avant::text AS avant_json, apres::text AS apres_json, motif AS motif_ecrit, alias, secret"""
"""What a statement selects of `audit` for an ActeEcrit; beside it its key, `cle`, and `total`."""
_PAGE = f"""
SELECT t.*, k.cle FROM (
    SELECT {COLUMNS}, count(*) OVER () AS total
    FROM audit
    WHERE ($1::text IS NULL OR action LIKE $1) AND ($2::text[] IS NULL OR objet = ANY ($2))
      AND ($3::text[] IS NULL OR par = ANY ($3)) AND ($4::text IS NULL OR academie = $4)
      AND ($5::timestamptz IS NULL OR le >= $5) AND ($6::timestamptz IS NULL OR le < $6)
      AND ($7::text IS NULL OR uai = $7) AND ($8::text[] IS NULL OR par = ANY ($8) OR objet = ANY ($9))
      AND ($10::text[] IS NULL OR academie = ANY($10)) AND split_part(action, '.', 1) <> ALL ($11::text[])
    ORDER BY le DESC, id DESC LIMIT $12 OFFSET $13) AS t
LEFT JOIN cle_oubli k ON k.alias = t.alias ORDER BY t.le DESC, t.id DESC
"""
_ACTS = f"""
SELECT a.*, 0::bigint AS total, k.cle FROM (SELECT {COLUMNS} FROM audit) AS a LEFT JOIN cle_oubli k ON k.alias = a.alias
WHERE ($1::timestamptz IS NULL OR le >= $1) AND ($2::timestamptz IS NULL OR le < $2) AND id > $3 ORDER BY id LIMIT $4
"""
_PERSONNELS = {"intervenant", "demande", "doublon"}


@dataclass(frozen=True, slots=True)
class Acte:
    """One act on one object: `action` as the policy names it, `objet` like "intervenant|123".

    `avant` and `apres` hold what changed and no more; None where there was or is nothing. `academie` and `uai`: whose.
    `personne`: the number of the intervenant whom an object of another kind is about.
    """

    action: str
    objet: str
    avant: Mapping[str, object] | None = None
    apres: Mapping[str, object] | None = None
    motif: str = ""
    academie: str | None = None
    uai: str | None = None
    personne: str | None = None

    def sujet(self, acteur: Acteur) -> str | None:
        """Under whose key it is written; None: it is about nobody who can be forgotten."""
        if self.personne is not None:
            return intervenant(self.personne)
        if self.objet.partition("|")[0] in _PERSONNELS:
            return self.objet
        return intervenant(acteur.sub) if acteur.role is Role.INTERVENANT else None


class ActeEcrit(Row):
    """One act as recorded, and how many the search has found (`total`).

    Once its key is forgotten, an alias stands for the person's number and nothing for what it said of her.
    """

    id: int
    le: datetime
    par_ecrit: str
    role: str
    nom_ecrit: str
    action: str
    objet_ecrit: str
    academie: str | None
    uai: str | None
    avant_json: str | None
    apres_json: str | None
    motif_ecrit: str
    alias: UUID | None
    secret: bytes | None
    total: int
    cle: bytes | None

    @property
    def par(self) -> str:
        """Who acted: the account, or an intervenant's number."""
        return str(self._clair.get("par", self.par_ecrit))

    @property
    def nom(self) -> str:
        """Who acted, by name."""
        return str(self._clair.get("nom", self.nom_ecrit))

    @property
    def objet(self) -> str:
        """On what, like "intervenant|123"."""
        return str(self._clair.get("objet", self.objet_ecrit))

    @property
    def motif(self) -> str:
        """The reason given."""
        return str(self._clair.get("motif", self.motif_ecrit))

    @property
    def avant(self) -> dict[str, object] | None:
        """What was there before; None: nothing."""
        return self._state("avant", self.avant_json)

    @property
    def apres(self) -> dict[str, object] | None:
        """What is there since; None: nothing."""
        return self._state("apres", self.apres_json)

    @property
    def oublie(self) -> bool:
        """Whether the person it was about was forgotten."""
        return self.secret is not None and not self._clair

    def _state(self, name: str, written: str | None) -> dict[str, object] | None:
        if self.secret is None:
            return json.loads(written) if written else None
        found = self._clair.get(name)
        return found if isinstance(found, dict) else None

    @property
    def _clair(self) -> dict[str, object]:
        """What is under the key; nothing where nothing is, or the key was forgotten."""
        if self.secret is None or self.cle is None or self.alias is None:
            return {}
        return oubli.open_(self.cle, self.alias, self.secret) or {}

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


def intervenant(numero: str) -> str:
    """The subject that an intervenant is."""
    return f"intervenant|{numero}"


async def record(connection: Connection, acteur: Acteur, le: datetime, actes: Iterable[Acte]) -> None:
    """Write acts of one person in the caller's transaction, at once; no row policy lets COPY pass (0040).

    What they say of somebody who can be forgotten stands under her key, her number too (0061).
    """
    acts = [(one, one.sujet(acteur)) for one in actes]
    himself = intervenant(acteur.sub) if acteur.role is Role.INTERVENANT else None
    wanted = {sujet for _, sujet in acts if sujet is not None}
    held = await oubli.keys(connection, wanted | {himself} if himself and acts else wanted)
    rows = [_written(acteur, himself, one, sujet, held) for one, sujet in acts]
    columns = map(list, zip(*rows, strict=True)) if rows else [[]] * 11
    await connection.execute(_RECORD, le, acteur.role.value, *columns)


def _written(
    acteur: Acteur, himself: str | None, acte: Acte, sujet: str | None, held: Mapping[str, Cle]
) -> tuple[object, ...]:
    """The columns of an act from `par` on."""
    avant, apres = acte.avant, acte.apres
    if sujet is None:
        states = _json(avant), _json(apres)
        place = acte.action, acte.objet, acte.academie, acte.uai
        return acteur.sub, acteur.nom, *place, *states, acte.motif, None, None
    cle = held[sujet]
    hidden: dict[str, object] = {"objet": acte.objet, "avant": avant, "apres": apres, "motif": acte.motif}
    par, nom = acteur.sub, acteur.nom
    if himself is not None:
        hidden |= {"par": par, "nom": nom}
        par, nom = str(held[himself].alias), ""
    objet = f"{acte.objet.partition('|')[0]}|{cle.alias}"
    secret = oubli.close(cle, hidden)
    return par, nom, acte.action, objet, acte.academie, acte.uai, None, None, "", cle.alias, secret


def _json(state: Mapping[str, object] | None) -> str | None:
    return None if state is None else json.dumps(state, ensure_ascii=False, default=str)


async def find(connection: Connection, wanted: Recherche, *, taille: int = 50, page: int = 1) -> list[ActeEcrit]:
    """A page of acts, the latest first."""
    famille = f"{wanted.famille}.%" if wanted.famille else None
    personne = await names(connection, [wanted.personne]) if wanted.personne else None
    return await connection.fetch(
        _PAGE,
        famille,
        await _objets(connection, wanted.objet) if wanted.objet else None,
        await names(connection, [wanted.par]) if wanted.par else None,
        wanted.academie,
        wanted.depuis,
        wanted.avant,
        wanted.uai,
        personne,
        [intervenant(one) for one in personne or ()],
        wanted.academies,
        list(wanted.sauf),
        taille,
        (page - 1) * taille,
        record_class=ActeEcrit,
    )


async def names(connection: Connection, numeros: Sequence[str]) -> list[str]:
    """Numbers or accounts, and the aliases of those who are intervenants: as `par` and objects name them."""
    return [*numeros, *await oubli.aliases(connection, [intervenant(one) for one in numeros])]


async def _objets(connection: Connection, objet: str) -> list[str]:
    kind = objet.partition("|")[0]
    return [objet, *(f"{kind}|{one}" for one in await oubli.aliases(connection, [objet]))]


async def acts(
    connection: Connection, bounds: tuple[datetime | None, datetime | None], after: int, size: int
) -> list[ActeEcrit]:
    """The next `size` acts of a time in the order of their ids, from after that one."""
    return await connection.fetch(_ACTS, *bounds, after, size, record_class=ActeEcrit)
