"""How long what is kept is kept, and what is kept of one person (0061)."""
