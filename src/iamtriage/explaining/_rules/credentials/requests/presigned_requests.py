"""Compare a request with the presigned URL that it used, and send it as the URL was signed.

S3 returns the request that it received as the canonical request or, with version 2, the string to sign. The text can
show the code that signed the URL, too.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html and, for the methods and types
that curl sends, https://curl.se/docs/manpage.html.
"""

from __future__ import annotations

import re
from itertools import islice

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, quote_argument, upper_first
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import CauseType, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

_TYPE_HEADER = "content-type"
_FORM_TYPE = "application/x-www-form-urlencoded"
# Types that say nothing of the file.
_GENERAL_TYPES = ("", _FORM_TYPE, "application/octet-stream")
_ADDED_BY_CURL = f"curl adds {_FORM_TYPE} to data unless -H sets another type."
# How clients of the browser, Node.js and Python set the header of a request.
_CLIENT_OPTIONS = (
    ("axios.", "axios: {{ headers: {{ 'Content-Type': '{value}' }} }} as the last argument"),
    ("fetch(", "fetch: headers: {{ 'Content-Type': '{value}' }} in the options"),
    ("requests.put(", "requests: headers={{'Content-Type': '{value}'}}"),
)
_SIGNED_HEADERS = lazy_pattern(r"(?ia)X-Amz-SignedHeaders=([a-z0-9;%-]{1,200})(?![\w;%-])")
# The canonical request that S3 and other services computed, up to the empty line after its headers.
_CANONICAL_REQUEST = lazy_pattern(
    r"(?:<CanonicalRequest>|Canonical String for this request should have been\s{1,4}['\"]?)(?P<method>[A-Z]{3,7})\n[^\n]{0,1024}\n[^\n]{0,4096}\n(?P<headers>(?:[a-z0-9-]{1,80}:[^\n]{0,400}\n){1,40})\n"
)
# What S3 signed for a URL of version 2: method, Content-MD5, Content-Type, expiry and resource.
_STRING_TO_SIGN = lazy_pattern(
    r"<StringToSign>(?P<method>[A-Z]{3,7})\n(?P<digest>[^\n<]{0,64})\n(?P<type>[^\n<]{0,200})\n[1-9]\d{8,10}\n"
)
_TYPE_PARAMETER = lazy_pattern(r"(?i)content_?-?type")
_VERSION_2 = lazy_pattern(
    r"[?&]AWSAccessKeyId=[^\s\"']{0,400}[?&]Expires=|[?&]Expires=[^\s\"']{0,400}[?&]AWSAccessKeyId="
)
_EXPIRES = lazy_pattern(r"(?a)X-Amz-Expires=([1-9]\d{1,5})(?!\w)")
_NEWLINE = lazy_pattern(r"\\n|\r\n|&#(?:10|x[aA]);")
_CURL = lazy_pattern(r"\bcurl\s(?:[^\n\\]|\\[^\n]|\\\n){0,4000}")
_VALUE = r"([ !#-&(-~]{1,200})"  # printable, without quotes
_CURL_HEADER = lazy_pattern(
    rf"(?:-H|--header)[\s=]{{0,2}}[\"']([A-Za-z][A-Za-z0-9-]{{1,60}}):\s{{0,4}}{_VALUE}[\"']"
)
_CURL_DATA = lazy_pattern(r"\s(?:-d|--data(?:-binary|-raw|-ascii|-urlencode)?)[\s=@]")
_CURL_FILE = lazy_pattern(
    r"(?a)\bcurl(?=(?:[^\n\\]|\\[\s\S]){0,4000}?(?:://|[$\"'<]))(?:\s[^\n]{0,2000}?)?\s(?:-T|--upload-file|-d|--data(?:-binary)?)[\s=]{0,2}[\"']?@?([\w./-]{1,200})[\"']?(?=\s|\Z)"
)
_CURL_VARIABLE = lazy_pattern(
    r"(?a)\bcurl\s[^\n]{0,200}?(\"\$(?:\{?\w{1,40}\}?|\((?:cat |< ?)[\w./-]{1,80}\))\")(?!\S)"
)
# Without -X or --request, the method follows from other options.
_CURL_METHOD = lazy_pattern(r"\s(?:-X\s?|--request[\s=])[\"']?([A-Z]{3,7})\b")
_CURL_HEAD = lazy_pattern(r"\s(?:-\w{0,5}I|--head)\b")
# Clients other than curl, with which a program checks whether an object exists.
_HEAD_CALL = lazy_pattern(
    r"\b(?:requests|axios|httpx|http|client|session)\.[Hh]ead\(|\bNet::HTTP::Head\b|\bmethod ?[:=] ?[\"']HEAD\b|\bwget\b[^\n]{0,80} --spider\b|(?<![\w/])HEAD (?:request|https?://)"
)
_CURL_UPLOAD = lazy_pattern(r"\s(?:-T|--upload-file)[\s=]")
SIGNED_URL = lazy_pattern(
    r"(?i)(?<!\bno )(?<!\bnot )(?<!\bnot a )(?<!\bwithout )(?<!\bwithout a )(?<!\bcloudfront )\bsigned[ _-]?url"
)
"""That words or code speak of a signed URL of S3."""
# The function or command that signs a URL, and its operation or method.
SIGNER = lazy_pattern(r"(?i)presign|get_?signed_?url")
_IMPORT = lazy_pattern(
    r"(?m)^[ \t]{0,20}(?:import|from|using|use|const \{[^}\n]{1,400}\} = require)\b[^\n]{0,500}"
)
_SIGNED_METHOD = lazy_pattern(
    r"(?i)(?:presign(?:ed)?_?)?(?<!s3:)(?P<verb>put|get|head|delete)_?object(?:command)?|\bHttp(?:Method|Verb)\.(?P<enum>put|get|head|delete)\b"
    r"|\bpresigned_url\(\s?:(?P<symbol>put|get|head|delete)\b|\baws s3 (?P<cli>presign)\b"
)
# The presigner of the SDK for JavaScript 3 leaves out the type:
# https://github.com/aws/aws-sdk-js-v3/blob/main/packages/s3-request-presigner/src/presigner.ts
_NEVER_SIGNS_TYPE = lazy_pattern(r"\bnew \w{3,30}Command\((?![\s\S]{0,600}signableHeaders)")
PRESIGNED_URL_EDITED = CauseType(
    "presigned-url-edited",
    title="The presigned URL was changed",
    text="The presigned URL was changed, decoded or shortened, or is used with another method or header.",
    fix="Use the URL unchanged, with the method and headers that it was signed for.",
    of="signature-mismatch",
)
_MAX_SIGNERS = 8
_CHARS_BEFORE_SIGNER, _CHARS_AFTER_SIGNER = 400, 700
# The parameters of SDKs for headers.
_PARAMETERS = {"content-type": "ContentType", "content-md5": "ContentMD5", "x-amz-acl": "ACL"}
_CLI_SIGNER = "aws s3 presign"


