"""A library that does not fit is refused in one sentence, the same in all languages."""

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import libloginid
from emulator import ROOT

TEXTS = json.loads((ROOT / "bindings/library.json").read_text())


def imported(path, environment):
    """What a program ends with that imports the package in this folder, or the installed one."""
    ended = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; import libloginid"],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert ended.returncode == 1, ended
    return ended.stderr.splitlines()[-1]


class Loading(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        subprocess.run([ROOT / "tests/support/misfit-libraries", cls.folder], check=True)

    def expected(self, path, reason, advice):
        major, minor = libloginid.__version__.split(".")[:2]
        values = {
            "machine": platform.machine(),
            "needed": f"{major}.{minor}",
            "next": f"{int(major) + 1}.0",
        }
        return "OSError: " + TEXTS["message"].format(
            path=path,
            reason=reason.format(**values),
            advice=TEXTS[advice].format(**values),
        )

    def test_a_file_that_does_not_fit(self):
        self.assertGreater(len(TEXTS["files"]), 7)
        for name, reason in TEXTS["files"].items():
            with self.subTest(name):
                path = str(self.folder / name)
                self.assertEqual(
                    imported([], {"LOGINID_LIBRARY": path}),
                    self.expected(path, reason, "advice"),
                )

    def test_a_file_whose_path_is_not_utf_8(self):
        folder = self.folder / "\udcff"
        folder.mkdir()
        # As the standard error shows the path.
        path = f"{self.folder}/\\udcff/libloginid.so.0"
        os.link(self.folder / "text.so", folder / "libloginid.so.0")
        self.assertEqual(
            imported([], {"LOGINID_LIBRARY": f"{folder}/libloginid.so.0"}),
            self.expected(path, TEXTS["files"]["text.so"], "advice"),
        )
        # The loader's own message.
        message = imported([], {"LOGINID_LIBRARY": "", "LD_LIBRARY_PATH": str(folder)})
        start = self.expected("libloginid.so.0", path, "advice").partition(path)[0]
        self.assertRegex(message, f"^{re.escape(start + path)}: .+; install libloginid")

    def test_a_library_that_the_loader_does_not_find(self):
        self.assertEqual(
            imported([], {"LOGINID_LIBRARY": "", "LD_LIBRARY_PATH": ""}),
            self.expected("libloginid.so.0", TEXTS["not_found"], "advice"),
        )

    def test_a_library_that_the_loader_finds_and_refuses(self):
        found = self.folder / "found"
        found.mkdir()
        os.link(self.folder / "text.so", found / "libloginid.so.0")
        message = imported([], {"LOGINID_LIBRARY": "", "LD_LIBRARY_PATH": str(found)})
        self.assertIn(f"{found}/libloginid.so.0: ", message)
        self.assertNotIn(TEXTS["not_found"], message)

    def test_a_package_whose_library_does_not_fit(self):
        package = self.folder / "package/libloginid"
        subprocess.run(
            ["cp", "-r", ROOT / "bindings/python/src", self.folder / "package"], check=True
        )
        (package / "_library").mkdir()
        library = package / "_library/libloginid.so.0"
        os.link(self.folder / "s390x.so", library)
        self.assertEqual(
            # The variable is for packages without a library.
            imported([str(package.parent)], {}),
            self.expected(library, TEXTS["files"]["s390x.so"], "advice_of_a_package"),
        )
        # Nor does it load another library if its own is lost.
        library.unlink()
        self.assertEqual(
            imported([str(package.parent)], {}),
            self.expected(library, TEXTS["files"]["missing.so"], "advice_of_a_package"),
        )


if __name__ == "__main__":
    unittest.main()
