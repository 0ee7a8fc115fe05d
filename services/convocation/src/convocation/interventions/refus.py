"""Refusals of acting for an établissement."""

from convocation.commun.refus import Kind, Refus


class MotifVide(Refus):
    slug = "motif-vide"
    phrase = "Dites pourquoi vous agissez pour cet établissement : il le lira."
    champ = "motif"


class SansSession(Refus):
    slug = "sans-session"
    kind = Kind.CONFLIT
    phrase = "Un programme n’agit pour aucun établissement : ouvrez la page dans un navigateur."


class InterventionFinie(Refus):
    slug = "intervention-finie"
    kind = Kind.CONFLIT
    phrase = "Vous n’agissez plus pour cet établissement."
