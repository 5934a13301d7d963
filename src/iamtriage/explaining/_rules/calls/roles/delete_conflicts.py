"""Explain that IAM does not delete a role, user, group or policy that still has policies, keys, members or versions.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html and the pages of the other calls.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import CommandRun, find_runs
from iamtriage.explaining._rules.basics import Case, Explanation, Labelled
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL, find_holder
from iamtriage.explaining._rules.calls.request_kinds import CONFLICT
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.messages import quoted_message
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.failures._failures import AwsError

_CALL = lazy_pattern(r"Delete(Role|User|Group|Policy)")
_MAX_SHOWN = 8
_NOT_WHOLE = lazy_pattern(
    r"An error occurred|usage: |[Ee]rror:|NextToken|\"IsTruncated\"\s?:\s?true|\.\.\.|…"
)
_POLICY = lazy_pattern(r"(?a)\barn:aws[a-z-]{0,12}:iam::(?:aws|\d{12}):policy/[\w+=,.@/-]{1,600}")
_INLINE = lazy_pattern(
    r"(?am)(?:^POLICYNAMES\s{1,8}|\"(?!PolicyNames\"))([\w+=,.@-]{1,128})(?:\"(?=\s{0,80}[,\]])|[^\S\n]{0,40}$)"
)
_PROFILE = lazy_pattern(
    r"(?a)(?:\"InstanceProfileName\"\s?:\s?\"|:instance-profile/(?:[\w+=,.@-]{1,128}/){0,8})([\w+=,.@-]{1,128})(?![\w+=,.@/-])"
)


class _Part(NamedTuple):
    """What IAM does not delete with a role, user, group or policy.

    Attributes:
        what: What it is.
        message: What the message says about it.
        listing: The command that lists it, ``""`` if there can be only one.
        removal: The command that removes it, with a placeholder.
        values: What finds the values of the placeholder in the output of the listing.
    """

    what: str
    message: str
    listing: str
    removal: str
    values: re.Pattern[str] | None = None


def _policies(kind: str) -> tuple[_Part, ...]:
    of, managed, inline = f"--{kind}-name OWNER", f"list-attached-{kind}-policies", f"list-{kind}-policies"
    removal = f"detach-{kind}-policy {of} --policy-arn POLICY_ARN"
    return (
        _Part("managed policy", "detach all policies", f"{managed} {of}", removal, _POLICY),
        _Part(
            "inline policy",
            "delete policies",
            f"{inline} {of}",
            f"delete-{kind}-policy {of} --policy-name POLICY_NAME",
            _INLINE,
        ),
    )


_PARTS = {
    "role": (
        *_policies("role"),
        _Part(
            "instance profile",
            "from instance profile",
            "list-instance-profiles-for-role --role-name OWNER",
            "remove-role-from-instance-profile --role-name OWNER --instance-profile-name INSTANCE_PROFILE",
            _PROFILE,
        ),
    ),
    "user": (
        *_policies("user"),
        _Part(
            "group",
            "from group",
            "list-groups-for-user --user-name OWNER",
            "remove-user-from-group --user-name OWNER --group-name GROUP_NAME",
        ),
        _Part(
            "access key",
            "access key",
            "list-access-keys --user-name OWNER",
            "delete-access-key --user-name OWNER --access-key-id ACCESS_KEY_ID",
        ),
        _Part(
            "MFA device",
            "MFA device",
            "list-mfa-devices --user-name OWNER",
            "deactivate-mfa-device --user-name OWNER --serial-number MFA_DEVICE_ARN",
        ),
        _Part("password", "login profile", "", "delete-login-profile --user-name OWNER"),
    ),
    "group": (
        *_policies("group"),
        _Part(
            "member",
            "from group",
            "get-group --group-name OWNER",
            "remove-user-from-group --group-name OWNER --user-name USER_NAME",
        ),
    ),
    "policy": (
        _Part(
            "holder (a role, user or group)",
            "attached to entities",
            "list-entities-for-policy --policy-arn OWNER",
            "detach-role-policy --policy-arn OWNER --role-name ROLE_NAME",
        ),
        _Part(
            "other version",
            "more than one version",
            "list-policy-versions --policy-arn OWNER",
            "delete-policy-version --policy-arn OWNER --version-id VERSION_ID",
        ),
    ),
}
_CHECKS = {"role": commands.role_name, "user": commands.user_name, "group": commands.group_argument}
_LAST_USE = "get-access-key-last-used --access-key-id ACCESS_KEY_ID"
# The arguments of Terraform's resources: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role
_OF_TERRAFORM = {
    "role": "In Terraform, force_detach_policies = true of aws_iam_role detaches policies that were attached elsewhere.",
    "user": "In Terraform, force_destroy = true of aws_iam_user removes keys, MFA devices and the password that were added elsewhere.",
}


def explain_delete_conflict(case: Case[AwsError]) -> Explanation | None:
    """Explain what a role, user, group or policy still has; return ``None`` for other errors."""
    call, message = _CALL.fullmatch(case.operation or ""), clues.message_text(case)
    if call is None or not clues.error_code(case.failure).startswith("DeleteConflict"):
        return None
    kind = call[1].lower()
    deployment = find_deployment(case.failure, case.facts)
    is_stack = deployment is not None and not deployment.is_terraform
    option = "policy-arn" if kind == "policy" else f"{kind}-name"
    if kind == "policy":
        named_arn = clues.stated_option(case, option) or only_one(set(_POLICY.findall(case.failure.text)))
        owner = commands.arn(named_arn, "POLICY_ARN")
    else:
        owner = _CHECKS[kind](None if is_stack else find_holder(case, kind, deployment))
    runs = [run for run in find_runs(case.failure) if run.command.words[:1] == ("iam",)]
    shown = {part: _find_shown(part, kind, owner, runs, case.failure.text) for part in _PARTS[kind]}
    named = next((part for part in _PARTS[kind] if part.message in message), None)
    if named is None and not any(shown.values()):
        return None
    name = kind if owner.endswith(("_NAME", "_ARN")) else f"{kind} {owner}"
    held = [f"the {part.what} {clip_text(each)}" for part, values in shown.items() for each in values or ()]
    lists = bool(held) and len(held) <= _MAX_SHOWN
    reason = (
        f": it still has {join_words(held, 'and')}." if lists else quoted_message.end_summary(case.failure)
    )
    profile = find_profile(case)

    def build(line: str) -> str:
        return with_profile(profile, f"aws iam {line}".replace("OWNER", owner))

    lines: list[str] = []
    others: list[str] = []
    for part, values in shown.items():
        listing, removal = build(part.listing), build(part.removal)
        lines += [
            build(f"{part.removal.rpartition(' ')[0]} {commands.command(each)}") for each in values or ()
        ]
        if part is named and not values:
            last_use = (build(_LAST_USE),) if part.what == "access key" else ()
            lines += (*((listing,) if part.listing else ()), *last_use, removal)
        elif values is None and part.values is not None:
            others.append(listing if others else Labelled.required("To see what else it has:", listing))
    every = join_words([part.what for part in _PARTS[kind]], "or")
    return case.explain(
        f"IAM does not delete the {name} yet{reason} No permission is missing.",
        CONFLICT.cause(
            "reported",
            code_evidence(case.failure),
            text=f"IAM deletes a {kind} only when it has no {every}. The message names one of them at a time.",
        ),
        topic=CONFLICT.code,
        remedies=account_remedy(
            f"Remove what the {kind} still has, then delete it",
            "Managed policies need not be deleted: others can use them."
            if "policy-arn" in str(lines) and kind != "policy"
            else None,
            "Detach it from users and groups (detach-user-policy, detach-group-policy), too."
            if "ROLE_NAME" in str(lines) and kind == "policy"
            else None,
            "Delete a key only when nothing uses it any more. If you are not sure, deactivate it first (update-access-key --status Inactive), and wait."
            if "ACCESS_KEY_ID" in str(lines)
            else None,
            _OF_TERRAFORM.get(kind) if deployment is not None and deployment.is_terraform else None,
            commands=(
                *lines,
                *others,
                Labelled.required("Then:", build(f"delete-{kind} --{option} OWNER")),
            ),
            url=f"https://docs.aws.amazon.com/IAM/latest/APIReference/API_{call[0]}.html",
        ),
        notes=NOT_A_DENIAL,
    )


def _find_shown(
    part: _Part, kind: str, owner: str, runs: list[CommandRun], text: str
) -> tuple[str, ...] | None:
    """Return the values that the last list in the text has, ``None`` without a whole list."""
    operation = part.listing.partition(" ")[0]
    # Another profile can be that of another account.
    profiles = {run.profile for run in runs if run.command.words[1:2] == (f"delete-{kind}",)}
    lists = [
        run
        for run in runs
        if run.command.words[1:2] == (operation,)
        and (of := run.command.option(f"{kind}-name")) is not None
        and of.value == owner
        and profiles <= {run.profile}
    ]
    output = lists[-1].output if lists else ""
    if part.values is None or not lists or _NOT_WHOLE.search(output):
        return None
    # What was removed after it was listed is gone.
    verb = re.escape(part.removal.partition(" ")[0])
    later = "\n".join(re.findall(rf"\b{verb} [^\n]{{1,900}}", text[lists[-1].end :]))
    values = dict.fromkeys(part.values.findall(output))
    is_empty = not output.strip() or "[]" in output
    return tuple(each for each in values if each not in later) if values or is_empty else None
