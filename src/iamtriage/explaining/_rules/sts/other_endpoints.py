"""Explain STS calls that S3, other software or a proxy answered.

STS answers in its own XML, and accepts every HTTP method that SDKs use. The settings that redirect a call:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import AWS_COMPATIBLE, error_code, safe_name
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

__all__ = ("explain_non_sts_response", "is_non_sts_response")

_OPERATIONS = frozenset(
    {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetCallerIdentity", "GetSessionToken"}
)
_METHOD_NOT_ALLOWED = frozenset({"405", "MethodNotAllowed"})
_SERIALIZATION_ERROR = "SerializationError"  # from the AWS SDK for Go v1
# The AWS SDK for Go v1 names the credential provider that failed, not the operation.
_STS_CALL = lazy_pattern(r"WebIdentityErr|\bSTS: (?:AssumeRole|GetCallerIdentity)")
_URL = lazy_pattern(r"https?://([A-Za-z0-9][\w.-]{0,252}(?::\d{1,5})?)(?!/doc/|[\w.-])", re.ASCII)
_STS_HOST = lazy_pattern(r"sts(?:-fips)?\.|[\w-]{1,80}\.sts\.", re.ASCII)


ENDPOINT_SET = CauseType(
    "endpoint-set",
    title="An endpoint URL for another service is used for STS",
    text="An endpoint URL is set for all clients (AWS_ENDPOINT_URL, endpoint_url or code), such as that of S3 or S3-compatible storage, and applies to STS, too.",
    fix="Remove AWS_ENDPOINT_URL, or set it per service.",
    recognised_by="The text shows an endpoint URL.",
    sign=r"\bAWS_ENDPOINT_URL(?:_STS)?=\S{1,80}|\bendpoint_url ?[=:]|\bendpointUrl ?:",
    remedy="Check which host",
    of="not-sts",
)
PROXY_ANSWERS = CauseType(
    "proxy-answers",
    title="A proxy between the client and STS sent its own response",
    fix="Add the STS endpoint to NO_PROXY, or allow it in the proxy.",
    recognised_by="The text shows a proxy.",
    sign=r"\b(?:HTTPS?_PROXY|https?_proxy)=|\bX-Squid-Error\b|\bServer: squid/",
    of="not-sts",
)
NOT_STS = CauseType(
    "not-sts",
    title="Something other than STS answered",
    recognised_by="The response to an STS call has the form or the error code of another service, such as S3.",
    fix="Check the endpoint URL and the proxy of the client.",
    sources=(pages.SDK_ENDPOINTS,),
)


def is_non_sts_response(case: Case[AwsError], message: str) -> bool:
    """Return whether an STS call got a response that did not come from STS."""
    envelope = case.failure.envelope
    if envelope.operation not in _OPERATIONS and envelope.service != "sts" and not _STS_CALL.search(message):
        return False
    is_unreadable = error_code(case.failure) == _SERIALIZATION_ERROR
    return _is_method_not_allowed(case) or (is_unreadable and "marshal" in message)


def _is_method_not_allowed(case: Case[AwsError]) -> bool:
    return case.failure.envelope.status_code == 405 or error_code(case.failure) in _METHOD_NOT_ALLOWED


def explain_non_sts_response(case: Case[AwsError], message: str) -> Explanation:
    """Explain that something other than STS answered an STS call."""
    host = next(filter(None, map(safe_name, _URL.findall(message))), None)
    is_sts_host = host is not None and _STS_HOST.match(host) is not None
    is_other_host = host is not None and not is_sts_host
    because: list[str] = []
    if error_code(case.failure) == _SERIALIZATION_ERROR:
        because.append("The SDK could not parse the response.")
    if _is_method_not_allowed(case):
        because.append(
            "The response is 405 MethodNotAllowed: S3 and web servers answer an STS call that way, STS does not."
        )
    if host is not None:
        because.append(
            f"The text names the host {host}{', which is not an STS endpoint' if is_other_host else ''}."
        )
    setting = ENDPOINT_SET.cause(
        because=("The text names AWS-compatible software.",) if AWS_COMPATIBLE.search(case.text) else ()
    )
    proxy = PROXY_ANSWERS.cause()
    return case.explain(
        f"The STS call was answered by something else{f', {host}' if is_other_host else ''}.",
        NOT_STS.cause("derived", tuple(because)),
        *((proxy, setting) if is_sts_host else (setting, proxy)),
        remedies=(
            your_remedy(
                "Check which host the STS call goes to",
                "Look for AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_STS in the environment, endpoint_url in the profile, and an endpoint in the program's settings.",
                "Set the endpoint of S3-compatible storage for S3 only: AWS_ENDPOINT_URL_S3, or the S3 client in the code. AWS SDK for Go v1 uses a session's endpoint for all clients, including STS.",
                "S3-compatible software needs no IAM role: use its own keys, and remove AWS_ROLE_ARN from the environment.",
                commands=("env | grep AWS_ENDPOINT_URL", "aws configure get endpoint_url"),
                url=pages.SDK_ENDPOINTS,
            ),
        ),
        notes=("An IAM policy does not help: the call did not reach AWS.",),
    )
