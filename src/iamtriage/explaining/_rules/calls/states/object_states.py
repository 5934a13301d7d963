"""Explain that the state of an object in Amazon S3 keeps a call from it: its storage class, or Object Lock.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html.
"""

from __future__ import annotations

from itertools import islice

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, lower_first, quote_argument
from iamtriage.explaining._explanations.remedies import change_commands
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy
from iamtriage.failures._failures import AwsError

_RESTORE_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html"
_LOCK_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html"
OBJECT_ARCHIVED = CauseType(
    "object-archived",
    title="The object is archived",
    text="An object in an archive storage class, or in an archive tier of Intelligent-Tiering, cannot be read until a copy is restored.",
    recognised_by="The error code InvalidObjectState or ObjectNotInActiveTierError.",
    fix="Restore the object, wait until the copy is there, and read it.",
    sources=(_RESTORE_PAGE,),
)
OBJECT_LOCKED = CauseType(
    "object-locked",
    title="Object Lock protects the version of the object",
    meaning="A retention period or a legal hold of Object Lock protects the version of the object, whatever the caller's policies allow.",
    recognised_by='S3 says "Access Denied because object protected by object lock".',
    fix="In governance mode, repeat the call with --bypass-governance-retention. In compliance mode, wait until the retention ends. Remove a legal hold.",
    sources=(_LOCK_PAGE,),
)
# The storage class, as S3 and people write it, and the tiers of Intelligent-Tiering.
_CLASS = lazy_pattern(
    r"(?i:(?P<tiering>\b(?:deep_)?archive_access\b|\bIntelligent[ _-]?Tiering\b)|(?P<deep>\bdeep[ _-]?archive\b)|(?P<glacier>\bglacier\b(?![ _-]?(?:IR\b|instant)|:)))"
)
_DEEP = "For Deep Archive, Standard takes up to 12 hours and Bulk up to 48 hours; there is no Expedited."
_GLACIER = "For Glacier Flexible Retrieval, Standard takes 3 to 5 hours and Bulk 5 to 12 hours; Expedited takes minutes, and costs more."
_RESTORE = "aws s3api restore-object --bucket BUCKET --key OBJECT_KEY --restore-request"
_MODE = lazy_pattern(r"\b(?:GOVERNANCE|COMPLIANCE)\b|\b(?:governance|compliance)(?=[ -]mode\b)")
_UNTIL = lazy_pattern(r"\bRetainUntilDate\W{1,6}(\d{4}-\d\d-\d\d)(?!\d)")
_HOLD = lazy_pattern(
    r"(?i:\blegal[ _-]?hold\b)[^\n.;]{0,40}?\b(?P<state>ON|OFF)\b|\bLegalHold\W{1,12}Status\W{1,6}(?P<status>ON|OFF)\b"
)
# A deletion without the ID of a version, which leaves all versions.
_PLAIN_DELETE = lazy_pattern(
    r"\baws s3 rm\b|\bs3api delete-object\b(?![^\n]{0,400}--version-id)|\b[Dd]elete[ _]?[Mm]arker"
)
# What aws s3 cp and aws s3 sync print of each archived object.
_SKIPPED = lazy_pattern(
    r"Skipping file s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[^\n]{1,1024}?)\. Object is of storage class (?P<storage>[A-Z_]{3,40})"
)
_MAX_SKIPPED = 1_000
_NO_POLICY = "A policy with s3:GetObject or with actions of glacier:, which are for vaults, does not help."
_VERSION_ID = lazy_pattern(
    r"(?:--version-id[ =]|\bVersionId\W{1,6})((?=[\w.-]{0,1023}[0-9A-Z])[\w.-]{1,1024})"
)


def explain_archived_object(case: Case[AwsError], _words: str) -> Explanation:
    """Explain that an object must be restored before it can be read, or that there is nothing to restore."""
    text, evidence = case.failure.text, code_evidence(case.failure)
    if case.operation == "RestoreObject":
        return case.explain(
            "S3 restores only archived objects, and this one is not archived: it can be read at once.",
            OBJECT_ARCHIVED.cause(
                "reported", evidence, text="The storage class of the object needs no restore."
            ),
            remedies=your_remedy(
                "Read the object without a restore",
                "The first command prints the storage class and a restored copy, if there is one.",
                commands=(_head(), "aws s3 cp s3://BUCKET/OBJECT_KEY ."),
                url=_RESTORE_PAGE,
            ),
            notes="No permission is missing.",
        )
    place, remedy = _describe_restore(text)
    return case.explain(
        f"The object is in {place}: it must be restored before it can be read. No permission is missing, although the HTTP status is 403.",
        OBJECT_ARCHIVED.cause("reported", evidence),
        remedies=remedy,
        notes=(_NO_POLICY, "For many objects, use an S3 Batch Operations job that restores them."),
    )


def explain_skipped_objects(text: str, _facts: Facts) -> Explanation | None:
    """Explain that the AWS CLI does not download archived objects, or return ``None`` if it skipped none."""
    skipped = list(islice(_SKIPPED.finditer(text), _MAX_SKIPPED))
    if not skipped:
        return None
    place, remedy = _describe_restore(skipped[0]["storage"])
    bucket, key = quote_argument(skipped[0]["bucket"]), quote_argument(skipped[0]["key"])
    lines = (each.replace("BUCKET", bucket).replace("OBJECT_KEY", key) for each in remedy.commands)
    more = f" and {len(skipped) - 1} more" if len(skipped) > 1 else ""
    return Explanation(
        failure=None,
        topic=OBJECT_ARCHIVED.code,
        summary=f"The AWS CLI skipped {clip_text(skipped[0]['key'])}{more}: archived objects must be restored before they can be read. No permission is missing.",
        causes=(OBJECT_ARCHIVED.cause("derived", f"The text says that the object is in {place}."),),
        remedies=(change_commands(remedy, tuple(lines)),),
        notes=(
            _NO_POLICY,
            "For many objects, use an S3 Batch Operations job that restores them. After that, aws s3 cp --recursive and aws s3 sync also need --force-glacier-transfer.",
        ),
    )


