"""Check ``explain``, ``policy_for`` and ``redact`` in strictly typed code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, assert_type

from iamtriage import (
    AccessKeyId,
    AuthorizationDetails,
    Cause,
    DecodedMessage,
    Explanation,
    Facts,
    Failure,
    Remedy,
    explain,
    parse,
    policies_by_principal,
    policies_for,
    policy_for,
    read_authorization_details,
    read_decoded_message,
    redact,
    scan,
)
from iamtriage.actions import Action, OperationActions, actions_for, find_action
from iamtriage.explaining import Evidence, Who
from iamtriage.typing import PolicyType


def of_anything(error: Exception, failure: Failure, body: Mapping[str, object]) -> None:
    assert_type(explain("AccessDenied"), Explanation)
    assert_type(explain(b"AccessDenied"), Explanation)
    assert_type(explain(error), Explanation)
    assert_type(explain(failure), Explanation)
    assert_type(explain(body), Explanation)
    explain(failure, facts={"cluster": "orders"})
    explain(failure, facts=Facts(cluster="orders", authentication_mode="API"))
    explain(7)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Facts(authentication_mode="BOTH")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def parts(explanation: Explanation) -> None:
    assert_type(explanation.failure, Failure | None)
    assert_type(explanation.causes, tuple[Cause, ...])
    assert_type(explanation.remedies, tuple[Remedy, ...])
    for cause in explanation.causes:
        assert_type(cause.evidence, Evidence)
    for remedy in explanation.remedies:
        assert_type(remedy.who, Who)
        assert_type(remedy.policy, Mapping[str, Any] | None)
        assert_type(remedy.layer, PolicyType | None)
        assert_type(remedy.commands, tuple[str, ...])
    assert_type(explanation.to_dict(), dict[str, Any])
    assert_type(explanation.to_text(width=100, color=True), str)
    explanation.summary = "other"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


def policies(failures: Iterable[Failure]) -> None:
    assert_type(policy_for(failures), dict[str, Any])
    assert_type(policy_for(scan("text")), dict[str, Any])
    assert_type(policy_for(failures, principal="arn:aws:iam::111122223333:user/ana"), dict[str, Any])
    assert_type(policies_for(failures, limit=2048), tuple[dict[str, Any], ...])
    assert_type(policies_by_principal(failures), dict[str, dict[str, Any]])


def readers() -> None:
    assert_type(read_decoded_message('{"allowed": false}'), DecodedMessage)
    assert_type(read_authorization_details({"evaluations": []}), AuthorizationDetails)
    assert_type(find_action("s3:GetObject"), Action | None)
    assert_type(actions_for("HeadObject", "s3"), tuple[OperationActions, ...])


def redaction(text: str) -> None:
    assert_type(redact(text, identifiers=True), str)
    assert_type(parse(redact(text)), Failure | None)
    assert_type(redact({"a": 1}), dict[str, object])
    assert_type(redact([text]), list[object])
    redact(b"text")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType,reportCallIssue]
    assert_type(AccessKeyId("AKIAIOSFODNN7EXAMPLE").account, str | None)
