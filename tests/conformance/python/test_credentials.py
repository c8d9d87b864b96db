import checks

from test_fido2 import register


def only(management, username, status=None):
    answer = management.get_credentials(status, username=username)
    (credential,) = answer["credentials"]
    return credential


def test_credentials_are_listed_renamed_and_revoked(application, management, username, device):
    registered = register(application, username, device, "Phone")
    credential = only(management, username)
    uuid, user_id = credential["uuid"], registered["user"]["id"]
    assert uuid == registered["credential"]["uuid"]
    assert (credential["type"], credential["status"]) == ("fido2", "active")
    checks.timestamp(credential["created_at"])

    renamed = management.rename_credential(uuid, "Old phone", username=username)
    assert renamed["user_id"] == user_id
    assert renamed["credential"] == only(management, username, "active")
    assert renamed["credential"]["name"] == "Old phone"

    payload = application.authenticate_fido2_init(username)["assertion_payload"]
    revoked = management.revoke_credential(uuid, user_id=user_id)
    assert revoked["credential"]["status"] == "revoked"
    assert only(management, username, "revoked")["uuid"] == uuid
    login = application.authenticate_fido2_complete
    checks.refused("failed_to_authenticate", 401, login, username, device.login(payload))
    checks.refused("credential_not_found", 404, application.authenticate_fido2_init, username)


def test_recovery_codes_are_generated(management, user):
    answer = management.generate_recovery_code(user_id=user["id"])
    assert len(answer["code"].split()) > 1 or len(answer["code"].split("-")) > 1
    checks.timestamp(answer["created_at"])
    assert only(management, user["username"])["type"] == "recovery_code"


def test_credentials_belong_to_their_user(management, user):
    rename = management.rename_credential
    checks.refused("credential_not_found", 404, rename, "none", "x", username=user["username"])