class Difference(NamedTuple):
    """How a request differs from its presigned URL."""

    summary: str
    because: tuple[str, ...]
    remedy: Remedy


class _Request(NamedTuple):
    """A request, with ``None`` and no headers for what the text does not show."""

    sender: str
    method: str | None
    headers: dict[str, str]
    source: str
    signs_type: bool = False


class _Signer(NamedTuple):
    """The code that signed a URL."""

    code: str
    method: str | None
    name: str


def compare_with_url(text: str) -> Difference:
    """Return how the request in a text differs from its presigned URL, or most likely differs."""
    if (difference := compare_methods(text)) is not None:
        return difference
    names, signer, request = _signed_headers(text), _find_signer(text), _find_request(text)
    # Most SDKs sign the type that is set, whether or not the text shows the names of the signed headers.
    is_open = _SIGNED_HEADERS.search(text) is None and _NEVER_SIGNS_TYPE.search(signer.code) is None
    # Boto3 signs an ACL as a header, other SDKs move it into the URL.
    of_boto = ("x-amz-acl",) if "generate_presigned_url(" in signer.code else ()
    candidates = (_TYPE_HEADER, *of_boto) if is_open else names
    stated = {name: value for name in candidates if (value := _find_parameter(signer.code, name))}
    for name, value in stated.items():
        received = request.headers.get(name)
        if received is not None and received != value[1]:
            return _compare_values(text, request, name, value)
    if request.signs_type and not stated and (received := request.headers[_TYPE_HEADER]):
        return _unsigned_type(text, received, signer)
    names = names or tuple(stated)
    return _likely_difference(text, names, {name: value[1] for name, value in stated.items()}, request)


