"""Explain what API Gateway and the URLs of Lambda functions answer without a reason: "Forbidden" and "Unauthorized".

Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html,
https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html and the pages that the remedies link to.
"""

from __future__ import annotations

import re
from typing import Any

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import find_closest
from iamtriage.policies._readers.elements import iterate_conditions, principal_names

_UNAUTHORIZED = lazy_pattern(r"\bUnauthorized(?:Exception)?\b")
# What an authorizer for JWTs says in the header www-authenticate.
_REASON = lazy_pattern(r"\berror_description=\\?\"([^\"\\\n]{3,160})")
_KEY_SENT = lazy_pattern(r"\b[Xx]-[Aa][Pp][Ii]-[Kk]ey\b")
_WITHOUT_STAGE = lazy_pattern(r"\.execute-api\.[a-z0-9-]{4,30}\.amazonaws\.com/?(?=[\s\"'?]|$)")
_TOKEN_SENT = lazy_pattern(r"\b[Aa]uthorization\b[\"']?\s?[:=]")

GATEWAY_FORBIDDEN = CauseType(
    "gateway-forbidden",
    title="API Gateway rejected the request without a reason",
    text='API Gateway itself rejected the request. "Forbidden" is all that it says.',
    recognised_by='A response of API Gateway is {"message":"Forbidden"}.',
    fix="Send the API key, and check the URL, the web ACL and the authorizer's scopes.",
    sources=(pages.API_GATEWAY_403,),
)
GATEWAY_API_KEY = CauseType(
    "gateway-api-key",
    title="The method requires an API key",
    text="The method requires an API key, and the request has none in x-api-key, or one that is in no usage plan of the stage.",
    fix="Send the key in x-api-key, and add the key and the stage to a usage plan.",
    of="gateway-forbidden",
)
GATEWAY_NO_STAGE = CauseType(
    "gateway-no-stage",
    title="The URL belongs to no stage",
    text="The URL belongs to no stage: the stage is missing or misspelled, the custom domain has no mapping for the path, or the default endpoint is disabled.",
    fix="Correct the URL, or map the custom domain to the stage.",
    of="gateway-forbidden",
)
GATEWAY_OTHER = CauseType(
    "gateway-web-acl",
    title="A web ACL blocks the request, or the token lacks a scope",
    text="A rule of a web ACL of AWS WAF blocks the request, or the token for an HTTP API lacks a scope that the route requires.",
    fix="Change the rule that the web ACL's sampled requests show, or request a token with the scope.",
    of="gateway-forbidden",
)
GATEWAY_UNAUTHORIZED = CauseType(
    "gateway-unauthorized",
    title="The API's authorizer got no token that it accepts",
    recognised_by='A response of API Gateway is {"message":"Unauthorized"}.',
    fix="Send a current token of the issuer that the authorizer trusts.",
    sources=(pages.JWT_AUTHORIZER, pages.LAMBDA_AUTHORIZER),
)
GATEWAY_TOKEN_REJECTED = CauseType(
    "gateway-token-rejected",
    title="The token is missing, expired or another one",
    text="The request has no token where the authorizer looks, by default the header Authorization, or one that has expired or is of another issuer or audience. Cognito authorizers expect an ID token, or an access token if the method has scopes.",
    fix="Send a current token of the right kind in the authorizer's identity source.",
    of="gateway-unauthorized",
)


