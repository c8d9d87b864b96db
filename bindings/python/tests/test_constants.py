"""The constants are values that the service takes."""

import inspect
import typing
import unittest

import libloginid
from emulator import ROOT, control
from libloginid import LoginIdManagement, v2
from test_v2 import API_KEY, BASE_URL

# Each class with the type of its values.
CLASSES = {
    libloginid.ErrorCode: None,
    libloginid.CodeType: libloginid.CodeTypeLiteral,
    libloginid.Purpose: libloginid.PurposeLiteral,
    libloginid.CredentialStatus: libloginid.CredentialStatusLiteral,
    v2.Scope: v2.ScopeLiteral,
    v2.UsernameType: v2.UsernameTypeLiteral,
    v2.Action: v2.ActionLiteral,
}


def constants(kind):
    members = inspect.getmembers(kind)
    return {name: value for name, value in members if not name.startswith("_")}


def values(kind):
    return constants(kind).values()


class Constants(unittest.TestCase):
    def test_names_say_what_the_values_are(self):
        for kind, literal in CLASSES.items():
            for name, value in constants(kind).items():
                spelled = "".join("_" + one if one.isupper() else one for one in value)
                self.assertEqual(name, spelled.replace(":", "_").upper())
            if literal is not None:
                self.assertEqual(set(values(kind)), set(typing.get_args(literal)))

    def test_they_are_those_of_every_language(self):
        listed = (ROOT / "bindings/constants.txt").read_text().splitlines()
        self.assertGreater(len(listed), 40)
        ours = {value for kind in CLASSES for value in values(kind)}
        self.assertEqual({line.split(" ")[-1] for line in listed} - ours, set())

    def test_the_service_takes_them(self):
        control("POST", "reset")
        with LoginIdManagement.from_env() as client:
            client.add_user_without_credentials("ada")
            for kind in values(libloginid.CodeType):
                for purpose in values(libloginid.Purpose):
                    self.assertIn(
                        "code", client.generate_code(kind, purpose, True, username="ada")
                    )
            for status in values(libloginid.CredentialStatus):
                client.get_credentials(status, username="ada")
        with v2.Client(BASE_URL, API_KEY) as client:
            for scope in values(v2.Scope):
                self.assertIn("token", client.create_grant("ada", scope))
            for kind in values(v2.UsernameType):
                client.send_otp_email("ada", username_type=kind)
            self.assertEqual(client.register_init("bob")["action"], v2.Action.PROCEED)
            self.assertEqual(
                client.authenticate_init(username="nobody")["action"], v2.Action.FALLBACK
            )


if __name__ == "__main__":
    unittest.main()
