"""Explain that the role of a pipe of EventBridge Pipes lacks what the pipe does with its source or target.

Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html and
https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetStateMachineParameters.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.services.managed_services import ServiceRole, explain_row
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import message_text

_TARGET = lazy_pattern(
    r"(?P<stage>Target|Enrichment) invocation failed with error from (?P<service>\w{2,30})\.(?: Not allowed to invoke (?P<arn>arn:[\w:/.*+=,@-]{8,400}[\w*]))?"
)
_SOURCE = lazy_pattern(
    r"provided customer role does not have permissions to call (?P<call>[A-Za-z]{3,60}) on (?P<service>[A-Za-z0-9]{2,20})"
)
_PIPE = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:pipes:(?P<region>[a-z0-9-]{6,30}):[0-9]{12}:pipe/(?P<name>[\w.-]{1,64})|\bPipes Pipe \((?P<alone>[\w.-]{1,64})\)",
    re.ASCII,
)
_SOURCE_ARN = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:(?:sqs:[a-z0-9-]{6,30}:[0-9]{12}:[\w.-]{1,80}"
    r"|dynamodb:[a-z0-9-]{6,30}:[0-9]{12}:table/[\w.-]{3,255}/stream/[\w:.-]{1,40}"
    r"|kinesis:[a-z0-9-]{6,30}:[0-9]{12}:stream/[\w.-]{1,128})",
    re.ASCII,
)
# Words for another resource than the source.
_NO_SOURCE, _CHARS_BEFORE = lazy_pattern(r"(?i:target|dead|dlq|enrich|destination)"), 40
_PAGE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html"
_SYNCHRONOUS, _ASYNCHRONOUS = "states:StartSyncExecution", "states:StartExecution"
# What a pipe calls on a target, and what it needs of a source, by the names of the services in messages.
_TARGETS = {
    "apigateway": ("execute-api:Invoke",),
    "batch": ("batch:SubmitJob",),
    "events": ("events:PutEvents",),
    "firehose": ("firehose:PutRecord", "firehose:PutRecordBatch"),
    "kinesis": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "lambda": ("lambda:InvokeFunction",),
    "logs": ("logs:CreateLogStream", "logs:PutLogEvents"),
    "sns": ("sns:Publish",),
    "sqs": ("sqs:SendMessage",),
}
_SOURCES = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "dynamodb": ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
    "kinesis": (
        "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
        "kinesis:ListStreams", "kinesis:ListShards",
    ),
}  # fmt: skip
_RESOURCES = {
    "sqs": "arn:{partition}:sqs:{region}:{account}:QUEUE_NAME",
    "dynamodb": "arn:{partition}:dynamodb:{region}:{account}:table/TABLE/stream/*",
    "kinesis": "arn:{partition}:kinesis:{region}:{account}:stream/STREAM",
}
_LOG_GROUP = "arn:{partition}:logs:{region}:{account}:log-group:LOG_GROUP:*"
_CREATED = "The policy must exist before the pipe: in code, let the pipe depend on it (DependsOn, in Terraform depends_on)."


def explain_pipe(denial: Denial) -> Explanation | None:
    """Explain what the role of a pipe lacks, ``None`` if the service is not known."""
    words, text = message_text(denial), denial.failure.text
    target, source = _TARGET.search(words), _SOURCE.search(words)
    found = target or source
    if found is None:
        return None
    service = found["service"].lower()
    step = ""
    if target is not None:
        actions = _state_machine_actions(text) if service == "states" else _TARGETS.get(service, ())
        resource = (target["arn"] or "").replace("{", "{{").replace("}", "}}")
        resource = resource or (_LOG_GROUP if service == "logs" else "*")
        purpose = f"call its {target['stage'].lower()}, which requires {join_words(actions, 'and')}"
        if len(actions) > 1 and service == "states":
            purpose = f"start the state machine ({_SYNCHRONOUS} with REQUEST_RESPONSE, which is the default)"
            step = f"With the invocation type FIRE_AND_FORGET, the pipe calls {_ASYNCHRONOUS}. REQUEST_RESPONSE works only with an Express workflow."
        elif actions == (_SYNCHRONOUS,):
            step = f"{_ASYNCHRONOUS} is for FIRE_AND_FORGET, and not enough here. REQUEST_RESPONSE works only with an Express workflow."
    else:
        actions, resource, step = _SOURCES.get(service, ()), _find_source(text, service), _CREATED
        purpose = f"read its source, which requires {found['call']} and more"
    if not actions:
        return None
    pipe = _PIPE.search(text)
    name = (pipe["name"] or pipe["alone"]) if pipe else "PIPE_NAME"
    region = commands.region(pipe["region"]) if pipe and pipe["region"] else ""
    show = f"aws pipes describe-pipe --name {name}{f' --region {region}' if region else ''} --query RoleArn --output text"
    row = ServiceRole(
        f"the role of the pipe{f' {name}' if pipe else ''}",
        purpose.replace("{", "{{").replace("}", "}}"),
        actions,
        _PAGE,
        resource=resource,
        step=step,
        show=show,
        service="pipes",
    )
    # The message names no caller: what else the text names is another role.
    return explain_row(attrs.evolve(denial, role=None), row, None, words)


def _find_source(text: str, service: str) -> str:
    """Return the only resource of the source's service in a text, or a placeholder."""
    found = [each for each in _SOURCE_ARN.finditer(text) if each[0].split(":")[2] == service]
    is_other = any(
        _NO_SOURCE.search(text, max(each.start() - _CHARS_BEFORE, 0), each.end()) for each in found
    )
    named = None if is_other else only_one({each[0].rstrip(".") for each in found})
    return named or _RESOURCES.get(service, "*")


def _state_machine_actions(text: str) -> tuple[str, ...]:
    """Return what starts a state machine, by the invocation type in a text."""
    is_synchronous, is_asynchronous = "REQUEST_RESPONSE" in text, "FIRE_AND_FORGET" in text
    if is_synchronous == is_asynchronous:
        return _SYNCHRONOUS, _ASYNCHRONOUS
    return (_SYNCHRONOUS,) if is_synchronous else (_ASYNCHRONOUS,)
