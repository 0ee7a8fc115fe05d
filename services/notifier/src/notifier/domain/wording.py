"""The words of the mails: from the items one structure, which the text part and the HTML part both write out; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from francais import accord, date_longue, dates_longues, enumeration
from notifier.domain.changement import changements
from notifier.domain.courrier import AdresseChangee, Envoi, Item, Nature
from notifier.domain.lisible import ligne, lignes

_OBJETS = {
    Nature.CONVOCATION: "Convocation",
    Nature.MODIFICATION: "Convocation modifiée",
    Nature.ANNULATION: "Annulation de votre convocation",
    Nature.RAPPEL: "Rappel de votre convocation",
    Nature.REPONSE: "Réponse à votre empêchement",
}
_NOMS = {
    Nature.CONVOCATION: ("convocation", "convocations"),
    Nature.MODIFICATION: ("convocation modifiée", "convocations modifiées"),
    Nature.ANNULATION: ("annulation", "annulations"),
    Nature.RAPPEL: ("rappel", "rappels"),
    Nature.REPONSE: ("réponse à un empêchement", "réponses à vos empêchements"),
}
_ENSEMBLES = {
    Nature.CONVOCATION: "{} convocations",
    Nature.MODIFICATION: "{} convocations modifiées",
    Nature.ANNULATION: "{} annulations de convocation",
    Nature.RAPPEL: "Rappel de {} convocations",
    Nature.REPONSE: "{} réponses à vos empêchements",
}
_VOIES = {"GENERALE": "voie générale", "TECHNOLOGIQUE": "voie technologique", "COMMUNE": ""}
_A_LIRE = {Nature.CONVOCATION, Nature.MODIFICATION, Nature.RAPPEL}
_SUIVI = {"Coordinateur", "Coordinateur adjoint"}
_PERSONNEL = ("Ce lien vous est personnel\u00a0: ne le transmettez à personne.",)
_SANS_SIGNATURE = "Le chef d’établissement"


class Fait(NamedTuple):
    """A name and its value; a value that somebody entered may have several lines."""

    nom: str
    lignes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of one item. `titre` is empty when the mail has no other one."""

    titre: str
    annonce: tuple[str, ...]
    changements: tuple[str, ...]
    faits: tuple[Fait, ...]
    suite: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redaction:
    """A whole mail, in the order in which it is read. `page` is a title, where the sections have theirs.

    Without `lien` nothing is said of the person's page.
    """

    sujet: str
    salutation: str
    annonce: tuple[str, ...]
    sections: tuple[Section, ...]
    page: str
    invitation: tuple[str, ...]
    lien_libelle: str
    lien: str | None
    fin: tuple[str, ...]
    signatures: tuple[tuple[str, ...], ...]


def ordre(items: Sequence[Item]) -> list[Item]:
    """By nature, then by date: the same items are the same mail, in whatever order they come."""
    ranks = {nature: rank for rank, nature in enumerate(Nature)}
    return sorted(
        items, key=lambda one: (ranks[one.nature], one.envoi.dates, one.envoi.libelle, one.envoi.convocation_id.bytes)
    )


def rediger(items: Sequence[Item]) -> Redaction:
    """What the mail says. Raises ValueError without any item."""
    if not items:
        raise ValueError("a mail without items")
    items = [Item(one.nature, _lisible(one.envoi)) for one in ordre(items)]
    first = items[0].envoi
    seul = len(items) == 1
    lien = next((one.envoi.lien for one in items if one.envoi.lien), None)
    return Redaction(
        sujet=_sujet(items),
        salutation=" ".join(filter(None, (first.civilite, first.prenom, first.nom))) + ",",
        annonce=() if seul else (_ensemble(items),),
        sections=tuple(_section(one, 0 if seul else rank) for rank, one in enumerate(items, 1)),
        page="" if seul or not lien else "Votre page",
        invitation=_invitation(items) if lien else (),
        lien_libelle=_lien_libelle(items),
        lien=lien,
        fin=_PERSONNEL * bool(lien) + _fin(items),
        signatures=_signatures([one.envoi for one in items]),
    )


def texte(redaction: Redaction) -> str:
    """The text part."""
    parts = [redaction.salutation, *redaction.annonce]
    for section in redaction.sections:
        parts += [section.titre, *section.annonce, _liste(section.changements)]
        parts += ["\n".join(_fait(one) for one in section.faits), *section.suite]
    lien = f"{redaction.lien_libelle}\u00a0:\n{redaction.lien}" if redaction.lien else ""
    parts += [redaction.page, *redaction.invitation, lien, *redaction.fin]
    parts += ["\n".join(signature) for signature in redaction.signatures]
    return "\n\n".join(part for part in parts if part) + "\n"


