#!/usr/bin/env python3
"""Compares libloginid with its peers, prints the table and writes it to
benches/RESULTS.md, its figures also to README.md. `make bench` runs it; see benches/README.md."""

import sys

from harness import chart, measures, report, setup, summary
from harness.environment import RESULTS, Machine, Settings


def main():
    settings = Settings.from_env()
    machine = Machine.look()
    setup.install()
    programs = setup.build()
    results = measures.take(settings, machine, programs)
    text = report.text(settings, machine, results)
    print(text)
    if settings.output:
        settings.output.write_text(text)
        if settings.output == RESULTS:
            summary.write(results)
            chart.write(results)
        print(f"written to {settings.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
