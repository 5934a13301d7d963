"""Find what IAM Roles Anywhere does not accept in a certificate that a text shows.

Source: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text

# What openssl x509 -text prints.
_KEY_USAGE = lazy_pattern(
    r"^\s{0,20}X509v3 Key Usage:[ \t]*(?:critical)?\s{1,60}(?P<usage>[A-Z][^\n]{2,200})", re.MULTILINE
)
_IS_CA = lazy_pattern(r"X509v3 Basic Constraints:[ \t]*(?:critical)?\s{1,60}CA:TRUE")
_WEAK_SIGNATURE = lazy_pattern(
    r"^\s{0,20}Signature Algorithm: (?P<name>(?i:[\w-]{0,20}(?:md5|sha1)[\w-]{0,20}))\b", re.MULTILINE
)
_SHOWN_FILE = lazy_pattern(r"\bopenssl x509 [^\n]{0,100}?-in (?:\S{0,200}/)?(?P<name>[\w.-]{1,100})")
_VERSION_1 = lazy_pattern(r"^\s{0,12}Version: (?P<number>[12]) \(0x[01]\)", re.MULTILINE)
_REQUEST = "Certificate Request"


def find_flaw(text: str, path: str | None) -> str | None:
    """Return what Roles Anywhere does not accept in the certificate of a file, unless the text shows another one."""
    shown = {each["name"] for each in _SHOWN_FILE.finditer(text)}
    if path is not None and shown and path.rpartition("/")[2] not in shown:
        return None
    if max(map(text.count, ("X509v3 Basic Constraints", "X509v3 Key Usage"))) > 1 or _REQUEST in text:
        return None  # that of the CA, too
    usage = _KEY_USAGE.search(text)
    if usage is not None and "Digital Signature" not in usage["usage"]:
        return f"its key usage is {clip_text(usage['usage'].strip())}, and lacks Digital Signature"
    if _IS_CA.search(text):
        return "it is the certificate of a CA (CA:TRUE), not of an end entity"
    if (weak := _WEAK_SIGNATURE.search(text)) is not None:
        return f"it is signed with {clip_text(weak['name'])}, and must be with SHA-256 or stronger"
    if (version := _VERSION_1.search(text)) is not None:
        return f"it is an X.509 certificate of version {version['number']}, and must be of version 3"
    return None
