"""Why a goal is missed: the measurements that show it."""

from .goals import goals
from .measures import MANY_THREADS, OURS, RAW, RAW_KEY, ROOTS, SIGNED


def text(results):
    lines = [
        f"- **{goal.measure}**: {goal.reached}, wanted {goal.wanted}. {reason(results, goal.about)}"
        for goal in goals(results)
        if not goal.met
    ]
    return "\n".join(lines) or "None is missed."


def reason(results, about):
    if not about:
        return "No measurement explains it."
    kind, *what = about
    return REASONS[kind](results, *what)


def alone(results, operation):
    """Beside the bare signature."""
    times = results.times[operation, None]
    more = times[OURS].cpu_us - times[RAW].cpu_us
    counted = [results.instructions.get((name, operation)) for name in (OURS, RAW)]
    instructions = f" In instructions it is {counted[0] / counted[1]:.3f} ×." if all(counted) else ""
    return f"Everything but the signature takes {more:.1f} µs of processor time.{instructions}"


def as_the_first(results):
    """The two are measured one after the other; the bare verification beside each shows what the machine did."""
    current, first = (results.times[operation, None] for operation in ("v2_verify", "verify"))
    ratios = [times[OURS].us / times[RAW].us for times in (current, first)]
    return f"Beside the bare verification of the same rounds it is {ratios[0]:.3f} ×, the first service's {ratios[1]:.3f} ×."


def sdk(results, operation, scheme, name):
    ours, theirs = (results.times[operation, scheme][one].cpu_us for one in (OURS, name))
    return f"In processor time it is {theirs / ours:,.1f} ×: {ours:,.1f} and {theirs:,.1f} µs."


def remembered(results):
    cpu = results.times["verify_again", None][OURS].cpu_us
    medians = ", ".join(f"{row.hit_us:.2f} µs of {size:,}" for size, row in results.remembered.items())
    return f"Of one token again and again it takes {cpu:.2f} µs of processor time; of tokens drawn at random {medians}."


def new_tokens(results):
    on, off = (results.times[operation, None][OURS] for operation in ("verify_new", "verify_each"))
    return (
        f"The difference is {on.us - off.us:.2f} µs, the hash of the token and of its key;"
        f" the rounds deviate by {max(on.deviation, off.deviation):.2f} µs."
    )


def call(results, operation, scheme, against):
    ours, theirs = (results.times[operation, scheme][name] for name in (OURS, against))
    return (
        f"Of it the client's processor time is {ours.cpu_us:.0f} µs, of libcurl's {theirs.cpu_us:.0f} µs; the rest"
        f" ({ours.us - ours.cpu_us:.0f} and {theirs.us - theirs.cpu_us:.0f} µs) is waiting for the service."
    )


def first_call(results, scheme):
    """Its parts, in processor time."""
    made, key = (results.times["new_client", None][name].cpu_us for name in (OURS, RAW_KEY))
    first = results.times["first_call", scheme]
    kept = results.times["get_user", scheme][OURS].cpu_us
    return (
        f"Of its {first[OURS].cpu_us:.0f} µs of processor time, {made:.0f} µs make and free a client; bare aws-lc-rs"
        f" alone needs {key:.0f} µs to read the private key, which it checks. {kept:.0f} µs are those of a call on a kept"
        f" connection, {first[OURS].cpu_us - made - kept:.0f} µs connect. libcurl's {first[SIGNED].cpu_us:.0f} µs contain"
        f" no key: it was read before. {first[OURS].us - first[OURS].cpu_us:.0f} µs of ours and"
        f" {first[SIGNED].us - first[SIGNED].cpu_us:.0f} µs of libcurl's are waiting for the service."
    )


def threads(results, operation):
    one, many = (results.threads[RAW, operation, n].us for n in (1, MANY_THREADS))
    return f"Bare aws-lc-rs, without any code of ours, reaches {one / many:.2f} × in {MANY_THREADS} threads on this machine."


def start(results, scheme):
    begun = results.load_times[scheme]
    parts = (part.us / 1000 for part in (begun.dlopen, begun.client, begun.token))
    http, one_file = (start.client.us / 1000 for start in (results.load_times["http"], results.start_with_one_file))
    return (
        "`dlopen` takes {:.2f} ms, `lid_new` {:.2f}, the first token {:.2f}.".format(*parts)
        + f" Over http, without the system's certificates, `lid_new` takes {http:.2f} ms, and {one_file:.2f} with those of"
        f" `{ROOTS}` alone, which OpenSSL reads in {results.roots.us / 1000:.2f}: the rest is the folder with the same"
        " certificates in a file each, of which OpenSSL reads one when it needs it."
    )


def allocations(results, operation):
    count, token = results.allocations[operation].count, results.allocations["token"].count
    signature, verification = results.raw_allocations["token"], results.raw_allocations["verify"]
    if operation == "token":
        return f"The function of aws-lc-rs that signs a digest makes {signature:.1f} of them."
    if operation in ("verify", "v2_verify"):
        return f"The function of aws-lc-rs that verifies a digest makes {verification:.1f} of them."
    if operation == "get_user":
        return (
            f"The token makes {token:.1f}, {signature:.1f} of these in aws-lc-rs; the request and its answer make"
            f" {count - token:.1f}."
        )
    return "All of them are the request and its answer: nothing is signed."


def load(results, scheme, n):
    ours, theirs = rows(results, scheme, n)
    each = [row.client_cpu / row.calls_per_s * 1e6 for row in (ours, theirs)]
    signature = results.times["token", None][OURS].cpu_us
    return (
        f"A call takes {each[0]:.0f} µs of the client's core, libcurl's {each[1]:.0f} µs; the token is"
        f" {signature:.0f} µs of both."
    )


def latency(results, scheme, n):
    ours, theirs = rows(results, scheme, n)
    return (
        f"Half of the calls take {ours.p50_us:,.0f} µs or less, of libcurl's {theirs.p50_us:,.0f} µs; the threads have"
        f" {ours.client_cpu:.0%} and {theirs.client_cpu:.0%} of one core, on which {n} of them wait for their turn."
    )


def rows(results, scheme, n):
    found = {row.contender: row for row in results.loads if (row.scheme, row.unchecked, row.threads) == (scheme, True, n)}
    return found[OURS], found[SIGNED]


def idle(results):
    walls = ", ".join(f"{call.us:.0f} µs beside {n:,}" for n, call in results.many.idle.items())
    return f"With the service's part a call takes {walls}."


REASONS = {
    "as_the_first": as_the_first,
    "sdk": sdk,
    "remembered": remembered,
    "alone": alone,
    "new_tokens": new_tokens,
    "call": call,
    "first_call": first_call,
    "threads": threads,
    "start": start,
    "allocations": allocations,
    "load": load,
    "latency": latency,
    "idle": idle,
}
