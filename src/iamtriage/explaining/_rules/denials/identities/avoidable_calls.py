"""Add the setting with which a program does not make the denied call, instead of another permission.

Sources: https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/sqs.html#predefined-queues,
https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-aws-snssqs/ and
https://terragrunt.gruntwork.io/docs/reference/config-blocks-and-attributes/#remote_state.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, lower_first
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import your_remedy

_CELERY_PAGE = (
    "https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/sqs.html#predefined-queues"
)
AVOIDABLE_CALL = CauseType(
    "avoidable-call",
    title="The program makes the call only because a setting is missing",
    meaning="Some programs list or create what they use, or update its settings, unless they are told not to.",
    recognised_by="The program is Celery, Dapr or Terragrunt, and the denied call is one that a setting of it avoids.",
    fix="Change the setting of the program, instead of allowing the call.",
    sources=(_CELERY_PAGE,),
)


class _Setting(NamedTuple):
    """A setting that avoids calls.

    Attributes:
        sign: What shows the program.
        actions: The calls that it avoids, in lowercase.
        why: Why the program makes the call.
        title: What to do.
        steps: How.
        code: The lines, or what returns them.
        language: Their language.
        url: A page about it.
        set_already: What shows that it is set.
    """

    sign: re.Pattern[str]
    actions: frozenset[str]
    why: str
    title: str
    steps: tuple[str, ...]
    code: str | Callable[[Denial], str]
    language: Literal["yaml", "hcl", "text"]
    url: str
    set_already: re.Pattern[str]


_OPTIONS = lazy_pattern(
    r"\b(?P<name>\w{0,40}transport_options|\w{0,40}TRANSPORT_OPTIONS)\s?=\s?\{(?P<body>[^{}\n]{0,400}?),?\s?\}",
    re.ASCII,
)
_QUEUE = lazy_pattern(
    r"\b(?:task_default_queue|CELERY_TASK_DEFAULT_QUEUE|CELERY_DEFAULT_QUEUE)[\"']?\s?[:=]\s?[\"'](?P<name>[\w-]{1,80}(?:\.fifo)?)[\"']|\bcelery\b[^\n]{0,120}? (?:-Q|--queues)[ =](?P<option>[\w-]{1,80}(?:\.fifo)?)(?![\w,.-])",
    re.ASCII,
)


def _write_queues(denial: Denial) -> str:
    """Return the option of Celery's transport with the queue that the text names."""
    found, options = _QUEUE.search(denial.failure.text), _OPTIONS.search(denial.failure.text)
    queue = (found["name"] or found["option"]) if found else "QUEUE_NAME"
    region = commands.region(denial.resource_arn.region if denial.resource_arn else denial.facts.region)
    url = f"https://sqs.{region}.amazonaws.com/{commands.account(denial.account)}/{queue}"
    name, body = (options["name"], options["body"].strip()) if options else ("broker_transport_options", "")
    lines = [f"    {body}," if body else "    # your other options"]
    lines += ['    "predefined_queues": {', f'        "{queue}": {{"url": "{url}"}},', "    },"]
    return "\n".join((f"{name} = {{", *lines, "}", ""))


