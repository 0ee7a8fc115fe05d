"""The pages of the footer."""

from fastapi import Request
from starlette.responses import Response

from convocation.commun.application import application


async def pied_de_page(request: Request) -> Response:
    """Accessibility, legal notice, personal data: for everybody."""
    name = request.url.path.strip("/").replace("-", "_")
    return application(request).pages.render(request, f"cadre/{name}.html")
