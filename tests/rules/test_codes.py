"""Every code of a blocker is explained."""

from reachsim.answers.book import codes
from reachsim.rules.codes import Code


def test_every_code_is_explained():
    """By a row of docs/codes.md that `reachsim explain CODE` can read."""
    assert [code.value for code in Code if code.value not in codes() or not codes()[code.value].text] == []


def test_a_code_is_its_own_name():
    assert [code for code in Code if code.name != code.value] == []
