"""The part of libloginid's C interface that the tests need."""

import ctypes
import json
import os


class LidError(Exception):
    """A call returned a status other than LID_OK."""

    def __init__(self, status, answer):
        super().__init__(f"{status}: {answer}")
        self.status = status
        self.answer = answer


def _load():
    library = ctypes.CDLL(os.environ["LOGINID_LIBRARY"])
    library.lid_free_string.argtypes = [ctypes.c_void_p]
    library.lid_free_string.restype = None
    library.lid_free.argtypes = [ctypes.c_void_p]
    library.lid_free.restype = None
    library.lid_version.restype = ctypes.c_char_p
    return library


_LIBRARY = _load()


def version():
    return _LIBRARY.lid_version().decode()


def generate_key_pair():
    return _call("lid_generate_key_pair")


def _argument(value):
    if isinstance(value, bool):
        return ctypes.c_bool(value)
    if isinstance(value, int):
        return ctypes.c_uint32(value)
    if isinstance(value, str):
        return ctypes.c_char_p(value.encode())
    # None, and pointers from the library.
    return value if value is not None else ctypes.c_void_p()


def _call(function, *arguments):
    out = ctypes.c_void_p()
    status = getattr(_LIBRARY, function)(*map(_argument, arguments), ctypes.byref(out))
    try:
        answer = json.loads(ctypes.string_at(out))
    finally:
        _LIBRARY.lid_free_string(out)
    if status != 0:
        raise LidError(status, answer)
    return answer


class Client:
    """`client.get_user("ada")` is `lid_get_user(client, "ada", &out)`."""

    def __init__(self, client_id, private_key, base_url, constructor="lid_new"):
        self._pointer = ctypes.c_void_p()
        _call(constructor, client_id, private_key, base_url, ctypes.byref(self._pointer))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _LIBRARY.lid_free(self._pointer)
        self._pointer = ctypes.c_void_p()

    def __getattr__(self, name):
        return lambda *arguments: _call("lid_" + name, self._pointer, *arguments)
