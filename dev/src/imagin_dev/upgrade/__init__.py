"""What upgrade tests need: the previous release as it was, and what a migration takes away from it (0031)."""
