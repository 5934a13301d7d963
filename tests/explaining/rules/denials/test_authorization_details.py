"""The evaluation that AWS did not allow decides about action, resource and remedy."""

from __future__ import annotations

from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

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


@check_rows("why", ["", " because no identity-based policy allows the lambda:CreateFunction action"])
@check_rows("evaluations", [(PASS_ROLE,), (ALLOWED, PASS_ROLE), (CHECKED,)])
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


_ORGANIZATION = "arn:aws:organizations::444455556666"
_OU = f"{_ORGANIZATION}:ou/o-abc123def4/ou-ab12-cdef3456"


def _scp_check(effect: str, target: str, *matched: dict[str, Any]) -> dict[str, Any]:
    return {
        "checkType": "SERVICE_CONTROL_POLICY",
        "evaluatedEffect": effect,
        "targetArn": target,
        "relevantPolicyTypes": ["SERVICE_CONTROL_POLICY"],
        "matchedPolicies": list(matched),
    }


_IDENTITY_ALLOWS = {
    "checkType": "PRINCIPAL",
    "evaluatedEffect": "ALLOW",
    "relevantPolicyTypes": ["IDENTITY_BASED_POLICY"],
}
_SCP = f"{_ORGANIZATION}:policy/o-abc123def4/service_control_policy/p-list01"
_FULL = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
_DENYING = {"uri": _SCP, "matchedStatements": [{"sid": "NoFunctions", "evaluatedEffect": "DENY"}]}


@pytest.mark.parametrize(
    ("effect", "target", "matched", "says"),
    [
        pytest.param(
            "IMPLICIT_DENY",
            _OU,
            (),
            (
                "no service control policy of ou-ab12-cdef3456 allows it",
                "ou-ab12-cdef3456 has p-list01 instead of FullAWSAccess: each level",
                "FullAWSAccess on r-ab12 does not make up for it.",
                "(management account 444455556666 or a delegated administrator)",
                "aws organizations update-policy --policy-id p-list01",
            ),
            id="the level that does not allow",
        ),
        pytest.param(
            "IMPLICIT_DENY",
            f"{_ORGANIZATION}:account/o-abc123def4/111122223333",
            (),
            ("no service control policy of 111122223333 allows it", "add the statement to a policy there"),
            id="the account",
        ),
        pytest.param(
            "EXPLICIT_DENY",
            _OU,
            (_DENYING,),
            (
                "describe-policy --policy-id p-list01",
                "attached to the organizational unit ou-ab12-cdef3456",
            ),
            id="the policy that denies",
        ),
    ],
)
def test_one_of_several_levels_denies(
    effect: str, target: str, matched: tuple[dict[str, Any], ...], says: tuple[str, ...]
) -> None:
    root = _scp_check("ALLOW", f"{_ORGANIZATION}:root/o-abc123def4/r-ab12")
    checks = [root, _scp_check(effect, target, *matched), _IDENTITY_ALLOWS]
    facts = _details(_denied("lambda:CreateFunction", FUNCTION, effect, checks=checks))
    facts["authorization_details"]["policies"] = [
        {"type": "SERVICE_CONTROL_POLICY", "uri": _SCP, "attachedTo": [{"arn": _OU}]},
        {"type": "SERVICE_CONTROL_POLICY", "uri": _FULL, "attachedTo": [{"arn": root["targetArn"]}]},
    ]
    explanation = explain(_text("lambda:CreateFunction", FUNCTION), facts=facts)
    folded = " ".join(explanation.to_text(detail="full", width=100).replace("\\\n", " ").split())
    assert [words for words in says if words not in folded] == []
    assert "already allows the action, so no identity-based Allow is missing" in folded
    # What one level allows is still the obstacle, and the identity-based policy is none.
    assert "service control policies and" not in folded
    assert "An identity-based policy of the caller must allow" not in folded
    assert "an Allow is still required" not in folded


