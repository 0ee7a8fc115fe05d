"""What is over at a moment, and where something of a person stands, in this service's tables."""

from acces.conservation import COMMUNS, Conservation, Genre, lignes
from acces.personnes import Lieu, Personne, Trouvee, Version
from chassis.database import Connection, Row

_HANGS_ON_A_CONVOCATION = (
    "document",
    "passage_outre",
    "prise_de_connaissance",
    "empechement",
    "remise",
    "relance",
    "courriel_demande",
    "acces",
    "notification",
    "convocation_version",
)
_PAST = "(SELECT max(jour) FROM unnest(dates) AS jour) < $1::timestamptz::date"
_WITH_ALL = ", ".join(
    f"{table}_pris AS (DELETE FROM {table} t USING pris WHERE t.convocation_id = pris.convocation_id)"
    for table in _HANGS_ON_A_CONVOCATION
)
_LEFT = """
NOT i.actif AND s.le < $1 AND NOT EXISTS (SELECT FROM convocation c WHERE c.numero = i.numero)
AND NOT EXISTS (SELECT FROM intervenant x WHERE x.fusionne_dans = i.numero)
"""
_ANSWERED = "etat <> 'OUVERTE' AND repondue_le < $1"
_FORGOTTEN = "DELETE FROM cle_oubli k USING pris WHERE k.sujet"

GENRES = (
    *COMMUNS,
    Genre(
        "convocations",
        f"""WITH pris AS MATERIALIZED (SELECT convocation_id FROM convocation WHERE {_PAST} LIMIT $2
                                       FOR UPDATE SKIP LOCKED), {_WITH_ALL},
            c AS (DELETE FROM convocation t USING pris WHERE t.convocation_id = pris.convocation_id)
            SELECT count(*) FROM pris""",
    ),
    Genre(
        "people",
        f"""WITH voulu AS MATERIALIZED (SELECT i.numero FROM intervenant i JOIN sortie s USING (numero) WHERE {_LEFT}
                                        LIMIT $2 FOR UPDATE OF i SKIP LOCKED),
            pris AS (DELETE FROM intervenant t USING voulu WHERE t.numero = voulu.numero RETURNING t.numero),
            k AS ({_FORGOTTEN} = 'intervenant|' || pris.numero)
            SELECT count(*) FROM pris""",
    ),
    Genre(
        "demandes",
        f"""WITH voulu AS MATERIALIZED (SELECT demande_id FROM demande WHERE {_ANSWERED} LIMIT $2
                                        FOR UPDATE SKIP LOCKED),
            pris AS (DELETE FROM demande t USING voulu WHERE t.demande_id = voulu.demande_id RETURNING t.demande_id),
            k AS ({_FORGOTTEN} = 'demande|' || pris.demande_id)
            SELECT count(*) FROM pris""",
    ),
    lignes("avis", "avis", "le < $1 AND lettre IS NOT NULL"),
    lignes("avis", "avis_lettre", "finie_le < $1"),
    lignes("rappels", "rappel", "le < $1"),
    lignes("interventions", "intervention", "fin < $1"),
    lignes("brouillons", "brouillon", "le < $1"),
    lignes("delegations", "delegation", "least(retiree_le, fin::timestamptz) < $1"),
    lignes("delegations", "attribution", "least(retiree_le, fin::timestamptz) < $1"),
)

_OF_CONVOCATIONS = "t.convocation_id = ANY ($1::text[]::uuid[])"
_BY_ADDRESS = "lower(t.courriel) = ANY ($1::text[])"
LIEUX = (
    *(Lieu(table, _OF_CONVOCATIONS, "convocations") for table in _HANGS_ON_A_CONVOCATION),
    Lieu("convocation", "t.numero = ANY ($1)"),
    Lieu("lot", "t.convocations && $1::text[]::uuid[]", "convocations", mixte=True),
    Lieu("avis", "t.reference = ANY ($1)", "convocations"),
    # A draft is a mission's: with her it goes whole, and is entered anew.
    Lieu(
        "brouillon",
        "EXISTS (SELECT FROM unnest($1::text[]) AS n WHERE strpos(t.saisie::text, to_json(n)::text) > 0)",
        mixte=True,
    ),
    Lieu("entree", "t.qui && $1::text[]"),
    Lieu("idempotence", "split_part(t.acteur, '|', 2) = ANY ($1)"),
    Lieu(
        "idempotence", "EXISTS (SELECT FROM unnest($1::text[]) AS m WHERE strpos(t.reponse, m) > 0)", "mots", mixte=True
    ),
    Lieu(
        "intervention",
        "EXISTS (SELECT FROM unnest($1::text[]) AS m WHERE strpos(lower(t.motif), lower(m)) > 0)",
        "mots",
        garde="motif = '(effacé : il nommait une personne)'",
    ),
    Lieu("demande", "'demande|' || t.demande_id = ANY ($1)", "sujets"),
    *(
        Lieu(table, f"{_BY_ADDRESS} OR t.compte IN (SELECT t.compte FROM compte t WHERE {_BY_ADDRESS})", "mots")
        for table in ("delegation", "attribution")
    ),
    Lieu("compte", _BY_ADDRESS, "mots"),
    *(Lieu(table, "t.numero = ANY ($1)") for table in ("abonnement", "lien_perdu", "adresse_changee", "sortie")),
    *(Lieu(table, "$1 && ARRAY[t.numero, t.autre]", mixte=True) for table in ("doublon_ecarte", "doublon_probable")),
    Lieu("fusion", "$1 && ARRAY[t.gardee, t.autre]", mixte=True),
    Lieu("doublon_a_chercher", "t.numero = ANY ($1)"),
    Lieu("indisponibilite", "t.numero = ANY ($1)"),
    Lieu("intervenant_mot", "t.numero = ANY ($1)"),
    Lieu("intervenant", "t.numero = ANY ($1)"),
)

