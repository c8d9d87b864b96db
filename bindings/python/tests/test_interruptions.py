"""Signals, exceptions of the log callback, and the interpreter's exit, during a call."""

import gc
import json
import os
import signal
import sys
import threading
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
from libloginid import Cancel, LoginIDError, LoginIdManagement

PURPOSE = "temporary_authentication"
RETRIEVE = "/manage/users/retrieve"
WAIT = "/authenticate/code/wait"

# A client that prints a line for each log event.
LOGGED = """
import json, os, signal, sys, threading, time
from libloginid import LoginIDError, LoginIdManagement
client = LoginIdManagement.from_env()
def log(event):
    print(json.loads(event)["operation"], flush=True)
client.set_log_callback(log)
"""


class Interruptions(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        self.client.add_user_without_credentials("ada")

    def code(self):
        return self.client.generate_code("short", PURPOSE, False, username="ada")["code"]

    def interrupted(self, program, path, *arguments, number=signal.SIGINT):
        """Starts a program, and sends it a signal when its request has arrived."""
        forget_requests()
        child = start_python(program, *arguments)
        wait_for_request(path)
        child.send_signal(number)
        return child

    def test_ctrl_c_ends_a_logged_call(self):
        program = LOGGED + """
try:
    client.get_user("ada")
except KeyboardInterrupt:
    print("interrupted")
"""
        fault(RETRIEVE, "delay", ms=60_000)
        started = time.monotonic()
        child = self.interrupted(program, RETRIEVE)
        self.assertEqual(printed_by(child), "get_user\ninterrupted\n")
        self.assertLess(time.monotonic() - started, 15, "it waited for its own time limit")

    def test_ctrl_c_is_raised_when_a_call_without_a_log_callback_returns(self):
        program = LOGGED + """
client.set_log_callback(None)
try:
    client.get_user("ada")
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - float(sys.argv[1]) > 1)
"""
        fault(RETRIEVE, "delay", ms=2500)
        child = self.interrupted(program, RETRIEVE, str(time.monotonic()))
        self.assertEqual(printed_by(child), "interrupted True\n")

    def test_ctrl_c_ends_the_fetch_of_the_service_s_key(self):
        token = control("POST", "users/ada/login")["jwt"]
        program = LOGGED + """
try:
    client.verify_token(sys.argv[1])
except KeyboardInterrupt:
    print("interrupted")
"""
        fault("/certs", "delay", ms=60_000)
        started = time.monotonic()
        forget_requests()
        child = start_python(program, token)
        deadline = time.monotonic() + 60
        while control("GET", "requests?path=/certs")["count"] == 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        self.assertRegex(printed_by(child), r"^[a-z_]+\ninterrupted\n$")
        self.assertLess(time.monotonic() - started, 15, "it waited for its own time limit")

    def test_ctrl_c_ends_a_logged_wait(self):
        program = LOGGED + """
try:
    client.authenticate_code_wait("ada", sys.argv[1], "short")
except KeyboardInterrupt:
    print("interrupted")
"""
        child = self.interrupted(program, WAIT, self.code())
        self.assertEqual(printed_by(child), "wait_code\ninterrupted\n")

    def test_a_signal_handler_may_end_the_program(self):
        program = LOGGED + """
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
client.get_user("ada")
"""
        fault(RETRIEVE, "delay", ms=60_000)
        child = self.interrupted(program, RETRIEVE, number=signal.SIGTERM)
        self.assertEqual(printed_by(child, status=7), "get_user\n")

    def test_the_interpreter_may_end_while_a_daemon_thread_is_in_a_logged_call(self):
        # The answer arrives while the interpreter exits slowly.
        program = LOGGED + """
import builtins
class Slow:
    def __del__(self, sleep=time.sleep):
        sleep(2)
builtins.slow = Slow()
threading.Thread(target=client.get_user, args=("ada",), daemon=True).start()
sys.stdin.readline()
print("ending", flush=True)
"""
        fault(RETRIEVE, "delay", ms=1000)
        forget_requests()
        read, write = os.pipe()
        with open(read) as stdin, open(write, "w") as ask:
            child = start_python(program, stdin=stdin)
            wait_for_request(RETRIEVE)
            ask.write("\n")
            ask.flush()
            self.assertEqual(printed_by(child), "ending\n")

    def test_the_interpreter_may_end_while_daemon_threads_make_clients(self):
        # As other threads would, between any two lines of what runs at the exit.
        program = LOGGED + """
import atexit
derived = [client.with_options(), client.with_options()]
def trace(*_):
    derived.append(client.with_options())
    return trace
atexit.register(lambda: sys.settrace(trace))
"""
        child = start_python(program)
        printed, errors = child.communicate(timeout=120)
        self.assertEqual((child.returncode, printed, errors), (0, "", ""))

    def test_without_a_free_thread_a_call_still_runs(self):
        program = LOGGED + """
threading.stack_size(1 << 46)
try:
    threading.Thread(target=print).start()
except RuntimeError:
    print("no thread")
print(client.get_user("ada")["username"])
try:
    client.authenticate_code_wait("ada", "000000", "short")
except LoginIDError as error:
    print(error.status)
"""
        self.assertEqual(
            run_python(program), "no thread\nget_user\nada\nwait_code\nLID_ERROR_API\n"
        )


class LogCallbacks(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        self.client.add_user_without_credentials("ada")

    def on_each_thread(self, run):
        """Runs on the main thread and on another one."""
        with self.subTest("main thread"):
            run()
        with self.subTest("another thread"):
            failures = []

            def work():
                try:
                    run()
                except BaseException as failure:
                    failures.append(failure)

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            if failures:
                raise failures[0]

    def test_it_runs_on_the_thread_that_made_the_call(self):
        def run():
            threads = []
            self.client.set_log_callback(lambda _: threads.append(threading.get_ident()))
            self.client.get_user("ada")
            with self.assertRaises(LoginIDError):
                self.client.authenticate_code_wait("ada", "000000", "short")
            self.assertEqual(threads, [threading.get_ident()] * 2)

        self.on_each_thread(run)

    def test_each_attempt_is_reported_in_order(self):
        def run():
            attempts = []
            self.client.set_log_callback(lambda e: attempts.append(json.loads(e)["attempt"]))
            control("DELETE", "faults")
            body = {"fault": {"kind": "status", "code": 503}, "times": 2}
            control("POST", "faults", body)
            self.client.get_user("ada")
            self.assertEqual(attempts, [1, 2, 3])

        self.on_each_thread(run)

    def test_an_exception_goes_to_the_unraisable_hook_and_the_call_returns(self):
        def log(event):
            raise ValueError("from the callback")

        self.client.set_log_callback(log)

        def run():
            seen = []
            before, sys.unraisablehook = sys.unraisablehook, lambda u: seen.append(u.exc_value)
            try:
                self.assertEqual(self.client.get_user("ada")["username"], "ada")
            finally:
                sys.unraisablehook = before
            self.assertEqual([str(error) for error in seen], ["from the callback"])

        self.on_each_thread(run)

    def test_other_exceptions_are_raised_by_the_call(self):
        for kind in (KeyboardInterrupt, SystemExit, GeneratorExit):

            def log(event):
                raise kind

            def run():
                self.client.set_log_callback(log)
                with self.assertRaises(kind):
                    self.client.get_user("ada")
                # Also a call that fails.
                with self.assertRaises(kind) as raised:
                    self.client.get_user("nobody")
                self.assertIsInstance(raised.exception.__context__, LoginIDError)

            self.on_each_thread(run)

    def test_it_may_use_and_close_the_client(self):
        def run():
            client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
            seen = []

            def log(event):
                seen.append(json.loads(event)["operation"])
                client.set_log_callback(None)
                client.get_credentials(username="ada")
                client.close()

            client.set_log_callback(log)
            client.get_user("ada")
            self.assertEqual(seen, ["get_user"])

        self.on_each_thread(run)


class Descriptors(unittest.TestCase):
    """Neither the garbage collector nor kept exceptions are needed to free something."""

    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)

    def test_failed_waits_on_the_main_thread_keep_no_descriptor(self):
        kept = []
        self.wait_for_nobody(kept)
        gc.collect()
        gc.disable()
        try:
            before = len(os.listdir("/proc/self/fd"))
            for _ in range(600):
                self.wait_for_nobody(kept)
            after = len(os.listdir("/proc/self/fd"))
            # No cycle without a descriptor is left either.
            kept.clear()
            cycles = gc.collect()
        finally:
            gc.enable()
        self.assertLessEqual(after - before, 2)
        self.assertEqual(cycles, 0)

    def wait_for_nobody(self, kept):
        try:
            self.client.authenticate_code_wait("nobody", "123456", "short")
        except LoginIDError as error:
            kept.append(error)

    def test_waits_that_are_refused_before_they_begin_keep_no_descriptor(self):
        kept = []
        before = len(os.listdir("/proc/self/fd"))
        closed = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)
        closed.close()
        for _ in range(50):
            for refused in (
                lambda: self.client.authenticate_code_wait(7, "123456", "short"),
                lambda: self.client.authenticate_code_wait("a\0b", "123456", "short"),
                lambda: self.client.authenticate_code_wait("a", "1", "short", timeout=0),
                lambda: closed.authenticate_code_wait("a", "1", "short"),
            ):
                with self.assertRaises((TypeError, ValueError, LoginIDError)) as raised:
                    refused()
                kept.append(raised)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def test_a_cancel_ends_all_its_waits_and_keeps_no_descriptor(self):
        before = len(os.listdir("/proc/self/fd"))
        cancels = [Cancel() for _ in range(100)]
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)
        self.client.add_user_without_credentials("ada")
        code = self.client.generate_code("short", PURPOSE, False, username="ada")["code"]
        cancel, seen = cancels[0], []

        def wait():
            try:
                self.client.authenticate_code_wait("ada", code, "short", cancel=cancel)
            except LoginIDError as error:
                seen.append(error.status)

        forget_requests()
        threads = [threading.Thread(target=wait) for _ in range(4)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 60
        while control("GET", f"requests?path={WAIT}")["count"] < 4:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        cancel.trigger()
        for thread in threads:
            thread.join()
        wait()
        self.assertEqual(seen, ["LID_ERROR_CANCELLED"] * 5)


if __name__ == "__main__":
    unittest.main()
