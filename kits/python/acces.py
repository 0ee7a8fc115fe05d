"""« Cette personne peut-elle entrer ? », demandé tout de suite à IMAG’IN.

    python acces.py https://droits.exemple NUMERO [MISSION_ID] [AAAA-MM-JJ]

Affiche `oui`, `non` ou `on ne sait pas` (codes de retour 0, 1, 3). CLIENT et SECRET viennent de l’environnement.
Il ne faut que Python 3.11.
"""

import json
import os
import sys
import time
from base64 import b64encode
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import quote, quote_plus, urlencode
from urllib.request import Request, urlopen

DELAI_SECONDES = 5
MARGE_SECONDES = 60
PORTEE = "acces.verifier"  # rien de plus : un jeton volé n’ouvre que cela


class Inconnu(Exception):
    """IMAG’IN ne sait pas, ou ne répond pas : gardez ce que vous saviez par le topic. Jamais un « oui »."""


class Acces:
    """Un client : il garde son jeton tant qu’il vaut, et en redemande un."""

    def __init__(self, adresse, client, secret):
        self._adresse = adresse.rstrip("/")
        identite = f"{quote_plus(client)}:{quote_plus(secret)}".encode()  # RFC 6749, 2.3.1
        self._basic = "Basic " + b64encode(identite).decode()
        self._jeton, self._fin = "", 0.0

    def peut_entrer(self, numero, mission=None, le=None):
        """Vrai quand au moins un droit ouvre. Lève Inconnu."""
        choix = urlencode({nom: valeur for nom, valeur in (("mission", mission), ("le", le)) if valeur})
        chemin = f"/acces/{quote(numero, safe='')}?{choix}"
        try:
            return self._lire(chemin)
        except HTTPError as refus:
            if refus.code != 401:
                raise
        self._fin = 0.0  # le jeton ne vaut plus rien : un autre, une fois
        return self._lire(chemin)

    def _lire(self, chemin):
        return self._demander("autorise", bool, chemin, {"Authorization": f"Bearer {self._valide()}"})["autorise"]

    def _valide(self):
        if time.monotonic() > self._fin:
            demande = urlencode({"grant_type": "client_credentials", "scope": PORTEE}).encode()
            recu = self._demander("expires_in", int, "/oauth/jeton", {"Authorization": self._basic}, demande)
            self._jeton, self._fin = recu["access_token"], time.monotonic() + recu["expires_in"] - MARGE_SECONDES
        return self._jeton

    def _demander(self, champ, forme, chemin, entetes, corps=None):
        """L’objet JSON reçu, où `champ` a sa forme : un mandataire peut répondre 200 à la place d’IMAG’IN."""
        demande = Request(self._adresse + chemin, corps, entetes)  # noqa: S310  # l’adresse est la vôtre
        try:
            with urlopen(demande, timeout=DELAI_SECONDES) as reponse:  # noqa: S310
                recu = json.load(reponse)
        except HTTPError as refus:
            if refus.code in {429, 500, 502, 503, 504}:  # 429 et 503 disent par Retry-After quand redemander
                raise Inconnu(f"IMAG’IN répond {refus.code}") from None
            raise
        except (OSError, HTTPException, ValueError) as erreur:  # la connexion a pu se fermer au milieu de la réponse
            raise Inconnu(f"IMAG’IN ne répond pas : {type(erreur).__name__}") from None
        if not isinstance(recu, dict) or type(recu.get(champ)) is not forme:
            raise Inconnu("ce qui répond n’est pas IMAG’IN")
        return recu


def main():
    if not 3 <= len(sys.argv) <= 5:
        print("usage : acces.py ADRESSE NUMERO [MISSION_ID] [AAAA-MM-JJ]", file=sys.stderr)
        sys.exit(2)
    if not {"CLIENT", "SECRET"} <= os.environ.keys():
        print("CLIENT et SECRET viennent de l’environnement", file=sys.stderr)
        sys.exit(2)  # jamais 1, qui est « non »
    acces = Acces(sys.argv[1], os.environ["CLIENT"], os.environ["SECRET"])
    try:
        oui = acces.peut_entrer(*sys.argv[2:])
    except Inconnu as raison:
        print("on ne sait pas")
        print(raison, file=sys.stderr)
        sys.exit(3)
    except HTTPError as refus:
        print(f"refusé : {refus.code}", file=sys.stderr)
        sys.exit(2)
    print("oui" if oui else "non")
    sys.exit(0 if oui else 1)


if __name__ == "__main__":
    main()
