"""The service on its own core under N client threads.

The emulator verifies every service token, which alone costs more than all a
client does: on one core it is the limit. So each load is measured twice, with
the service as it is and with one that answers at once without looking, and
the share of its core that each side used is shown. Where the service's share
is below the client's, the client is what was measured.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

THREADS = (1, 4, 16, 64)
CONTENDERS = ("libloginid", "libcurl + signature", "libcurl")
# The approximate time of a run, in a first look and else.
RUN_NS = (300_000_000, 1_000_000_000)
# A p99.9 is meaningful only for some thousands of calls.
FEWEST_CALLS = 2000


@dataclass
class Row:
    scheme: str
    unchecked: bool
    threads: int
    contender: str
    calls_per_s: float
    p50_us: float
    p99_us: float
    p999_us: float
    errors: int
    calls: int
    client_cpu: float
    server_cpu: float


def take(bench):
    rows = []
    for scheme, service in bench.services.items():
        with ExitStack() as stack:
            workers = [
                bench.worker(stack, name, scheme, bench.machine.client_cores)
                for name in CONTENDERS
            ]
            for unchecked in (False, True):
                service.answer_unchecked(unchecked)
                for threads in THREADS:
                    rows += take_one(bench, service, workers, unchecked, threads)
            service.answer_unchecked(False)
    return rows


def take_one(bench, service, workers, unchecked, threads):
    runs = {worker.name: [] for worker in workers}
    run_ns = RUN_NS[bench.settings.thorough]
    counts = {}
    for worker in workers:
        # Opens the connections and finds the number of calls.
        warm_up = worker.load("get_user", 256 if threads < 256 else threads, threads)
        counts[worker.name] = max(FEWEST_CALLS, run_ns * warm_up.calls // warm_up.wall)
    for number in range(bench.settings.load_rounds):
        for worker in workers if number % 2 == 0 else reversed(workers):
            # Every thread makes the same number of calls.
            count = counts[worker.name] // threads * threads
            before = service.cpu_ns()
            run = worker.load("get_user", count, threads)
            runs[worker.name].append((run, service.cpu_ns() - before))
    return [summary(service.scheme, unchecked, threads, name, runs[name]) for name in runs]


def summary(scheme, unchecked, threads, contender, runs):
    def middle(value):
        return median(value(run, server_cpu) for run, server_cpu in runs)

    return Row(
        scheme,
        unchecked,
        threads,
        contender,
        calls_per_s=middle(lambda run, _: run.calls / run.wall * 1e9),
        p50_us=middle(lambda run, _: run.p50 / 1000),
        p99_us=middle(lambda run, _: run.p99 / 1000),
        p999_us=middle(lambda run, _: run.p999 / 1000),
        errors=sum(run.errors for run, _ in runs),
        calls=sum(run.calls for run, _ in runs),
        client_cpu=middle(lambda run, _: run.cpu / run.wall),
        server_cpu=middle(lambda run, server_cpu: server_cpu / run.wall),
    )
