"""Explain signatures for another service than the endpoint's."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, line_start
from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import actions_for, service_prefix
from iamtriage.explaining._context.readers.pasted_policies import find_file
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.explaining._rules.sts import region_settings
from iamtriage.explaining._rules.sts.region_fixes import REGION_NAME
from iamtriage.failures._failures import CredentialScope

EXPECTED_SERVICE = lazy_pattern(r"scoped to (?:a )?(?:valid|correct) service(?:: ?'([a-z0-9-]{1,30})')?")
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
_SERVICE = r"([a-z][a-z0-9-]{1,30})"
_SIGNED_SERVICE = lazy_pattern(
    rf"(?a)\bCredential=\w{{16,128}}/\d{{8}}/[a-z0-9-]{{4,30}}/{_SERVICE}/aws4_request|--service[ =][\"']?{_SERVICE}\b|\baws:amz:[a-z0-9-]{{4,30}}:{_SERVICE}\b"
    rf"|\b(?:AWS4Auth|AWSV4SignerAuth)\([^()\n]{{1,200}}?[\"']{REGION_NAME}[\"'], ?[\"']{_SERVICE}[\"']|\bSigV4Auth\([^(),\n]{{1,100}}, ?[\"']{_SERVICE}[\"']"
    # A named argument, the first one, the one after the hash in Go, and the builders of Java.
    rf"|\b(?:AWS4Auth|AWSV4SignerAuth|SignatureV4|aws4\.sign|Sigv4::Signer\.new)\s?\((?:[^()]|\([^()]{{0,80}}\)){{0,300}}?\bservice[\"']?\s?[:=]\s?[\"']{_SERVICE}[\"']"
    rf"|\b(?:AWSSigV4|new SignatureV4)\([\"']{_SERVICE}[\"']|\.Sign(?:HTTP)?\([^\n\"]{{1,200}}\"{_SERVICE}\", |\.(?:service(?:Signing)?|signing|setService)Name\([\"']{_SERVICE}[\"']"
    # Settings of Fluent Bit, and blocks of collectors, proxies and Envoy.
    rf"|\bsigv4-proxy\b[^\x1e]{{0,400}}?--name(?:=|[\"',\s]{{1,12}}(?:- )?[\"']?){_SERVICE}\b"
    rf"|\b(?i:aws_service(?:_name)?)\b[\"']?(?:\s?(?:=>?|:)\s?|[ \t]{{1,20}})[\"']?{_SERVICE}\b"
    rf"|(?:\b(?i:sigv4)\w{{0,12}}|\baws_request_signing|\baws_iam)\b[^\n]{{0,60}}\n(?:[^\n]{{0,120}}\n){{0,8}}?[ \t]{{0,40}}service(?:_name)?[\"']?\s?(?:=>?|:)\s?[\"']?{_SERVICE}\b"
)
# What curl -v prints of a request without a body. A query can contain a secret.
_TRACED = lazy_pattern(
    r"(?am)^> (?P<method>GET|DELETE) (?P<path>/[\w.~/%+-]{0,300})[ ?][^\n]{0,300}\n(?:> [^\n]{0,300}\n){0,10}?> [Hh]ost: (?P<host>[a-z0-9.-]{4,253})"
)
# Services without clients in the SDKs -> the action that they check after the signature.
_ACTIONS = {
    "aoss": "aoss:APIAccessAll", "appsync": "appsync:GraphQL", "es": "es:ESHttp*",
    "execute-api": "execute-api:Invoke", "vpc-lattice-svcs": "vpc-lattice-svcs:Invoke",
}  # fmt: skip
# A client of an SDK with an endpoint in its code. The name of the class is that of the service.
_CLIENT_ENDPOINT = lazy_pattern(
    r"(?a)(?:\bnew (?:AWS\.|Aws\\\w{1,40}\\|Amazon)?(?P<new>[A-Z]\w{1,40}?)(?:Client|Config)?\b ?[({]|\b(?:client|resource)\(\s?[\"'](?P<name>[\w-]{2,40})[\"']"
    r"|\b(?P<package>\w{2,40})\.NewFromConfig\(|\b(?P<built>[A-Z]\w{1,40}?)(?:Async)?Client\.builder\(\))[^;]{0,300}?"
    r"(?P<option>,?\s{0,20}(?<!\w)[\"']?(?P<setting>endpoint|endpoint_url|endpointOverride|BaseEndpoint|ServiceURL)[\"']?\s?(?:=>|[:=(])\s?(?:[\w.$]{1,80}(?:[\[(][\"']\w{1,60}[\"'][\])])?|[\"'`][^\"'`\s]{1,200}[\"'`])(?=\s?[,})\]])(?:,\s)?)"
)
# A line of a configuration file, and not of code or of a command.
_CONFIGURATION = lazy_pattern(
    r"[\w.-]{1,40}[\"']?(?:\s?(?:=>?|:)\s?|[ \t]{1,20})[\"']?[a-z0-9-]{1,40}[\"']?,?"
)
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


ASYMMETRIC_SIGNATURE = CauseType(
    "asymmetric-signature",
    title="The endpoint accepts only signatures that are not for one Region (SigV4A)",
    text="It has one endpoint for all Regions, and accepts only SigV4A, which is not for one Region. An SDK signs with it if its library for SigV4A is installed.",
    recognised_by="AWS rejects the Region of a signature, and the text names CloudFront KeyValueStore or a Multi-Region Access Point.",
    fix="Install the SDK's library for SigV4A, and update the SDK.",
    sources=("https://docs.aws.amazon.com/sdkref/latest/guide/feature-s3-mrap.html",),
)
_MULTI_REGION_SERVICES = text_signs.Signs(
    {
        r"(?i:cloudfront-?key-?value-?store)": "CloudFront KeyValueStore",
        r"\.mrap\b|\.accesspoint\.s3-global\.amazonaws\.": "the Multi-Region Access Point",
    }
)
# How an SDK gets SigV4A: what shows the SDK, the step and the command.
_SIGNERS = text_signs.Signs(
    {
        r"@aws-sdk/|node_modules/": (
            'Import it once, before the first call: import "@aws-sdk/signature-v4a"; (or, for Node.js only, "@aws-sdk/signature-v4-crt"). Clients from before 2024 do not use it: update them.',
            "npm install @aws-sdk/signature-v4a",
        ),
        r"\b(?:botocore|boto3)\b": (
            "boto3 signs with the AWS Common Runtime, once it is installed.",
            "pip install --upgrade 'boto3[crt]'",
        ),
        r"(?i:\.php\b|aws-sdk-php)": ("The SDK for PHP needs the extension awscrt.", "pecl install awscrt"),
        r"\.rb:[0-9]": ("The SDK for Ruby needs the gem aws-crt.", "gem install aws-crt"),
    }
)
_ANY_SIGNER = "In JavaScript, import @aws-sdk/signature-v4a; for Python, install boto3[crt]; for PHP, the extension awscrt; for Ruby, the gem aws-crt; for Java, add software.amazon.awssdk:auth-crt."


def explain_multi_region(case: Case[CredentialScope]) -> Explanation | None:
    """Explain that an endpoint for all Regions rejects a signature for one of them; return ``None`` for other endpoints."""
    text = case.failure.text
    service = _MULTI_REGION_SERVICES.find(text)
    if service is None:
        return None
    step, line = _SIGNERS.find(text) or (_ANY_SIGNER, None)
    return case.explain(
        f"The request is signed for one Region, but {service} accepts only SigV4A signatures, which are for all Regions.",
        ASYMMETRIC_SIGNATURE.cause("derived", clues.quote_phrases(clues.message_text(case), *PHRASES)),
        remedies=your_remedy(
            "Install the library for SigV4A, and let the SDK sign with it",
            step,
            commands=line,
        ),
        notes="Neither the secret key nor a permission is the problem: AWS rejects the signature before it evaluates policies.",
    )


def explain_expected_service(case: Case[CredentialScope], message: str, expected: str | None) -> Explanation:
    """Explain that a request was signed for another service than the endpoint's."""
    because = clues.quote_phrases(message, *PHRASES)
    if expected:
        because = (f"AWS says: Credential should be scoped to correct service: '{expected}'.",)
    client = _find_client_endpoint(case.failure.text) if expected else None
    if client is not None and client.service != expected:
        return _explain_client_endpoint(case, client, expected or "", because)
    setting = region_settings.find_endpoint_setting(case.failure.text)
    command = case.context.command
    signed = _find_signed_service(case.failure.text)
    if signed is None and command is not None and command.program == "aws":
        signed = command.words[0]
    region = _find_region_of_host(case.failure.text, expected)
    sign = _sign_for_service_remedy(case, signed, expected, region)
    remedies: tuple[Remedy, ...] = (credential_remedies.check_endpoint(), sign)
    is_wrong = signed not in {None, expected} and sign.manifest is not None
    if region is not None and (setting is None or (is_wrong and setting != "--endpoint-url")):
        # The host that was called belongs to the service.
        remedies = (sign,)
    elif setting is not None:
        # The AWS CLI signs for the service of the command.
        others = () if setting == "--endpoint-url" else remedies[1:]
        remedies = (_remove_endpoint_remedy(case, setting, expected), *others)
    elif signed is not None:
        remedies = remedies[::-1]
    other = f"the service {signed}" if signed is not None and signed != expected else "another service"
    all_clients = "AWS_ENDPOINT_URL applies to the clients of all services."
    of_other = ENDPOINT_OF_OTHER_SERVICE.cause(because=all_clients)
    checked = f" {_ACTIONS[expected]} is checked afterwards." if expected in _ACTIONS else ""
    has_other = (setting is not None or len(remedies) > 1) and remedies != (sign,)
    by_hand = None if signed == expected and signed else SIGNED_BY_HAND.cause()
    if is_wrong:
        is_right = remedies == (sign,)
        place = _describe_signing(case.failure.text, signed, region, is_right=is_right)
        by_hand = SIGNED_BY_HAND.cause("derived", text=place)
    causes = (of_other if has_other else None, by_hand)
    return case.explain(
        f"The request is signed for {other}, but the endpoint expects signatures for {expected or 'its own service'}.",
        WRONG_SIGNING_SERVICE.cause(
            "reported", because, text="The service in the signature is not that of the endpoint."
        ),
        *(causes[::-1] if is_wrong else causes),
        remedies=remedies,
        notes=f"Neither the secret key nor a permission is the problem: AWS rejects the signature before it evaluates policies.{checked}",
    )


