"""Which of its cases a test tries."""

import pytest

from ecsuite.rules.cases import Cases


@pytest.mark.parametrize(
    ("most", "turn", "tried"),
    [
        (None, 0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (10, 3, list(range(10))),
        (4, 0, [0, 1, 4, 7]),
        (4, 1, [0, 2, 5, 8]),
        (4, 2, [0, 3, 6, 9]),
        (4, 3, [0, 1, 4, 7]),
    ],
)
def test_cases_are_spread(most, turn, tried):
    """Of more cases than are tried, the first is, and others that lie apart; tests take turns at which they are."""
    assert Cases(most, turn).tried(range(10)) == tried
