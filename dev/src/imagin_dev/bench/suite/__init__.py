"""All benchmarks together: what each needs, the table of goals, the gate of CI."""