def _describe_signing(text: str, signed: str | None, region: str | None, *, is_right: bool) -> str:
    """Say where the text signs for the wrong service, and whether the endpoint and the Region are right."""
    file, of_code = _find_signing_code(text)
    right = ["the endpoint"] if is_right else []
    if region is not None and of_code == region:
        right.append(f"the Region, {region},")
    ends = "." if not right else f": {' and '.join(right)} {'are' if right[1:] else 'is'} right."
    return f"{clip_text(file or 'What signs the request')} is set to {signed}{ends}"


def _find_region_of_host(text: str, expected: str | None) -> str | None:
    """Return the Region of the first host of a service in a text.

    >>> _find_region_of_host("https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-1", "aps")
    'us-west-2'
    """
    hosts = (re.split(rf"(?:^|\.){expected}(?:-workspaces)?\.", host) for host in clues.find_aws_hosts(text))
    return next((parts[1].partition(".")[0] for parts in hosts if len(parts) > 1), None)


_METHOD = lazy_pattern(
    r"\.((?:create|get|put|update|delete|list|describe|import)_?[A-Za-z][A-Za-z_]{2,50})\("
)


def _explain_client_endpoint(
    case: Case[CredentialScope], client: _ClientEndpoint, expected: str, because: tuple[str, ...]
) -> Explanation:
    """Explain that the code of a client sends the calls of its service to the endpoint of another one."""
    # https://github.com/aws/aws-sdk-js/issues/3571
    host = next((each for each in clues.find_aws_hosts(case.failure.text) if f"{expected}." in each), None)
    called = case.failure.envelope.operation or next(iter(_METHOD.findall(case.failure.text)), "")
    found = [each for each in actions_for(called.replace("_", "")) if each.service == client.service]
    operation = found[0].operation if found else f"the operations of {client.service}"
    serves = (
        "serves the calls of a deployed API, and"
        if expected == "execute-api"
        else f"is one of {expected}. It"
    )
    knows = f"{host or 'The endpoint'} {serves} does not know {operation}, whatever service the request is signed for."
    action = found[0].actions[0] if found and found[0].actions else f"an action of {client.service}"
    region = commands.region(case.facts.region)
    return case.explain(
        f"The client of {client.service} sends its calls to an endpoint of {expected}: its code sets {client.setting}.",
        WRONG_SIGNING_SERVICE.cause(
            "reported", because, text=f"The SDK signs for {client.service}, as it must."
        ),
        ENDPOINT_OF_OTHER_SERVICE.cause("derived", text=knows),
        remedies=your_remedy(
            f"Remove {client.setting} from the client of {client.service}",
            f"Without it, the SDK calls the endpoint of {client.service} in {region}. Then deploy or restart the program.",
            manifest=client.code,
            manifest_language="text",
        ),
        notes=f"Neither the secret key nor a permission is the problem: AWS rejects the signature before it evaluates policies. Afterwards, the call needs {action}, not {_ACTIONS.get(expected, f'one of {expected}')}.",
    )


