"""libloginid's Python package, and what it is made of: a bare call by ctypes, and the JSON of its result."""

import json
import os
from ctypes import CDLL, byref, c_void_p, string_at

from libloginid import LoginIdManagement
from serve import serve

client = LoginIdManagement.from_env()
user = os.environ["BENCH_USER"]
token = os.environ["BENCH_TOKEN"]


def verify() -> None:
    if client.verify_token(token, user) is not True:
        raise ValueError("the token was not verified")


library = CDLL(os.environ["LOGINID_LIBRARY"])
handle = c_void_p()


def bare(function, *texts):
    out = c_void_p()
    status = function(*(text and text.encode() for text in texts), byref(out))
    answer = string_at(out.value).decode()
    library.lid_free_string(out)
    if status != 0:
        raise ValueError(answer)
    return answer


def bare_token():
    return bare(lambda *rest: library.lid_generate_service_token(handle, *rest), "users.retrieve", user, None, None)


def bare_verify():
    return bare(lambda *rest: library.lid_verify_token(handle, *rest), token, user)


def bare_get_user():
    return bare(lambda *rest: library.lid_get_user(handle, *rest), user)


bare(lambda *rest: library.lid_new_from_env(byref(handle), *rest))
token_json, verify_json, user_json = bare_token(), bare_verify(), bare_get_user()

OPERATIONS = {
    "token": lambda: client.generate_service_token("users.retrieve", user),
    "verify": verify,
    "get_user": lambda: client.get_user(user),
    "bare_token": bare_token,
    "bare_verify": bare_verify,
    "bare_get_user": bare_get_user,
    "json_token": lambda: json.loads(token_json),
    "json_verify": lambda: json.loads(verify_json),
    "json_get_user": lambda: json.loads(user_json),
}

serve(OPERATIONS)