def _fait(fait: Fait) -> str:
    """Lines after the first are set in: none of them can pass for a line of ours."""
    return f"{fait.nom}\u00a0: " + "\n  ".join(fait.lignes)


def _liste(phrases: Sequence[str]) -> str:
    return "\n".join(f"- {one}" for one in phrases)


def _lisible(envoi: Envoi) -> Envoi:
    return replace(
        envoi,
        civilite=ligne(envoi.civilite),
        nom=ligne(envoi.nom),
        prenom=ligne(envoi.prenom),
        libelle=ligne(envoi.libelle),
        voie=ligne(envoi.voie),
        session=ligne(envoi.session),
        etablissement=ligne(envoi.etablissement),
        joindre=ligne(envoi.joindre),
        qualite=ligne(envoi.qualite or "") or None,
    )


def _sujet(items: Sequence[Item]) -> str:
    """« Convocation : Histoire-géographie, session 2020-E3C1 », « 3 convocations, session 2020-E3C1 »."""
    if len(items) == 1:
        return f"{_objet(items[0])}, session {items[0].envoi.session}"
    counts = Counter(one.nature for one in items)
    what = _ENSEMBLES[items[0].nature].format(len(items)) if len(counts) == 1 else _comptes(counts)
    sessions = sorted({one.envoi.session for one in items})
    return f"{what}, session{'s' if len(sessions) > 1 else ''} {enumeration(sessions)}"


def _objet(item: Item) -> str:
    return f"{_OBJETS[item.nature]}\u00a0: {item.envoi.libelle}"


def _comptes(counts: Counter[Nature]) -> str:
    """« 2 convocations, 1 convocation modifiée et 1 annulation »."""
    return enumeration([f"{n} {_NOMS[nature][n > 1]}" for nature, n in counts.items()])


def _ensemble(items: Sequence[Item]) -> str:
    counts = Counter(one.nature for one in items)
    return f"Ce message porte sur {len(items)} missions\u00a0: {_comptes(counts)}."


def _section(item: Item, rank: int) -> Section:
    envoi = item.envoi
    changed = changements(envoi) if item.nature is Nature.MODIFICATION else ()
    return Section(
        titre=f"{rank}. {_objet(item)}" if rank else "",
        annonce=_annonce(item),
        changements=changed,
        faits=_faits(item),
        suite=_acces(item),
    )


def _annonce(item: Item) -> tuple[str, ...]:
    envoi = item.envoi
    etes = f"ous êtes {accord('convoqué', envoi.civilite)}"
    if item.nature is Nature.ANNULATION:
        return ("Votre convocation à la mission suivante est annulée.",)
    if item.nature is Nature.REPONSE:
        return ("L’établissement a lu l’empêchement que vous avez signalé\u00a0: votre convocation est maintenue.",)
    if item.nature is Nature.RAPPEL:
        quand = f" {dates_longues(envoi.dates, 'le ')}" if envoi.dates else ""
        return (
            f"Rappel\u00a0: v{etes}{quand}.",
            "Vous n’avez pas encore indiqué avoir pris connaissance de cette convocation.",
        )
    if item.nature is Nature.MODIFICATION:
        return (f"V{etes} à la mission suivante. Cette convocation annule et remplace la précédente.",)
    return (f"V{etes} à la mission suivante.",)


def _faits(item: Item) -> tuple[Fait, ...]:
    envoi = item.envoi
    voie = _VOIES.get(envoi.voie, envoi.voie)
    epreuve = f"{envoi.libelle} ({voie})" if voie else envoi.libelle
    mission = [("Mission", "Numérisation de copies")]
    if envoi.type != "NUMERISATION":
        mission = [("Mission", "Correction de copies"), ("Épreuve", epreuve)]
    annulee = item.nature is Nature.ANNULATION
    reponse = envoi.reponse_empechement if item.nature is Nature.REPONSE else None
    faits = [
        ("Motif de l’annulation", (envoi.motif or "") if annulee else ""),
        ("Réponse de l’établissement", reponse or ""),
        *mission,
        ("Session", envoi.session),
        ("Établissement", envoi.etablissement),
        ("Qualité", envoi.qualite or ""),
        ("Date" if len(envoi.dates) == 1 else "Dates", dates_longues(envoi.dates)),
        ("Observation", "" if annulee else envoi.observation),  # there is nothing to bring any more
    ]
    read = [Fait(nom, tuple(lignes(valeur))) for nom, valeur in faits]
    return tuple(one for one in read if one.lignes)