def _find_signed_service(text: str) -> str | None:
    """Return the service of a signature, from its scope, an option or signing code.

    >>> _find_signed_service("awscurl --service es https://search.example.com")
    'es'
    """
    found = _SIGNED_SERVICE.search(text)
    return None if found is None else next(filter(None, found.groups()))


def _correct_signing_code(text: str, service: str) -> str | None:
    """Return the line of code or of a command that signs for a service, with another one instead, or ``None``.

    >>> _correct_signing_code(">>> auth = AWS4Auth(key, secret, 'eu-west-1', 'lambda')", "execute-api")
    "auth = AWS4Auth(key, secret, 'eu-west-1', 'execute-api')"
    """
    found = _SIGNED_SERVICE.search(text)
    if found is None or found[0].startswith("Credential="):
        return None
    start, end = found.span(found.lastindex or 0)
    before, after = text[line_start(text, start) : start], text[end:].partition("\n")[0]
    return region_settings.printable_line(f"{before}{service}{after}")


def _find_signing_code(text: str) -> tuple[str | None, str | None]:
    r"""Return the file of the code that signs for a service and the Region in it, each ``None`` if the text has none.

    >>> _find_signing_code('# app/call.py\nauth = AWS4Auth(region="eu-west-1", service="sqs")')
    ('app/call.py', 'eu-west-1')
    """
    found = _SIGNED_SERVICE.search(text)
    if found is None or found[0].startswith("Credential="):
        return None, None
    line = text[found.start() : found.end()] + text[found.end() :].partition("\n")[0]
    region = re.search(REGION_NAME, line)
    return find_file(text, found.start()), region and region[0]


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
    # Without the scope of the signature, a region in the text can be another client's.
    of_scope = region_settings.find_signed_region(text, region) if region and "Credential=" in text else None
    of_region = "" if of_scope is None else f" The Region must be {region} instead of {of_scope}, too."
    if of_scope is not None and of_scope == region:
        of_region = f" The Region, {region}, is right."
    request = _TRACED.search(text)
    if request is not None and expected is not None and f"{expected}.{region}." in request["host"]:
        url = f"https://{request['host']}{request['path']}"
        line = commands.signed_curl(expected, region or "", url, request["method"])
    corrected = None if expected is None else _correct_signing_code(text, expected)
    restart = clusters.restart_command(case) if clusters.runs_in_pod(case) else None
    if corrected is not None and in_place:
        return your_remedy(
            f"Sign for {service}",
            f"Set the service to {service}{in_place} in {clip_text(_find_signing_code(text)[0] or 'the line that signs the request')}, as shown.{of_region}",
            "Then restart the program, so that it reads the setting."
            if _CONFIGURATION.fullmatch(corrected) and restart is None
            else None,
            commands=line or restart,
            manifest=corrected,
            manifest_language="text",
            url=pages.SIGNATURES,
        )
    return your_remedy(
        f"Sign for {service}{'' if expected in _ACTIONS else ', or let an AWS SDK sign the request'}",
        f"Set the service to {service}{in_place} in the code, proxy or tool that signs the request{tools}.{names}{of_region}",
        commands=line,
        url=pages.SIGNATURES,
    )


