"""Advise programs whose calls are throttled on how to make fewer of them, such as one for many values.

Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html and
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
"""

from __future__ import annotations

import json
import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._rules.basics import Case, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import THROTTLED
from iamtriage.explaining._rules.calls.throttled_callers import (
    FEWER_AT_ONCE,
    MODEL_LIMITS,
    call_less_often,
    calls_model,
    calls_one_by_one,
    describe_batch,
    describe_tokens,
    describe_workers,
    find_burst,
    find_users,
    name_path,
    reads_parameters,
    set_in_notebook,
)
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import Commands, account_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.failures._failures import AwsError

# A name that consists of a path, and ends in what differs: f"/a/b/{name}", "/a/b/" + name, /a/b/$name.
_PATH = r"[^\n]{0,60}?[\"'`= ]f?[\"'`]?(?P<path>(?:/[\w.-]{1,60}){1,8})/(?:[\"'`] ?[+.] ?\w{1,60}\b(?! ?[+.] ?[\"'`])|\$?\{[^\n{}]{1,60}\}(?![\w/])|%[sv](?![\w/])|\$\w{1,60}\b(?!/)|[\"'`]\))"
_CALL = r"(?i:\bget[_-]?parameter(?:Command|Request|Input)?\b)"
_WITH_PATH = lazy_pattern(rf"{_CALL}{_PATH}")
# A loop with its variable, which is in a call for each value, but not in one that is only tried again.
_LOOP = lazy_pattern(
    r"\bfor(?:each)? ?\(?(?:\w{1,40} |_, ?)?\$?(?P<each>\w{1,40}) ?(?:in|of|:=?) |\.(?:map|forEach)\((?:async )?\(?(?P<item>\w{1,40})"
    r"|\bwhile (?:IFS=\S{0,10} )?read (?:-r )?(?P<line>\w{1,40})"
)
_LINES_OF_LOOP = lazy_pattern(r"[^\n]{0,200}(?:\n[^\n]{0,200}){0,2}")
_COUNT = lazy_pattern(
    r"\b(?P<count>[1-9]\d{1,4}) (?:\w{1,20} )?(?P<what>parameters|secrets|names|keys)\b(?! (?:in|of|from)\b)"
)
# How many copies of a program run at the same time: a setting of Kubernetes, ECS or a job queue, or words.
_PARALLEL = lazy_pattern(
    r"(?a)\b(?:parallelism|replicas|desired_?[Cc]ount)[\"']?\s?[:=]\s?[\"']?(?P<set>\d{1,5})\b(?!%)"
    r"|(?<![\w.-])(?:of |all )?(?P<said>[1-9]\d{1,4}) (?:[a-z]{2,12} )?(?P<what>pods|workers|tasks|containers|executors) (?:start|run|boot|launch|are started|at (?:once|the same time)|in parallel|failed at start)"
)
_EARLIER = lazy_pattern(
    r"(?a)[^\n.;{]{0,40}?\b(?:before(?: that)?|previously|earlier|up from|used to be|was|instead of)(?: it was| only)?:? (?P<count>[1-9]\d{0,4})\b(?![.:]\d)"
)
_OPERATIONS = {
    "GetParameter": (_CALL, "parameter"),
    "GetSecretValue": (r"(?i:\bget[_-]?secret[_-]?value(?:Command|Request|Input)?\b)", "secret"),
}
_PYTHON = (
    'pages = boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(\n'
    "    Path={}, Recursive=True, WithDecryption=True)\n"
    'values = {{each["Name"].removeprefix({}): each["Value"]\n'
    '          for page in pages for each in page["Parameters"]}}'
)


class RepeatedCalls(NamedTuple):
    """A program that makes a call for each value.

    Attributes:
        step: How it reads them in fewer calls.
        code: The code that does so, if the program is in Python.
        command: The command that does so, if the AWS CLI made the calls.
        load: How many calls copies of the program make at the same time, as a sentence.
    """

    step: str
    code: str | None = None
    command: str | None = None
    load: str | None = None