def explain_gateway_response(denial: Denial) -> Explanation:
    """Explain that API Gateway rejected a request without saying why."""
    text, (start, end) = denial.failure.text, denial.failure.span
    if _UNAUTHORIZED.search(denial.failure.envelope.code or text[start:end]):
        return _explain_unauthorized(denial)
    # Without a stage in the URL, that is the likeliest cause.
    no_stage = GATEWAY_NO_STAGE.cause(
        because=("The URL in the text has no path.",) if _WITHOUT_STAGE.search(text) else ()
    )
    api_key = GATEWAY_API_KEY.cause(because=("The text names x-api-key.",) if _KEY_SENT.search(text) else ())
    problem, likeliest = "the API key is missing, or the URL belongs to no stage", (api_key, no_stage)
    if no_stage.because:
        problem, likeliest = "the URL lacks the stage", (no_stage, api_key)
    elif api_key.because:
        problem = "the API key is not valid for the stage, or the URL belongs to no stage"
    return denial.explain(
        f"API Gateway rejected the request and states no reason: most likely, {problem}.",
        GATEWAY_FORBIDDEN.cause("reported"),
        *likeliest,
        GATEWAY_OTHER.cause(),
        topic="gateway-response",
        remedies=(
            your_remedy(
                "Check the URL, and send the API key if the method requires one",
                "The URL is https://api-id.execute-api.region.amazonaws.com/stage/path. Host, stage and path are case-sensitive.",
                "Send the key in the header x-api-key. It must be enabled, and in a usage plan that has the stage.",
                url=pages.API_GATEWAY_403,
            ),
            owner_remedy(
                "Let API Gateway log the reason",
                "Add $context.error.responseType to the format of the stage's access log: it says INVALID_API_KEY, WAF_FILTERED or another type.",
                "apiKeyRequired of the method, and webAclArn of the stage, show what applies.",
                "After a change, deploy the API to the stage.",
                commands=(
                    "aws apigateway get-resources --rest-api-id API_ID --embed methods --region REGION",
                    "aws apigateway get-stages --rest-api-id API_ID --region REGION",
                    "aws apigateway get-usage-plans --region REGION",
                ),
                url=pages.API_GATEWAY_403,
            ),
        ),
        notes="If IAM or a resource policy denied the request, API Gateway would name execute-api:Invoke instead.",
    )


def _explain_unauthorized(denial: Denial) -> Explanation:
    text = denial.failure.text
    reason = _REASON.search(text)
    because = () if reason is None else (f'The response says "{clip_text(reason[1])}".',)
    sent = ("The request sends a token.",) if _TOKEN_SENT.search(text) else ()
    rejected = GATEWAY_TOKEN_REJECTED.cause()
    if because or sent:
        text = "The token has expired, or its issuer or audience is not that of the authorizer. Cognito authorizers expect an ID token, or an access token if the method has scopes."
        rejected = GATEWAY_TOKEN_REJECTED.cause("derived", because or sent, text=text)
    verdict = "its authorizer got no token that it accepts"
    if reason:
        verdict = f"the authorizer says that {clip_text(reason[1])}"
    return denial.explain(
        f"API Gateway rejected the request: {verdict}.",
        GATEWAY_UNAUTHORIZED.cause("reported"),
        rejected,
        topic="gateway-response",
        remedies=(
            your_remedy(
                "Get a new token, and send it where the authorizer looks",
                "The identity source of the authorizer names the header or parameter, by default Authorization.",
                "Compare iss, aud, exp and token_use of the token with the issuer and audience of the authorizer.",
                "A JWT authorizer states the reason in the response header www-authenticate: curl -i shows it.",
                url=pages.JWT_AUTHORIZER,
            ),
            owner_remedy(
                "Show the settings of the authorizer",
                "Issuer and audience must match exactly.",
                commands={
                    "For a REST API:": "aws apigateway get-authorizers --rest-api-id API_ID --region REGION",
                    "For an HTTP API:": "aws apigatewayv2 get-authorizers --api-id API_ID --region REGION",
                },
                url=pages.JWT_AUTHORIZER,
            ),
        ),
        notes="IAM policies do not apply: the API's authorizer decides.",
    )


