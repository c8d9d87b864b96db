"""The clients for asyncio."""

import asyncio
import contextvars
import gc
import inspect
import os
import threading
import time
import typing
import unittest

import libloginid
from emulator import (
    BASE_URL,
    CLIENT_ID,
    PRIVATE_KEY,
    control,
    fault,
    forget_requests,
    wait_for_request,
)
from libloginid import Cancel, LoginIDError, aio, errors, v2
from test_v2 import public_calls

VERSION = "/fido2/v2/version"
RETRIEVE = "/manage/users/retrieve"
PAIRS = (
    (libloginid.LoginID, aio.LoginID),
    (libloginid.LoginIdManagement, aio.LoginIdManagement),
    (v2.Client, aio.v2.Client),
)


def threads():
    return len(os.listdir("/proc/self/task"))


class Clients(unittest.TestCase):
    def test_each_call_is_there_to_be_awaited_with_the_same_arguments(self):
        for blocking, awaited in PAIRS:
            names = public_calls(blocking)
            self.assertGreater(len(names), 20)
            self.assertEqual(names, public_calls(awaited))
            for name in names:
                one, other = getattr(blocking, name), getattr(awaited, name)
                self.assertTrue(inspect.iscoroutinefunction(other), name)
                self.assertEqual(inspect.signature(one), inspect.signature(other))
                self.assertEqual(one.__doc__, other.__doc__)

    def test_the_other_methods_have_the_same_arguments(self):
        for blocking, awaited in PAIRS:
            for name in ("__init__", "with_options", "set_log_callback", "on_attempt", "close"):
                one, other = getattr(blocking, name), getattr(awaited, name)
                one, other = typing.get_type_hints(one), typing.get_type_hints(other)
                self.assertEqual(list(one), list(other), name)
            for name in ("with_config", "from_env"):
                one, other = getattr(blocking, name), getattr(awaited, name)
                one, other = inspect.signature(one), inspect.signature(other)
                self.assertEqual(list(one.parameters), list(other.parameters))


class AsyncTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        control("POST", "reset")

    async def asyncSetUp(self):
        # On a busy machine the loop would warn of each step that takes long.
        asyncio.get_running_loop().slow_callback_duration = 60