def find_repeated_calls(case: Case[AwsError]) -> RepeatedCalls | None:
    """Return that the text shows a call for each value in a loop, or with a name that code composes."""
    operation, text = case.operation or "", case.failure.text
    if operation not in _OPERATIONS:
        return None
    call, noun = _OPERATIONS[operation]
    with_path = _WITH_PATH.search(text) if operation == "GetParameter" else None
    is_in_loop = _is_in_loop(text, call)
    if with_path is None and not is_in_loop:
        return None
    others = {f"{each}s" for _, each in _OPERATIONS.values()} - {f"{noun}s"}
    counted = next((found for found in _COUNT.finditer(text) if found["what"] not in others), None)
    each = f"each of {counted['count']} {noun}s" if counted else f"each {noun}"
    said = f"The text shows a call of {operation} for {each}."
    if not is_in_loop:
        said = f"The program composes the {noun}'s name, so most likely it calls {operation} for {each}."
    again, load = "Cache the values for as long as the program runs.", None
    parallel = list(_PARALLEL.finditer(text))
    settings = {each["set"] for each in parallel if each["set"]}
    # Several settings are of several programs, and a program of one copy calls only for itself.
    if parallel and len(settings) < 2 and all(len(each) > 1 for each in settings):
        load = _describe_load(parallel, int(counted["count"]) if counted and is_in_loop else 0)
        again = "Or read them once, and pass them to all copies of the program."
    if noun == "secret":
        return RepeatedCalls(
            f"{said} BatchGetSecretValue reads up to 20 secrets in a call, and needs secretsmanager:BatchGetSecretValue, too. {again}",
            load=load,
        )
    if with_path is None:
        return RepeatedCalls(
            f"{said} GetParameters reads up to 10 names in a call, and needs ssm:GetParameters. {again}",
            load=load,
        )
    path = clip_text(with_path["path"])
    step = f"{said} GetParametersByPath reads up to 10 parameters below {path} in a call, and needs ssm:GetParametersByPath; GetParameters reads up to 10 names, and needs ssm:GetParameters. {again}"
    if "--name" in with_path[0]:
        return RepeatedCalls(
            step,
            command=f"aws ssm get-parameters-by-path --path {path} --recursive --with-decryption --query 'Parameters[].[Name,Value]' --output text",
            load=load,
        )
    is_python = case.failure.envelope.source == "botocore" or "Traceback (most recent" in text
    code = _PYTHON.format(json.dumps(path), json.dumps(f"{path}/")) if is_python else None
    return RepeatedCalls(step, code=code, load=load)


def _describe_load(parallel: list[re.Match[str]], calls: int) -> str:
    """Return how many calls copies of a program make at the same time, each for all of its values."""
    # A setting says more than how many were counted.
    first = next((each for each in parallel if each["set"]), parallel[0])
    count, text = int(first["set"] or first["said"]), first.string
    said = {each["said"]: each["what"] for each in parallel if each["said"]}
    copies = said.get(str(count), "copies of the program")
    earlier = _EARLIER.match(text, first.end())
    more = f" (before: {earlier['count']})" if earlier and int(earlier["count"]) < count else ""
    if not calls:
        return f"{count} {copies}{more} make such calls at the same time."
    return f"{count} {copies}{more} with {calls} calls each make {count * calls} calls at once."


def _is_in_loop(text: str, call: str) -> bool:
    """Return whether a loop begins right before a call, which uses the variable of the loop."""
    for loop in _LOOP.finditer(text):
        lines, variable = _LINES_OF_LOOP.match(text, loop.end()), loop[loop.lastgroup or 0]
        if lines and re.search(rf"{call}[^\n]{{0,200}}(?<!\w){variable}\b", lines[0]):
            return True
    return False


