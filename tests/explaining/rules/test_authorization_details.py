"""The evaluation that AWS did not allow decides about action, resource and remedy."""

from __future__ import annotations

from typing import Any

import pytest

from iamtriage import explain

ROLE = "arn:aws:iam::111122223333:role/job"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
SESSION = "arn:aws:sts::111122223333:assumed-role/ci/run-7"
POLICY = "arn:aws:iam::111122223333:policy/guard"
ALLOWED = {"action": "lambda:CreateFunction", "resource": FUNCTION, "evaluatedEffect": "ALLOW"}


def _text(action: str, resource: str, why: str = "") -> str:
    return f"An error occurred (AccessDeniedException) when calling the CreateFunction operation: User: {SESSION} is not authorized to perform: {action} on resource: {resource}{why}"


def _denied(action: str, resource: str, effect: str = "IMPLICIT_DENY", **more: object) -> dict[str, Any]:
    return {"action": action, "resource": resource, "evaluatedEffect": effect, **more}


def _details(*evaluations: dict[str, Any]) -> dict[str, Any]:
    return {"authorization_details": {"requestContext": {}, "evaluations": list(evaluations), "policies": []}}


PASS_ROLE = _denied("iam:PassRole", ROLE)
CHECKED = _denied(
    "iam:PassRole",
    ROLE,
    checks=[
        {
            "checkType": "PRINCIPAL",
            "evaluatedEffect": "IMPLICIT_DENY",
            "relevantPolicyTypes": ["IDENTITY_BASED_POLICY"],
        }
    ],
)


@pytest.mark.parametrize(
    "why", ["", " because no identity-based policy allows the lambda:CreateFunction action"]
)
@pytest.mark.parametrize("evaluations", [(PASS_ROLE,), (ALLOWED, PASS_ROLE), (CHECKED,)])
def test_other_action_than_in_the_message(why: str, evaluations: tuple[dict[str, Any], ...]) -> None:
    explanation = explain(_text("lambda:CreateFunction", FUNCTION, why), facts=_details(*evaluations))
    assert f"The role ci was denied iam:PassRole on {ROLE}" in explanation.summary
    statement = explanation.remedies[0].documents[0]["Statement"][0]
    assert (statement["Action"], statement["Resource"]) == ("iam:PassRole", ROLE)
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert any("The message names lambda:CreateFunction." in note for note in explanation.notes)


def test_implicit_denial_without_checks() -> None:
    """AWS documents that an implicit denial has no matched policies."""
    evaluation = _denied("lambda:CreateFunction", FUNCTION)
    explanation = explain(_text("lambda:CreateFunction", FUNCTION), facts=_details(evaluation))
    assert "no policy allows it" in explanation.summary
    assert explanation.causes[0].evidence == "supplied"


def test_explicit_denial_without_types_of_policies() -> None:
    """No Allow is proposed against a statement that denies."""
    statements = [{"sid": "NoFunctions", "evaluatedEffect": "DENY"}]
    evaluation = _denied(
        "lambda:CreateFunction",
        FUNCTION,
        "EXPLICIT_DENY",
        matchedPolicies=[{"uri": POLICY, "matchedStatements": statements}],
    )
    explanation = explain(_text("lambda:CreateFunction", FUNCTION), facts=_details(evaluation))
    assert "the statement NoFunctions denies it explicitly" in explanation.summary
    assert all(remedy.policy is None for remedy in explanation.remedies)
    assert f"--policy-arn {POLICY}" in explanation.remedies[0].commands[0]
