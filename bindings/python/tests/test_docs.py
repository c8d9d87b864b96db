"""The programs of docs/python.md run as printed."""

import contextlib
import inspect
import io
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from emulator import ROOT, control
from libloginid import v2
from test_v2 import public_calls

EXAMPLES = ROOT / "examples/python"
# What the programs of the page print, in their order.
PRINTED = r"""a session for ada@example\.com whose id is \w+
\["Ada's phone"\]
paid
HTTP status code: 404, error code: not_found, error message: [^,]+, request id: [0-9a-f-]{36}
already gone
2 grants
[0-9a-f-]{36}
"""


def programs():
    """The programs of the page, and those that are tests."""
    page = (ROOT / "docs/python.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    tests = [block for block in blocks if "def test_" in block]
    return [block for block in blocks if block not in tests], tests


class Docs(unittest.TestCase):
    def setUp(self):
        control("POST", "reset")

    def test_each_program_runs(self):
        blocks, _ = programs()
        self.assertEqual(len(blocks), 6)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), self.assertLogs("loginid", "DEBUG") as logged:
            for program in blocks:
                exec(compile(program, "docs/python.md", "exec"), {})
        self.assertEqual(len(logged.output), 1)
        self.assertRegex(logged.output[0], "^DEBUG:loginid:v2_get_version: 200 None, request ")
        self.assertRegex(printed.getvalue(), f"^{PRINTED}$")

    def test_the_table_has_the_calls_with_their_arguments(self):
        page = (ROOT / "docs/python.md").read_text()
        table = page.partition("\n## The calls\n")[2].partition("\n- ")[0]
        rows = re.findall(r"^\| (`[a-z_]+\(.*?) \| ", table, re.MULTILINE)
        described = dict(re.findall(r"`(\w+)(?:(\(.*?\)))?`", " ".join(rows)))
        for name, arguments in described.items():
            if not arguments:
                # It has those of the call before it.
                arguments = described["send_otp_email"]
            signature = inspect.signature(getattr(v2.Client, name))
            parameters = [
                one.replace(annotation=inspect.Parameter.empty)
                for one in signature.parameters.values()
                if one.name != "self"
            ]
            plain = str(inspect.Signature(parameters)).replace("'", '"')
            self.assertEqual(plain, arguments, name)
        self.assertEqual(public_calls(v2.Client), set(described))

    def test_the_tests_pass(self):
        _, blocks = programs()
        with tempfile.TemporaryDirectory() as folder:
            for number, block in enumerate(blocks):
                (Path(folder) / f"test_page_{number}.py").write_text(block)
            pytest = [sys.executable, "-m", "pytest", "-q", "-p", "libloginid.pytest_plugin"]
            ended = subprocess.run(
                [*pytest, "-p", "no:cacheprovider", folder],
                env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=120,
            )
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertIn("3 passed", ended.stdout)

    def test_the_examples_run(self):
        for name in ("backend.py", "quickstart.py"):
            with self.subTest(name):
                control("POST", "reset")
                ended = subprocess.run(
                    [sys.executable, EXAMPLES / name],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=120,
                )
                self.assertEqual(ended.returncode, 0, ended.stdout)
                self.assertTrue(ended.stdout.endswith("Everything was as expected.\n"))


if __name__ == "__main__":
    unittest.main()
