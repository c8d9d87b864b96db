import checks
import pytest

PASSWORD = "correct horse battery staple"


@pytest.fixture(params=["application", "management"])
def sdk(request):
    return request.getfixturevalue(request.param)


def test_a_password_registers_and_logs_in(sdk, username):
    checks.authenticated(sdk.register_password(username, PASSWORD), username, "password")
    checks.authenticated(sdk.authenticate_password(username, PASSWORD), username, "password")
    login = sdk.authenticate_password
    checks.refused("failed_to_authenticate", 401, login, username, PASSWORD + "!")
    checks.refused("username_taken", 400, sdk.register_password, username, PASSWORD)