_DEFAULT_ATTEMPTS = 10
# What SDKs print when they give up; botocore counts the retries after the first attempt.
_ATTEMPTS = lazy_pattern(
    r"(?:maximum number of attempts, |\(SDK Attempt Count: |\battempts[\"']?: (?=\d{1,3},\s{1,20}[\"']?totalRetryDelay))(?P<attempts>\d{1,3})\b|reached max retries: (?P<retries>\d{1,3})\b"
)
# What the settings or a sentence say: maxRetries: 20, "max_attempts": 12, "we set AWS_MAX_ATTEMPTS to 15".
_SET_ATTEMPTS = lazy_pattern(
    r"(?i:\b(?:AWS_)?max_?(?:error_?)?(?:retries|attempts|retry)\b[\"']?(?: is| was)?(?: set)?(?: to)?\s?[:=(]?\s?[\"']?(?P<set>\d{1,3}))\b"
)
# A message of a client that makes the next attempt itself.
_RETRYING = lazy_pattern(
    r"(?:[Tt]hrottl|[Rr]ate exceeded|TooManyRequests)[^\n]{0,400}?(?<![Nn]ot )\b[Rr]etrying in \d{1,3}(?:\.\d{1,6})?(?: ?s| ?ms| (?:milli)?seconds?)\b"
)
_GAVE_UP = "exceeded maximum number of attempts"
# This SDK reads no variable for retries: https://docs.aws.amazon.com/AWSJavaScriptSDK/latest/AWS/Config.html
_JS_2 = "With this SDK (JavaScript v2), set maxRetries and retryDelayOptions where the client is created, such as {{maxRetries: {}, retryDelayOptions: {{base: 300}}}}. It reads no variables for this."
_TITLE = "Retry with exponential backoff and jitter, and make fewer calls"
_STS_OPERATION = lazy_pattern(r"AssumeRole|GetCallerIdentity|GetSessionToken|GetFederationToken")
_CLI = lazy_pattern(
    r"\baws [a-z][a-z0-9-]{1,30} [a-z]|\(reached max retries: \d+\)|\baws-cli/|\bboto|An error occurred \("
)
_FEWER = "Make fewer calls: cache results, use filters and large pages, and run fewer jobs in parallel."
_REUSE = "Keep the credentials and the client of one AssumeRole until shortly before they expire, for all requests or jobs."
_STS_RATES = "AWS does not raise this limit. Each regional STS endpoint has its own limit: call one of these."
RAISE_PARAMETERS = account_remedy(
    "If that is not enough, raise the rate of Parameter Store, for a charge",
    commands="aws ssm update-service-setting --region REGION --setting-id /ssm/parameter-store/high-throughput-enabled --setting-value true",
    url="https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html",
)
_FEWER_PARAMETERS = "Make fewer calls: read all parameters of a path with GetParametersByPath, or up to 10 names with GetParameters, which are separate actions in policies, and cache the values."
_FEWER_PAGES = "Make fewer calls: GetParametersByPath returns at most 10 parameters for each call. Keep values that are read together in one parameter, as JSON, cache them, and spread the starts of programs that read them."
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets.html
_FEWER_SECRETS = "Make fewer calls: cache the secret in the program, as the caching libraries of Secrets Manager do, instead of a call for each request or job."
# https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html
_IN_FUNCTIONS = " Read outside of the handler, or add the AWS Parameters and Secrets Lambda Extension, which caches the values."
# https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html
_FEWER_EMAILS = "Send more slowly, from a queue: MaxSendRate of aws ses get-send-quota is how many emails the account may send a second in the Region. In the sandbox it is 1. Retry after up to 10 minutes."
_FEWER_STATES = "Make fewer calls: ask for the state less often, for example with a waiter that has a longer delay, and for many resources in one call, with filters, IDs and a paginator."
_FEWER_STATES_OF_ONE = "Make fewer calls: keep the response while it cannot have changed, ask for the state less often, for example with a waiter that has a longer delay, and run fewer jobs at the same time."
_FEWER_CLUSTERS = "Make fewer calls: the endpoint and the certificate of a cluster hardly ever change. Run aws eks update-kubeconfig once, and pass the kubeconfig to the other jobs. Run fewer jobs at the same time, and wait for a state with longer pauses."
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html; the rate:
# https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/502
_FEWER_REGISTRATIONS = "Make fewer calls: register a task definition only if it changed. ECS allows about 1 registration a second per account and Region, and bursts of 20."
_FEWER_CHANGES = "Make fewer calls: put the changes of a hosted zone into one change batch, and change a zone from one program at a time."
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
_FEWER_LOG_EVENTS = (
    "Make fewer calls: send log events less often, in larger batches (up to 1 MB), and log less."
)
# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html and
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
_FEWER_RECORDS = "Make fewer calls: send full batches (PutRecords and PutRecordBatch take 500 records), and only the records again that the response lists as failed. If there are too many, give the stream more shards or on-demand capacity, or ask for a higher quota."
_FEWER_METRICS = "Make fewer calls: publish up to 1,000 metrics in one call and less often, or write them to a log in the embedded metric format."
# CloudTrail records them at most as data events.
_NOT_LOOKED_UP = frozenset({"PutLogEvents", "PutMetricData", "PutRecord", "PutRecordBatch", "PutRecords"})
_ONE_BY_ONE = "Pass a list of IDs in each call, or filters with a paginator, instead of a call for each resource, and keep the response while it cannot have changed."
# The pattern of the operation -> how to call less often.
_FEWER_OF_OPERATIONS = (
    (lazy_pattern(r"ChangeResourceRecordSets"), _FEWER_CHANGES),
    (lazy_pattern(r"RegisterTaskDefinition"), _FEWER_REGISTRATIONS),
    (lazy_pattern(r"GetParametersByPath"), _FEWER_PAGES),
    (lazy_pattern(r"GetParameter"), _FEWER_PARAMETERS),
    (lazy_pattern(r"GetSecretValue"), _FEWER_SECRETS),
    (lazy_pattern(r"PutLogEvents"), _FEWER_LOG_EVENTS),
    (lazy_pattern(r"PutMetricData"), _FEWER_METRICS),
    (lazy_pattern(r"PutRecord(?:s|Batch)?\Z"), _FEWER_RECORDS),
    (lazy_pattern(r"Send(?:\w*Email|EmailBatch)\Z"), _FEWER_EMAILS),
    (lazy_pattern(r"Describe\w*s\Z"), _FEWER_STATES),
    (lazy_pattern(r"Describe"), _FEWER_STATES_OF_ONE),
)
# The stack trace of a program in Python, Java, JavaScript or Go.
_STACK_TRACE = lazy_pattern(
    r"\bTraceback \(most recent call last\)|\n[ \t]+at [\w.$<>/ ]{1,200}\(|\n[ \t]+at (?:async )?\S{1,200}:\d+:\d+|\bgoroutine \d+ \["
)
_FLUENT_BIT = lazy_pattern(r"\[output:\w{2,40}:\w{2,40}\.\d{1,3}\]")
_RETRIES_OF_FLUENT_BIT = "https://docs.fluentbit.io/manual/administration/scheduling-and-retries"
_OF_FLUENT_BIT = "Fluent Bit retries by itself: raise Retry_Limit in its [OUTPUT] section, whose default is 1, so that no records are lost. A longer Flush in [SERVICE] makes batches larger."
_FIND_CALLERS = "To find who else calls, count the events of the operation by userIdentity in CloudTrail."


