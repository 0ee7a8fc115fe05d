"""Keeps each mail taken at port 1025; at port 8025 two routes of Mailpit: the list of mails, and one as it came."""

import json
import time
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller

FOLDER = Path("/data")


class Keep:
    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # aiosmtpd's
        file = FOLDER / f"{time.time_ns()}.part"
        file.write_bytes(envelope.original_content)
        file.rename(file.with_suffix(".eml"))  # read whole, or not at all
        return "250 Ok"


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        place = PurePath(urlsplit(self.path).path)
        if place.name == "raw":
            self._answer((FOLDER / f"{place.parent.name}.eml").read_bytes())
        else:
            mails = {file.stem: message_from_bytes(file.read_bytes()) for file in FOLDER.glob("*.eml")}
            found = [{"ID": name, "MessageID": mail["Message-ID"].strip("<> ")} for name, mail in mails.items()]
            self._answer(json.dumps({"total": len(found), "messages": found}).encode())

    def _answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: nobody reads it."""


if __name__ == "__main__":
    Controller(Keep(), hostname="0.0.0.0", port=1025, data_size_limit=50_000_000).start()
    ThreadingHTTPServer(("0.0.0.0", 8025), Api).serve_forever()
