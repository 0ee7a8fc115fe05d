"""`imagin personne cherche` and `extrait`: all of her, and nothing of others (0061)."""

from event_schemas.catalogue import CONVOCATION as CONVOCATIONS
from event_schemas.catalogue import HABILITATION


async def test_the_search_finds_what_is_planted_anywhere(imagin, installation, elle, planted, tmp_path):
    mails = planted.mails
    words = tmp_path / "mots"
    words.write_text(f"{elle.numero}\n{elle.courriel}\n{elle.convocation}\n")
    found = await imagin("personne", "cherche", words, "--fichiers", mails, "--json", **installation)
    assert found.code == 1
    assert {where: set(what) for where, what in found.json.items()} == {
        "mission-import": {"convocation_active", "dead_letter"},
        "convocation": {
            *("abonnement", "acces", "brouillon", "cle_oubli", "convocation", "convocation_version", "dead_letter"),
            *("document", "empechement", "idempotence", "intervenant", "intervenant_mot", "prise_de_connaissance"),
            *("relance", "remise", "doublon_a_chercher", "adresse_changee", "compte", "indisponibilite"),
        },
        "santorin-bridge": {"habilitation", "dead_letter"},
        "notifier": {"notification", "compte_rendu", "dead_letter"},
        "topics": {CONVOCATIONS, HABILITATION},
        "fichiers": {str(mails / "1.eml")},
    }


async def test_an_extract_has_all_of_her_with_her_acts_in_clear_and_nothing_of_others(
    imagin, installation, elle, planted, tmp_path
):
    done = await imagin("personne", "extrait", elle.numero, **installation)
    assert done.code == 0, done.err
    kept = done.json["services"]
    assert done.json["numeros"] == [elle.numero, elle.ancien_numero]
    assert [row["courriel"] for row in kept["convocation"]["intervenant"] if row["numero"] == elle.numero] == [
        elle.courriel
    ]
    assert kept["convocation"]["adresse_changee"][0]["ancienne"] == elle.ancien_courriel
    acts = kept["convocation"]["audit"]
    assert [one["motif"] for one in acts if one.get("apres") == {"courriel": elle.courriel}] == ["mariage"]
    assert len(acts) == 5
    assert kept["convocation"]["indisponibilite"] == [
        {"numero": elle.numero, "debut": str(elle.jour), "fin": str(elle.jour)}
    ]
    assert kept["convocation"]["delegation"][0]["compte"] == kept["convocation"]["compte"][0]["compte"]
    assert kept["notifier"]["notification"][0]["numero"] == elle.numero
    assert kept["santorin-bridge"]["habilitation"][0]["numero"] == elle.numero
    assert "AUTRE" not in done.out
    assert elle.autrui not in done.out, "a draft and a pair that name others are said to be there, no more"
    assert kept["convocation"]["brouillon"] == [{"cite_aussi_autrui": True}]
    assert (await imagin("personne", "extrait", "nobody", **installation)).code == 1
    file = tmp_path / "extrait.pdf"
    assert (await imagin("personne", "extrait", elle.numero, "--pdf", file, **installation)).code == 0
    assert (file.read_bytes()[:5], file.stat().st_mode & 0o777) == (b"%PDF-", 0o600)
    assert (await imagin("personne", "extrait", elle.numero, "--pdf", file, **installation)).code == 2
