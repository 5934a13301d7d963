"""Explain that the instance metadata service rejects requests of a script that have no session token (IMDSv2).

Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html and
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html.
"""

from __future__ import annotations

import re
from itertools import islice

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import CauseType, Explanation
from iamtriage.explaining._rules.credentials.credential_sources import CONTAINER
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

_ADDRESS = r"(?:169\.254\.169\.254|\[fd00:ec2::254\])(?::80)?"
_PATH = lazy_pattern(
    rf"(?:http://)?{_ADDRESS}/(?:latest|\d{{4}}-\d{{2}}-\d{{2}})/(?P<path>(?:meta-data|dynamic|user-data)(?:/[\w./-]{{0,200}})?)"
)
_REJECTED = lazy_pattern(
    r"\b401 ?-? ?(?:Unauthorized|Client Error: Unauthorized)\b|\bHTTP(?:/[\d.]{1,3}| Error)?:? 401\b|\b(?i:status(?:[ _]?code)?)\W{1,3}401\b|\bThe requested URL returned error: 401\b"
)
# A request that has a token, and its answer that it is not valid.
_WITH_TOKEN = lazy_pattern(r"(?i:x-aws-ec2-metadata-token)|/latest/api/token|\bimds[-_ ]?v2 (?i:token)")
_REQUIRED = lazy_pattern(r"(?i:\bhttp_?tokens\b\W{1,8}(?:required)\b)")
_OTHER_SERVER = lazy_pattern(r"\bhttps?://(?!www\.w3\.org/|169\.254\.169\.254|\[fd00:)")
_MAX_BETWEEN, _MAX_REQUESTS = 1_500, 20
_ROLE_PATH = "meta-data/iam/security-credentials"
_WORKS = lazy_pattern(r"`?\baws (?:s3|sts|ec2|iam) [a-z0-9 -]{1,60}`?[^\n.]{0,60}? works?\b")
_POLICY = lazy_pattern(
    r"\b(?:Amazon|AWS|IAM|Administrator)[A-Z]?[A-Za-z0-9]{2,40}(?:FullAccess|ReadOnlyAccess|Access)\b"
)
_BASE = "http://169.254.169.254/latest"
_TOKEN = f'token=$(curl -sf -X PUT {_BASE}/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 300")'
_HEADER = '-H "X-aws-ec2-metadata-token: $token"'
METADATA_TOKEN_MISSING = CauseType(
    "metadata-token-missing",
    title="The instance requires IMDSv2, and the request has no session token",
    text="With HttpTokens required, which is the default of Amazon Linux 2023, the metadata service answers each request without a session token with 401.",
    meaning="The instance metadata service answers only requests with a session token (IMDSv2). IAM plays no part in it.",
    recognised_by="A request of a script to 169.254.169.254 gets 401 Unauthorized, and the text shows no X-aws-ec2-metadata-token.",
    fix="Get a token with a PUT request, and send it with each request.",
    sources=(
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
        pages.EC2_METADATA,
    ),
    subject="calls",
)


def explain_missing_token(text: str, _facts: Facts) -> Explanation | None:
    """Explain that a script asks the metadata service without a token, or return ``None`` for other texts."""
    asked = _PATH.search(text)
    if asked is None or _WITH_TOKEN.search(text):
        return None
    rejected = next((each for each in _REJECTED.finditer(text) if _is_answer(text, each)), None)
    if rejected is None:
        return None
    required = _REQUIRED.search(text)
    requires = "the instance requires IMDSv2"
    if required is None:
        requires = f"most likely, {requires}"
    shown = "The text shows HttpTokens required." if required else None
    works = "The AWS CLI works because it sends a token: the role and the instance profile are right." if _WORKS.search(text) else None  # fmt: skip
    attached = tuple(dict.fromkeys(_POLICY.findall(text)))
    return Explanation(
        failure=None,
        topic=METADATA_TOKEN_MISSING.code,
        summary=f"The instance metadata service answered 401: {requires}, and the script asks for {asked['path']} without a session token. IAM did not decide this: no role or policy has to change.",
        causes=(
            METADATA_TOKEN_MISSING.cause(
                "derived" if required else "possible",
                present(f"The text says {quote_words(rejected[0])}.", shown, works),
            ),
        ),
        remedies=present(
            your_remedy(
                "Get a session token in the script first, and send it with each request",
                "In a container, the token's response arrives only with a hop limit of 2."
                if CONTAINER.search(text)
                else None,
                "Read the credentials again before their Expiration, and pass on all three values: AccessKeyId, SecretAccessKey and Token."
                if _ROLE_PATH in asked["path"]
                else None,
                commands=_write_requests(asked["path"]),
                url="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
            ),
            your_remedy(
                "Let the AWS CLI (version 2) get the credentials: it uses IMDSv2 itself",
                commands='eval "$(aws configure export-credentials --format env)"',
                url="https://docs.aws.amazon.com/cli/latest/reference/configure/export-credentials.html",
            )
            if _ROLE_PATH in asked["path"]
            else None,
        ),
        notes=present(
            f"Policies that were attached to fix this, such as {attached[0]}, can be removed again, unless the program needs them."
            if attached
            else None,
            "HttpTokens optional would allow requests without a token again, and with them what IMDSv2 protects from: it is only a stopgap.",
        ),
    )


def _is_answer(text: str, rejected: re.Match[str]) -> bool:
    """Return whether the metadata service answers with a status, and no other server that the text names nearby."""
    for asked in islice(_PATH.finditer(text), _MAX_REQUESTS):
        first, second = sorted((asked.span(), rejected.span()))
        between = text[first[1] : second[0]]
        if len(between) <= _MAX_BETWEEN and not _OTHER_SERVER.search(between):
            return True
    return False


def _write_requests(path: str) -> tuple[str, ...]:
    """Return the requests for the token and for a path, or for the credentials of the role."""
    if not path.startswith(_ROLE_PATH):
        return _TOKEN, f"curl -sf {_HEADER} {_BASE}/{path}"
    folder = f"{_BASE}/{_ROLE_PATH}/"
    return (
        _TOKEN,
        f"role=$(curl -sf {_HEADER} {folder})",
        f'curl -sf {_HEADER} "{folder}$role"',
    )
