"""What many waits and idle connections cost the client, and many requests the emulator."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .programs import run
from .service import Service
from .worker import Worker

OURS = "libloginid"
IDLE = (1, 64, 1000)
WAITS = 1000
# Long enough that all connections are open at once.
HELD_MS = 3000
# If a call took longer to connect than the first one was held back, its connection would never come.
LONGEST_S = 30


@dataclass
class Waits:
    """What the waiting threads add, and their processor time in a second."""

    kib: int
    threads: int
    cpu_us: int


@dataclass
class Emulator:
    start_ms: float
    resident_kib: int
    requests: int
    failed: int
    seconds: float
    resident_after_kib: int


@dataclass
class Call:
    """Microseconds, and those of the client's processor time."""

    us: float
    cpu_us: float


@dataclass
class Scale:
    waits: Waits
    # By the number of idle connections.
    idle: dict[int, Call]
    emulator: Emulator


def take(bench):
    service = bench.services["http"]
    return Scale(waits(bench, service), {n: idle(bench, service, n) for n in IDLE}, emulator(bench))


def waits(bench, service):
    variables = service.environment() | {"BENCH_CODE": service.code()}
    return Waits(*map(int, run([bench.programs.scale, "waits", WAITS], variables, bench.machine.client_cores).split()))


def idle(bench, service, count):
    """The service holds the first calls back, so that each has a connection of its own."""
    service.fault({"kind": "delay", "ms": HELD_MS})
    process = subprocess.Popen(
        [str(bench.programs.scale), "idle", str(count)],
        env=service.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, bench.machine.client_cores),
    )
    ends = time.monotonic() + LONGEST_S
    while connections(process.pid) < count:
        if process.poll() is not None:
            raise RuntimeError(f"scale idle {count} ended with {process.returncode}")
        if time.monotonic() > ends:
            process.kill()
            raise RuntimeError(f"scale idle {count} has not opened that many connections")
        time.sleep(0.05)
    service.answer_unchecked(True)
    answer, _ = process.communicate("\n")
    service.answer_unchecked(False)
    if process.returncode != 0:
        raise RuntimeError(f"scale idle {count} ended with {process.returncode}")
    return Call(*(int(ns) / 1000 for ns in answer.split()))


def connections(pid):
    return sum(is_socket(path) for path in Path(f"/proc/{pid}/fd").iterdir())


def is_socket(path):
    try:
        return os.readlink(path).startswith("socket:")
    except FileNotFoundError:
        # Closed since it was listed, as a file of the program that is just starting.
        return False


def emulator(bench):
    """As it is, but for the record of requests, which is for tests."""
    began = time.monotonic()
    service = Service(bench.programs, "http", bench.machine.server_cores)
    start_ms = (service.ready - began) * 1000
    before = service.resident_kib()
    worker = Worker(OURS, bench.programs.workers[OURS], service.environment(), bench.machine.client_cores)
    load = worker.load("get_user", 1_000_000 if bench.settings.thorough else 20_000, 16)
    worker.close()
    after = service.resident_kib()
    service.close()
    return Emulator(start_ms, before, load.calls, load.errors, load.wall / 1e9, after)
