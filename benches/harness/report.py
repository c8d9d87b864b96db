"""The results as one Markdown text."""

from .environment import WORK, output_of
from .goals import goals
from .measures import OURS, RAW

OPERATIONS = {
    "token": "service token",
    "verify": "verification, key cached",
    "verify_each": "verification, 64 tokens in turn, verified_tokens off",
    "verify_new": "verification, 64 tokens in turn, verified_tokens on, none remembered",
    "verify_again": "verification, verified_tokens on, the same token again",
    "get_user": "one call, connection reused",
    "first_call": "a new client's first call",
}


def text(settings, machine, results):
    parts = [
        "# Benchmarks of libloginid and its peers",
        "Written by `make bench`. What each part means: `benches/README.md`.",
        facts(settings, machine),
        "## Goals",
        goals_table(results),
        "## Time of one operation, by contender",
        "One thread on one core, the service on another. Medians of interleaved rounds ± the median"
        " absolute deviation; `CPU` is the processor time of the contender's own process.",
        times_table(results),
        "## Start, memory, allocations, instructions",
        *small_tables(results),
        "## Under load",
        "The service on one core, the client's threads on the others. `client` and `service` are the"
        " shares of a core that each side used: the one near 100 % is the limit. `as it is`: the"
        " emulator verifies every token; `unchecked`: it answers at once, so that the client is what"
        " is measured. libcurl has its tokens signed in advance, `libcurl, signing` makes each in its loop; both have"
        " one handle for each thread.",
        load_table(results),
    ]
    return "\n\n".join(parts) + "\n"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def facts(settings, machine):
    versions = {
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
