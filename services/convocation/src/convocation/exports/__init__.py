"""An académie's convocations as a table."""
