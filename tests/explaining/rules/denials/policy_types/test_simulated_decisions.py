"""The result of the policy simulator says which policy decides, or that those of the caller do not."""

from __future__ import annotations

import json
from typing import Any

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDenied) when calling the SendMessage operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:mails"
_IDENTITY = " because no identity-based policy allows the sqs:SendMessage action"


def _result(decision: str, *policies: str, action: str = "sqs:SendMessage", **details: object) -> str:
    matched = [{"SourcePolicyId": each} for each in policies]
    result = {"EvalActionName": action, "EvalDecision": decision, "MatchedStatements": matched, **details}
    return f"\n$ aws iam simulate-principal-policy …\n{json.dumps({'EvaluationResults': [result]}, indent=2)}"


_ORGANIZATION: dict[str, Any] = {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}
_BOUNDARY: dict[str, Any] = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}}
_CASES = (
    ("organization", _DENIED + _result("implicitDeny", **_ORGANIZATION), "a service control policy does not allow it", "Have the service control policy changed"),
    ("boundary", _DENIED + _result("implicitDeny", "Mails", **_BOUNDARY), "its permissions boundary does not allow it", "Allow sqs:SendMessage in the permissions boundary"),
    ("Deny", f"{_DENIED} with an explicit deny" + _result("explicitDeny", "NoMails"), "NoMails denies it explicitly", "Read the Deny in NoMails"),
    ("allowed", _DENIED + _result("allowed", "Mails"), "allows it, so a policy of another type denies it", "Find the policy that denies it"),
    ("allowed since then", _DENIED + _IDENTITY + _result("allowed", "Mails"), "the Allow was not in effect for this call", "Repeat the call"),
    ("not allowed", _DENIED + _IDENTITY + _result("implicitDeny"), "no identity-based policy allows it", "Allow sqs:SendMessage"),
    ("another action", _DENIED + _IDENTITY + _result("allowed", action="sqs:GetQueueUrl"), "no identity-based policy allows it", "Allow sqs:SendMessage"),
    ("no result", _DENIED + _IDENTITY + "\nEvalDecision", "no identity-based policy allows it", "Allow sqs:SendMessage"),
    ("organization named", f"{_DENIED} with an explicit deny in a service control policy" + _result("allowed"), "a service control policy explicitly denies it", "Have the service"),
)  # fmt: skip


@check_rows(("text", "verdict", "title"), [each[1:] for each in _CASES], ids=[each[0] for each in _CASES])
def test_simulation_decides(text: str, verdict: str, title: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(title)


def test_keys_without_values() -> None:
    text = _DENIED + _IDENTITY + _result("implicitDeny", MissingContextValues=["aws:ResourceTag/team"])
    assert any("conditions on aws:ResourceTag/team" in each.text for each in explain(text).causes)
