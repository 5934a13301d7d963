"""Read exception classes whose namespace or name implies the service or code.

Sources: the packages of aws-sdk-java v1 and v2, aws-sdk-ruby, aws-sdk-php, aws-sdk-net,
aws-sdk-swift and aws-sdk-kotlin, and botocore's modules.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.codes import FOREIGN_NAMESPACE, is_code, is_generic, is_known
from iamtriage._reading.vocabulary.pieces import CLASS_NAME, HINT, STATED, Piece
from iamtriage._reading.vocabulary.services import service_name

if TYPE_CHECKING:
    from collections.abc import Iterator

# A literal that the text must contain, the SDK, the rank of its code, and the pattern.
_SDK_CLASSES: tuple[tuple[str, str, int, re.Pattern[str]], ...] = (
    ("::", "ruby", STATED, re.compile(r"(?<![\w:])(?:Aws|AWS)::(?:(?P<service>[A-Z]\w{1,40})::)?(?:Errors::(?P<code>[A-Z]\w{2,80})|ResponseError)")),
    ("::", "ruby", STATED, re.compile(r"AWS::(?P<service>[A-Z]\w{1,40}) Response Error: (?P<code>[A-Z][A-Za-z]{3,60}?)(?=The |Rate |Request )")),
    ("\\", "php", CLASS_NAME, re.compile(r"(?<![\w\\])Aws\s?\\\s?(?P<service>[A-Z]\w{1,40})\s?\\\s?Exception\s?\\\s?(?P<code>[A-Z]\w{2,80})")),
    ("Amazon.", "dotnet", CLASS_NAME, re.compile(r"(?<![\w.])Amazon\.(?P<service>[A-Z]\w{1,60})\.(?:Model\.)?(?P<code>[A-Z]\w{2,80}Exception)\b")),
    ("AWS", "swift", CLASS_NAME, re.compile(r"(?<![\w.])AWS(?P<service>[A-Z]\w{1,40})\.(?P<code>[A-Z]\w{2,80}Exception)\b")),
    ("awssdk.services", "java-v2", CLASS_NAME, re.compile(r"(?<![\w.])software\.amazon\.awssdk\.services\.(?P<service>\w{1,60})(?:\.\w{1,40}){0,3}\.(?P<code>[A-Z]\w{1,80}(?:Exception|Error))\b")),
    ("amazonaws.services", "java-v1", CLASS_NAME, re.compile(r"(?<![\w.])com\.amazonaws\.services\.(?P<service>\w{1,60})(?:\.\w{1,40}){0,3}\.(?P<code>[A-Z]\w{1,80}(?:Exception|Error))\b")),
    ("aws_sdk_", "python-v4", CLASS_NAME, re.compile(r"(?<![\w.])aws_sdk_(?P<service>[a-z0-9_]{1,60})\.models\.(?P<code>[A-Z]\w{2,80})\b")),
    ("aws.sdk.kotlin", "kotlin", CLASS_NAME, re.compile(r"(?<![\w.])aws\.sdk\.kotlin\.services\.(?P<service>\w{1,60})\.model\.(?P<code>[A-Z]\w{2,80})\b")),
    # The AWS SDK for Python v4 has one package per service.
    ("aws_sdk_", "python-v4", CLASS_NAME, re.compile(r"(?<![\w.])aws_sdk_(?P<service>\w{1,40})\.models\.(?P<code>[A-Z]\w{2,80}(?:Exception|Error|Fault))\b")),
    # Elasticsearch prints causes as "AmazonS3Exception[Access Denied]".
    ("Exception[", "java-v1", CLASS_NAME, re.compile(r"(?<![\w.])(?P<code>Amazon(?!Service|Client)(?P<service>[A-Z]\w{1,40}?)Exception)(?=\[)")),
    ("com.amazonaws", "java-v1", CLASS_NAME, re.compile(r"com\.amazonaws\.(?:\w{1,40}\.){0,2}(?P<code>[A-Z]\w{2,80}Exception)\b")),
)  # fmt: skip
_ANY_CLASS = re.compile(
    r"(?<![\w.])(?P<namespace>(?:[A-Za-z_]\w{0,60}[.\\]){1,12})(?P<code>[A-Z]\w{2,80}(?:Exception|Error|Fault|Denied|NotFound))\b"
)


def read_classes(text: str) -> Iterator[Piece]:
    """Yield every such class."""
    for needed, source, rank, pattern in _SDK_CLASSES:
        if needed in text:
            for m in pattern.finditer(text):
                yield _piece(m, source, rank)
    for m in _ANY_CLASS.finditer(text):
        namespace, code = m["namespace"], m["code"]
        if "amazon" in namespace.lower() or FOREIGN_NAMESPACE.match(namespace) or is_generic(code):
            continue
        botocore = "botocore" in namespace
        if botocore or is_known(code):
            piece = Piece(
                "class", m.start(), m.end(), is_aws=botocore, source="botocore" if botocore else None
            )
            piece.put("code", code, m.start("code"), m.end("code"), CLASS_NAME)
            yield piece


def _piece(m: re.Match[str], source: str, rank: int) -> Piece:
    piece = Piece("class", m.start(), m.end(), source=source, is_aws=True)
    piece.is_thrown = m.string.startswith((": ", "["), m.end())
    groups = m.groupdict()
    service, code = groups.get("service"), groups.get("code")
    if service:
        piece.put("service", service_name(service), rank=HINT)
    if code and is_code(code) and not _is_base_class(code, service):
        piece.put("code", code, m.start("code"), m.end("code"), rank)
    return piece


def _is_base_class(code: str, service: str | None) -> bool:
    """Return whether a class is the base class of a service: StsException, AmazonSQSException."""
    if is_generic(code):
        return True
    plain = code.removesuffix("Exception").removesuffix("Error").lower()
    return service is not None and plain in {
        service.lower(),
        service.lower().removesuffix("v2"),
        "amazon" + service.lower(),
    }
