"""The results as one Markdown text."""

from . import connecting, networks, reasons, summary
from .environment import WORK, output_of
from .goals import goals
from .measures import LANGUAGES, MANY_THREADS, OPERATIONS, OURS, PARTS, RAW, ROOTS, SDK_NOTES
from .scale import WAITS


def text(settings, run):
    results = run.results
    parts = [
        "# Benchmarks of libloginid and its peers",
        "Written by `make bench`. What each part means: `benches/README.md`.",
        facts(settings, run),
        "## In short",
        summary.table(results),
        "## Goals",
        goals_table(results),
        "## Goals that are missed, and why",
        "From the measurements below; `benches/README.md` has what was counted once.",
        reasons.text(results),
        "## Time of one operation, by contender",
        "One thread on one core, the service on another. Medians of interleaved rounds ± the median"
        " absolute deviation; `CPU` is the processor time of the contender's own process. The Python and Node SDKs"
        " fetch the key for each verification and connect for each call, as their rows say: their like is a new"
        " client's first call and first verification.",
        times_table(results),
        "## In each language",
        "The same operations of one thread through each binding, over http. `more than C`: what the language"
        " and its binding add.",
        languages_table(results) + left_out(results),
        "What it consists of, in processor time: the same call by the language's own means (cgo, ctypes, ffi,"
        " FFI) with its texts, the JSON of its result by the language's own reader, and the rest, which is the binding's."
        " `benches/README.md` says what that is.",
        parts_table(results),
        "## On all cores",
        f"One client, or one key of bare aws-lc-rs, in one thread and in {MANY_THREADS}: how much more the machine can do.",
        threads_table(results),
        "## Verdicts that are remembered",
        "Medians of one verification by a client with `verified_tokens`: of remembered tokens, drawn at random, of"
        " new tokens, and of new tokens when so many are remembered as asked for. `forgotten`: they found no place.",
        verdicts_table(results),
        "## Further connections",
        f"Of one client, after its first. `resumed`: of {connecting.HANDSHAKES} handshakes, those in which the server resumed a"
        " session, by its ServerHello. `look-ups`: of a name that takes 20 ms to look up, by"
        f" {connecting.CONNECTIONS} threads that connect at once. What a call costs there has rows among the times above:"
        f" `{OPERATIONS['reconnect']}`.",
        connecting_table(results.further),
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
        "The emulator records no requests here, which it does for tests unless it is told not to.",
        scale_table(results.many),
    ]
    return "\n\n".join(parts) + "\n"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def facts(settings, run):
    versions = {
        "compilers": f"{output_of(['rustc', '--version'])}; {output_of(['cc', '--version']).splitlines()[0]}",
        "peers": ", ".join(peers()),
        "rounds": f"{settings.rounds}, under load {settings.load_rounds}",
    }
    return "\n".join(f"- {name}: {value}" for name, value in (run.facts | versions).items())


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
                    described(operation, name),
                    f"{series.us:,.1f} ± {series.deviation:,.1f}",
                    f"{min(series.wall):,.1f}–{max(series.wall):,.1f}",
                    f"{series.cpu_us:,.1f}",
                    f"{series.us / ours:,.2f}",
                ]
            )
    return table(["operation", "contender", "µs", "range", "CPU µs", "against ours"], rows)


def described(operation, name):
    note = SDK_NOTES.get(operation) if name.endswith(" SDK") else None
    return f"{name}: {note}" if note else name


def threads_table(results):
    rows = []
    for operation in ("token", "verify"):
        for name in (OURS, RAW):
            one, many = (results.threads[name, operation, n] for n in (1, MANY_THREADS))
            rates = (f"{1e6 / series.us:,.0f} /s" for series in (one, many))
            rows.append([OPERATIONS[operation], name, *rates, f"{one.us / many.us:.2f} ×"])
    return table(["operation", "contender", "1 thread", f"{MANY_THREADS} threads", "more"], rows)


def verdicts_table(results):
    rows, smaller = [], None
    for size, row in results.remembered.items():
        grown = ""
        if smaller:
            grown = f"{(row.kib - smaller[1].kib) * 1024 / (size - smaller[0]):.0f}"
        rows.append(
            [
                f"{size:,}",
                f"{row.hit_us:.2f}",
                f"{row.new_us:.1f}",
                f"{row.full_us:.1f}",
                f"{row.forgotten / size:.2%}",
                f"{row.kib:,}",
                grown,
            ]
        )
        smaller = size, row
    head = ["verdicts", "remembered, µs", "new, µs", "new when full, µs", "forgotten", "KiB", "bytes for each more"]
    return table(head, rows)