def test_management_account_of_the_denying_policy() -> None:
    user = "arn:aws:iam::111122223333:user/reports"
    checks = [_scp_check("EXPLICIT_DENY", _OU, {**_DENYING, "matchedStatements": [{"sid": "NoUsers", "evaluatedEffect": "DENY"}]})]  # fmt: skip
    facts = _details(_denied("iam:CreateUser", user, "EXPLICIT_DENY", checks=checks))
    shown = " ".join(str(explain(_text("iam:CreateUser", user), facts=facts)).split())
    assert "can change the policy or exempt the caller (management account 444455556666)" in shown


def _implicit(check: str) -> dict[str, Any]:
    kinds = {"PRINCIPAL": "IDENTITY_BASED_POLICY", "RESOURCE": "RESOURCE_BASED_POLICY"}
    return {
        "checkType": check,
        "evaluatedEffect": "IMPLICIT_DENY",
        "relevantPolicyTypes": [kinds.get(check, check)],
        "matchedPolicies": [],
    }


_BOUNDARY = "arn:aws:iam::111122223333:policy/TeaBoundary"
_ALLOWING = {
    **_IDENTITY_ALLOWS,
    "matchedPolicies": [
        {
            "uri": "arn:aws:iam::111122223333:policy/tea-deploy",
            "matchedStatements": [{"sid": "Deploy", "evaluatedEffect": "ALLOW"}],
        }
    ],
}
_OTHER_FUNCTION = FUNCTION.replace("111122223333", "444455556666")


@check_rows(
    ("checks", "resource", "why", "says", "says_not"),
    [
        pytest.param(
            [_ALLOWING, _implicit("PERMISSIONS_BOUNDARY")],
            FUNCTION,
            "no permissions boundary",
            (f"boundary {_BOUNDARY} does not allow", "The policy tea-deploy (Deploy) already allows"),
            ("BOUNDARY_ARN", "allow the action, too"),
            id="the only boundary in the details",
        ),
        pytest.param(
            [_ALLOWING, _implicit("RESOURCE")],
            _OTHER_FUNCTION,
            "no resource-based policy",
            ("the policy tea-deploy (Deploy) already allows the action",),
            ("must allow",),
            id="another account, whose side is done",
        ),
        pytest.param(
            [_ALLOWING, _implicit("SESSION")],
            FUNCTION,
            "no session policy",
            ("the session's policy does not allow it",),
            ("identity-based policy of the caller must allow",),
            id="a session policy",
        ),
        pytest.param(
            [
                {
                    **_implicit("PRINCIPAL"),
                    "relevantPolicyTypes": ["IDENTITY_BASED_POLICY", "PERMISSIONS_BOUNDARY"],
                    "matchedPolicies": _ALLOWING["matchedPolicies"],
                }
            ],
            FUNCTION,
            "no permissions boundary",
            (f"boundary {_BOUNDARY} does not allow", "The policy tea-deploy (Deploy) already allows"),
            ("either", "name different types"),
            id="a boundary that the check of the identity-based policies includes",
        ),
        pytest.param(
            [_implicit("PRINCIPAL")],
            FUNCTION,
            "no permissions boundary",
            (
                f"boundary {_BOUNDARY} does not allow",
                "According to the authorization details, no identity-based policy allows it, either.",
                "name different types",
            ),
            ("put-role-policy",),
            id="the message names a boundary, the details do not",
        ),
        pytest.param(
            [{**_implicit("SESSION"), "evaluatedEffect": "EXPLICIT_DENY"}],
            FUNCTION,
            "no permissions boundary",
            (
                "the session's policy denies it",
                "According to the message, no permissions boundary allows it, either.",
            ),
            (),
            id="the details name an explicit denial, the message does not",
        ),
    ],
)
def test_details_and_message_name_the_policies(
    checks: list[dict[str, Any]], resource: str, why: str, says: tuple[str, ...], says_not: tuple[str, ...]
) -> None:
    facts = _details(_denied("lambda:CreateFunction", resource, checks=checks))
    attached = {_BOUNDARY: "arn:aws:iam::111122223333:role/team/ci", f"{_BOUNDARY}2": ROLE}
    facts["authorization_details"]["policies"] = [
        {"type": "PERMISSIONS_BOUNDARY", "uri": uri, "attachedTo": [{"arn": arn}]}
        for uri, arn in attached.items()
    ]
    text = _text("lambda:CreateFunction", resource, f" because {why} allows the lambda:CreateFunction action")
    folded = " ".join(explain(text, facts=facts).to_text(detail="full").replace("\\\n", " ").split())
    assert [each for each in says if each not in folded] == []
    assert [each for each in says_not if each in folded] == []


