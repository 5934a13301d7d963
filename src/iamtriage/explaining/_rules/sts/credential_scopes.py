"""Explain signatures for another region or service than the host's.

Most of them come from calls to the global endpoint of STS, which
https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html describes in its last section.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.endpoints import sets_global_endpoint
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.cases import FailureT_co
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.sts import region_fixes, region_settings, rejected_calls, service_scopes
from iamtriage.explaining._rules.sts.findings import (
    GLOBAL_HOST_REGIONAL_CREDENTIALS,
    REMEDY_TITLES,
    diagnose_sts_call,
)
from iamtriage.explaining._rules.sts.global_services import (
    GLOBAL_SERVICE,
    explain_global_service,
    find_global_service,
)
from iamtriage.explaining._rules.sts.taken_bucket_names import creates_bucket, explain_taken_name
from iamtriage.failures._failures import CredentialScope
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.sts._evidence import GLOBAL_HOST, STS_ANNOTATION, StsCall

_SIGNED_REGION = lazy_pattern(r"scoped to (?:a )?(?:valid|correct) [Rr]egion ?, not '([a-z0-9-]{1,40})'")
_EXPECTED_REGION = lazy_pattern(r"the region '([a-z0-9-]{1,30})' is wrong; expecting '([a-z0-9-]{1,30})'")
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
_ENDPOINT_SETTING = lazy_pattern(
    r"(?a)\b(\w{0,40}(?i:endpoint)\w{0,20})[\"']?[ \t]{0,8}[:=][ \t]{0,8}[\"']?(?:https?://)?[\w.-]{1,100}[.-]([a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9])\.amazonaws\.com"
)
_QUEUE_URL = lazy_pattern(
    r"(?a)https://(?:sqs\.[a-z0-9-]{5,30}|[a-z0-9-]{5,30}\.queue)\.amazonaws\.com(?:\.cn)?/[0-9]{12}/\w"
)
# STS answers in XML, API Gateway and OpenSearch in JSON.
_JSON_BODY = lazy_pattern(r"\{\s{0,8}\\?\"message\\?\"\s?:\s?\\?\"Credential should be scoped")
_CUSTOM_RESOURCE = lazy_pattern(r"\bCustom::\w|\bfrom custom resource\b")
_REGION_REJECTED = "Neither the keys nor the clock is the cause: AWS rejects the Region of the signature, before it checks permissions."
# Issuers, clusters and registries, which a text about a pod or an image also names.
_OTHER_HOST = lazy_pattern(r"^oidc\.|\.eks\.|\.dkr\.ecr\.")
WRONG_SIGNING_REGION = CauseType(
    "wrong-signing-region",
    title="The Region in the signature is not the Region of the host",
    recognised_by="The message names a wrong region, such as \"the region 'us-east-1' is wrong; expecting 'eu-west-1'\".",
    fix="Set the Region of the resource in the client.",
    sources=(pages.SDK_ENDPOINTS,),
)
ENDPOINT_OF_OTHER_REGION = CauseType(
    "endpoint-of-other-region",
    title="The endpoint URL belongs to another Region",
    fix="Remove the endpoint URL, or use that of the client's Region.",
    recognised_by="The text shows an endpoint URL.",
    sign=rf"{service_scopes.ENDPOINT_SETTING}|\bwithEndpointConfiguration\(|\bendpointOverride\(",
    remedy="or set it to",
    of="wrong-signing-region",
)
_VARIABLE_CAUSE = GLOBAL_HOST_REGIONAL_CREDENTIALS.cause(
    "derived",
    text="The variable AWS_ENDPOINT_URL_STS has the global endpoint, which accepts only signatures for us-east-1. It takes precedence over AWS_STS_REGIONAL_ENDPOINTS.",
)
_GLOBAL_ENDPOINT_CAUSE = GLOBAL_HOST_REGIONAL_CREDENTIALS.cause(
    because=f"The host {GLOBAL_HOST} accepts only signatures for us-east-1.",
    text="The code calls the global STS endpoint, but signs for another Region.",
)


def explain_credential_scope(case: Case[CredentialScope]) -> Explanation:
    """Explain that a request was signed for the wrong region or service."""
    message = clues.message_text(case)
    expected = _EXPECTED_REGION.search(message)
    if expected is not None and creates_bucket(case):
        return explain_taken_name(case, expected[1], expected[2])
    if expected is not None:
        return explain_wrong_region(case, expected[1], expected[2])
    service = service_scopes.EXPECTED_SERVICE.search(message)
    if service is not None:
        return service_scopes.explain_expected_service(case, message, service[1])
    if (multi_region := service_scopes.explain_multi_region(case)) is not None:
        return multi_region
    signed = _SIGNED_REGION.search(message)
    if signed is not None and not any(map(str.isdigit, signed[1])):
        return _explain_no_region(case, message, signed[1])
    signed_region = signed[1] if signed and find_endpoint(signed[1]) is not None else None
    hosts = clues.find_aws_hosts(message)
    is_relayed = rejected_calls.is_relayed(case.text)
    called = None if GLOBAL_HOST in hosts or is_relayed else _find_regional_host(case, hosts)
    # What works with the signed Region is another call.
    other = None if called is None or called[1] == signed_region else called[1]
    if not is_relayed and (service_of_all := find_global_service(case, other)) is not None:
        region = signed_region or region_settings.find_signed_region(case.failure.text, service_of_all.region)
        if region != service_of_all.region:
            return explain_global_service(
                case, service_of_all, region, WRONG_SIGNING_REGION, service_scopes.PHRASES
            )
    # Without a setting, the code of the program calls the endpoint of STS.
    if called is not None and (
        not called[0].startswith("sts.") or region_settings.find_endpoint_setting(case.failure.text)
    ):
        stated = None if case.facts.region == called[1] else case.facts.region
        found = region_settings.find_signed_region(case.failure.text, called[1]) or stated
        signed_region = signed_region or found
        if signed_region != called[1]:
            return explain_wrong_region(case, signed_region, called[1], host=called[0])
    if _is_from_sts(case, hosts):
        # An endpoint of the signed Region does not reject the signature: the call went elsewhere.
        host = None if called is None or called[1] == signed_region else called[0]
        return _explain_sts(case, message, signed_region, is_global=GLOBAL_HOST in hosts, host=host)
    return _explain_region(case, message, signed_region)


def _find_regional_host(case: Case[CredentialScope], hosts: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the host that was called and its Region, if the text names hosts of only one Region."""
    for group in (hosts, clues.find_aws_hosts(case.text)):
        regional = [
            (host, label)
            for host in group
            if not _OTHER_HOST.search(host)
            for label in host.replace("s3-", "s3.").split(".")[:-2]
            if find_endpoint(label) is not None
        ]
        if len({region for _, region in regional}) == 1:
            return regional[0]
    return None


