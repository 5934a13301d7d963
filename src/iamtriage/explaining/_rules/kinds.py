"""Explain a failure with the rule for its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.loading import load_rule

if TYPE_CHECKING:
    from iamtriage.explaining._facts import Facts
    from iamtriage.explaining._rules.basics import Explanation
    from iamtriage.failures._failures import Failure

# The rule for each kind of failure, by its name below _rules.
_RULES = {
    "access_denied": "denials.dispatch.explain_denial",
    "kubernetes_forbidden": "kubernetes.forbidden.explain_forbidden",
    "kubernetes_unauthorized": "kubernetes.unauthorized.explain_unauthorized",
    "console_kubernetes_access": "kubernetes.console.eks_console.explain_eks_console",
    "access_entry": "kubernetes.access_entries.explain_access_entry",
    "invalid_arn": "calls.names.invalid_arns.explain_invalid_arn",
    "invalid_identity_token": "credentials.tokens.identity_tokens.explain_identity_token",
    "credential_scope": "sts.credential_scopes.explain_credential_scope",
    "expired_credentials": "credentials.expired.explain_expired_credentials",
    "invalid_credentials": "credentials.invalid_credentials.explain_invalid_credentials",
    "signature_mismatch": "credentials.signatures.explain_signature",
    "missing_credentials": "credentials.missing_credentials.explain_missing_credentials",
    "region_disabled": "sts.rejected_calls.explain_region_disabled",
    "access_key_quota": "credentials.keys.access_keys.explain_key_quota",
    "malformed_policy": "calls.policies.malformed_policies.explain_malformed_policy",
    "aws_error": "calls.api_errors.explain_api_error",
}


def explain_failure(failure: Failure, facts: Facts) -> Explanation:
    """Explain a failure with the rule for its kind."""
    case = Case(failure, facts)
    explanation: Explanation = load_rule(_RULES[failure.kind])(case)
    return explanation
