import checks
from authenticator import Authenticator
from conftest import CLIENT_ID


def register(sdk, username, device, name=None):
    payload = sdk.register_fido2_init(username)["attestation_payload"]
    return sdk.register_fido2_complete(username, device.register(payload), name)


def test_a_key_registers_and_logs_in(application, management, username, device):
    answer = register(application, username, device, "Phone")
    checks.authenticated(answer, username, "fido2")
    assert answer["credential"]["name"] == "Phone"
    payload = application.authenticate_fido2_init(username)["assertion_payload"]
    assert [allowed["id"] for allowed in payload["allowCredentials"]] == list(device.keys)
    answer = application.authenticate_fido2_complete(username, device.login(payload))
    checks.authenticated(answer, username, "fido2")
    checks.profile(management.get_user(username), username)


def test_an_application_without_a_key_can_do_so_too(public_application, username, device):
    client_id = public_application.client_id()
    answer = register(public_application, username, device)
    checks.authenticated(answer, username, "fido2", client_id)
    payload = public_application.authenticate_fido2_init(username)["assertion_payload"]
    answer = public_application.authenticate_fido2_complete(username, device.login(payload))
    checks.authenticated(answer, username, "fido2", client_id)


def test_the_options_reach_the_device(application, username):
    payload = application.register_fido2_init(username, "Ada L.", True)["attestation_payload"]
    assert payload["user"]["name"] == username and payload["user"]["displayName"] == "Ada L."
    assert payload["authenticatorSelection"]["authenticatorAttachment"] == "cross-platform"


def test_an_answer_is_accepted_once(application, username, device):
    register(application, username, device)
    payload = application.authenticate_fido2_init(username)["assertion_payload"]
    signed = device.login(payload)
    application.authenticate_fido2_complete(username, signed)
    replay = application.authenticate_fido2_complete
    checks.refused("invalid_challenge", 400, replay, username, signed)


def test_another_page_cannot_log_in(application, username, device):
    register(application, username, device)
    phisher = Authenticator("https://login.example.net")
    phisher.keys = device.keys
    payload = application.authenticate_fido2_init(username)["assertion_payload"]
    login = application.authenticate_fido2_complete
    checks.refused("failed_to_authenticate", 401, login, username, phisher.login(payload))


def test_a_code_adds_another_key(application, management, username, device):
    register(application, username, device)
    generate = management.generate_code
    code = generate("short", "add_credential", True, username=username)["code"]
    begin = application.init_add_fido2_credential_with_code
    payload = begin(code, "short", username, "Ada L.", True)["attestation_payload"]
    assert [listed["id"] for listed in payload["excludeCredentials"]] == list(device.keys)
    tablet = Authenticator("http://localhost:3000")
    complete = application.complete_add_fido2_credential
    answer = complete(tablet.register(payload), username, "Tablet")
    checks.authenticated(answer, username, "fido2")
    payload = application.authenticate_fido2_init(username)["assertion_payload"]
    answer = application.authenticate_fido2_complete(username, tablet.login(payload))
    assert answer["credential"]["name"] == "Tablet"
    checks.refused("invalid_verification_code", 400, begin, code, "short", username)


def test_management_adds_a_key_without_a_code(management, user, device):
    answer = management.force_fido2_credential_init(user["id"], "Ada L.", False)
    payload = answer["attestation_payload"]
    assert payload["user"]["displayName"] == "Ada L."
    complete = management.complete_add_fido2_credential
    answer = complete(device.register(payload), user["username"])
    checks.authenticated(answer, user["username"], "fido2")


def test_management_objects_have_the_methods_of_applications(management, username, device):
    checks.authenticated(register(management, username, device), username, "fido2")
    payload = management.authenticate_fido2_init(username)["assertion_payload"]
    answer = management.authenticate_fido2_complete(username, device.login(payload))
    checks.authenticated(answer, username, "fido2")
    code = management.generate_code("short", "add_credential", True, username=username)["code"]
    answer = management.init_add_fido2_credential_with_code(code, "short", username)
    assert answer["attestation_payload"]["rp"]["id"] == "localhost"
    assert management.client_id() == CLIENT_ID