def compare_methods(text: str) -> Difference | None:
    """Return how the method of a request differs from the one of its presigned URL, or ``None``."""
    signer, request = _find_signer(text), _find_request(text)
    signed, sent = signer.method, request.method
    likely, because = "", f"The code signs {signer.name}, whose method is {signed}."
    if signed is None and sent == "HEAD":
        signed, likely, because = "GET", "most likely ", "Most presigned URLs are for GET."
    if signed is None or sent is None or sent == signed:
        return None
    other = "with the same bucket and key"
    if signer.name == _CLI_SIGNER:
        other += ", with an SDK"
    elif sent == "HEAD":
        other += ": generate_presigned_url('head_object', …) in boto3, HeadObjectCommand in JavaScript"
    of_byte = " (one byte is enough for a check: Range: bytes=0-0)" if sent == "HEAD" else ""
    step = f"Send a {signed} request{of_byte}: the URL allows no other method. Or sign a second URL for {sent}, {other}."
    return Difference(
        f"it was {likely}signed for {signed}, but {request.sender} sent {sent}",
        (because, f"{request.source} has the method {sent}."),
        _signed_request_remedy(text, step, method=signed),
    )


# A type that the code of the client takes from the file.
_VARIABLE_TYPE = lazy_pattern(
    r"[\"'](?i:content-type)[\"']\]?\s?[:=,]\s?(?P<expression>(?!undefined\b|null\b)[A-Za-z_$][\w$]{0,40}\??\.(?:type|mimetype|mimeType|contentType))\b"
)


def _compare_values(text: str, request: _Request, name: str, found: re.Match[str]) -> Difference:
    value, received, is_type = found[1], request.headers[name], name == _TYPE_HEADER
    shown, parameter = clip_text(received), _PARAMETERS.get(name, name)
    sent, has = "did not send this header", f"has no {name}"
    # Who sends it again later needs another URL.
    expiry = _EXPIRES.search(text)
    late = "" if expiry is None else f" If the {expiry[1]} seconds of the URL are over, create it again."
    sign = f"leave {parameter} out in the code that signs"
    if received:
        sent, has = f"sent {shown}", "shows the header as sent"
        sign = f"in the code that signs, write {found[0].replace(value, shown)}"
    # S3 rejects headers that begin with x-amz- and are not signed.
    if received and is_type:
        sign += f", or leave {parameter} out, so that the client can send any type"
    title = f"Send {name}: {clip_text(value)}, as signed"
    variable = _VARIABLE_TYPE.search(text) if received and is_type else None
    if variable is not None:
        # A constant fits only some of the files.
        sign = f"the client sends {variable['expression']}, which is not the same for each file: pass it to the code that signs, and set {parameter} to it instead of {clip_text(value)}. Or leave {parameter} out, so that the client can send any type"
    if is_type and received in _GENERAL_TYPES and value not in _GENERAL_TYPES:
        # A library adds such a type itself: it describes nothing.
        sign = f"leave {parameter} out in the code that signs, so that the client can send any type"
    client = next((option for option in _CLIENT_OPTIONS if option[0] in text), None)
    option = f" ({client[1].format(value=clip_text(value))})" if client and is_type else ""
    send, end = f"end {name}: {clip_text(value)}, as signed{option}", ", and create the URL again."
    # S3 stores an object with the type that the request sends.
    is_wrong = is_type and received not in _GENERAL_TYPES and f".{value.rpartition('/')[2]}" not in text
    again = f"Or {sign}{end}"
    if option:
        again = f"S{send}. {again}"
    elif received == _FORM_TYPE and request.sender == "curl":
        again = f"{_ADDED_BY_CURL} {again}"
    if is_wrong:
        title, again = "Sign and send the same value", f"{upper_first(sign)}{end} Or s{send}."
    if variable is not None:
        title = f"Sign the {parameter} of each file"
        again = f"{upper_first(sign)}{end} The client must send exactly the type that is signed."
    evidence = f"{request.source} {has}{f', and X-Amz-SignedHeaders includes {name}' if name in _signed_headers(text) else ''}."
    return Difference(
        f"it was signed for {name}: {clip_text(value)}, but {request.sender} {sent}",
        (evidence,),
        _signed_request_remedy(
            text, f"{again}{late}", headers={name: received if is_wrong else value}, title=title, is_sure=True
        ),
    )


