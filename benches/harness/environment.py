"""Paths, settings, and facts about this machine."""

import os
import subprocess
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
ROOT = BENCHES.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
RELEASE = TARGET / "release"
RESULTS = BENCHES / "RESULTS.md"
# Built or installed only for the benchmark.
WORK = TARGET / "bench"


@dataclass
class Settings:
    rounds: int
    load_rounds: int
    output: Path | None

    @staticmethod
    def from_env():
        rounds = int(os.environ.get("BENCH_ROUNDS", "40"))
        output = os.environ.get("BENCH_OUTPUT", str(RESULTS))
        return Settings(rounds, max(1, rounds // 8), Path(output).resolve() if output else None)

    @property
    def thorough(self):
        """Not a first look, which must be short."""
        return self.rounds >= 40


@dataclass
class Machine:
    cpu: str
    cores: list[int]
    facts: dict[str, str]

    @staticmethod
    def look():
        cores = sorted(os.sched_getaffinity(0))
        cpu = field("/proc/cpuinfo", "model name") or os.uname().machine
        memory = int((field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) // 1024
        facts = {
            "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": commit(),
            "machine": f"{cpu}, {len(cores)} cores, {memory} MiB",
            "load average at the start": f"{os.getloadavg()[0]:.2f}",
            "kernel": os.uname().release,
        }
        return Machine(cpu, cores, facts)

    @property
    def server_cores(self):
        """The service has the last core for itself, if there is more than one."""
        return self.cores[-1:]

    @property
    def client_cores(self):
        return self.cores[:-1] or self.cores


def field(path, name):
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def commit():
    def git(*words):
        return output_of(["git", "-C", str(ROOT), *words])

    changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return git("rev-parse", "--short", "HEAD") + changed


def output_of(command):
    """The output of a command, or "unknown" if it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
