"""Advise on what calls too often: controllers of Kubernetes, programs with parallel calls, and calls of Bedrock models.

Sources:
https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-runtime.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-token-burndown.html,
https://docs.aws.amazon.com/boto3/latest/guide/retries.html,
https://external-secrets.io/latest/introduction/faq,
https://kubernetes-sigs.github.io/external-dns/latest/docs/rate-limits and
https://docs.aws.amazon.com/eks/latest/best-practices/cas.html (Reducing API call frequency)
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, line_at
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import safe_code
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import find_partition
from iamtriage.explaining._rules.shared.grants.unnamed_calls import GLOBAL_SERVICES
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.failures._failures import AwsError


class _Interval(NamedTuple):
    """How often a controller calls.

    Attributes:
        operations: A pattern for the operations that it calls each time.
        setting: The field or the flag.
        step: What it does each time, and how to change that, with a placeholder for the change of a flag.
        url: The page about the setting.
        command: The command that prints the present values.
        manifest: The setting as YAML.
        value: A longer value of the flag.
    """

    operations: re.Pattern[str]
    setting: str
    step: str
    url: str
    command: str | None = None
    manifest: str | None = None
    value: str | None = None


_INTERVALS = {
    "External Secrets Operator": _Interval(
        lazy_pattern(r"(?:Batch)?GetSecretValue|GetParameter|DescribeSecret|DescribeParameters|ListSecrets"),
        "refreshInterval",
        "The operator reads each key again after spec.refreshInterval of its ExternalSecret. Set it as below in those with a shorter one, in the code or chart that creates them.",
        "https://external-secrets.io/latest/introduction/faq",
        "kubectl get externalsecrets --all-namespaces",
        "spec:\n  refreshInterval: 1h\n",
    ),
    "ExternalDNS": _Interval(
        lazy_pattern(
            r"ListHostedZones|ListResourceRecordSets|ListTagsForResources?\Z|ChangeResourceRecordSets"
        ),
        "--interval",
        "ExternalDNS lists its zones and their records at each interval, by default every minute. {}. Add --events, so that it still sees changes in the cluster at once, --aws-zones-cache-duration=1h to keep the list of zones, and --provider-cache-time=15m to keep the records. With --zone-id-filter, it reads only the records of these zones.",
        "https://kubernetes-sigs.github.io/external-dns/latest/docs/rate-limits",
        value="5m",
    ),
    "Cluster Autoscaler": _Interval(
        lazy_pattern(r"Describe"),
        "--scan-interval",
        "Cluster Autoscaler reads the Auto Scaling groups at each scan, by default every 10 seconds. {}: it then adds nodes a little later.",
        "https://docs.aws.amazon.com/eks/latest/best-practices/cas.html",
        value="30s",
    ),
}


# The controllers are in Go.
_SOURCES = frozenset({None, "", "go-v1", "go-v2"})


# Clusters that do not each have an account of their own, or of which only one has the controller.
_CLUSTERS = lazy_pattern(
    r"\b(?P<count>[2-9]|[1-9]\d{1,3}) (?:\w{1,20} )?clusters\b(?<!old clusters)(?![^.;\n]{0,80}\b(?:accounts?|deleted?|different|each|gone|only|own|planned|removed?|separate|shut)\b)"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_FIND_USERS = "aws cloudtrail lookup-events --region {} --lookup-attributes AttributeKey=EventName,AttributeValue={} --max-results 50 --query 'Events[].[Username]' --output text | sort | uniq -c"


def find_users(case: Case[AwsError], more: str = "") -> Labelled:
    """Return the command that counts who makes the throttled call, in the Region in which CloudTrail records it."""
    is_global = case.service in GLOBAL_SERVICES and find_partition(case) == "aws"
    line = _FIND_USERS.format("us-east-1" if is_global else "REGION", case.operation)
    return Labelled(f"Who else calls (CloudTrail{more}):", line)


def call_less_often(case: Case[AwsError]) -> Remedy | None:
    """Return the remedy that lets the controller that makes a throttled call make it less often."""
    text = case.failure.text
    if case.failure.envelope.source not in _SOURCES or case.context.runtime_kind == "lambda":
        return None
    # Other lines can be about another program.
    controller = find_controller(line_at(text, *case.failure.span))
    name = controller.name if controller is not None else ""
    interval = _INTERVALS.get(name)
    if interval is None or not (case.operation is None or interval.operations.match(case.operation)):
        return None
    clusters = _CLUSTERS.search(text)
    return your_remedy(
        f"Let {name} call less often: set a longer {interval.setting}",
        interval.step.format(_change_flag(interval, text)),
        f"Change it in all {clusters['count']} clusters: they share the limit of the account."
        if clusters
        else "If other clusters use the account, change it there, too: they share its limit.",
        commands=present(interval.command, find_users(case) if case.operation else None),
        manifest=interval.manifest,
        url=interval.url,
    )


def _change_flag(interval: _Interval, text: str) -> str:
    """Return how to set a longer value of a flag than the text has."""
    flag, value = interval.setting, interval.value or ""
    found = (
        re.search(rf"(?<![\w-]){flag}[= ](?P<value>\d{{1,5}})(?P<unit>[smh])(?:0[ms]){{0,2}}\b", text)
        if value
        else None
    )
    if found is None:
        return f"Add {flag}={value} to the arguments of its container"
    is_longer = int(found["value"]) * _SECONDS[found["unit"]] < int(value[:-1]) * _SECONDS[value[-1]]
    to = f" to {flag}={value}" if is_longer else ""
    return f"In the arguments of its container, raise {found[0]}{to}"


_MODEL_CALL = lazy_pattern(r"(?:Converse(?:Stream)?|InvokeModel(?:WithResponseStream)?)\Z")
MODEL_LIMITS = "Bedrock limits the requests and the tokens per minute of an account for each model in a Region, all callers together."
"""Whose calls of a model count."""
FEWER_AT_ONCE = "Run fewer calls at the same time."
TOO_MANY_TOKENS = lazy_pattern(r"\bToo many tokens(?: per \w{1,10})?, please\b")
# The longest answer, in the request of a model.
_MAX_TOKENS = lazy_pattern(r"(?a)\b[mM]ax_?[tT]okens\b[\"']?\s?[:=(]\s?\d{1,6}\b\)?")
RAISE_MODEL_QUOTA = account_remedy(
    "If that is not enough, request a higher quota of the model, or use its cross-Region inference profile",
    "Service Quotas lists the quotas per minute by model, under Amazon Bedrock. For many prompts whose answers are not urgent, use batch inference.",
    url=pages.QUOTAS,
)
# In code, or as the option of a command in a shell.
_WORKERS = lazy_pattern(
    r"(?a)\b(?:max_workers|n_jobs|max_?[cC]oncurrency|concurrency)[\"']?\s?[:=]\s?(?P<value>\d{1,4})\b"
    r"|\b(?:ThreadPoolExecutor|ProcessPoolExecutor|(?:Thread)?Pool|(?:Bounded)?Semaphore|pLimit|newFixedThreadPool)\((?:processes=)?(?P<pool>\d{1,4})\)"
    r"|\b(?:xargs [^\n|;]{0,80}?-P|parallel [^\n|;]{0,80}?-j) ?(?P<jobs>\d{1,4})\b"
)
_MANY = 16


def calls_model(case: Case[AwsError]) -> bool:
    """Return whether the throttled call is of a model of Bedrock."""
    return _MODEL_CALL.match(case.operation or "") is not None


def describe_tokens(text: str) -> str:
    """Return that the longest answer should be short, with its only value in a text.

    https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-token-burndown.html

    >>> describe_tokens('"inferenceConfig": {"maxTokens": 4096}')
    'Set maxTokens: 4096 no higher than the answers need: all of it counts against the quota of tokens when a call starts.'
    """
    shown = only_one({re.sub("[\"']", "", each[0]) for each in _MAX_TOKENS.finditer(text)}) or "maxTokens"
    return f"Set {shown} no higher than the answers need: all of it counts against the quota of tokens when a call starts."


def describe_workers(text: str) -> str | None:
    """Return how a text sets the number of calls at the same time to a lower one, if it sets only one.

    >>> describe_workers("with ThreadPoolExecutor(max_workers=32) as pool:")
    'Run fewer calls at the same time: lower max_workers=32, such as to 4.'
    """
    found = {each[0]: int(each[each.lastgroup or 0]) for each in _WORKERS.finditer(text)}
    if len(found) != 1:
        return None
    [(words, count)] = found.items()
    lower = f", such as to {count // 8}" if count >= _MANY else ""
    return f"{FEWER_AT_ONCE[:-1]}: lower {clip_text(words)}{lower}." if count > 1 else None


def set_in_notebook(made: int, attempts: int) -> str:
    """Return how a notebook sets the retries: it does not see variables that are set later.

    Args:
        made: How many attempts the SDK made, 0 if that is unknown.
        attempts: How many it should make, 0 for as many as before.
    """
    gave_up = f"The SDK gave up after {made} attempts. " if made else ""
    more = f', "max_attempts": {attempts}' if attempts else ""
    return f'{gave_up}The retry mode adaptive waits longer after each error, and sends fewer calls: create the client again with config=botocore.config.Config(retries={{"mode": "adaptive"{more}}}).'


# The name of a parameter before the error of its call, on the same line. One name can be that of a program.
_PARAMETER = lazy_pattern(
    r"(?<![\w/.:~-])(?P<path>(?:/[\w.-]{1,60}){1,8})/(?P<name>[\w-]{1,60})(?=[^\w/.\n][^\n]{0,80}?\b(?:when calling the|operation error SSM:) GetParameter\b)"
)
_A_PATH = "a path with GetParametersByPath"


def name_path(text: str, step: str) -> str:
    """Return a step with the path of several parameters whose calls failed, and the command that reads it."""
    named = (
        {each.groups() for each in _PARAMETER.finditer(text)} if _A_PATH in step else set[tuple[str, str]]()
    )
    path = only_one({each for each, _ in named}) if len(named) > 1 else None
    command = f"aws ssm get-parameters-by-path --path {path} --recursive --with-decryption"
    return step if path is None else step.replace(_A_PATH, f"{path} with GetParametersByPath ({command})")


_PROMISES = lazy_pattern(r"\bPromise\.all(?:Settled)? \(index (?P<index>\d{1,4})\)")
# Programs that a deployment adds: "scaled 4 -> 60 tasks", "scaling up from 2 to 30 pods".
_SCALED = lazy_pattern(
    r"(?a)\b[Ss]cal(?:ed|ing) (?:up |out )?(?:from )?(?P<before>\d{1,5}) ?(?:->|\u2192|to) ?(?P<count>\d{1,5}) (?P<what>tasks|pods|replicas|containers|workers|instances)\b"
)
# What a program does with parameters, in its words and in the names of its functions.
_LOADS = lazy_pattern(
    r"(?i)(?:\b|_)(?:load|read|get|fetch|init)_?(?:config|settings|secrets|param(?:eter)?s\b)|\b(?:config|configuration|settings|parameters?) (?:load|read|fetch)|\bparameter ?store\b"
)


def reads_parameters(case: Case[AwsError]) -> bool:
    """Return whether the throttled call reads parameters, by its operation, or by what calls SSM."""
    if case.operation is None and case.service == "ssm":
        return _LOADS.search(case.failure.text) is not None
    return (case.operation or "").startswith("GetParameter")


def describe_batch(text: str) -> str | None:
    """Return how many calls a program in JavaScript makes at once, and how many copies of it were started.

    >>> describe_batch("at async Promise.all (index 11)")
    'The program makes at least 12 calls at once (Promise.all).'
    """
    index = max((int(each["index"]) for each in _PROMISES.finditer(text)), default=0)
    calls = f"The program makes at least {index + 1} calls at once (Promise.all)" if index else None
    scaled = [each for each in _SCALED.finditer(text) if int(each["before"]) < int(each["count"])]
    counts = [f"{int(each['count']) - int(each['before'])} more {each['what']} started" for each in scaled]
    more = only_one(counts)
    said = ", and ".join(present(calls, more))
    return f"{said} at the same time." if more else f"{said}." if said else None


# A line of a crontab, the schedule of a CronJob, or that of a systemd timer.
_SCHEDULE = lazy_pattern(
    r"(?a)(?<![\w*/.:-])(?P<cron>(?P<minute>[0-5]?\d|\*/\d{1,2}|\*) (?P<hour>[01]?\d|2[0-3]|\*(?:/\d{1,2})?) [\d*/,?-]{1,9} (?=[^\n]{0,10}\*)[\w*/,?-]{1,15} [\w*/,?-]{1,15})(?![\w*])"
    r"|\bOnCalendar=(?P<timer>\S[^\n]{0,60})"
)
_MACHINES = lazy_pattern(
    r"(?i)\b(?:(?:all|each|on|on all|on each|on every one)(?: of)?(?: our| the| these)? (?P<count>[1-9]\d{1,4}) (?:[a-z0-9.]{2,20} )?(?P<what>(?:agent|boxe|host|instance|machine|node|runner|server|vm)s)"
    r"|(?:all(?: of)?(?: our| the| these)?|each of (?:our|the)) (?:[a-z0-9.]{2,20} )?(?:agent|host|instance|machine|node|runner|server|vm)s"
    r"|(?:each|every)(?: single)? (?:[a-z0-9.]{2,20} )?(?:agent|box|host|instance|machine|node|runner|server|vm))\b"
)
_COPIES = lazy_pattern(r"(?m)^\s{0,40}parallelism: (?P<count>[1-9]\d{1,4})\s*$")
_SPREAD = lazy_pattern(
    r"RandomizedDelaySec=(?!0\b)|\bRANDOM\b|\bshuf\b|(?i:\bsplay|\bstagger|\brandom (?:delay|offset|sleep|start))"
)
# The schedule is no more, or of one machine.
_OTHER_SCHEDULE = lazy_pattern(
    r"(?i)\b(?:one of|no longer|not|never|used to|was|were|until|from|only|per|single)\b|n't\b|\?"
)
_LINES_BEFORE = 4
_ASK_ONCE = "Or let one job ask for all, and share the result."


def find_burst(text: str) -> tuple[str, str] | None:
    r"""Return which machines or pods start a job at the same time, as a sentence, and how to spread it.

    >>> find_burst("# crontab on all 80 hosts\n0 4 * * * /opt/scan")[0]
    'All 80 hosts start the same job at 04:00 (0 4 * * *).'
    """
    if _SPREAD.search(text):
        return None
    lines = text.split("\n")
    for index, line in enumerate(lines):
        schedule = _SCHEDULE.search(line)
        if schedule is None:
            continue
        near = lines[max(index - _LINES_BEFORE, 0) : index + 2]
        said = (each.replace(schedule[0], " ") for each in near if not _OTHER_SCHEDULE.search(each))
        machines = next(filter(None, map(_MACHINES.search, said)), None)
        copies = only_one({each["count"] for each in _COPIES.finditer(text)})
        shown = clip_text(schedule[0])
        if machines is not None:
            who = f"All {machines['count']} {machines['what']}" if machines["count"] else "All machines"
            minute, hour = schedule["minute"] or "", schedule["hour"] or ""
            when = f"{hour:0>2}:{minute:0>2}" if hour.isdigit() and minute.isdigit() else "the same time"
            return f"{who} start the same job at {when} ({shown}).", _describe_delay(schedule)
        if copies and "schedule:" in line:
            return (
                f"{copies} pods of a CronJob start at the same time ({shown}).",
                f"Spread the calls: lower parallelism: {copies}, or let each pod wait before its first call, with sleep $((RANDOM % 900)) in bash. {_ASK_ONCE}",
            )
    return None


def _describe_delay(schedule: re.Match[str]) -> str:
    """Return how to delay a job on each machine by another time."""
    if schedule["timer"]:
        return f"Spread the job: add RandomizedDelaySec=30m to [Timer], shorter than the time between two runs, and run systemctl daemon-reload. {_ASK_ONCE}"
    minute = schedule["minute"]
    longest = (
        45 if minute == "*" else min(1800, max(int(minute[2:]) * 60 - 30, 30)) if "/" in minute else 1800
    )
    return f"Spread the job: begin its command in the crontab with sleep $((RANDOM \\% {longest})); (up to {longest} seconds; \\% because cron changes %), below a line SHELL=/bin/bash. {_ASK_ONCE}"


_WORD_START = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])")
# The ID of a resource, but not a part of a UUID, or the ID of a request or job.
_ID = lazy_pattern(
    r"(?a)(?<![\w-])(?!(?:job|req|request|run|task|trace)-)[a-z]{1,10}-[0-9a-f]{8}(?:[0-9a-f]{9})?(?![\w-])"
)


def calls_one_by_one(case: Case[AwsError]) -> bool:
    """Return whether the text shows an operation that takes lists with one resource in each of several calls."""
    operation, text = case.operation or "", case.failure.text
    if not (operation.isalnum() and operation.endswith("s")):
        return False
    name = _WORD_START.sub("[_-]?", operation)
    calls = list(re.finditer(rf"(?i)\b{name}(?:Command|Input|Request)?\b[^\n]{{0,300}}", text))
    listed = [each for each in (set(_ID.findall(call[0])) for call in calls) if each]
    return all(len(each) == 1 for each in listed) and len(set[str]().union(*listed)) > 1


def name_throttled_call(case: Case[AwsError], summary: str) -> str:
    """Return a summary with what was throttled: the call, one for each resource, or the tokens of a model."""
    operation = safe_code(case.operation)
    other = "a call of SSM" if case.service == "ssm" else "the request"
    call = f"the call {operation}" if operation else other
    if calls_one_by_one(case):
        summary = summary.replace("calls in a short time", "calls in a short time, one for each resource", 1)
    if calls_model(case) and TOO_MANY_TOKENS.search(case.failure.text):
        summary = summary.replace("too many calls", "too many tokens", 1)
    return summary.replace("AWS throttled the request", f"AWS throttled {call}", 1)
