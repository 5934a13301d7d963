"""Add that a call was made with other credentials than those that are meant, or that the text shows.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html,
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html and, on the keys of Velero's locations,
https://github.com/vmware-tanzu/velero/issues/7302, issue 8320 and
https://github.com/vmware-tanzu/velero-plugin-for-aws.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import RoleSession, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.command_runs import find_contrast
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller_of_account
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.credentials.workloads.ecs_tasks import NO_TASK_ROLE, task_role_remedy
from iamtriage.explaining._rules.denials import policy_principals
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_instance
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import (
    cluster_remedy,
    resource_policy_remedy,
    save_step,
    your_remedy,
)
from iamtriage.explaining._rules.shared.requirements.services import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.texts.ecs_starts import find_task_role
from iamtriage.explaining._rules.shared.wording import denial_summary


def add_working_profile(denial: Denial, explanation: Explanation) -> Explanation:
    """Add the profile with which the same command succeeded, if nothing else differs."""
    contrast = find_contrast(denial.failure) if explanation.topic != "s3-access-denied" else None
    if contrast is None or contrast.kind != "profile":
        return explanation
    profile = clip_text(contrast.succeeded)
    title = f"Call with the profile {profile}, if its caller is meant to make the call"
    step = f"The same command succeeded with it. Otherwise, allow the call to {denial.caller}."
    line = commands.fill_command("export AWS_PROFILE={}", contrast.succeeded)
    remedy = your_remedy(title, step, commands=line, url=pages.OTHER_ACCOUNTS)
    summary = f"{explanation.summary} With the profile {profile}, the same command succeeds."
    return attrs.evolve(explanation, summary=summary, remedies=(remedy, *explanation.remedies))


def add_other_caller(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the denied user is not the caller that the text shows, so that the call used other access keys."""
    caller = denial.context.caller
    shown = None if caller is None else principal_words.try_parse_principal(caller.value)
    if not isinstance(denial.principal, User) or shown is None or shown == denial.principal:
        return explanation
    who = principal_words.describe_principal(shown, None)
    text = (
        f" The text shows {who} as the caller, so this call used other credentials: those of {denial.caller}."
    )
    title = f"If {who} is meant to call, find where the access key of {denial.caller} comes from"
    step = "Run it where the call is made: environment variables precede a profile, and a program can have its own keys."
    remedy = your_remedy(title, step, commands="aws configure list", url=pages.CLI_PROFILES)
    summary = f"{explanation.summary}{text}"
    return attrs.evolve(
        explanation, summary=summary, remedies=(*explanation.remedies[:1], remedy, *explanation.remedies[1:])
    )


