"""The établissement convokes its intervenants: openings, directory, signatures, convocations."""
