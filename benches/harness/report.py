"""The results as one Markdown text."""

from . import networks, sources, summary
from .environment import WORK, output_of
from .goals import goals
from .measures import OPERATIONS, OURS, RAW
from .scale import WAITS


def text(settings, machine, results):
    parts = [
        "# Benchmarks of libloginid and its peers",
        "Written by `make bench`. What each part means: `benches/README.md`.",
        facts(settings, machine),
        "## In short",
        summary.table(results),
        "## Goals",
        goals_table(results),
        "## Time of one operation, by contender",
        "One thread on one core, the service on another. Medians of interleaved rounds ± the median"
        " absolute deviation; `CPU` is the processor time of the contender's own process.",
        times_table(results),
        "## In each language",
        "The same operations of one thread through each binding, over http. `more than C`: what the language"
        " and its binding add, of which the binding's own part is making the strings and reading the result.",
        languages_table(results),
        "## Start, memory, allocations, instructions",
        *small_tables(results),
        "## Under load",
        "The service on one core, the client's threads on the others. `client` and `service` are the"
        " shares of a core that each side used: the one near 100 % is the limit. `as it is`: the"
        " emulator verifies every token; `unchecked`: it answers at once, so that the client is what"
        " is measured. libcurl has its tokens signed in advance, `libcurl + signature` makes each in its loop; both have"
        " one handle for each thread.",
        load_table(results),
        "## Long lines",
        f"{networks.THREADS} threads, through a proxy that delays and loses (`slow_network.py`), to a service that"
        " answers at once. `first` is a new client's first call.",
        lines_table(results),
        "## Scale",
        scale_table(results.many),
    ]
    return "\n\n".join(parts) + "\n"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def facts(settings, machine):
    versions = {
        "sources": sources.fingerprint(),
        "compilers": f"{output_of(['rustc', '--version'])}; {output_of(['cc', '--version']).splitlines()[0]}",
        "peers": ", ".join(peers()),
        "rounds": f"{settings.rounds}, under load {settings.load_rounds}",
    }
    return "\n".join(f"- {name}: {value}" for name, value in (machine.facts | versions).items())


def peers():
    def of(name, package):
        return f"{name} {output_of(['pkg-config', '--modversion', package])}"

    python = output_of([str(WORK / "python/bin/python"), "--version"])
    return [
        of("libcurl", "libcurl"),
        of("OpenSSL", "libcrypto"),
        of("libjwt", "libjwt"),
        f"Python SDK 0.1.5 on {python}",
        f"Node SDK 0.8.3 on Node {output_of(['node', '--version'])}",
    ]


def goals_table(results):
    rows = [
        [goal.measure, goal.ours, goal.against, goal.wanted, goal.reached, "yes" if goal.met else "**no**"]
        for goal in goals(results)
    ]
    return table(["measure", "ours", "against", "goal", "reached", "met"], rows)


def times_table(results):
    rows = []
    for (operation, scheme), contenders in results.times.items():
        ours = contenders[OURS].us
        for name, series in contenders.items():
            rows.append(
                [
                    f"{OPERATIONS[operation]}{f', {scheme}' if scheme else ''}",
                    name,
                    f"{series.us:,.1f} ± {series.deviation:,.1f}",
                    f"{min(series.wall):,.1f}–{max(series.wall):,.1f}",
                    f"{series.cpu_us:,.1f}",
                    f"{series.us / ours:,.2f}",
                ]
            )
    return table(["operation", "contender", "µs", "range", "CPU µs", "against ours"], rows)


def languages_table(results):
    rows = []
    for operation, languages in results.languages.items():
        c = languages[OURS]
        for name, series in languages.items():
            rows.append(
                [
                    OPERATIONS[operation],
                    "C" if name == OURS else name,
                    f"{series.us:,.1f} ± {series.deviation:,.1f}",
                    f"{series.cpu_us:,.1f}",
                    f"{series.us - c.us:,.1f}",
                    f"{series.us / c.us:,.2f}",
                ]
            )
    return table(["operation", "language", "µs", "CPU µs", "more than C, µs", "against C"], rows)


def small_tables(results):
    starts = [
        [scheme, f"{series.us / 1000:.2f} ± {series.deviation / 1000:.2f}"]
        for scheme, series in results.load_times.items()
    ]
    memory = [
        [name, m.none, m.one, m.one_private, f"{m.further:.1f}"]
        for name, m in results.memory.items()
    ]
    allocations = [
        [OPERATIONS[name], f"{a.count:.1f}", a.bytes, a.not_freed]
        for name, a in results.allocations.items()
    ]
    instructions = []
    for operation in ("token", "verify"):
        ours, raw = (results.instructions[name, operation] for name in (OURS, RAW))
        instructions.append([OPERATIONS[operation], f"{ours:,}", f"{raw:,}", f"{ours / raw:.3f}"])
    return [
        table(["dlopen + lid_new + first token", "ms"], starts),
        table(
            ["resident KiB of a process", "no client", "one", "of it private", "each further client"],
            memory,
        ),
        table(["allocations of one operation", "count", "bytes", "not freed after 100"], allocations),
        table(["instructions (callgrind)", "ours", "bare aws-lc-rs", "ratio"], instructions),
    ]


def load_table(results):
    rows = [
        [
            f"{row.scheme}, {'unchecked' if row.unchecked else 'as it is'}",
            row.threads,
            row.contender,
            f"{row.calls_per_s:,.0f}",
            f"{row.p50_us:,.0f}",
            f"{row.p99_us:,.0f}",
            f"{row.p999_us:,.0f}",
            f"{row.errors} of {row.calls:,}",
            f"{row.client_cpu:.0%}",
            f"{row.server_cpu:.0%}",
        ]
        for row in results.loads
    ]
    head = ["service", "threads", "contender", "calls/s", "p50 µs", "p99 µs", "p99.9 µs", "errors"]
    return table([*head, "client", "service"], rows)


def lines_table(results):
    rows = [
        [
            f"{line.row.scheme}, {line.round_trip} ms, {line.loss:.0%} lost",
            line.row.contender,
            f"{line.row.calls_per_s:,.0f}",
            f"{line.row.p50_us / 1000:,.1f}",
            f"{line.row.p99_us / 1000:,.1f}",
            f"{line.row.errors} of {line.row.calls:,}",
            f"{line.first_ms:,.0f}",
        ]
        for line in results.lines
    ]
    return table(["line", "contender", "calls/s", "p50 ms", "p99 ms", "errors", "first ms"], rows)


def scale_table(scale):
    waits, emulator = scale.waits, scale.emulator
    rows = [
        [f"{WAITS:,} threads in `lid_wait_code`: memory", f"{waits.kib:,} KiB"],
        ["their threads of the library's own", waits.threads - WAITS],
        ["their processor time in a second", f"{waits.cpu_us:,} µs"],
        *([f"a call beside {n:,} idle connections", f"{us:,.1f} µs"] for n, us in scale.idle.items()),
        ["the emulator: start", f"{emulator.start_ms:,.0f} ms"],
        ["requests a second, each token verified", f"{emulator.requests / emulator.seconds:,.0f}"],
        ["its memory, new", f"{emulator.resident_kib:,} KiB"],
        [f"its memory after {emulator.requests:,} requests", f"{emulator.resident_after_kib:,} KiB"],
    ]
    return table(["what", "measured"], rows)
