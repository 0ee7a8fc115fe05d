"""Refusals of an export."""

from convocation.commun.refus import Kind, Refus


class SessionSansMission(Refus):
    slug = "session-inconnue"
    kind = Kind.ABSENT
    phrase = "Cette session n’existe pas."