def _unsigned_type(text: str, received: str, signer: _Signer) -> Difference:
    """Return the difference of a request with a type that the code most likely did not sign."""
    is_form = received.startswith("multipart/form-data")
    shown = clip_text(received)
    because: tuple[str, ...] = ()
    if is_certain := bool(signer.code) and _TYPE_PARAMETER.search(signer.code) is None:
        works = "The URL works with curl, which sends no type: key and secret are right."
        because = present(
            f"The code that signs the URL sets no ContentType, and the StringToSign of S3 has {shown} in its third line.",
            works if find_working(text, _CURL) is not None else None,
        )
    kind = "the type of the file" if is_form else shown
    where = "the code that signs the URL, such as getSignedUrl,"
    if "generate_presigned_url" in text:
        where = "the Params of generate_presigned_url"
    sign = f"Set ContentType in {where} to {kind}, and send exactly this Content-Type."
    send = "Or send the request without Content-Type, as curl -T does."
    if "fetch(" in text:
        # https://fetch.spec.whatwg.org/#concept-bodyinit-extract
        send = 'fetch takes the type from the file. Pass that type to the code that signs, and send it as well: headers: {"Content-Type": file.type}.'
    steps: tuple[str, ...] = (sign, send)
    if _VERSION_2.search(text) is not None:
        # https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
        version = "The URL has a signature of version 2, which always includes Content-Type. Create it with version 4"
        if "boto3" in text:
            version += ', in the Region of the bucket: boto3.client("s3", region_name="REGION", config=Config(signature_version="s3v4"))'
        steps += (f"{version}.",)
    if is_form:
        # A POST policy is for forms: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html
        body = "Pass the file itself as the body of the PUT to fetch, XMLHttpRequest, $http.put or Upload.http. FormData and upload functions for forms send multipart/form-data, which S3 would store with its boundaries."
        steps = (body, sign)
    return Difference(
        f"the request sent Content-Type: {shown}, and the URL was {'' if is_certain else 'most likely '}signed without it",
        because,
        your_remedy(
            "Send the file itself, not a form, and sign its Content-Type"
            if is_form
            else "Sign the URL for the Content-Type that the client sends",
            *steps,
            url=pages.S3_PRESIGNED,
        ),
    )


def _likely_difference(
    text: str, names: tuple[str, ...], stated: dict[str, str], request: _Request
) -> Difference:
    """Return the likely difference if the text shows only one side."""
    headers = {name: stated.get(name, "VALUE") for name in names}
    parameters = [f"{_PARAMETERS[name]} for {name}" for name in names if name in _PARAMETERS]
    example = f" ({', '.join(parameters)})" if parameters else ""
    step = f"The URL was signed with {', '.join(names)}: send {'it' if len(names) == 1 else 'each'} with exactly the value in the code that signed the URL{example}. Or create the URL without that parameter."
    if not names:
        step = (
            "Use the URL unchanged and in quotes, with the method that it was created for (GET, PUT, HEAD)."
        )
    adds_type = "Browsers and HTTP libraries add headers such as Content-Type: set them explicitly."
    if request.headers.get(_TYPE_HEADER) == _FORM_TYPE and request.sender == "curl":
        adds_type = _ADDED_BY_CURL
    # If the URL is signed for the host alone, other headers do not matter.
    is_for_host = not names and _SIGNED_HEADERS.search(text) is not None
    remedy = _signed_request_remedy(
        text, step, None if is_for_host else adds_type, headers=headers, method=request.method
    )
    sent = request.headers.get(_TYPE_HEADER)
    missing = [name for name in names if request.headers.get(name) == ""]
    summary = (
        f"most likely, the request does not send what was signed with the same value: {', '.join(names)}"
    )
    if not names:
        signs = (_STRING_TO_SIGN, _NEVER_SIGNS_TYPE)
        is_for_host = is_for_host or any(each.search(text) for each in signs)
        parts = "method, key or query string" if is_for_host else "method, key, query string or headers"
        summary = f"most likely, the request differs from the signed one in {parts}"
    elif _TYPE_HEADER in names and sent and sent != stated.get(_TYPE_HEADER):
        summary = f"{request.sender} sent {_TYPE_HEADER}: {clip_text(sent)}, and the URL was most likely signed with another one"
    elif missing:
        summary = f"{request.sender} did not send the signed header{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
    return Difference(summary, (), remedy)


