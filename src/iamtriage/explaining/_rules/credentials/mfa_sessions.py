"""Explain that IAM and STS reject the credentials of GetSessionToken without MFA, which other services accept.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html and
https://github.com/99designs/aws-vault/issues/260.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.credentials.rejected_requests import RejectedRequest
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials

_AWS_VAULT = lazy_pattern(
    r"\baws-vault (?:[\w-]+ )??exec (?P<options>(?:-[\w=-]{1,60} ){0,6})(?P<profile>[\w.@/-]{1,64})"
)
_GET_SESSION = lazy_pattern(r"\b(?:aws sts get-session-token\b|GetSessionToken\b|get_session_token\()")
# With a code of the device, or credentials that are not those of GetSessionToken.
_OTHER_SESSION = lazy_pattern(
    r"\bmfa_serial\b|\bmfa_process\b|--mfa-token\b|--token-code\b|\bTokenCode\b|--no-session\b|\brole_arn\b|\bsso_(?:session|start_url)\b"
)
# What a session may call, and what aws-vault itself calls with the keys.
_OTHER_CALLS = frozenset({"AssumeRole", "GetCallerIdentity", "GetFederationToken", "GetSessionToken"})
SESSION_WITHOUT_MFA = CauseType(
    "session-without-mfa",
    title="A session of GetSessionToken without MFA cannot call IAM",
    text="Temporary credentials of sts:GetSessionToken can call IAM only if the user passed an MFA code. Of the operations of STS, they can call AssumeRole and GetCallerIdentity. Other services accept them.",
    recognised_by="IAM or STS answers InvalidClientTokenId, and the text shows GetSessionToken or aws-vault exec without MFA.",
    fix="Pass an MFA code to GetSessionToken, use the keys of the user without a session, or assume a role.",
    sources=("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html",),
)


def explain_session_without_mfa(
    case: Case[InvalidCredentials], request: RejectedRequest
) -> Explanation | None:
    """Explain a session without MFA, if the call is one that it cannot make and the text shows the session."""
    service = case.facts.service or case.failure.envelope.service
    operation = case.operation
    if service not in {"iam", "sts"} or operation in _OTHER_CALLS or operation is None:
        return None
    vault = _AWS_VAULT.search(case.text)
    if request.code != "InvalidClientTokenId" or _OTHER_SESSION.search(case.text):
        return None
    if vault is None and _GET_SESSION.search(case.text) is None:
        return None
    whose = "the session that aws-vault creates" if vault else "a session of GetSessionToken"
    because = f"The text shows {'aws-vault exec, which calls GetSessionToken' if vault else 'GetSessionToken'}, and no MFA."
    api = service.upper()
    # Whoever calls GetSessionToken can have lost its token on the way.
    summary = f"{api} rejects only {whose}, because it was created without MFA"
    if vault is None:
        summary = f"Most likely, {summary}"
    return case.explain(
        f"{summary}: the access key itself is valid, and no permission is missing.",
        SESSION_WITHOUT_MFA.cause("derived" if vault else "possible", (because,)),
        topic="invalid-credentials",
        remedies=(_vault_remedy(vault["profile"], case) if vault else _SESSION_REMEDY,),
        notes=(
            f"{api} could not authenticate the session, so it evaluated no policy. A new access key or an Allow does not help.",
        ),
    )


_SESSION_REMEDY = your_remedy(
    "Create the session with MFA, or call without it",
    "Pass the ARN of the user's MFA device and a code to GetSessionToken, and use the credentials that it returns.",
    "Or call with the keys of the user, without AWS_SESSION_TOKEN, or assume a role that is allowed to make the call.",
    commands=("aws sts get-session-token --serial-number MFA_DEVICE_ARN --token-code MFA_CODE",),
    url=pages.MFA,
)


def _vault_remedy(profile: str, case: Case[InvalidCredentials]) -> Remedy:
    again = commands.repeat_command(context_of(case.facts).command)
    return your_remedy(
        f"Set mfa_serial in the profile {profile}, or run aws-vault without a session",
        "With mfa_serial, aws-vault asks for a code. The user needs an MFA device: list-mfa-devices prints its ARN.",
        "The option --no-session passes the keys themselves to the command, so use it only for such calls. Or set role_arn: the credentials of a role can call IAM.",
        commands=(
            f"aws-vault exec --no-session {profile} -- aws iam list-mfa-devices",
            f"aws configure set mfa_serial MFA_DEVICE_ARN --profile {profile}",
            *((f"aws-vault exec {profile} -- {again}",) if again and again.startswith("aws ") else ()),
        ),
        url="https://github.com/99designs/aws-vault/blob/master/USAGE.md",
    )
