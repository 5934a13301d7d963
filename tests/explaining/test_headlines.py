"""A denial that is only a code does not hide a failure that says more, wherever the two are."""

from __future__ import annotations

import pytest

from iamtriage import explain, parse
from tests.explaining.golden.cases import CASES, explained

_BARE = "ERROR uploader: AccessDenied: Access Denied\n\tstatus code: 403, request id: 0QW1ER2TY3UI4OP5\n"
# Failures that another call can have had before AWS answered with the code, and those that need the words around.
_OF_OTHER_CALLS = {"access_denied", "aws_error", "kubernetes_unauthorized", "missing_credentials"}
_NEED_CONTEXT = {"entry-removed", "other-endpoint", "access-policy-permissions"}
_ROWS = [
    (name, text, facts)
    for name, text, facts in CASES
    if name not in _NEED_CONTEXT and (found := parse(text)) is not None and found.kind not in _OF_OTHER_CALLS
]


@pytest.mark.unmeasured
@pytest.mark.parametrize("is_first", [True, False])
def test_bare_code_next_to_a_failure_that_says_more(*, is_first: bool) -> None:
    changed = {
        name: (summary, other)
        for name, text, facts in _ROWS
        if (summary := explained(name).summary)
        != (other := explain(_BARE + text if is_first else f"{text}\n{_BARE}", facts=facts).summary)
    }
    assert not changed
    assert len(_ROWS) > 100
