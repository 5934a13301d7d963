"""Find the event source of a Lambda function in code, which refers to it instead of naming it."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

__all__ = ("find_reference",)

_REFERENCE = lazy_pattern(
    r"\bEventSourceArn\"?: *(?:!GetAtt *[\"']?(?P<short>[A-Za-z0-9]{1,128})\.(?P<attribute>Arn|StreamArn)\b|\{? *\"?Fn::GetAtt\"?: *\[ *\"?(?P<long>[A-Za-z0-9]{1,128})\"?, *\"?(?P<second>Arn|StreamArn)\"? *\])"
    r"|\bevent_source_arn *= *(?P<address>aws_(?:sqs_queue|kinesis_stream|dynamodb_table)\.[A-Za-z_][\w-]{0,80}\.(?:arn|stream_arn))\b"
)


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
