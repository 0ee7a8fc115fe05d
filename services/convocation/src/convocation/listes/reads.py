"""The state of missions, as etat_des_missions says it (0027), and as it is kept (0056)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from chassis.database import Connection, Row
from convocation.listes.domain import Manque


class EtatMission(Row):
    """`pourvus`: who counts for the need: correcteurs and suppléants, or anybody where copies are scanned."""

    mission_id: UUID
    session: str
    uai: str
    academie: str
    etablissement_nom: str
    etablissement_commune: str
    type: str
    voie: str
    code: str
    libelle: str
    candidats: int
    date_debut: date
    recherche: str
    active: bool
    besoin: int
    pourvus: int
    convoques: int
    correcteurs: int
    refusees: int
    mails_echoues: int
    empechements: int
    profils_manquants: list[str]
    sans_correcteur: bool
    a_pourvoir: bool
    deficit: bool
    profil_manquant: bool
    refusee: bool
    empechement: bool
    mail_echoue: bool
    sans_coordinateur: bool
    sans_signature: bool
    sans_candidat: bool

    @property
    def manques(self) -> list[Manque]:
        """The most serious first."""
        return [one for one in Manque if getattr(self, one)]


@dataclass(slots=True)
class Arguments:
    """What a statement that is built takes."""

    values: list[object] = field(default_factory=list)

    def place(self, value: object) -> str:
        """`$n`, or NULL for None."""
        if value is None:
            # written, not passed: PostgreSQL makes another plan for « all missions » than for « those of a lycée »
            return "NULL"
        self.values.append(value)
        return f"${len(self.values)}"

    def among(self, values: Sequence[str]) -> str:
        """`= $n` for one, else `= ANY ($n)`: by its guess of ten, PostgreSQL would make a plan each time (1 ms)."""
        return f"= {self.place(values[0])}" if len(values) == 1 else f"= ANY ({self.place(list(values))})"


COLUMNS = ", ".join(EtatMission.__annotations__)
"""Of a kept state, without the setting that it was kept under."""
_MANY = 5_000  # so many marked missions are computed with all the others: after an import, a few seconds
# Those marked, and those kept under another setting: copies a person corrects. Those that are gone, too.
_MARQUEES = """
SELECT marquee.mission_id FROM (
    SELECT mission_id FROM etat_a_refaire WHERE mission_id IS NOT NULL
    UNION SELECT mission_id FROM mission WHERE code IN (SELECT code FROM etat_a_refaire)
    UNION SELECT mission_id FROM mission WHERE uai IN (SELECT uai FROM etat_a_refaire)
    UNION SELECT mission_id FROM etat_tenu WHERE copies_par_lot < $1 OR copies_par_lot > $1) AS marquee
LEFT JOIN mission m USING (mission_id) WHERE $2::text IS NULL OR m.session IS NULL OR m.session = $2 LIMIT $3
"""
# Whether one is, of a few établissements. Which, and its plan, would take longer than to compute all of theirs.
_MARQUEE_ICI = """
SELECT EXISTS (
    SELECT FROM etat_a_refaire r
    WHERE r.uai {here} OR r.code IN (SELECT code FROM mission WHERE uai {here})
       OR r.mission_id IN (SELECT mission_id FROM mission WHERE uai {here}
                           UNION ALL SELECT mission_id FROM etat_tenu WHERE uai {here}))
OR EXISTS (SELECT FROM etat_tenu WHERE uai {here} AND copies_par_lot <> {lot})
"""


class _Marquee(Row):
    mission_id: UUID


async def marked_there(connection: Connection, uais: Sequence[str], lot: int) -> bool:
    """Whether the établissements have a mission whose state is not the one that is kept."""
    arguments = Arguments()
    query = _MARQUEE_ICI.format(here=arguments.among(uais), lot=arguments.place(lot))
    return bool(await connection.fetchval(query, *arguments.values))


async def etats(
    connection: Connection,
    arguments: Arguments,
    lot: int,
    uais: Sequence[str] | None = None,
    academies: Sequence[str] | None = None,
    session: str | None = None,
    code: str | None = None,
    *,
    marked_here: bool | None = None,
) -> str:
    """« WITH etats AS … », to stand before a SELECT from `etats`: the missions asked for, each with its state.

    `lot`: the copies a person corrects.

    They are read, but for those of missions marked as changed, which are computed; of établissements with all others.
    `marked_here`: `marked_there`, where the caller knows it.
    """
    marked: list[_Marquee] = []
    if uais is None:
        marked = await connection.fetch(_MARQUEES, lot, session, _MANY, record_class=_Marquee)
        whole = len(marked) == _MANY
    else:
        whole = await marked_there(connection, uais, lot) if marked_here is None else marked_here
    if whole:
        return f"WITH etats AS MATERIALIZED ({_computed(arguments, lot, None, uais, academies, session, code)})"
    kept = _kept(arguments, uais, academies, session, code)
    if not marked:
        return f"WITH etats AS ({kept})"
    ids = [one.mission_id for one in marked]
    # Not `<> ALL`: a plan that is kept compares each row with each mark, one after the other.
    kept += f" AND NOT EXISTS (SELECT FROM unnest({arguments.place(ids)}::uuid[]) AS one WHERE one = mission_id)"
    computed = _computed(arguments, lot, ids, uais, academies, session, code)
    # The plan of the rule takes some milliseconds: once, however often `etats` is read.
    return f"WITH refaites AS MATERIALIZED ({computed}), etats AS ({kept} UNION ALL SELECT * FROM refaites)"


def _kept(
    arguments: Arguments,
    uais: Sequence[str] | None,
    academies: Sequence[str] | None,
    session: str | None,
    code: str | None,
) -> str:
    """From etat_tenu; None asks for all."""
    query = f"SELECT {COLUMNS} FROM etat_tenu WHERE true"
    for column, value in (("session", session), ("code", code)):
        if value is not None:
            query += f" AND {column} = {arguments.place(value)}"
    for column, values in (("uai", uais), ("academie", academies)):
        if values is not None:
            query += f" AND {column} {arguments.among(values)}"
    return query


def _computed(arguments: Arguments, lot: int, *asked: object) -> str:
    """By etat_des_missions; asked: missions, UAIs, académies, session, code of the épreuve."""
    given = ", ".join(arguments.place(one) for one in (lot, *asked))
    return f"SELECT {COLUMNS} FROM etat_des_missions({given})"


async def of_etablissement(connection: Connection, uai: str, session: str, *, lot: int) -> list[EtatMission]:
    """Its missions of the session."""
    arguments = Arguments()
    avec = await etats(connection, arguments, lot, [uai], None, session)
    return await connection.fetch(f"{avec} SELECT * FROM etats", *arguments.values, record_class=EtatMission)


LACKS = f"({' OR '.join(Manque)})"
"""Whether a mission lacks anything, of a row of etat_des_missions."""
