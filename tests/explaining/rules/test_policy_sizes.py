"""Tests for service accounts of a trust policy that is too long: one pattern can replace them."""

from __future__ import annotations

import pytest

from iamtriage import explain
from iamtriage.explaining._rules.calls.policy_sizes import merge_subjects

ERROR = "An error occurred (LimitExceeded) when calling the UpdateAssumeRolePolicy operation: Cannot exceed quota for ACLSizePerRole: 2048"


@pytest.mark.parametrize(
    ("accounts", "pattern"),
    [
        (("team-a:app", "team-b:app", "team-c:app"), "team-*:app"),
        (("shop:job-1", "shop:job-2", "shop:job-33"), "shop:job-*"),
        (("team-a-eu:app", "team-a-us:app", "team-a:app"), "team-*:app"),
        # Too few, both differ, or nothing in common.
        (("team-a:app", "team-b:app"), None),
        (("team-a:app", "team-b:app", "team-c:api"), None),
        (("shop:app", "data:app", "web:app"), None),
        (("team-a:app",) * 5, None),
    ],
    ids=["namespaces", "names", "prefix of another", "two", "both", "nothing in common", "one"],
)
def test_subjects_that_fit_one_pattern(accounts: tuple[str, ...], pattern: str | None) -> None:
    text = "\n".join(f'"system:serviceaccount:{each}",' for each in accounts)
    assert merge_subjects(text) == (pattern and f"system:serviceaccount:{pattern}")
    steps = explain(f"{ERROR}\n{text}").remedies[0].steps
    assert ("fit one value with StringLike" in steps[0]) is (pattern is not None)
