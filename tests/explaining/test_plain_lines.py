"""A line of the AWS CLI or botocore with nothing around it is explained without most searches of its text."""

from __future__ import annotations

import itertools

import pytest

from iamtriage import explain, parse
from iamtriage.explaining._context.resolving import says_nothing_else
from iamtriage.explaining._rules.shared import cases
from tests.explaining.golden.cases import CASES
from tests.tables import botocore_text, check_rows

EXPIRED = botocore_text("ExpiredToken", "ListBuckets", "The provided token has expired.")
SIGNATURE = botocore_text(
    "SignatureDoesNotMatch",
    "ListUsers",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
)
CREDENTIALS = "Unable to locate credentials"
HINT = ' You can configure credentials by running "aws login".'
MESSAGES = {
    "AccessDenied": ("Access Denied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
    "403": ("Forbidden",),
    "ExpiredToken": ("The provided token has expired.",),
    "InvalidAccessKeyId": ("The AWS Access Key Id you provided does not exist in our records.",),
    "InvalidClientTokenId": ("The security token included in the request is invalid.",),
    "InvalidToken": ("The provided token is malformed or otherwise invalid.",),
}
OPERATIONS = (
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateBucket",
    "DeleteObjects",
    "GetCallerIdentity",
    "GetObject",
    "HeadBucket",
    "HeadObject",
    "ListBuckets",
    "ListObjectsV2",
    "PutBucketPolicy",
    "PutObject",
    "UploadPart",
)
COMBINED = (
    botocore_text(code, operation, message)
    for code, messages in MESSAGES.items()
    for message, operation in itertools.product(messages, OPERATIONS)
)
EXAMPLES = (text for _, text, facts in CASES if not facts)
LINES = sorted(
    text
    for text in {*COMBINED, *EXAMPLES, EXPIRED, SIGNATURE, CREDENTIALS, f"{CREDENTIALS}.{HINT}"}
    if (failure := parse(text)) is not None and says_nothing_else(failure)
)


@check_rows(
    ("text", "is_plain"),
    [
        (EXPIRED, True),
        (f"{EXPIRED}\n", True),
        (SIGNATURE, True),
        (CREDENTIALS, True),
        (f"{CREDENTIALS}.{HINT}", True),
        (f"$ aws s3 ls --profile dev\n\n{EXPIRED}", False),
        (f"{EXPIRED} I use the profile dev.", False),
        (f"{EXPIRED}\nIt works with --profile dev.", False),
        (f"{CREDENTIALS} in the container", False),
        (f"LoginError: no login session found for profile dev. {CREDENTIALS}", False),
        ("ExpiredToken: The provided token has expired.\n\tstatus code: 400, request id: 0a1b2c3d", False),
    ],
)
def test_which_lines_are_plain(text: str, *, is_plain: bool) -> None:
    failure = parse(text)
    assert failure is not None
    assert says_nothing_else(failure) is is_plain


@pytest.mark.unmeasured
@pytest.mark.parametrize("text", LINES)
def test_searches_find_nothing_else(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    explanation = explain(text).to_dict()
    monkeypatch.setattr(cases, "says_nothing_else", lambda _: False)
    assert explain(text).to_dict() == explanation
