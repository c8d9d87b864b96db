"""Runs operations on request: the lines described in `benches/c/worker.h`, with one thread."""

import sys
import time


def serve(operations):
    for line in sys.stdin:
        _, name, count = line.split()[:3]
        operation = operations[name]
        repetitions = range(int(count))
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        try:
            for _ in repetitions:
                operation()
        except Exception as error:  # whatever it is, the harness reports it
            print("error", repr(error), flush=True)
            continue
        print("ok", time.perf_counter_ns() - wall, time.process_time_ns() - cpu, flush=True)
