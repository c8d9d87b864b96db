"""The prototypes are all those of the header."""

import ctypes
import re
import unittest

from emulator import ROOT
from libloginid import _native

TYPES = {
    "void": None,
    "const char *": ctypes.c_char_p,
    "char *": ctypes.c_void_p,
    "char **": ctypes.POINTER(ctypes.c_void_p),
    "lid_client **": ctypes.POINTER(ctypes.c_void_p),
    "const lid_client *": ctypes.c_void_p,
    "lid_client *": ctypes.c_void_p,
    "lid_v2_client **": ctypes.POINTER(ctypes.c_void_p),
    "const lid_v2_client *": ctypes.c_void_p,
    "lid_v2_client *": ctypes.c_void_p,
    "lid_cancel *": ctypes.c_void_p,
    "void *": ctypes.c_void_p,
    "lid_log_fn": _native.LOG_FUNCTION,
    "lid_status": ctypes.c_int,
    "int32_t": ctypes.c_int32,
    "uint32_t": ctypes.c_uint32,
    "bool": ctypes.c_bool,
}


def declared():
    """Each function of the header with the types of its result and arguments."""
    header = (ROOT / "include/loginid_ffi.h").read_text()
    functions = {}
    for result, name, arguments in re.findall(
        r"^([a-z][\w ]*[ *])(lid_\w+)\(([^)]*)\);", header, re.MULTILINE
    ):
        # The others are for programs without a JSON library; Python has its own.
        if name.startswith("lid_json_") and name != "lid_json_get":
            continue
        types = [] if arguments == "void" else arguments.split(",")
        functions[name] = (
            TYPES[result.strip()],
            tuple(TYPES[re.sub(r"\w+$", "", argument.strip()).strip()] for argument in types),
        )
    return functions


class Header(unittest.TestCase):
    def test_every_function_is_bound_with_its_types(self):
        header = declared()
        self.assertGreater(len(header), 80)
        self.assertEqual(_native.PROTOTYPES, header)

    def test_every_function_is_called_somewhere(self):
        sources = (ROOT / "bindings/python/src/libloginid").rglob("*.py")
        text = "".join(source.read_text() for source in sources)
        # Once among the prototypes, and at least once more.
        unused = [name for name in declared() if len(re.findall(rf"\b{name}\b", text)) < 2]
        self.assertEqual(unused, [])


if __name__ == "__main__":
    unittest.main()