def _is_from_sts(case: Case[CredentialScope], hosts: tuple[str, ...]) -> bool:
    failure = case.failure
    if StsCall(failure=failure).scope_failure is None:
        return False
    # StsCall attributes failures without a service to STS. A host of another service contradicts that.
    if failure.envelope.service is not None or failure.envelope.operation is not None:
        return True
    if case.service not in {None, "sts"}:
        return False  # a frame or a command names the service
    if _JSON_BODY.search(failure.text):
        return False
    if not hosts and _CUSTOM_RESOURCE.search(failure.text):
        return False  # IAM and SES use the same words, and the resource does not say what it called
    return all(host.startswith("sts") for host in hosts)


def _explain_sts(
    case: Case[CredentialScope], message: str, signed_region: str | None, *, is_global: bool, host: str | None
) -> Explanation:
    region = case.facts.region or signed_region
    is_variable = host is None and region != "us-east-1" and sets_global_endpoint(case.failure.text)
    is_global = is_global or is_variable
    stated = signed_region and f"AWS reports that the signature is for {signed_region}."
    because = (*clues.quote_phrases(message, *service_scopes.PHRASES), *present(stated))
    if is_global and not is_variable:
        because += (f"The text names the host {GLOBAL_HOST}, which accepts signatures for us-east-1.",)
    findings = diagnose_sts_call(
        case,
        because=because,
        region=signed_region if is_global else None,
        endpoint=f"https://{GLOBAL_HOST}" if is_global else None,
        fallback_region=signed_region,
    )
    if rejected_calls.is_relayed(case.text):
        return rejected_calls.explain_relayed_scope(case, because, signed_region)
    envelope = case.failure.envelope
    call = "STS request" if is_global or envelope.service or envelope.operation else "request"
    signed_for = region or "one Region"
    endpoint = f"the global endpoint https://{GLOBAL_HOST}"
    if not is_global and (host is not None or not clues.mentions_kubernetes(case)):
        endpoint = host or "another endpoint"
    is_of_global = endpoint.startswith("the global") and region != "us-east-1"
    expected = "us-east-1" if is_of_global else "another Region"
    # The text need not name the host: then it is inferred from the runtime.
    likely = ", most likely," if clues.mentions_kubernetes(case) and not is_global and host is None else ""
    causes = [each for each in findings.causes if not (is_variable and each.code == _VARIABLE_CAUSE.code)]
    causes += [_VARIABLE_CAUSE] * is_variable
    if not clues.mentions_kubernetes(case):
        kept = ([line for line in each.because if not line.startswith("EKS ")] for each in causes)
        causes = [attrs.evolve(each, because=lines) for each, lines in zip(causes, kept, strict=True)]
    coded = region_fixes.find_coded_endpoint(case, host or GLOBAL_HOST)
    if coded is not None:
        text = f"{coded[0]} in {coded[1]} sends the request to that host, whatever Region signs it."
        shown = GLOBAL_HOST_REGIONAL_CREDENTIALS.cause("derived", text=text)
        causes = [each for each in causes if each.code != shown.code] + [shown]
    elif host is None and not any(cause.code == _GLOBAL_ENDPOINT_CAUSE.code for cause in causes):
        causes.append(_GLOBAL_ENDPOINT_CAUSE)
    is_shown = is_global or clues.mentions_kubernetes(case) or host is not None
    is_shown = is_shown or region_settings.find_endpoint_setting(case.failure.text) is not None
    may_be_pod = (is_shown or envelope.source) and case.context.terraform is None
    return case.explain(
        f"The {call} is signed for {signed_for}, but AWS_ENDPOINT_URL_STS{_describe_place(case)} sends it to the global endpoint, https://{GLOBAL_HOST}."
        if is_variable
        else f"The {call} is signed for {signed_for}, but goes{likely} to {endpoint}, which expects {expected}.",
        *causes,
        topic="sts-endpoint",
        remedies=_remove_variable_remedy(case, signed_region)
        if is_variable
        else lambda: (
            _regional_endpoint_remedy(case, signed_region, host)
            if is_shown
            else region_fixes.updated_client_remedy(case, _regional_url(case, signed_region)),
            *(each for each in findings.remedies if each.title != REMEDY_TITLES["code"]),
            _global_endpoint_remedy(case) if may_be_pod and host is None and coded is None else None,
        ),
        notes="Neither the secret access key nor a permission is the problem: AWS evaluated no policy.",
    )


