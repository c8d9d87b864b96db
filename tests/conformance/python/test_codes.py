import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from loginid.core import LoginIDError

import checks

PURPOSE = "temporary_authentication"
FORMS = {"short": r"\d{6}", "long": r"[\w-]{32}", "phrase": r"[a-z]+(\W[a-z]+)+"}


@pytest.mark.parametrize("code_type", FORMS)
def test_codes_are_generated_and_authorized(management, user, code_type):
    answer = management.generate_code(code_type, PURPOSE, False, username=user["username"])
    assert re.fullmatch(FORMS[code_type], answer["code"])
    assert answer["is_authorized"] is False
    checks.timestamp(answer["expires_at"])
    allowed = management.authorize_code(answer["code"], code_type, PURPOSE, user_id=user["id"])
    assert allowed["is_authorized"] is True
    checks.timestamp(allowed["expires_at"])


@pytest.mark.parametrize("kind", ["application", "management"])
def test_a_code_logs_in_once(management, user, request, kind):
    sdk, name = request.getfixturevalue(kind), user["username"]
    code = management.generate_code("short", PURPOSE, True, user_id=user["id"])["code"]
    checks.authenticated(sdk.authenticate_code_wait(name, code, "short"), name)
    checks.refused("invalid_verification_code", 400, sdk.authenticate_code_wait, name, code, "short")


def test_a_wait_ends_when_the_code_is_authorized(application, management, user):
    name = user["username"]
    code = management.generate_code("long", PURPOSE, False, username=name)["code"]
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(application.authenticate_code_wait, name, code, "long")
        management.authorize_code(code, "long", PURPOSE, username=name)
        checks.authenticated(waiting.result(timeout=60), name)


def test_invalidated_codes_are_refused(application, management, user):
    name = user["username"]
    code = management.generate_code("short", PURPOSE, True, username=name)["code"]
    checks.timestamp(management.invalidate_all_codes("short", PURPOSE, username=name)["deleted_at"])
    checks.refused("invalid_verification_code", 400, application.authenticate_code_wait, name, code, "short")


def test_code_types_are_checked(application, management):
    for sdk in (application, management):
        assert sdk.validate_code_type("phrase") is None
        with pytest.raises(LoginIDError):
            sdk.validate_code_type("longest")
