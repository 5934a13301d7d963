"""Explain that a call names no workgroup, event bus or cluster, so that the default one was denied.

Sources: https://docs.aws.amazon.com/athena/latest/ug/workgroups-manage-queries-control-costs.html,
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html and
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_own_policies
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import statements_with
from iamtriage.explaining._rules.denials.statement_words import allowed_resources
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary

DEFAULT_RESOURCE = CauseType(
    "default-resource",
    title="The call names no resource, so it is for the default one",
    meaning="Athena takes a call without a workgroup for one of the workgroup primary, EventBridge one without an event bus for default, and Amazon ECS one without a cluster for default.",
    recognised_by="The default resource was denied, and a policy or a command in the text names another one.",
    fix="Name the resource in the call or the settings of the program.",
    sources=("https://docs.aws.amazon.com/athena/latest/ug/workgroups-manage-queries-control-costs.html",),
    subject="denials",
)


class _Default(NamedTuple):
    """A default resource: the words for its type, its ARN after the account, the option of the AWS CLI, and the settings of programs."""

    noun: str
    resource: str
    option: str | None
    parameter: str
    settings: tuple[tuple[re.Pattern[str], str], ...]
    given: re.Pattern[str]
    url: str


_DEFAULTS = {
    "athena": _Default(
        "workgroup",
        "workgroup/primary",
        "work-group",
        'WorkGroup="{}"',
        (
            (lazy_pattern(r"\bjdbc:athena:"), "WorkGroup={}; in the JDBC URL or the driver properties"),
            (lazy_pattern(r"\bjdbc:awsathena:|\bODBC\b"), "Workgroup={}; in the connection string"),
            (lazy_pattern(r"\bawswrangler\b|\bwr\.athena\b"), 'workgroup="{}" in each call of wr.athena'),
            (lazy_pattern(r"(?i:\bpyathena\b)"), 'work_group="{}" in connect()'),
            (lazy_pattern(r"\bdbt\b"), "work_group: {} in profiles.yml"),
            (lazy_pattern(r"\bGrafana\b"), "the workgroup {} in the settings of the data source"),
        ),
        lazy_pattern(r"(?i:\bwork_?group\b)[\"']?(?:\s?[=:]| is| set to)\s?[\"'`]?(?P<name>[\w.-]{1,128})"),
        DEFAULT_RESOURCE.sources[0],
    ),
    "events": _Default(
        "event bus",
        "event-bus/default",
        None,
        'EventBusName="{}" in each entry',
        (),
        lazy_pattern(r"\b[Ee]ventBusName\b[\"']?\s?[=:]\s?[\"']?(?P<name>[\w.-]{1,128})"),
        "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html",
    ),
    "ecs": _Default(
        "cluster",
        "cluster/default",
        "cluster",
        'cluster="{}"',
        (),
        lazy_pattern(r"\bcluster[\"']?\s?[=:]\s?[\"']?(?P<name>[\w.-]{1,128})"),
        "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html",
    ),
}
_JDBC = lazy_pattern(r"jdbc:(?:aws)?athena://[^\s\"']{0,600}")
_DOCUMENT = lazy_pattern(r"\{[^{}]{0,4000}\"(?:Effect|Action|Resource)\"[^{}]{0,4000}\}")


def add_default_resource(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the call is for the default resource, if a policy or a command in the text names another one."""
    default = _DEFAULTS[denial.service or ""]
    policy, name = _find_allowed(denial, default)
    worked = _find_working_command(denial, default)
    name = name or (worked[1] if worked else None)
    kind, _, unnamed = default.resource.partition("/")
    given = _find_given(denial, default)
    is_other = given not in {None, unnamed}
    if name is None or (denial.resource is None and (policy is None or is_other)):
        return explanation
    call = (
        f"the call is for {unnamed}" if given == unnamed else f"the call names none, so it is for {unnamed}"
    )
    allows = (
        f"{policy} allows it only on the {default.noun} {clip_text(name)}"
        if policy
        else f"the command that worked names the {default.noun} {clip_text(name)}"
    )
    because = present(
        f"{worked[0]}: it names the {default.noun}." if worked else None,
    )
    right = "The policy needs no change, and the program is not broken." if policy else None
    return denial.explain(
        denial_summary(denial, f"{allows}, and {call}"),
        DEFAULT_RESOURCE.cause(
            "derived",
            because,
            text=f"Without a name, the call is for {kind}/{unnamed}.{'' if denial.resource else ' The message does not name it.'}",
        ),
        *(each for each in explanation.causes if each.evidence == "reported"),
        topic=DEFAULT_RESOURCE.code,
        remedies=_name_it(denial, default, name),
        notes=right and f"{right} Only if the call is meant for {unnamed}, it must allow that, too.",
    )


def _find_allowed(denial: Denial, default: _Default) -> tuple[str | None, str | None]:
    """Return the policy that allows the action on one other resource of the type only, and the name of that."""
    kind = default.resource.partition("/")[0]
    for policy in list_own_policies(denial):
        listed = allowed_resources(statements_with(policy, denial.action or ""))
        names = [each.partition(f":{kind}/")[2] for each in listed]
        if listed and all(names) and not any("*" in each or "$" in each for each in listed):
            name, unnamed = names[0].partition("/")[0], default.resource.partition("/")[2]
            return (policy.name, name) if unnamed not in names else (None, None)
    return None, None


def _find_working_command(denial: Denial, default: _Default) -> tuple[str, str] | None:
    """Return a command of the same operation that worked with another resource of the type, and its name."""
    if default.option is None:
        return None
    operation = re.sub(r"(?<!^)(?=[A-Z])", "-", (denial.action or "").partition(":")[2]).lower()
    for run in find_runs(denial.failure):
        option = run.command.option(default.option)
        if option is not None and run.has_succeeded and operation in run.command.words:
            return f"The text shows that {run.command.text} worked", option.value
    sign = re.compile(rf"--{default.option}[ =](?P<name>[\w.-]{{1,128}})")
    said = find_working(denial.failure.text, sign) if denial.resource else None
    found = sign.search(said or "")
    return None if found is None else (f"The text says {quote_words(said or '')}", found["name"])


def _find_given(denial: Denial, default: _Default) -> str | None:
    """Return the resource of the type that the text names for the call, other than in a policy or a command that worked."""
    text = _DOCUMENT.sub("", denial.failure.text)
    command = denial.context.command
    option = command.option(default.option or "") if command is not None else None
    found = default.given.search(text)
    return option.value if option is not None else found["name"] if found is not None else None


def _name_it(denial: Denial, default: _Default, name: str) -> Remedy:
    """Return how the program names the resource."""
    text = denial.failure.text
    setting = next((words for sign, words in default.settings if sign.search(text)), None)
    again = commands.repeat_command(denial.context.command)
    line = None
    if setting is None and again is not None and default.option and f"--{default.option}" not in again:
        line = f"{again} {commands.fill_command(f'--{default.option} {{}}', name)}"
    jdbc, manifest = _JDBC.search(text), None
    if jdbc is not None:
        key = "Workgroup" if "aws" in jdbc[0].partition("//")[0] else "WorkGroup"
        manifest = f"{jdbc[0].rstrip(';')};{key}={name};"
    step = f"Set {(setting or default.parameter).format(name)}."
    if setting is None:
        option = f"; with the AWS CLI, --{default.option} {name}" if default.option else ""
        step = f"In code, set {default.parameter.format(name)}{option}."
    return your_remedy(
        f"Name the {default.noun} {clip_text(name)} in the call",
        step,
        commands=line,
        manifest=manifest,
        manifest_language="text",
        url=default.url,
    )
