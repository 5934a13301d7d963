"""Explain that API Gateway has no such route, and clients of REST catalogs that do not sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, line_at, quote_argument
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import clues, commands, common_causes, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure, SignatureMismatch

GATEWAY_URL = lazy_pattern(
    rf"(?a)https://(?P<api>[a-z0-9]{{10}})\.execute-api\.(?P<region>{REGION})\.amazonaws\.com(?:\.cn)?"
    r"(?:/(?P<stage>[\w$-]{1,128})(?:/(?P<path>[\w/.~+-]{0,200}))?)?"
)
"""The default URL of a REST API."""
_METHOD = lazy_pattern(r"\bcurl\b[^\n|]{0,200}? (?:-X|--request)[ =]?(?P<method>[A-Z]{3,7})\b")
# A file, or text without quotes and variables of its own.
_BODY = lazy_pattern(
    r"(?<=\s)(?:-d|--data(?:-binary|-raw)?|--json)(?:[ =]|(?=[@'\"]))(?:@[\w./-]{1,200}|'[^'\n]{1,400}'|\"[^\"\n\\$`]{1,400}\")(?!\S)"
)
# A setting of the Serverless Framework and of commands.
_GATEWAY = lazy_pattern(r"(?i)\bapi ?gateway\b")
# The kind of token in the header that a client sends.
_TOKEN_KIND = lazy_pattern(r"(?i)\bAuthorization[\"']?\s{0,4}[:=]\s{0,4}[fb]?[\"'`]{0,2}(Bearer|Basic)\b")
_USUAL_STAGE = lazy_pattern(
    r"(?i)(?:dev(?:elop(?:ment)?)?|prod(?:uction)?|stag(?:e|ing)|stg|test|qa|uat|live|beta|demo|main|master|latest|sandbox|v?[0-9]+)(?:[_-].{0,60})?|\$?default"
)
# A path in the output of get-resources, and a part of it that stands for others.
_PATH = lazy_pattern(r"(?<![^\s\"|])/[\w/{}+.~-]{0,200}(?![^\s\"|,])")
_PARAMETER = lazy_pattern(r"\\\{[^{}]{1,80}?(\\\+)?\\\}")
_TYPES = lazy_pattern(r"\b(?:NONE|AWS_IAM|CUSTOM|COGNITO_USER_POOLS)\b")
# Options with which get-resources prints only some resources.
_ALL = lazy_pattern(r"items(?:\[\*?\](?:[^?|]|\|\|){0,200})?")
_SHOW_STAGE = tuple(("apigateway", each) for each in ("get-stage", "get-stages", "get-deployment"))
# The dates of a stage or a deployment.
_DATE = lazy_pattern(r"(?a)\b(20\d\d-[01]\d-[0-3]\d)T[0-2]\d:")
# What says that a route is new, and that it was only called without a stage.
_NOUN = r"\b(?:resource|route|path|method|endpoint)\b"
_ADDED = lazy_pattern(
    rf"(?i)(?:(?:{_NOUN}|\bit\b)[^.;\n]{{0,40}}\b(?:added|created|new)\b|\b(?:added|created|new)\b[^.;\n]{{0,40}}{_NOUN})[^.;\n]{{0,60}}\b(?:today|yesterday|just now|this (?:morning|afternoon|week)|(?:minutes?|hours?) ago)\b|\bjust (?:added|created) (?:\w{{1,20}} ){{0,2}}{_NOUN}"
)
_DEPLOYED = lazy_pattern(r"(?i)\b(?:re-?)?deployed\b")
_TESTED = lazy_pattern(r"\b[Tt]est (?:button|tab|feature)\b|\btest-invoke-method\b")
_PARTIAL = ("limit", "max-items", "position", "starting-token")
NO_SUCH_ROUTE = CauseType(
    "no-such-route",
    title="API Gateway has no such route",
    text="The deployed API has no such path, or not this method of it. API Gateway reports that with this message; credentials are not the cause.",
    fix="Correct the path, the method or the stage.",
    of="unsigned-call",
)


def find_called_url(failure: Failure) -> re.Match[str] | None:
    """Return the last URL of API Gateway before a failure, or else the first one of its text."""
    found = list(GATEWAY_URL.finditer(failure.text))
    before = [each for each in found if each.start() < failure.span[0]] or found[:1]
    return before[-1] if before else None


def find_other_paths(failure: Failure, url: re.Match[str] | None) -> tuple[str, ...]:
    """Return the paths of the API if the text lists them and the called one is not among them."""
    for run in find_runs(failure) if url and url["path"] else ():
        api, query = run.command.option("rest-api-id"), run.command.option("query")
        if (
            run.command.words != ("apigateway", "get-resources")
            or (api is None or url is None or api.value != url["api"])
            or run.command.option(*_PARTIAL) is not None
            or (query is not None and _ALL.fullmatch(query.value) is None)
        ):
            continue
        paths = tuple(dict.fromkeys(_PATH.findall(run.output)))
        called = f"/{(url['path'] or '').rstrip('/')}"
        return () if any(_accepts(each, called) for each in paths) else paths
    return ()


def _accepts(path: str, called: str) -> bool:
    pattern = _PARAMETER.sub(lambda found: ".+" if found[1] else "[^/]+", re.escape(path))
    return re.fullmatch(pattern, called) is not None


def needs_no_signature(failure: Failure, url: re.Match[str] | None) -> bool:
    """Return whether the text shows that the called method of the API has the authorization type NONE."""
    types = {
        kind
        for run in find_runs(failure)
        if url and run.command.words == ("apigateway", "get-method")
        if (api := run.command.option("rest-api-id")) is not None and api.value == url["api"]
        if (method := run.command.option("http-method")) and method.value in {_find_method(url), "ANY"}
        for kind in _TYPES.findall(run.output)
    }
    return types == {"NONE"}


def explain_undeployed(failure: Failure, url: re.Match[str]) -> tuple[str, Cause, Remedy]:
    """Return the summary, the cause and the remedy if the API has the called method, but its stage has no such route.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
    """
    stage, api, text = url["stage"] or "STAGE", url["api"], failure.text
    dates = [*_find_dates(failure, api, stage)]
    since = f" The stage was last updated on {max(dates)}." if dates else ""
    is_certain = bool(dates) and _ADDED.search(text) is not None and _DEPLOYED.search(text) is None
    route = f"{_find_method(url)} /{url['path'] or ''}"
    tested = (
        " The console's Test button calls the method itself, not the stage." if _TESTED.search(text) else ""
    )
    deploy = commands.fill_command(
        f"aws apigateway create-deployment --rest-api-id {api} --region {url['region']} --stage-name {{}}",
        stage,
    )
    return (
        f"No token is missing: {route} is {'' if is_certain else 'most likely '}not deployed to the stage {stage} of the API {api}.{since}",
        NO_SUCH_ROUTE.cause(
            "derived" if is_certain else "possible",
            text=f"The method is in the API, with the authorization type NONE, so it needs no signature. A stage serves the API as it was when it was last deployed, and API Gateway answers so for a route that the stage does not have.{tested}",
        ),
        your_remedy(
            f"Deploy the API to the stage {stage}, and call it again",
            f"This publishes all changes of the API{f' since {max(dates)}' if dates else ''}.",
            commands=(
                deploy,
                Labelled(
                    "If the answer is the same, compare the path and the method:",
                    f"aws apigateway get-resources --embed methods --rest-api-id {api} --region {url['region']}",
                ),
            ),
            url=pages.API_GATEWAY_TOKEN,
        ),
    )


def _find_dates(failure: Failure, api: str, stage: str) -> Iterator[str]:
    """Yield the dates that commands print of a stage or of its deployment."""
    for run in find_runs(failure):
        of, named = run.command.option("rest-api-id"), run.command.option("stage-name")
        is_of_stage = named is None or named.value == stage
        if run.command.words not in _SHOW_STAGE or of is None or of.value != api or not is_of_stage:
            continue
        lines = run.output.splitlines()
        if run.command.words[1] == "get-stages":
            lines = [each for each in lines if re.search(rf"(?<![\w-]){re.escape(stage)}(?![\w-])", each)]
        yield from _DATE.findall("\n".join(lines))


def describe_paths(paths: tuple[str, ...]) -> str:
    """Return the paths of an API in words, without the root unless it is the only one."""
    named = [clip_text(each) for each in paths if each != "/"] or ["/"]
    return join_words([*named[:3], *(["others"] if named[3:] else [])], "and")


def _find_method(url: re.Match[str]) -> str:
    """Return the method with which a URL is called, in its line or else in the text."""
    line = line_at(url.string, *url.span())
    stated = _METHOD.search(line if "curl" in line else url.string)
    return stated["method"] if stated else "POST" if _find_body(url) else "GET"


def _find_body(url: re.Match[str] | None) -> str:
    """Return the options for the body in the curl command with a URL."""
    line = "" if url is None else line_at(url.string, *url.span())
    return " ".join(_BODY.findall(line)) if "curl" in line else ""


def explain_foreign_header(case: Case[SignatureMismatch], reported: Cause) -> Explanation | None:
    """Explain that API Gateway takes a header for a signature, if the text shows API Gateway.

    https://repost.aws/knowledge-center/api-gateway-authentication-token-errors
    """
    text = case.failure.text
    # A token of Cognito is most often for an API.
    if not any(each in text for each in ("execute-api", "ognito")) and _GATEWAY.search(text) is None:
        return None
    url = find_called_url(case.failure)
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


def sign_remedy(url: re.Match[str] | None) -> Remedy:
    """Return the remedy that signs a request to an API that uses IAM authorization."""
    region = commands.region(url["region"] if url else None)
    address = "API_URL" if url is None else add_stage(url) or url[0]
    return your_remedy(
        "If the method uses IAM authorization, sign the request with SigV4 for execute-api",
        "The caller then also needs execute-api:Invoke. Without a session token, omit its header.",
        commands=commands.signed_curl(
            "execute-api", region, address, "GET" if url is None else _find_method(url), _find_body(url)
        ),
        url=pages.SIGNATURES,
    )


# The only stage in the output of get-stages.
_LISTED_STAGE = lazy_pattern(
    r"\bget-stages\b[^\n]{0,200}\n\s{0,20}\[?\s{0,20}\"?([\w-]{1,128})\"?\s{0,20}\]?[ \t]*(?=\n|\Z)|\"stageName\"\s?:\s?\"([\w-]{1,128})\""
)


def find_stage(url: re.Match[str] | None) -> str | None:
    """Return the only stage that the text of a URL lists."""
    listed = {each[1] or each[2] for each in _LISTED_STAGE.finditer(url.string)} if url else set[str]()
    return only_one(listed)


def add_stage(url: re.Match[str] | None) -> str | None:
    """Return a URL with the only stage, or a placeholder, before its only segment, which is unlikely to be a stage."""
    if url is None or not url["stage"] or url["path"] or _USUAL_STAGE.fullmatch(url["stage"]):
        return None
    if find_stage(url) == url["stage"]:
        return None
    return url[0].replace(f"/{url['stage']}", f"/{find_stage(url) or 'STAGE'}/{url['stage']}").rstrip("/")


def routes_remedy(url: re.Match[str] | None = None, paths: tuple[str, ...] = ()) -> Remedy:
    """Return the remedy that compares a request with the API, or the call of the path among its paths that is most similar."""
    stage = url["stage"] if url and url["stage"] else "STAGE"
    of_api = "--rest-api-id API_ID --region REGION"
    deploy = commands.fill_command(f"aws apigateway create-deployment {of_api} --stage-name {{}}", stage)
    called = f"/{url['path'] or ''}" if url else ""
    plain = [each for each in paths if "{" not in each]
    if url and (close := get_close_matches(called, plain, n=1, cutoff=0.75)):
        [path] = close
        again = quote_argument(f"{url[0].removesuffix(called)}{path}")
        return your_remedy(
            f"Call the path {path}, not {called}",
            "Use the command with the headers and the body of your call.",
            commands=(
                f"curl -i -X {_find_method(url)} {again}",
                Labelled("If the answer is the same (this publishes all changes of the API):", deploy),
            ),
            url=pages.API_GATEWAY_TOKEN,
        )
    if (address := add_stage(url)) is not None:
        method = _find_method(url) if url else "GET"
        option = "" if method == "GET" else f"-X {method} "
        listed, again = find_stage(url), f"curl -i {option}{quote_argument(address)}"
        lists = "" if listed else " get-stages prints the stages."
        return your_remedy(
            f"Call the path /{stage} with the stage{f' {listed}' if listed else ''} before it",
            f"A REST API has the URL https://HOST/STAGE/PATH, so it reads the first segment as the stage.{lists}",
            commands=(
                None if listed else f"aws apigateway get-stages {of_api}",
                again if listed else Labelled("With a stage of this list:", again),
                Labelled(
                    "If the answer is the same, check the path and the method (after a change, deploy the API):",
                    f"aws apigateway get-resources {of_api}",
                ),
            ),
        )
    return your_remedy(
        "Compare the URL and the method with the API",
        "The URL is https://api-id.execute-api.region.amazonaws.com/stage/path. The stage, the path and the method must exist."
        if url is None or not url["stage"]
        else f"In the URL, {url['stage']} is the stage and /{url['path'] or ''} the path, which must have the method {_find_method(url)}. authorizationType AWS_IAM there means that requests must be signed.",
        None if url else "With a custom domain, the base path mapping replaces the stage.",
        "Changes take effect when the API is deployed to the stage.",
        commands=(
            f"aws apigateway get-resources --embed methods {of_api}",
            f"aws apigateway get-stages {of_api}",
            Labelled("If the route exists (this publishes all changes of the API):", deploy),
        ),
        url=pages.API_GATEWAY_TOKEN,
    )


# A client of a catalog with the REST API of Iceberg, and the endpoints of AWS with that API.
_REST_CATALOG = lazy_pattern(
    r"\b[Pp]y[Ii]ceberg\b|\borg\.apache\.iceberg\.(?:rest|exceptions)\b|\biceberg\.rest-catalog\.|\b(?:glue|s3tables)\.[a-z0-9-]{6,30}\.amazonaws\.com(?:\.cn)?(?::443)?/iceberg\b"
)
_CATALOG_HOST = lazy_pattern(
    r"\b(?P<name>glue|s3tables|execute-api)\.(?P<region>[a-z]{2}(?:-[a-z]{1,4}){0,2}-[a-z]{4,10}-\d)\.amazonaws\.com(?:\.cn)?\b"
)
_SIGNS_CATALOG = lazy_pattern(
    r"(?i:sigv4-enabled[\"']?\s?[=:,]\s?[\"']?true|rest\.auth\.type[\"']?\s?[=:,]\s?[\"']?sigv4|rest-catalog\.security\s?=\s?sigv4|authorization_type\s{1,3}'sigv4')"
)
_SPARK_CATALOG = lazy_pattern(r"\bspark\.sql\.catalog\.(?P<name>\w{1,60})\.(?:type|uri|warehouse)\b")


def explain_rest_catalog(case: Case[Failure], unsigned: Cause) -> Explanation | None:
    """Explain that the client of a REST catalog of Iceberg is not set to sign, or return ``None`` for others."""
    text = case.failure.text
    if _REST_CATALOG.search(text) is None or _SIGNS_CATALOG.search(text) or "curl " in text:
        return None
    hosts = {(each["name"], each["region"]) for each in _CATALOG_HOST.finditer(text)}
    name, region = next(iter(hosts)) if len(hosts) == 1 else ("SIGNING_NAME", None)
    region = commands.region(region or clues.find_region(case))
    spark = _SPARK_CATALOG.search(text)
    settings = {"sigv4-enabled": "true", "signing-name": name, "signing-region": region}
    client, where, permission = "the client", "the properties of the catalog", None
    lines = [f'"rest.{key}": "{value}"' for key, value in settings.items()]
    if spark is not None:
        client, where = "Spark", "the configuration of Spark, before the session starts"
        lines = [f"spark.sql.catalog.{spark['name']}.rest.{key}={value}" for key, value in settings.items()]
    elif "iceberg.rest-catalog." in text:
        client, where = "Trino", "the properties file of the catalog"
        lines = [f"iceberg.rest-catalog.{key}" for key in ("security=SIGV4", f"signing-name={name}")]
        lines.append(f"s3.region={region}")
    elif "duckdb" in text.lower():
        client, where = "DuckDB", "ATTACH, with a secret of TYPE s3 and PROVIDER credential_chain"
        lines = ["AUTHORIZATION_TYPE 'sigv4'"]
    elif "pyiceberg" in text.lower():
        client, where = (
            "PyIceberg",
            "the properties that load_catalog gets, or the catalog in .pyiceberg.yaml",
        )
    if name in {"glue", "s3tables"}:
        permission = f"The requests then run as the user or role of the client, which needs permissions for {'S3 Tables' if name == 's3tables' else 'AWS Glue'} and the tables."
    return case.explain(
        f"The request to the REST catalog has no signature: {client} is not set to sign with SigV4. No permission is missing yet: AWS saw no identity.",
        attrs.evolve(unsigned, evidence="reported"),
        NO_SUCH_ROUTE.cause() if name not in {"glue", "s3tables"} else None,
        topic="request-unsigned",
        remedies=your_remedy(
            f"Turn on SigV4 for the catalog{f' in {client}' if client[0].isupper() else ''}",
            f"Set this in {where}. Without it, clients of Iceberg expect OAuth2 and send no signature, even if they have AWS credentials.",
            "The signing name is glue for AWS Glue, s3tables for S3 Tables and execute-api for an API of API Gateway."
            if name == "SIGNING_NAME"
            else None,
            permission,
            manifest="\n".join(lines) + "\n",
            manifest_language="text",
            url="https://docs.aws.amazon.com/glue/latest/dg/connect-glu-iceberg-rest.html",
        ),
    )