class Calls(AsyncTest):
    async def cancelled_in(self, call, path):
        """Begins a call, and cancels it when its request has arrived."""
        forget_requests()
        task = asyncio.ensure_future(call)
        await asyncio.to_thread(wait_for_request, path)
        started = time.monotonic()
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        return started

    async def until_threads_end(self, before):
        deadline = time.monotonic() + 30
        while threads() > before:
            self.assertLess(time.monotonic(), deadline, "a call goes on")
            await asyncio.sleep(0.01)

    async def test_results_and_errors_are_those_of_the_blocking_clients(self):
        for client in (
            aio.LoginIdManagement(CLIENT_ID, PRIVATE_KEY, BASE_URL),
            aio.LoginIdManagement.from_env(),
            aio.LoginIdManagement.with_config(
                CLIENT_ID, private_key=PRIVATE_KEY, base_url=BASE_URL
            ),
        ):
            async with client:
                self.assertEqual(client.client_id(), CLIENT_ID)
                name = str(id(client))
                await client.add_user_without_credentials(name)
                self.assertEqual((await client.get_user(name))["username"], name)
                with self.assertRaises(errors.ApiError) as refused:
                    await client.get_user("nobody")
                self.assertEqual(refused.exception.code, "user_not_found")
                with self.assertRaises(TypeError):
                    await client.get_user(7)
            with self.assertRaises(LoginIDError) as raised:
                await client.get_user(name)
            self.assertEqual(raised.exception.code, "client_closed")

    async def test_v2(self):
        async with aio.v2.Client.from_env() as client:
            token = control("POST", "v2/users/ada/login")["jwtAccess"]
            verified = await client.verify_token(token, username="ada")
            self.assertEqual(verified["claims"]["username"], "ada")
            first, second = await asyncio.gather(
                client.list_passkeys(token=token), client.list_passkeys(username="ada")
            )
            self.assertEqual(first, second)
            with self.assertRaises(errors.InvalidArgumentError):
                await client.list_passkeys()

    async def test_a_cancelled_task_ends_its_call_at_once(self):
        async with aio.v2.Client.from_env() as client:
            await client.get_version()
            before = threads()
            fault(VERSION, "delay", ms=60_000)
            started = await self.cancelled_in(client.get_version(), VERSION)
            await self.until_threads_end(before + 1)  # asyncio's pool has one now
            self.assertLess(time.monotonic() - started, 5)
            control("DELETE", "faults")
            await client.get_version()

    async def test_without_a_thread_a_call_still_runs(self):
        async with aio.v2.Client.from_env() as client:
            await client.get_version()
            before = threading.stack_size(1 << 46)
            try:
                with self.assertRaises(RuntimeError):
                    threading.Thread(target=print).start()
                self.assertIn("version", await client.get_version())
                with self.assertRaises(errors.TokenInvalidError):
                    await client.verify_token("a.b.c")
            finally:
                threading.stack_size(before)

    async def test_a_coroutine_that_is_closed_ends_its_call(self):
        async with aio.v2.Client.from_env() as client:
            fault(VERSION, "delay", ms=60_000)
            before = threads()
            forget_requests()
            call = client.get_version()
            call.send(None)
            wait_for_request(VERSION)
            call.close()
            await self.until_threads_end(before)

    async def test_a_wait_ends_too_and_others_go_on(self):
        async with aio.LoginIdManagement.from_env() as client:
            await client.add_user_without_credentials("ada")
            code = await client.generate_code(
                "short", "temporary_authentication", False, username="ada"
            )
            other = asyncio.ensure_future(
                client.authenticate_code_wait("ada", code["code"], "short")
            )
            await self.cancelled_in(
                client.authenticate_code_wait("ada", code["code"], "short"),
                "/authenticate/code/wait",
            )
            await client.authorize_code(
                code["code"], "short", "temporary_authentication", username="ada"
            )
            self.assertTrue((await other)["is_authenticated"])

    async def test_a_timeout_of_asyncio_ends_the_call(self):
        async with aio.v2.Client.from_env() as client:
            fault(VERSION, "delay", ms=60_000)
            started = time.monotonic()
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(client.get_version(), 0.2)
            self.assertLess(time.monotonic() - started, 10)

    async def test_options_and_cancel(self):
        async with aio.v2.Client.from_env() as client:
            fault(VERSION, "delay", ms=60_000)
            with self.assertRaises(errors.TimeoutError):
                await client.with_options(timeout=0.2).get_version()
            cancel = Cancel()
            derived = client.with_options(cancel=cancel)
            self.assertIs(type(derived), aio.v2.Client)
            forget_requests()
            task = asyncio.ensure_future(derived.get_version())
            await asyncio.to_thread(wait_for_request, VERSION)
            cancel.trigger()
            with self.assertRaises(errors.CancelledError):
                await task

    async def test_more_waits_than_threads_of_a_pool(self):
        fault(VERSION, "delay", ms=500)
        async with aio.v2.Client.from_env() as client:
            answers = await asyncio.gather(*(client.get_version() for _ in range(60)))
            self.assertEqual(len(answers), 60)

    async def test_the_loop_runs_during_a_call(self):
        fault(VERSION, "delay", ms=1000)
        async with aio.v2.Client.from_env() as client:
            task, turns = asyncio.ensure_future(client.get_version()), 0
            while not task.done():
                await asyncio.sleep(0.01)
                turns += 1
            self.assertGreater(turns, 20)

    async def test_log_functions_see_the_context_of_the_task(self):
        variable = contextvars.ContextVar("variable")
        seen = []
        async with aio.v2.Client.from_env() as client:
            client.on_attempt(lambda event: seen.append((event["operation"], variable.get())))
            variable.set("set")
            await client.get_version()

            def listener(event):
                raise StopIteration

            client.on_attempt(listener)
            with self.assertRaises(RuntimeError):
                await client.get_version()
            client.set_log_callback(None)
        self.assertEqual(seen, [("v2_get_version", "set")])

    async def test_calls_leave_no_cycles(self):
        async with aio.v2.Client.from_env() as client:

            async def failing():
                try:
                    await client.list_passkeys()
                except LoginIDError:
                    pass

            await failing()
            gc.collect()
            gc.disable()
            try:
                for _ in range(50):
                    await failing()
                self.assertEqual(gc.collect(), 0)
            finally:
                gc.enable()

    def test_the_loop_may_end_before_the_call(self):
        client = aio.v2.Client.from_env()
        fault(VERSION, "delay", ms=60_000)

        async def main():
            task = asyncio.ensure_future(client.get_version())
            await asyncio.to_thread(wait_for_request, VERSION)
            del task

        forget_requests()
        before = threads()
        asyncio.run(main())
        deadline = time.monotonic() + 30
        while threads() > before:
            self.assertLess(time.monotonic(), deadline, "a call goes on")
            time.sleep(0.01)


class Request:
    """A request over ASGI whose client disconnects after some messages."""

    def __init__(self, *messages):
        self.messages = list(messages)

    async def receive(self):
        while not self.messages:
            await asyncio.sleep(3600)
        return self.messages.pop(0)


class Disconnections(AsyncTest):
    async def test_a_client_that_is_gone_ends_the_call(self):
        async with aio.v2.Client.from_env() as client:
            fault(VERSION, "delay", ms=60_000)
            gone = Request({"type": "http.request"}, {"type": "http.disconnect"})
            with self.assertRaises(errors.CancelledError) as raised:
                await aio.unless_disconnected(gone, client.get_version())
            self.assertEqual(raised.exception.status_code, 499)
            self.assertEqual(asyncio.all_tasks() - {asyncio.current_task()}, set())

    async def test_a_client_that_stays_gets_the_result_or_the_error(self):
        async with aio.v2.Client.from_env() as client:
            answer = await aio.unless_disconnected(Request(), client.get_version())
            self.assertIn("version", answer)
            with self.assertRaises(LoginIDError):
                await aio.unless_disconnected(Request(), client.list_passkeys())
        self.assertEqual(asyncio.all_tasks() - {asyncio.current_task()}, set())

    async def test_a_cancelled_task_ends_both(self):
        async with aio.v2.Client.from_env() as client:
            fault(VERSION, "delay", ms=60_000)
            forget_requests()
            task = asyncio.ensure_future(
                aio.unless_disconnected(Request(), client.get_version())
            )
            await asyncio.to_thread(wait_for_request, VERSION)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0)
            self.assertEqual(asyncio.all_tasks() - {asyncio.current_task()}, set())


if __name__ == "__main__":
    unittest.main()