_FUNCTION_URL = lazy_pattern(
    rf"(?a)https://[a-z0-9]{{10,40}}\.lambda-url\.(?P<region>{REGION})\.on\.aws/?[\w/.~+-]{{0,200}}"
)
# In a SAM or CloudFormation template, in Terraform, in code of the CDK, or in what the AWS CLI prints.
_AUTH_TYPE = lazy_pattern(
    r"(?i)\bauth(?:orization_?)?[_ ]?type[\"']?(?:\s?[:=]\s?|\s)[\"']?(?:[a-z.]{0,40}\.)?(?P<type>AWS_IAM|NONE)\b"
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
_BY_ORIGIN = "the function policy does not allow CloudFront both actions, or the origin does not sign"
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
    auth_type = only_one(stated, "")
    is_signed = any(each in text for each in _SIGNED)
    method = _METHOD.search(text)
    sign = commands.signed_curl("lambda", region, address, method["method"] if method else "GET")
    statements = [each for policy in denial.context.resource_policies for each in policy.allows]
    statements = statements or _list_added(text) or _list_said(text)
    lacking = next((each for each in statements if names_action(each, _INVOKE_URL)), None)
    if lacking is not None and not any(names_action(each, _INVOKE) for each in statements):
        return _explain_missing_invoke(denial, lacking, region, auth_type)
    of_origin = _CLOUDFRONT.search(text) is not None
    function = f"--function-name FUNCTION_NAME --region {region}"
    policy = f"aws lambda get-policy {function} --query Policy --output text"
    public = f"aws lambda add-permission {function} --statement-id {{}} --action {{}} --principal '*' {{}}"
    check = owner_remedy(
        "Check the AuthType of the function URL and the function policy",
        "CloudFront has no IAM policies: the function policy must allow cloudfront.amazonaws.com both actions (URLs created since October 2025 need both). The URL must have the AuthType AWS_IAM, and the origin an origin access control of the type lambda that always signs."
        if of_origin
        else f"With AWS_IAM, sign the request with the service name lambda: plain curl and browsers do not sign. {_ALLOWED}",
        _HASH_OF_BODY
        if of_origin
        else "With NONE, the function policy must allow both actions to everyone: URLs created since October 2025 need both.",
        commands=(
            f"aws lambda get-function-url-config {function}",
            policy,
            None if is_signed or of_origin or auth_type == "NONE" else Labelled("With AWS_IAM:", sign),
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
    is_closed = of_origin or auth_type == "AWS_IAM"
    remedies = (check,) if is_closed else (allow, check) if auth_type else (check, allow)
    if auth_type and not is_signed and not of_origin and remedies[0] is check:
        steps = (
            f"Sign with the service name lambda: plain curl and browsers do not sign. {_ALLOWED}",
            "AuthType NONE would make the function public: anyone who knows the URL could invoke it.",
        )
        title = "Sign the request with the credentials of a caller that is allowed"
        remedies = (your_remedy(title, *steps, commands=sign, url=pages.LAMBDA_URLS),)
    return denial.explain(
        f"The function URL{f' {url[0]}' if url else ''} rejected the request: {_BY_ORIGIN if of_origin and auth_type != 'NONE' else _VERDICTS[auth_type][is_signed]}.",
        FUNCTION_URL_REJECTED.cause(
            "reported",
            quote_phrases(text, "Function URL authorization issues", "Forbidden")[:1],
            text=_TEXTS.get(auth_type, FUNCTION_URL_REJECTED.text),
        ),
        topic="function-url",
        remedies=remedies,
        notes="The function did not run, so it has no log entry.",
    )


_INVOKE, _INVOKE_URL = "lambda:InvokeFunction", "lambda:InvokeFunctionUrl"
# What limits a statement that add-permission adds.
_OPTIONS = {
    "aws:sourcearn": "--source-arn",
    "aws:sourceaccount": "--source-account",
    "aws:principalorgid": "--principal-org-id",
}
_CLOUDFRONT = lazy_pattern(r"(?i)\bcloudfront\b")
_HASH_OF_BODY = "If then GET works and POST does not, the client must send the hash of the body in x-amz-content-sha256: CloudFront does not compute it."
_NEEDS_BOTH = "Function URLs that were created since October 2025 require both actions. AWS exempts older ones for a time (its notice says until 1 November 2026), so an older one can still work with one action."
FUNCTION_URL_LACKS_ACTION = CauseType(
    "function-url-lacks-action",
    title="The function policy lacks one of the two actions for a function URL",
    text=_NEEDS_BOTH,
    recognised_by="The function policy in the text allows lambda:InvokeFunctionUrl, and not lambda:InvokeFunction.",
    fix="Allow lambda:InvokeFunction to the same principal in the function policy.",
    sources=(pages.LAMBDA_URLS,),
)


# "Resource policy: Allow, Principal *, lambda:InvokeFunctionUrl"; "the function policy allows everyone InvokeFunctionUrl"
_SAID = lazy_pattern(
    r"(?i)\b(?:resource(?:[- ]based)?|function)(?:'s)? policy\b(?=[^\n]{0,160}?(?:\*|\bevery(?:one|body)\b|\banyone\b|\bpublic))[^\n]{0,160}?(?<![\w-])(?:lambda:)?InvokeFunctionUrl\b"
)
_ALSO_SAID = lazy_pattern(r"\bInvokeFunction\b")


def _list_said(text: str) -> list[dict[str, Any]]:
    """Return the statement for everyone that a sentence says the function policy has."""
    is_said = "InvokeFunctionUrl" in text and next(find_said(text, _SAID), None) is not None
    if not is_said or _ALSO_SAID.search(text):
        return []
    return [{"Effect": "Allow", "Principal": "*", "Action": _INVOKE_URL}]


def _list_added(text: str) -> list[dict[str, Any]]:
    """Return the statements that commands in a text add to function policies."""
    added: list[dict[str, Any]] = []
    for _, command in find_commands(text, 0, len(text)) if "add-permission" in text else ():
        given = dict(command.options)
        principal = given.get("principal", "")
        if command.words[:2] == ("lambda", "add-permission") and principal:
            statement: dict[str, Any] = {
                "Sid": given.get("statement-id"),
                "Effect": "Allow",
                "Action": given.get("action"),
            }
            statement["Principal"] = {"Service" if principal.endswith(".amazonaws.com") else "AWS": principal}
            if "source-arn" in given:
                statement["Condition"] = {"ArnLike": {"AWS:SourceArn": given["source-arn"]}}
            added.append(statement)
    return added


def _explain_missing_invoke(
    denial: Denial, statement: dict[str, Any], region: str, auth_type: str
) -> Explanation:
    """Explain that a function policy lacks the second action that a function URL requires."""
    is_public = "*" in principal_names(statement, "AWS")
    principal = "*" if is_public else next(iter(principal_names(statement, "Service", "AWS")), "PRINCIPAL")
    limits = "".join(
        commands.fill_command(f" {_OPTIONS[key.lower()]} {{}}", values[0])
        for operator, key, values in iterate_conditions(statement)
        if values and key.lower() in _OPTIONS and "Not" not in operator
    )
    via = " --invoked-via-function-url" if is_public else ""
    add = commands.fill_command(
        f"aws lambda add-permission --function-name FUNCTION_NAME --region {region} --statement-id {{}} --action {_INVOKE} --principal {{}}",
        f"{statement.get('Sid') or 'Url'}Invoke",
        principal,
    )
    who = {"*": "everyone", "PRINCIPAL": "its principal"}.get(principal, clip_text(principal))
    rest = f"AuthType {auth_type}" if auth_type else "the AuthType"
    return denial.explain(
        f"The function URL rejected the request: the function policy allows {who} only {_INVOKE_URL}, and not {_INVOKE}, which a function URL also requires.",
        FUNCTION_URL_LACKS_ACTION.cause("derived"),
        topic="function-url",
        remedies=owner_remedy(
            f"Allow {who} {_INVOKE}, too",
            f"The command adds a second statement. The first one{', the origin access control' if 'cloudfront' in who else ''} and {rest} stay as they are. {'In Terraform, add a second aws_lambda_permission' if 'terraform' in denial.failure.text.lower() else 'In code, add a second permission'}.",
            _HASH_OF_BODY if "cloudfront" in who else None,
            commands=f"{add}{limits}{via}",
            url=pages.LAMBDA_URLS,
        ),
    )


def _is_of_gateway(before: str) -> bool:
    """Return whether a setting after a text is that of a method or route of API Gateway."""
    owners = re.findall(r"api_?gateway|function_?url|lambda-url", before[-400:].lower())
    return bool(owners) and owners[-1].startswith("api")
