"""Property tests over explanations of all generated denials and failures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from iamtriage import AccessDenied, explain, parse, policy_for, scan
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage.actions import find_action
from iamtriage.explaining import policies_by_principal, policies_for
from iamtriage.explaining._rules.kinds import _RULES
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.failures._failures import FAILURE_CLASSES
from tests.policy_validator import validate, validate_statement
from tests.strategies import ALONE, Case, calls, cases, denials, known, soup
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage import Explanation, Failure

_LIMITS = ("permissions_boundary", "session", "service_control", "resource_control", "vpc_endpoint")
bare_denials = calls(denials()).map(lambda call: call.message.text)


def _statements(explanation: Explanation) -> Iterator[tuple[str | None, dict[str, Any]]]:
    for remedy in explanation.remedies:
        if remedy.policy is not None:
            for statement in remedy.policy["Statement"]:
                yield remedy.layer, statement


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_each_kind_has_a_rule() -> None:
    assert _RULES.keys() == {each.kind for each in FAILURE_CLASSES}
    assert all(load_rule(name) for name in _RULES.values())


@given(st.one_of(bare_denials, cases().map(lambda case: case.text)))
def test_no_identity_allow_that_cannot_help(text: str) -> None:
    """No identity-based Allow is suggested against a Deny or a policy that caps permissions."""
    failure = parse(text)
    explanation = explain(text)
    if not isinstance(failure, AccessDenied):
        return
    hopeless = failure.deny == "explicit" or failure.policy_type not in (None, "identity")
    for layer, statement in _statements(explanation):
        assert layer in ("identity", "resource", "role_trust")
        if hopeless or failure.principal == "anonymous":
            assert layer != "identity", explanation
        if failure.deny == "explicit":
            # A matching Deny overrides any Allow, in every policy.
            assert statement["Effect"] != "Allow", explanation
            assert "Principal" in statement, explanation


@given(bare_denials)
def test_statement_for_a_guardrail_is_not_a_policy_to_attach(text: str) -> None:
    """What belongs into a boundary, session, endpoint or control policy is a statement with its policy type."""
    failure = parse(text)
    assert isinstance(failure, AccessDenied)
    for remedy in explain(text).remedies:
        if failure.policy_type in _LIMITS:
            assert remedy.policy is None
        if remedy.statement is not None:
            assert remedy.layer == failure.policy_type
            # AWS accepts no Allow in a resource control policy.
            assert (remedy.layer, remedy.statement["Effect"]) != ("resource_control", "Allow")
            validate_statement(remedy.statement, remedy.layer)


@given(st.one_of(bare_denials, known.map(lambda case: case.text)))
def test_every_policy_document_is_valid(text: str) -> None:
    for remedy in explain(text).remedies:
        if remedy.policy is not None:
            validate(remedy.policy, remedy.layer)


@given(bare_denials)
def test_policy_is_not_broader_than_the_denial(text: str) -> None:
    """Action and resource are the denied ones, or the resource is * with a step that says why."""
    failure = parse(text)
    assert isinstance(failure, AccessDenied)
    explanation = explain(failure)
    for layer, statement in _statements(explanation):
        if layer == "role_trust":
            continue
        actions = _many(statement["Action"])
        assert [each.lower() for each in actions] == [(failure.action or "").lower()]
        for resource in _many(statement["Resource"]):
            if resource == "*":
                action = find_action(actions[0])
                key_policy = layer == "resource" and actions[0].startswith("kms:")
                assert key_policy or (action is not None and action.only_wildcard)
                assert any("*" in step for remedy in explanation.remedies for step in remedy.steps)
            elif not find_placeholders(resource) and (failure.resource or "").startswith("arn:"):
                assert resource in (failure.resource, (failure.resource or "").partition("/")[0])


@given(st.lists(bare_denials, max_size=12), st.randoms())
def test_one_policy_for_many_denials(texts: list[str], random: Any) -> None:  # noqa: ANN401
    """Each policy allows only what an Allow can grant, in any order, with unique Sids."""
    failures = [failure for text in texts for failure in scan(text)]
    policies = policies_by_principal(failures)
    shuffled = list(failures)
    random.shuffle(shuffled)
    assert policies_by_principal(shuffled) == policies
    assert policies_by_principal([*failures, *failures]) == policies
    for principal, policy in policies.items():
        if principal:
            assert policy_for(failures, principal=principal) == policy
        _check_policy(policy, [each for each in failures if _is_of(each, principal, policies)])
        parts = policies_for(failures, principal=principal, limit=512) if principal else ()
        for part in parts:
            single = len(part["Statement"]) == 1
            assert single or len(json.dumps(part, separators=(",", ":"))) <= 512
            validate(part, "identity")


def _is_of(failure: Failure, principal: str, policies: dict[str, Any]) -> bool:
    """Return whether a denial can be in a principal's policy, by the name at the end of its ARN."""
    if not isinstance(failure, AccessDenied):
        return False
    if failure.principal is None:
        return not principal or "" not in policies
    return bool(principal) and principal.rpartition("/")[2] in failure.principal


def _check_policy(policy: dict[str, Any], failures: list[Failure]) -> None:
    helped = {
        (each.action or "").lower()
        for each in failures
        if isinstance(each, AccessDenied)
        and each.deny != "explicit"
        and each.policy_type in (None, "identity")
    }
    validate(policy, "identity")
    allowed = {action.lower() for statement in policy["Statement"] for action in _many(statement["Action"])}
    assert allowed <= helped


@given(st.one_of(known.map(lambda case: case.text), soup, st.text()))
def test_any_text_can_be_explained(text: str) -> None:
    """No text raises, and every format of the explanation can be rendered and encoded."""
    explanation = explain(text)
    for form in (
        str(explanation),
        explanation.to_markdown(),
        explanation.to_html(),
        explanation.to_html(page=True),
    ):
        form.encode()
    json.dumps(explanation.to_dict()).encode()
    assert (explanation.failure is None) == (parse(text) is None)


@check_rows("case", ALONE, ids=lambda case: case.facts["kind"])
def test_failures_without_an_envelope_are_explained(case: Case) -> None:
    explanation = explain(case.text)
    assert explanation.failure is not None
    assert explanation.causes
    assert explanation.remedies


@given(known)
def test_every_failure_has_a_cause_and_a_remedy(case: Case) -> None:
    explanation = explain(case.text)
    failure: Failure | None = explanation.failure
    assert failure is not None
    assert explanation.summary.endswith((".", "!", "?")), explanation.summary
    assert explanation.causes, explanation
    assert explanation.remedies, explanation
    for cause in explanation.causes:
        assert cause.evidence in ("reported", "derived", "possible"), "no facts were given"
    for remedy in explanation.remedies:
        assert remedy.url is None or remedy.url.startswith("https://")


def test_boxes_with_the_line_ends_of_windows() -> None:
    """An empty line of such a box has a carriage return."""
    denial = "User: arn:aws:iam::111122223333:user/kim is not authorized to perform: eks:CreateAccessEntry on resource: arn:aws:eks:eu-west-1:111122223333:cluster/bay"
    box = (
        f"╷\n│ Error: creating EKS Access Entry: AccessDeniedException: {denial}\n│\n│   with module.eks,\n╵"
    )
    assert explain(box.replace("\n", "\r\n")).summary == explain(box).summary
