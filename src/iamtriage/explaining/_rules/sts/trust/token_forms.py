"""Correct issuers, subjects and condition keys that no token has: their form is wrong, or IAM has no key for the claim.

Sources: https://docs.github.com/en/actions/reference/security/oidc,
https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html,
https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html and
https://docs.gitlab.com/ci/secrets/id_token_authentication/.
"""

from __future__ import annotations

from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value

GITHUB = "token.actions.githubusercontent.com"
"""The issuer of GitHub's tokens."""
_REGION = r"[a-z]{2}(?:-[a-z]{3,5})?-[a-z]{4,9}-[0-9]"
POD_SUBJECT = "system:serviceaccount:"
"""The start of the subject of a pod's token."""
_UUID = lazy_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CIRCLECI = lazy_pattern(rf"oidc\.circleci\.com/org/({_UUID.pattern})/?")


def organization_of(issuer: str) -> str | None:
    """Return the organization of CircleCI whose tokens an issuer issues. Its ID is their audience, too.

    https://circleci.com/docs/openid-connect-tokens/

    >>> organization_of("oidc.circleci.com/org/0a1b2c3d-1111-2222-3333-444455556666")
    '0a1b2c3d-1111-2222-3333-444455556666'
    """
    found = _CIRCLECI.fullmatch(issuer.lower())
    return None if found is None else found[1]


@attrs.frozen(eq=False, repr=False)
class TrustProblem(Value):
    """A mistake in a trust policy, with which no token is accepted."""

    text: str
    title: str
    step: str
    fixed: dict[str, Any] | None = None
    commands: tuple[str, ...] = ()
    is_for_pod_identity: bool = False
