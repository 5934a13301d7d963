"""Explain denials by Amazon S3 that give no reason, by a command in the text that succeeded.

What the successful command shares with the failed one is allowed. Sources:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.command_runs import find_contrast
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations import EVENTUAL_CONSISTENCY, Explanation, Remedy
from iamtriage.explaining._rules.denials import buckets, resource_policies
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.shared import commands, common_causes, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.required_grants import required_grant
from iamtriage.explaining._rules.shared.required_resources import transfer_objects
from iamtriage.explaining._rules.shared.text_signs import find_acl, without_other_commands
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.command_runs import Contrast
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.shared.text_signs import StatedAcl

# What options require, besides the action of the operation.
_OPTION_ACTIONS = {
    "acl": "s3:PutObjectAcl",
    "grant-full-control": "s3:PutObjectAcl",
    "grant-read": "s3:PutObjectAcl",
    "grants": "s3:PutObjectAcl",
    "tagging": "s3:PutObjectTagging",
    "delete": "s3:DeleteObject",
    "version-id": "s3:GetObjectVersion",
    "object-lock-mode": "s3:PutObjectRetention",
    "object-lock-legal-hold-status": "s3:PutObjectLegalHold",
    "bypass-governance-retention": "s3:BypassGovernanceRetention",
    "sse-kms-key-id": "kms:GenerateDataKey",
    "ssekms-key-id": "kms:GenerateDataKey",
    "sse": "kms:GenerateDataKey",
    "server-side-encryption": "kms:GenerateDataKey",
}
_KEY = lazy_pattern(r"arn:[\w:/-]{1,300}|alias/[\w/-]{1,250}|[0-9a-z-]{32,40}", re.ASCII)


def explain_contrast(denial: Denial) -> Explanation | None:
    """Explain what only the failed command has, or return ``None`` if no command like it succeeded."""
    contrast = find_contrast(denial.failure)
    if contrast is None or denial.action is None:
        return None
    rules = {
        "option": _explain_option,
        "missing-option": _explain_missing_option,
        "profile": _explain_profile,
        "place": _explain_place,
    }
    return rules[contrast.kind](denial, contrast)


def _explain_option(denial: Denial, contrast: Contrast) -> Explanation:
    words = contrast.failed
    names = tuple(each.partition(" ")[0] for each in f" {words}".split(" --")[1:])
    action = next((_OPTION_ACTIONS[name] for name in names if name in _OPTION_ACTIONS), None)
    is_key = action == "kms:GenerateDataKey"
    objects = transfer_objects(denial.resource or "", denial.failure.text) or denial.resource or "the object"
    needs = f"Only the failed command has {words}."
    if "--no-sign-request" in words:
        needs = "Without a signature, the call has no caller, and the bucket does not allow everyone."
    if action is not None:
        needs = f"With {words}, the call also requires {action} on {'the KMS key' if is_key else objects}."
    allowed = "" if action in {None, denial.action} else f", so {denial.action} is allowed"
    acl = (
        find_acl(without_other_commands(denial.failure, denial.facts))
        if action == "s3:PutObjectAcl"
        else None
    )
    omit = _omit_remedy(denial, contrast, acl, has_other=action is not None)
    grant = None if is_key or action is None else _allow_option_remedy(denial, action, objects)
    remedies = (omit, grant) if acl is not None else (_allow_key_remedy(denial) if is_key else grant, omit)
    return denial.explain(
        f"S3 denied {denial.operation or denial.action} only because of {words}: the same command without it worked{allowed}.",
        common_causes.DERIVED_ACTION.cause("derived", _quote_success(contrast), text=needs),
        *((buckets.BLOCK_PUBLIC_ACCESS.cause(),) if acl is not None and acl.is_public else ()),
        topic="s3-access-denied",
        remedies=present(*remedies),
        notes=(EVENTUAL_CONSISTENCY,),
    )


def _explain_missing_option(denial: Denial, contrast: Contrast) -> Explanation:
    words = contrast.succeeded
    meaning = f"Only the command that worked has {words}."
    if words.startswith("--request-payer"):
        meaning = (
            "The bucket is a Requester Pays bucket: it accepts only requests whose caller agrees to pay."
        )
    elif words == "--no-sign-request":
        meaning = "Everyone can read the data, but the caller's credentials are denied: a Deny, an SCP or a VPC endpoint policy matches them."
    elif words.startswith(("--sse", "--server-side-encryption")):
        meaning = "A Deny, most likely in the bucket policy, requires this encryption."
    again = _repeat(denial, contrast) if commands.PLAIN_COMMAND.fullmatch(words) else None
    return denial.explain(
        f"S3 denied {denial.operation or denial.action} only because {words} is missing: the same command with it worked.",
        common_causes.DERIVED_ACTION.cause("derived", _quote_success(contrast), text=meaning),
        topic="s3-access-denied",
        remedies=(
            your_remedy(
                f"Add {words}",
                "In code, set the parameter of the same name in each call.",
                commands=present(again and f"{again} {words}"),
                url=pages.S3_403,
            ),
        ),
        notes=(EVENTUAL_CONSISTENCY,),
    )


def _quote_success(contrast: Contrast) -> tuple[str, ...]:
    return (f"The text shows that {contrast.shown} worked.",)


def _repeat(denial: Denial, contrast: Contrast) -> str | None:
    """Return the failed command, unless a value in it can be secret."""
    return None if contrast.has_secrets else commands.repeat_command(context_of(denial.facts).command)


def _omit_remedy(denial: Denial, contrast: Contrast, acl: StatedAcl | None, *, has_other: bool) -> Remedy:
    """Return how to make the call without the option, instead of the other remedy if there is one."""
    again = _repeat(denial, contrast)
    for words in f" {contrast.failed}".split(" --")[1:]:
        for form in (words, words.replace(" ", "=", 1)):
            again = again and again.replace(f" --{form}", "", 1)
    lines, title = present(again), f"{'Or leave' if has_other else 'Leave'} out {contrast.failed}"
    step = "Without the option, the call works: leave it out if you do not need it."
    if "kms" in contrast.failed or "sse" in contrast.failed:
        step = "The default encryption of the bucket then applies."
    if acl is not None:
        title = f"Leave out {contrast.failed}"
        step = "If the bucket's owner needs the objects, an Object Ownership of BucketOwnerEnforced or BucketOwnerPreferred makes it own them."
        if acl.is_public:
            step = "To make the objects public, allow s3:GetObject in the bucket policy, or better use CloudFront with origin access control. If the ACL must stay, first see whether Block Public Access rejects it: the last command prints its settings."
            lines = (*lines, buckets.show_public_access_commands(denial)[0])
    return your_remedy(title, step, commands=lines, url=pages.S3_403)


def _allow_option_remedy(denial: Denial, action: str, objects: str) -> Remedy | None:
    grant = required_grant(denial)
    if grant is None:
        return None
    grant = attrs.evolve(grant, action=action, resources=(objects,), notes=())
    return allow_remedy(
        denial, grant=grant, title=f"{'Or allow' if action == 's3:PutObjectAcl' else 'Allow'} {action}"
    )


def _allow_key_remedy(denial: Denial) -> Remedy:
    """Return the remedy that allows the use of the KMS key that the command names."""
    command = context_of(denial.facts).command
    stated = None if command is None else command.option("sse-kms-key-id", "ssekms-key-id")
    key = "KEY_ID" if stated is None or not _KEY.fullmatch(stated.value) else stated.value
    region = commands.region(denial.facts.region)
    arn = key if ":key/" in key else "KEY_ARN"
    show = fill_command("aws kms describe-key --key-id {} --query KeyMetadata.Arn --output text", key)
    return identity_remedy(
        "Allow the caller to use the KMS key",
        "The first command prints KEY_ARN: a policy does not accept an alias as its resource."
        if arn == "KEY_ARN"
        else "Multipart uploads also require kms:Decrypt.",
        "The key policy must allow the caller, too, or enable IAM policies. If the key belongs to another account, both policies must allow it.",
        statements=(allow(("kms:GenerateDataKey", "kms:Decrypt"), arn, sid="KmsKey"),),
        commands=(show if region == "REGION" else f"{show} --region {region}",),
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    )


def _explain_profile(denial: Denial, contrast: Contrast) -> Explanation:
    failed, other = contrast.failed, contrast.succeeded
    on = f" on {denial.resource}" if denial.resource else ""
    instead = f"use --profile {other}" if other != "default" else "omit --profile"
    remedy = allow_remedy(
        denial,
        title=f"Allow {denial.action} for the principal of the profile {failed}",
        first_step=f"If you meant {other}, {instead}. The first command prints who {failed} is.",
    )
    line = f"aws sts get-caller-identity --profile {commands.profile(failed)}"
    return denial.explain(
        f"S3 denied {denial.action}{on} to the profile {failed} and allowed it to the profile {other}, so only their permissions differ.",
        common_causes.NO_IDENTITY_ALLOW.cause(
            because=_quote_success(contrast),
            text=f"No identity-based policy of {failed}'s principal allows it.",
        ),
        DENIES["resource"].cause(
            text=f"The bucket policy allows only others, or a Deny matches {failed}'s principal."
        ),
        topic="s3-access-denied",
        remedies=present(
            remedy and attrs.evolve(remedy, commands=(line, *remedy.commands)),
            resource_policies.resource_remedy(denial),
        ),
        notes=(EVENTUAL_CONSISTENCY,),
    )


def _explain_place(denial: Denial, contrast: Contrast) -> Explanation:
    failed, other = contrast.failed, contrast.succeeded
    cause = common_causes.NO_IDENTITY_ALLOW.cause(
        because=_quote_success(contrast),
        text=f"The caller's policies allow {denial.action} below {other}, but not below {failed}.",
    )
    deny = DENIES["resource"].cause(
        text=f"A Deny, for example in the bucket policy, matches objects below {failed}."
    )
    grant, (bucket, _, prefix) = required_grant(denial), failed.removeprefix("s3://").partition("/")
    folder, where = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}/{prefix}*", "Resource"
    if denial.lowercase_action.startswith("s3:listbucket"):
        # A list is a call of the bucket, and a condition limits it to a prefix.
        folder, where = f"{prefix}*", "condition on s3:prefix"
        conditions = {"StringLike": {"s3:prefix": folder}} if prefix else None
        grant = grant and attrs.evolve(grant, conditions=conditions)
    elif grant is not None and grant.resources == (denial.resource,):
        grant = attrs.evolve(grant, resources=(folder,))
    return denial.explain(
        f"S3 denied {denial.action} below {failed}, and allowed the same call below {other}: the permissions differ by prefix.",
        cause,
        deny,
        topic="s3-access-denied",
        remedies=present(
            allow_remedy(
                denial,
                grant=grant,
                title=f"Allow {denial.action} below {failed}, too",
                first_step=f"Look for the statement that allows {other}, in the caller's policies and in the bucket policy, and add {folder} to its {where}, or attach this policy.",
            ),
            your_remedy(
                "Check the bucket policy for a statement about the prefix",
                f"A Deny for {failed}, or an Allow only for {other}, names it.",
                commands=buckets.bucket_policy_commands(denial)[:1],
                url=pages.S3_403,
            ),
        ),
        notes=(EVENTUAL_CONSISTENCY,),
    )
