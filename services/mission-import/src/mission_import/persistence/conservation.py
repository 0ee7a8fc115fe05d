"""What is over at a moment, and where something of a person stands: that she is convoked, by the convocation's id."""

from acces.conservation import COMMUNS, Conservation, lignes
from acces.personnes import Lieu

_OF_THE_PAST = """EXISTS (SELECT FROM mission m WHERE m.mission_id = convocation_active.mission_id
AND m.date_debut < $1::timestamptz::date)"""
GENRES = (*COMMUNS, lignes("convocations", "convocation_active", _OF_THE_PAST))
LUES = "SELECT convocation_id, version FROM convocation_active"
LIEUX = (Lieu("convocation_active", "t.convocation_id = ANY ($1::text[]::uuid[])", "convocations"),)
CONSERVATION = Conservation(GENRES, LIEUX, LUES)
