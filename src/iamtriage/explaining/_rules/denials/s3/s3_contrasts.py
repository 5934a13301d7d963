"""Explain denials by Amazon S3 that give no reason, by a command in the text that succeeded or a policy that allows it.

What the successful command shares with the failed one is allowed. Sources:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.command_runs import RunContrast, find_contrast, find_runs
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions.encrypted_data import key_policy_step
from iamtriage.explaining._rules.denials.conditions.required_settings import (
    PARTS_NEED_DECRYPT,
    find_small_upload,
)
from iamtriage.explaining._rules.denials.policy_types.resource_policies import resource_remedy
from iamtriage.explaining._rules.denials.resource_commands import bucket_argument
from iamtriage.explaining._rules.denials.s3 import buckets
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_allowing_policy
from iamtriage.explaining._rules.shared import commands, common_causes, pages
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.grants.denial_remedies import with_statements
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn, try_parse_principal
from iamtriage.explaining._rules.shared.remedies import identity_remedy, your_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import required_grant
from iamtriage.explaining._rules.shared.requirements.required_resources import transfer_objects
from iamtriage.explaining._rules.shared.requirements.tasks import MULTIPART
from iamtriage.explaining._rules.shared.texts.text_signs import NAMED_KEY
from iamtriage.policies._documents import allow
from iamtriage.policies._grants import Grant

_DELETE_VERSION = "s3:DeleteObjectVersion"
PARTS = MULTIPART - {"CreateMultipartUpload"}
"""The calls of a multipart upload after the one that begins it."""
_KMS = lazy_pattern(r"\baws:kms\b|\bSSE-KMS\b|\bkms:|arn:aws[a-z-]{0,12}:kms:")
# What get-bucket-encryption and head-object print, also as text, and what people say.
_ENCRYPTION = lazy_pattern(
    r"\"(?:SSEAlgorithm|ServerSideEncryption)\": ?\"aws:kms(?::dsse)?\"[^}]{0,300}"
    r"|\baws:kms(?::dsse)?\s{1,4}arn:aws[a-z-]{0,12}:kms:\S{1,200}|\bSSE-KMS\b[^.\n]{0,60}\barn:aws[a-z-]{0,12}:kms:\S{1,200}"
)
# The encryption of what can be read.
_NO_KEY = lazy_pattern(r"\bAES256\b|\bSSE-S3\b|(?i:\b(?:un|not )encrypted\b)|\bwithout (?:a )?(?:KMS|key)\b")
# What says that the bucket of an upload has no KMS key.
_BUCKET_WITHOUT_KEY = lazy_pattern(
    r"(?i:(?:\bnot|n[’']t) (?:encrypted|us(?:e|ing)|have|protected)\b[^.\n]{0,30}\b(?:SSE-)?KMS\b|\bno KMS key\b)|\bSSEAlgorithm[\"']?: ?[\"']?AES256\b"
)
# Words that say that a policy has no action of KMS.
_LACKS_KEY = lazy_pattern(
    r"\b(?i:no kms|nothing (?:about|for|on) kms|without kms)\b[^.\n]{0,30}\b(?:actions?|polic(?:y|ies)|permissions?|statements?)\b"
)
_KEY = lazy_pattern(
    r"(?a)(?P<key>(?P<arn>arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{6,30}:(?P<account>[0-9]{12}):key/[\w-]{1,64}))"
)
_ACCOUNT = lazy_pattern(r"(?a)(?i:\baccount(?: ID)?)\W{1,3}([0-9]{12})\b")
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
# What options require in addition to the action of the operation.
_OPTION_ACTIONS: dict[str, str | tuple[str, ...]] = {
    **dict.fromkeys(("acl", "grant-full-control", "grant-read", "grants"), "s3:PutObjectAcl"),
    "tagging": "s3:PutObjectTagging",
    "delete": "s3:DeleteObject",
    "object-lock-mode": "s3:PutObjectRetention",
    "object-lock-legal-hold-status": "s3:PutObjectLegalHold",
    "bypass-governance-retention": "s3:BypassGovernanceRetention",
    **dict.fromkeys(("sse-kms-key-id", "ssekms-key-id", "sse", "server-side-encryption"), _KEY_ACTIONS),
}
# What the absence of an option means.
_MISSING = {
    "--request-payer": "The bucket is a Requester Pays bucket: it accepts only requests whose caller agrees to pay.",
    "--no-sign-request": "Everyone can read the data, but the caller's credentials are denied: a Deny, an SCP or a VPC endpoint policy matches them.",
    "--s": "A Deny, most likely in the bucket policy, requires this encryption.",
}

_READS = frozenset({"GetObject", "HeadObject"})

LOCKED_VERSION = CauseType(
    "locked-version",
    title="Object Lock or MFA delete protects the version of the object",
    text="Object Lock (retention or a legal hold) protects the version, or the bucket requires MFA delete.",
    fix="Wait until the retention ends, have the legal hold removed, or delete the version as the root user with MFA.",
    of="derived-action",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",),
)


def is_alike(folder: str, other: str) -> bool:
    """Return whether two folders differ only in numbers, such as those of two days."""
    return re.sub(r"\d+", "0", folder) == re.sub(r"\d+", "0", other)


def describe_next_reasons(text: str, *, may_list: bool) -> str:
    """Return what else can deny HeadObject, of which S3 gives no reason.

    Args:
        text: The text.
        may_list: Whether the caller may list the bucket, so that S3 answers 404 for a missing object.
    """
    # The text says that objects have no KMS key, and nothing of one.
    has_no_key = _NO_KEY.search(text) is not None and "KMS" not in text.upper()
    reasons = "the object's KMS key (kms:Decrypt) and, if another account owns the bucket, its bucket policy"
    if has_no_key:
        reasons = "the bucket policy, if another account owns the bucket"
    if not may_list:
        reasons = f"that the object exists (without s3:ListBucket, S3 answers 403 for a missing one, too), {'and' if has_no_key else 'then'} {reasons}"
    return f"S3 gives no reason for HeadObject. If it is still denied, check {reasons}."


def explain_contrast(denial: Denial) -> Explanation | None:
    """Explain what only the failed command has, or return ``None`` if no command like it succeeded."""
    contrast = find_contrast(denial.failure)
    if contrast is None or denial.action is None:
        return None
    called, failed, other = denial.operation or denial.action, contrast.failed, contrast.succeeded
    if contrast.kind == "place" and denial.operation in _READS and is_alike(failed, other):
        return None  # one day has objects, and another one has none
    cause = common_causes.DERIVED_ACTION
    remedies: tuple[Remedy | None, ...] = ()
    if contrast.kind == "option":
        needs, remedies = _explain_option(denial, failed)
        summary = f"S3 denied {called} only with {failed}: the same command without it worked"
    elif contrast.kind == "missing-option":
        summary = f"S3 denied {called} only because {other} is missing: the same command with it worked"
        meanings = (text for start, text in _MISSING.items() if other.startswith(start))
        needs = next(meanings, f"Only the command that worked has {other}.")
        is_plain = not contrast.has_secrets and commands.PLAIN_COMMAND.fullmatch(other)
        again = commands.repeat_command(denial.context.command) if is_plain else None
        step = "In code, set the parameter of the same name in each call."
        line = again and f"{again} {other}"
        remedies = (your_remedy(f"Add {other}", step, commands=line, url=pages.S3_403),)
    else:
        cause = common_causes.NO_IDENTITY_ALLOW
        to = "to the profile" if contrast.kind == "profile" else "below"
        summary = (
            f"S3 denied {denial.action} {to} {failed}, and allowed it {to} {other}: their permissions differ"
        )
        needs = f"The policies of the caller or of the bucket allow it only {to} {other}, or a Deny matches {failed}."
        remedies = _allow_it(denial, contrast)
    return denial.explain(
        f"{summary}.",
        cause.cause("derived", f"The text shows that {contrast.shown} worked.", text=needs),
        LOCKED_VERSION.cause() if contrast.kind == "option" and denial.action == _DELETE_VERSION else None,
        topic="s3-access-denied",
        remedies=remedies,
        notes=EVENTUAL_CONSISTENCY,
    )


def explain_parts(denial: Denial) -> Explanation | None:
    """Explain a denied part of an upload, for which S3 decrypts, or the key of the bucket, or return ``None`` for others.

    Beginning an upload requires s3:PutObject and kms:GenerateDataKey, its parts kms:Decrypt:
    https://repost.aws/knowledge-center/s3-large-file-encryption-kms-key.
    """
    text, bucket = denial.failure.text, (denial.resource or "").rpartition(":")[2].partition("/")[0]
    uploaded = rf"\bupload: \S{{1,500}} to s3://{re.escape(bucket)}/"
    small = find_small_upload(text)
    has_whole = small is not None or (bool(bucket) and re.search(uploaded, text) is not None)
    is_begun = denial.operation in PARTS
    has_key = _KMS.search(text) is not None
    if NAMED_KEY.search(text) is None and _BUCKET_WITHOUT_KEY.search(text) is not None:
        return None
    begins = denial.operation == "CreateMultipartUpload"
    if not ((has_key or has_whole) if is_begun else (begins and has_key and has_whole)):
        return _explain_bucket_key(denial)
    named = NAMED_KEY.search(text)
    key, owner = (named["arn"], named["account"]) if named else (None, None)
    shown = (
        "The text shows such an upload that worked." if has_whole else None,
        "CreateMultipartUpload worked." if is_begun and not has_whole else None,
    )
    principal = denial.role or denial.principal
    if principal is None and (account := _other_account(text, owner)) is not None:
        partition = denial.location.partition or "aws"
        principal = try_parse_principal(f"arn:{partition}:iam::{account}:role/ROLE_NAME")
    caller_account = getattr(principal, "account", None)
    is_other = owner is not None and caller_account not in {None, owner}
    whose = "the KMS key" if key else "the bucket's KMS key"
    if is_other and key is not None:
        role = principal if isinstance(principal, Role) else denial.role
        of_caller = attrs.evolve(
            denial, action="kms:Decrypt", principal=principal, role=role, account=caller_account
        )
        of_key = attrs.evolve(
            of_caller, resource=key, resource_arn=try_parse_arn(key), resource_account=owner
        )
        title = f"Allow kms:Decrypt on {whose} in accounts {owner} and {caller_account}"
        remedy: Remedy | None = attrs.evolve(resource_remedy(of_key), title=title)
    else:
        remedy = _allow_use_of_key(denial, named, bucket, f"Allow kms:Decrypt on {whose}")
    # The text can list what the policies allow.
    lists_others = "kms:GenerateDataKey" in text and not ("kms:Decrypt" in text or "kms:*" in text)
    likely = "" if lists_others else "most likely, "
    return denial.explain(
        f"S3 denied {'a part of the' if is_begun else 'the multipart'} upload{f' to {denial.resource}' if denial.resource else ''} without a reason: {likely}the caller lacks kms:Decrypt on {whose}{f' of account {owner}' if is_other else ''}.",
        buckets.KMS_KEY.cause(
            "derived",
            (*shown,),
            text=f"{PARTS_NEED_DECRYPT}: s3:PutObject and the bucket policy are not the cause.",
        ),
        topic="s3-access-denied",
        remedies=remedy,
        notes=EVENTUAL_CONSISTENCY,
    )


def _explain_bucket_key(denial: Denial) -> Explanation | None:
    """Explain that the bucket encrypts with a KMS key, if the text shows it and that S3 itself allows the call."""
    text, bucket = denial.failure.text, (denial.resource or "").rpartition(":")[2].partition("/")[0]
    encrypted = _ENCRYPTION.search(text)
    if denial.operation not in {"GetObject", "HeadObject", "PutObject"} or encrypted is None or not bucket:
        return None
    verb = "get-object" if denial.operation == "GetObject" else "put-object"
    runs = (each for each in find_runs(denial.failure) if each.has_succeeded and verb in each.command.words)
    works = next((each for each in runs if bucket in each.command.text), None)
    said, lacks = find_working(text, _NO_KEY), _LACKS_KEY.search(text)
    if (
        works is None
        and said is None
        and lacks is None
        and ('"Deny"' in text or find_allowing_policy(denial) is None)
    ):
        return None
    named = NAMED_KEY.search(encrypted[0]) or _KEY.search(encrypted[0])
    owner = named["account"] if named else None
    needed = "kms:GenerateDataKey" if denial.operation == "PutObject" else "kms:Decrypt"
    actions = _KEY_ACTIONS if denial.operation == "PutObject" else (needed,)
    of_owner = f" of account {owner}" if owner else ""
    thing = "bucket" if "SSEAlgorithm" in encrypted[0] or denial.operation == "PutObject" else "object"
    return denial.explain(
        f"S3 denied {denial.operation} on {denial.resource} without a reason: most likely, the caller lacks {needed} on the KMS key{of_owner} with which the {thing} {'is encrypted' if thing == 'object' else 'encrypts'}.",
        buckets.KMS_KEY.cause(
            "derived",
            (
                f"The text shows the encryption of the {thing} (aws:kms).",
                f"The text shows that {works.command.text} worked." if works else None,
                f"The text says {quote_words(said)}: such an object needs no key." if said else None,
                f"The text says {quote_words(lacks[0])}." if lacks else None,
            ),
            text=f"{denial.action} is allowed, and S3 also uses the key with the caller's permissions: both the key policy and a policy of the caller must allow {needed}.",
        ),
        topic="s3-bucket-key",
        remedies=_allow_use_of_key(
            denial, named, bucket, f"Allow {needed} on the {thing}'s KMS key", actions
        ),
        notes=EVENTUAL_CONSISTENCY,
    )


def _allow_use_of_key(
    denial: Denial,
    named: re.Match[str] | None,
    bucket: str,
    title: str,
    actions: tuple[str, ...] = _KEY_ACTIONS,
) -> Remedy | None:
    """Return the remedy that allows the caller to use the key, which the text can name."""
    key = named["arn"] if named else None
    remedy = allow_remedy(
        denial,
        grant=Grant("kms:Decrypt", (key or "KEY_ARN",)),
        title=title,
        first_step=key_policy_step(key or "", denial.role or denial.principal, actions, "the caller"),
    )
    if remedy is None:
        return None
    show = "aws kms get-key-policy --key-id {} --policy-name default --query Policy --output text --region {}"
    look = commands.fill_command(show, key or "KEY_ARN", key.split(":")[3] if key else "REGION")
    lines: tuple[str, ...] = ()
    if not key:
        find = "aws s3api get-bucket-encryption --bucket {} --query 'ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID'"
        if named:
            find = "aws kms describe-key --key-id {} --query KeyMetadata.Arn --output text"
        lines = (commands.fill_command(find, named["key"] if named else bucket or "BUCKET"),)
    only, *more = actions
    of_key = allow(actions if more else only, key or "KEY_ARN", sid="KmsKey")
    remedy = with_statements(remedy, [of_key])
    first, *others = remedy.steps
    return attrs.evolve(
        remedy,
        steps=(first, *(each for each in others if "kms:GenerateDataKey" not in each)),
        commands=(
            *lines,
            *remedy.commands,
            Labelled("In the account of the key, to see its key policy:", look),
        ),
    )


def _other_account(text: str, owner: str | None) -> str | None:
    """Return the account that a text names in addition to that of the key, if there is only one."""
    others = {each[1] for each in _ACCOUNT.finditer(text)} - {owner}
    return others.pop() if owner is not None and len(others) == 1 else None


def _explain_option(denial: Denial, failed: str) -> tuple[str, tuple[Remedy | None, ...]]:
    """Return what an option of the failed command requires, and how to leave it out or allow that."""
    names = [each.partition(" ")[0] for each in f" {failed}".split(" --")[1:]]
    if "version-id" in names and "ObjectVersion" in (action := f"{denial.action}"):
        plain = action.replace("Version", "", 1)
        needs = f"With a version ID, S3 checks {action} instead of {plain}. S3 gives no reason: most likely, no policy allows it, or the bucket policy or an SCP denies it."
        return needs, (_allow_version(denial),)
    actions = next((_OPTION_ACTIONS[name] for name in names if name in _OPTION_ACTIONS), None)
    step = "Without the option, the call works: leave it out if you do not need it."
    if actions == _KEY_ACTIONS:
        step = "The default encryption of the bucket then applies."
    elif actions == "s3:PutObjectAcl":
        step = "To share objects or to make them public, use the bucket policy instead of ACLs. Block Public Access rejects a public ACL even with the Allow."
    omit = your_remedy(f"Leave out {failed}", step, url=pages.S3_403)
    if actions is None:
        needs = f"Only the failed command has {failed}."
        if "--no-sign-request" in failed:
            needs = "Without a signature, the call has no caller, and the bucket does not allow everyone."
        return needs, (omit,)
    if isinstance(actions, str):
        objects = transfer_objects(denial.resource or "", denial.failure.text) or denial.resource or "*"
        allow_it = identity_remedy(
            f"Allow {actions}", statements=(allow(actions, objects),), url=pages.MANAGE_POLICIES
        )
        return f"With {failed}, the call also requires {actions} on {objects}.", (omit, allow_it)
    named, title = NAMED_KEY.search(denial.failure.text), "Allow the caller to use the KMS key"
    of_key = _allow_use_of_key(denial, named, bucket_argument(denial), title, actions)
    return f"With {failed}, the call also requires {actions[0]} on the KMS key.", (of_key, omit)


def _allow_version(denial: Denial) -> Remedy | None:
    """Return the remedy that allows a call on a version, which Object Lock and MFA delete can protect from deletion."""
    if denial.action != _DELETE_VERSION:
        return allow_remedy(denial)
    step = "If get-object-retention prints a date, or get-object-legal-hold ON, the version is locked. If get-bucket-versioning prints MFADelete Enabled, only the root user can delete it, with --mfa."
    remedy = allow_remedy(denial, title=f"Check the locks, then allow {denial.action}", first_step=step)
    head = commands.repeat_command(denial.context.command, "s3api", "delete-object")
    look = commands.fill_command("aws s3api get-bucket-versioning --bucket {}", bucket_argument(denial))
    lines = (head and head.replace("delete-object", "get-object-retention", 1), look)
    steps = (each for each in getattr(remedy, "steps", ()) if "version ID" not in each)
    return remedy and attrs.evolve(remedy, steps=(*steps,), commands=(*filter(None, lines), *remedy.commands))


def _allow_it(denial: Denial, contrast: RunContrast) -> tuple[Remedy | None, ...]:
    """Return how to allow what works with another profile or below another prefix."""
    failed, other = contrast.failed, contrast.succeeded
    if contrast.kind == "profile":
        step = f"If you meant {other}, use --profile {other}. aws sts get-caller-identity --profile {commands.profile(failed)} prints who {failed} is. If the bucket belongs to another account, its policy must allow it, too."
        return (allow_remedy(denial, title=f"Allow {denial.action} for {failed}", first_step=step),)
    grant, (bucket, _, prefix) = required_grant(denial), failed.removeprefix("s3://").partition("/")
    folder, where = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}/{prefix}*", "Resource"
    if denial.action == "s3:ListBucket":
        # A list is a call of the bucket, and a condition limits it to a prefix.
        folder, where = f"{prefix}*", "condition on s3:prefix"
        grant = grant and attrs.evolve(grant, conditions={"StringLike": {"s3:prefix": folder}})
    elif grant is not None and grant.resources == (denial.resource,):
        grant = attrs.evolve(grant, resources=(folder,))
    step = f"Look for the statement that allows {other}, in the caller's policies and in the bucket policy, and add {folder} to its {where}, or attach this policy."
    check = your_remedy(
        f"Check the bucket policy for a Deny that matches {failed}",
        commands=buckets.bucket_policy_commands(denial)[:1],
        url=pages.S3_403,
    )
    title = f"Allow {denial.action} below {failed}, too"
    return allow_remedy(denial, grant=grant, title=title, first_step=step), check
