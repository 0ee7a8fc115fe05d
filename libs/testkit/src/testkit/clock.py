"""A clock for the rates, which ask for the time by themselves."""


class Clock:
    """Stands where they ask, in seconds; a millisecond goes by from one look to the next."""

    def __init__(self) -> None:
        self.now = 1_600_000_000.0

    def monotonic(self) -> float:
        self.now += 0.001
        return self.now
