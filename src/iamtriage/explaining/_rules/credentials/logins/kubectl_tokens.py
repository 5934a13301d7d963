"""Connect a login that the API server rejects with the credentials that AWS rejects, too.

kubectl signs its token with the credentials of the shell. The command ``aws eks get-token`` calls nothing, so the API
server is the first to reject them, with the status 401:
https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.failures._failures import Failure

__all__ = ("add_rejected_login", "has_rejected_credentials")

# An error of a call that needs only valid credentials, or one about the cluster.
_REJECTED = lazy_pattern(
    r"\((?:ExpiredToken(?:Exception)?|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch)\)"
    r" when calling the (?:GetCallerIdentity|DescribeCluster|ListClusters|\w{1,20}AccessEntr\w{1,3}) operation"
)
_LOGIN = lazy_pattern(
    r"You must be logged in to the server|the server has asked for the client to provide credentials"
)
# What shows that later calls have other credentials.
_NEW_CREDENTIALS = lazy_pattern(
    r"Successfully logged in|:assumed-role/[\w+=,.@-]{1,64}/|[$#%>❯] aws (?:sso )?login\b"
    r"|^[^\n]{0,60}(?:\b(?:export|unset|setx?) |\$env:)AWS_(?:ACCESS_KEY_ID|SESSION_TOKEN|PROFILE)\b|^[\s{]{0,8}\"[Aa]rn\":",
    re.MULTILINE,
)
_CALL = lazy_pattern(r"^[^\n]{0,200}\baws (?:sts|eks|configure) [^\n]*$", re.MULTILINE)
_PROFILE = r"[\"']?(?P<name>[\w.@:+/-]{1,64})[\"']?"
_PROFILE_OF_CALL = lazy_pattern(
    rf" --profile[ =]{_PROFILE}|\bAWS_PROFILE={_PROFILE.replace('name', 'variable')} aws ", re.ASCII
)
# What shows that kubectl uses a profile.
_PROFILE_OF_LOGIN = lazy_pattern(
    rf"\bAWS_PROFILE[\"']?(?:[=:]|\s{{1,20}}value:) ?{_PROFILE}(?! aws )|\bupdate-kubeconfig\b[^\n]{{0,300}}? --profile[ =]{_PROFILE.replace('name', 'written')}",
    re.ASCII,
)
_CHARS_BEFORE = 2_000
_KINDS = frozenset({"expired_credentials", "invalid_credentials", "signature_mismatch"})


def has_rejected_credentials(text: str, login: int) -> bool:
    """Return whether AWS rejects the credentials with which kubectl signed the token of the login at a position."""
    found = list(_REJECTED.finditer(text))
    if not found:
        return False
    # Credentials that are rejected after the login were no better at the login.
    last = found[-1]
    start, end = (last.end(), login) if last.start() < login else (login, last.start())
    if _is_of_other_profile(text, last.start()):
        return False
    return not (_NEW_CREDENTIALS.search(text, start, end) or _NEW_CREDENTIALS.search(text, last.end()))


def _is_of_other_profile(text: str, position: int) -> bool:
    """Return whether the call before a position names a profile, and nothing shows that kubectl uses it, too."""
    calls = list(_CALL.finditer(text, max(position - _CHARS_BEFORE, 0), position))
    named = _PROFILE_OF_CALL.search(calls[-1][0]) if calls else None
    used = {each["name"] or each["written"] for each in _PROFILE_OF_LOGIN.finditer(text)}
    return named is not None and (named["name"] or named["variable"]) not in used


def add_rejected_login(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Add that the API server rejects the login of kubectl for the same reason."""
    text, found = case.failure.text, _LOGIN.search(case.failure.text)
    if found is None or case.failure.kind not in _KINDS or not has_rejected_credentials(text, found.start()):
        return explanation
    quoted = f'The text says "{found[0]}".'
    first = explanation.causes[0]
    if quoted in first.because:
        return explanation
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} kubectl signs its token with the same credentials, so its 401 has this cause, too.",
        causes=(attrs.evolve(first, because=(*first.because, quoted)), *explanation.causes[1:]),
        notes=("Neither an access entry nor aws-auth has to change for this.", *explanation.notes),
    )
