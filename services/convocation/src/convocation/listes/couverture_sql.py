"""Coverage of the missions (R18, R24, R47, R54): what each lacks, counted by groups or listed.

All is computed when it is read, by one statement over the tables that the events write: an event applied is in the
next answer. Only ACTIVE missions are covered; one without candidat counts where people are still convoked on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chassis.database import Connection
from convocation.commun.recherche import mots
from convocation.exigences.reads import besoin_sql
from convocation.listes.domain import Manque, Regroupement

_SOMMES = ("total", "en_defaut", *Manque)
_GENS = """
SELECT c.mission_id, count(*) FILTER (WHERE c.status = 'ACTIVE') AS convoques,
       count(*) FILTER (WHERE c.status = 'ACTIVE' AND c.qualite IN ('CORRECTEUR', 'CORRECTEUR_SUPPLEANT'))
           AS correcteurs,
       count(*) FILTER (WHERE c.status = 'ACTIVE' AND c.qualite = 'COORDINATEUR') AS coordinateurs,
       coalesce(array_agg(c.profil) FILTER (WHERE c.status = 'ACTIVE' AND c.profil IS NOT NULL), '{}') AS profils,
       count(*) FILTER (WHERE c.status = 'ACTIVE' AND x.etat = 'REJETEE') AS refusees,
       count(*) FILTER (WHERE n.etat IN ('ECHOUEE', 'REVENUE') AND r.version IS NULL) AS mails_echoues
FROM convocation c
LEFT JOIN acces x ON x.convocation_id = c.convocation_id AND x.convocation_version = c.version
LEFT JOIN notification n ON n.convocation_id = c.convocation_id AND n.convocation_version = c.version
LEFT JOIN remise r ON r.convocation_id = c.convocation_id AND r.version = c.version
GROUP BY c.mission_id
"""
_MISSIONS = f"""
SELECT m.mission_id, m.session, m.uai, left(m.uai, 3) AS departement, m.academie, m.etablissement_nom,
       m.etablissement_commune, m.type, m.voie, m.code, m.libelle, m.candidats, m.status = 'ACTIVE' AS active,
       m.status = 'ACTIVE' AND m.type = 'CORRECTION' AS a_corriger, {besoin_sql("$1")} AS besoin, r.requis,
       s.uai IS NOT NULL AS signee, coalesce(g.convoques, 0) AS convoques, coalesce(g.correcteurs, 0) AS correcteurs,
       coalesce(g.coordinateurs, 0) AS coordinateurs, coalesce(g.profils, '{{}}') AS profils,
       coalesce(g.refusees, 0) AS refusees, coalesce(g.mails_echoues, 0) AS mails_echoues
FROM mission m JOIN exigence_mission r USING (mission_id)
LEFT JOIN gens g USING (mission_id) LEFT JOIN signature s ON s.uai = m.uai
WHERE ($2::text[] IS NULL OR m.uai = ANY($2)) AND ($3::text[] IS NULL OR m.academie = ANY($3))
  AND ($4::text IS NULL OR m.session = $4) AND ($5::text IS NULL OR m.academie = $5)
  AND ($6::text IS NULL OR left(m.uai, 3) = $6) AND ($7::text IS NULL OR m.code = $7)
  AND ($8::text IS NULL OR m.voie = $8)
  AND ($9::text[] IS NULL OR substr(m.recherche, strpos(m.recherche, m.uai)) LIKE ALL ($9))
  AND (m.status = 'ACTIVE' OR g.convoques > 0)
