"""Find code that passes an access key ID and a secret to an SDK, without a session token.

Lambda sets the variables of the execution role, and its users cannot:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from iamtriage._patterns import lazy_pattern

__all__ = ("KeysInCode", "find_keys_in_code")

_SETTINGS = {
    "accessKeyId": "sessionToken",
    "aws_access_key_id": "aws_session_token",
    "access_key_id": "session_token",
    "key": "token",  # of the AWS SDK for PHP
}
# Constructors without a token, and those that take one as the third argument.
_CLASSES = {
    "AwsBasicCredentials.create": "AwsSessionCredentials.create",
    "BasicAWSCredentials": "BasicSessionCredentials",
}
_DOTNET = {"BasicAWSCredentials": "SessionAWSCredentials"}
# The value is an environment variable, or a member of credentials from STS.
_VALUE = (
    r"[\w.:*&!$\[(\"'>-]{0,60}?(?:(?P<variable>AWS_ACCESS_KEY(?:_ID)?\b)[\"']?[\])]?"
    r"|[cC]red(?:s|ential|entials)?[\"'\])!?]{0,3}(?:\.|->|::|\[)[\"']?(?:get)?[aA]ccess_?[kK]ey_?[iI]d[\"']?\]?(?:\(\))?)"
)
_KEYS = lazy_pattern(
    rf"(?<![\w-])(?P<quote>[\"']?)(?P<setting>aws_access_key_id|access_key_id|accessKeyId|(?<=['\"])key)(?P=quote)(?P<separator> ?(?:=>|[:=]) ?)(?P<value>{_VALUE})"
    rf"|\b(?P<call>AwsBasicCredentials\.create|BasicAWSCredentials|NewStaticCredentials(?:Provider)?|Aws::Credentials\.new|Credentials::new)\(\s{{0,8}}(?P<argument>{_VALUE.replace('?P<variable>', '?P<of_call>')})",
    re.ASCII,
)
_TOKEN = lazy_pattern(r"(?i)(?:session|security)_?token|[\"']token[\"']|, ?\w{0,20}tok(?:en)?\w{0,20}\)")
_SECRET = lazy_pattern(r"(?i)secret")
_NAME_OF_KEY = lazy_pattern(r"AWS_ACCESS_KEY(?:_ID)?|[aA]ccess_?[kK]ey_?[iI]d")
_CHARS_BEFORE, _CHARS_AFTER = 150, 400


class KeysInCode(NamedTuple):
    """Code that passes an access key without a session token.

    Attributes:
        words: The part of the code.
        token: What passes the session token, too.
        is_from_environment: Whether the values come from environment variables, not from a call of STS.
    """

    words: str
    token: str
    is_from_environment: bool


def find_keys_in_code(text: str) -> KeysInCode | None:
    """Return the code that passes an access key without a session token.

    >>> found = find_keys_in_code('client("s3", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key=s)')
    >>> found.token
    'aws_session_token=os.environ["AWS_SESSION_TOKEN"]'
    """
    found = _KEYS.search(text)
    if found is None:
        return None
    around = text[max(found.start() - _CHARS_BEFORE, 0) : found.end() + _CHARS_AFTER]
    if _TOKEN.search(around) or not _SECRET.search(around):
        return None
    value = found["value"] or found["argument"]
    token = _NAME_OF_KEY.sub(_name_token, value)
    if found["setting"]:
        quote = found["quote"]
        token = f"{quote}{_SETTINGS[found['setting']]}{quote}{found['separator']}{token}"
    else:
        token = f"{token}, as the third argument"
        classes = {**_CLASSES, **_DOTNET} if "GetEnvironmentVariable" in value else _CLASSES
        if found["call"] in classes:
            token += f" of {classes[found['call']]}"
    words = f"{found['setting']} and the secret" if found["setting"] else f"{found['call']}(…)"
    return KeysInCode(words, token, bool(found["variable"] or found["of_call"]))


def _name_token(found: re.Match[str]) -> str:
    """Return the name of the session token in the spelling of the access key ID's name."""
    name = found[0]
    if name.startswith("AWS"):
        return "AWS_SESSION_TOKEN"
    if "_" in name:
        return "session_token"
    return "SessionToken" if name[0] == "A" else "sessionToken"
