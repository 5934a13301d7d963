"""Check the types of policy evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, assert_type

from iamtriage.policies import (
    Decision,
    PolicyCollection,
    PolicyDocument,
    PolicySet,
    Request,
    Verification,
    evaluate,
    read_policies,
    verify,
)
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage import AccessDenied, Explanation


def evaluates(document: dict[str, object], text: str, mapping: Mapping[str, object]) -> None:
    policies = PolicySet(
        identity=[document, text, PolicyDocument(mapping)],
        permissions_boundary=document,
        resource=text,
        service_control=[[document], [text]],
    )
    request = Request("arn", "s3:GetObject", "*", {"aws:SourceIp": "203.0.113.7"}, complete_context=True)
    decision = evaluate(request, policies)
    assert_type(decision, Decision)
    assert_type(decision.allowed, bool | None)
    assert_type(decision.deny, Literal["explicit", "implicit"] | None)
    assert_type(decision.layer, PolicyType | None)
    assert_type(decision.missing, tuple[str, ...])
    assert_type(decision.statements[0].effect, Literal["Allow", "Deny"])
    PolicySet(identity=5)  # type: ignore[arg-type]
    PolicySet(resource=[5])  # type: ignore[list-item]
    Request("arn", "s3:GetObject", "*", "aws:SourceIp")  # type: ignore[arg-type]
    evaluate(request, document)  # type: ignore[arg-type]
    evaluate("s3:GetObject", policies)  # type: ignore[arg-type]
    Request("arn", "s3:GetObject")  # type: ignore[call-arg]


def verifies(failure: AccessDenied, explanation: Explanation, document: dict[str, object]) -> None:
    result = verify(failure, PolicySet(), adding=document)
    assert_type(result, Verification)
    assert_type(result.fixes, bool | None)
    assert_type(result.before, Decision | None)
    verify(explanation, PolicySet(), adding=[document], facts={"caller": "arn"})
    verify(explanation, PolicySet(), adding=PolicySet(resource=document))
    verify(explanation, [document])  # type: ignore[arg-type]
    verify("User: arn", PolicySet())  # type: ignore[arg-type]


def reads(document: dict[str, object]) -> None:
    found = read_policies(document, policy_type="session")
    assert_type(found, PolicyCollection)
    assert_type(found.select("arn", "*"), PolicySet)
    read_policies(document, policy_type="sessions")  # type: ignore[arg-type]
