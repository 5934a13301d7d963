"""Explain requests that the URL of a Lambda function rejects, by the AuthType that the text shows.

Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html.
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
from iamtriage.explaining._rules.shared.commands import signed_curl
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.explaining._rules.shared.text_signs import find_closest

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

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
            *(() if is_signed or auth_type == "NONE" else (Labelled("With AWS_IAM:", sign),)),
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
        notes=("The function did not run, so it has no log entry.",),
    )


def _is_of_gateway(before: str) -> bool:
    """Return whether a setting after a text is that of a method or route of API Gateway."""
    owners = re.findall(r"api_?gateway|function_?url|lambda-url", before[-400:].lower())
    return bool(owners) and owners[-1].startswith("api")
