"""Calls of STS that something else answered: S3, other software, a proxy; not STS's own refusals.

STS answers in XML of its own, and to every method that SDKs use. Which settings lead elsewhere:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import AWS_COMPATIBLE, error_code, safe_name

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

__all__ = ("explain_not_sts", "is_not_sts")

_OPERATIONS = frozenset(
    {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetCallerIdentity", "GetSessionToken"}
)
_NO_METHOD = frozenset({"405", "MethodNotAllowed"})
_UNREAD = "SerializationError"  # of Go's first SDK
# Go's first SDK names no operation, but which of its providers failed.
_ASKED_STS = re.compile(r"WebIdentityErr|\bSTS: (?:AssumeRole|GetCallerIdentity)")
_URL = re.compile(r"https?://([A-Za-z0-9][\w.-]{0,252}(?::\d{1,5})?)(?!/doc/|[\w.-])", re.ASCII)
_STS = re.compile(r"sts(?:-fips)?\.|[\w-]{1,80}\.sts\.", re.ASCII)


def is_not_sts(case: Case[AwsError], message: str) -> bool:
    """Tell whether a call of STS got an answer that is none of STS's."""
    envelope = case.failure.envelope
    if envelope.operation not in _OPERATIONS and envelope.service != "sts" and not _ASKED_STS.search(message):
        return False
    code = error_code(case.failure)
    if envelope.status_code == 405 or code in _NO_METHOD:
        return True
    return code == _UNREAD and "marshal" in message


def explain_not_sts(case: Case[AwsError], message: str) -> Explanation:
    """Explain that what answered is not STS, and which settings lead there."""
    code, status = error_code(case.failure), case.failure.envelope.status_code
    host = next(filter(None, map(safe_name, _URL.findall(message))), None)
    right = host is not None and _STS.match(host) is not None
    other = host is not None and not right
    unread = code == _UNREAD
    lines: list[str] = []
    if unread:
        lines.append("The SDK could not read the answer, whose form is known.")
    if status == 405 or code in _NO_METHOD:
        lines.append(
            "The answer is 405, MethodNotAllowed: S3 and web servers say so to a call of STS, and STS does not."
        )
    if host is not None:
        lines.append(f"The text names the host {host}{', which is none of STS' if other else ''}.")
    setting = Cause(
        "endpoint-set",
        "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS or endpoint_url is set, or code gives one endpoint to all clients: that of S3 or of other storage, which then counts for STS too.",
        "possible",
        ("The text names other software that speaks as AWS does.",)
        if AWS_COMPATIBLE.search(case.text)
        else (),
    )
    proxy = Cause("proxy-answers", "A proxy on the way to STS gave an answer of its own.", "possible")
    return Explanation(
        failure=case.failure,
        topic="not-sts",
        summary=f"The call of STS was answered by something else{f', {host}' if other else ''}.",
        causes=(
            Cause("not-sts", "What answered is not STS.", "derived", tuple(lines)),
            *((proxy, setting) if right else (setting, proxy)),
        ),
        remedies=(
            Remedy(
                title="See to which host the call of STS goes",
                who="you",
                steps=(
                    "Look for AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_STS in the environment, for endpoint_url in the profile, and for an endpoint in the program's own settings.",
                    "Set the endpoint of other storage for S3 alone: AWS_ENDPOINT_URL_S3, or the client of S3 in the code. AWS SDK for Go v1 gives the endpoint of a session to all clients, that of STS too.",
                    "Software that is not AWS's needs no role of IAM: give it its own keys, and take AWS_ROLE_ARN out of its environment.",
                ),
                commands=("env | grep AWS_ENDPOINT_URL", "aws configure get endpoint_url"),
                url=pages.SDK_ENDPOINTS,
            ),
        ),
        notes=("No policy helps: the call did not reach IAM.",),
    )
