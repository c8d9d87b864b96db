"""All measurements, in order."""

from contextlib import ExitStack
from dataclasses import dataclass, field

from . import connecting, load, networks, programs, scale, verdicts
from .rounds import Contender, Series, interleave
from .service import Service
from .setup import say
from .worker import Worker

OURS, RAW = "libloginid", "aws-lc-rs"
# libcurl with a signature in its loop, by the same code as ours.
SIGNED = "libcurl + signature"
RAW_KEY = "aws-lc-rs, only the private key read"
# Its requests need no signature.
V2_CURL = "libcurl, current service"
# What the report calls each.
OPERATIONS = {
    "token": "service token",
    "verify": "verification, key cached",
    "verify_each": "verification, 64 tokens in turn, verified_tokens off",
    "verify_new": "verification, 64 tokens in turn, verified_tokens on, none remembered",
    "verify_again": "verification, verified_tokens on, the same token again",
    "get_user": "one call, connection reused",
    "reconnect": "one call, a further connection of the client",
    "new_client": "a client made and freed",
    "first_call": "a new client's first call",
    "first_verify": "a new client's first verification, its key fetched",
    "v2_verify": "verification, key cached, current service",
    "v2_create_grant": "one call with the API key, current service",
    "v2_list_passkeys": "two calls, the first for a grant, current service",
    "v2_call": "one call with the API key, current service",
    "v2_call_with_grant": "two calls, the first for a grant, current service",
}
# The contenders of each operation. The others are compared with the first.
CONTENDERS = {
    "token": [OURS, RAW, "OpenSSL", "libjwt", "Python SDK", "Node SDK"],
    "verify": [OURS, RAW, "OpenSSL", "libjwt", "Python SDK", "Node SDK"],
    "get_user": [OURS, SIGNED, "libcurl", "Python SDK", "Node SDK"],
    # What the Python and Node SDKs do for each call: like against like.
    "first_call": [OURS, SIGNED, "libcurl", "Python SDK", "Node SDK"],
    "first_verify": [OURS, "Python SDK", "Node SDK"],
    "v2_verify": [OURS, RAW],
    "v2_create_grant": [OURS, V2_CURL],
    "v2_list_passkeys": [OURS, V2_CURL],
}
# What an SDK does in each of these operations.
SDK_NOTES = {
    "verify": "fetches the key, connects anew",
    "get_user": "connects anew",
}
# Verifications of many tokens without and with `verified_tokens`, and of one remembered token.
VERIFIED_TOKENS = ["verify_each", "verify_new", "verify_again"]
# As in c/openssl.c: all of the system's roots in one file, which are in its folder as well.
ROOTS = "/etc/ssl/certs/ca-certificates.crt"
# The same operations through each binding, beside C, and Python's beside the official package.
LANGUAGES = [OURS, "C++", "Go", "Python", "Ruby", "PHP", "Python SDK"]
# What these do without the binding: the call by cgo, ctypes, ffi or FFI, and the JSON of its result by the
# language's own reader.
INTERPRETED = ["Go", "Python", "Ruby", "PHP"]
PARTS = ["bare", "json"]
MANY_THREADS = 16


@dataclass
class Results:
    """Times by (operation, scheme or None) and then by contender."""

    times: dict[tuple[str, str | None], dict[str, Series]] = field(default_factory=dict)
    # On all cores, by contender, operation and number of threads.
    threads: dict[tuple[str, str, int], Series] = field(default_factory=dict)
    # By operation and then by language.
    languages: dict[str, dict[str, Series]] = field(default_factory=dict)
    # By operation, language and then one of PARTS.
    parts: dict[tuple[str, str], dict[str, Series]] = field(default_factory=dict)
    loads: list[load.Row] = field(default_factory=list)
    lines: list[networks.Line] = field(default_factory=list)
    many: scale.Scale | None = None
    # By the number of verdicts.
    remembered: dict[int, verdicts.Verdicts] = field(default_factory=dict)
    further: connecting.Connecting | None = None
    load_times: dict[str, programs.Start] = field(default_factory=dict)
    # Over https, when the roots are those of ROOTS: without those of the system's folder.
    start_with_one_file: programs.Start | None = None
    # OpenSSL's time for the certificates of ROOTS.
    roots: Series | None = None
    # By scheme and whether the clients have made a call.
    memory: dict[str, programs.Memory] = field(default_factory=dict)
    allocations: dict[str, programs.Allocations] = field(default_factory=dict)
    # Of the functions of aws-lc-rs that the library calls, by operation.
    raw_allocations: dict[str, float] = field(default_factory=dict)
    instructions: dict[tuple[str, str], int] = field(default_factory=dict)
    library_bytes: int = 0
    library_stripped: bool = False


@dataclass
class Bench:
    """Shared by all measurements."""

    settings: object
    machine: object
    programs: object
    services: dict[str, Service]

    def worker(self, stack, name, scheme="http", cores=None):
        """A peer's process, by default on one core, until the stack is closed."""
        worker = Worker(
            name,
            self.programs.workers[name],
            self.services[scheme].environment(),
            cores or self.machine.client_cores[:1],
        )
        stack.callback(worker.close)
        return worker


