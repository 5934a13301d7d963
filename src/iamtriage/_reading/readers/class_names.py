"""Find exception classes whose namespace or name implies the service or code.

Sources: the packages of aws-sdk-java v1 and v2, aws-sdk-ruby, aws-sdk-php, aws-sdk-net,
aws-sdk-swift and aws-sdk-kotlin, and botocore's modules.
"""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.codes import (
    FOREIGN_NAMESPACE,
    is_code,
    is_generic,
    is_known,
    is_weak,
    kind_of_client_class,
)
from iamtriage._reading.vocabulary.pieces import CLASS_NAME, HINT, STATED, Piece
from iamtriage._reading.vocabulary.readable import find_near_fragments
from iamtriage._reading.vocabulary.services import service_name

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# Each row: a literal that the text must contain, the SDK, the rank of the code, and the pattern.
_SDK_CLASSES: tuple[tuple[str, str, int, re.Pattern[str]], ...] = (
    ("<Aws>Aws::|<AWS>AWS::", "ruby", STATED, lazy_pattern(r"A(?<![\w:].)(?:ws|WS)::(?:(?P<service>[A-Z]\w{1,40})::)?(?:Errors::(?P<code>[A-Z]\w{2,80})|ResponseError)")),
    ("<Response>AWS::", "ruby", STATED, lazy_pattern(r"AWS::(?P<service>[A-Z]\w{1,40}) Response Error: (?P<code>[A-Z][A-Za-z]{3,60}?)(?=The |Rate |Request )")),
    ("<Aws>\\", "php", CLASS_NAME, lazy_pattern(r"Aws(?<![\w\\]...)\s?\\{1,2}\s?(?P<service>[A-Z]\w{1,40})\s?\\{1,2}\s?Exception\s?\\{1,2}\s?(?P<code>[A-Z]\w{2,80})")),
    ("<Amazon>Amazon.", "dotnet", CLASS_NAME, lazy_pattern(r"Amazon\.(?<![\w.].{7})(?P<service>[A-Z]\w{1,60})\.(?:Model\.)?(?P<code>[A-Z]\w{2,80}Exception)\b")),
    ("<awssdk>", "java-v2", CLASS_NAME, lazy_pattern(r"software\.(?<![\w.].{9})amazon\.awssdk\.(?:services\.(?P<service>\w{1,60})(?:\.\w{1,40}){0,3}|(?:aws)?core\.exception)\.(?P<code>[A-Z]\w{1,80}(?:Exception|Error))\b(?!\$)")),
    ("<services>amazonaws.services", "java-v1", CLASS_NAME, lazy_pattern(r"com\.(?<![\w.].{4})amazonaws\.services\.(?P<service>\w{1,60})(?:\.\w{1,40}){0,3}\.(?P<code>[A-Z]\w{1,80}(?:Exception|Error))\b")),
    ("<models>aws_sdk_", "python-v4", CLASS_NAME, lazy_pattern(r"(?<![\w.])aws_sdk_(?P<service>[a-z0-9_]{1,60})\.models\.(?P<code>[A-Z]\w{2,80})\b")),
    ("<kotlin>", "kotlin", CLASS_NAME, lazy_pattern(r"(?<![\w.])aws\.sdk\.kotlin\.services\.(?P<service>\w{1,60})\.model\.(?P<code>[A-Z]\w{2,80})\b")),
    # The clients for S3 of JetS3t, Hadoop and Alpakka.
    ("<S3Exception>|<S3ServiceException>", "java-v1", CLASS_NAME, lazy_pattern(r"(?<![\w.])(?!com\.amazon|software\.)(?:[a-z]\w{0,40}\.){2,8}(?P<service>S3)(?:Service)?Exception\b")),
    # Elasticsearch prints causes as "AmazonS3Exception[Access Denied]".
    ("Exception[", "java-v1", CLASS_NAME, lazy_pattern(r"(?<![\w.])(?P<code>Amazon(?!Service|Client)(?P<service>[A-Z]\w{1,40}?)Exception)(?=\[)")),
    ("<amazonaws>com.amazonaws", "java-v1", CLASS_NAME, lazy_pattern(r"com\.amazonaws\.(?:\w{1,40}\.){0,2}(?P<code>[A-Z]\w{2,80}Exception)\b")),
)  # fmt: skip
FRAGMENTS = [fragment for fragment, *_ in _SDK_CLASSES]
_ANY_CLASS = lazy_pattern(
    r"(?<![\w.])(?P<namespace>(?:[A-Za-z_]\w{0,60}(?:\.|\\{1,2})){1,12})(?P<code>[A-Z]\w{2,80}(?:Exception|Error|Fault|Denied|NotFound))\b"
)
_SWIFT_CLASS = lazy_pattern(r"AWS(?P<service>[A-Z]\w{1,40})\.(?P<code>[A-Z]\w{2,80}Exception)\b")
_SUFFIXES = ("Exception", "Error", "Fault", "Denied", "NotFound")
# Maximum length of a namespace, in characters.
_MAX_NAMESPACE = 12 * 62
_DOTS = frozenset(".\\")
_NAME_CHARACTERS = f"{ascii_letters}{digits}_.\\"
# "errors such as X.AccessDenied", and what a sentence lists before it: "`A` (such as HTTP 408) and `X.AccessDenied`"
_LISTED = lazy_pattern(r"(?:\b(?:includ(?:es?|ing)|such\sas|like)\s|[`)],?\s(?:and|or)\s)[`\"']?\Z")
_MAX_LISTED = 16