def _describe_restore(text: str) -> tuple[str, Remedy]:
    """Return where an archived object is, by the storage class or tier that a text names, and how to restore it."""
    found = {each.lastgroup for each in _CLASS.finditer(text)}
    times: tuple[str, ...] = (_DEEP, _GLACIER)
    days, kept = '"Days":7,', "Days is how long the restored copy is kept."
    if "tiering" in found:
        # Days is rejected there.
        days, kept = "", "The object then moves back to the Frequent Access tier."
        times = (
            "Standard takes 3 to 5 hours from Archive Access and up to 12 hours from Deep Archive Access.",
        )
    elif "deep" in found:
        times = (_DEEP,)
    elif "glacier" in found:
        times = (_GLACIER,)
    place = "an archive storage class"
    if times == (_DEEP,):
        place = "Deep Archive"
    elif not days:
        place = "an archive tier of Intelligent-Tiering"
    return place, your_remedy(
        "Restore the object, then read it",
        *times,
        f"{kept} The call requires s3:RestoreObject.",
        commands=(
            f'{_RESTORE} \'{{{days}"GlacierJobParameters":{{"Tier":"Standard"}}}}\'',
            Labelled('Later, to see whether it is ready (Restore has ongoing-request="false"):', _head()),
            Labelled("Then:", "aws s3 cp s3://BUCKET/OBJECT_KEY ."),
        ),
        url=_RESTORE_PAGE,
    )


def _head() -> str:
    return "aws s3api head-object --bucket BUCKET --key OBJECT_KEY --query '[StorageClass,Restore]'"


def explain_locked_object(denial: Denial) -> Explanation:
    """Explain that Object Lock protects a version, by the mode and the legal hold that the text shows."""
    text = denial.failure.text
    mode = only_one({each[0].upper() for each in _MODE.finditer(text)})
    until, hold = _UNTIL.search(text), _HOLD.search(text)
    is_held = hold is not None and "ON" in {hold["state"], hold["status"]}
    when = until[1] if until else "the retention ends"
    reason = "a retention period or a legal hold protects this version, and no Allow overrides it"
    if is_held:
        reason = "a legal hold protects this version, whatever the policies allow"
    elif mode == "GOVERNANCE":
        reason = f"the retention is in governance mode, and the request does not ask to bypass it. No policy is missing for an administrator, and there is no need to wait until {when}"
    elif mode == "COMPLIANCE":
        reason = f"the retention is in compliance mode: until {when}, nobody can delete this version or shorten that, not even the root user"
    marker = None
    if _PLAIN_DELETE.search(text) is not None:
        marker = "A deletion without a version ID, such as aws s3 rm, only adds a delete marker: the versions stay, and are billed."
    return denial.explain(
        f"Object Lock denied {denial.operation or 'the call'}: {reason}.",
        OBJECT_LOCKED.cause("reported", text="S3 says that the object is protected by Object Lock."),
        remedies=_lock_remedies(denial, mode, when, is_held=is_held),
        notes=marker,
    )


def _lock_remedies(
    denial: Denial, mode: str | None, when: str, *, is_held: bool
) -> tuple[Remedy | None, ...]:
    version = _VERSION_ID.search(denial.failure.text)
    place = f"--bucket BUCKET --key OBJECT_KEY --version-id {quote_argument(version[1]) if version else 'VERSION_ID'}"
    again = commands.repeat_command(denial.context.command, "s3api") or f"aws s3api delete-object {place}"
    again = f"{again.partition(' --bypass-governance-retention')[0]} --bypass-governance-retention"
    release = f"aws s3api put-object-legal-hold {place} --legal-hold Status=OFF"
    look = (f"aws s3api get-object-retention {place}", f"aws s3api get-object-legal-hold {place}")
    allowed = "This requires s3:BypassGovernanceRetention in addition to the action, which AdministratorAccess has. A deleted version cannot be recovered."
    holder = "Ask first why the object is on hold. This requires s3:PutObjectLegalHold."
    if is_held:
        return (
            owner_remedy(
                "Remove the legal hold, then repeat the call", holder, commands=release, url=_LOCK_PAGE
            ),
            _bypass(again, allowed) if mode == "GOVERNANCE" else None,
        )
    if mode == "GOVERNANCE":
        return (_bypass(again, allowed),)
    if mode == "COMPLIANCE":
        return (
            owner_remedy(
                f"Delete the version after {when}",
                "A lifecycle rule with NoncurrentVersionExpiration deletes it as soon as the retention has ended.",
                url=_LOCK_PAGE,
            ),
        )
    return (
        your_remedy(
            "Look at the lock of the version, then do what its mode permits",
            f"With GOVERNANCE, repeat the call with the option. {allowed}",
            "With COMPLIANCE, nobody can delete the version before RetainUntilDate, not even the root user.",
            f"With a legal hold ON: {lower_first(holder)}",
            commands=(
                *look,
                Labelled("If Mode is GOVERNANCE:", again),
                Labelled("If the legal hold is ON:", release),
            ),
            url=_LOCK_PAGE,
        ),
    )


def _bypass(again: str, allowed: str) -> Remedy:
    return your_remedy(
        "Repeat the call with --bypass-governance-retention", allowed, commands=again, url=_LOCK_PAGE
    )
