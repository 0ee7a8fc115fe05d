"""What is left to do, by établissement; needs and gaps are those of etat_des_missions (0027)."""

from collections.abc import Sequence

from chassis.database import Connection, Row
from convocation.listes.reads import Arguments, etats


class Reste(Row):
    """An établissement's session in numbers; `incompletes`: missions that lack people or a profile."""

    uai: str
    academie: str
    etablissement_nom: str
    etablissement_commune: str
    missions: int
    convoquees: int
    convoques: int
    incompletes: int
    sans_coordinateur: int
    sans_signature: bool
    empechements: int
    mails_echoues: int
    refusees: int

    @property
    def nom(self) -> str:
        return f"{self.etablissement_nom}, {self.etablissement_commune}"


async def restes(
    connection: Connection,
    session: str,
    *,
    lot: int,
    uais: Sequence[str] | None = None,
    academies: Sequence[str] | None = None,
    type_: str | None = None,
) -> list[Reste]:
    """Of those établissements, or of all of those académies; `type_`: of the missions of one type."""
    arguments = Arguments()
    query = f"""
    {await etats(connection, arguments, lot, uais, academies, session)}
    SELECT uai, min(academie) AS academie, min(etablissement_nom) AS etablissement_nom,
           min(etablissement_commune) AS etablissement_commune,
           count(*) FILTER (WHERE active)::int AS missions,
           count(*) FILTER (WHERE active AND convoques > 0)::int AS convoquees,
           sum(convoques)::int AS convoques,
           count(*) FILTER (WHERE sans_correcteur OR a_pourvoir OR deficit OR profil_manquant)::int AS incompletes,
           count(*) FILTER (WHERE sans_coordinateur)::int AS sans_coordinateur,
           bool_or(sans_signature) AS sans_signature,
           sum(empechements)::int AS empechements,
           sum(mails_echoues)::int AS mails_echoues,
           sum(refusees)::int AS refusees
    FROM etats
    WHERE {arguments.place(type_)}::text IS NULL OR type = {arguments.place(type_)}
    GROUP BY uai ORDER BY 3, 4, uai
    """
    return await connection.fetch(query, *arguments.values, record_class=Reste)
