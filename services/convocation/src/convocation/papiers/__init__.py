"""What a lycée prints and hands on: its convocations in one file, by file or as a table, and attendance lists."""
