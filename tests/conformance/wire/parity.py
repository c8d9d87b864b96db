"""The tables of docs/parity.md."""

from pathlib import Path

ROOT = Path(__file__).parents[3]


def rows():
    """The rows of the tables that compare SDKs, as lists of cells."""
    lines = (ROOT / "docs" / "parity.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")]
    return [row for row in cells if len(row) == 6 and row[0] not in ("Python", "---")]
