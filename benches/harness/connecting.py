"""What a client's further connections cost: whether its TLS sessions are resumed, and how often it looks
a name up."""

import os
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from socket import create_connection, create_server
from threading import Thread
from urllib.parse import urlsplit

from .rounds import Contender, interleave
from .worker import Worker

# As in c/lookups.c.
NAME = "service.test"
# So many connections are opened at once.
CONNECTIONS = 64
HANDSHAKES = 20


@dataclass
class Connecting:
    # Of HANDSHAKES, by contender.
    resumed: dict[str, int]
    # For CONNECTIONS, by contender.
    lookups: dict[str, int]


def take(bench, contenders):
    return Connecting(
        {name: resumed(bench, name) for name in contenders},
        {name: lookups(bench, name) for name in contenders},
    )


def times(bench, contenders, scheme):
    """Of a call whose connection is not the client's first: the service closes each after its answer."""
    service = bench.services[scheme]
    service.close_after_answers()
    with ExitStack() as stack:
        workers = [bench.worker(stack, name, scheme) for name in contenders]
        series = interleave([Contender(worker, "get_user") for worker in workers], bench.settings.rounds)
    service.answer_unchecked(False)
    return dict(zip(contenders, series))


def resumed(bench, name):
    """How many handshakes of one client, after its first, resume a session."""
    service = bench.services["https"]
    service.close_after_answers()
    variables = service.environment()
    url = urlsplit(variables["LOGINID_BASE_URL"])
    handshakes = Handshakes(url.hostname, url.port)
    variables["LOGINID_BASE_URL"] = url._replace(netloc=f"{url.hostname}:{handshakes.port}").geturl()
    worker = Worker(name, bench.programs.workers[name], variables, bench.machine.client_cores)
    worker.run("get_user", 1)
    before = len(handshakes.seen)
    worker.run("get_user", HANDSHAKES)
    worker.close()
    service.answer_unchecked(False)
    # libcurl's contender opens one more before it is measured.
    return sum(handshakes.seen[before:][-HANDSHAKES:])


def lookups(bench, name):
    """Of a name that takes 20 ms to look up, by a client of many threads that connect at once."""
    service = bench.services["http"]
    variables = service.environment()
    url = urlsplit(variables["LOGINID_BASE_URL"])
    variables |= {
        "LD_PRELOAD": str(bench.programs.lookups),
        "LOGINID_ALLOW_HTTP": "true",
        "LOGINID_BASE_URL": url._replace(netloc=f"{NAME}:{url.port}").geturl(),
    }
    done = subprocess.run(
        bench.programs.workers[name],
        env=variables,
        input=f"load get_user {CONNECTIONS} {CONNECTIONS}\n",
        text=True,
        check=True,
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, bench.machine.client_cores),
    )
    answer = done.stdout.split()
    if answer[0] != "ok" or answer[3] != "0":
        raise RuntimeError(f"{name}: {done.stdout}")
    return int(done.stderr.split()[-1])


class Handshakes:
    """A proxy that reads of each TLS 1.3 handshake whether the server resumes a session."""

    def __init__(self, host, port):
        self.seen = []
        self._service = (host, port)
        self._listener = create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            client, _ = self._listener.accept()
            server = create_connection(self._service)
            at = len(self.seen)
            self.seen.append(False)
            Thread(target=carry, args=(client, server), daemon=True).start()
            Thread(target=self._answer, args=(server, client, at), daemon=True).start()

    def _answer(self, server, client, at):
        first = server.recv(65536)
        self.seen[at] = resumes(first)
        client.sendall(first)
        carry(server, client)


def carry(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    target.close()


PRE_SHARED_KEY = 41


def resumes(record):
    """Whether a ServerHello has a pre_shared_key (RFC 8446, 4.1.3 and 4.2.11)."""
    # The record's head, the message's head, version and random.
    at = 5 + 4 + 2 + 32
    session_id = record[at]
    # Cipher suite and compression.
    at += 1 + session_id + 3
    end = at + 2 + int.from_bytes(record[at : at + 2], "big")
    at += 2
    while at < end:
        kind, length = (int.from_bytes(record[i : i + 2], "big") for i in (at, at + 2))
        if kind == PRE_SHARED_KEY:
            return True
        at += 4 + length
    return False
