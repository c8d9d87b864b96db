"""Compares results with their annotations."""

import inspect
import typing
import unittest


class ShapeTest(unittest.TestCase):
    # Members of a type's answers that the type does not have.
    further = {}

    def setUp(self):
        # The types that results were compared with.
        self.seen = set()

    def conforms(self, value, hint, where):
        """Checks a value of an answer, which the emulator makes as documented."""
        if hint is typing.Any:
            return
        if typing.get_origin(hint) is list:
            self.assertIsInstance(value, list, where)
            for item in value:
                self.conforms(item, *typing.get_args(hint), where)
            return
        if not hasattr(hint, "__required_keys__"):
            self.assertIsInstance(value, (float, int) if hint is float else hint, where)
            return
        self.seen.add(hint.__name__)
        members = typing.get_type_hints(hint)
        self.assertGreaterEqual(set(value), hint.__required_keys__, where)
        known = set(value) - self.further.get(hint.__name__, set())
        self.assertLessEqual(known, set(members), where)
        for name in set(value) & set(members):
            self.conforms(value[name], members[name], f"{where}.{name}")

    def checked(self, client: typing.Any) -> typing.Any:
        """A class of clients that compares each result with its annotation."""
        test = self

        class Checked(client):
            def __getattribute__(self, name):
                member = super().__getattribute__(name)
                if name.startswith("_") or not inspect.ismethod(member):
                    return member

                def call(*arguments, **named):
                    result = member(*arguments, **named)
                    test.conforms(result, typing.get_type_hints(member)["return"], name)
                    return result

                return call

        return Checked
