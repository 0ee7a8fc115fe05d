"""PDF/UA-1 as veraPDF sees it. A lane of its own (IMAGIN_TEST_VERAPDF=1), for it fetches a jar of 9 MB."""

import hashlib
import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import truststore
from jgo.config import GlobalSettings
from jgo.maven import MavenContext

from convocation.convocations.domain import NatureVersion
from convocation.documents.rendering import Documents
from convocation.papiers.domain import Emargeant, Feuille
from convocation.papiers.emargement import Feuilles
from testkit.parts.cache import cache_folder, locked
from testkit.parts.java import find_java

pytestmark = pytest.mark.skipif(
    os.environ.get("IMAGIN_TEST_VERAPDF") != "1", reason="a lane of its own: set IMAGIN_TEST_VERAPDF=1"
)

JAR = ("org.verapdf.apps", "greenfield-apps", "1.28.2")
DAY = date(2027, 2, 15)
SHA256 = "687d4d8bcfec48c9f7e931cf78ed061f1eeccfba55d4cdc000ba9b4d8aa46ce6"


@pytest.fixture
def documents(document):
    """A convocation of each nature."""
    given = replace(
        document,
        dates=(date(2027, 2, 15), date(2027, 2, 16)),
        observation="Réunion d’entente à 9 h.\nSalle B12.\n\nApportez votre convocation.",
    )
    return [
        given,
        replace(given, nature=NatureVersion.MODIFICATION, version=2, signataire=None),
        replace(given, nature=NatureVersion.ANNULATION, version=3, motif="En congé à cette date."),
        replace(given, numerisation=True, qualite=None, observation="", contact=""),
        replace(given, nom="سميرة الخطيب", prenom="ნინო Անահիտ", observation="ƏLIYEVA TRƯƠNG שלום 12 汉 🎓"),
        replace(
            given,
            nom="\u202e\U0001f600 Z\u0301\u0301 é\u0323 שלום " * 9,
            observation="abc def\n" * 250,
            prenom="W" * 300,
        ),
    ]


@pytest.fixture(scope="module")
def jar():
    """From the cache, or fetched once."""
    kept = cache_folder() / f"verapdf-{JAR[2]}.jar"
    with locked(kept.name):
        if not kept.exists():
            with TemporaryDirectory(dir=cache_folder()) as folder:
                fetched = fetch(Path(folder))
                assert hashlib.sha256(fetched.read_bytes()).hexdigest() == SHA256
                fetched.rename(kept)
    return kept


def fetch(folder):
    truststore.inject_into_ssl()
    try:
        maven = MavenContext(repo_cache=folder, remote_repos=GlobalSettings.load().repositories or None)
        return Path(maven.project(*JAR[:2]).at_version(JAR[2]).artifact().resolve())
    finally:
        truststore.extract_from_ssl()


def judged(jar, folder, *pdfs):
    """veraPDF's details of each: rules and checks that passed and failed."""
    files = [folder / f"document-{number}.pdf" for number, _ in enumerate(pdfs)]
    for file, pdf in zip(files, pdfs, strict=True):
        file.write_bytes(pdf)
    command = [find_java(), "-cp", str(jar), "org.verapdf.apps.GreenfieldCliWrapper", "-f", "ua1", "--format", "json"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, timeout=120, check=False)
    jobs = json.loads(done.stdout)["report"]["jobs"]
    assert sorted(job["itemDetails"]["name"] for job in jobs) == sorted(map(str, files))
    results = [result for job in jobs for result in job["validationResult"]]
    assert len(results) == len(files)
    return [(result["compliant"], result["details"]) for result in results]


def test_a_convocation_of_each_nature_is_pdf_ua_1(documents, jar, tmp_path):
    files = [Documents().render(together) for together in (*([document] for document in documents), documents)]
    for compliant, details in judged(jar, tmp_path, *files):
        assert compliant, details["ruleSummaries"]
        assert details["failedChecks"] == 0
        assert details["passedRules"] > 100


def test_an_attendance_list_is_pdf_ua_1(jar, tmp_path):
    odd = Emargeant("W" * 90 + " סמירה 🎓", "Coordinateur", "")
    plain = Feuille("LYCEE FICTIF, LYON", "0699001J", "Lyon", "2027-E3C1", "HLP – voie générale", DAY, [odd] * 30)
    files = [
        Feuilles().render(sheets, datetime.now(UTC)) for sheets in ([plain], [plain, replace(plain, personnes=[odd])])
    ]
    for compliant, details in judged(jar, tmp_path, *files):
        assert compliant, details["ruleSummaries"]
        assert details["failedChecks"] == 0


def test_the_judge_sees_what_is_not_accessible(documents, jar, tmp_path):
    renderer = Documents()
    compilateur = renderer._free.get()
    compiler = compilateur._compiler

    class Untagged:
        def compile(self, **options):
            return compiler.compile(**options | {"pdf_standards": [], "pdf_tags": False})

    compilateur._compiler = Untagged()
    renderer._free.put(compilateur)
    [(compliant, details)] = judged(jar, tmp_path, renderer.render(documents[:1]))
    assert not compliant
    assert details["failedChecks"] > 0
