"""List why Amazon S3 can have denied a request without a reason, and what the request requires.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.s3 import buckets, public_access, s3_objects
from iamtriage.explaining._rules.denials.s3.s3_contrasts import PARTS
from iamtriage.explaining._rules.denials.s3.s3_requests import may_be_unsigned
from iamtriage.explaining._rules.shared import common_causes
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.explaining._rules.shared.texts.text_signs import NAMED_KEY, find_acl, without_other_commands
from iamtriage.explaining._rules.shared.wording import join_first_four
from iamtriage.policies._arn_templates import Location
from iamtriage.policies._grants import build_grant

# Hadoop's client names its own call before the object. What it sends is in its documentation:
# https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/index.html
CALL_OF_S3A = lazy_pattern(r"(?a)\b([a-zA-Z]{3,40}) on s3[an]?://")
_DELETE = "s3:DeleteObject"
# What people say of a bucket of their own account.
_OWN_BUCKET = lazy_pattern(
    r"(?i:\bbuckets?\b[^\n.;]{0,60}\b(?:same|one|our|my|this) (?:AWS )?account\b|\b(?:I|we) (?:own|created) (?:the|this|that|my|our|an?)(?: new)?(?: S3)? bucket\b|\bbucket (?:is|belongs to) (?:ours|mine|us|me)\b|\b(?:my|our) own bucket\b)"
)
# Names of buckets are unique in a partition, so short words are taken.
_COMMON_NAME = lazy_pattern(r"[a-z]{3,9}\Z")
# What an SDK prints in place of the code that a body has.
_STATUS = lazy_pattern(r"Forbidden|: null \(")
HEAD_OPERATIONS = frozenset({"HeadObject", "HeadBucket"})
# Operations that write an object, which requires another permission on the key.
WRITE_OPERATIONS = tasks.MULTIPART | {"PutObject", "CopyObject"}
# No bucket policy decides about them: they are about all buckets, or one that does not exist yet.
ACTIONS_WITHOUT_BUCKET = frozenset({"s3:listallmybuckets", "s3:createbucket"})
_PUBLIC_OPERATIONS = frozenset({"PutBucketPolicy", "PutBucketAcl", "PutObjectAcl"})
BUCKET_OF_OTHER_ACCOUNT = CauseType(
    "bucket-of-other-account",
    title="The bucket belongs to another account",
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html: who gets a reason.
    text="An account outside your organization owns the bucket and does not allow the call.",
    fix="Let the bucket's owner allow the caller in the bucket policy.",
    of="derived-action",
)


def may_be_of_other_account(denial: Denial) -> bool:
    """Return whether a bucket of another account explains why S3 gave no reason."""
    if denial.service == "s3express":
        return False  # S3 gives no reason for any denial of a directory bucket
    if shows_no_answer(denial) or next(find_said(denial.failure.text, _OWN_BUCKET), None) is not None:
        return False
    if denial.operation == "HeadBucket":
        return _COMMON_NAME.match(resource_commands.bucket_argument(denial)) is not None
    is_explained = {"HeadObject", *_PUBLIC_OPERATIONS}
    return denial.operation not in is_explained and denial.lowercase_action not in ACTIONS_WITHOUT_BUCKET


def shows_no_answer(denial: Denial) -> bool:
    """Return whether a program printed the status of a request, but not what S3 answered."""
    failure = denial.failure
    return failure.envelope.code is None and "enied" not in failure.text[slice(*failure.span)]


def text_of_call(denial: Denial) -> str:
    """Return the text around the failure without other commands."""
    return without_other_commands(denial.failure, denial.facts)


def named_key(denial: Denial) -> re.Match[str] | None:
    """Return the KMS key that the text names for a write."""
    return NAMED_KEY.search(text_of_call(denial)) if denial.operation in WRITE_OPERATIONS else None


def option_actions(denial: Denial) -> tuple[str, ...]:
    """Return what the options of an upload or copy require on the same object, besides the denied action."""
    is_upload = denial.lowercase_action == "s3:putobject" and denial.operation in WRITE_OPERATIONS
    if not is_upload or denial.stands_alone:
        return ()
    return tasks.upload_option_actions(text_of_call(denial))


def list_causes(denial: Denial, operation: str | None) -> Iterator[Cause]:
    """Yield why S3 can have denied a request, the certain causes first."""
    allowed = buckets.find_allowed_call(denial)
    text = _describe_head(denial, operation) if operation in HEAD_OPERATIONS else ""
    options, blocked = option_actions(denial), public_access.find_blocked_access(denial)
    if denial.action is not None and operation is not None:
        text += _describe_required_actions(denial, operation, options)
        text += f" {allowed.evidence}" if allowed is not None else ""
        # The text states the action, or the verdict of a likely Block Public Access has it.
        is_known = denial.failure.action == denial.action or (blocked is not None and blocked.is_likely)
        if allowed is not None or not (is_known and operation == denial.action.partition(":")[2]):
            yield common_causes.DERIVED_ACTION.cause(denial.action_evidence, text=text)
    acl = find_acl(text_of_call(denial)) if "s3:PutObjectAcl" in options else None
    if blocked is not None or (acl is not None and acl.is_public):
        yield blocked.cause if blocked else public_access.BLOCK_PUBLIC_ACCESS.cause()
    if operation is None and may_be_unsigned(denial):
        text = "The request has no signature, as that of a browser, and the bucket does not allow it."
        yield common_causes.UNSIGNED_CALL.cause(text=text)
    # For whoever lists the bucket, S3 answers 404.
    is_listed = buckets.is_listed(denial) or (allowed is not None and allowed.action == "s3:ListBucket")
    if operation == "HeadObject" and not is_listed:
        yield buckets.MISSING_OBJECT.cause()
    if ":accesspoint/" in (denial.resource or "") and denial.crosses_accounts:
        text = f"The caller is in account {denial.account}, the access point in {denial.resource_account}: the policies of {denial.caller}, of the access point and of its bucket must all allow it. S3 does not say which one does not."
        yield BUCKET_OF_OTHER_ACCOUNT.cause("derived", text=text)
        text = "An SCP, an RCP or a VPC endpoint policy blocks it, or the access point accepts only requests from its VPC."
        yield DENIES["resource"].cause(text=text)
        return
    if may_be_of_other_account(denial) and allowed is None:
        of_others = "Bucket names are global: somebody else may have it, and then no policy of yours helps."
        yield BUCKET_OF_OTHER_ACCOUNT.cause(text=of_others if operation == "HeadBucket" else None)
    text = f"No identity-based policy of {denial.caller} allows it."
    is_s3a = tasks.writes_with_s3a(denial.action, denial.failure.text)
    if operation in {"GetObject", "HeadObject"} or is_s3a:
        # Such a short explanation has no room for another row.
        text += f" A KMS key also requires {'kms:GenerateDataKey' if is_s3a else 'kms:Decrypt'}."
    elif denial.action == "s3:ListBucket" and (prefix := denial.context.prefix) and prefix.value:
        text = f"{text[:-1]}, or not for s3:prefix {clip_text(prefix.value)}."
    because = None if allowed is None else f"{allowed.action} does not include {denial.action}."
    yield common_causes.NO_IDENTITY_ALLOW.cause("possible", because, text=text)
    if operation in {"GetObject", "GetObjectAttributes"} and not is_listed:
        yield buckets.MISSING_OBJECT.cause()
    locks = " Object Lock, MFA delete," if denial.action == "s3:DeleteObjectVersion" else ""
    text = f"The bucket policy,{locks} an SCP, an RCP{', a VPC endpoint policy or the KMS key' if operation in WRITE_OPERATIONS else ' or a VPC endpoint policy'} blocks it."
    if (denial.lowercase_action or "").startswith("s3:delete"):
        text += " Policies of archives, backups and logs often deny deletes on purpose."
    if denial.lowercase_action in ACTIONS_WITHOUT_BUCKET:
        text = "An SCP, a permissions boundary, a session policy or a VPC endpoint policy blocks it."
    yield DENIES["resource"].cause(text=text)
    if operation is None:
        text = "The caller lacks kms:Decrypt (to read) or kms:GenerateDataKey (to write) on the KMS key."
        yield buckets.KMS_KEY.cause(text=text)
    elif operation in PARTS and named_key(denial) is None:
        text = "The caller lacks kms:Decrypt, which parts require, on the bucket's KMS key."
        yield buckets.KMS_KEY.cause(text=text)


def has_only_status(denial: Denial) -> bool:
    """Return whether a request was most likely a HEAD request only as its response had no body."""
    stated = denial.context.operation
    is_known = CALL_OF_S3A.search(denial.failure.text) or denial.failure.envelope.operation
    return not is_known and stated is not None and _STATUS.search(stated.words) is not None


def _describe_head(denial: Denial, operation: str | None) -> str:
    """Return what shows that the request was a HEAD request, unless the verdict says all."""
    if has_only_status(denial):
        return f"The response had no body, only a status, as that of a HEAD request, most likely {operation}: S3 cannot give a reason there. "
    if operation == "HeadObject":
        return ""
    return f"{operation} is a HEAD request: S3 cannot give a reason, as the response has no body. "


def _describe_required_actions(denial: Denial, operation: str, options: tuple[str, ...]) -> str:
    key = named_key(denial)
    # Deleting is a call of its own.
    listed = join_first_four((*denial.actions, *(each for each in options if each != _DELETE)))
    acl = find_acl(text_of_call(denial)) if "s3:PutObjectAcl" in listed else None
    is_write = operation in WRITE_OPERATIONS and key is None
    text = f"{'' if is_write else 'The call '}{operation}{f' with {acl.words}' if acl else ''} requires {listed}{_level(denial)}."
    stated = denial.context.operation
    if stated is not None and stated.words.startswith("S3 error: "):
        text = f"CloudFormation reads the template as the caller ({listed}{_level(denial)})."
    if is_write:
        text = f"{text[:-1]} and, with a KMS key, kms:GenerateDataKey."
    if is_write and operation in tasks.MULTIPART:
        text = f"{text[:-1]} and kms:Decrypt. If a small file uploads, kms:Decrypt is missing."
    if _DELETE in options:
        text += f" --delete also requires {_DELETE}."
    if operation == "HeadObject" and CALL_OF_S3A.search(denial.failure.text):
        # A short explanation of S3A, which also lists, has no room for the possible causes.
        resource = denial.resource or ""
        bucket = f"the bucket {resource.split('/')[2]}" if "://" in resource else resource.partition("/")[0]
        text += f" Without s3:ListBucket on {bucket}, S3 also answers 403 for a missing object."
    if tasks.writes_with_s3a(denial.action, denial.failure.text):
        text = f"{operation} requires {denial.action}. S3A also reads, deletes and lists (s3:ListBucket)."
    if s3_objects.is_copy(denial):
        text = s3_objects.describe_copy(denial)
    if key is not None:
        owner = f", which account {key['account']} owns" if key["arn"] else f" {key['key']}"
        needed = "kms:Decrypt" if operation in PARTS else "kms:GenerateDataKey"
        text = f"{text[:-1]}, and {needed} on the KMS key{owner}: the key policy must allow it, too."
    never = " S3 never gives a reason for a directory bucket."
    return f"{text}{never}" if denial.service == "s3express" else text


def _level(denial: Denial) -> str:
    """Return on what the action is allowed: the bucket or the object."""
    grant = build_grant(denial.action, denial.resource, Location()) if denial.action else None
    resource = grant.resources[0] if grant is not None and len(grant.resources) == 1 else "*"
    if denial.service == "s3express":
        return " on the directory bucket"
    if resource == "*":
        return ""
    if ":accesspoint/" in resource:
        return " on the access point" if "/object" not in resource else " on the access point's object"
    return " on the object" if "/" in resource else " on the bucket's ARN, not on objects"


_ACL_GONE = lazy_pattern(r"(?i:\b(?:removed|dropped|left out|no longer|without)\b[^\n.;]{0,40}\bacl\b)")


def explain_denied_acl(denial: Denial) -> Explanation:
    """Explain that an upload with a public ACL lacks an Allow for that, and can leave it out."""
    explanation: Explanation = load_rule("denials.policy_types.missing_allows.explain_missing_allow")(denial)
    text = text_of_call(denial)
    acl = find_acl(text)
    if acl is None or not acl.is_public or denial.operation not in WRITE_OPERATIONS:
        return explanation
    # Another upload can have another ACL, and the text can say that this one is gone.
    other = find_acl(text[acl.start + len(acl.words) :])
    if (other is not None and not other.is_public) or _ACL_GONE.search(text):
        return explanation
    allow_it, *others = explanation.remedies
    omit, allow_it = s3_objects.without_public_acl(denial, denial.failure.text, acl.words, allow_it)
    enough = "Only the ACL requires s3:PutObjectAcl: without it, s3:PutObject is enough."
    omit = attrs.evolve(omit, steps=(enough, *omit.steps))
    return attrs.evolve(explanation, remedies=(omit, allow_it, *others))


_LOCK_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html"
_LOCK_MODE = lazy_pattern(r"\b(?:COMPLIANCE|GOVERNANCE|(?i:compliance|governance)(?= (?:mode|retention)\b))")
OBJECT_LOCKED = CauseType(
    "object-locked",
    title="Object Lock protects the version of the object",
    meaning="A retention period or a legal hold of Object Lock protects the version of the object, whatever the caller's policies allow.",
    recognised_by='S3 says "Access Denied because object protected by object lock".',
    fix="In governance mode, repeat the call with --bypass-governance-retention. In compliance mode, wait until the retention ends. Remove a legal hold.",
    sources=(_LOCK_PAGE,),
)


def explain_locked_object(denial: Denial) -> Explanation:
    """Explain that Object Lock protects a version of an object."""
    place = "--bucket BUCKET --key OBJECT_KEY --version-id VERSION_ID"
    lines = tuple(f"aws s3api get-object-{each} {place}" for each in ("retention", "legal-hold"))
    governance = "With GOVERNANCE, repeat the call with --bypass-governance-retention. This requires s3:BypassGovernanceRetention in addition to the action. A deleted version cannot be recovered."
    compliance = (
        "With COMPLIANCE, nobody can delete the version before RetainUntilDate, not even the root user."
    )
    legal_hold = "With a legal hold ON, ask first why: to remove it requires s3:PutObjectLegalHold."
    why = "a retention period or a legal hold protects this version"
    title = "Look at the lock of the version, then do what its mode permits"
    steps = (governance, f"{compliance} {legal_hold}")
    if only_one({each.upper() for each in _LOCK_MODE.findall(denial.failure.text)}) == "COMPLIANCE":
        why = "its retention is in compliance mode"
        title = "Keep the version until its retention ends, which the first command prints"
        steps = (
            f"{compliance} No setting of the bucket shortens the retention of a version that exists.",
            legal_hold,
        )
    return denial.explain(
        f"Object Lock denied {denial.operation or 'the call'}: {why}, and no Allow overrides it.",
        OBJECT_LOCKED.cause("reported", text="S3 says that the object is protected by Object Lock."),
        remedies=your_remedy(title, *steps, commands=lines, url=_LOCK_PAGE),
    )
