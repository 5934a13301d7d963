"""Explain calls that got no answer from the endpoint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import code_evidence, safe_code
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.certificates import (
    CERTIFICATE_ERROR,
    PROXY_STEP,
    untrusted_certificate_cause,
)
from iamtriage.explaining._rules.shared.clues import error_code, find_aws_hosts, find_region, quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.sts.findings import UNREACHABLE_CODES, diagnose_sts_call

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

__all__ = ("explain_no_answer",)

_INVALID_HEADER = re.compile(
    r"invalid header field value|Invalid header value|Illegal (?:character|header)|InvalidHeader|invalid character in header",
    re.IGNORECASE,
)
_NAME_RESOLUTION = re.compile(
    r"no such host|ENOTFOUND|EAI_AGAIN|[Nn]ame or service not known|nodename nor servname|getaddrinfo|[Ff]ailed to resolve"
    r"|[Uu]nable to resolve|[Cc]ould not resolve|NameResolutionError|UnknownHostException|name resolution|dns error"
)
_PROXY = re.compile(
    r"ProxyConnection|connect to proxy|proxyconnect|Tunnel connection failed|407 Proxy|Proxy Authentication",
    re.IGNORECASE,
)
_TIMEOUT = re.compile(r"[Tt]ime(?:d )?-?out|ETIMEDOUT|deadline exceeded", re.ASCII)
_CONNECTION_REFUSED = re.compile(
    r"ECONNREFUSED|[Cc]onnection refused|[Cc]onnection (?:was )?(?:reset|closed)|ECONNRESET|\bEOF\b"
)
_NOT_A_POLICY = "The call reached no one, so no policy has a say in it."


def explain_no_answer(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a call got no answer."""
    if _INVALID_HEADER.search(message):
        return _explain_invalid_header(case, message)
    host = next(iter(find_aws_hosts(message)), None)
    cause = _network_cause(message, host)
    if cause is None and case.failure.envelope.status_code != 0 and not error_code(case.failure):
        return _explain_unknown_error(case)
    findings = diagnose_sts_call(case, codes=UNREACHABLE_CODES)
    cause = cause or Cause(
        "no-answer", "The call got no answer.", "derived", code_evidence(case.failure, is_from_sdk=True)
    )
    return Explanation(
        failure=case.failure,
        topic="no-answer",
        summary=f"The call to {host or 'AWS'} got no answer.",
        causes=(
            cause,
            *findings.causes,
            Cause(
                "no-way-out",
                "Security groups, network rules, routes or a proxy keep the call from it.",
                "possible",
            ),
            *_related_causes(message),
        ),
        remedies=(*findings.remedies, _test_connection_remedy(case, host, message)),
        notes=(_NOT_A_POLICY,),
    )


def _network_cause(message: str, host: str | None) -> Cause | None:
    """Return the network error that the message reports."""
    because = () if host is None else (f"The text names the host {host}.",)
    if _PROXY.search(message):
        return Cause(
            "proxy", "The proxy did not let the call through, or could not be reached.", "derived", because
        )
    if _NAME_RESOLUTION.search(message):
        return Cause(
            "name-unknown", "The host's name has no address where the call runs.", "derived", because
        )
    if CERTIFICATE_ERROR.search(message):
        return untrusted_certificate_cause(because)
    if _CONNECTION_REFUSED.search(message):
        return Cause("connection-refused", "The connection was refused or cut.", "derived", because)
    if _TIMEOUT.search(message):
        return Cause("timeout", "No answer came in time.", "derived", because)
    return None


def _related_causes(message: str) -> tuple[Cause, ...]:
    if _NAME_RESOLUTION.search(message) or "onnect to the endpoint URL" in message:
        return (
            Cause(
                "no-such-host",
                "Region or service is mistyped, or the service is not in the region, so there is no such host.",
                "possible",
            ),
            Cause("dns", "The DNS of the network does not answer for names of AWS.", "possible"),
        )
    if CERTIFICATE_ERROR.search(message):
        return (
            Cause(
                "inspecting-proxy",
                "A proxy that looks into connections shows a certificate of its own.",
                "possible",
            ),
        )
    return ()


def _test_connection_remedy(case: Case[AwsError], host: str | None, message: str) -> Remedy:
    name = host or "HOST"
    steps = [
        "Run both where the call runs. An answer of any kind, also an error, shows that the way is open.",
        "In a VPC without a way to the internet, the service needs a VPC endpoint with private DNS, whose security group lets port 443 in.",
    ]
    if _PROXY.search(message) or CERTIFICATE_ERROR.search(message):
        steps.append(PROXY_STEP)
    region = commands.region(find_region(case))
    return Remedy(
        title="Try the way to the host",
        who="you",
        steps=tuple(steps),
        commands=(
            fill_command("nslookup {}", name),
            fill_command("curl --silent --head --max-time 10 {}", f"https://{name}"),
            fill_command("aws ec2 describe-vpc-endpoints --region {}", region),
        ),
        url=pages.VPC_ENDPOINTS,
    )


def _explain_invalid_header(case: Case[AwsError], message: str) -> Explanation:
    return Explanation(
        failure=case.failure,
        topic="key-with-blanks",
        summary="The credentials hold characters that cannot be sent, so no call was made.",
        causes=(
            Cause(
                "key-with-blanks",
                "The key id, secret or session token has a line end, a control character or a letter that no header takes.",
                "derived",
                quote_phrases(message, "invalid header field value", "Invalid header value"),
            ),
        ),
        remedies=(
            Remedy(
                title="Set the credentials again, with nothing around them",
                who="you",
                steps=(
                    "Copy key id, secret and session token anew, without blanks, line ends and quotes.",
                    "Look at files that Windows wrote, at CI secrets, and at Kubernetes Secrets made with echo: echo adds a line end, printf does not.",
                ),
                commands=("aws configure list",),
                url=pages.ACCESS_KEYS,
            ),
        ),
        notes=(_NOT_A_POLICY,),
    )


def _explain_unknown_error(case: Case[AwsError]) -> Explanation:
    operation = safe_code(case.failure.envelope.operation)
    call = f"The call {operation}" if operation else "A call of AWS"
    return Explanation(
        failure=case.failure,
        topic="aws-error",
        summary=f"{call} failed, and the text gives no code for it.",
        causes=(
            Cause(
                "aws-error",
                "What stands in the text speaks of no missing permission.",
                "derived",
                code_evidence(case.failure),
            ),
        ),
        remedies=(
            Remedy(
                title="Get the whole answer",
                who="you",
                steps=("Run the call again with more of a log: AWS's code and sentence say what is wrong.",),
                commands=("aws sts get-caller-identity --debug",),
                url=pages.API_REFERENCES,
            ),
        ),
    )
