"""Explain logins with access keys of the shell, which take precedence over the profile of a kubeconfig."""

from __future__ import annotations

from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.names import find_kubeconfig_profile
from iamtriage.explaining._rules.basics import Explanation
from iamtriage.explaining._rules.credentials.keys.key_sources import FIND_KEYS, PROFILE_OVERRIDDEN, UNSET_KEYS
from iamtriage.explaining._rules.kubernetes.entries import stated_entries
from iamtriage.explaining._rules.kubernetes.logins.client_configurations import (
    NO_POLICY,
    find_current_user,
    find_profile_argument,
    read_caller,
)
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.credentials.selected_profiles import (
    find_shell_profile,
    has_key_in_shell,
)
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster
from iamtriage.explaining._rules.shared.principals.principal_words import describe_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy

_MAX_TEXT = 64_000


def explain_shell_keys(case: AnyCase) -> Explanation | None:
    """Explain that kubectl calls with access keys of the shell; return ``None`` unless the text shows that they matter."""
    text = case.failure.text[:_MAX_TEXT]
    if not ("PROFILE" in text and has_key_in_shell(text)):
        return None
    if "unset AWS_ACCESS_KEY_ID" in text[: case.failure.span[0]]:
        return None
    current = find_current_user(text)
    of_user = text if current is None else current[1]
    stated = find_kubeconfig_profile(of_user)
    profile = clues.safe_name(stated.value) if stated else find_shell_profile(text)
    if profile is None or find_profile_argument(of_user) is not None:
        return None
    asked = [
        run for run in find_runs(case.failure) if run.command.words[:2] == ("sts", "get-caller-identity")
    ]
    # A variable has no effect beside the keys.
    caller = read_caller([run for run in asked if run.command.option("profile") is None])
    meant = read_caller(
        [run for run in asked if (option := run.command.option("profile")) and option.value == profile]
    )
    has_entry = stated_entries.is_listed(case.failure, caller)
    if caller is None or has_entry or stated_entries.is_listed(case.failure, meant) is False:
        return None
    if (has_entry is None and meant is None) or stated_entries.is_same_principal(caller, meant):
        return None
    cluster, who = find_cluster(case), describe_principal(caller, None)
    place = " in the kubeconfig" if stated else ""
    entry, named = "", f" {cluster.argument}" if cluster.name else ""
    if has_entry is False:
        entry = f" The cluster{named} has no access entry for {who}."
        if stated_entries.find_listed(case.failure):
            entry = f"{entry[:-1]}: its access entries are for {stated_entries.describe_listed(case.failure, caller)}."
    return case.explain(
        f"kubectl calls as {who}, not with the profile {clip_text(profile)}: access keys in the environment take precedence over AWS_PROFILE{place}.{entry}",
        PROFILE_OVERRIDDEN.cause(
            "derived",
            f"The text shows an access key in the environment, and AWS_PROFILE with {clip_text(profile)}",
            text="kubectl passes the variables of the shell to the command that gets the token. Only the option --profile takes precedence over keys.",
        ),
        topic="kubernetes-login",
        remedies=your_remedy(
            f"Unset the keys, so that kubectl uses the profile {clip_text(profile)}",
            f"If the keys must stay exported, add --profile and {clip_text(profile)} to args in the exec section of the kubeconfig. aws eks update-kubeconfig --profile only writes AWS_PROFILE again.",
            "Each file that grep prints sets the keys: delete the lines there.",
            commands=(
                UNSET_KEYS,
                commands.fill_command(
                    "AWS_PROFILE={} aws sts get-caller-identity", commands.profile(profile)
                ),
                "kubectl auth whoami",
                FIND_KEYS,
            ),
        ),
        notes=NO_POLICY,
    )
