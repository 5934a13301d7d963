"""Explain denials by Amazon S3 that give no reason, by a command in the text that succeeded.

What the successful command shares with the failed one is allowed. Sources:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._context.readers.command_runs import find_contrast
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations import EVENTUAL_CONSISTENCY, Explanation, Remedy
from iamtriage.explaining._rules.denials import buckets
from iamtriage.explaining._rules.shared import commands, common_causes, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.required_grants import required_grant
from iamtriage.explaining._rules.shared.required_resources import transfer_objects
from iamtriage.explaining._rules.shared.text_signs import NAMED_KEY, find_acl, without_other_commands
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.command_runs import Contrast
    from iamtriage.explaining._rules.shared.denial import Denial

# What options require, besides the action of the operation.
_OPTION_ACTIONS = {
    **dict.fromkeys(("acl", "grant-full-control", "grant-read", "grants"), "s3:PutObjectAcl"),
    "tagging": "s3:PutObjectTagging",
    "delete": "s3:DeleteObject",
    "version-id": "s3:GetObjectVersion",
    "object-lock-mode": "s3:PutObjectRetention",
    "object-lock-legal-hold-status": "s3:PutObjectLegalHold",
    "bypass-governance-retention": "s3:BypassGovernanceRetention",
    **dict.fromkeys(
        ("sse-kms-key-id", "ssekms-key-id", "sse", "server-side-encryption"), "kms:GenerateDataKey"
    ),
}
# What the absence of an option means.
_MISSING = {
    "--request-payer": "The bucket is a Requester Pays bucket: it accepts only requests whose caller agrees to pay.",
    "--no-sign-request": "Everyone can read the data, but the caller's credentials are denied: a Deny, an SCP or a VPC endpoint policy matches them.",
    "--s": "A Deny, most likely in the bucket policy, requires this encryption.",
}


def explain_contrast(denial: Denial) -> Explanation | None:
    """Explain what only the failed command has, or return ``None`` if no command like it succeeded."""
    contrast = find_contrast(denial.failure)
    if contrast is None or denial.action is None:
        return None
    called = denial.operation or denial.action
    because = (f"The text shows that {contrast.shown} worked.",)
    cause = common_causes.DERIVED_ACTION
    remedies: tuple[Remedy | None, ...]
    failed, other = contrast.failed, contrast.succeeded
    if contrast.kind == "option":
        needs, remedies = _explain_option(denial, contrast)
        summary = f"S3 denied {called} only because of {failed}: the same command without it worked"
    elif contrast.kind == "missing-option":
        summary = f"S3 denied {called} only because {other} is missing: the same command with it worked"
        meanings = (text for start, text in _MISSING.items() if other.startswith(start))
        needs = next(meanings, f"Only the command that worked has {other}.")
        again = _repeat(denial, contrast) if commands.PLAIN_COMMAND.fullmatch(other) else None
        step, lines = (
            "In code, set the parameter of the same name in each call.",
            present(again and f"{again} {other}"),
        )
        remedies = (your_remedy(f"Add {other}", step, commands=lines, url=pages.S3_403),)
    else:
        cause = common_causes.NO_IDENTITY_ALLOW
        is_profile = contrast.kind == "profile"
        what = f"to the profile {failed}" if is_profile else f"below {failed}"
        allowed = f"to the profile {other}" if is_profile else f"below {other}"
        summary = f"S3 denied {denial.action} {what}, and allowed it {allowed}: their permissions differ"
        needs = f"The policies of {f'the principal of {failed}' if is_profile else 'the caller'} or of the bucket allow it only {allowed}, or a Deny matches {failed}."
        remedies = (_allow_profile(denial, contrast) if is_profile else _allow_place(denial, contrast),)
        if not is_profile:
            remedies += (_check_bucket_policy(denial, failed),)
    return denial.explain(
        f"{summary}.",
        cause.cause("derived", because, text=needs),
        topic="s3-access-denied",
        remedies=present(*remedies),
        notes=(EVENTUAL_CONSISTENCY,),
    )


def _explain_option(denial: Denial, contrast: Contrast) -> tuple[str, tuple[Remedy | None, ...]]:
    """Return what an option of the failed command requires, and how to leave it out or allow that."""
    names = (each.partition(" ")[0] for each in f" {contrast.failed}".split(" --")[1:])
    action = next((_OPTION_ACTIONS[name] for name in names if name in _OPTION_ACTIONS), None)
    if action is None:
        needs = f"Only the failed command has {contrast.failed}."
        if "--no-sign-request" in contrast.failed:
            needs = "Without a signature, the call has no caller, and the bucket does not allow everyone."
        return needs, (_omit_remedy(denial, contrast),)
    objects = transfer_objects(denial.resource or "", denial.failure.text) or denial.resource or "the object"
    if action == "kms:GenerateDataKey":
        needs = f"With {contrast.failed}, the call also requires {action} on the KMS key."
        return needs, (_allow_key_remedy(denial), _omit_remedy(denial, contrast))
    needs = f"With {contrast.failed}, the call also requires {action} on {objects}."
    grant = required_grant(denial)
    grant = grant and attrs.evolve(grant, action=action, resources=(objects,), notes=())
    allow_it = grant and allow_remedy(denial, grant=grant, title=f"Allow {action}")
    acl = find_acl(without_other_commands(denial.failure, denial.facts))
    if acl is None or action != "s3:PutObjectAcl":
        return needs, (allow_it, _omit_remedy(denial, contrast))
    if acl.is_public:
        needs += " Block Public Access rejects a public ACL even then."
    return needs, (_omit_remedy(denial, contrast), allow_it)


def _repeat(denial: Denial, contrast: Contrast) -> str | None:
    """Return the failed command, unless a value in it can be secret."""
    return None if contrast.has_secrets else commands.repeat_command(context_of(denial.facts).command)


def _omit_remedy(denial: Denial, contrast: Contrast) -> Remedy:
    """Return how to make the call without the option."""
    again = _repeat(denial, contrast)
    for words in f" {contrast.failed}".split(" --")[1:]:
        for form in (words, words.replace(" ", "=", 1)):
            again = again and again.replace(f" --{form}", "", 1)
    step = "Without the option, the call works: leave it out if you do not need it."
    if "kms" in contrast.failed or "sse" in contrast.failed:
        step = "The default encryption of the bucket then applies."
    elif "acl" in contrast.failed or "grant" in contrast.failed:
        step = "To share objects or to make them public, use the bucket policy instead of ACLs."
    return your_remedy(f"Leave out {contrast.failed}", step, commands=present(again), url=pages.S3_403)


def _allow_key_remedy(denial: Denial) -> Remedy:
    """Return the remedy that allows the use of the KMS key that the command names."""
    key = (named := NAMED_KEY.search(denial.failure.text)) and named["key"]
    arn = key if key is not None and ":key/" in key else "KEY_ARN"
    show = "aws kms describe-key --key-id {} --query KeyMetadata.Arn --output text"
    return identity_remedy(
        "Allow the caller to use the KMS key",
        "The first command prints KEY_ARN: a policy does not accept an alias as its resource."
        if arn == "KEY_ARN"
        else "Multipart uploads also require kms:Decrypt.",
        "The key policy must allow the caller, too, or enable IAM policies. If the key belongs to another account, both policies must allow it.",
        statements=(allow(("kms:GenerateDataKey", "kms:Decrypt"), arn, sid="KmsKey"),),
        commands=(fill_command(show, key or "KEY_ID"),),
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    )


def _allow_profile(denial: Denial, contrast: Contrast) -> Remedy | None:
    failed, other = contrast.failed, contrast.succeeded
    instead = f"use --profile {other}" if other != "default" else "omit --profile"
    title = f"Allow {denial.action} for the principal of the profile {failed}"
    step = f"If you meant {other}, {instead}. The first command prints who {failed} is. If the bucket belongs to another account, its policy must allow it, too."
    remedy = allow_remedy(denial, title=title, first_step=step)
    line = f"aws sts get-caller-identity --profile {commands.profile(failed)}"
    return remedy and attrs.evolve(remedy, commands=(line, *remedy.commands))


def _allow_place(denial: Denial, contrast: Contrast) -> Remedy | None:
    failed, other = contrast.failed, contrast.succeeded
    grant, (bucket, _, prefix) = required_grant(denial), failed.removeprefix("s3://").partition("/")
    folder, where = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}/{prefix}*", "Resource"
    if denial.lowercase_action.startswith("s3:listbucket"):
        # A list is a call of the bucket, and a condition limits it to a prefix.
        folder, where = f"{prefix}*", "condition on s3:prefix"
        conditions = {"StringLike": {"s3:prefix": folder}} if prefix else None
        grant = grant and attrs.evolve(grant, conditions=conditions)
    elif grant is not None and grant.resources == (denial.resource,):
        grant = attrs.evolve(grant, resources=(folder,))
    step = f"Look for the statement that allows {other}, in the caller's policies and in the bucket policy, and add {folder} to its {where}, or attach this policy."
    return allow_remedy(
        denial, grant=grant, title=f"Allow {denial.action} below {failed}, too", first_step=step
    )


def _check_bucket_policy(denial: Denial, failed: str) -> Remedy:
    return your_remedy(
        f"Check the bucket policy for a Deny that matches {failed}",
        commands=buckets.bucket_policy_commands(denial)[:1],
        url=pages.S3_403,
    )
