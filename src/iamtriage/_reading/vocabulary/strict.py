"""Match values as SDKs print them: not masked, wrapped or truncated.

Each fragment accepts less than AWS allows. Only the readers parse ambiguous values. No fragment can match the
character that follows it, so that every pattern takes linear time.
"""

from __future__ import annotations

from iamtriage._reading.vocabulary.policy_types import POLICY_WORDS

# A dot before a capitalized word with such a suffix could be part of a class name, and a colon before three digits
# could introduce an HTTP status.
_DOT = r"\.(?![A-Z]\w*(?:Exception|Error|Fault|Denied|NotFound))"
_COLON = ":(?![45][0-9]{2})"
_NAME = rf"[\w@/+-]*+(?:{_DOT}[\w@/+-]*+)*+(?<![./+@])"
_PATH = rf"[\w@/+$-]*+(?:(?:{_COLON}|{_DOT}|\*(?!\*))[\w@/+$-]*+)*+(?<=[\w*])"

ACCOUNT = "[0-9]{12}"
PARTITION = "aws(?:-[a-z]+)*"
PRINCIPAL = rf"arn:{PARTITION}:(?:iam|sts)::(?P<account>{ACCOUNT}):(?:root|[a-z-]+/{_NAME})"
USER = rf"(?=\w)[\w@-]*+(?:(?:{_COLON}|{_DOT}|/(?!/))[\w@-]*+)*+"
SERVICE_PRINCIPAL = r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\.amazonaws\.com"
ACTION = r"(?P<service>[a-z][a-z0-9-]{1,60}):[A-Z][A-Za-z0-9]{0,120}"
RESOURCE = rf"arn:{PARTITION}:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:{_PATH}"
POLICY = rf"arn:{PARTITION}:(?:iam|organizations)::(?:{ACCOUNT}|aws):policy/[\w/-]+(?<![/-])"
POLICY_TYPE = "|".join(sorted(POLICY_WORDS, key=len, reverse=True))
CODE = "[A-Z][A-Za-z]{2,70}"
OPERATION = "[A-Z][A-Za-z0-9]{2,70}"
STATUS = "[45][0-9]{2}"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
REQUEST_ID = rf"(?:{UUID}|[0-9A-Z]{{16}})"
HOST_ID = "[A-Za-z0-9+/]{20,100}={0,2}"
ENCODED_MESSAGE = r"[\w-]{40,10240}"
AUTHORIZATION_ID = "(?=[a-z]*[0-9])[0-9a-z]{8,256}"
