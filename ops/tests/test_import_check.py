"""`imagin import check` sends the record as CloudEvents has it over HTTP, and tells what is answered (0058)."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from acces.jetons import create_keys

MISSIONS = {"creees": 2, "modifiees": 1, "inchangees": 0, "sans_candidat": 3}
GOOD = {
    "rang": 1,
    "session": "2020-E3C1",
    "uai": "0699001J",
    "revision": 4,
    "devenir": "APPLIQUEE",
    "phrase": "Elle serait appliquée.",
    "raisons": [],
    "missions": MISSIONS,
}
BAD = {
    "rang": 2,
    "session": None,
    "uai": None,
    "revision": None,
    "devenir": "LETTRE_MORTE",
    "phrase": "Elle ne peut pas être lue.",
    "raisons": ["uai : la lettre de contrôle est fausse"],
    "missions": None,
}


@pytest.fixture
def service():
    """Answers `said` to each POST, and keeps what came."""
    came, said = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            came.append((self.path, self.headers["content-type"], self.headers["ce-type"], body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"clotures": said}).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    yield came, said, {"MISSION_IMPORT_URL": url, "IMAGIN_SIGNING_KEYS": json.dumps(create_keys())}
    server.shutdown()
    server.server_close()


async def test_the_check_says_what_would_become_of_a_record(imagin, service, tmp_path):
    came, said, given = service
    file = tmp_path / "record"
    file.write_bytes(b'{"a": 1}')
    said.append(GOOD)
    done = await imagin("import", "check", file, "--key", "0699001J", **given)
    assert done.code == 0, done.err
    numbers = "2 créées, 1 modifiées, 0 inchangées, 3 sans candidat désormais"
    assert done.out.splitlines() == [
        "1. 2020-E3C1 0699001J révision 4 : APPLIQUEE. Elle serait appliquée.",
        f"   missions : {numbers}",
    ]
    said.append(BAD)
    batch = "application/cloudevents-batch+json"
    done = await imagin("import", "check", file, "--content-type", batch, **given)
    assert done.code == 1
    assert "clôture illisible : LETTRE_MORTE" in done.out
    assert "   uai : la lettre de contrôle est fausse" in done.out
    assert (await imagin("import", "check", file, "--json", **given)).json == {"clotures": said}
    ce_type = "fr.cyclades.inscriptions-closed.v1"
    assert [one[:3] for one in came[:2]] == [
        ("/api/clotures/essai?cle=0699001J", "application/json", ce_type),
        ("/api/clotures/essai", batch, None),
    ]
    assert {one[3] for one in came} == {b'{"a": 1}'}