@check_rows(
    ("checks", "reason", "says", "layers"),
    [
        pytest.param(
            ["PRINCIPAL", "PERMISSIONS_BOUNDARY"],
            "identity-based policy",
            f"no identity-based policy allows it, and the permissions boundary {_BOUNDARY} does not allow it, either",
            ["identity", "permissions_boundary"],
            id="a boundary in addition to the identity-based policy",
        ),
        pytest.param(
            ["PRINCIPAL", "PERMISSIONS_BOUNDARY"],
            "permissions boundary",
            "does not allow it, and no identity-based policy allows it, either",
            ["permissions_boundary", "identity"],
            id="the other way round",
        ),
        pytest.param(
            ["PRINCIPAL", "SESSION"],
            "session policy",
            "does not allow it, and no identity-based policy allows it, either",
            ["session", "identity"],
            id="a session policy",
        ),
        pytest.param(
            ["PRINCIPAL", "RESOURCE"],
            "identity-based policy",
            "no identity-based policy allows it",
            ["identity"],
            id="a resource-based policy in the same account is no gap",
        ),
    ],
)
def test_each_policy_that_does_not_allow_has_a_remedy(
    checks: list[str], reason: str, says: str, layers: list[str]
) -> None:
    facts = _details(_denied("lambda:CreateFunction", FUNCTION, checks=[_implicit(each) for each in checks]))
    facts["authorization_details"]["policies"] = [{"type": "PERMISSIONS_BOUNDARY", "uri": _BOUNDARY}]
    why = f" because no {reason} allows the lambda:CreateFunction action"
    explanation = explain(_text("lambda:CreateFunction", FUNCTION, why), facts=facts)
    assert explanation.summary.endswith(f"{says}.")
    assert [each.layer for each in explanation.remedies] == layers
    leads = any(each.startswith("This alone leads to") for each in explanation.remedies[0].steps)
    assert leads == (len(layers) > 1)


_POWER_USER = {"type": "IDENTITY_BASED_POLICY", "uri": "arn:aws:iam::aws:policy/PowerUserAccess"}
_DEVELOPER = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Developer_0f1e2d3c4b5a6978/kim"


@check_rows(
    ("session", "principal", "policies", "says"),
    [
        (SESSION, "IMPLICIT_DENY", [], ("policy allows it, either.", "leads to the next denial: allow iam:CreateRole for the role ci, too.")),
        (SESSION, "IMPLICIT_DENY", [_POWER_USER], ("policy allows it, either (PowerUserAccess does not).", "leads to the next denial")),
        (_DEVELOPER, "IMPLICIT_DENY", [_POWER_USER], ("(PowerUserAccess does not).", "next denial: allow iam:CreateRole in the permission set Developer, too.")),
        (SESSION, "ALLOW", [], ()),
        # A Deny of the caller's own account, too, says nothing on a missing Allow.
        (SESSION, "EXPLICIT_DENY", [], ()),
    ],
)  # fmt: skip
def test_deny_of_others_and_missing_allow(
    session: str, principal: str, policies: list[dict[str, Any]], says: tuple[str, ...]
) -> None:
    """Without the Deny of the organization, the call also requires an Allow."""
    own = {**_IDENTITY_ALLOWS, "evaluatedEffect": principal}
    checks = [_scp_check("EXPLICIT_DENY", _OU, _DENYING), own]
    facts = _details(_denied("iam:CreateRole", ROLE, "EXPLICIT_DENY", checks=checks))
    facts["authorization_details"]["policies"] = policies
    text = f"An error occurred (AccessDenied) when calling the CreateRole operation: User: {session} is not authorized to perform: iam:CreateRole on resource: {ROLE} with an explicit deny in a service control policy"
    explanation = explain(text, facts=facts)
    first, *others = explanation.remedies
    told = f"{explanation.summary} {' '.join(first.steps)}"
    assert [each for each in says if each not in told] == []
    assert (
        ("leads to the next denial" in told) is any(each.policy is not None for each in others) is bool(says)
    )
    assert first.layer == "service_control"


