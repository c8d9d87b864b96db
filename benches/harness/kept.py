"""What a run has measured so far. It is written after each part, so that a part that fails loses only itself:
`make bench BENCH_CONTINUE=1` takes the parts that are missing."""

import os
import pickle
import sys
from dataclasses import dataclass, field

from . import sources
from .environment import WORK, Machine
from .measures import Results

FILE = WORK / "results.pickle"


@dataclass
class Run:
    rounds: int
    # With the hash of the sources when it began.
    facts: dict[str, str]
    results: Results = field(default_factory=Results)
    done: list[str] = field(default_factory=list)

    def keep(self):
        WORK.mkdir(parents=True, exist_ok=True)
        # All of it or the last one: not half of it, if the run ends here.
        new = FILE.with_suffix(".new")
        new.write_bytes(pickle.dumps(self))
        new.replace(FILE)


def begin(settings):
    """A new run, or the last one if it is to be continued."""
    machine = Machine.look()
    # Now, since they may be changed while the run lasts.
    run = Run(settings.rounds, machine.facts | {"sources": sources.fingerprint()})
    if os.environ.get("BENCH_CONTINUE"):
        last = pickle.loads(FILE.read_bytes())
        if (last.rounds, last.facts["sources"]) != (run.rounds, run.facts["sources"]):
            sys.exit("the last run had other sources or another number of rounds: it cannot be continued")
        last.facts["continued"] = f"{run.facts['date']}, at a load average of {os.getloadavg()[0]:.2f}"
        run = last
    return machine, run