def _describe_place(case: Case[CredentialScope]) -> str:
    """Return the ConfigMap that sets the STS endpoint, after "in", or an empty string."""
    found = clusters.find_own_map(case, "AWS_ENDPOINT_URL_STS")
    return "" if found is None else f" in the ConfigMap {clip_text(found[0])}"


def _remove_variable_remedy(case: Case[CredentialScope], signed_region: str | None) -> Remedy:
    """Return how to remove the variable that sets the global STS endpoint where the program runs."""
    url = _regional_url(case, signed_region)
    lines, step = region_settings.remove_variable(case, "AWS_ENDPOINT_URL_STS", url)
    return your_remedy(
        f"Remove AWS_ENDPOINT_URL_STS, or set it to {url}",
        f"{step} Without the variable, current SDKs call the endpoint of AWS_REGION.",
        commands=lines,
    )


def _regional_url(case: Case[CredentialScope], signed_region: str | None) -> str:
    endpoint = find_endpoint(case.facts.region or signed_region or "")
    return "https://sts.REGION.amazonaws.com" if endpoint is None or endpoint.is_global else endpoint.url


def _regional_endpoint_remedy(
    case: Case[CredentialScope], signed_region: str | None, host: str | None
) -> Remedy:
    url = _regional_url(case, signed_region)
    if (coded := region_fixes.find_coded_endpoint(case, host or GLOBAL_HOST)) is not None:
        return your_remedy(
            f"Remove the endpoint of the STS client from {coded[1]}",
            f"Remove {coded[0]} there: without it, current SDKs call the endpoint of their Region. If an endpoint must be set, use {url}.",
            "An endpoint in the code takes precedence over AWS_STS_REGIONAL_ENDPOINTS and other variables, which need no change.",
        )
    (remove, *then) = ("unset AWS_ENDPOINT_URL_STS",)
    if clusters.runs_in_pod(case):
        (remove, *then) = clusters.correct_variable_commands(case, "AWS_ENDPOINT_URL_STS", url)
    return your_remedy(
        "Remove the endpoint URL of STS from the code and its settings",
        f"Remove https://{host or GLOBAL_HOST} from the code (endpoint_url of the STS client), from the profile (endpoint_url), or from the manifest (AWS_ENDPOINT_URL_STS).",
        None if case.context.terraform is None else region_fixes.IN_TERRAFORM,
        f"Without a URL, current SDKs call the endpoint of AWS_REGION. If a URL must be set, use {url}.",
        commands=(
            f"grep -rnI {host or GLOBAL_HOST} .",
            Labelled("If the environment sets it, remove it there:", remove),
            *then,
        ),
    )


