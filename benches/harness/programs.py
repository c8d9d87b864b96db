"""What is measured by a program that runs to its end: size, memory,
allocations, instructions, the time to load."""

import os
import subprocess
from dataclasses import dataclass

from .environment import output_of
from .rounds import Series

FURTHER_CLIENTS = 100


@dataclass
class Memory:
    """Resident KiB of a process, and of each client after the first."""

    none: int
    one: int
    one_private: int
    further: float


@dataclass
class Start:
    """Of a program: microseconds of loading the library, making a client and its first token."""

    all: Series
    dlopen: Series
    client: Series
    token: Series


@dataclass
class Allocations:
    count: float
    bytes: int
    not_freed: int


def run(command, environment, cores, **options):
    done = subprocess.run(
        [str(word) for word in command],
        env=environment,
        text=True,
        check=True,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
        **options,
    )
    return done.stdout


def size(library):
    """The library's size in bytes, and whether its symbol table is stripped."""
    sections = output_of(["readelf", "-SW", str(library)])
    return library.stat().st_size, ".symtab" not in sections


def memory(bench, environment, state):
    command = [bench.programs.memory, FURTHER_CLIENTS, state]
    answer = run(command, environment, bench.machine.client_cores)
    none, one, one_private, every = map(int, answer.split())
    return Memory(none, one, one_private, (every - one) / FURTHER_CLIENTS)


def load_times(bench, service, **variables):
    """dlopen, lid_new and a first token, in a new process each time."""
    environment = {**service.environment(), "BENCH_LIBRARY": str(bench.programs.library), **variables}
    # The first run reads the files from the disk and is dropped.
    runs = [
        [int(ns) / 1000 for ns in run([bench.programs.load_time], environment, bench.machine.client_cores).split()]
        for _ in range(bench.settings.rounds + 1)
    ][1:]
    return Start(Series([sum(parts) for parts in runs]), *(Series(list(part)) for part in zip(*runs)))


def allocations(bench, service):
    answer = run([bench.programs.allocations], service.environment(), bench.machine.client_cores)
    result = {}
    for line in answer.splitlines():
        name, count, size_, live, _most = line.split()
        result[name] = Allocations(float(count), int(size_), int(live))
    return result


def preloaded_allocations(bench, name, operation):
    """Allocations of one operation of a worker in any language: the difference between many and few."""
    few, many = 100, 300
    environment = bench.services["http"].environment() | {"LD_PRELOAD": str(bench.programs.allocator)}
    counted = []
    for times in (few, many):
        commands = f"run {operation} {times}\n"
        done = subprocess.run(
            bench.programs.workers[name], env=environment, input=commands, text=True, check=True, capture_output=True
        )
        counted.append(int(done.stderr.split()[-1]))
    return (counted[1] - counted[0]) / (many - few)


def instructions(command, environment, operation):
    """Instructions of one operation: the difference between many and few of
    them leaves out what a process does once."""
    few, many = 20, 120
    counted = [
        count_instructions(command, environment, f"run {operation} {times}\n")
        for times in (few, many)
    ]
    return (counted[1] - counted[0]) // (many - few)


def count_instructions(command, environment, commands):
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
        env=environment,
        input=commands,
        text=True,
        check=True,
        capture_output=True,
    )
    for line in done.stderr.splitlines():
        if "Collected :" in line:
            return int(line.split()[-1])
    raise RuntimeError("callgrind told no count:\n" + done.stderr)
