"""What is over at a moment, and where something of a person stands, in this service's tables."""

from acces.conservation import COMMUNS, Conservation, lignes
from acces.personnes import Lieu

_ALONE = """$1::timestamptz IS NOT NULL
AND NOT EXISTS (SELECT FROM notification n WHERE n.convocation_id = {0}.convocation_id)"""
GENRES = (
    *COMMUNS,
    lignes("mails", "notification", "changee_le < $1 AND etat NOT IN ('PENDING', 'SENDING')"),
    *(lignes("mails", table, _ALONE.format(table)) for table in ("compte_rendu", "courriel_demande")),
)
LUES = "SELECT convocation_id, max(version) AS version FROM notification WHERE jours = 0 GROUP BY 1"
LIEUX = (
    Lieu("notification", "t.numero = ANY ($1)"),
    *(
        Lieu(table, "t.convocation_id = ANY ($1::text[]::uuid[])", "convocations")
        for table in ("notification", "compte_rendu", "courriel_demande")
    ),
)
CONSERVATION = Conservation(GENRES, LIEUX, LUES)
