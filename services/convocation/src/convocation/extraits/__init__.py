"""All that is kept of one person, as a PDF to hand to her (0061)."""
