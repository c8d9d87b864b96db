"""Clients with options of their own."""

import gc
import json
import os
import threading
import unittest

from emulator import CLIENT_ID, control, fault, forget_requests, requests, wait_for_request
from libloginid import Cancel, LoginID, LoginIDError, LoginIdManagement, aio, v2

RETRIEVE = "/manage/users/retrieve"
V2_URL = os.environ["LOGINID_V2_BASE_URL"]


class Options(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")
        self.client = LoginIdManagement.from_env()
        self.client.add_user_without_credentials("ada")
        forget_requests()

    def assert_cancelled(self, call):
        with self.assertRaises(LoginIDError) as raised:
            call()
        self.assertEqual(raised.exception.status, "LID_ERROR_CANCELLED")

    def test_options_are_sent_and_the_clients_are_independent(self):
        derived = self.client.with_options(
            timeout=30, max_retries=0, headers={"X-Tenant": 'tw"o'}, request_id="trace-42"
        )
        self.assertIs(type(derived), LoginIdManagement)
        self.assertEqual(derived.client_id(), self.client.client_id())
        self.client.close()
        gc.collect()
        derived.get_user("ada")
        (sent,) = requests()
        self.assertIn(["x-tenant", 'tw"o'], sent["headers"])
        self.assertIn(["request-id", "trace-42"], sent["headers"])
        again = derived.with_options(headers={"X-More": "3"})
        again.get_user("ada")
        names = {name for name, _ in requests()[-1]["headers"]}
        self.assertLessEqual({"x-tenant", "x-more"}, names)
        with self.assertRaises(LoginIDError) as raised:
            self.client.with_options()
        self.assertEqual(raised.exception.error_code, "client_closed")

    def test_the_timeout_is_in_seconds(self):
        fault(RETRIEVE, "delay", ms=60000)
        with self.assertRaises(LoginIDError) as raised:
            self.client.with_options(timeout=0.2).get_user("ada")
        self.assertEqual(raised.exception.status, "LID_ERROR_TIMEOUT")

    def test_another_thread_cancels_any_call(self):
        fault(RETRIEVE, "delay", ms=60000)
        cancel = Cancel()
        derived = self.client.with_options(cancel=cancel)
        second = derived.with_options(cancel=Cancel())

        def trigger():
            wait_for_request(RETRIEVE)
            cancel.trigger()  # noqa: F821 - it is deleted after the thread has ended

        thread = threading.Thread(target=trigger)
        thread.start()
        self.assert_cancelled(lambda: second.get_user("ada"))
        thread.join()
        self.assert_cancelled(lambda: derived.generate_service_token("users.retrieve"))
        del cancel
        gc.collect()
        self.assert_cancelled(lambda: derived.get_user("ada"))
        self.client.generate_service_token("users.retrieve")

    def test_a_cancel_may_be_triggered_before(self):
        cancel = Cancel()
        cancel.trigger()
        derived = self.client.with_options(cancel=cancel)
        self.assert_cancelled(lambda: derived.authenticate_code_wait("ada", "1", "short"))

    def test_a_thousand_cancels_need_no_descriptor(self):
        before = len(os.listdir("/proc/self/fd"))
        kept = [self.client.with_options(cancel=Cancel()) for _ in range(1000)]
        for client in kept[:3]:
            client.generate_service_token("users.retrieve")
        self.assertLessEqual(len(os.listdir("/proc/self/fd")), before)

    def test_bad_options_are_refused(self):
        for options in (
            {"max_retries": 11},
            {"headers": {"Host": "canary"}},
            {"headers": {"X-A": "canary\r\nX-B: 1"}},
            {"headers": {"X-A": 1}},
            {"request_id": "a b"},
        ):
            with self.assertRaises(LoginIDError) as raised:
                self.client.with_options(**options)
            self.assertEqual(raised.exception.error_code, "invalid_options")
            self.assertNotIn("canary", str(raised.exception))
            # Not `options_json`, as the argument is called in C.
            self.assertRegex(raised.exception.message, "^options: ")
        with self.assertRaises(ValueError):
            self.client.with_options(timeout=0)
        # In the unit of the argument. The library's own error names milliseconds.
        for timeout in (86_400.001, 86_401, 10**400, 1e300):
            with self.assertRaisesRegex(ValueError, "^timeout must be at most 86400 seconds"):
                self.client.with_options(timeout=timeout)
        self.client.with_options(timeout=86_400)

    def test_options_are_given_by_name(self):
        for client in (self.client, v2.Client.from_env(), aio.v2.Client.from_env()):
            with self.assertRaises(TypeError):
                client.with_options(2)

    def test_names_that_are_not_texts_are_refused(self):
        # JSON would change them: 1 to "1", None to "null".
        for name in (1, None, True, 1.5, b"X-A"):
            for call in (
                lambda: self.client.with_options(headers={name: "value"}),
                lambda: LoginID.with_config(CLIENT_ID, headers={name: "value"}),
                lambda: v2.Client.with_config(V2_URL, jwks={"keys": [{name: "value"}]}),
                lambda: v2.Client(V2_URL).register_init("ada", device_info={"a": [{name: 1}]}),
                lambda: self.client.complete_tx("1", "ada", {name: "value"}),
            ):
                with self.assertRaisesRegex(TypeError, f"not {type(name).__name__}"):
                    call()
        self.assertEqual(requests(), [])

    def test_the_log_callback_is_shared(self):
        events = []
        derived = self.client.with_options()
        self.client.set_log_callback(lambda event: events.append(json.loads(event)["operation"]))
        derived.get_user("ada")
        self.client.close()
        gc.collect()
        derived.get_user("ada")
        self.assertEqual(events, ["get_user"] * 2)
        derived.set_log_callback(None)
        derived.get_user("ada")
        self.assertEqual(len(events), 2)

    def test_a_subclass_keeps_its_class(self):
        class Own(LoginID):
            pass

        self.assertIs(type(Own.from_env().with_options(timeout=1)), Own)


if __name__ == "__main__":
    unittest.main()
