"""After this database was restored from a backup: it is told again above every version that was seen (0032)."""
