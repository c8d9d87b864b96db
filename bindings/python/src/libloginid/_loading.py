"""Finds and loads the C library, and says in one sentence why one does not fit.

bindings/library.json has the texts, which are the same in all languages.
"""

import os
import platform
import re
import struct
from ctypes import CDLL, c_char_p
from typing import Any, Mapping, Optional, Tuple, Union

from ._version import __version__

# What the last number changes is no reason to refuse a library.
_NEEDED = __version__.rpartition(".")[0]
# The SONAME: the system's loader finds the matching version.
_NAME = "libloginid.so.0"
# A wheel has the library here, and then loads this very file.
_INCLUDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_library", _NAME)

# Machines by their number in an ELF file.
_MACHINES = {3: "i386", 22: "s390x", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64"}


def load(prototypes: Mapping[str, Tuple[Any, Tuple[Any, ...]]]) -> CDLL:
    """The library with these functions, or an OSError."""
    # The folder: a wheel whose file was lost loads no other.
    included = os.path.isdir(os.path.dirname(_INCLUDED))
    path = _INCLUDED if included else os.environ.get("LOGINID_LIBRARY") or _NAME
    if os.path.sep in path and _is_incomplete(path):
        raise _unusable(path, "it is incomplete", included)
    try:
        library = CDLL(path)
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, _reason(path, _message(error)), included) from None
    reason = _version_that_does_not_fit(library)
    for name, (result, arguments) in prototypes.items():
        function = getattr(library, name, None)
        if function is None:
            reason = reason or f"it is too old, it has no {name}"
            break
        function.restype, function.argtypes = result, arguments
    if reason is not None:
        raise _unusable(path, reason, included)
    return library


def _unusable(path: str, reason: str, included: bool) -> OSError:
    if included:
        advice = "install this package again, for this system"
    else:
        advice = (
            f"install libloginid {_NEEDED} or newer for this system, "
            f"or set LOGINID_LIBRARY to the full path of {_NAME}"
        )
    return OSError(f"libloginid cannot be loaded: {path}: {reason}; {advice}")


def _version_that_does_not_fit(library: CDLL) -> Optional[str]:
    function = getattr(library, "lid_version", None)
    if function is None:
        return None
    function.restype, function.argtypes = c_char_p, ()
    version = (function() or b"").decode(errors="replace")
    needed, found = (
        [int(number) for number in re.findall(r"\d+", text)[:2]] or [0]
        for text in (_NEEDED, version)
    )
    if found < needed:
        return f"version {version} is too old, this package needs {_NEEDED} or newer"
    if found[0] > needed[0]:
        return (
            f"version {version} is too new, this package needs {_NEEDED} or newer, "
            f"below {needed[0] + 1}.0"
        )
    return None


def _message(error: Union[OSError, UnicodeDecodeError]) -> str:
    """What the system's loader says, also if a path in it is not UTF-8."""
    return str(error) if isinstance(error, OSError) else os.fsdecode(error.object)


def _reason(path: str, message: str) -> str:
    """Why the system's loader refuses a file, which it says in this message."""
    if os.path.sep in path:
        return _shown_by_file(path) or message
    # It may also have found one that it cannot use.
    missing = f"{path}: " in message and "No such file or directory" in message
    return "the system's loader does not find it" if missing else message


def _shown_by_file(path: str) -> Optional[str]:
    """Why the system's loader refuses a file, if the file shows it. The loader's own message
    for another machine is that there is no such file."""
    try:
        with open(path, "rb") as file:
            content = file.read()
        with open("/proc/self/exe", "rb") as file:
            ours = _machine(file.read(20))
    except FileNotFoundError:
        return "there is no such file"
    except IsADirectoryError:
        return "it is not a shared library"
    except OSError:
        return None
    theirs = _machine(content)
    if theirs is None:
        return "it is not a shared library"
    if theirs != ours:
        return f"it is for {theirs}, and this process is {ours}"
    musl = b"libc.musl-" in content or b"\0libc.so\0" in content
    glibc = platform.libc_ver()[0] == "glibc"
    if musl and glibc:
        return "it is for systems with musl, and this one has glibc"
    if b"\0libc.so.6\0" in content and not glibc:
        return "it is for systems with glibc, and this one has musl"
    return None


def _is_incomplete(path: str) -> bool:
    """Whether the end of a library is missing, whose table of sections is the last of it. The
    system's loader would end the process."""
    try:
        with open(path, "rb") as file:
            header = file.read(64)
            size = file.seek(0, os.SEEK_END)
    except OSError:
        return False
    if len(header) < 64 or header[:6] != b"\x7fELF\x02\x01":
        return False
    (start,) = struct.unpack_from("<Q", header, 40)
    length, count = struct.unpack_from("<HH", header, 58)
    return bool(size < start + length * count)


def _machine(content: bytes) -> Optional[str]:
    """What an ELF file is for."""
    if len(content) < 20 or content[:4] != b"\x7fELF":
        return None
    (number,) = struct.unpack("<H" if content[5] == 1 else ">H", content[18:20])
    name = _MACHINES.get(number, f"machine {number}")
    return f"{name} with {32 * content[4]} bits"
