"""libloginid's Python package. Speaks the lines described in `benches/c/worker.h`, with one thread."""

import os
import sys
import time

from libloginid import LoginIdManagement

client = LoginIdManagement.from_env()
user = os.environ["BENCH_USER"]
token = os.environ["BENCH_TOKEN"]


def verify() -> None:
    if client.verify_token(token, user) is not True:
        raise ValueError("the token was not verified")


OPERATIONS = {
    "token": lambda: client.generate_service_token("users.retrieve", user),
    "verify": verify,
    "get_user": lambda: client.get_user(user),
}

for line in sys.stdin:
    _, name, count = line.split()[:3]
    operation = OPERATIONS[name]
    repetitions = range(int(count))
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    try:
        for _ in repetitions:
            operation()
    except Exception as error:  # whatever it is, the harness reports it
        print("error", repr(error), flush=True)
        continue
    print("ok", time.perf_counter_ns() - wall, time.process_time_ns() - cpu, flush=True)