def _acces(item: Item) -> tuple[str, ...]:
    """R16, R18, R50."""
    envoi = item.envoi
    if item.nature is Nature.ANNULATION:
        return ("Votre accès à SANTORIN pour cette mission est retiré.",)
    obligation = "Elle est obligatoire pour vous connecter à SANTORIN."
    if envoi.type == "NUMERISATION":
        acces = (
            "Cette convocation vous donne accès, via IMAG’IN, au tableau de bord SANTORIN pour numériser les copies."
        )
    else:
        but = "suivre la correction des copies" if envoi.qualite in _SUIVI else "corriger les copies"
        entree = "«\u00a0Entrée correcteur\u00a0»"
        acces = f"Cette convocation vous donne accès à SANTORIN, via IMAG’IN, {entree}, pour {but}."
    return (f"{acces} {obligation}",)


def _invitation(items: Sequence[Item]) -> tuple[str, ...]:
    """What to do. No word of refusing: correcting is an obligation of service."""
    a_lire = sum(one.nature in _A_LIRE for one in items)
    if not a_lire:
        return ()
    what = "vos convocations" if a_lire > 1 else "votre convocation"
    return (
        f"Sur votre page, indiquez que vous avez pris connaissance de {what}, ou signalez un empêchement.",
        "Un empêchement signalé ne vaut pas dispense\u00a0: une convocation vaut tant qu’elle n’est pas annulée.",
    )


def _lien_libelle(items: Sequence[Item]) -> str:
    if not any(one.nature in _A_LIRE for one in items):
        return "Vos missions"
    return "Vos missions, prise de connaissance, empêchement"


def _fin(items: Sequence[Item]) -> tuple[str, ...]:
    lieux = {", ".join(filter(None, (one.envoi.etablissement, one.envoi.joindre))) for one in items}
    lieu = f"l’établissement\u00a0: {next(iter(lieux))}" if len(lieux) == 1 else "l’établissement de la mission"
    reponse = "Ce message est envoyé automatiquement\u00a0: une réponse ne serait lue par personne."
    if any(one.envoi.reponse for one in items):
        reponse = "Vous pouvez aussi répondre à ce message\u00a0: le gestionnaire IMAG’IN de l’académie vous lira."
    return (
        _joints(items),
        f"Pour toute question, adressez-vous à {lieu}. {reponse}",
    )


def _joints(items: Sequence[Item]) -> str:
    if len(items) > 1:
        return "Sont joints, pour chaque mission, le document (PDF) et un fichier pour votre agenda."
    if items[0].nature is Nature.ANNULATION:
        return "Sont joints le document (PDF) et un fichier qui retire la mission de votre agenda."
    return "Sont joints la convocation (PDF) et un fichier pour votre agenda."


def _signatures(envois: Sequence[Envoi]) -> tuple[tuple[str, ...], ...]:
    """R24, K.g: who signs, for each établissement, which is named when there are several."""
    blocks = dict.fromkeys((tuple(lignes(one.signataire or "")[:2]), one.etablissement) for one in envois)
    return tuple((*(qui or (_SANS_SIGNATURE,)), *((ou,) if len(blocks) > 1 else ())) for qui, ou in blocks)


def texte_du_changement(one: AdresseChangee) -> str:
    """No link in it, and not the new address: whoever has the old mailbox may be anybody by now."""
    par = f" par {ligne(one.par)}" if one.par else ""
    contact = f" ({ligne(one.contact)})" if one.contact else ""
    return (
        f"Bonjour {ligne(one.prenom)} {ligne(one.nom)},\n\n"
        f"L’adresse de vos convocations a été changée le {date_longue(one.le)}{par}."
        " Vos convocations, et les liens qui les ouvrent, n’arrivent plus à l’adresse où vous lisez ce message.\n\n"
        "Si vous l’avez demandé, vous n’avez rien à faire. Si ce n’est pas vous, dites-le au gestionnaire IMAGIN"
        f" de votre académie{contact}\u00a0: quelqu’un d’autre pourrait lire vos convocations.\n"
    )
