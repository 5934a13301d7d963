"""Find code that passes an access key ID and a secret to an SDK, without a session token.

Lambda sets the variables of the execution role, and its users cannot:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
"""

from __future__ import annotations

from typing import NamedTuple

from iamtriage._patterns import lazy_pattern

__all__ = ("KeysInCode", "find_keys_in_code")
# A setting or the first argument of a constructor, and what passes the session token, too.
_TOKENS = {
    "accessKeyId": "sessionToken",
    "aws_access_key_id": "aws_session_token",
    "access_key_id": "session_token",
    "key": "token",  # of the AWS SDK for PHP
    "AwsBasicCredentials.create": "AwsSessionCredentials.create with the token as the third argument",
    "BasicAWSCredentials": "the class for sessions (BasicSessionCredentials, in .NET SessionAWSCredentials)",
}
# The value is an environment variable, or a member of credentials from STS.
_VALUE = (
    r"[\w.:*&!$\[(\"'>-]{0,60}?(?:(?P<variable>AWS_ACCESS_KEY(?:_ID)?\b)"
    r"|[cC]red(?:s|ential|entials)?[\"'\])!?]{0,3}(?:\.|->|::|\[)[\"']?(?:get)?[aA]ccess_?[kK]ey_?[iI]d)"
)
_KEYS = lazy_pattern(
    rf"(?:(?<![\w-])(?P<quote>[\"']?)(?P<setting>aws_access_key_id|access_key_id|accessKeyId|(?<=['\"])key)(?P=quote) ?(?:=>|[:=]) ?"
    rf"|\b(?P<call>AwsBasicCredentials\.create|BasicAWSCredentials|NewStaticCredentials(?:Provider)?|Aws::Credentials\.new|Credentials::new)\(\s{{0,8}}){_VALUE}"
)
_TOKEN = lazy_pattern(r"(?i)(?:session|security)_?token|[\"']token[\"']|, ?\w{0,20}tok(?:en)?\w{0,20}\)")
_SECRET = lazy_pattern(r"(?i)secret")
_CHARS_BEFORE, _CHARS_AFTER = 150, 400


class KeysInCode(NamedTuple):
    """Code that passes an access key without a session token."""

    words: str
    token: str
    is_from_environment: bool


def find_keys_in_code(text: str) -> KeysInCode | None:
    """Return the code that passes an access key without a session token.

    >>> found = find_keys_in_code('client("s3", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key=s)')
    >>> found.token
    'aws_session_token'
    """
    found = _KEYS.search(text)
    if found is None:
        return None
    around = text[max(found.start() - _CHARS_BEFORE, 0) : found.end() + _CHARS_AFTER]
    if _TOKEN.search(around) or not _SECRET.search(around):
        return None
    token = _TOKENS.get(found["setting"] or found["call"], "the token as the third argument")
    words = f"{found['setting']} and the secret" if found["setting"] else f"{found['call']}(…)"
    return KeysInCode(words, token, found["variable"] is not None)
