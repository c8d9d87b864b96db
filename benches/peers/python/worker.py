"""The official Python SDK, `loginid` 0.1.5."""

import os
import warnings

from loginid.management import LoginIdManagement
from serve import serve

# The SDK calls datetime.utcnow(), which newer Pythons warn about each time.
warnings.simplefilter("ignore", DeprecationWarning)


def new_client():
    return LoginIdManagement(
        os.environ["LOGINID_CLIENT_ID"],
        os.environ["LOGINID_PRIVATE_KEY"].replace("\\n", "\n"),
        os.environ["LOGINID_BASE_URL"],
    )


client = new_client()
user = os.environ["BENCH_USER"]
token = os.environ["BENCH_TOKEN"]


def verify(client=client):
    if client.verify_token(token, user) is not True:
        raise ValueError("the token was not verified")


OPERATIONS = {
    "token": lambda: client.generate_service_token("users.retrieve", user),
    "verify": verify,
    "get_user": lambda: client.get_user(user),
    "first_call": lambda: new_client().get_user(user),
    "first_verify": lambda: verify(new_client()),
}

serve(OPERATIONS)
