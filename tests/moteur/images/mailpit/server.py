"""Keeps each mail taken at port 1025; at port 8025 two routes of Mailpit: the list of mails, and one as it came."""

import json
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePath
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller

MAILS = []  # an id is a place in it


class Keep:
    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # aiosmtpd's
        MAILS.append(envelope.original_content)
        return "250 Ok"


class Api(BaseHTTPRequestHandler):
    def do_GET(self):  # its name is of the standard library
        place = PurePath(urlsplit(self.path).path)
        if place.name == "raw":
            self._answer(MAILS[int(place.parent.name)])
        else:
            ids = (message_from_bytes(mail)["Message-ID"].strip("<> ") for mail in MAILS)
            found = [{"ID": str(place), "MessageID": one} for place, one in enumerate(ids)]
            self._answer(json.dumps({"total": len(found), "messages": found}).encode())

    def _answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: the tests ask often."""


if __name__ == "__main__":
    Controller(Keep(), hostname="0.0.0.0", port=1025, data_size_limit=50_000_000).start()
    ThreadingHTTPServer(("0.0.0.0", 8025), Api).serve_forever()