"""
_MANQUES = {
    Manque.SANS_CORRECTEUR: "a_corriger AND correcteurs = 0",
    Manque.SANS_COORDINATEUR: "a_corriger AND coordinateurs = 0",
    Manque.PROFIL_MANQUANT: "a_corriger AND convoques > 0 AND NOT requis <@ profils",
    Manque.DEFICIT: "a_corriger AND correcteurs < besoin",
    Manque.SANS_SIGNATURE: "active AND NOT signee",
    Manque.REFUSEE: "active AND refusees > 0",
    Manque.MAIL_ECHOUE: "active AND mails_echoues > 0",
    Manque.SANS_CANDIDAT: "NOT active",
}
_CLES = {
    Regroupement.ACADEMIE: ("academie", "NULL::text"),
    Regroupement.DEPARTEMENT: ("departement", "min(academie)"),
    Regroupement.ETABLISSEMENT: ("uai", "min(etablissement_nom || ', ' || etablissement_commune)"),
    Regroupement.EPREUVE: ("voie || '.' || code", "min(libelle)"),
}
_LACKS = ", ".join(f"{test} AS {name}" for name, test in _MANQUES.items())
_COUVERTURE = f"""
WITH gens AS ({_GENS}), missions AS ({_MISSIONS}),
lignes AS (SELECT *, {_LACKS} FROM missions),
jugees AS (SELECT *, active AS total, {" OR ".join(_MANQUES)} AS en_defaut FROM lignes)
"""
_COMPTES = ", ".join(f"count(*) FILTER (WHERE {name}) AS {name}" for name in _SOMMES)
_TOTAUX = ", ".join(f"(sum({name}) OVER ())::bigint AS somme_{name}" for name in _SOMMES)
_TOTAUX_MISSIONS = ", ".join(f"count(*) FILTER (WHERE {name}) AS somme_{name}" for name in _SOMMES)
_PIRES = ", ".join(f"{name} DESC" for name in (Manque.SANS_CORRECTEUR, Manque.DEFICIT, Manque.SANS_CANDIDAT))


@dataclass(frozen=True, slots=True)
class Filtre:
    """What is asked for; None is no restriction. `uais` and `academies` are how far the acteur sees.

    `departement`: the first three digits of the UAI. `texte`: words of the établissement's UAI, name or commune.
    `taille` None: all of them.
    """

    uais: Sequence[str] | None
    academies: Sequence[str] | None
    session: str | None = None
    academie: str | None = None
    departement: str | None = None
    code: str | None = None
    voie: str | None = None
    texte: str = ""
    manque: Manque | None = None
    page: int = 1
    taille: int | None = 50


async def groupes(connection: Connection, par: Regroupement, filtre: Filtre, *, lot: int) -> list[Any]:
    """Groups, the worst first: `cle`, `nom`, a count of missions a kind of gap; `nombre` of groups, `somme_…` of all.

    The worst has the most missions with a gap; `lot` is the number of copies a person corrects.
    """
    cle, nom = _CLES[par]
    query = f"""{_COUVERTURE}, groupes AS (
        SELECT {cle} AS cle, {nom} AS nom, {_COMPTES} FROM jugees {_where(filtre)} GROUP BY 1)
    SELECT *, count(*) OVER () AS nombre, {_TOTAUX} FROM groupes ORDER BY en_defaut DESC, {_PIRES}, cle
    LIMIT $10 OFFSET $11"""
    return list(await connection.fetch(query, *_arguments(filtre, lot)))


async def missions(connection: Connection, filtre: Filtre, *, lot: int) -> list[Any]:
    """Missions, those with the most gaps first: what each has and needs, a boolean a kind of gap, `nombre`, `somme_…`.

    `lot` is the number of copies a person corrects.
    """
    how_many = " + ".join(f"{name}::int" for name in _MANQUES)
    query = f"""{_COUVERTURE}, trouvees AS MATERIALIZED (SELECT * FROM jugees {_where(filtre)}),
    sommes AS MATERIALIZED (SELECT count(*) AS nombre, {_TOTAUX_MISSIONS} FROM trouvees)
    SELECT *, ARRAY(SELECT unnest(requis) EXCEPT SELECT unnest(profils) ORDER BY 1) AS profils_manquants
    FROM trouvees CROSS JOIN sommes ORDER BY {how_many} DESC, {_PIRES}, uai, code, voie, session, mission_id
    LIMIT $10 OFFSET $11"""
    return list(await connection.fetch(query, *_arguments(filtre, lot)))


async def epreuves(connection: Connection, filtre: Filtre) -> list[Any]:
    """Code, voie and name of the épreuves that the acteur sees missions of in the session, by name."""
    query = """
    SELECT code, voie, min(libelle) AS libelle FROM mission
    WHERE ($1::text[] IS NULL OR uai = ANY($1)) AND ($2::text[] IS NULL OR academie = ANY($2))
      AND ($3::text IS NULL OR session = $3)
    GROUP BY code, voie ORDER BY 3, code, voie
    """
    return list(await connection.fetch(query, filtre.uais, filtre.academies, filtre.session))


def _where(filtre: Filtre) -> str:
    return f"WHERE {filtre.manque}" if filtre.manque else ""


def _arguments(filtre: Filtre, lot: int) -> tuple[Any, ...]:
    words = [f"%{word}%" for word in mots(filtre.texte)] or None  # letters and digits only: nothing to escape
    reach = (filtre.uais, filtre.academies, filtre.session, filtre.academie, filtre.departement)
    offset = (filtre.page - 1) * (filtre.taille or 0)
    return (lot, *reach, filtre.code, filtre.voie, words, filtre.taille, offset)
