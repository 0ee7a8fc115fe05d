"""Signature établissement pour la convocation (R24): who signs; only the chef d'établissement records it."""

from convocation.domain.errors import VersionDepassee
from convocation.persistence import signatures
from convocation.policy import POLICY
from convocation.use_cases.context import Commande


async def record_signature(
    commande: Commande, uai: str, names: tuple[str, str, str], expected: int | None, image: bytes | None = None
) -> int:
    """The new version; `expected` is the one read, None where there was none. `image` None keeps the one there is.

    Raises VersionDepassee, Forbidden.
    """
    POLICY.authorise(commande.acteur, "signature.ecrire", uai=uai)
    version = await signatures.save(
        commande.connection, uai, names, image=image, par=commande.acteur.sub, le=commande.now, expected=expected
    )
    if version is None:
        raise VersionDepassee
    return version
