"""The figures that README.md shows: those of RESULTS.md, where we lose as well."""

from .environment import ROOT
from .goals import MIB
from .measures import OURS, RAW, SDK_NOTES, SIGNED

BEGIN = "<!-- begin figures: written by `make bench`, with benches/RESULTS.md -->"
END = "<!-- end figures -->"
README = ROOT / "README.md"
# What chart.py draws.
PICTURE = """
<picture>
  <source media="(prefers-color-scheme: dark)" srcset="docs/images/speed-dark.svg">
  <img alt="The same times as bars, on a logarithmic scale" src="docs/images/speed-light.svg">
</picture>
"""


def table(results):
    """As the lines of a Markdown table."""
    lines = [
        "| | libloginid | for comparison | | Python SDK | Node SDK |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, operation, scheme, other, called in (
        ("making a service token", "token", None, RAW, "the signature alone"),
        ("verifying a token, the key known", "verify", None, RAW, "its signature alone"),
        ("`lid_get_user`, the connection kept, http", "get_user", "http", SIGNED, SIGNED),
        ("`lid_get_user`, the connection kept, https", "get_user", "https", SIGNED, SIGNED),
        ("a new client's first call, http", "first_call", "http", SIGNED, SIGNED),
        ("a new client's first call, https", "first_call", "https", SIGNED, SIGNED),
    ):
        times = results.times[operation, scheme]
        ours, least = times[OURS].us, times[other].us
        note = f" ({SDK_NOTES[operation]})" if operation in SDK_NOTES else ""
        sdks = " | ".join(f"{times[name].us:,.0f} µs{note}" for name in ("Python SDK", "Node SDK"))
        lines.append(
            f"| {name} | {ours:,.0f} µs | {least:,.0f} µs ({called}) | {ours / least:.2f} × | {sdks} |"
        )
    for scheme in ("http", "https"):
        ours, curl = (results.times["reconnect", scheme][name].us for name in (OURS, SIGNED))
        lines.append(
            f"| a call on a client's further connection, {scheme} | {ours:,.0f} µs | {curl:,.0f} µs ({SIGNED})"
            f" | {ours / curl:.2f} × | | |"
        )
    for scheme in ("http", "https"):
        ours, curl = (load(results, scheme, 16, name).calls_per_s for name in (OURS, SIGNED))
        lines.append(
            f"| calls a second on one core, 16 threads, {scheme} | {ours:,.0f} | {curl:,.0f} ({SIGNED})"
            f" | {ours / curl:.2f} × | | |"
        )
    for scheme in ("http", "https"):
        ours, curl = (load(results, scheme, 64, name).p99_us for name in (OURS, SIGNED))
        lines.append(
            f"| 99 % of calls take at most (p99), 64 threads on one core, {scheme} | {ours:,.0f} µs"
            f" | {curl:,.0f} µs ({SIGNED}) | {ours / curl:.2f} × | | |"
        )
    lines.append(f"| the stripped library | {results.library_bytes / MIB:.1f} MiB | | | | |")
    resident = results.memory["https, called"]
    lines.append(
        f"| a process with one idle client; each further one | {resident.one / 1024:.1f} MiB;"
        f" {resident.further:.0f} KiB | | | | |"
    )
    return "\n".join(lines)


def load(results, scheme, threads, contender):
    """The row with a service that answers at once, so that the client is what is measured."""
    for row in results.loads:
        if (row.scheme, row.unchecked, row.threads, row.contender) == (scheme, True, threads, contender):
            return row
    raise LookupError(f"no load of {contender} over {scheme}")


def write(results):
    """Replaces the figures in README.md."""
    text = README.read_text()
    before, rest = text.split(BEGIN)
    README.write_text(f"{before}{BEGIN}\n{table(results)}\n{PICTURE}{rest[rest.index(END):]}")
