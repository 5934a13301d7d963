"""Correct an access key that a program gets from its own code or settings, where the AWS CLI does not look.

Source: https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html, for the password of SMTP.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import SignatureMismatch

SMTP_PASSWORD_AS_SECRET = CauseType(
    "smtp-password-as-secret",
    title="The SMTP password of Amazon SES is used as the secret access key",
    text="The key is that of SMTP credentials of Amazon SES: their user name is an access key ID, but their password is not its secret access key, so the API rejects the signature.",
    recognised_by="The API of Amazon SES rejects the signature.",
    fix="Use an access key (ID and secret) for the API, and the SMTP credentials only for SMTP.",
    of="signature-mismatch",
    sources=("https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",),
)
_SES = lazy_pattern(
    r"\bemail\.[a-z0-9-]{6,30}\.amazonaws\.com\b|/ses/aws4_request\b|\bSes(?:V2)?Client\b|\bSESClient\b|\bSimpleEmailService\b|\bSend(?:Raw)?Email\b"
)
# The arguments of clients, with a literal or masked secret: PHP, JavaScript, Python, Ruby, Go, Java and .NET.
_IN_CODE = lazy_pattern(
    r"(?P<member>[\"']?\b(?:secret|secretAccessKey|aws_secret_access_key|secret_access_key|secretKey)[\"']?\s{0,4}(?:=>|:|=)\s{0,4}[\"'](?!\$))"
    r"|(?P<call>\b(?:new\s{1,4})?(?:Basic(?:AWS|Aws|Session)\w{0,20}|AwsBasicCredentials\.create|NewStaticCredentials(?:Provider)?|SimpleEmailService|\w{0,20}Credentials)\(\s{0,8}[\"'][A-Za-z*x<])",
    re.ASCII,
)
_NAME = lazy_pattern(r"(?:new\s{1,4})?[A-Za-z_][\w.]{1,60}", re.ASCII)
# "I've set the access_key_id and secret_access_key in samples/config.xml".
_IN_FILE = lazy_pattern(
    r"\b(?:secret_?access_?key|secret key|keys?|credentials)\b[`'\"]? (?:are |is )?(?:set |stored )?(?:in|into) (?:the |my |our )?(?:file )?[`'\"]?(?P<file>(?!~?/?\.?aws/)[\w./-]{1,80}\.(?:xml|ya?ml|json|php|env|ini|conf|properties|toml|py|js|ts|rb))\b",
    re.ASCII,
)
_PAIR = "Paste key ID and secret of one key, without spaces, quotes or newlines: a secret has 40 characters. If it is lost, create a new key: AWS shows a secret only once."


def smtp_cause(case: Case[SignatureMismatch]) -> Cause | None:
    """Return that the key can be an SMTP password, if the API of Amazon SES rejects a signature."""
    is_ses = case.failure.envelope.service in {"ses", "sesv2"} or _SES.search(case.text) is not None
    return SMTP_PASSWORD_AS_SECRET.cause() if is_ses else None


def coded_keys_remedy(case: Case[SignatureMismatch]) -> Remedy | None:
    """Return the remedy that corrects a key in a program's code or file, or ``None`` if the text shows no such key."""
    text = case.failure.text
    in_file, in_code = _IN_FILE.search(text), _IN_CODE.search(text)
    if in_file is not None:
        place, where = in_file["file"], f"The program reads the keys from {in_file['file']}"
    elif in_code is not None and not find_profile_sections(text):
        place = "the code"
        name = _NAME.search(in_code[0])
        where = f"The code passes the keys itself{f' ({quote_words(name[0])})' if name else ''}"
    else:
        return None
    return your_remedy(
        f"Set key ID and secret again in {place}",
        f"{where}, so the profiles of the AWS CLI have no effect.",
        _PAIR,
        "To test the pair, enter it for a new profile: get-caller-identity fails if it is wrong. Then delete the profile, and take the keys out of the code: SDKs find a role or profile themselves.",
        commands=("aws configure --profile check", "aws sts get-caller-identity --profile check"),
        url=pages.ACCESS_KEYS,
    )
