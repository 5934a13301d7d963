"""Spell the actions that messages state: some are cut off, in other letters, or operations."""

from __future__ import annotations

import functools

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.failures._failures import AccessDenied

# Operations with names that are no actions: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_OPERATIONS_OF_S3 = frozenset(
    {
        "s3:CompleteMultipartUpload", "s3:CopyObject", "s3:CreateMultipartUpload", "s3:DeleteObjects", "s3:HeadBucket",
        "s3:HeadObject", "s3:ListBuckets", "s3:ListObjects", "s3:ListObjectsV2", "s3:UploadPart", "s3:UploadPartCopy",
    }
)  # fmt: skip
# A pattern that begins with a set of characters skips all others quickly.
CUT_OFF = lazy_pattern(
    r"(?i)[.…\s\[(<](?:(?<=\.)\.+|(?<=…)…*|(?:(?<=[\[(<])|(?<=\s)[\[(<])(?:truncated|cut|snip)[^/:]{0,40})\Z"
)
"""What logs and people put in place of the rest of a long word."""


def _is_cut(action: str) -> bool:
    # Most actions end with letters, and need no pattern.
    return not action.rpartition(":")[2].isalnum() and CUT_OFF.search(action) is not None


def _complete(action: str) -> str | None:
    """Return a cut action in full, if only one action of the service begins like it."""
    if ":" not in action or not _is_cut(action):
        return None
    from iamtriage.actions._lookup import complete_action

    return complete_action(CUT_OFF.sub("", action))


# Logs repeat the same actions.
@functools.lru_cache(maxsize=512)
def spell_stated_action(stated: str) -> tuple[str, bool] | None:
    """Return a stated action in full and as AWS documents it, and whether it is derived, or ``None`` if it is no whole action.

    >>> spell_stated_action("SNS:Publish"), spell_stated_action("AssumeRole"), spell_stated_action("s3:…")
    (('sns:Publish', False), ('sts:AssumeRole', True), None)
    """
    # CodePipeline omits the service.
    action = "sts:AssumeRole" if stated == "AssumeRole" else _complete(stated) or stated
    if ":" not in action or _is_cut(action):
        return None
    is_derived, prefix = action != stated, action.partition(":")[0]
    if not prefix.islower():
        # SNS writes SNS:Publish.
        return f"{prefix.lower()}{action[len(prefix) :]}", is_derived
    # CloudFormation writes some operations of S3 as the SDK for Java v1 named them: SetBucketEncryption.
    action = action.replace("s3:SetBucket", "s3:PutBucket").replace("BucketCrossOrigin", "BucketCors")
    if action == stated and not action.islower() and action not in _OPERATIONS_OF_S3:
        return action, is_derived
    from iamtriage.actions._operations import spell_action

    # SQS and older SDKs write actions in lowercase, and DataSync names operations of S3.
    spelled = spell_action(action)
    if spelled == action and spelled != stated:
        spelled = spell_action(action.removesuffix("Configuration"))
    return spelled, is_derived or spelled.lower() != action.lower()


def mark_cut_end(failure: AccessDenied) -> AccessDenied:
    """Return the failure with an ellipsis after the action or resource that the end of the text cuts off.

    A quote that is not closed, and an action that does not exist, show that the text ends too early.
    """
    if failure.deny is not None or failure.policy_type is not None:
        return failure
    text, resource, action = failure.text, failure.resource, failure.action
    if resource is not None and '"' not in text and "'" not in text:
        return failure  # a resource follows the action
    spans = failure.spans
    start, end = spans.get("resource", (0, 0))
    if resource is not None and end:
        quote = text[start - 1 : start]
        is_open = quote in {'"', "'"} and quote not in text[start:end] and not text[end:].strip()
        return attrs.evolve(failure, resource=f"{resource}…") if is_open else failure
    start, end = spans.get("action", (0, 0))
    if action is None or not end or text[end:].strip():
        return failure
    from iamtriage.actions._lookup import is_start_of_action

    return attrs.evolve(failure, action=f"{action}…") if is_start_of_action(action) else failure