def read_sdk_classes(readable: Readable, rows: Iterable[int]) -> Iterator[Piece]:
    """Yield the classes of SDKs."""
    for number in rows:
        fragment, source, rank, pattern = _SDK_CLASSES[number]
        for m in find_near_fragments(pattern, fragment, readable):
            yield _piece(m, source, rank)


def read_classes(readable: Readable) -> Iterator[Piece]:
    """Yield the classes with a namespace whose name is an error code."""
    text = readable.text
    for start, end in readable.codes:
        if start and text[start - 1] in _DOTS and text.endswith(_SUFFIXES, start, end):
            namespace = _namespace_start(text, start)
            swift = _SWIFT_CLASS.match(text, namespace)
            if swift:
                yield _piece(swift, "swift", CLASS_NAME)
            named = _ANY_CLASS.search(text, namespace, end)
            if named:
                yield from _read_class(named)


def _namespace_start(text: str, end: int) -> int:
    """Return where the namespace before a class name starts."""
    low = end - _MAX_NAMESPACE
    at = max(0, low) + len(text[max(0, low) : end].rstrip(_NAME_CHARACTERS))
    while at > low and (
        text[at - 1 : at].isalnum() or text[at - 1 : at] in _DOTS or text[at - 1 : at] == "_"
    ):
        at -= 1
    return at


def _read_class(m: re.Match[str]) -> Iterator[Piece]:
    namespace, code = m["namespace"], m["code"]
    if "amazon" in namespace.lower() or FOREIGN_NAMESPACE.match(namespace) or is_generic(code):
        return
    if _LISTED.search(m.string, max(0, m.start() - _MAX_LISTED), m.start()):
        return
    botocore = "botocore" in namespace
    # Many frameworks have classes such as ``UnauthorizedException``.
    if botocore or (is_known(code) and ("aws" in namespace.lower() or not is_weak(code))):
        piece = Piece("class", m.start(), m.end(), is_aws=botocore, source="botocore" if botocore else None)
        piece.put_group(m, "code", rank=CLASS_NAME)
        yield piece


def _piece(m: re.Match[str], source: str, rank: int) -> Piece:
    piece = Piece("class", m.start(), m.end(), source=source, is_aws=True)
    piece.is_thrown = m.string.startswith((": ", "["), m.end())
    groups = m.groupdict()
    service, code = groups.get("service"), groups.get("code")
    if service:
        piece.put("service", service_name(service), rank=HINT)
    # Ruby has a namespace for the errors of each service, whose codes have any form.
    is_error = is_code(code or "") or (source == "ruby" and service is not None)
    if code and (is_error or _is_client_class(code, service)) and not _is_base_class(code, service):
        piece.put_group(m, "code", rank=rank)
    return piece


def _is_client_class(code: str, service: str | None) -> bool:
    """Return whether a class without a service, such as Aws::Errors::InvalidSSOToken, says what is wrong."""
    return service is None and kind_of_client_class(code) is not None


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
