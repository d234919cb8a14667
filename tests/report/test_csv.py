"""Cells of CSV: what a spreadsheet would run as a formula is text."""

from __future__ import annotations

import csv

import pytest
from tests.designs import ALL, ANY, Changes, acl_of, load

import reachsim
from reachsim.csvfile import csv_line
from reachsim.report.matrix import matrix_csv

NAMES = ["=HYPERLINK", "+1", "-2+3", "@SUM(1)", "＝1"]
DESIGN = f"""\
version: 1
vpcs:
  "=cmd|calc!A0":
    cidrs: [10.0.0.0/16]
    subnets: {{"+s": {{cidr: 10.0.0.0/24}}}}
    instances: {{{", ".join(f'"{name}": {{subnet: "+s"}}' for name in NAMES)}}}
"""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "＋", "－", "＠"])
def test_a_formula_is_text(start: str) -> None:
    (cells,) = csv.reader([csv_line([f"{start}1+1", "plain", 'a "b", c', 443, -1])])
    assert cells[0].startswith("'")
    assert cells[0].isprintable()
    assert cells[1:] == ["plain", 'a "b", c', "443", "-1"]


def test_no_cell_of_a_matrix_is_run() -> None:
    matrix = reachsim.loads(DESIGN).matrix()
    texts = [matrix.to_csv().splitlines()]
    texts += [list(matrix_csv(matrix, None, by)) for by in (None, "class", "subnet", "vpc")]
    for lines in texts:
        assert len(lines) > 1
        for row in csv.reader(lines[1:]):
            assert len(row) == 5
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row), row


def test_what_passes_in_part_alone_has_a_row() -> None:
    """Most choices of a NAT gateway's port are lost in the ACL of its subnet (NAT-PORT)."""
    acl = acl_of("public", ["allow all 10.0.0.0/16", f"deny tcp/1024-49151 {ANY}", ALL], [f"allow tcp {ANY}"])
    ways: Changes = {
        "vpcs app route_tables private 10.1.0.0/16": "ngw",
        "vpcs app route_tables public 10.1.0.0/16": "pcx",
    }
    matrix = load(ways, acl).matrix()
    for lines in (matrix.to_csv().splitlines(), matrix_csv(matrix, None, "class")):
        (row,) = (
            row for row in csv.DictReader(lines) if (row["source"], row["destination"]) == ("app.probe", "data.api")
        )
        assert (row["traffic"], row["partial"]) == ("nothing", "tcp")
