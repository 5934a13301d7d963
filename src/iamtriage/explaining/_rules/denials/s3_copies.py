"""Say what a copy between S3 buckets requires, and test its source and its destination apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._rules.denials import resource_policies
from iamtriage.explaining._rules.shared.allow_remedies import with_statements
from iamtriage.explaining._rules.shared.clues import find_profile
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.text_signs import without_other_commands
from iamtriage.explaining._rules.shared.wording import put_check_first
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_OPERATIONS = frozenset({"CopyObject", "UploadPartCopy"})
_SOURCE = lazy_pattern(
    r"(?:s3://(?=\S{1,600} (?:to )?s3://)|(?:--copy-source[ =]|\bCopySource[\"']?\s?(?:=>|[=:])\s?)[\"']?/?)"
    r"(?P<source>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\w./=+-]{1,500})",
    re.ASCII,
)
_MOVED = lazy_pattern(r"\baws\b[^\n]{0,80}? s3 mv\b[^\n]{0,600}? s3://[^\n]{1,600}? s3://", re.ASCII)
_TEST_SIDES = "get-object reads the source, and aws s3 cp writes a test object next to the copy: the one that fails is the side that denies. If another account owns that bucket, its bucket policy must allow the caller, too. If both work, the KMS keys or the tags remain. Delete the test object afterwards."


def is_copy(denial: Denial) -> bool:
    """Return whether the denied call copies an object, for which S3 checks two buckets."""
    return denial.operation in _OPERATIONS


def _find_source(denial: Denial) -> str | None:
    found = _SOURCE.search(without_other_commands(denial.failure, denial.facts))
    return found["source"] if found else None


def name_copy(denial: Denial) -> str:
    """Return the copy as the object of a sentence, such as "S3 denied …"."""
    source = _find_source(denial)
    return f"the copy{f' of s3://{source}' if source else ''} to {denial.resource}"


def describe_copy(denial: Denial) -> str:
    """Return which actions a copy requires on its source and its destination."""
    unnamed = "" if _find_source(denial) else ", which the text does not name,"
    tags = (
        ", and tags s3:GetObjectTagging and s3:PutObjectTagging" if denial.operation == "CopyObject" else ""
    )
    return f"{denial.operation} requires s3:GetObject on the source{unnamed} and {denial.action} on the destination. KMS keys also require kms:Decrypt (source) and kms:GenerateDataKey (destination){tags}."


def with_source(denial: Denial, remedy: Remedy, written: tuple[str, ...], *, is_tested: bool) -> Remedy:
    """Return the remedy that allows a copy, with the Allow for its source.

    Args:
        denial: The denial.
        remedy: The remedy that allows to write the copy, whose first command may print the caller.
        written: The actions on the copy.
        is_tested: Whether commands test both sides first.
    """
    is_moved = _MOVED.search(without_other_commands(denial.failure, denial.facts)) is not None
    actions = ("s3:GetObject", "s3:DeleteObject") if is_moved else "s3:GetObject"
    source = _find_source(denial) or "SOURCE_BUCKET_NAME/SOURCE_KEY"
    reads = join_words(actions, "and") if isinstance(actions, tuple) else actions
    title = f"Allow {reads} on the source and {join_words(written, 'and')} for the copy, if needed"
    statement = allow(actions, f"arn:{denial.location.partition or 'aws'}:s3:::{source}", sid="S3GetObject")
    remedy = with_statements(
        attrs.evolve(remedy, title=title), [*(remedy.policy or {})["Statement"], statement]
    )
    if not is_tested:
        return remedy
    bucket, _, key = source.partition("/")
    name = (denial.resource or "").partition("/")[2] or "OBJECT_KEY"
    tests = (
        fill_command("aws s3api get-object --bucket {} --key {} --range bytes=0-0 /dev/null", bucket, key),
        fill_command(
            "echo test | aws s3 cp - {}", f"s3://{resource_policies.bucket_argument(denial)}/{name}.test"
        ),
    )
    lines = tuple(with_profile(find_profile(denial.case), each) for each in tests)
    at = sum(each.startswith("aws sts") for each in remedy.commands[:1])
    return attrs.evolve(
        remedy,
        title=put_check_first("Test the source and the destination apart", title),
        steps=(_TEST_SIDES, *remedy.steps),
        commands=(*remedy.commands[:at], *lines, *remedy.commands[at:]),
    )
