"""How the cost and the memory of `verified_tokens` grow with their number (c/verdicts.c)."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from .programs import run
from .service import USER

SIZES = (1_000, 10_000, 100_000)
# As in c/verdicts.c.
EXTRA = 1000


@dataclass
class Verdicts:
    """Microseconds of a remembered token, of a new one, and of a new one when as many as asked for are
    remembered: medians. Of these, those that are not remembered. The memory that they take."""

    hit_us: float
    new_us: float
    full_us: float
    forgotten: int
    kib: int


def take(bench):
    """By the number of verdicts."""
    sizes = SIZES if bench.settings.thorough else SIZES[:2]
    service = bench.services["http"]
    tokens = issue(service.variables["LOGINID_EMULATOR_URL"], sizes[-1] + EXTRA)
    return {size: take_one(bench, service, size, tokens) for size in sizes}


def take_one(bench, service, size, tokens):
    lines = "".join(f"{token}\n" for token in tokens[: size + EXTRA])
    command = [bench.programs.verdicts, size]
    answer = run(command, service.environment(), bench.machine.client_cores, input=lines)
    *times, forgotten, kib = map(int, answer.split())
    return Verdicts(*(time / 1000 for time in times), forgotten, kib)


def issue(url, count):
    """Tokens of logins at the emulator, over one connection."""
    at = urlsplit(url)
    connection = HTTPConnection(at.hostname, at.port)
    tokens = []
    for _ in range(count):
        connection.request("POST", f"/_emulator/users/{USER}/login", "{}", {"Content-Type": "application/json"})
        tokens.append(json.loads(connection.getresponse().read())["jwt"])
    connection.close()
    return tokens
