#!/usr/bin/env python3
"""Compares libloginid with its peers, prints the table and writes it to
benches/RESULTS.md, its figures also to README.md. `make bench` runs it; see benches/README.md."""

import sys

from harness import chart, kept, measures, report, setup, summary
from harness.environment import RESULTS, Settings


def main():
    settings = Settings.from_env()
    machine, run = kept.begin(settings)
    setup.install()
    programs = setup.build()
    measures.take(settings, machine, programs, run)
    text = report.text(settings, run)
    if settings.output:
        settings.output.write_text(text)
        if settings.output == RESULTS:
            summary.write(run.results)
            chart.write(run.results)
        print(f"written to {settings.output}", file=sys.stderr)
    print(text)


if __name__ == "__main__":
    main()