def _global_endpoint_remedy(case: Case[CredentialScope]) -> Remedy:
    account = commands.kubernetes_name(case.facts.service_account)
    named = f" {account}" if account == case.facts.service_account else ""
    return your_remedy(
        f"Or, if the code of an EKS pod cannot be changed, annotate its service account{named} with {STS_ANNOTATION}=false instead of true, the default since Kubernetes 1.22, and re-create the pod",
        "EKS then does not set AWS_STS_REGIONAL_ENDPOINTS=regional in new pods. Old SDKs then call the global endpoint.",
        "SDKs that call the regional endpoint by default need AWS_STS_REGIONAL_ENDPOINTS=legacy, or a client for us-east-1. AWS recommends the regional endpoints.",
        commands=(
            f"kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --overwrite {STS_ANNOTATION}=false",
            "kubectl set env deployment/NAME --namespace NAMESPACE AWS_STS_REGIONAL_ENDPOINTS=legacy",
            commands.RESTART_PODS,
        ),
        url=pages.EKS_STS,
    )


# Without a Region, they report that none is set.
_SDKS_WITHOUT_DEFAULT = ("java-v2", "js-v3", "go-v2", "dotnet", "php", "ruby", "rust")


_CLI_FOR_S3 = lazy_pattern(r"\baws s3(?:api)? [a-z]")


