"""The embedded Kafka with a SASL_SSL listener beside the plain one: SCRAM-SHA-512 users, a CA of its own (D38)."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from testkit.certificates import write_certificates
from testkit.parts.kafka import EmbeddedKafka, format_data
from testkit.ports import free_port

_LISTENER = """
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port},SECURED://127.0.0.1:{secured_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SECURED://localhost:{secured_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512
listener.name.secured.scram-sha-256.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secured.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location=broker.pem
"""


_AUTHORIZER = """
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""


class SecuredKafka(EmbeddedKafka):
    """`users`: name → password, under SCRAM-SHA-512; SCRAM-SHA-256 is enabled beside it, for who is given one there.

    `secured` is the SASL_SSL listener's address, `ca_file` what its clients trust. With `authorizer` a user may do what
    ACLs say; the plain listener's nobody may do everything.
    """

    def __init__(self, users: Mapping[str, str], *, authorizer: bool = False) -> None:
        super().__init__()
        self.secured_port = 0
        self._users = users
        self._authorizer = authorizer

    @property
    def secured(self) -> str:
        return f"localhost:{self.secured_port}"

    @property
    def ca_file(self) -> Path:
        return self._home / "ca.pem"

    def _prepare(self) -> None:
        super()._prepare()
        shutil.rmtree(self._home / "data")
        scram = [f"SCRAM-SHA-512=[name={name},password={password}]" for name, password in self._users.items()]
        format_data(self._command, self._home, *(word for user in scram for word in ("--add-scram", user)))

    def _configure(self) -> None:
        super()._configure()
        self.secured_port = free_port()
        write_certificates(self.ca_file, self._home / "broker.pem")
        file = self._home / "server.properties"
        plain = file.read_text(encoding="utf-8")
        controller_port = plain.partition("CONTROLLER://127.0.0.1:")[2].partition("\n")[0]
        ports = {"port": self.port, "controller_port": controller_port, "secured_port": self.secured_port}
        more = _LISTENER.format(**ports) + (_AUTHORIZER if self._authorizer else "")
        file.write_text(plain + more, encoding="utf-8")
