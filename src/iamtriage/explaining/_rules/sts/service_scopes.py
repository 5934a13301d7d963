"""Explain signatures for another service than the endpoint's."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import repeat_command
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import CredentialScope

EXPECTED_SERVICE = lazy_pattern(
    r"scoped to (?:a )?(?:valid|correct) service(?:: ?'([a-z0-9-]{1,30})')?", re.ASCII
)
"""How AWS names the service that the endpoint expects."""
PHRASES = (
    "Credential should be scoped to a valid region",
    "Credential should be scoped to a valid Region",
    "Credential should be scoped to correct service",
    "authorization header is malformed",
)
"""How AWS reports the wrong scope of a signature."""
ENDPOINT_SETTING = r"--endpoint-url[ =]\S{1,80}|\bAWS_ENDPOINT_URL\w{0,40}=\S{1,80}|\bendpoint_url ?="
"""How a text sets an endpoint URL."""
# What curl -v prints of a request without a body. A query can contain a secret.
_TRACED = lazy_pattern(
    r"^> (?P<method>GET|DELETE) (?P<path>/[\w.~/%+-]{0,300})[ ?][^\n]{0,300}\n(?:> [^\n]{0,300}\n){0,10}?> [Hh]ost: (?P<host>[a-z0-9.-]{4,253})",
    re.ASCII | re.MULTILINE,
)
# Services without clients in the SDKs -> the action that they check after the signature.
_ACTIONS = {
    "aoss": "aoss:APIAccessAll", "appsync": "appsync:GraphQL", "es": "es:ESHttp*",
    "execute-api": "execute-api:Invoke", "vpc-lattice-svcs": "vpc-lattice-svcs:Invoke",
}  # fmt: skip
SIGNED_BY_HAND = CauseType(
    "custom-signing",
    title="Custom signing code or a signing proxy names the wrong service",
    fix="Let an AWS SDK sign the request.",
    recognised_by="The text shows signing code, such as AWS4Auth or curl --aws-sigv4.",
    sign=r"\bAWS4Auth\(|\bSigV4Auth\(|\bawscurl\b|--aws-sigv4\b|\baws4\.sign\(",
    remedy="Sign for ",
    of="wrong-signing-service",
)
WRONG_SIGNING_SERVICE = CauseType(
    "wrong-signing-service",
    title="The request is signed for the wrong service",
    meaning="The endpoint belongs to one service, and the request is signed for another.",
    recognised_by='The message says "Credential should be scoped to correct service".',
    fix="Use the client of the service whose endpoint is called, or correct the endpoint URL.",
    sources=(pages.SDK_ENDPOINTS,),
)
ENDPOINT_OF_OTHER_SERVICE = CauseType(
    "endpoint-of-other-service",
    title="The endpoint URL belongs to another service",
    fix="Remove or correct the endpoint URL.",
    recognised_by="The text shows an endpoint URL, or a client of another service with an endpoint in its code.",
    sign=ENDPOINT_SETTING,
    remedy="Remove or correct",
    of="wrong-signing-service",
)


# The setting of an endpoint of AWS.
_ENDPOINT = lazy_pattern(
    r"(?P<name>--endpoint-url|\bAWS_ENDPOINT_URL\w{0,40}|\b(?:endpoint(?:[_-]?url)?|s3Url|endpointOverride))(?:[ =:]|\bs?\() {0,3}[\"']?"
    r"(?:https?://)?(?:(?:[\w-]{1,63}\.){0,5}[\w-]{0,63}?[.-][a-z0-9-]{6,30}\.amazonaws\.com)",
    re.ASCII | re.IGNORECASE,
)


def explain_expected_service(case: Case[CredentialScope], message: str, expected: str | None) -> Explanation:
    """Explain that a request was signed for another service than the endpoint's."""
    because = clues.quote_phrases(message, *PHRASES)
    if expected:
        because = (f"AWS says: Credential should be scoped to correct service: '{expected}'.",)
    setting = _ENDPOINT.search(case.failure.text)
    command = case.context.command
    signed = command.words[0] if command is not None and command.program == "aws" else None
    region = _find_region_of_host(case.failure.text, expected)
    sign = _sign_for_service_remedy(case, signed, expected, region)
    remedies: tuple[Remedy, ...] = (credential_remedies.check_endpoint(), sign)
    if setting is not None:
        # The AWS CLI signs for the service of the command.
        others = () if setting["name"] == "--endpoint-url" else remedies[1:]
        remedies = (_remove_endpoint_remedy(case, setting["name"], expected), *others)
    elif region is not None:
        # The host that was called belongs to the service.
        remedies = (sign,)
    elif signed is not None:
        remedies = remedies[::-1]
    other = f"the service {signed}" if signed is not None and signed != expected else "another service"
    all_clients = "AWS_ENDPOINT_URL applies to the clients of all services."
    of_other = ENDPOINT_OF_OTHER_SERVICE.cause(because=all_clients)
    checked = f" {_ACTIONS[expected]} is checked afterwards." if expected in _ACTIONS else ""
    return case.explain(
        f"The request is signed for {other}, but the endpoint expects signatures for {expected or 'its own service'}.",
        WRONG_SIGNING_SERVICE.cause(
            "reported", because, text="The service in the signature is not that of the endpoint."
        ),
        of_other if remedies != (sign,) else None,
        SIGNED_BY_HAND.cause(),
        remedies=remedies,
        notes=f"Neither the secret key nor a permission is the problem: AWS rejects the signature before it evaluates policies.{checked}",
    )


