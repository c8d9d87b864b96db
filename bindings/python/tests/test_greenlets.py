"""Calls under gevent and eventlet: one that blocks lets every other greenlet run."""

import signal
import time
import unittest

from emulator import (
    BASE_URL,
    CLIENT_ID,
    PRIVATE_KEY,
    control,
    fault,
    forget_requests,
    printed_by,
    run_python,
    start_python,
    wait_for_request,
)
from libloginid import LoginIdManagement

PURPOSE = "temporary_authentication"
RETRIEVE = "/manage/users/retrieve"
WAIT = "/authenticate/code/wait"

# What differs between the two, by the names that the programs below use.
LIBRARIES = {
    "gevent": """
from gevent import monkey
monkey.patch_all()
import gevent
from gevent import spawn, getcurrent, sleep, Timeout
start_thread, stack_size = monkey.get_original("_thread", ["start_new_thread", "stack_size"])
def finish(greenlet):
    return greenlet.get()
""",
    "eventlet": """
import eventlet
eventlet.monkey_patch()
from eventlet import spawn, getcurrent, sleep, Timeout
threads = eventlet.patcher.original("_thread")
start_thread, stack_size = threads.start_new_thread, threads.stack_size
def finish(greenlet):
    return greenlet.wait()
""",
}
CLIENT = """
import json, os, sys, time
from emulator import control, wait_for_request
from libloginid import Cancel, LoginIDError, LoginIdManagement
client = LoginIdManagement.from_env()
"""


