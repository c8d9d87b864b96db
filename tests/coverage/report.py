"""Sums up `llvm-cov export -format=lcov`: lines reached per file and part, and those that were not."""

import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
PARTS = ("src/token", "src/v1", "src/calls", "src/http", "src/net", "src/ffi")
TESTS = re.compile(r"(^|/)(tests|panics|testing|failpoint)\.rs$|/(tests|panics)/")


def own(source):
    """How many lines belong to the library: unit tests are at the end of a file."""
    for position, line in enumerate(source):
        if line == "#[cfg(test)]" and re.match(r"mod \w+ \{", source[position + 1]):
            return position
    return len(source)


files, counts = {}, None
for record in sys.stdin:
    name, _, value = record.strip().partition(":")
    if name == "SF":
        path = pathlib.Path(value).resolve()
        inside = path.is_relative_to(root / "src")
        counts = files.setdefault(str(path.relative_to(root)), {}) if inside else None
    elif name == "DA" and counts is not None:
        line, count = value.split(",")[:2]
        counts[int(line)] = max(counts.get(int(line), 0), int(count))

sums = {}
for path, counts in sorted(files.items()):
    if TESTS.search(path):
        continue
    source = (root / path).read_text().splitlines()
    counts = {line: count for line, count in counts.items() if line <= own(source)}
    missed = sorted(line for line, count in counts.items() if count == 0)
    print(f"{path}: {len(counts) - len(missed)} of {len(counts)}")
    for line in missed:
        print(f"    {line}: {source[line - 1]}")
    part = next((part for part in PARTS if path.startswith(part)), "the rest")
    for key in (part, "all"):
        reached, lines = sums.get(key, (0, 0))
        sums[key] = (reached + len(counts) - len(missed), lines + len(counts))
for key, (reached, lines) in sums.items():
    print(f"{key}: {reached} of {lines} lines, {100 * reached / lines:.1f} %")
