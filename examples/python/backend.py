"""A backend of LoginID's current service: it verifies a login, begins a session, manages
passkeys, confirms a transaction and deletes a user.

Run it with ``make test-python``, which starts an emulator of the service first, or run it
yourself:

    loginid-emulator exec -- python3 backend.py
"""

from libloginid import LoginIDError, errors
from libloginid.testing import Emulator  # plays the page and the user's device
from libloginid.v2 import Client

USER = "ada@example.com"
PAYLOAD = "Pay 10.00 EUR to Grace"
# Of the transaction. A backend keeps it with the order that is to be confirmed.
NONCE = "order-4711-a8f3"


def begin_session(client: Client, token: str) -> str:
    """The user is the one that the verified token names, never the one that the page names."""
    claims = client.verify_token(token)["claims"]
    user_id = claims.get("sub")
    if user_id is None:
        raise SystemExit("FAILED: the token names no user")
    print(f"verify_token         a session for {claims.get('username')}")
    return user_id


def manage_passkeys(client: Client, token: str) -> None:
    """By the user's name with a grant, which needs the API key, and by the user's token."""
    passkey = client.list_passkeys(username=USER)["passkeys"][0]
    print(f"list_passkeys        {passkey['name']}")
    client.rename_passkey(passkey["id"], "Ada's phone", token=token)
    names = [one["name"] for one in client.list_passkeys(token=token)["passkeys"]]
    assert names == ["Ada's phone"], names
    print(f"rename_passkey       {names[0]}")


def confirm_transaction(client: Client, token: str) -> None:
    """The page has confirmed the transaction and sends its token."""
    client.verify_transaction(token, PAYLOAD, NONCE, username=USER)
    print(f"verify_transaction   {PAYLOAD}")
    try:
        client.verify_transaction(token, "Pay 99.00 EUR to Eve", NONCE, username=USER)
        raise SystemExit("FAILED: another payload was accepted")
    except errors.ClaimMismatchError as error:
        assert error.code == "transaction_hash_mismatch", error
    try:
        client.verify_token(token)
        raise SystemExit("FAILED: a confirmation logged the user in")
    except LoginIDError as error:
        assert error.code == "token_kind_mismatch", error


def main() -> None:
    page = Emulator.current()
    with Client.from_env() as client:  # LOGINID_V2_BASE_URL and LOGINID_V2_API_KEY
        token = page.log_in(USER)["jwtAccess"]
        user_id = begin_session(client, token)
        manage_passkeys(client, token)
        confirm_transaction(client, page.confirm_tx(USER, PAYLOAD, NONCE)["token"])
        client.delete_user(user_id)
        try:
            client.delete_user(user_id)
            raise SystemExit("FAILED: a deleted user was deleted again")
        except errors.ApiError as error:
            assert error.code == "not_found", error
            print(f"delete_user          {error}")
    print("Everything was as expected.")


if __name__ == "__main__":
    main()