TAGS = _denied("lambda:TagResource", FUNCTION)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (None, "lambda:CreateFunction itself was not denied, but the call passes tags"),
        (_details(ALLOWED, TAGS), "lambda:CreateFunction is allowed, but the call passes tags"),
        (
            _details(
                {
                    **ALLOWED,
                    "checks": [
                        {
                            "checkType": "PRINCIPAL",
                            "evaluatedEffect": "ALLOW",
                            "relevantPolicyTypes": ["IDENTITY_BASED_POLICY"],
                            "matchedPolicies": [
                                {
                                    "uri": POLICY,
                                    "matchedStatements": [{"sid": "Deploy", "evaluatedEffect": "ALLOW"}],
                                }
                            ],
                        }
                    ],
                },
                TAGS,
            ),
            "lambda:CreateFunction is allowed by the policy guard (Deploy), but the call passes tags",
        ),
    ],
    ids=["message", "allowed", "policy"],
)
def test_tags_of_an_allowed_call(facts: dict[str, Any] | None, expected: str) -> None:
    explanation = explain(_text("lambda:TagResource", FUNCTION), facts=facts)
    assert explanation.causes[0].text.startswith(expected)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("TagResource", ""),
        ("CreateStack", ""),
        ("CreateFunction", " with an explicit deny in an identity-based policy"),
    ],
)
def test_denied_tags_of_other_calls(call: str, why: str) -> None:
    text = _text("lambda:TagResource", FUNCTION, why).replace("CreateFunction", call)
    assert all(each.code != "tags-need-action" for each in explain(text).causes)


@pytest.mark.parametrize(
    ("action", "resource", "same"),
    [
        ("lambda:CreateFunction", FUNCTION, "too, with the same statement."),
        (
            "iam:CreateRole",
            "arn:aws:iam::111122223333:role/till",
            "too, with this statement and a condition on iam:PermissionsBoundary.",
        ),
    ],
)
def test_statement_of_the_boundary_is_the_same_only_if_it_is(action: str, resource: str, same: str) -> None:
    checks = [
        {"checkType": kind, "evaluatedEffect": "IMPLICIT_DENY", "relevantPolicyTypes": [types], "matchedPolicies": []}
        for kind, types in (("PRINCIPAL", "IDENTITY_BASED_POLICY"), ("PERMISSIONS_BOUNDARY", "PERMISSIONS_BOUNDARY"))
    ]  # fmt: skip
    boundary = {"type": "PERMISSIONS_BOUNDARY", "inline": False, "uri": f"{POLICY}Limit", "attachedTo": [{"arn": "arn:aws:iam::111122223333:role/ci"}]}  # fmt: skip
    details = _details({"action": action, "resource": resource, "context": {}, "evaluatedEffect": "IMPLICIT_DENY", "checks": checks})  # fmt: skip
    details["authorization_details"]["policies"] = [boundary]
    explanation = explain(_text(action, resource), facts=details)
    first, second, *_ = explanation.remedies
    assert any(each.endswith(same) for each in first.steps)
    assert first.policy is not None
    assert second.statement is not None
    conditions = [each.get("Condition") for each in (first.policy["Statement"][0], second.statement)]
    assert (conditions[0] == conditions[1]) is same.endswith("the same statement.")