def _signed_request_remedy(
    text: str,
    *steps: str | None,
    headers: dict[str, str] | None = None,
    method: str | None = None,
    title: str = "Send the request as it was signed",
    is_sure: bool = False,
) -> Remedy:
    check = None
    if headers is not None and not is_sure:
        check = "Also check that the URL was not decoded or shortened, and that no proxy changes the request."
    if check and "<CanonicalRequest>" in text:
        check = "If it fails again, compare the URL with the method, path and headers in <CanonicalRequest>, which are those that S3 received."
    words = [f"-H {quote_argument(f'{name}: {value}')}" for name, value in (headers or {}).items()]
    if method == "PUT" or (words and method not in {"GET", "HEAD", "DELETE"}):
        file = _CURL_FILE.search(text)
        words.append(f"-T {'FILE' if file is None else quote_argument(file[1])}")
    elif method in {"HEAD", "DELETE"}:
        words.append("-I" if method == "HEAD" else "-X DELETE")
    else:
        # One byte, or the reason of S3.
        words.append("-i -r 0-0" if method == "GET" else "-v")
    variable = _CURL_VARIABLE.search(text)
    line = " ".join(("curl", *words, variable[1] if variable else "'PRESIGNED_URL'"))
    return your_remedy(title, *steps, check, commands=line, url=pages.S3_PRESIGNED)


def _signed_headers(text: str) -> tuple[str, ...]:
    found = _SIGNED_HEADERS.search(text)
    names = re.split(r";|%3[Bb]", found[1].lower()) if found else ()
    return tuple(name for name in names if name != "host")


def _find_signer(text: str) -> _Signer:
    code = _IMPORT.sub("", text)
    parts = [
        code[max(each.start() - _CHARS_BEFORE_SIGNER, 0) : each.end() + _CHARS_AFTER_SIGNER]
        for each in islice(SIGNER.finditer(code), _MAX_SIGNERS)
    ]
    found = [each for part in parts for each in _SIGNED_METHOD.finditer(part)]
    verbs = {each["verb"] or each["enum"] or each["symbol"] or "get" for each in found}
    methods = {each.upper() for each in verbs}
    name = "" if not found else found[0][0].strip()
    return _Signer("\n".join(parts), only_one(methods), name)


def _find_parameter(code: str, header: str) -> re.Match[str] | None:
    """Return where the parameters of signing code set a header: ``ContentType``, ``content_type``."""
    name = re.escape(re.sub(r"^x-amz-(?:meta-)?", "", header)).replace(r"\-", "_?")
    setting = rf"(?<![\w-])[\"']?{name}[\"']?\s?(?::|=>?|\()\s?(?:aws\.String\(|Some\()?[\"']{_VALUE}[\"']\)?"
    found = {each[1]: each for each in re.finditer(setting, code, re.IGNORECASE)}
    return found.popitem()[1] if len(found) == 1 else None


def _find_request(text: str) -> _Request:
    """Return the request that AWS received, or the one that a curl command or a client sends."""
    lines, curl = _NEWLINE.sub("\n", text), _CURL.search(text)
    sender = "the request" if curl is None else "curl"
    if (found := _STRING_TO_SIGN.search(lines)) is not None:
        sent = {_TYPE_HEADER: found["type"].strip(), "content-md5": found["digest"].strip()}
        return _Request(sender, found["method"], sent, "The StringToSign of S3", signs_type=True)
    if (found := _CANONICAL_REQUEST.search(lines)) is not None:
        pairs = (line.partition(":") for line in found["headers"].splitlines())
        headers = {name: value.strip() for name, _, value in pairs}
        return _Request(sender, found["method"], headers, "The CanonicalRequest of S3")
    if curl is None:
        method = "HEAD" if _HEAD_CALL.search(text) else None
        return _Request(sender, method, {}, "The request")
    headers = {name.lower(): value.strip() for name, value in _CURL_HEADER.findall(curl[0])}
    has_data = _CURL_DATA.search(curl[0]) is not None
    headers.setdefault(_TYPE_HEADER, _FORM_TYPE if has_data else "")
    stated = _CURL_METHOD.search(curl[0])
    method = "PUT" if _CURL_UPLOAD.search(curl[0]) else "POST" if has_data else "GET"
    if _CURL_HEAD.search(curl[0]):
        method = "HEAD"
    return _Request(sender, method if stated is None else stated[1], headers, "The curl command")