CONSERVATION = Conservation(GENRES, LIEUX)

# She, in whom she was merged, and who was merged in her.
_ENTRIES = """
WITH RECURSIVE elle (numero) AS (
    SELECT $1::text
    UNION
    SELECT CASE i.numero WHEN e.numero THEN i.fusionne_dans ELSE i.numero END
    FROM elle e JOIN intervenant i ON i.fusionne_dans IS NOT NULL AND e.numero IN (i.numero, i.fusionne_dans))
SELECT i.numero, i.nom, i.prenom, i.courriel,
       ARRAY(SELECT ancienne FROM adresse_changee a WHERE a.numero = i.numero) AS anciennes,
       ARRAY(SELECT c.convocation_id::text FROM convocation c WHERE c.numero = i.numero) AS convocations,
       EXISTS (SELECT FROM convocation c WHERE c.numero = i.numero AND c.status = 'ACTIVE'
               AND (SELECT max(jour) FROM unnest(c.dates) AS jour) >= current_date) AS a_venir,
       EXISTS (SELECT FROM outbox o JOIN convocation c ON c.convocation_id = o.aggregate_id
               WHERE c.numero = i.numero) AS a_dire,
       ARRAY(SELECT 'demande|' || d.demande_id FROM demande d
             WHERE d.academie = i.academie
             AND lower(d.nom || ' ' || d.prenom) = lower(i.nom || ' ' || i.prenom)) AS demandes
FROM elle JOIN intervenant i USING (numero)
"""


# Nobody convokes her from here on: who does holds the entry too, by its foreign key.
_HOLD = "SELECT FROM intervenant WHERE numero = ANY ($1) ORDER BY numero FOR UPDATE"
_VERSIONS = """
SELECT c.convocation_id, c.version, v.le > now() - interval '1 day' AS fraiche
FROM convocation c JOIN convocation_version v USING (convocation_id, version) WHERE c.numero = ANY ($1)
"""


class _Entry(Row):
    numero: str
    nom: str
    prenom: str
    courriel: str
    anciennes: list[str]
    convocations: list[str]
    a_venir: bool
    a_dire: bool
    demandes: list[str]


async def hold(connection: Connection, numero: str) -> None:
    """Nobody convokes or changes her until the caller's transaction ends, which may wait for other databases."""
    await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    rows = await connection.fetch(_ENTRIES, numero, record_class=_Entry)
    await connection.execute(_HOLD, [row.numero for row in rows])


async def who(connection: Connection, numero: str) -> Trouvee | None:
    """All that names her, of every entry that is hers; None: no such number."""
    rows = await connection.fetch(_ENTRIES, numero, record_class=_Entry)
    if not rows:
        return None
    convocations = [one for row in rows for one in row.convocations]
    words = {word for row in rows for word in _words(row)} | set(convocations)
    demandes = sorted({one for row in rows for one in row.demandes})
    found = Personne(sorted(row.numero for row in rows), sorted(convocations), sorted(words), demandes)
    versions = await connection.fetch(_VERSIONS, found.numeros, record_class=Version)
    return Trouvee(found, any(row.a_venir for row in rows), any(row.a_dire for row in rows), versions)


def _words(row: _Entry) -> list[str]:
    """As they stand in JSON, in a mail, in a request: in small letters too."""
    names = f"{row.nom} {row.prenom}", f"{row.prenom} {row.nom}"
    whole = [*names, f'"{row.numero}"', f'"nom":"{row.nom}","prenom":"{row.prenom}"', row.courriel, *row.anciennes]
    return [one for word in whole if word for one in (word, word.lower())]