_SETTINGS = (
    _Setting(
        lazy_pattern(r"\bkombu\b|\bcelery\b", re.IGNORECASE),
        frozenset({"sqs:listqueues", "sqs:createqueue"}),
        "The SQS transport of Celery (kombu) lists the queues at its start, and creates those that it does not find, unless their URLs are in predefined_queues.",
        "Name the queue in predefined_queues: Celery then neither lists nor creates queues",
        (
            "List every queue that the workers use. Without access_key_id and secret_access_key, the credentials of the role are used.",
            "Remote control has queues of its own: switch it off with worker_enable_remote_control = False.",
        ),
        _write_queues,
        "text",
        _CELERY_PAGE,
        lazy_pattern(r"\bpredefined_queues[\"']?\s?[:=]"),
    ),
    _Setting(
        lazy_pattern(r"\bsnssqs\b"),
        frozenset(
            {
                "sns:createtopic",
                "sqs:createqueue",
                "sns:subscribe",
                "sns:setsubscriptionattributes",
                "sqs:setqueueattributes",
                "sqs:tagqueue",
                "sns:tagresource",
            }
        ),
        "Dapr creates topics, queues and subscriptions itself, unless disableEntityManagement is true.",
        "Set disableEntityManagement to true in the component: Dapr then creates no topics and queues",
        (
            "Whoever deploys the infrastructure creates the topic, the queue, the subscription and the queue policy instead.",
        ),
        'spec:\n  type: pubsub.aws.snssqs\n  metadata:\n    - name: disableEntityManagement\n      value: "true"\n',
        "yaml",
        "https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-aws-snssqs/",
        lazy_pattern(r"\bdisableEntityManagement\b"),
    ),
    _Setting(
        lazy_pattern(r"\bterragrunt\b", re.IGNORECASE),
        frozenset(
            {
                "s3:putbucketversioning",
                "s3:putencryptionconfiguration",
                "s3:putbucketpublicaccessblock",
                "s3:putbucketpolicy",
            }
        ),
        "Terragrunt updates the settings of the bucket for the state on each run, unless disable_bucket_update is true.",
        "Set disable_bucket_update to true in remote_state: Terragrunt then leaves the bucket as it is",
        ("Whoever owns the bucket enables versioning and encryption, and blocks public access, once.",),
        'remote_state {\n  backend = "s3"\n  config = {\n    # your other settings\n    disable_bucket_update = true\n  }\n}\n',
        "hcl",
        "https://terragrunt.gruntwork.io/docs/reference/config-blocks-and-attributes/#remote_state",
        lazy_pattern(r"\bdisable_bucket_update\s?=\s?true\b"),
    ),
)


_NOT_USED = lazy_pattern(
    r"(?i:\b(?:not|no|never|without|instead of|rather than|unlike|(?:moved|migrated|switched|away) from|replaced|dropped|removed)\b|n't\b)[^.;\n]{0,40}\Z"
)
_CHARS_BEFORE = 80


def _is_used(sign: re.Match[str]) -> bool:
    """Return whether what shows a program is not in a sentence that the program is not used."""
    return _NOT_USED.search(sign.string, max(sign.start() - _CHARS_BEFORE, 0), sign.start()) is None


def _is_own_call(denial: Denial, setting: _Setting) -> bool:
    """Return whether the program makes the call, and neither a resource of Terraform nor another command."""
    command = denial.context.command
    is_started = command is None or setting.sign.search(command.text) is not None
    return denial.context.terraform is None and is_started


def add_setting(denial: Denial, explanation: Explanation) -> Explanation:
    """Add the setting of the program that avoids the denied call, before the permission for it."""
    text = denial.failure.text
    known = (each for each in _SETTINGS if denial.lowercase_action in each.actions)
    setting = next((each for each in known if any(map(_is_used, each.sign.finditer(text)))), None)
    if setting is None or setting.set_already.search(text) or not _is_own_call(denial, setting):
        return explanation
    works = (
        ""
        if denial.failure.principal is None
        else f" The credentials work: the denial names {clip_text(denial.caller)}."
    )
    cause = AVOIDABLE_CALL.cause("derived", text=f"{setting.why}{works}")
    first = your_remedy(
        setting.title,
        *setting.steps,
        manifest=setting.code if isinstance(setting.code, str) else setting.code(denial),
        manifest_language=setting.language,
        url=setting.url,
    )
    others = tuple(
        attrs.evolve(each, title=f"Otherwise, {lower_first(each.title)}") if at == 0 else each
        for at, each in enumerate(explanation.remedies)
    )
    return attrs.evolve(
        explanation,
        causes=(cause, *explanation.causes),
        remedies=(first, *others),
    )