def _remove_endpoint_remedy(case: Case[CredentialScope], setting: str, expected: str | None) -> Remedy:
    repeated = commands.repeat_command(case.context.command, changes={"endpoint-url": ""})
    return your_remedy(
        f"Remove or correct {setting}",
        f"It is the endpoint of {expected or 'another service'}. Without {setting}, clients call the endpoint of their own service.",
        "AWS_ENDPOINT_URL applies to all services. For one, use its own variable, such as AWS_ENDPOINT_URL_SQS."
        if setting == "AWS_ENDPOINT_URL"
        else None,
        commands=repeated if setting == "--endpoint-url" else None,
    )


class _ClientEndpoint(NamedTuple):
    """An endpoint in the code of a client: the service of the client, the setting, and the code without it."""

    service: str
    setting: str
    code: str | None


def _find_client_endpoint(text: str) -> _ClientEndpoint | None:
    """Return the endpoint in the code of a client.

    >>> _find_client_endpoint("const sqs = new SQSClient({ endpoint: URL, region: 'us-east-1' });")
    _ClientEndpoint(service='sqs', setting='endpoint', code="const sqs = new SQSClient({ region: 'us-east-1' });")
    """
    found = _CLIENT_ENDPOINT.search(text)
    if found is None:
        return None
    name = found["new"] or found["name"] or found["package"] or found["built"]
    if (service := service_prefix(name)) is None:
        return None
    start, end = found.span("option")
    option = found["option"]
    kept = option[: len(option) - len(option.lstrip())]
    if option.startswith(","):
        kept = ", " if option[-1].isspace() else ""
    first = line_start(text, found.start())
    rest = text[end:].partition("\n")[0]
    line = f"{text[first:start]}{kept}{rest}".replace("{  }", "{}")
    code = None if found["built"] or "\n" in line else region_settings.printable_line(line)
    return _ClientEndpoint(service, found["setting"], code)
