import checks
import pytest
import requests


def scan(emulator, credential_uuid, passed=True):
    """The user shows the document to the camera."""
    emulator.post(f"doc-scans/{credential_uuid}", passed=passed)


def add(management, emulator, user, activate=True):
    begun = management.add_doc_scan_credential_init(user_id=user["id"], credential_name="Passport")
    assert requests.get(begun["iframe_url"], timeout=60).status_code == 200
    scan(emulator, begun["credential_uuid"])
    complete = management.add_doc_scan_credential_complete
    return begun["credential_uuid"], complete(begun["credential_uuid"], activate, user_id=user["id"])


@pytest.mark.parametrize("kind", ["application", "management"])
def test_a_document_is_added_evaluated_and_logs_in(management, emulator, user, request, kind):
    sdk, name = request.getfixturevalue(kind), user["username"]
    uuid, added = add(management, emulator, user)
    assert added["credential"]["uuid"] == uuid and added["credential"]["name"] == "Passport"
    checks.authenticated(added, name, added["credential"]["type"])

    evaluation = management.evaluate_doc_scan_credential(uuid, username=name)
    assert evaluation["token_type"] == "Bearer" and evaluation["auth_token"].count(".") == 2
    assert evaluation["request_url"].startswith("http")

    begun = sdk.authenticate_doc_scan_init(name, uuid)
    assert begun["credential_uuid"] == uuid and begun["iframe_url"].startswith("http")
    scan(emulator, uuid)
    answer = sdk.authenticate_doc_scan_complete(name, uuid)
    checks.authenticated(answer, name, answer["credential"]["type"])


def test_a_discarded_document_has_no_token(management, emulator, user):
    uuid, discarded = add(management, emulator, user, activate=False)
    assert "jwt" not in discarded and discarded["is_authenticated"] is False
    (credential,) = management.get_credentials(username=user["username"])["credentials"]
    assert (credential["uuid"], credential["status"]) == (uuid, "revoked")


def test_another_face_does_not_log_in(application, management, emulator, user):
    uuid, _ = add(management, emulator, user)
    name = user["username"]
    application.authenticate_doc_scan_init(name, uuid)
    complete = application.authenticate_doc_scan_complete
    checks.refused("scan_not_completed", 400, complete, name, uuid)
    scan(emulator, uuid, passed=False)
    checks.refused("failed_to_authenticate", 401, complete, name, uuid)
