"""Long and lossy lines between client and service (slow_network.py): there the number of round trips
counts, and how a client shares its connections."""

import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from .environment import BENCHES
from .load import Row, summary
from .worker import Worker

# Round trips in milliseconds, and the share of pieces that are lost.
LINES = [(20, 0), (20, 0.01), (100, 0), (100, 0.01)]
THREADS = 16
# The calls of each thread, in a first look and else.
CALLS = {20: (40, 300), 100: (10, 100)}
FIRST_CALLS = (3, 10)


@dataclass
class Line:
    round_trip: int
    loss: float
    row: Row
    # A new client's first call, in milliseconds.
    first_ms: float


def take(bench, contenders):
    """With a service that answers at once."""
    lines = []
    for scheme, service in bench.services.items():
        service.answer_unchecked(True)
        for round_trip, loss in LINES if bench.settings.thorough else LINES[::3]:
            for name in contenders:
                # A proxy for each, which loses by the same random numbers.
                with ExitStack() as stack:
                    variables = environment(stack, bench, service, round_trip, loss)
                    lines.append(take_one(stack, bench, scheme, variables, name, round_trip, loss))
        service.answer_unchecked(False)
    return lines


def environment(stack, bench, service, round_trip, loss):
    """The variables of a client whose service is at the other end of the line."""
    variables = service.environment()
    url = urlsplit(variables["LOGINID_BASE_URL"])
    proxy = subprocess.Popen(
        [sys.executable, BENCHES / "slow_network.py", str(url.port), str(round_trip), str(loss)],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, bench.machine.server_cores),
    )
    stack.callback(proxy.wait)
    stack.callback(proxy.terminate)
    port = int(proxy.stdout.readline())
    variables["LOGINID_BASE_URL"] = url._replace(netloc=f"{url.hostname}:{port}").geturl()
    return variables


def take_one(stack, bench, scheme, variables, name, round_trip, loss):
    worker = Worker(name, bench.programs.workers[name], variables, bench.machine.client_cores)
    stack.callback(worker.close)
    # The first ones open the connections.
    worker.load("get_user", 3 * THREADS, THREADS)
    calls = CALLS[round_trip][bench.settings.thorough]
    run = worker.load("get_user", calls * THREADS, THREADS)
    first_calls = FIRST_CALLS[bench.settings.thorough]
    wall, _ = worker.run("first_call", first_calls)
    row = summary(scheme, True, THREADS, name, [(run, 0)])
    return Line(round_trip, loss, row, first_ms=wall / first_calls / 1e6)
