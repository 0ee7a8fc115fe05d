"""The integrators' files that follow from the code of the services: an OpenAPI document each, and the page of refusals.

`python -m imagin_dev.documentation.contrat write|check`; `check` names each file that differs, exit code 1 (0052).
"""

import json
import sys
from pathlib import Path

from chassis.problem import Kind, kinds
from imagin_dev.documentation.apis import openapi
from imagin_dev.quality import project_root

_KIT = "docs/integrateurs"
SERVICES = ("convocation", "mission_import", "santorin_bridge")
_HEAD = """# Les refus des API

<!-- Écrit par `python -m imagin_dev.documentation.contrat write` : ne pas modifier à la main. -->

Un refus est un `application/problem+json` (RFC 9457) :

    {"type": "…/problemes.html#pas-a-jour", "title": "Liste pas à jour", "status": 503, "detail": "…",
     "code": "pas-a-jour"}

`type` mène à cette page, à l’endroit qui parle de ce refus ; son début est l’adresse où l’exploitant publie ces
pages. `code` est le mot après le « # » : comparez celui-là. `detail` est la phrase à montrer à une personne. Un membre
ou un `code` que vous ne connaissez pas n’est pas une faute : fiez-vous alors à `status`.

Redemander a un sens pour 429 et 503, et une fois pour 500 ; pour les autres, la même demande reçoit le même refus.
"""


def files() -> dict[str, str]:
    """Each file by its path in the clone, and its text."""
    documents = {f"{_KIT}/openapi/{name.replace('_', '-')}.json": openapi(name) for name in SERVICES}
    texts = {path: json.dumps(one, indent=2, ensure_ascii=False) + "\n" for path, one in documents.items()}
    return {**texts, f"{_KIT}/problemes.md": refusals()}


def refusals() -> str:
    """The page that `type` of each refusal leads to."""
    return "\n".join([_HEAD, *(_refusal(code, kind) for code, kind in sorted(kinds().items()))])


def _refusal(code: str, kind: Kind) -> str:
    services = "tous les services" if kind.services == ("*",) else ", ".join(kind.services)
    statuses = ", ".join(map(str, kind.statuts))
    head = f"## {code}\n\n**{kind.titre}.** {statuses}\u00a0; {services}."
    return f"{head}\n\n{kind.cause}\n\nQue faire\u00a0: {kind.faire[0].lower()}{kind.faire[1:]}\n"


def drift(root: Path) -> list[str]:
    """A sentence for each file that is missing or is not what the code says."""
    return [
        f"{path}: differs from the code: python -m imagin_dev.documentation.contrat write"
        for path, text in files().items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    if arguments not in (["write"], ["check"]):
        sys.stderr.write("write or check\n")
        return 2
    root = project_root()
    if arguments == ["check"]:
        found = drift(root)
        sys.stderr.writelines(f"{one}\n" for one in found)
        return 1 if found else 0
    for path, text in files().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
