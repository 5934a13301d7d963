"""Helpers that call the rules for Kubernetes and EKS directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

from iamtriage import parse
from iamtriage.explaining._additions.remedy_values import fill_remedies
from iamtriage.explaining._context.resolving import resolve_facts
from iamtriage.explaining._given_facts import build_facts
from iamtriage.explaining._rules.calls.names.invalid_arns import explain_invalid_arn
from iamtriage.explaining._rules.kubernetes.access_entries import explain_access_entry
from iamtriage.explaining._rules.kubernetes.console.eks_console import explain_eks_console
from iamtriage.explaining._rules.kubernetes.forbidden import explain_forbidden
from iamtriage.explaining._rules.kubernetes.unauthorized import explain_unauthorized
from iamtriage.explaining._rules.shared.cases import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from iamtriage import Failure
    from iamtriage.explaining import Explanation

RULES = {
    "kubernetes_forbidden": explain_forbidden,
    "kubernetes_unauthorized": explain_unauthorized,
    "console_kubernetes_access": explain_eks_console,
    "access_entry": explain_access_entry,
    "invalid_arn": explain_invalid_arn,
}


def explained(text: str, facts: Mapping[str, object] | None = None) -> Explanation:
    """Explain the failure in a text with the rule for its kind."""
    failure = parse(text)
    assert failure is not None, text
    return explained_failure(failure, facts)


def explained_failure(failure: Failure, facts: Mapping[str, object] | None = None) -> Explanation:
    """Explain a failure with the rule for its kind, with the placeholders of its remedies filled."""
    rule = cast("Callable[[Case[Failure]], Explanation]", RULES[failure.kind])
    known = build_facts(facts)
    explanation = rule(Case(failure, known))
    remedies = fill_remedies(explanation, resolve_facts(failure, known), None)
    return attrs.evolve(explanation, remedies=remedies)


def codes(explanation: Explanation) -> list[tuple[str, str]]:
    """Return the code and evidence of each cause."""
    return [(cause.code, cause.evidence) for cause in explanation.causes]


def commands(explanation: Explanation) -> list[str]:
    """Return all commands, in order."""
    return [command for remedy in explanation.remedies for command in remedy.commands]