def explain_wrong_region(
    case: Case[FailureT_co],
    signed: str | None,
    expected: str | None,
    *,
    host: str | None = None,
    cause: CauseType = WRONG_SIGNING_REGION,
    note: str = _REGION_REJECTED,
) -> Explanation:
    """Explain that a client uses another region than that of the bucket."""
    fix = region_settings.find_region_fix(case, signed, expected, is_of_host=host is not None)
    bucket = None if host is not None else region_settings.find_bucket(case)
    is_of_s3 = "authorization header is malformed" in case.failure.text
    named = "the bucket" if is_of_s3 else "the bucket or endpoint"
    if bucket is not None:
        named = f"the bucket {clip_text(bucket)}"
    reported: str | tuple[str, ...] = f"The message names {' and '.join(filter(None, (signed, expected)))}."
    if cause is WRONG_SIGNING_REGION:
        works = find_working(case.failure.text, _CLI_FOR_S3) if is_of_s3 else None
        by_itself = "The AWS CLI works, because it finds the Region of the bucket itself."
        reported = present(
            f"AWS says: the region '{signed}' is wrong; expecting '{expected}'.", works and by_itself
        )
    text = f"The client's Region is {signed or 'another one'}, but it must be {expected or 'that of the bucket'}."
    # No setting of the Region was found, and EKS sets none.
    if signed == "us-east-1" and fix.title.startswith("Set the client's") and "pods" not in fix.steps[0]:
        text = f"The text sets no Region, so {signed} is most likely the default of the client. The Region is part of the signature."
        if (case.failure.envelope.source or "").startswith(_SDKS_WITHOUT_DEFAULT):
            is_java = case.failure.envelope.source == "java-v2"
            first, last = ("-Daws.region, ", "the instance's metadata, ") if is_java else ("", "")
            text = f"This SDK has no default Region, so {signed} comes from the code that builds the client, which takes precedence, from {first}AWS_REGION, the profile, {last}or an endpoint. The Region is part of the signature."
    central = region_fixes.leave_central_endpoint(case.failure.text, expected) if is_of_s3 else None
    step = central or "An endpoint URL in code or settings must be for that Region, too."
    if right := [each for each in _ENDPOINT_SETTING.finditer(case.failure.text) if each[2] == expected]:
        step = f"The setting {right[0][1]} is for {expected} already."
    is_endpoint_set = host is not None and fix.title.startswith("Remove ")
    if host is not None:
        step = ""
        if region_settings.is_of_service(host, expected or "") and "curl" not in fix.title:
            step = f"Or remove the URL of {host}: the client then calls the endpoint of its Region."
            if _QUEUE_URL.search(case.text):
                step = f"Or, if the queue is in {signed or 'another Region'}, correct its URL, which names {expected}."
        text = f"The endpoint accepts only signatures for {expected}."
        named = f"the endpoint {host}"
        reported = clues.quote_phrases(clues.message_text(case), *service_scopes.PHRASES)
    place = f": {fix.place}" if fix.place else ""
    check = f"aws s3api head-bucket --bucket {commands.bucket(bucket)} --query BucketRegion --output text"
    lines = (check, *fix.commands) if expected is None else fix.commands
    why, derived = f"{named} is in {expected or 'another Region'}{place}", f"{fix.place}."
    setting = fix.place.removesuffix(f" is the endpoint of {expected}")
    if host is not None and setting != fix.place:
        why = f"{setting} sends it to {host}, which accepts only signatures for {expected}"
        derived = f"{setting} applies whatever Region the client has."
    return case.explain(
        f"The request is signed for {signed or 'another Region'}, but {why}.",
        cause.cause("reported", reported, text=text),
        ENDPOINT_OF_OTHER_REGION.cause("derived", text=derived) if is_endpoint_set else None,
        remedies=your_remedy(
            fix.title,
            *fix.steps,
            step if step and (central or "ndpoint" not in fix.title) and not is_endpoint_set else None,
            commands=lines,
            manifest=fix.manifest,
            manifest_language="yaml",
            url=pages.SIGNATURES,
        ),
        notes=note,
    )


def _explain_region(case: Case[CredentialScope], message: str, signed_region: str | None) -> Explanation:
    hosts = clues.find_aws_hosts(message)
    in_place = "" if signed_region is None else f" instead of {signed_region}"
    stated_region = signed_region or "one Region"
    stated = signed_region and f"AWS reports that the signature is for {signed_region}."
    because = (
        *clues.quote_phrases(message, *service_scopes.PHRASES),
        *present(stated),
        *(f"The text names the host {host}." for host in hosts[:2]),
    )
    return case.explain(
        f"The request is signed for {stated_region}, but was sent to another Region's endpoint.",
        WRONG_SIGNING_REGION.cause("reported", because),
        ENDPOINT_OF_OTHER_REGION.cause(),
        GLOBAL_SERVICE.cause(),
        remedies=(
            credential_remedies.check_endpoint(),
            your_remedy(
                "Use the same Region for the endpoint and the signature",
                "Remove the endpoint URL, and let the client choose the endpoint of its Region.",
                f"Or set the client's Region to the Region of the endpoint{in_place}.",
                url=pages.SIGNATURES,
            ),
        ),
        notes=_REGION_REJECTED,
    )


def _explain_no_region(case: Case[CredentialScope], message: str, name: str) -> Explanation:
    fix = region_settings.find_region_fix(case, name, None)
    because = clues.quote_phrases(message, *service_scopes.PHRASES)
    text = f"The client's Region is {name}. The names of Regions end with a number, such as us-east-1."
    return case.explain(
        f"The request is signed for {name}, which is not a Region.",
        WRONG_SIGNING_REGION.cause("reported", because, text=text),
        remedies=your_remedy(fix.title, *fix.steps, commands=fix.commands, url=pages.SIGNATURES),
        notes=_REGION_REJECTED,
    )
