"""Refusals of papers."""

from convocation.commun.refus import Kind, Refus


class PersonneConvoquee(Refus):
    slug = "aucune-convocation"
    kind = Kind.ABSENT
    phrase = "Personne n’est convoqué\u00a0: il n’y a pas encore de document."


class TropDeConvocations(Refus):
    slug = "trop-de-convocations"
    phrase = "Ces convocations sont trop nombreuses pour un seul fichier\u00a0: téléchargez-les mission par mission."
