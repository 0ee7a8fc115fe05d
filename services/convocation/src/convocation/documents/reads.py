"""What other rooms ask of documents."""

from uuid import UUID

Cle = tuple[UUID, int]
"""A version of a convocation."""
