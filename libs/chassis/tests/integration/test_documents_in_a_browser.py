"""A PDF is shown by the browser's own viewer, under the policy of every answer that is no page (test_http tells it).

Of a PDF's policy this Chromium heeds `frame-ancestors` alone.
"""

import asyncio
import io
from datetime import UTC, datetime

import pytest
from PIL import Image
from starlette.responses import Response

from chassis.http import Application, create_app
from chassis.server import Server, configured
from chassis.settings import ServiceSettings
from testkit.eventually import eventually
from testkit.ports import free_port

SIDE = 300


@pytest.fixture
async def document():
    """The address of a PDF whose one page is dark blue."""
    app, file = create_app(title="essai"), io.BytesIO()
    app.state.application = Application(pool=None, clock=lambda: datetime.now(UTC), wake_relay=lambda: None)
    Image.new("RGB", (SIDE, SIDE), "navy").save(file, "PDF")

    @app.get("/essai.pdf")
    async def pdf():
        return Response(file.getvalue(), media_type="application/pdf")

    settings = ServiceSettings(database_url="postgresql://x", kafka_bootstrap="x:1", http_port=free_port())
    server = Server(configured(app, settings), drain_seconds=0)
    serving = asyncio.create_task(server.serve())
    await server.listening
    yield f"http://127.0.0.1:{settings.http_port}/essai.pdf"
    server.should_exit = True
    await serving


async def test_a_document_is_shown_in_the_browser_though_its_policy_lets_it_load_nothing(document, chromium):
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(document)

    async def is_drawn():
        shown = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
        blue = [count for count, (r, g, b) in shown.getcolors(1_000_000) if r < 20 and g < 20 and b > 90]
        return sum(blue) > SIDE * SIDE / 2

    await eventually(is_drawn, because="the page is dark blue")
    await context.close()
