"""libloginid's Python package."""

import os

from libloginid import LoginIdManagement
from serve import serve

client = LoginIdManagement.from_env()
user = os.environ["BENCH_USER"]
token = os.environ["BENCH_TOKEN"]


def verify() -> None:
    if client.verify_token(token, user) is not True:
        raise ValueError("the token was not verified")


OPERATIONS = {
    "token": lambda: client.generate_service_token("users.retrieve", user),
    "verify": verify,
    "get_user": lambda: client.get_user(user),
}

serve(OPERATIONS)
