"""Vérifie un jeton d’IMAG’IN par ses clés publiques, sans le lui demander.

    python verifier_jeton.py https://droits.exemple PORTEE < jeton

Affiche le client (`sub`) quand le jeton vaut pour cette portée ; sinon une phrase et le code de retour 1.
Il faut Python 3.11 ou plus et joserfc.
"""

import json
import sys
import time
from urllib.request import urlopen

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

EMETTEUR = "santorin-bridge"
ECART_SECONDES = 30  # entre deux horloges
AU_PLUS_TOT_SECONDES = 10  # un `kid` inventé ne doit pas nous faire relire les clés sans cesse


class JetonRefuse(Exception):
    """Le jeton ne vaut rien ici ; la phrase dit pourquoi, sans le citer."""


class Verificateur:
    """Garde les clés, et les relit quand un jeton en nomme une inconnue : elles changent sans préavis."""

    def __init__(self, adresse):
        self._adresse = adresse.rstrip("/") + "/.well-known/jwks.json"
        self._cles, self._lues = KeySet([]), None

    def client(self, jeton, portee):
        """Le client à qui le jeton a été donné. Lève JetonRefuse."""
        try:
            lu = jwt.decode(jeton, self._trouver, algorithms=["ES256"])
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": EMETTEUR},
                aud={"essential": True, "value": EMETTEUR},
                sub={"essential": True},
                exp={"essential": True},
                leeway=ECART_SECONDES,
            ).validate(lu.claims)
        except (JoseError, ValueError, OSError) as erreur:  # OSError : les clés ne se lisent pas
            raise JetonRefuse(f"jeton refusé : {type(erreur).__name__}") from None
        if portee not in str(lu.claims.get("scope", "")).split():
            raise JetonRefuse(f"jeton refusé : il n’a pas la portée {portee}")
        return lu.claims["sub"]

    def _trouver(self, jeton):
        kid = jeton.headers().get("kid")
        if not any(cle.kid == kid for cle in self._cles.keys) and self._assez_tard():
            with urlopen(self._adresse, timeout=5) as reponse:  # noqa: S310  # l’adresse est la vôtre
                self._cles, self._lues = KeySet.import_key_set(json.load(reponse)), time.monotonic()
        return self._cles.get_by_kid(kid)

    def _assez_tard(self):
        return self._lues is None or time.monotonic() - self._lues > AU_PLUS_TOT_SECONDES


def main():
    if len(sys.argv) != 3:
        sys.exit("usage : verifier_jeton.py ADRESSE PORTEE < jeton")
    try:
        print(Verificateur(sys.argv[1]).client(sys.stdin.read().strip(), sys.argv[2]))
    except JetonRefuse as raison:
        sys.exit(str(raison))


if __name__ == "__main__":
    main()
