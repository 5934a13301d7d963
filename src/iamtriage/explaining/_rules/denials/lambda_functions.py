"""Explain that a Lambda function cannot use a layer, or that its URL rejects a request.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html,
https://docs.datadoghq.com/serverless/guide/layer_not_authorized/ and
https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command, signed_curl
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy
from iamtriage.explaining._rules.shared.text_signs import find_closest
from iamtriage.explaining._rules.shared.wording import denial_summary

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_PAGE = "https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html"
_VERSION = lazy_pattern(r"layer:(?P<name>[\w-]{1,140}):(?P<version>[0-9]{1,10})", re.ASCII)
LAYER_IN_OTHER_REGION = CauseType(
    "layer-in-other-region",
    title="The Lambda layer is in another Region than the function",
    meaning="A function can use only layers of its own Region. Lambda reports another Region as a missing permission.",
    recognised_by="The ARN of the layer has another Region than the function.",
    fix="Use the ARN of the layer that its publisher lists for the function's Region. Its version can differ.",
    sources=(_PAGE,),
)
LAYER_NOT_SHARED = CauseType(
    "layer-not-shared",
    title="The layer version does not exist, or its owner does not share it",
    meaning="The account of the layer has no such version, or the policy of the version does not allow the account of the function.",
    recognised_by="lambda:GetLayerVersion is denied on a layer of another account.",
    fix="Use a version that the publisher lists for the Region, or let the owner share this one with the account.",
    sources=(_PAGE,),
)


def is_foreign_layer(denial: Denial) -> bool:
    """Return whether a denial is about a layer of another account or Region."""
    arn = denial.resource_arn
    is_of_layer = denial.policy_type in {None, "resource"} and not denial.is_explicit
    if arn is None or not is_of_layer or not arn.resource.startswith("layer:"):
        return False
    return bool(denial.crosses_accounts) or _function_region(denial) is not None


def _function_region(denial: Denial) -> str | None:
    """Return the Region of the function, if it is another one than that of the layer."""
    region, arn = denial.facts.region, denial.resource_arn
    return region if arn is not None and arn.region and region not in {None, arn.region} else None


def explain_layer(denial: Denial) -> Explanation:
    """Explain that a function cannot use a layer of another account or Region."""
    arn, region = denial.resource_arn, _function_region(denial)
    found = _VERSION.fullmatch("" if arn is None else arn.resource)
    name, version = (found["name"], found["version"]) if found else ("the layer", "VERSION")
    home = commands.region("" if arn is None else arn.region)
    layer = commands.arn((denial.resource or "").removesuffix(f":{version}"), "LAYER_ARN")
    owner = denial.resource_account
    of_owner = f"The layer belongs to account {owner}. " if denial.crosses_accounts else ""
    share = owner_remedy(
        f"Share the version of the layer{f', in account {owner}' if denial.crosses_accounts else ''}",
        commands=fill_command(
            "aws lambda add-layer-version-permission --layer-name {} --version-number {} --statement-id ShareLayer --action lambda:GetLayerVersion --principal {} --region {}",
            layer,
            version,
            commands.account(denial.account),
            home,
        ),
        url=_PAGE,
    )
    check = "aws lambda get-layer-version --layer-name {} --version-number {} --region {}"
    if region is not None:
        other = layer.replace(f":{home}:", f":{region}:")
        use = your_remedy(
            f"Use the layer {name} of {region}",
            f"Replace the ARN in the function's layers by the one that the publisher lists for {region}. Its account and version can differ there.",
            f"Or deploy the function in {home}.",
            "The command checks the new ARN: if it answers AccessDeniedException, there is no such version.",
            commands=fill_command(check, other, "VERSION", region),
            url=_PAGE,
        )
        return denial.explain(
            f"The layer {name} is in {home}, but the function is in {region}: a function can use only layers of its own Region.",
            LAYER_IN_OTHER_REGION.cause(
                "derived",
                f"The ARN of the layer has the Region {home}.",
                text=f"{of_owner}No Allow for {denial.caller} changes that.",
            ),
            topic="lambda-layer",
            remedies=use,
        )
    verdict = "the account of the layer has no such version, or does not share it"
    use = your_remedy(
        f"Use a version of {name} that its publisher lists",
        f"Compare name, version and account with the publisher's list for {home}, which must be the Region of the function, too.",
        "The command works in each account that can use the version.",
        commands=fill_command(check, layer, version, home),
        url=_PAGE,
    )
    return denial.explain(
        denial_summary(denial, verdict),
        LAYER_NOT_SHARED.cause(
            "derived" if denial.policy_type == "resource" else "possible",
            text=f"{of_owner}The policy of the version must allow the account of {denial.caller}. Lambda answers the same if the version does not exist.",
        ),
        topic="lambda-layer",
        remedies=(use, share),
    )


_FUNCTION_URL = lazy_pattern(
    r"https://[a-z0-9]{10,40}\.lambda-url\.(?P<region>[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9])\.on\.aws/?[\w/.~+-]{0,200}",
    re.ASCII,
)
# In a SAM or CloudFormation template, in Terraform, in code of the CDK, or in what the AWS CLI prints.
_AUTH_TYPE = lazy_pattern(
    r"(?i)\bauth(?:orization_?)?_?type[\"']?(?:\s?[:=]\s?|\s)[\"']?(?:[a-z.]{0,40}\.)?(?P<type>AWS_IAM|NONE)\b"
)
_SIGNED = ("--aws-sigv4", "AWS4-HMAC-SHA256", "awscurl ")
_METHOD = lazy_pattern(r"\bcurl [^\n]{0,400}?(?:-X ?|--request[ =])(?P<method>[A-Z]{3,7})\b")
FUNCTION_URL_REJECTED = CauseType(
    "function-url-rejected",
    title="The function URL rejects the request",
    text="With AuthType AWS_IAM, the request is not signed, or its caller is not allowed. With NONE, the function policy does not allow everyone.",
    recognised_by='Lambda says "Forbidden. For troubleshooting Function URL authorization issues", or only "Forbidden" for a host with lambda-url.',
    fix="Check the URL's AuthType. Sign the request if it is AWS_IAM; otherwise, allow it in the function policy.",
    sources=(pages.LAMBDA_URLS,),
)
_ALLOWED = "The caller's policy must allow lambda:InvokeFunctionUrl and lambda:InvokeFunction on the function; for a caller in another account, the function policy, too."
_TEXTS = {
    "AWS_IAM": "The URL accepts only signed requests of callers that are allowed to invoke the function.",
    "NONE": "Even with AuthType NONE, the function policy has to allow the request.",
}
_VERDICTS = {
    "AWS_IAM": (
        "its AuthType is AWS_IAM, and the request is not signed",
        "its AuthType is AWS_IAM, and the caller is not allowed",
    ),
    "NONE": ("its AuthType is NONE, and the function policy does not allow everyone",) * 2,
    "": ("it is not signed, or the function policy does not allow it", "its caller is not allowed"),
}


def explain_function_url(denial: Denial) -> Explanation:
    """Explain that the URL of a Lambda function rejected a request."""
    text = denial.failure.text
    url = find_closest(_FUNCTION_URL.finditer(text), denial.failure, prefers_before=True)
    settings = [each for each in _AUTH_TYPE.finditer(text) if not _is_of_gateway(text[: each.start()])]
    stated = {each["type"].upper() for each in settings}
    region = commands.region(url["region"] if url else denial.facts.region)
    address = url[0] if url else "https://URL_ID.lambda-url.REGION.on.aws/"
    auth_type = stated.pop() if len(stated) == 1 else ""
    is_signed = any(each in text for each in _SIGNED)
    method = _METHOD.search(text)
    sign = signed_curl("lambda", region, address, method["method"] if method else "GET")
    function = f"--function-name FUNCTION_NAME --region {region}"
    policy = f"aws lambda get-policy {function} --query Policy --output text"
    public = f"aws lambda add-permission {function} --statement-id {{}} --action {{}} --principal '*' {{}}"
    check = owner_remedy(
        "Check the AuthType of the function URL and the function policy",
        f"With AWS_IAM, sign the request with the service name lambda: plain curl and browsers do not sign. {_ALLOWED}",
        "With NONE, the function policy must allow both actions to everyone: URLs created since October 2025 need both.",
        commands=(
            f"aws lambda get-function-url-config {function}",
            policy,
            None if is_signed or auth_type == "NONE" else Labelled("With AWS_IAM:", sign),
        ),
        url=pages.LAMBDA_URLS,
    )
    allow = owner_remedy(
        "If the URL is meant to be public (AuthType NONE), allow everyone in the function policy",
        "Anyone who knows the URL can then invoke the function.",
        commands=(
            public.format("url-public", "lambda:InvokeFunctionUrl", "--function-url-auth-type NONE"),
            public.format("url-invoke", "lambda:InvokeFunction", "--invoked-via-function-url"),
        ),
        url=pages.LAMBDA_URLS,
    )
    remedies = (allow, check) if auth_type == "NONE" else (check, allow)
    if auth_type and not is_signed and remedies[0] is check:
        title = "Sign the request with the credentials of a caller that is allowed"
        remedies = (attrs.evolve(check, title=title, commands=(sign, *check.commands[:2])), allow)
    return denial.explain(
        f"The function URL{f' {url[0]}' if url else ''} rejected the request: {_VERDICTS[auth_type][is_signed]}.",
        FUNCTION_URL_REJECTED.cause(
            "reported",
            quote_phrases(text, "Function URL authorization issues", "Forbidden")[:1],
            text=_TEXTS.get(auth_type, FUNCTION_URL_REJECTED.text),
        ),
        topic="function-url",
        remedies=remedies,
        notes="The function did not run, so it has no log entry.",
    )


def _is_of_gateway(before: str) -> bool:
    """Return whether a setting after a text is that of a method or route of API Gateway."""
    owners = re.findall(r"api_?gateway|function_?url|lambda-url", before[-400:].lower())
    return bool(owners) and owners[-1].startswith("api")
