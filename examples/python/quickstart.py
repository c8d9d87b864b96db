"""The calls of libloginid, one after the other.

Run it with ``make test-python``, which starts an emulator of the LoginID
service first, or run it yourself:

    loginid-emulator exec -- python3 quickstart.py
"""

import json
import os
import threading
import urllib.request
from typing import Any, Dict, TypeVar

from libloginid import LoginIDError, LoginIdManagement, library_version

USER = "ada@example.com"
PURPOSE = "temporary_authentication"
PAYLOAD = "Pay 10.00 EUR to Grace"

Result = TypeVar("Result")


def show(what: str, result: Result) -> Result:
    print(f"{what:26} {json.dumps(result)}")
    return result


def emulator(path: str, body: Dict[str, str]) -> Any:
    """Acts as a user with a device, through the emulator's control API."""
    url = f"{os.environ['LOGINID_EMULATOR_URL']}/_emulator/{path}"
    with urllib.request.urlopen(url, json.dumps(body).encode()) as answer:
        return json.load(answer)


def log_in_with_code(client: LoginIdManagement) -> None:
    """A code on one device, confirmed on another, logs the user in."""
    generated = client.generate_code("short", PURPOSE, False, username=USER)
    code = show("generate_code", generated)["code"]

    def confirm() -> None:
        authorized = client.authorize_code(code, "short", PURPOSE, username=USER)
        show("authorize_code", authorized)

    device = threading.Thread(target=confirm)
    device.start()
    login = client.authenticate_code_wait(USER, code, "short", timeout=10)
    device.join()
    show("wait_code", login)
    assert show("verify_token", client.verify_token(login["jwt"], USER))
    show("invalidate_all_codes", client.invalidate_all_codes("short", PURPOSE, username=USER))


def manage_credentials(client: LoginIdManagement) -> None:
    emulator(f"users/{USER}/credentials", {"type": "fido2", "name": "phone"})
    listed = show("get_credentials", client.get_credentials("active", username=USER))
    uuid = listed["credentials"][0]["uuid"]
    renamed = client.rename_credential(uuid, "work phone", username=USER)
    assert show("rename_credential", renamed)["credential"]["name"] == "work phone"
    revoked = client.revoke_credential(uuid, username=USER)
    assert show("revoke_credential", revoked)["credential"]["status"] == "revoked"


def confirm_transaction(client: LoginIdManagement) -> None:
    created = show("create_tx", client.create_transaction(PAYLOAD, USER))
    token = emulator(f"tx/{created['id']}/confirm", {"username": USER})["jwt"]
    verified = client.verify_transaction(token, PAYLOAD, created["nonce"])
    assert show("verify_transaction", verified)
    # The same token does not confirm anything else.
    assert not client.verify_transaction(token, "Pay 99.00 EUR", created["nonce"])


def main() -> None:
    print(f"libloginid {library_version()}")
    with LoginIdManagement.from_env() as client:
        show("add_user", client.add_user_without_credentials(USER))
        user = show("get_user", client.get_user(USER))
        assert user["username"] == USER

        log_in_with_code(client)
        manage_credentials(client)
        confirm_transaction(client)

        show("deactivate_user_by_id", client.deactivate_user_by_id(user["id"]))
        show("activate_user_by_id", client.activate_user_by_id(user["id"]))
        show("delete_by_user_id", client.delete_by_user_id(user["id"]))

        # An example of an error.
        try:
            client.get_user(USER)
            raise SystemExit("FAILED: a deleted user was found")
        except LoginIDError as error:
            print(f"{error.status:26} {error}")
            assert error.error_code == "user_not_found"
    print("Everything was as expected.")


if __name__ == "__main__":
    main()