def calls_sts(case: Case[AwsError]) -> bool:
    """Return whether the throttled call is of STS."""
    return case.service == "sts" or _STS_OPERATION.match(case.operation or "") is not None


def _calls_ec2(case: Case[AwsError]) -> bool:
    service, operation = case.service, case.operation
    if service is not None or operation is None:
        return service == "ec2"
    services = [each.service for each in actions_for(operation)]
    # Other services with an operation of this name have other codes.
    return services == ["ec2"] or (
        "ec2" in services and clues.error_code(case.failure) == "RequestLimitExceeded"
    )


def throttling_text(case: Case[AwsError]) -> str:
    """Return whose calls count, and which machines make them at the same time, if the text shows it."""
    burst = find_burst(case.failure.text)
    return f"{burst[0]} {_describe_limit(case)}" if burst else _describe_limit(case)


def _describe_limit(case: Case[AwsError]) -> str:
    """Return whose calls count, with the rate where AWS documents one for all accounts.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html and
    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
    """
    if clues.error_code(case.failure) == "PriorRequestNotComplete":
        return "Route 53 was still processing an earlier change of the same hosted zone."
    if reads_parameters(case) or (case.operation or "").startswith("PutParameter"):
        limits = "Parameter Store limits the rate of an account in each Region, all callers together."
        repeated = find_repeated_calls(case)
        load = repeated.load if repeated else describe_batch(case.failure.text)
        likely = "" if case.operation else "Most likely, the program reads parameters. "
        return f"{likely}{limits} {load or ''}".strip()
    if "for shard " in case.text:
        return "This is the limit of one shard: 1 MB or 1,000 records per second to write, and 2 MB to read."
    if case.service == "route53" and not (case.operation or "Change").startswith("Change"):
        return "Route 53 allows an account 5 to 10 requests a second, which all callers in all Regions share."
    if calls_model(case):
        return MODEL_LIMITS
    if _calls_ec2(case):
        return "EC2 limits how often an account calls each operation in a Region, all callers together. This is not the quota of instances or other resources."
    return THROTTLED.text


