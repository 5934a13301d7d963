"""Explains signatures for another region or service than that of the host; STS's global host above all.

The page is https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html, its last section.
What concerns STS is found by ``sts_diagnosis``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import (
    find_aws_hosts,
    find_profile,
    mentions_kubernetes,
    message_text,
    quote_phrases,
)
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.sts.findings import TITLES, sts_findings
from iamtriage.sts._evidence import ANNOTATION, GLOBAL_HOST, Known, resolved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import CredentialScope

__all__ = ("explain_scope",)

_NOT = re.compile(r"scoped to (?:a )?(?:valid|correct) [Rr]egion, not '([a-z0-9-]{1,40})'", re.ASCII)
_EXPECTING = re.compile(r"the region '([a-z0-9-]{1,30})' is wrong; expecting '([a-z0-9-]{1,30})'", re.ASCII)
_SERVICE = re.compile(r"scoped to (?:a )?(?:valid|correct) service(?:: ?'([a-z0-9-]{1,30})')?", re.ASCII)
_SENTENCES = (
    "Credential should be scoped to a valid region",
    "Credential should be scoped to a valid Region",
    "Credential should be scoped to correct service",
    "authorization header is malformed",
)
_USUAL = Cause(
    "global-host-regional-credentials",
    "The code calls the global host of STS with signatures for a region.",
    "possible",
    (f"The host {GLOBAL_HOST} takes signatures for us-east-1 alone.",),
)
_NOTE = "No IAM policy helps here: AWS refuses the signature before it looks at permissions."


def explain_scope(case: Case[CredentialScope]) -> Explanation:
    """Say for which region or service the call was signed, and for which it should be."""
    message = message_text(case)
    expected = _EXPECTING.search(message)
    if expected is not None:
        return _bucket(case, expected[1], expected[2])
    service = _SERVICE.search(message)
    if service is not None:
        return _service(case, message, service[1])
    signed = _NOT.search(message)
    signed_for = signed[1] if signed and resolved(signed[1]) is not None else None
    hosts = find_aws_hosts(message)
    other = [host for host in hosts if not host.startswith("sts")]
    failure = case.failure
    # The rules of STS take a failure that names no service for one of STS, where most of these come from.
    of_sts = Known(failure=failure).scope_failure is not None
    if of_sts and not (failure.envelope.service is None and failure.envelope.operation is None and other):
        return _sts(case, signed_for, is_global=GLOBAL_HOST in hosts)
    return _region(case, message, signed_for)


def _because(signed_for: str | None) -> tuple[str, ...]:
    return () if signed_for is None else (f"AWS says that the signature is for {signed_for}.",)


# ------------------------------------------------ STS


def _sts(case: Case[CredentialScope], signed_for: str | None, *, is_global: bool) -> Explanation:
    because = _because(signed_for)
    if is_global:
        because += (f"The text names the host {GLOBAL_HOST}, which takes signatures for us-east-1.",)
    found = sts_findings(
        case,
        sentences=_SENTENCES,
        because=because,
        region=signed_for if is_global else None,
        endpoint=f"https://{GLOBAL_HOST}" if is_global else None,
        home=signed_for,
    )
    envelope = case.failure.envelope
    call = "The call of STS" if is_global or envelope.service or envelope.operation else "The call"
    in_pods = mentions_kubernetes(case)
    causes = [_without_pods(cause, in_pods=in_pods) for cause in found.causes]
    if not any(cause.code == _USUAL.code for cause in causes):
        causes.append(_USUAL)
    return Explanation(
        failure=case.failure,
        topic="sts-endpoint",
        summary=f"{call} is signed for another region than that of the host which it reaches.",
        causes=tuple(causes),
        remedies=(*_each_once((*found.remedies, _regional(case, signed_for))), _in_pods(case)),
        notes=(
            f"SDKs call STS's regional hosts by default since July 2025. A URL of the global host, https://{GLOBAL_HOST}, in code or settings goes against that.",
            _NOTE,
        ),
    )


def _regional(case: Case[CredentialScope], signed_for: str | None) -> Remedy:
    host = resolved(case.facts.region or signed_for or "")
    url = "https://sts.REGION.amazonaws.com" if host is None or host.is_global else host.url
    return Remedy(
        title=TITLES["code"],
        who="you",
        steps=(
            f"Look for {GLOBAL_HOST} in code, in AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, and in the profile's endpoint_url, and take it out.",
            f"Where a URL has to be given, give a regional one: {url}.",
            "Be ready to call another region when one fails: iamtriage.boto.sts_client does that in Python.",
        ),
        commands=(
            "env | grep -e AWS_ENDPOINT_URL -e AWS_STS_REGIONAL_ENDPOINTS -e AWS_REGION -e AWS_DEFAULT_REGION",
        ),
        url=pages.STS_REGIONS,
    )


def _in_pods(case: Case[CredentialScope]) -> Remedy:
    account = case.facts.service_account
    name = "SERVICE_ACCOUNT" if account is None else commands.kubernetes_name(account)
    namespace = commands.namespace(case.facts.namespace)
    return Remedy(
        title="In pods of EKS: or let the service account's calls go to the global host",
        who="you",
        steps=(
            "With the annotation set to false, EKS adds no AWS_STS_REGIONAL_ENDPOINTS to new pods. That is enough for old SDKs alone.",
            "SDKs that are regional by themselves need the variable set to legacy, or a client of us-east-1.",
        ),
        commands=(
            command(
                *("kubectl", "annotate", "serviceaccount", name, "--namespace", namespace, "--overwrite"),
                f"{ANNOTATION}=false",
            ),
            command(
                "kubectl",
                "set",
                "env",
                "deployment/NAME",
                "--namespace",
                namespace,
                "AWS_STS_REGIONAL_ENDPOINTS=legacy",
            ),
            command("kubectl", "rollout", "restart", "deployment/NAME", "--namespace", namespace),
        ),
        url=pages.EKS_STS,
    )


def _each_once(remedies: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """Give each remedy once: causes share them."""
    seen: dict[str, Remedy] = {}
    for remedy in remedies:
        known = seen.get(remedy.title)
        if known is None:
            seen[remedy.title] = remedy
        else:
            steps = tuple(dict.fromkeys((*known.steps, *remedy.steps)))
            added = tuple(dict.fromkeys((*known.commands, *remedy.commands)))
            seen[remedy.title] = attrs.evolve(known, steps=steps, commands=added)
    return tuple(seen.values())


def _without_pods(cause: Cause, *, in_pods: bool) -> Cause:
    """Leave out what EKS does where nothing speaks of pods."""
    if in_pods:
        return cause
    return attrs.evolve(cause, because=tuple(line for line in cause.because if not line.startswith("EKS ")))


# ------------------------------------------------ other services


def _bucket(case: Case[CredentialScope], signed: str, expected: str) -> Explanation:
    region, profile = commands.region(expected), find_profile(case)
    return Explanation(
        failure=case.failure,
        topic="wrong-signing-region",
        summary=f"The request is signed for {signed}, and the bucket or host is in {expected}.",
        causes=(
            Cause(
                "wrong-signing-region",
                f"The client's region is {signed}, and it has to be {expected}.",
                "reported",
                (f"AWS says: the region '{signed}' is wrong; expecting '{expected}'.",),
            ),
        ),
        remedies=(
            Remedy(
                title=f"Give the client the region {region}",
                who="you",
                steps=(
                    "Set it where the client is made, in the profile, or in AWS_REGION and AWS_DEFAULT_REGION.",
                    "An endpoint URL in code or settings has to be that region's, too.",
                ),
                commands=(
                    credential_remedies.with_profile(profile, "aws", "configure", "set", "region", region),
                ),
                url=pages.SIGNATURES,
            ),
        ),
        notes=(_NOTE,),
    )


def _service(case: Case[CredentialScope], message: str, expected: str | None) -> Explanation:
    wanted = (
        f"The host wants signatures for {expected}"
        if expected
        else "The host wants signatures for its own service"
    )
    return Explanation(
        failure=case.failure,
        topic="wrong-signing-service",
        summary="The request is signed for another service than that of the host which it reaches.",
        causes=(
            Cause(
                "wrong-signing-service",
                f"{wanted}, and the call is signed for another.",
                "reported",
                (f"AWS says: Credential should be scoped to correct service: '{expected}'.",)
                if expected
                else quote_phrases(message, *_SENTENCES),
            ),
            Cause(
                "endpoint-of-other-service",
                "The endpoint URL that is set is that of another service than the client's.",
                "possible",
                ("AWS_ENDPOINT_URL holds for the clients of all services.",),
            ),
            Cause(
                "signed-by-hand", "Code or a proxy that signs by itself names the wrong service.", "possible"
            ),
        ),
        remedies=(credential_remedies.check_endpoint(), _sign_for(expected, None)),
        notes=(_NOTE,),
    )


def _region(case: Case[CredentialScope], message: str, signed_for: str | None) -> Explanation:
    hosts = find_aws_hosts(message)
    because = (
        *quote_phrases(message, *_SENTENCES),
        *_because(signed_for),
        *(f"The text names the host {host}." for host in hosts[:2]),
    )
    return Explanation(
        failure=case.failure,
        topic="wrong-signing-region",
        summary="The request is signed for another region than that of the host which it reaches.",
        causes=(
            Cause("wrong-signing-region", "The signature's region is not the host's.", "reported", because),
            Cause(
                "endpoint-of-other-region",
                "An endpoint URL in the code or settings is that of another region than the client's.",
                "possible",
            ),
            Cause(
                "global-service",
                "The service has one host for all regions, such as IAM, Route 53 or CloudFront, which takes signatures for us-east-1 alone.",
                "possible",
            ),
        ),
        remedies=(credential_remedies.check_endpoint(), _sign_for(None, signed_for)),
        notes=(_NOTE,),
    )


def _sign_for(service: str | None, signed_for: str | None) -> Remedy:
    steps = [
        "Drop the endpoint URL, and let the client find the host from its region.",
        "Or name the host's own region as the client's region.",
    ]
    if signed_for is not None:
        steps[1] = f"Or name the host's own region as the client's region in place of {signed_for}."
    if service is not None:
        steps.append(f"Where you sign by yourself, sign for the service {service}.")
    return Remedy(title="Let host and signature agree", who="you", steps=tuple(steps), url=pages.SIGNATURES)
