"""Find the call with which a program lists a bucket, and the prefix that it sends."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_start
from iamtriage._typing import NamedTuple

# In Python with and without a paginator, JavaScript, Go, PHP, Ruby and .NET, and the builder in Java and Kotlin.
_CALL = lazy_pattern(
    r"(?i:(?<![\w\"'`])(?:(?P<paginate>(?:[\w.\[\]]{1,60}(?:\([\"']list_objects\w{0,3}[\"']\))?)?\.paginate)|(?:[\w.@$]{1,60}(?:\.|->|::))?(?:list_?objects(?:_?v2)?(?:_pages|Pages|Async)?)|(?:new |&)?(?:[\w.]{1,20}\.)?List_?Objects(?:V2)?(?:Command|Input|Request))"
    r"(?P<arguments>\((?:[^()\n]|\n(?!\n)|\([^()\n]{0,80}\)){0,400}\)|\s?\{(?:[^{}\n]|\n(?!\n)){0,400}\}|\.builder\(\)(?:\s{0,60}\.\w{1,30}\([^()\n]{0,80}\)){1,8}))"
)
_BUCKET = lazy_pattern(r"(?i:\bbucket(?:_?name)?\b)")
_BUCKET_NAME = lazy_pattern(
    r"(?i:\bbucket(?:_?name)?\b[\"']?)\W{1,6}(?:aws\.String\([\"'`])?(?<=[\"'`])(?P<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?=[\"'`])"
)
_PREFIX = lazy_pattern(
    r"(?i:(?<![\w])[\"']?prefix[\"']?)(?:\s?(?:=>|[:=])\s?|\()(?:aws\.String\()?(?:(?P<quote>[\"'`])(?P<value>[^\"'`\n{}$]{0,300})(?P=quote))?"
)
# No URL.
_COMMENT = lazy_pattern(r"(?:#|(?<!:)//)[^\n]{0,200}\Z")
_DELIMITER = lazy_pattern(r"(?i:\bdelimiter\b)")
_SPREAD = ("**", "...")
_PAGINATOR = lazy_pattern(r"(?i:paginator\([\"']list_objects)")


class ListingCall(NamedTuple):
    """A call that lists a bucket.

    Attributes:
        code: The call as written.
        prefix: The prefix that it sends, empty if it sends none, ``None`` if it is a variable.
        has_delimiter: Whether it sends a delimiter.
    """

    code: str
    prefix: str | None
    has_delimiter: bool

    @property
    def bucket(self) -> str | None:
        """The bucket, if it is no variable."""
        found = _BUCKET_NAME.search(self.code)
        return found["name"] if found else None

    def with_prefix(self, prefix: str) -> str:
        """Return the call with a prefix, in the language of its arguments.

        >>> ListingCall('s3.list_objects_v2(Bucket="lake")', "", False).with_prefix("raw/")
        's3.list_objects_v2(Bucket="lake", Prefix="raw/")'
        >>> ListingCall('ListObjectsV2Command({ Bucket: "lake" })', "", False).with_prefix("raw/")
        'ListObjectsV2Command({ Bucket: "lake", Prefix: "raw/" })'
        """
        if ".builder()" in self.code:
            head, build, tail = self.code.partition(".build()")
            return f'{head}.prefix("{prefix}"){build}{tail}'
        at = max(self.code.rfind(each) for each in "}])")
        while at > 0 and self.code[at - 1] in ")]} \n,":
            at -= 1
        arguments = self.code[:at]
        new = f'Prefix="{prefix}"'
        if "=>" in arguments:
            new = f"'Prefix' => '{prefix}'"
        elif "aws.String(" in arguments:
            # The parenthesis of the last argument.
            arguments, at = (f"{arguments})", at + 1) if self.code[at] == ")" else (arguments, at)
            new = f'Prefix: aws.String("{prefix}")'
        elif "{" in arguments:
            new = f'Prefix = "{prefix}"' if " = " in arguments else f'Prefix: "{prefix}"'
        elif "bucket:" in arguments:
            new = f'prefix: "{prefix}"'
        return f"{arguments}, {new}{self.code[at:]}"


def find_listing_call(text: str) -> ListingCall | None:
    """Return the only call of a program in a text that lists a bucket.

    >>> find_listing_call('p = s3.get_paginator("list_objects_v2").paginate(Bucket="lake")').prefix
    ''
    >>> find_listing_call('client.listObjectsV2({ Bucket: "lake", Prefix: "raw/" })').prefix
    'raw/'
    """
    calls = {
        each[0]: each
        for each in _CALL.finditer(text)
        if _BUCKET.search(each["arguments"])
        and not _COMMENT.search(text, line_start(text, each.start(), each.start() - 200), each.start())
        and (not each["paginate"] or _PAGINATOR.search(text))
    }
    if len(calls) != 1:
        return None
    call = next(iter(calls.values()))
    arguments = call["arguments"]
    found = _PREFIX.search(arguments)
    if found is None and any(each in arguments for each in _SPREAD):
        return None
    prefix = "" if found is None else found["value"]
    return ListingCall(call[0].lstrip(), prefix, _DELIMITER.search(arguments) is not None)
