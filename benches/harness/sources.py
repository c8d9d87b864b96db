"""What was measured: a hash of the sources that the library is built from."""

from hashlib import sha256

from .environment import ROOT

PREFIX = "- sources: "


def fingerprint():
    """Of src/ and Cargo.lock, as they are now."""
    files = [ROOT / "Cargo.lock", *(path for path in (ROOT / "src").rglob("*") if path.is_file())]
    total = sha256()
    for path in sorted(files):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        total.update(sha256(path.read_bytes()).digest())
    return f"sha256 {total.hexdigest()} of src/ and Cargo.lock"


def measured(results):
    """The fingerprint in a text of results, or None."""
    for line in results.splitlines():
        if line.startswith(PREFIX):
            return line.removeprefix(PREFIX)
    return None