def _advise_fewer(case: Case[AwsError], operation: str, *, is_function: bool) -> str:
    """Return how a program makes fewer calls of an operation."""
    # EMR has a call with this name, too, but no kubeconfig.
    is_eks = case.service == "eks" or case.facts.cluster is not None
    if operation == "DescribeCluster" and is_eks and case.service in {None, "eks"}:
        return _FEWER_CLUSTERS
    at_once = describe_workers(case.failure.text)
    if calls_model(case):
        return f"{describe_tokens(case.failure.text)} {at_once or FEWER_AT_ONCE}"
    called = operation or ("GetParameter" if reads_parameters(case) else "")
    fewer = next((words for pattern, words in _FEWER_OF_OPERATIONS if pattern.match(called)), "")
    is_of_values = fewer in {_FEWER_PAGES, _FEWER_PARAMETERS, _FEWER_SECRETS}
    fewer = f"{name_path(case.failure.text, fewer)}{_IN_FUNCTIONS if is_function and is_of_values else ''}"
    return f"{fewer} {at_once}".strip() if at_once else fewer or _FEWER


def _describe_own_retries(case: Case[AwsError], attempts: int) -> tuple[str, str, str] | None:
    """Return how a client retries that reads no variables for it, or that makes the next attempt itself: a title, a step and a page."""
    if _RETRYING.search(case.failure.text) and _GAVE_UP not in case.text:
        retry = "The client retries by itself, as the text says: without a later error, do nothing."
        return "Make fewer calls, if the client gives up after its retries", retry, pages.SDK_RETRIES
    if _FLUENT_BIT.search(case.text) and (case.operation or "Put").startswith(("Create", "Put")):
        return "Let Fluent Bit retry, and send larger batches", _OF_FLUENT_BIT, _RETRIES_OF_FLUENT_BIT
    if case.failure.envelope.source != "js-v2" and "/node_modules/aws-sdk/lib/" not in case.text:
        return None
    return _TITLE, _JS_2.format(max(attempts, _DEFAULT_ATTEMPTS)), pages.SDK_RETRIES


