"""The developers' command: the product on one machine, its tests, its benchmarks. Never in production."""