def _find_region_of_host(text: str, expected: str | None) -> str | None:
    """Return the Region of the first host of a service in a text.

    >>> _find_region_of_host("https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-1", "aps")
    'us-west-2'
    """
    hosts = (re.split(rf"(?:^|\.){expected}(?:-workspaces)?\.", host) for host in clues.find_aws_hosts(text))
    return next((parts[1].partition(".")[0] for parts in hosts if len(parts) > 1), None)


def _sign_for_service_remedy(
    case: Case[CredentialScope], signed: str | None, expected: str | None, region: str | None
) -> Remedy:
    """Return the remedy that signs for another service."""
    in_place = "" if signed is None or signed == expected else f" instead of {signed}"
    names = " The name is es for OpenSearch, and aoss for OpenSearch Serverless." if expected is None else ""
    service = expected or "the service of the endpoint"
    text, tools, line = case.failure.text, "", None
    if expected is not None:
        tools = f", such as curl --aws-sigv4 aws:amz:{commands.region(region)}:{expected} or awscurl --service {expected}"
    request = _TRACED.search(text)
    if request is not None and expected is not None and f"{expected}.{region}." in request["host"]:
        url = f"https://{request['host']}{request['path']}"
        line = commands.signed_curl(expected, region or "", url, request["method"])
    return your_remedy(
        f"Sign for {service}{'' if expected in _ACTIONS else ', or let an AWS SDK sign the request'}",
        f"Set the service to {service}{in_place} in the code, proxy or tool that signs the request{tools}.{names}",
        commands=line,
        url=pages.SIGNATURES,
    )


def _remove_endpoint_remedy(case: Case[CredentialScope], setting: str, expected: str | None) -> Remedy:
    repeated = repeat_command(case.context.command, changes={"endpoint-url": ""})
    return your_remedy(
        f"Remove or correct {setting}",
        f"It is the endpoint of {expected or 'another service'}. Without {setting}, clients call the endpoint of their own service.",
        "AWS_ENDPOINT_URL applies to all services. For one, use its own variable, such as AWS_ENDPOINT_URL_SQS."
        if setting == "AWS_ENDPOINT_URL"
        else None,
        commands=repeated if setting == "--endpoint-url" else None,
        url=pages.SDK_ENDPOINTS,
    )
