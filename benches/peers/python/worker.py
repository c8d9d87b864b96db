"""The official Python SDK, `loginid` 0.1.5. Speaks the lines described in
`benches/c/worker.h`, with one thread."""

import os
import sys
import time
import warnings

from loginid.management import LoginIdManagement

# The SDK calls datetime.utcnow(), which newer Pythons warn about each time.
warnings.simplefilter("ignore", DeprecationWarning)



def new_client():
    return LoginIdManagement(
        os.environ["LOGINID_CLIENT_ID"],
        os.environ["LOGINID_PRIVATE_KEY"].replace("\\n", "\n"),
        os.environ["LOGINID_BASE_URL"],
    )


client = new_client()
user = os.environ["BENCH_USER"]
token = os.environ["BENCH_TOKEN"]


def verify(client=client):
    if client.verify_token(token, user) is not True:
        raise ValueError("the token was not verified")


OPERATIONS = {
    "token": lambda: client.generate_service_token("users.retrieve", user),
    "verify": verify,
    "get_user": lambda: client.get_user(user),
    "first_call": lambda: new_client().get_user(user),
    "first_verify": lambda: verify(new_client()),
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