class Greenlets(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        self.client.add_user_without_credentials("ada")

    def code(self):
        return self.client.generate_code("short", PURPOSE, False, username="ada")["code"]

    def each(self, program, printed, *arguments):
        """Runs a program under each of the two."""
        for name, library in LIBRARIES.items():
            with self.subTest(name):
                forget_requests()
                self.assertEqual(run_python(library + CLIENT + program, *arguments), printed)

    def test_the_greenlet_that_authorizes_the_code_runs_during_the_wait(self):
        # In each order of the imports.
        for name, library in LIBRARIES.items():
            for start in (library + CLIENT, CLIENT + library):
                forget_requests()
                program = start + """
waiting = spawn(client.authenticate_code_wait, "ada", sys.argv[1], "short", timeout=20)
sleep(0)
wait_for_request("/authenticate/code/wait")
client.authorize_code(sys.argv[1], "short", "temporary_authentication", username="ada")
print(finish(waiting)["is_authenticated"])
"""
                with self.subTest(name, client_first=start.startswith(CLIENT)):
                    self.assertEqual(run_python(program, self.code()), "True\n")

    def test_any_other_call_lets_greenlets_run(self):
        token = control("POST", "users/ada/login")["jwt"]
        program = """
order = []
def slow(call, *arguments):
    call(*arguments)
    order.append("slow")
def quick():
    client.get_credentials(username="ada")
    order.append("quick")
for call in ((client.get_user, "ada"), (client.verify_token, sys.argv[1])):
    greenlets = [spawn(slow, *call), spawn(quick)]
    for greenlet in greenlets:
        finish(greenlet)
print(*order)
"""
        fault(RETRIEVE, "delay", ms=1500)
        fault("/certs", "delay", ms=1500)
        self.each(program, "quick slow quick slow\n", token)

    def test_many_waits_leave_threads_for_everything_else(self):
        # gevent's own pool has 10 threads and eventlet's 20; both resolve names there.
        program = """
import socket
cancel = Cancel()
def wait():
    try:
        client.authenticate_code_wait("ada", sys.argv[1], "short", cancel=cancel)
    except LoginIDError as error:
        return error.status
waiting = [spawn(wait) for _ in range(40)]
while control("GET", "requests?path=/authenticate/code/wait")["count"] < 40:
    sleep(0.02)
socket.getaddrinfo("localhost", 80)
print(client.get_user("ada")["username"])
cancel.trigger()
print({finish(greenlet) for greenlet in waiting})
"""
        self.each(program, "ada\n{'LID_ERROR_CANCELLED'}\n", self.code())

    def test_a_timeout_ends_a_wait_but_no_other_with_the_same_cancel(self):
        program = """
cancel = Cancel()
def threads():
    return len(os.listdir("/proc/self/task"))
def descriptors():
    return len(os.listdir("/proc/self/fd"))
def wait(seconds):
    try:
        with Timeout(seconds):
            client.authenticate_code_wait("ada", sys.argv[1], "short", cancel=cancel)
    except Timeout:
        return "timeout"
    except LoginIDError as error:
        return error.status
wait(0.1)
before = threads(), descriptors()
other = spawn(wait, 30)
sleep(0)
for _ in range(5):
    print(wait(0.2))
cancel.trigger()
print(finish(other))
deadline = time.monotonic() + 20
while threads() > before[0] or descriptors() > before[1]:
    assert time.monotonic() < deadline, (before, threads(), descriptors())
    sleep(0.02)
print("ended")
"""
        self.each(
            program, "timeout\n" * 5 + "LID_ERROR_CANCELLED\nended\n", self.code()
        )

    def test_a_timeout_ends_any_other_call(self):
        program = """
def threads():
    return len(os.listdir("/proc/self/task"))
def ask(seconds):
    try:
        with Timeout(seconds):
            client.get_user("ada")
    except Timeout:
        return "timeout"
ask(0.1)
before, started = threads(), time.monotonic()
print(ask(0.3))
control("DELETE", "requests")
killed = spawn(ask, 60)
sleep(0)
wait_for_request("/manage/users/retrieve")
killed.kill()
while threads() > before:
    assert time.monotonic() - started < 20, (before, threads())
    sleep(0.02)
print("ended", time.monotonic() - started < 20)
"""
        fault(RETRIEVE, "delay", ms=60_000)
        self.each(program, "timeout\nended True\n")

    def test_calls_of_the_current_service_let_greenlets_run(self):
        program = """
from libloginid import v2
service = v2.Client.from_env()
order = []
def slow():
    service.get_version()
    order.append("slow")
def quick():
    service.list_passkeys(username="ada")
    order.append("quick")
for greenlet in [spawn(slow), spawn(quick)]:
    finish(greenlet)
print(*order)
"""
        control("POST", "v2/users/ada/login")
        fault("/fido2/v2/version", "delay", ms=1500)
        self.each(program, "quick slow\n")

    def test_errors_and_log_events_arrive_in_the_greenlet_that_called(self):
        program = """
greenlets = []
client.set_log_callback(lambda event: greenlets.append(getcurrent()))
def ask():
    try:
        client.get_user("nobody")
    except LoginIDError as error:
        print(error.error_code, greenlets == [getcurrent()])
finish(spawn(ask))
"""
        self.each(program, "user_not_found True\n")

    def test_calls_leave_no_descriptor_behind(self):
        program = """
import gc
def wait():
    try:
        client.authenticate_code_wait("nobody", "123456", "short")
    except LoginIDError as error:
        kept.append(error)
kept = []
# The first wait opens a pipe that is kept.
wait()
gc.collect()
gc.disable()
before = len(os.listdir("/proc/self/fd"))
for _ in range(100):
    wait()
# On a busy machine threads of the last calls may be about to close their own.
deadline = time.monotonic() + 20
while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < deadline:
    sleep(0.01)
print(len(os.listdir("/proc/self/fd")) <= before)
"""
        self.each(program, "True\n")

    def test_without_a_thread_or_a_descriptor_a_call_still_runs(self):
        program = """
import resource
stack_size(1 << 46)
try:
    start_thread(print, ())
except RuntimeError:
    print("no thread")
print(client.get_user("ada")["username"])
stack_size(0)
kept = []
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
try:
    while True:
        kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    print("no descriptor")
print(client.get_user("ada")["username"])
for descriptor in kept:
    os.close(descriptor)
"""
        self.each(program, "no thread\nada\nno descriptor\nada\n")

    def test_ctrl_c_ends_a_wait(self):
        program = """
try:
    client.authenticate_code_wait("ada", sys.argv[1], "short")
except KeyboardInterrupt:
    print("interrupted")
"""
        for name, library in LIBRARIES.items():
            with self.subTest(name):
                forget_requests()
                started = time.monotonic()
                child = start_python(library + CLIENT + program, self.code())
                wait_for_request(WAIT)
                child.send_signal(signal.SIGINT)
                self.assertEqual(printed_by(child), "interrupted\n")
                self.assertLess(time.monotonic() - started, 60)


if __name__ == "__main__":
    unittest.main()
