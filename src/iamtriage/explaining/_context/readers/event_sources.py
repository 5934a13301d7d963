"""Find the event source of a Lambda function in code, which refers to it instead of naming it, and its execution role in sentences."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_start

_REFERENCE = lazy_pattern(
    r"\bEventSourceArn\"?: {0,40}(?:!GetAtt {0,40}[\"']?(?P<short>[A-Za-z0-9]{1,128})\.(?P<attribute>Arn|StreamArn)\b|\{? {0,40}\"?Fn::GetAtt\"?: {0,40}\[ {0,40}\"?(?P<long>[A-Za-z0-9]{1,128})\"?, {0,40}\"?(?P<second>Arn|StreamArn)\"? {0,40}\])"
    r"|\bevent_source_arn {0,40}= {0,40}(?P<address>aws_(?:sqs_queue|kinesis_stream|dynamodb_table)\.[A-Za-z_][\w-]{0,80}\.(?:arn|stream_arn))\b"
)
# How a text names the execution role.
_STATED_ROLE = lazy_pattern(
    r"(?a)(?:\b(?:[Ii]ts|[Ee]xecution|[Ff]unction(?:'s)?|[Ll]ambda) role(?: is|:)?|(?m:^[ \t]{0,24})[Rr]ole(?: is|:)?|(?<!\S)--role|[\"']Role[\"']:|\brole of (?:the |our )?(?:function|[Ll]ambda)\b[^.\n]{0,30}?)"
    r"[\s=\"'`(]{1,4}arn:aws[\w-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,64}/){0,8}(?P<name>[\w+=,.@-]{1,64})"
)
# A role to which Terraform's log or a command attaches what only a function needs: "… [id=orders/arn:aws:iam::aws:policy/…]".
_ATTACHED = lazy_pattern(
    r"(?a)(?:\[id=(?P<id>[\w+=,.@-]{1,64})/|--role-name[ =][\"']?(?P<name>[\w+=,.@-]{1,64})[\"']? (?:\\\n {1,20})?--policy-arn[ =][\"']?)arn:aws[\w-]{0,12}:iam::aws:policy/(?:service-role/)?AWSLambda"
)
_CALLED_FUNCTION = lazy_pattern(r"--function-name[ =][\"']?([\w-]{1,64})(?![\w:$-])")
_OWNER = lazy_pattern(r"\b[Ff]unction [`'\"]?([\w-]{2,64})[`'\"]? (?:has|had|is|runs|uses|with)\b")


def find_reference(text: str) -> str | dict[str, list[str]] | None:
    """Return the expression for the ARN of the event source in code, in a form that JSON can have.

    >>> find_reference("EventSourceArn: !GetAtt Orders.Arn"), find_reference("event_source_arn = aws_sqs_queue.a.arn")
    ({'Fn::GetAtt': ['Orders', 'Arn']}, '${aws_sqs_queue.a.arn}')
    """
    found = _REFERENCE.search(text)
    if found is None:
        return None
    if found["address"]:
        return f"${{{found['address']}}}"
    return {"Fn::GetAtt": [found["short"] or found["long"], found["attribute"] or found["second"]]}


def find_stated_role(text: str) -> str | None:
    """Return the name of the only execution role of a text, ``None`` if it is that of another function than the called one."""
    called = set(_CALLED_FUNCTION.findall(text))
    stated = {
        each["name"].rstrip(".,")
        for each in _STATED_ROLE.finditer(text)
        # "The function billing has the execution role".
        if not called
        or called.issuperset(_OWNER.findall(text, line_start(text, at := each.start(), at - 120), at)[-1:])
    }
    if not stated and not called and _OWNER.search(text) is None:
        stated = {each["id"] or each["name"] for each in _ATTACHED.finditer(text)}
    return only_one(stated)
