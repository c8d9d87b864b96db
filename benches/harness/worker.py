"""A peer's process, which runs operations on request (benches/c/worker.h)."""

import os
import subprocess
from dataclasses import dataclass


class Failed(Exception):
    pass


@dataclass
class Load:
    """One run under load; times in nanoseconds."""

    calls: int
    wall: int
    cpu: int
    errors: int
    p50: int
    p99: int
    p999: int
    longest: int


class Worker:
    def __init__(self, name, command, environment, cores):
        self.name = name
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )

    def _tell(self, command):
        self._process.stdin.write(command + "\n")
        answer = self._process.stdout.readline().split(maxsplit=1)
        if not answer or answer[0] != "ok":
            raise Failed(f"{self.name}: '{command}' answered {' '.join(answer) or 'nothing'}")
        return [int(word) for word in answer[1].split()]

    def run(self, operation, count, threads=1):
        """The wall and processor time of `count` operations, in nanoseconds."""
        wall, cpu = self._tell(f"run {operation} {count} {threads}")
        return wall, cpu

    def load(self, operation, count, threads):
        return Load(count, *self._tell(f"load {operation} {count} {threads}"))

    def close(self):
        self._process.stdin.close()
        self._process.wait()
