"""Compare the request that AWS received with the presigned URL that signed it.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html and, for the types that curl
sends, https://curl.se/docs/manpage.html#-d.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import SignatureMismatch

__all__ = ("describe_difference", "send_as_signed_remedy")

_TYPE_HEADER = "content-type"
_FORM_TYPE = "application/x-www-form-urlencoded"
_SIGNED_HEADERS = lazy_pattern(
    r"X-Amz-SignedHeaders=([a-z0-9;%-]{1,200})(?![\w;%-])", re.IGNORECASE | re.ASCII
)
# The canonical request that S3 and other services computed, up to the empty line after its headers.
_CANONICAL_REQUEST = lazy_pattern(
    r"(?:<CanonicalRequest>|Canonical String for this request should have been\s{1,4}['\"]?)[A-Z]{3,7}\n(?P<path>[^\n]{0,1024})\n[^\n]{0,4096}\n(?P<headers>(?:[a-z0-9-]{1,80}:[^\n]{0,400}\n){1,40})\n"
)
_CURL = lazy_pattern(r"\bcurl\s[^\n]{0,4000}")
_CURL_TYPE = lazy_pattern(
    r"(?:-H|--header)[\s=]{0,2}[\"']content-type:\s{0,4}([^\"']{1,100})[\"']", re.IGNORECASE
)
_CURL_DATA = lazy_pattern(r"\s(?:-d|--data(?:-binary|-raw|-ascii|-urlencode)?)[\s=@]")
_CURL_FILE = lazy_pattern(
    r"\s(?:-T|--upload-file|-d|--data(?:-binary)?)[\s=]{0,2}[\"']?@?([\w./-]{1,200})[\"']?(?=\s|\Z)", re.ASCII
)
_TYPES = {
    "csv": "text/csv",
    "gif": "image/gif",
    "gz": "application/gzip",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "webp": "image/webp",
    "xml": "application/xml",
    "zip": "application/zip",
}
_EXTENSION = lazy_pattern(r"\.([a-z0-9]{2,4})(?=[?\s\"']|\Z)", re.ASCII)


def describe_difference(case: Case[SignatureMismatch]) -> str:
    """Return in what the request most likely differs from the presigned URL, as a clause."""
    names = _signed_headers(case.failure.text)
    if not names:
        return "most likely, the request differs from the signed one in method, key or query string"
    received = _received_headers(case.failure.text)
    sent = received.get(_TYPE_HEADER)
    missing = [name for name in names if received.get(name) == ""]
    if _TYPE_HEADER in names and sent is not None and sent != "":
        who = "curl" if _CURL.search(case.failure.text) else "the request"
        probable = _probable_type(case.failure.text)
        guess = "" if probable in {None, sent} else f", probably {probable}"
        return f"{who} sent {_TYPE_HEADER}: {clip_text(sent)}, and the URL was most likely signed with another one{guess}"
    if missing:
        plural = "s" if len(missing) > 1 else ""
        return f"the request did not send the signed header{plural} {', '.join(missing)}"
    return f"most likely, the request does not send the signed header{'s' if len(names) > 1 else ''} {', '.join(names)} with the same value"


def send_as_signed_remedy(case: Case[SignatureMismatch]) -> Remedy:
    """Return the remedy that sends a request with the headers for which its presigned URL was signed."""
    text = case.failure.text
    names = _signed_headers(text)
    step = (
        f"The URL was signed with {', '.join(names)}: send each with exactly the value that it was signed with, such as the ContentType parameter of put_object. Or create the URL without that parameter."
        if names
        else "Use the method that the URL was created for (GET, PUT, HEAD), the same key, and the URL unchanged and in quotes."
    )
    adds_type = (
        "Browsers and HTTP libraries add headers such as Content-Type themselves: set them explicitly."
    )
    if _received_headers(text).get(_TYPE_HEADER) == _FORM_TYPE and _CURL.search(text):
        adds_type = f"curl adds {_FORM_TYPE} to data unless -H sets another type."
    probable = _probable_type(text) or "VALUE"
    sent = " ".join(f"-H '{name}: {probable if name == _TYPE_HEADER else 'VALUE'}'" for name in names)
    curl = _CURL.search(text)
    file = None if curl is None else _CURL_FILE.search(curl[0])
    return your_remedy(
        "Send the request as it was signed",
        step,
        f"{adds_type} Also check that the URL was not decoded or shortened.",
        commands=(
            f"curl {sent} -T {'FILE' if file is None else file[1]} 'PRESIGNED_URL'"
            if names
            else "curl -v 'PRESIGNED_URL'",
        ),
        url=pages.S3_PRESIGNED,
    )


def _signed_headers(text: str) -> tuple[str, ...]:
    """Return the headers besides the host for which a presigned URL in the text is signed."""
    found = _SIGNED_HEADERS.search(text)
    names = re.split(r";|%3[Bb]", found[1]) if found else ()
    return tuple(name for name in names if name != "host")


def _received_headers(text: str) -> dict[str, str]:
    """Return the signed headers that AWS received, with their values, or those that a curl command sends."""
    found = _CANONICAL_REQUEST.search(text.replace("\\n", "\n").replace("&#10;", "\n"))
    if found is not None:
        pairs = (line.partition(":") for line in found["headers"].splitlines())
        return {name: value.strip() for name, _, value in pairs}
    curl = _CURL.search(text)
    if curl is None:
        return {}
    stated = _CURL_TYPE.search(curl[0])
    if stated is not None:
        return {_TYPE_HEADER: stated[1].strip()}
    return {_TYPE_HEADER: _FORM_TYPE if _CURL_DATA.search(curl[0]) else ""}


def _probable_type(text: str) -> str | None:
    """Return the media type that the extension of the file or of the key suggests."""
    found = _CANONICAL_REQUEST.search(text)
    curl = _CURL.search(text)
    for part in (None if curl is None else curl[0], None if found is None else found["path"]):
        for extension in _EXTENSION.findall(part or ""):
            if extension in _TYPES:
                return _TYPES[extension]
    return None
