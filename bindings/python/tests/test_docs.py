"""The programs of docs/python.md run as printed."""

import contextlib
import io
import re
import unittest

from emulator import ROOT, control


class Docs(unittest.TestCase):
    def test_each_program_runs(self):
        control("POST", "reset")
        page = (ROOT / "docs/python.md").read_text()
        programs = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
        self.assertEqual(len(programs), 3)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            for program in programs:
                exec(compile(program, "docs/python.md", "exec"), {})
        # The id of the user that the first one adds.
        self.assertRegex(printed.getvalue(), r"^[0-9a-f-]{36}\n$")


if __name__ == "__main__":
    unittest.main()
