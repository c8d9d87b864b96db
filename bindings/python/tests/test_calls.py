"""Features of this package: errors, threads, waits, logs, lifetime of clients."""

import gc
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import unittest
import weakref

import libloginid
from emulator import (
    BASE_URL,
    CLIENT_ID,
    PRIVATE_KEY,
    control,
    forget_requests,
    requests,
    wait_for_request,
)
from libloginid import Cancel, LoginID, LoginIDError, LoginIdManagement

PURPOSE = "temporary_authentication"


class Calls(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL)

    def code_for(self, user):
        self.client.add_user_without_credentials(user)
        return self.client.generate_code("short", PURPOSE, False, username=user)["code"]

    def test_an_error_has_every_detail(self):
        with self.assertRaises(LoginIDError) as raised:
            self.client.get_user("nobody")
        error = raised.exception
        self.assertEqual((error.status, error.operation), ("LID_ERROR_API", "get_user"))
        self.assertEqual((error.http_status, error.status_code), (404, 404))
        self.assertEqual(error.error_code, "user_not_found")
        self.assertFalse(error.retryable)
        self.assertIsNone(error.retry_after)
        self.assertEqual(len(error.request_id), 36)
        self.assertEqual(json.loads(error.json)["error"]["message"], error.message)
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual(vars(again), vars(error))

    def test_a_rate_limit_has_the_seconds_to_wait(self):
        fault = {"kind": "status", "code": 429, "headers": [["retry-after", "120"]]}
        control("POST", "faults", {"fault": fault})
        with self.assertRaises(LoginIDError) as raised:
            self.client.get_user("ada")
        self.assertEqual(raised.exception.status, "LID_ERROR_RATE_LIMITED")
        self.assertEqual(raised.exception.retry_after, 120.0)
        self.assertTrue(raised.exception.retryable)

    def test_a_token_whose_key_was_not_fetched_is_not_a_401(self):
        for number in range(6):
            header = {"alg": "ES256", "typ": "JWT", "kid": f"made-up-{number}"}
            token = control("POST", "tokens", {"header": header, "claims": {"aud": CLIENT_ID}})
            with self.assertRaises(LoginIDError) as raised:
                self.client.verify_token(token["token"])
        error = raised.exception
        self.assertEqual(error.status, "LID_ERROR_RATE_LIMITED")
        self.assertEqual(error.error_code, "unknown_key_throttled")
        self.assertEqual((error.http_status, error.status_code), (None, 429))
        self.assertTrue(error.retryable)
        self.assertGreater(error.retry_after, 0)

    def test_a_bad_answer_is_an_error(self):
        fault = {"kind": "status", "code": 200, "body": '{"jwt": "forged"}'}
        control("POST", "faults", {"fault": fault, "times": 1})
        with self.assertRaises(LoginIDError) as raised:
            self.client.authenticate_password("ada", "a password")
        error = raised.exception
        self.assertEqual(error.status, "LID_ERROR_TOKEN_INVALID")
        self.assertEqual((error.http_status, error.status_code), (200, 401))

    def test_a_text_that_c_would_truncate_is_refused(self):
        forget_requests()
        with self.assertRaises(LoginIDError) as raised:
            self.client.get_user("admin\0istrator")
        self.assertEqual(raised.exception.error_code, "embedded_nul")
        with self.assertRaises(LoginIDError) as raised:
            self.client.get_user("\ud800")
        self.assertEqual(raised.exception.error_code, "invalid_utf8")
        with self.assertRaises(TypeError):
            self.client.get_user(7)
        self.assertEqual(requests(), [])

    def test_tokens_and_transactions_can_be_read(self):
        self.client.add_user_without_credentials("ada")
        login = control("POST", "users/ada/login")
        verified = self.client.verify_and_decode_token(login["jwt"], "ada")
        self.assertEqual(verified["claims"]["udata"], "ada")
        created = self.client.create_transaction("Pay 1.00", "ada", "n0123456789abcde")
        self.assertEqual(created["nonce"], "n0123456789abcde")
        token = control("POST", f"tx/{created['id']}/confirm", {"username": "ada"})["jwt"]
        self.assertTrue(self.client.verify_transaction(token, "Pay 1.00", created["nonce"]))
        self.assertFalse(self.client.verify_transaction(token, "Pay 1.00", "another"))
        claims = self.client.verify_and_decode_transaction(token, "Pay 1.00")["claims"]
        self.assertIn("tx_hash", claims)
        with self.assertRaises(LoginIDError) as raised:
            self.client.verify_token(token)
        self.assertEqual(raised.exception.error_code, "token_kind_mismatch")
        with self.assertRaises(LoginIDError) as raised:
            self.client.verify_token(login["jwt"][:-8] + "AAAAAAAA")
        self.assertEqual(raised.exception.status, "LID_ERROR_TOKEN_INVALID")

    def test_clients_from_settings_and_from_the_environment(self):
        with LoginID.with_config(CLIENT_ID, base_url=BASE_URL, user_agent="shop/1") as client:
            self.assertEqual(client.client_id(), CLIENT_ID)
            forget_requests()
            with self.assertRaises(LoginIDError):
                client.authenticate_code_wait("nobody", "123456", "short")
            headers = dict(requests()[0]["headers"])
            self.assertTrue(headers["user-agent"].endswith(" shop/1"), headers)
            self.assertNotIn("authorization", headers)
        with self.assertRaises(LoginIDError) as raised:
            LoginID.with_config(CLIENT_ID, time_out=1)
        self.assertEqual(raised.exception.status, "LID_ERROR_CONFIG")
        with LoginIdManagement.from_env() as client:
            self.assertEqual(client.client_id(), CLIENT_ID)
            self.assertIsInstance(client, LoginIdManagement)
            client.add_user_without_credentials("from-env")

    def test_a_wait_ends_when_the_code_is_authorized_elsewhere(self):
        code = self.code_for("ada")

        def authorize():
            wait_for_request("/authenticate/code/wait")
            self.client.authorize_code(code, "short", PURPOSE, username="ada")

        # The waits run in this process, so this thread continues only because the GIL is free.
        thread = threading.Thread(target=authorize)
        thread.start()
        login = self.client.authenticate_code_wait("ada", code, "short", timeout=60)
        thread.join()
        self.assertTrue(login["is_authenticated"])

    def test_a_wait_ends_by_cancel_and_by_its_deadline(self):
        code = self.code_for("ada")
        cancel = Cancel()

        def trigger():
            wait_for_request("/authenticate/code/wait")
            cancel.trigger()

        thread = threading.Thread(target=trigger)
        thread.start()
        with self.assertRaises(LoginIDError) as raised:
            self.client.authenticate_code_wait("ada", code, "short", cancel=cancel)
        thread.join()
        self.assertEqual(raised.exception.status, "LID_ERROR_CANCELLED")
        with self.assertRaises(LoginIDError) as raised:
            self.client.authenticate_code_wait("ada", code, "short", timeout=0.05)
        self.assertEqual(raised.exception.status, "LID_ERROR_TIMEOUT")

    def test_ctrl_c_ends_a_wait(self):
        code = self.code_for("ada")
        program = (
            "import sys\n"
            "from libloginid import LoginID\n"
            "client = LoginID.from_env()\n"
            "try:\n"
            "    client.authenticate_code_wait('ada', sys.argv[1], 'short')\n"
            "except KeyboardInterrupt:\n"
            "    print('interrupted')\n"
        )
        forget_requests()
        started = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, "-c", program, code], stdout=subprocess.PIPE, text=True
        )
        wait_for_request("/authenticate/code/wait")
        child.send_signal(signal.SIGINT)
        output, _ = child.communicate(timeout=120)
        self.assertEqual(output, "interrupted\n")
        self.assertLess(time.monotonic() - started, 120)

    def test_threads_share_a_client(self):
        for number in range(8):
            self.client.add_user_without_credentials(f"user-{number}")
        read_by = {}

        def read(number):
            names = [self.client.get_user(f"user-{number}")["username"] for _ in range(20)]
            read_by[number] = names

        threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(read_by, {number: [f"user-{number}"] * 20 for number in range(8)})

    def test_a_forked_child_uses_the_client(self):
        self.client.add_user_without_credentials("ada")
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = int(self.client.get_user("ada")["username"] != "ada")
            finally:
                os._exit(status)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(self.client.get_user("ada")["username"], "ada")

    def test_closing_lets_a_call_in_another_thread_end(self):
        code = self.code_for("ada")
        cancel = Cancel()
        seen = []

        def wait():
            try:
                self.client.authenticate_code_wait("ada", code, "short", cancel=cancel)
            except LoginIDError as error:
                seen.append(error.status)

        handle = weakref.ref(self.client._handle)
        thread = threading.Thread(target=wait)
        thread.start()
        wait_for_request("/authenticate/code/wait")
        self.client.close()
        self.assertIsNotNone(handle(), "freed under a call")
        cancel.trigger()
        thread.join()
        gc.collect()
        self.assertEqual(seen, ["LID_ERROR_CANCELLED"])
        self.assertIsNone(handle(), "never freed")
        with self.assertRaises(LoginIDError) as raised:
            self.client.get_user("ada")
        self.assertEqual(raised.exception.error_code, "client_closed")

    def test_the_log_has_one_event_for_each_attempt(self):
        events = []
        self.client.set_log_callback(lambda event: events.append(json.loads(event)))
        self.client.add_user_without_credentials("ada")
        self.client.set_log_callback(lambda event: events.append("second"))
        self.client.get_user("ada")
        self.client.set_log_callback(None)
        self.client.get_user("ada")
        self.assertEqual(events[0]["operation"], "add_user_without_credentials")
        self.assertEqual(events[0]["http_status"], 200)
        self.assertEqual(events[1:], ["second"])
        handle = weakref.ref(self.client._handle)
        self.client.close()
        self.assertIsNone(handle(), "the log keeps the client")

    def test_memory_stays_flat(self):
        def grown(count):
            for _ in range(count):
                self.client.generate_service_token("users.retrieve", "ada" * 1000)
            with open("/proc/self/statm") as statm:
                return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        before = grown(500)
        # 6 MB of tokens, so that a leak would be visible.
        self.assertLess(grown(1500) - before, 3_000_000)

    def test_functions_without_a_client_work(self):
        pair = libloginid.generate_key_pair()
        self.assertTrue(pair["private_key"].startswith("-----BEGIN PRIVATE KEY-----"))
        LoginID(CLIENT_ID, pair["private_key"], BASE_URL)
        self.assertEqual(libloginid.json_get('{"a":[1,{"b":"c\\n"}]}', "/a/1/b"), "c\n")
        self.assertEqual(libloginid.json_get('{"a":1.10}', "/a"), "1.10")
        with self.assertRaises(LoginIDError) as raised:
            libloginid.json_get("{}", "/a")
        self.assertEqual(raised.exception.error_code, "pointer_not_found")
        self.assertEqual(libloginid.status_name(7), "LID_ERROR_API")
        self.assertEqual(libloginid.library_version(), libloginid.__version__)


if __name__ == "__main__":
    unittest.main()
