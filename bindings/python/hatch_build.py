"""Puts the C library into the wheel.

`make packages` names a library that is built already, in LOGINID_PREBUILT. A source package has the
library's sources in `rust/`, and builds it. In the project's own tree there is neither: such an
installation loads the library that the system has.
"""

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any, Dict, Optional

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSIDE = "libloginid/_library/libloginid.so.0"


class LibraryHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: Dict[str, Any]) -> None:
        library = os.environ.get("LOGINID_PREBUILT") or self._built()
        if library and version != "editable":
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform}"
            build_data["force_include"][library] = INSIDE

    def _built(self) -> Optional[str]:
        sources = Path(self.root, "rust")
        if not sources.is_dir():
            return None
        if not shutil.which("cargo"):
            raise SystemExit(
                "libloginid: there is no wheel for this platform, and building the library needs "
                "Rust 1.95 or newer (https://rustup.rs) and a C compiler"
            )
        # In this folder, because `.cargo/config.toml` has the switches of the cryptography library.
        # Where Cargo builds depends on the variables and the configuration of who installs this:
        # Cargo says it.
        command = ["cargo", "rustc", "--locked", "--release", "--lib", "--crate-type", "cdylib"]
        command.append("--message-format=json-render-diagnostics")
        built = subprocess.run(command, cwd=sources, check=True, stdout=subprocess.PIPE)
        messages = map(json.loads, built.stdout.splitlines())
        files = (file for message in messages for file in message.get("filenames", ()))
        return str(next(file for file in files if file.endswith("/libloginid.so")))
