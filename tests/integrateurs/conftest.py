"""The three example readers of the kit, run as an integrator runs them: a program, an address, sometimes a file."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from testkit.parts.jars import kafka_libs, reader_libs
from testkit.parts.java import find_java

READERS = Path(__file__).parents[2] / "kits"
TOOLS = {
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-get-offsets.sh": "org.apache.kafka.tools.GetOffsetShell",
}
_QUIET = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")


@dataclass(frozen=True)
class Reader:
    """`exit code, lines, said = await reader(address)`; further arguments go to the program."""

    command: tuple[str, ...]
    environment: dict[str, str]

    async def __call__(self, *arguments):
        done = await asyncio.to_thread(
            subprocess.run,
            [*self.command, *map(str, arguments)],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        return done.returncode, done.stdout.splitlines(), done.stderr


@pytest.fixture(scope="session")
def readers(tmp_path_factory):
    """Each reader by its language. The Java one is compiled here, by a compiler that is a jar."""
    java, kafka, tools = find_java(), kafka_libs(print), reader_libs(print)
    folder = tmp_path_factory.mktemp("lecteurs")
    jars = ":".join(str(jar) for jar in sorted(kafka.glob("*.jar")))
    compiler = [java, "-cp", f"{tools}/*", "org.eclipse.jdt.internal.compiler.batch.Main", "-nowarn"]
    options = ["-source", "17", "-target", "17", "-encoding", "UTF-8", "-cp", jars, "-d", str(folder / "classes")]
    source = str(READERS / "java" / "LireDroits.java")
    subprocess.run([*compiler, *options, source], check=True, timeout=90)
    for name, main in TOOLS.items():
        tool = folder / name
        tool.write_text(f"""#!/bin/sh\nexec "{java}" {" ".join(_QUIET)} -cp "{kafka}/*:{tools}/*" {main} "$@"\n""")
        tool.chmod(0o755)
    python = (sys.executable, str(READERS / "python" / "lire_droits.py"))
    jvm = (java, *_QUIET, "-cp", f"{folder / 'classes'}:{jars}", "LireDroits")
    shell = ("/bin/sh", str(READERS / "ligne-de-commande" / "lire-droits.sh"))
    return {
        "python": Reader(python, {}),
        "java": Reader(jvm, {}),
        "ligne-de-commande": Reader(shell, {"KAFKA_BIN": str(folder), "ATTENTE_MS": "4000"}),
    }
