"""What other rooms ask of the sessions: those that nobody declared."""

from convocation.sessions.sql import NonDeclaree, non_declarees

__all__ = ["NonDeclaree", "non_declarees"]
