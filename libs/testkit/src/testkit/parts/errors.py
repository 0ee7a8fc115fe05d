"""PartError: what a person reads, in one sentence, when a real part cannot be had."""


class PartError(RuntimeError):
    """A real part cannot be found, fetched or started."""
