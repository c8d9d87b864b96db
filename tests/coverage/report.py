"""Sums up what `cov show` prints: a path, then `line| count|source` for each line."""

import re
import sys

root = sys.argv[1] + "/"
files, lines = {}, None
for text in sys.stdin:
    if text.startswith("/"):
        path = text.strip()
        lines = files.setdefault(path.removeprefix(root), []) if path.startswith(root + "src/") else None
    elif lines is not None and (match := re.match(r" *(\d+)\| *(\d*)\|(.*)", text)):
        lines.append((int(match[1]), match[2], match[3]))


def own(lines):
    """The library's lines: without its unit tests, which are at the end of a file."""
    for position, (_, _, source) in enumerate(lines):
        if source == "#[cfg(test)]" and re.match(r"mod \w+ \{", lines[position + 1][2]):
            return lines[:position]
    return lines


def part(path):
    return next((part for part in ("src/token", "src/transport", "src/ffi") if path.startswith(part)), "the rest")


tests = re.compile(r"(^|/)(tests|panics|injected)\.rs$|/(tests|panics)/|\.\.")
sums = {}
for path, lines in sorted(files.items()):
    if tests.search(path):
        continue
    counted = [(number, int(count), source) for number, count, source in own(lines) if count]
    reached = sum(count > 0 for _, count, _ in counted)
    print(f"{path}: {reached} of {len(counted)}")
    for number, count, source in counted:
        if count == 0:
            print(f"    {number}: {source}")
    for key in (part(path), "all"):
        before = sums.get(key, (0, 0))
        sums[key] = (before[0] + reached, before[1] + len(counted))
for key, (reached, lines) in sums.items():
    print(f"{key}: {reached} of {lines} lines, {100 * reached / lines:.1f} %")
