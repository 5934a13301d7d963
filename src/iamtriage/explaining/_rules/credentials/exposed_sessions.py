"""Warn of temporary credentials that a text shows with their session token, and say how to end their sessions."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import IdentityCenterRole, User
from iamtriage.explaining._rules.basics import Case, Explanation
from iamtriage.explaining._rules.credentials.keys.access_keys import shows_secret
from iamtriage.explaining._rules.shared.principals.principal_words import describe_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.failures._failures import Failure

# Not the example of the AWS documentation.
_KEY_ID = lazy_pattern(r"(?<![A-Za-z0-9/+])ASIA(?!IOSFODNN7EXAMPLE)[A-Z0-9]{16}(?![A-Za-z0-9/+=])")
_TOKEN = lazy_pattern(
    r"(?i:(?:session|security)[_-]?token|\"token\")[\"'\\]{0,2}[\s:=>,]{1,8}[\"'\\]{0,2}(?=[A-Z0-9/+]{0,39}[a-z])(?=[a-z0-9/+]{0,39}[A-Z])"
    r"[A-Za-z0-9/+]{40,4000}+={0,2}(?![.…*<\[$])"
)
_ROLE = lazy_pattern(r":assumed-role/([\w+=,.@-]{1,64})/")


def add_exposed_session(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Add to an explanation how to end the session whose key, secret and token the text shows, unless it has expired."""
    is_over = explanation.failure is not None and explanation.failure.kind == "expired_credentials"
    shows_all = _KEY_ID.search(case.text) and _TOKEN.search(case.text) and shows_secret(case.text)
    if is_over or not shows_all:
        return explanation
    role = underlying_role(case.principal)
    # The caller can have assumed the role of the credentials.
    is_own = {*_ROLE.findall(case.text)} == ({role.name} if role else set())
    owner = case.principal if is_own else None
    place = "policies of the user" if isinstance(owner, User) else None
    if is_own and isinstance(role, IdentityCenterRole):
        place = f"inline policy of the permission set {role.permission_set}: IAM cannot change its role"
    denied = "all calls of sessions from before that moment (aws:TokenIssueTime)"
    revoke = account_remedy(
        f"Revoke the sessions of {describe_principal(owner, 'the role behind the credentials')} if others can read the text",
        f"Deny {denied} in the {place}."
        if place
        else f"In the IAM console, use the tab Revoke sessions of the role: its policy AWSRevokeOlderSessions denies {denied}. Programs and people then assume the role again.",
        "Nobody can deactivate or delete a temporary key (ASIA…). Remove the credentials from the text, too.",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html",
    )
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} The text also shows temporary credentials: whoever reads it can use them until they expire.",
        remedies=(*explanation.remedies[:1], revoke, *explanation.remedies[1:]),
    )
