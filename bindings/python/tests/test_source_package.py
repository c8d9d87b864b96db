"""The package that builds the library finds it wherever Cargo was told to build. An empty crate is
built here."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from importlib import import_module
from pathlib import Path
from unittest import mock

from emulator import ROOT

CRATE = 'name = "loginid"\nversion = "0.0.0"\n'
UNSET = ("CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_TARGET", "LOGINID_PREBUILT")


class SourcePackage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        sources = self.folder / "rust/src"
        sources.mkdir(parents=True)
        (sources / "lib.rs").touch()
        (sources.parent / "Cargo.toml").write_text(f'[package]\nedition = "2024"\n{CRATE}')
        (sources.parent / "Cargo.lock").write_text(f"version = 4\n[[package]]\n{CRATE}")

    def assert_built(self, **variables):
        with mock.patch.object(sys, "path", [str(ROOT / "bindings/python"), *sys.path]):
            module = import_module("hatch_build")
        build_data = {"force_include": {}}
        with mock.patch.dict(os.environ):
            for name in UNSET:
                os.environ.pop(name, None)
            os.environ.update(variables, CARGO_TERM_QUIET="true")
            hook = module.LibraryHook(str(self.folder), {}, None, None, "", "wheel")
            hook.initialize("standard", build_data)
        [library] = build_data["force_include"]
        with open(library, "rb") as file:
            self.assertEqual(file.read(4), b"\x7fELF")
        os.unlink(library)

    def test_without_settings(self):
        self.assert_built()

    def test_with_variables(self):
        printed = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
        [host] = re.findall("^host: (.+)", printed, re.MULTILINE)
        self.assert_built(CARGO_TARGET_DIR="a folder")
        self.assert_built(CARGO_TARGET_DIR=f"{self.folder}/elsewhere")
        self.assert_built(CARGO_BUILD_TARGET_DIR="build", CARGO_BUILD_TARGET=host)

    def test_with_a_configuration(self):
        (self.folder / ".cargo").mkdir()
        (self.folder / ".cargo/config.toml").write_text('[build]\ntarget-dir = "build"\n')
        self.assert_built()


if __name__ == "__main__":
    unittest.main()