def connecting_table(further):
    rows = [[name, further.resumed[name], further.lookups[name]] for name in further.resumed]
    return table(["contender", "resumed", "look-ups"], rows)


def languages_table(results):
    rows = []
    for operation, languages in results.languages.items():
        c = languages[OURS]
        for name, series in languages.items():
            rows.append(
                [
                    OPERATIONS[operation],
                    "C" if name == OURS else described(operation, name),
                    f"{series.us:,.1f} ± {series.deviation:,.1f}",
                    f"{series.cpu_us:,.1f}",
                    f"{series.us - c.us:,.1f}",
                    f"{series.us / c.us:,.2f}",
                ]
            )
    return table(["operation", "language", "µs", "CPU µs", "more than C, µs", "against C"], rows)


def left_out(results):
    names = [name for name in LANGUAGES if name not in results.languages["token"]]
    return f"\n\nLeft out, since it is not installed: {', '.join(names)}." if names else ""


def parts_table(results):
    rows = []
    for (operation, language), parts in results.parts.items():
        languages = results.languages[operation]
        c, whole = languages[OURS].cpu_us, languages[language].cpu_us
        bare, json = (parts[part].cpu_us for part in PARTS)
        values = (whole - c, bare - c, json, whole - bare - json)
        rows.append([OPERATIONS[operation], language, *(f"{value:,.1f}" for value in values)])
    return table(["operation", "language", "more than C, µs", "bare call", "JSON", "binding"], rows)


def small_tables(results):
    starts = [
        [
            scheme,
            f"{start.all.us / 1000:.2f} ± {start.all.deviation / 1000:.2f}",
            *(f"{part.us / 1000:.2f}" for part in (start.dlopen, start.client, start.token)),
        ]
        for scheme, start in starts_of(results)
    ]
    memory = [
        [name, m.none, m.one, m.one_private, f"{m.further:.1f}"]
        for name, m in results.memory.items()
    ]
    allocations = [
        [OPERATIONS[name], f"{a.count:.1f}", bare_allocations(results, name), a.bytes, a.not_freed]
        for name, a in results.allocations.items()
    ]
    instructions = []
    for operation in ("token", "verify"):
        ours, raw = (results.instructions[name, operation] for name in (OURS, RAW))
        instructions.append([OPERATIONS[operation], f"{ours:,}", f"{raw:,}", f"{ours / raw:.3f}"])
    return [
        table(["a program's start", "ms", "of it dlopen", "lid_new", "first token"], starts),
        "A client over https reads the system's certificates: a file of all, and a folder with the same in a file each."
        f" OpenSSL reads this file in {results.roots.us / 1000:.2f} ms.",
        table(
            ["resident KiB of a process", "no client", "one", "of it private", "each further client"],
            memory,
        ),
        table(
            ["allocations of one operation", "count", "of it aws-lc-rs", "bytes", "not freed after 100"], allocations
        ),
        table(["instructions (callgrind)", "ours", "bare aws-lc-rs", "ratio"], instructions),
    ]


def starts_of(results):
    yield from results.load_times.items()
    yield f"https, `SSL_CERT_FILE={ROOTS}`", results.start_with_one_file


def bare_allocations(results, operation):
    count = results.raw_allocations.get(operation)
    return "" if count is None else f"{count:.1f}"


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
        *(
            [
                f"a call beside {n:,} idle connections, 64 of its own client at most",
                f"{call.us:,.1f} µs, {call.cpu_us:,.1f} of them the client's CPU",
            ]
            for n, call in scale.idle.items()
        ),
        ["the emulator: start", f"{emulator.start_ms:,.0f} ms"],
        ["requests a second, each token verified", f"{emulator.requests / emulator.seconds:,.0f}"],
        ["its memory, new", f"{emulator.resident_kib:,} KiB"],
        [f"of {emulator.requests:,} requests failed", emulator.failed],
        ["its memory after them, with the nonces of the last ten minutes", f"{emulator.resident_after_kib:,} KiB"],
    ]
    return table(["what", "measured"], rows)
