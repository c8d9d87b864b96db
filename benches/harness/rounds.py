"""Interleaved rounds: in each, every contender runs for a slice of time, so
that whatever else the machine does falls on all alike."""

from dataclasses import dataclass, field
from statistics import median

SLICE_NS = 40_000_000


@dataclass
class Series:
    """Microseconds of one operation, one value a round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def us(self):
        return median(self.wall)

    @property
    def cpu_us(self):
        return median(self.cpu)

    @property
    def deviation(self):
        """The median absolute deviation."""
        return median(abs(value - self.us) for value in self.wall)


@dataclass
class Contender:
    worker: object
    operation: str
    threads: int = 1
    count: int = 1
    series: Series = field(default_factory=Series)

    def warm_up(self):
        """Finds how many operations fill a slice; the times are dropped."""
        self.worker.run(self.operation, self.threads, self.threads)
        wall, _ = self.worker.run(self.operation, 4 * self.threads, self.threads)
        # The same number for each thread.
        self.count = self.threads * max(1, 4 * SLICE_NS // max(wall, 1))
        self.worker.run(self.operation, self.count, self.threads)

    def take(self):
        wall, cpu = self.worker.run(self.operation, self.count, self.threads)
        self.series.wall.append(wall / self.count / 1000)
        self.series.cpu.append(cpu / self.count / 1000)


def interleave(contenders, rounds):
    """Runs all contenders in turn, every other round in the opposite order."""
    for contender in contenders:
        contender.warm_up()
    for number in range(rounds):
        for contender in contenders if number % 2 == 0 else reversed(contenders):
            contender.take()
    return [contender.series for contender in contenders]
