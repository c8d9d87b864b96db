#!/usr/bin/env python3
"""Whether benches/RESULTS.md was measured on the sources as they are; `make release-check` runs it."""

import sys

from harness import sources
from harness.environment import RESULTS

results = RESULTS.read_text()
if sources.measured(results) != sources.fingerprint():
    sys.exit("benches/RESULTS.md was measured on other sources than src/ and Cargo.lock are now: run make bench")
print("benches/RESULTS.md was measured on these sources")
