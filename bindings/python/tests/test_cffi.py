"""cffi reads include/loginid_ffi.h unchanged, and calls functions through it."""

import json
import os
import re
import unittest
from typing import Any

import cffi

from emulator import BASE_URL, CLIENT_ID, PRIVATE_KEY, ROOT


class Cffi(unittest.TestCase):
    header: str
    ffi: Any
    library: Any

    @classmethod
    def setUpClass(cls):
        cls.header = (ROOT / "include/loginid_ffi.h").read_text()
        cls.ffi = cffi.FFI()
        cls.ffi.cdef(cls.header)
        cls.library = cls.ffi.dlopen(os.environ["LOGINID_LIBRARY"])

    def taken(self, out):
        """The text of an out parameter, which is freed."""
        text = self.ffi.string(out[0]).decode()
        self.library.lid_free_string(out[0])
        return text

    def test_every_function_is_found(self):
        names = re.findall(r"\b(lid_\w+)\(", self.header)
        self.assertGreater(len(names), 50)
        for name in names:
            self.assertTrue(callable(getattr(self.library, name)), name)

    def test_a_call_reaches_the_service_and_returns_its_answer(self):
        client, out = self.ffi.new("lid_client **"), self.ffi.new("char **")
        status = self.library.lid_new(
            CLIENT_ID.encode(), PRIVATE_KEY.encode(), BASE_URL.encode(), client, out
        )
        self.assertEqual(self.taken(out), "{}")
        self.assertEqual(status, self.library.LID_OK)
        try:
            status = self.library.lid_get_user(client[0], b"nobody@example.com", out)
            error = json.loads(self.taken(out))["error"]
        finally:
            self.library.lid_free(client[0])
        self.assertEqual(status, self.library.LID_ERROR_API)
        self.assertEqual(error["code"], "user_not_found")


if __name__ == "__main__":
    unittest.main()