def _advise_retries(case: Case[AwsError], more: str) -> tuple[str, str, Commands, str]:
    """Return how the program retries: a title, a step, the commands and a page.

    Args:
        case: The case.
        more: More variables for a shell.
    """
    found, stated = _ATTEMPTS.search(case.text), _SET_ATTEMPTS.search(case.failure.text)
    made = int(found["attempts"] or int(found["retries"]) + 1) if found is not None else 0
    allowed = 0 if stated is None else int(stated["set"])
    attempts, is_stated = max(made, allowed), allowed > made
    if (own := _describe_own_retries(case, attempts)) is not None:
        title, retry, url = own
        return title, retry, (), url
    has_enough = attempts >= _DEFAULT_ATTEMPTS
    if clues.runs_in_notebook(case.failure):
        retry = set_in_notebook(0 if is_stated else attempts, 0 if has_enough else _DEFAULT_ATTEMPTS)
        return _TITLE, retry, (), pages.SDK_RETRIES
    retry = "Let the SDK retry: the modes standard and adaptive use exponential backoff with jitter; adaptive also slows down."
    settings = "AWS_RETRY_MODE=adaptive" + ("" if has_enough else f" AWS_MAX_ATTEMPTS={_DEFAULT_ATTEMPTS}")
    if has_enough:
        retry = f"The SDK already {'has' if is_stated else 'made'} {attempts} attempts. More attempts are more calls: let it slow down with the retry mode adaptive."
    elif attempts:
        retry = f"The SDK gave up after {attempts} attempts. The retry mode adaptive waits longer after each error, and sends fewer calls."
    is_pod = case.context.runtime_kind == "eks-pod" or text_signs.is_about_pods(case.text)
    if _CLI.search(case.text) and not (is_pod or case.context.runtime or _STACK_TRACE.search(case.text)):
        return _TITLE, retry, (f"export {settings}{more}",), pages.SDK_RETRIES
    program = "function" if case.context.runtime_kind == "lambda" else "program"
    retry += f" Set {settings.replace(' ', ' and ')} in the environment of the {program}."
    return _TITLE, retry, (), pages.SDK_RETRIES


def throttling_remedy(case: Case[AwsError]) -> Remedy:
    """Return the remedy that makes fewer calls, with the settings that the program has."""
    operation = case.operation or ""
    if (less := call_less_often(case)) is not None:
        return less
    fewer = _advise_fewer(case, operation, is_function=case.context.runtime_kind == "lambda")
    assumes_role = calls_sts(case) and (not operation or operation.startswith("AssumeRole"))
    if assumes_role:
        provider = credential_remedies.REFRESHING_PROVIDERS.get(case.failure.envelope.source or "")
        kept = ""
        if provider:
            kept = f" With this SDK, {provider} does that, if all calls share one client for each role."
        if case.failure.envelope.source == "botocore":
            kept = " A profile with role_arn does that in the AWS CLI and each boto3 Session."
        fewer = f"{_REUSE}{kept}"
    regional = " AWS_STS_REGIONAL_ENDPOINTS=regional" if assumes_role else ""
    title, retry, lines, url = _advise_retries(case, regional)
    steps = [retry, fewer]
    if calls_one_by_one(case):
        title = "Ask for many resources in one call, and retry with exponential backoff and jitter"
        steps = [_ONE_BY_ONE, retry]
    repeated = find_repeated_calls(case)
    if repeated is not None:
        title = "Read the values in fewer calls, and retry with backoff and jitter"
        steps = [repeated.step, retry]
        lines = (repeated.command, *lines) if repeated.command else lines
    if assumes_role:
        title = "Reuse the role's credentials, and retry with exponential backoff and jitter"
        steps = [fewer, retry, _STS_RATES]
    burst = find_burst(case.failure.text)
    if burst is not None:
        title = "Spread the job over time, and retry with exponential backoff and jitter"
        own = " An instance reads its own data from the instance metadata, without such a call."
        steps.insert(0, burst[1] + (own if operation == "DescribeInstances" else ""))
    started = describe_batch(case.failure.text) if reads_parameters(case) else None
    if started if repeated is None else repeated.load:
        steps.append("Start fewer copies at once, or each after a random delay.")
    elif burst is not None:
        pass  # The text shows who calls.
    elif operation in _NOT_LOOKED_UP or not (operation.isalnum() and lines):
        is_clear = operation in _NOT_LOOKED_UP or describe_workers(case.failure.text) is not None
        steps += () if is_clear else (_FIND_CALLERS,)
    else:
        endpoint = "; the global endpoint of STS is in us-east-1" if assumes_role else ""
        lines = (*lines, find_users(case, endpoint))
    code = None if repeated is None else repeated.code
    return your_remedy(
        title, *steps, commands=lines, manifest=code, manifest_language="text" if code else "yaml", url=url
    )