def take(settings, machine, built, run):
    """Takes the parts that are not done, and keeps what there is after each."""
    with ExitStack() as stack:
        services = {}
        for scheme in ("http", "https"):
            services[scheme] = Service(built, scheme, machine.server_cores)
            stack.callback(services[scheme].close)
        bench = Bench(settings, machine, built, services)
        for part in PARTS_OF_A_RUN:
            if part.__name__ not in run.done:
                part(bench, run.results)
                run.done.append(part.__name__)
                run.keep()
        say("done")


def take_programs(bench, results):
    say("size, memory, allocations, instructions, load time")
    results.library_bytes, results.library_stripped = programs.size(bench.programs.library)
    for scheme, service in bench.services.items():
        for state in ("new", "called"):
            results.memory[f"{scheme}, {state}"] = programs.memory(bench, service.environment(), state)
        results.load_times[scheme] = programs.load_times(bench, service)
    results.start_with_one_file = programs.load_times(bench, bench.services["https"], SSL_CERT_FILE=ROOTS)
    environment = bench.services["https"].environment()
    del environment["LOGINID_CA_FILE"]
    results.memory["https, new, system roots"] = programs.memory(bench, environment, "new")
    results.allocations = programs.allocations(bench, bench.services["http"])
    for operation, bare in {"token": "sign_digest", "verify": "verify_digest"}.items():
        results.raw_allocations[operation] = programs.preloaded_allocations(bench, RAW, bare)
    for name in (OURS, RAW):
        for operation in ("token", "verify"):
            command = bench.programs.workers[name]
            environment = bench.services["http"].environment()
            results.instructions[name, operation] = programs.instructions(
                command, environment, operation
            )


def take_times(bench, results):
    """One thread on its own core."""
    for operation in ("token", "verify", "v2_verify"):
        take_one(bench, results, operation, None)
    take_verified_tokens(bench, results)
    take_parts(bench, results)
    for scheme in bench.services:
        for operation in ("get_user", "first_call", "first_verify", "v2_create_grant", "v2_list_passkeys"):
            take_one(bench, results, operation, scheme)


def take_one(bench, results, operation, scheme):
    say(f"{operation} {scheme or ''}")
    names = CONTENDERS[operation]
    with ExitStack() as stack:
        workers = [bench.worker(stack, name, scheme or "http") for name in names]
        contenders = [Contender(worker, operation) for worker in workers]
        series = interleave(contenders, bench.settings.rounds)
    results.times[operation, scheme] = dict(zip(names, series))


def take_verified_tokens(bench, results):
    """In one process, so that only the setting differs."""
    say("verified_tokens")
    with ExitStack() as stack:
        worker = bench.worker(stack, OURS)
        contenders = [Contender(worker, operation) for operation in VERIFIED_TOKENS]
        for operation, series in zip(VERIFIED_TOKENS, interleave(contenders, bench.settings.rounds)):
            results.times[operation, None] = {OURS: series}


def take_parts(bench, results):
    """Of a new client's first call, and of a program's start."""
    say("a client's creation")
    with ExitStack() as stack:
        contenders = [
            Contender(bench.worker(stack, OURS), "new_client"),
            Contender(bench.worker(stack, RAW), "key"),
            Contender(bench.worker(stack, "OpenSSL"), "roots"),
        ]
        made, key, results.roots = interleave(contenders, bench.settings.rounds)
    results.times["new_client", None] = {OURS: made, RAW_KEY: key}


def take_verdicts(bench, results):
    say("verdicts")
    results.remembered = verdicts.take(bench)


def take_connecting(bench, results):
    say("further connections")
    contenders = [OURS, SIGNED]
    for scheme in bench.services:
        results.times["reconnect", scheme] = connecting.times(bench, contenders, scheme)
    results.further = connecting.take(bench, contenders)


def take_load(bench, results):
    say("load")
    results.loads = load.take(bench)


def take_lines(bench, results):
    say("long lines")
    results.lines = networks.take(bench, load.CONTENDERS)


def take_scale(bench, results):
    say("many waits, idle connections, requests")
    results.many = scale.take(bench)


def take_languages(bench, results):
    """One thread, over http."""
    names = [name for name in LANGUAGES if name in bench.programs.workers]
    for operation in ("token", "verify", "get_user"):
        say(f"{operation} in each language")
        with ExitStack() as stack:
            contenders = [Contender(bench.worker(stack, name), operation) for name in names]
            parts = [
                Contender(contender.worker, f"{part}_{operation}")
                for contender in contenders
                for part in PARTS
                if contender.worker.name in INTERPRETED
            ]
            series = interleave(contenders + parts, bench.settings.rounds)
        results.languages[operation] = dict(zip(names, series))
        for contender in parts:
            part, _, _ = contender.operation.partition("_")
            results.parts.setdefault((operation, contender.worker.name), {})[part] = contender.series


def take_threads(bench, results):
    """All cores, one client or one key: one thread against many."""
    say(f"{MANY_THREADS} threads")
    counts = (1, MANY_THREADS)
    keys = [(name, operation, n) for operation in ("token", "verify") for name in (OURS, RAW) for n in counts]
    with ExitStack() as stack:
        workers = {name: bench.worker(stack, name, cores=bench.machine.cores) for name in (OURS, RAW)}
        contenders = [Contender(workers[name], operation, n) for name, operation, n in keys]
        results.threads = dict(zip(keys, interleave(contenders, bench.settings.rounds)))


PARTS_OF_A_RUN = [
    take_programs,
    take_times,
    take_languages,
    take_threads,
    take_verdicts,
    take_connecting,
    take_load,
    take_lines,
    take_scale,
]
