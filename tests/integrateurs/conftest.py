"""The three example readers of the kit, run as an integrator runs them: a program, an address, sometimes a file."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from testkit.parts.jars import kafka_libs, kit_libs, reader_libs
from testkit.parts.java import find_java

KITS = Path(__file__).parents[2] / "kits"
TOOLS = {
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-get-offsets.sh": "org.apache.kafka.tools.GetOffsetShell",
}
_CODE = ("kafka-clients", "jackson-", "slf4j-", "lz4-", "snappy-", "zstd-", "jspecify", "commons-logging", "jose4j")
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
def java_code(tmp_path_factory):
    """The command that runs a class of the kit: `(*java_code, "Consommateur")`. A compiler that is a jar compiles them,
    with the jars that their pom asks for: the broker's own are not on the path."""
    java, classes = find_java(), tmp_path_factory.mktemp("classes")
    used = [jar for jar in kafka_libs(print).glob("*.jar") if jar.name.startswith(_CODE)]
    jars = ":".join(str(jar) for jar in sorted([*used, *kit_libs(print).glob("*.jar")]))
    compiler = [java, "-cp", f"{reader_libs(print)}/*", "org.eclipse.jdt.internal.compiler.batch.Main", "-nowarn"]
    options = ["-source", "17", "-target", "17", "-encoding", "UTF-8", "-cp", jars, "-d", str(classes)]
    subprocess.run([*compiler, *options, *map(str, (KITS / "java").glob("*.java"))], check=True, timeout=90)
    return java, *_QUIET, "--enable-native-access=ALL-UNNAMED", "-cp", f"{classes}:{jars}"


@pytest.fixture(scope="session")
def readers(tmp_path_factory, java_code):
    """Each reader by its language."""
    java, kafka, tools = find_java(), kafka_libs(print), reader_libs(print)
    folder = tmp_path_factory.mktemp("lecteurs")
    for name, main in TOOLS.items():
        tool = folder / name
        tool.write_text(f"""#!/bin/sh\nexec "{java}" {" ".join(_QUIET)} -cp "{kafka}/*:{tools}/*" {main} "$@"\n""")
        tool.chmod(0o755)
    python = (sys.executable, str(KITS / "python" / "lire_droits.py"))
    shell = ("/bin/sh", str(KITS / "ligne-de-commande" / "lire-droits.sh"))
    return {
        "python": Reader(python, {}),
        "java": Reader((*java_code, "LireDroits"), {}),
        "ligne-de-commande": Reader(shell, {"KAFKA_BIN": str(folder), "ATTENTE_MS": "8000"}),
    }
