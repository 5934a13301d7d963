"""Check the Region that the name of a denying statement suggests."""

import pytest

from iamtriage import explain


@pytest.mark.parametrize(
    ("sid", "called", "suggested"),
    [
        ("DenyOutsideEU", "us-west-2", "--region eu-west-1"),
        ("DenyOutsideUSRegions", "eu-west-1", "--region us-east-1"),
        # The call was made there already, and a name can have the letters for another reason.
        ("DenyOutsideEU", "eu-north-1", None),
        ("DenyOutsideUsedRegions", "eu-west-1", None),
        ("DenyRegions", "us-west-2", None),
    ],
)
def test_area_of_a_name(sid: str, called: str, suggested: str | None) -> None:
    denial = f"User: arn:aws:iam::111122223333:user/kim is not authorized to perform: lambda:CreateFunction on resource: arn:aws:lambda:{called}:111122223333:function:resize with an explicit deny in a service control policy"
    matched = {
        "uri": "arn:aws:organizations::444455556666:policy/o-abc123def4/service_control_policy/p-9z8y7x6w",
        "matchedStatements": [{"sid": sid, "evaluatedEffect": "DENY"}],
    }
    check = {
        "checkType": "SERVICE_CONTROL_POLICY",
        "evaluatedEffect": "EXPLICIT_DENY",
        "matchedPolicies": [matched],
    }
    evaluation = {
        "action": "lambda:CreateFunction",
        "resource": "*",
        "evaluatedEffect": "EXPLICIT_DENY",
        "checks": [check],
    }
    details = {"requestContext": {}, "evaluations": [evaluation]}
    steps = " ".join(explain(denial, facts={"authorization_details": details}).remedies[0].steps)
    assert ("For example" in steps) == (suggested is not None)
    assert suggested is None or suggested in steps