def add_task_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Say that a task has no role, or does not use the one of its definition, if the text has that."""
    session: str = getattr(denial.principal, "session_name", "")
    if find_instance(session) != session or not session:
        return explanation
    text, role = denial.case.text, find_task_role(denial.failure.text)
    is_missing = role is None and re.search(NO_TASK_ROLE.sign, text) is not None
    if role is None and not is_missing:
        return explanation
    why = "and the definition in the text has no task role"
    reason = "Without a task role, a container on EC2 gets the role of its instance."
    if role is not None:
        why = f"and not with the task role {clip_text(role)}"
        reason = "The running task is of another revision, or the process does not have AWS_CONTAINER_CREDENTIALS_RELATIVE_URI."
    kept = tuple(each for each in explanation.causes if each.evidence != "possible")
    allow = next((each for each in explanation.remedies if each.layer == "identity"), None)
    first = task_role_remedy(text, is_missing=is_missing)
    if allow is not None:
        grantee = f"the role {clip_text(role)}" if role else "the task role"
        step = f"Allow the action to {grantee}, not to the instance's role, which all its containers share: {denial.action} on {denial.resource or 'the resource'}."
        first = attrs.evolve(first, steps=(*first.steps, step))
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"the container called with the role of its instance, {why}"),
        causes=(*kept, NO_TASK_ROLE.cause("derived", text=reason)),
        remedies=(first,),
    )


_LOCATION = lazy_pattern(
    r"^kind: *BackupStorageLocation[ \t\r]*$(?P<rest>(?:\n(?!---|kind:)[^\n]{0,200}){1,40})", re.MULTILINE
)
_NAME = lazy_pattern(
    r"^metadata:[^\n]*\n(?:[ \t][^\n]*\n){0,10}?[ \t]{1,8}name: *[\"']?([a-z0-9][a-z0-9.-]{0,252})",
    re.MULTILINE,
)
_BUCKET = lazy_pattern(
    r"^[ \t]{1,12}bucket: *[\"']?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?![\w.-])", re.MULTILINE
)
_SECRET = lazy_pattern(
    r"^[ \t]{1,8}credential:[ \t\r]*\n(?:[ \t]{2,12}key:[^\n]*\n)?[ \t]{2,12}name: *[\"']?([a-z0-9][a-z0-9.-]{0,252})",
    re.MULTILINE,
)
_PLUGIN = lazy_pattern(
    r"\bvelero-plugin-for-aws:v(?P<major>\d{1,3})\.(?P<minor>\d{1,3})(?:\.\d{1,3})?", re.ASCII
)
_FIXED = (1, 9)
LOCATION_KEYS_IGNORED = CauseType(
    "location-keys-ignored",
    title="Velero uses the role of its pod instead of the keys of the backup location",
    meaning="Before version 1.9, Velero's plugin for AWS prefers the web identity of its pod (IRSA) to the credential of a BackupStorageLocation.",
    recognised_by="A role was denied the bucket of a BackupStorageLocation whose manifest in the text has a credential.",
    fix="Update velero-plugin-for-aws to version 1.9 or later, or allow the role in the bucket policy.",
    sources=("https://github.com/vmware-tanzu/velero/issues/7302",),
)


def add_ignored_keys(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the keys of the location in the text were not used, if a role was denied its bucket."""
    bucket = (denial.resource or "").partition(":::")[2].partition("/")[0]
    blocks = [each["rest"] for each in _LOCATION.finditer(denial.failure.text)]
    block = next((each for each in blocks if (found := _BUCKET.search(each)) and found[1] == bucket), "")
    secret, plugin = _SECRET.search(block), _PLUGIN.search(denial.failure.text)
    is_fixed = plugin is not None and (int(plugin["major"]), int(plugin["minor"])) >= _FIXED
    if secret is None or is_fixed or not isinstance(denial.principal, RoleSession):
        return explanation
    found = _NAME.search(block)
    location = f"the location {clip_text(found[1])}" if found else "the location"
    used = f"{denial.caller}{f' of account {denial.account}' if denial.account else ''}"
    version = f"The text shows {clip_text(plugin[0])}." if plugin else "Check the version of the plugin."
    text = f"The keys in the Secret {clip_text(secret[1])} were not used: velero-plugin-for-aws before v1.9 prefers the web identity of the pod (IRSA) to the credential of a location."
    cause = LOCATION_KEYS_IGNORED.cause("derived", version, text=text)
    return attrs.evolve(
        explanation,
        summary=f"Velero used {used} for {location}, and not the keys in its Secret {clip_text(secret[1])}: {denial.action} was denied on {bucket}.",
        causes=(cause, *explanation.causes),
        remedies=(
            cluster_remedy(
                "Update velero-plugin-for-aws to v1.9 or later",
                "These versions use the credential of each location. Choose the version that the page lists for your Velero: v1.9 is for Velero v1.13.",
                "Keep the credential of the location. The default location goes on using IRSA.",
                manifest="initContainers:\n  - name: velero-plugin-for-aws\n    image: velero/velero-plugin-for-aws:v1.9.0\n",
                url="https://github.com/vmware-tanzu/velero-plugin-for-aws#compatibility",
            ),
            _allow_role(denial, bucket),
        ),
    )


def _allow_role(denial: Denial, bucket: str) -> Remedy:
    """Return the remedy that allows the role all that Velero does in a bucket."""
    controller, policy = find_controller_of_account("velero"), RESOURCE_POLICIES["s3"]
    call = (denial.action or "", denial.resource or "", denial.location.partition or "aws")
    listed = [] if controller is None else controller.build_statements(*call)
    principal = {"AWS": policy_principals.policy_principal_arn(denial)}
    statements = [
        {"Effect": "Allow", "Principal": principal, "Action": each["Action"], "Resource": each["Resource"]}
        for each in listed
        if ":s3:" in each["Resource"]
    ]
    return resource_policy_remedy(
        f"Or allow {denial.caller} in the bucket policy",
        f"{save_step('the bucket policy')} Run the commands in the account of the bucket.",
        f"If that is not account {denial.account}, a policy of {denial.caller} must allow the same actions on the bucket, too.",
        statements=statements,
        commands=tuple(
            each.replace("BUCKET", commands.bucket(bucket))
            for each in (policy.show_command, policy.change_command)
        ),
        url=pages.CROSS_ACCOUNT,
    )
