"""Explain that API Gateway has no such route, with the routes and stages that a template or a command shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, cast

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import join_words, line_at, quote_argument
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, common_causes, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure, SignatureMismatch

GATEWAY_URL = lazy_pattern(
    rf"https://(?P<api>[a-z0-9]{{10}})\.execute-api\.(?P<region>{REGION})\.amazonaws\.com(?:\.cn)?"
    r"(?:/(?P<stage>[\w$-]{1,128})(?:/(?P<path>[\w/.~+-]{0,200}))?)?",
    re.ASCII,
)
"""The default URL of a REST API."""
# Routes in templates of AWS SAM and the Serverless Framework.
_ROUTES = lazy_pattern(
    r"\bpath[\"']?:[ \t]*[\"']?(?P<path>/?[\w{}+./-]{0,200})[\"']?,?\s{1,40}[\"']?method[\"']?:[ \t]*[\"']?(?P<method>[a-z]{3,7}|\*)"
    r"|\bmethod[\"']?:[ \t]*[\"']?(?P<method_first>[a-z]{3,7}|\*)[\"']?,?\s{1,40}[\"']?path[\"']?:[ \t]*[\"']?(?P<path_last>/?[\w{}+./-]{0,200})"
    r"|\bhttp(?:Api)?:[ \t]*[\"']?(?P<method_short>[a-z]{3,7}|\*)[ \t]{1,4}(?P<path_short>/?[\w{}+./-]{1,200})",
    re.ASCII | re.IGNORECASE,
)
_PARAMETER = lazy_pattern(r"\\\{\w{1,60}(?P<greedy>\\\+)?\\\}")
_METHOD = lazy_pattern(r"\bcurl\b[^\n|]{0,200}? (?:-X|--request)[ =]?(?P<method>[A-Z]{3,7})\b")
_BODY = lazy_pattern(r"\bcurl\b[^\n|]{0,400}? (?:-d|--data(?:-raw)?)[ =]?'([^'\n\\]{1,200})'")
_WITH_AUTHORIZER = lazy_pattern(r"\bAWS_IAM\b|\baws_iam\b")
# A setting of the Serverless Framework and of commands.
_GATEWAY = lazy_pattern(r"\bapi ?gateway\b", re.IGNORECASE)
# The kind of token in the header that a client sends.
_TOKEN_KIND = lazy_pattern(
    r"\bAuthorization[\"']?\s{0,4}[:=]\s{0,4}[fb]?[\"'`]{0,2}(Bearer|Basic)\b", re.IGNORECASE
)
_STAGE = lazy_pattern(r"(?:\bstage: |--stage[ =])[\"']?([\w-]{1,60})")
_USUAL_STAGE = lazy_pattern(
    r"(?:dev(?:elop(?:ment)?)?|prod(?:uction)?|stag(?:e|ing)|stg|test|qa|uat|live|beta|demo|main|master|latest|sandbox|v?[0-9]+)(?:[_-].{0,60})?|\$?default",
    re.IGNORECASE,
)
_OPEN_STEP = "The text shows that the method requires no authorization (NONE): neither a token nor an IAM policy is missing."
_SIGN_STEP = "If the method uses AWS_IAM, sign the request: a Bearer token does not count there."
_SHOWN_ROUTES = 4
# What aws apigateway get-resources and get-stages print as text or as a table.
_LISTED_ROUTE = lazy_pattern(
    r"^[|\s]{0,20}(?P<path>/[\w{}+./-]{0,200})(?:[|\s]{1,40}(?P<methods>[A-Z]{3,7}(?:[,|\s]{1,20}[A-Z]{3,7}){0,8}))?[|\s]{0,40}$",
    re.MULTILINE,
)
_METHODS = lazy_pattern(r"\b(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT)\b")
# What says which authorization a method requires.
_AUTHORIZATION = lazy_pattern(
    r"\bauthorizationType\b[\"' :=]{0,4}(?:[^\n]{0,80}\n\s{0,20})?[\"']?(NONE|AWS_IAM|CUSTOM|COGNITO_USER_POOLS)\b"
)
_AUTHORIZER = lazy_pattern(r"(?i:\b(?:cognito|lambda|jwt|token|custom) authorizers?\b)")
_LISTED_STAGE = lazy_pattern(
    r"\"stageName\": \"(?P<name>[\w-]{1,128})\"|^[ \t]{0,20}(?P<plain>[\w-]{1,128})[ \t]*$", re.MULTILINE
)
NO_SUCH_ROUTE = CauseType(
    "no-such-route",
    title="API Gateway has no such route",
    text="API Gateway has no such path, method or stage. It reports that with this message; credentials are not the cause.",
    fix="Correct the path, the method or the stage.",
    of="unsigned-call",
)


def explain_other_route(case: Case[Failure], url: re.Match[str] | None) -> Explanation | None:
    """Explain that a template, or the API itself, has other routes or stages than the called one."""
    text = case.failure.text
    if url is None or not url["stage"] or _WITH_AUTHORIZER.search(text):
        return None
    listed = list(_listed_routes(case.failure))
    routes, owner = (listed, "API") if listed else (_template_routes(text), "template")
    method, path = _find_method(url), f"/{(url['path'] or '').strip('/')}"
    host, stage = url[0].partition(f"/{url['stage']}")[0], url["stage"]
    outputs = _outputs(case.failure, "get-stages")
    stages = [str(each["name"] or each["plain"]) for run in outputs for each in _LISTED_STAGE.finditer(run)]
    if stages and stage not in stages:
        verdict = f"The API has no stage {stage}, only {join_words(stages[:_SHOWN_ROUTES], 'and')}"
        title, address = f"Call the stage {stages[0]}", f"{host}/{stages[0]}{path}"
        return _explain_route(case, url, verdict, title, method, address)
    of_path = [each for each, template in routes if _matches_route(path, template)]
    if not routes:
        return None
    if not {method, "ANY", "*"}.isdisjoint(of_path):
        return _explain_existing_route(case, url, f"{method} {path}") if listed else None
    found = join_words([f"{each} {template}" for each, template in routes[:_SHOWN_ROUTES]], "and")
    found += f" and {len(routes) - _SHOWN_ROUTES} more" if len(routes) > _SHOWN_ROUTES else ""
    close = get_close_matches(f"{method} {path}", [f"{each} {template}" for each, template in routes], 1)
    right, other = close[0].split(" ", 1) if close else routes[0]
    right, other = (of_path[0], path) if of_path else (right, _fill_parameters(other, path))
    is_clear = of_path or close or len(routes) == 1
    title = f"Call {right} {other}" if is_clear else f"Call a route of the {owner}"
    title += f", or add {method} to the route" if of_path else ""
    verdict = f"The call is {method} {path} in the stage {stage}, and the {owner} has {found}"
    whole = f"/{stage}{path}".rstrip("/")
    if any(_matches_route(whole, template) for _, template in routes):
        named = _STAGE.search(text)
        right, other, stage = method, whole, named[1] if named else "STAGE"
        title, verdict = "Put the stage before the path", f"The URL has no stage before the path {whole}"
    return _explain_route(case, url, verdict, title, right, f"{host}/{stage}{other}")


def find_called_url(failure: Failure) -> re.Match[str] | None:
    """Return the last URL of API Gateway before a failure, or else the first one of its text."""
    found = list(GATEWAY_URL.finditer(failure.text))
    before = [each for each in found if each.start() < failure.span[0]] or found[:1]
    return before[-1] if before else None


def _find_method(url: re.Match[str]) -> str:
    """Return the method with which a URL is called, in its line or else in the text."""
    line = line_at(url.string, *url.span())
    stated = _METHOD.search(line if "curl" in line else url.string)
    return stated["method"] if stated else "GET"


def _fill_parameters(template: str, path: str) -> str:
    """Return a path template with the segments of a path of the same length as its parameters.

    >>> _fill_parameters("/orders/{id}/items", "/order/7/items")
    '/orders/7/items'
    """
    parts, own = template.split("/"), path.split("/")
    if len(parts) != len(own):
        return template
    return "/".join(mine if each.startswith("{") else each for each, mine in zip(parts, own, strict=True))


def _template_routes(text: str) -> list[tuple[str, str]]:
    """Return the methods and paths of the routes in a template."""
    found = (
        (each["method"] or each["method_first"] or each["method_short"], path)
        for each in _ROUTES.finditer(text)
        if (path := each["path"] or each["path_last"] or each["path_short"]) is not None
    )
    return [(method.upper(), f"/{path.strip('/')}") for method, path in found]


def explain_foreign_header(case: Case[SignatureMismatch], reported: Cause) -> Explanation | None:
    """Explain that API Gateway takes a header for a signature, if the text shows API Gateway.

    https://repost.aws/knowledge-center/api-gateway-authentication-token-errors
    """
    text = case.failure.text
    # A token of Cognito is most often for an API.
    if not any(each in text for each in ("execute-api", "ognito")) and _GATEWAY.search(text) is None:
        return None
    url = find_called_url(case.failure)
    if (other := explain_other_route(case, url)) is not None:
        return other
    token = _TOKEN_KIND.search(text)
    kinds = {"bearer": "a bearer token", "basic": "a user name and password"}
    sent = kinds.get(token[1].lower() if token else "", "another value")
    named = "It has no such route"
    if url and url["stage"]:
        route = f"{_find_method(url)} /{url['path'] or ''}"
        named = f"{route} is not deployed to the stage {url['stage']}"
    no_route = "The path, the method or the stage does not exist, or was not deployed with its authorizer: API Gateway answers so then, too."
    must_sign = "The method uses IAM authorization (AWS_IAM), so AWS credentials must sign the request."
    return case.explain(
        f"API Gateway read the Authorization header as an AWS signature (SigV4), but got {sent}, which it did not check. {named}, or the method requires a signature.",
        reported,
        NO_SUCH_ROUTE.cause(text=no_route),
        common_causes.UNSIGNED_CALL.cause(text=must_sign),
        topic="no-such-route",
        remedies=(_check_method_remedy(url), sign_remedy(url)),
    )


def _check_method_remedy(url: re.Match[str] | None) -> Remedy:
    api, region = (url["api"], url["region"]) if url else ("API_ID", "REGION")
    of_api = f"--rest-api-id {api} --region {region}"
    stage = url["stage"] if url and url["stage"] else "STAGE"
    return your_remedy(
        "Check the method's path and authorization type, and deploy the API again",
        "The first command prints each path with its methods and their authorizationType. If it is AWS_IAM, sign the request, or set the authorizer that reads the token.",
        "Changes take effect only when the API is deployed to the stage.",
        commands=(
            f"aws apigateway get-resources --embed methods {of_api}",
            Labelled(
                "If the method is there with the authorizer:",
                commands.fill_command(f"aws apigateway create-deployment {of_api} --stage-name {{}}", stage),
            ),
        ),
        url=pages.API_GATEWAY_TOKEN,
    )


def _explain_route(
    case: Case[Failure], url: re.Match[str], verdict: str, title: str, method: str, address: str
) -> Explanation:
    option = "" if method in {"GET", "ANY", "*"} else f" -X {method}"
    if (token := _TOKEN_KIND.search(case.failure.text)) is not None:
        option += f" -H 'Authorization: {token[1].capitalize()} TOKEN'"
    # A body can be secret.
    from iamtriage.redaction._redact import redact

    body = _BODY.search(case.failure.text) if "-X" in option else None
    if body is not None and redact(body[1]) == body[1]:
        option += f" -d {quote_argument(body[1])}"
    kinds, authorization = set(_AUTHORIZATION.findall(case.failure.text)), _SIGN_STEP
    if kinds == {"NONE"}:
        authorization = _OPEN_STEP
    elif (kinds and kinds <= {"CUSTOM", "COGNITO_USER_POOLS"}) or (
        not kinds and next(find_said(case.failure.text, _AUTHORIZER), None)
    ):
        authorization = (
            "The request needs no signature (SigV4): the authorizer of the method reads the token."
        )
    return case.explain(
        f"No token is missing: API Gateway answers so if it has no such route. {verdict}.",
        NO_SUCH_ROUTE.cause(
            "derived",
            "The text shows the routes or stages and the URL.",
            text="The URL must end with the stage and the path of a route, and the method must be that of the route.",
        ),
        remedies=your_remedy(
            title,
            "Keep other options of your call. If the answer stays the same, the stage can have a deployment from before the route was created: deploy the API again.",
            authorization,
            commands=(
                f"curl -i{option} {quote_argument(address)}",
                *_deploy_commands(url, address.split("/")[3]),
            ),
            url=pages.API_GATEWAY_TOKEN,
        ),
    )


def _explain_existing_route(case: Case[Failure], url: re.Match[str], route: str) -> Explanation:
    """Explain that the API has the called route, which leaves its deployment and its authorization."""
    stage = url["stage"]
    must_sign = "The method uses IAM authorization (AWS_IAM), and the request is not signed. A Bearer token does not count there."
    return case.explain(
        f"The API has the route {route}: it is not deployed to the stage {stage} yet, or the method requires a signature.",
        NO_SUCH_ROUTE.cause(text=f"The stage {stage} has a deployment from before the route was created."),
        common_causes.UNSIGNED_CALL.cause(text=must_sign),
        remedies=(
            your_remedy(
                f"Deploy the API to the stage {stage}",
                "Routes take effect with the next deployment. In code, let the deployment depend on the routes.",
                commands=_deploy_commands(url, stage)[1:],
                url=pages.API_GATEWAY_TOKEN,
            ),
            sign_remedy(url),
        ),
    )


def _deploy_commands(url: re.Match[str], stage: str) -> tuple[Labelled | str, ...]:
    of_api = f"--rest-api-id {url['api']} --region {url['region']}"
    return (
        Labelled("If the answer stays the same:", f"aws apigateway get-resources --embed methods {of_api}"),
        Labelled(
            "If its authorizationType is not AWS_IAM (this publishes all changes of the API):",
            commands.fill_command(f"aws apigateway create-deployment {of_api} --stage-name {{}}", stage),
        ),
    )


def _listed_routes(failure: Failure) -> Iterator[tuple[str, str]]:
    """Yield the methods and paths that ``aws apigateway get-resources`` prints."""
    for output in _outputs(failure, "get-resources"):
        try:
            content: Any = json.loads(output)
        except (ValueError, RecursionError):
            for each in _LISTED_ROUTE.finditer(output):
                yield from ((method, each["path"]) for method in _METHODS.findall(each["methods"] or ""))
            continue
        items = cast("dict[str, Any]", content).get("items") if isinstance(content, dict) else content
        for item in cast("list[object]", items) if isinstance(items, list) else ():
            if isinstance(item, dict):
                resource = cast("dict[str, Any]", item)
                methods = resource.get("resourceMethods")
                if isinstance(methods, dict):
                    path = str(resource.get("path"))
                    yield from ((method, path) for method in cast("dict[str, Any]", methods))
            elif isinstance(item, list):
                cells = [str(each) for each in cast("list[object]", item)]
                if len(cells) > 1:
                    yield from ((method, cells[0]) for method in cells[1].split(",") if method)


def _outputs(failure: Failure, operation: str) -> Iterator[str]:
    return (run.output for run in find_runs(failure) if run.command.words[:2] == ("apigateway", operation))


def _matches_route(path: str, template: str) -> bool:
    pattern = _PARAMETER.sub(lambda each: ".+" if each["greedy"] else "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None


def sign_remedy(url: re.Match[str] | None) -> Remedy:
    """Return the remedy that signs a request to an API that uses IAM authorization."""
    region = commands.region(url["region"] if url else None)
    address = "API_URL" if url is None else add_stage(url) or url[0]
    return your_remedy(
        "If the method uses IAM authorization, sign the request with SigV4 for execute-api",
        "The caller then also needs execute-api:Invoke. Without a session token, omit its header.",
        commands=commands.signed_curl("execute-api", region, address),
        url=pages.SIGNATURES,
    )


def add_stage(url: re.Match[str] | None) -> str | None:
    """Return a URL with a placeholder for a stage before its only segment, which is unlikely to be a stage."""
    if url is None or not url["stage"] or url["path"] or _USUAL_STAGE.fullmatch(url["stage"]):
        return None
    return url[0].replace(f"/{url['stage']}", f"/STAGE/{url['stage']}").rstrip("/")


def routes_remedy(url: re.Match[str] | None = None) -> Remedy:
    """Return the remedy that compares a request with the API."""
    stage = url["stage"] if url and url["stage"] else "STAGE"
    of_api = "--rest-api-id API_ID --region REGION"
    deploy = commands.fill_command(f"aws apigateway create-deployment {of_api} --stage-name {{}}", stage)
    if (address := add_stage(url)) is not None:
        method = _find_method(url) if url else "GET"
        option = "" if method == "GET" else f"-X {method} "
        return your_remedy(
            f"Call the path /{stage} with the stage before it",
            "A REST API has the URL https://HOST/STAGE/PATH, so it reads the first segment as the stage. get-stages prints the stages.",
            commands=(
                f"aws apigateway get-stages {of_api}",
                Labelled("With a stage of this list:", f"curl -i {option}{quote_argument(address)}"),
                Labelled(
                    "If the answer is the same, check the path and the method (after a change, deploy the API):",
                    f"aws apigateway get-resources {of_api}",
                ),
            ),
        )
    return your_remedy(
        "For a REST API: compare the URL and the method with the API",
        "The URL is https://api-id.execute-api.region.amazonaws.com/stage/path. The stage, the path and the method must exist."
        if url is None or not url["stage"]
        else f"In the URL, {url['stage']} is the stage and /{url['path'] or ''} the path. Both must exist, and so must the method of the path.",
        None if url else "With a custom domain, the base path mapping replaces the stage.",
        "Changes take effect when the API is deployed to the stage.",
        commands=(
            f"aws apigateway get-resources {of_api}",
            f"aws apigateway get-stages {of_api}",
            Labelled("If the route exists (this publishes all changes of the API):", deploy),
        ),
        url=pages.API_GATEWAY_TOKEN,
    )
