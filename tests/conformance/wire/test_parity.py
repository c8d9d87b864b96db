"""docs/parity.md lists every method of the Python SDK and every function of the header."""

import re

import pytest
from loginid import LoginID, LoginIdManagement

from parity import ROOT, rows


def names(cells):
    """The names in backticks, each only once."""
    found = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    assert len(found) == len(set(found)), found
    return set(found)


def test_every_method_of_the_python_sdk_is_listed():
    methods = {name for sdk in (LoginID, LoginIdManagement) for name in dir(sdk)}
    public = {name for name in methods if not name.startswith("_") and name.islower()}
    assert len(public) > 35
    assert names(row[0] for row in rows()) == public | {"LoginID", "LoginIdManagement"}


def test_every_function_of_the_header_is_listed():
    header = (ROOT / "include" / "loginid_ffi.h").read_text()
    # The official SDKs are of v1.
    functions = set(re.findall(r"\b(lid_(?!v2_)\w+)\(", header))
    table = (ROOT / "docs" / "parity.md").read_text().partition("## Clients")[2]
    assert len(functions) > 50
    assert set(re.findall(r"`(lid_\w+)`", table)) == functions
    # Those that send are compared row by row.
    called = {name for row in rows() for name in re.findall(r"`(lid_\w+)`", row[4])}
    sending = set(re.findall(r"lid_status (lid_\w+)\(const lid_client \*", header))
    # It derives a client, which no SDK has.
    sending.remove("lid_with_options")
    assert called == sending | {"lid_new", "lid_new_management"}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[4])
def test_the_test_of_a_call_does_call_it(row):
    functions = re.findall(r"^`lid_(\w+)`", row[4])
    assert functions or row[4].startswith("none: "), row
    files = re.findall(r"`((?:tests|examples)/[^`]+)`", row[5])
    for function in functions:
        assert files or "wire" in row[5]
        for file in files:
            assert re.search(rf"\b(lid_)?{function}\(", (ROOT / file).read_text()), file
