"""Explain rejected logins by the kubeconfig.

A token of EKS is signed for one cluster: https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import Principal
from iamtriage.explaining._context.readers.command_runs import CommandRun, find_runs
from iamtriage.explaining._context.readers.names import find_kubeconfig_profile
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._context.values import Stated
from iamtriage.explaining._rules.basics import Explanation, Remedy
from iamtriage.explaining._rules.credentials.logins import kubectl_logins
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import (
    find_listed,
    find_listed_cluster,
    find_policies,
    find_queried,
    is_listed,
    is_same_principal,
)
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_PRINCIPAL
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import (
    find_profile,
    find_shell_profile,
    has_key_in_shell,
)
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster, find_iam_arns
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.principals.principal_words import (
    describe_principal,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.remedies import as_alternative, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start

_MAX_TEXT = 64_000
_MAX_POLICIES = 2
_CHARS_OF_USER = 2_000
_NAME = r"[\"']?(?P<{}>[\w.:@/-]{{1,200}})[\"']?"
_CONTEXT = lazy_pattern(
    rf"(?m)^ {{0,8}}- context:\s{{1,40}}cluster: {_NAME.format('cluster')}\s{{1,40}}(?:namespace: \S{{1,80}}\s{{1,40}})?user: {_NAME.format('user')}\s{{1,40}}name: {_NAME.format('name')}"
)
# The same in braces, as people write it.
_SHORT_CONTEXT = lazy_pattern(
    rf"(?m)^ {{0,8}}- context: \{{ ?cluster: {_NAME.format('cluster')}, (?:namespace: \S{{1,80}}, )?user: {_NAME.format('user')}(?:, namespace: \S{{1,80}})? ?\}}\s{{1,40}}name: {_NAME.format('name')}"
)
# The name comes first in files that people write.
_NAMED_CONTEXT = lazy_pattern(
    rf"(?m)^ {{0,8}}- name: {_NAME.format('name')}\s{{1,40}}context:\s{{1,40}}(?:namespace: \S{{1,80}}\s{{1,40}})?cluster: {_NAME.format('cluster')}\s{{1,40}}(?:namespace: \S{{1,80}}\s{{1,40}})?user: {_NAME.format('user')}"
)
# The option wins over the current context.
_CALLED = lazy_pattern(
    r"\b(?:kubectl|helm)\b[^\n|;]{0,300}? --(?:kube-)?context[ =][\"']?(?P<name>[\w.:@/-]{1,200})"
)
_CURRENT = lazy_pattern(rf"(?m)^current-context: {_NAME.format('name')}")
_USER = lazy_pattern(rf"(?m)^ {{0,8}}- name: {_NAME.format('name')}\s{{1,40}}user:")
NEXT_ARGUMENT = r"[\"']?\s{0,40}(?:,\s{0,4}|\n\s{0,40}- )[\"']?"
"""What is between an option and its value: arguments are items of a list, on lines of their own or in brackets."""
_PROFILE_OF_TOKEN = lazy_pattern(rf"(?a)--profile{NEXT_ARGUMENT}([\w.@:+/-]{{1,64}})")
_ROLE_OF_TOKEN = lazy_pattern(
    rf"(?a)(?:--role-arn|--role|(?<![\w-])-r){NEXT_ARGUMENT}(arn:aws[a-z-]{{0,12}}:iam::[0-9]{{12}}:role/[\w+=,.@/-]{{1,512}})"
)
NO_POLICY = "Neither RBAC roles nor IAM policies help: the API server could not authenticate the caller."
"""What does not help a rejected caller."""


def find_contexts(text: str) -> list[re.Match[str]]:
    """Return the contexts of a kubeconfig, with their names, clusters and users."""
    patterns = (_CONTEXT, _SHORT_CONTEXT, _NAMED_CONTEXT)
    return [found for pattern in patterns for found in pattern.finditer(text)]


def find_current_user(text: str) -> tuple[re.Match[str], str] | None:
    """Return the current context of a kubeconfig, or the one that the command names, and the part of the text that is about its user."""
    if "context:" not in text:
        return None
    contexts = {each["name"]: each for each in find_contexts(text)}
    selected = only_one({each["name"] for each in _CALLED.finditer(text)})
    current = _CURRENT.search(text)
    context = contexts.get(selected or (current["name"] if current else ""))
    if context is None and len(contexts) == 1:
        context = next(iter(contexts.values()))
    users = [*_USER.finditer(text)]
    user = next((each for each in users if context and each["name"] == context["user"]), None)
    if context is None or user is None:
        return None
    following = (each.start() for each in users if each.start() > user.end())
    return context, text[user.end() : min(next(following, len(text)), user.end() + _CHARS_OF_USER)]


def find_pinned_role(case: AnyCase) -> Principal | None:
    """Return the role that the kubeconfig, or the last command that wrote it, sets for the token."""
    text = case.failure.text[:_MAX_TEXT]
    current = find_current_user(text)
    stated = unique_value(_ROLE_OF_TOKEN, text if current is None else current[1]) or _find_written(
        case, "role-arn"
    )
    return try_parse_principal(stated.value) if stated else None


def find_pinned_principal(case: AnyCase) -> Principal | None:
    """Return the role that the kubeconfig sets for the token, or the principal that the text shows for the profile it sets."""
    role, text = find_pinned_role(case), case.failure.text[:_MAX_TEXT]
    current = find_current_user(text)
    of_user = text if current is None else current[1]
    stated = find_profile_argument(of_user) or find_kubeconfig_profile(of_user)
    return role if role or stated is None else _find_callers(case).get(stated.value)


def _find_callers(case: AnyCase) -> dict[str, Principal | None]:
    """Return the principals that ``aws sts get-caller-identity`` prints, by profile."""
    return {
        run.profile: read_caller([run])
        for run in find_runs(case.failure)
        if run.command.words[:2] == ("sts", "get-caller-identity")
    }


def find_profile_argument(of_user: str) -> Stated | None:
    """Return the profile in the arguments of the command with which a user of a kubeconfig gets the token."""
    return unique_value(_PROFILE_OF_TOKEN, of_user)


def read_caller(runs: Iterable[CommandRun]) -> Principal | None:
    """Return the only principal that commands print."""
    return try_parse_principal(only_one({arn for run in runs for arn in find_iam_arns(run.output)}))


def _find_written(case: AnyCase, option: str) -> Stated | None:
    """Return an option of the last ``aws eks update-kubeconfig`` before the failure."""
    if "update-kubeconfig" not in case.failure.text:
        return None
    runs = [run for run in find_runs(case.failure) if run.command.words[:2] == ("eks", "update-kubeconfig")]
    before = [run for run in runs if run.start < case.failure.span[0]]
    return before[-1].command.option(option) if before else None


def describe_policies(case: AnyCase) -> str:
    """Return the access policies that a text lists of an entry, as the end of a phrase, or an empty string."""
    policies = join_words([*map(clip_text, [*find_policies(case.failure)][:_MAX_POLICIES])], "and")
    return f" with {policies}" if policies else ""


def _find_profile_with_access(
    case: AnyCase, printed: dict[str, Principal | None], pinned: Principal | None
) -> str | None:
    """Return the only profile of those whose callers a text prints that has access to the cluster, if the pinned one has none."""
    if pinned is None or is_listed(case.failure, pinned):
        return None
    others = {
        profile: each
        for profile, each in printed.items()
        if profile != "default" and each is not None and not is_same_principal(each, pinned)
    }
    listed = {profile for profile, each in others.items() if is_listed(case.failure, each)}
    if listed or find_listed(case.failure) is not None:
        return only_one(listed)
    account = find_cluster(case).account
    if account in {None, getattr(pinned, "account", None)}:
        return None
    return only_one(
        {profile for profile, each in others.items() if getattr(each, "account", None) == account}
    )


def explain_pinned_identity(case: AnyCase) -> Explanation | None:
    """Explain that a kubeconfig sets the profile or role of its token, if the shell uses another principal."""
    text = case.failure.text[:_MAX_TEXT]
    if not any(sign in text for sign in ("get-token", "aws-iam-authenticator", "update-kubeconfig")):
        return None
    runs, printed = [*find_runs(case.failure)], _find_callers(case)
    asked = set(printed)
    # The profile that somebody believes kubectl uses, if not that of the shell.
    believed = {run.profile for run in runs if run.command.program == "kubectl"} - {"default"} or asked
    named = only_one(believed - {"default"}) if len(believed) == 1 else None
    is_of_one = is_derived(case.facts, "caller") and len(asked) == 1
    caller = case.stated_principal if is_of_one and asked <= {"default", named} else None
    current = find_current_user(text)
    # Other users of a kubeconfig can have other roles and profiles.
    of_user = text if current is None else current[1]
    shell, role = find_shell_profile(text), find_pinned_role(case)
    argument, has_entry = find_profile_argument(of_user), is_listed(case.failure, caller)
    written = _find_written(case, "profile")
    if has_entry or (written and _find_profile_with_access(case, printed, printed.get(written.value))):
        # Who set the profile wants it, unless only the principal of the shell, or of another profile, has access.
        argument = argument or written
    stated = argument or find_kubeconfig_profile(of_user)
    profile = None if stated is None else clues.safe_name(stated.value)
    principal, own_principal = printed.get(profile or ""), printed.get("default")
    other_profile = _find_profile_with_access(case, printed, principal)
    if other_profile is not None:
        asked, caller, named = {other_profile}, printed[other_profile], other_profile
        has_entry = is_listed(case.failure, caller)
    elif None not in {principal, own_principal} and not is_same_principal(principal, own_principal):
        # Somebody compares the profile with the shell.
        asked, caller, named = {"default"}, own_principal, None
        has_entry = is_listed(case.failure, caller)
    # A caller of the kubeconfig's profile is not that of the shell.
    if role is not None and caller is not None and named is None:
        setting, used = f"--role-arn {role}", f"the role {clip_text(str(role).rpartition('/')[2])}"
        own_role = underlying_role(caller)
        if is_listed(case.failure, role) or (
            own_role is not None and str(role).endswith(f"/{own_role.name}")
        ):
            return None
    elif (
        role is not None
        or profile is None
        or profile in {shell, named, *asked}
        # Keys in the environment take precedence over a variable.
        or (argument is None and has_key_in_shell(text))
        or not (named or shell or caller)
    ):
        return None
    else:
        setting, used = (
            f"--profile {profile}" if argument else f"AWS_PROFILE={profile}",
            f"the profile {profile}",
        )
    cluster, access = find_cluster(case), cluster_access.find_needed_access(case)
    own = build_cluster_principal(caller, "that profile" if named else "your principal", source=case.text)
    other = build_cluster_principal(role or principal, f"the principal of {used}", source=case.text)
    mine = f"the profile {named}" if named else f"the shell's profile {shell}" if shell else own.description
    update, check = cluster.kubeconfig_command(), None
    if wanted := named or shell:
        update = commands.fill_command(f"{update} --profile {{}}", commands.profile(wanted))
    if role is None and principal is None:
        check = commands.fill_command("aws sts get-caller-identity --profile {}", commands.profile(profile))
    effect = (
        f" {capitalize_start(own.description)} has an access entry and needs no new one." if has_entry else ""
    )
    if role is None:
        effect += _contrast_profile(case, profile, principal, used if has_entry else None)
    rewrite = your_remedy(
        f"Update the kubeconfig for {mine}",
        f"Or {'change' if named else 'remove'} {setting.partition(' ')[0]} {'in' if named else 'from'} the exec block of the kubeconfig's user.",
        f"If the cluster rejects {own.description} as well, it has {cluster_access.describe_missing_entry(cluster)}: a cluster administrator creates one{' with an access policy or a group' if cluster.uses_entries else ''}."
        if named and not has_entry
        else None,
        commands=(update, check, "kubectl auth whoami"),
        url=pages.EKS_KUBECONFIG,
    )
    title = f"If kubectl is meant to use {used}, create an access entry for it"
    grant = access.entry_remedy(cluster, other, title=title)
    remedies = (rewrite, grant) if has_entry or role is None else (grant, rewrite)
    others = (*remedies[1:], own.inspect_access_remedy(cluster)) if other_profile is None else ()
    return case.explain(
        f"kubectl does not use {mine}: the kubeconfig sets {setting} for the token, so the cluster rejected {other.description}.",
        OTHER_PRINCIPAL.cause(
            "derived",
            f"The exec block of the kubeconfig has {setting}",
            text=f"{'Another profile, such as AWS_PROFILE of the shell, has' if named else 'The credentials of the shell have'} no effect on the token.{effect}",
        ),
        topic="kubernetes-login",
        remedies=(remedies[0], *others),
        notes=NO_POLICY,
    )


def _contrast_profile(
    case: AnyCase, profile: str | None, principal: Principal | None, used: str | None
) -> str:
    """Return why the profile of a kubeconfig has no access.

    Args:
        case: The case.
        profile: The name of the profile.
        principal: Whose it is, if the text shows it.
        used: What the explanation calls the profile, if another principal has an access entry.
    """
    who, effect = capitalize_start(build_cluster_principal(principal, source=case.text).description), ""
    if used and is_listed(case.failure, principal) is False:
        effect = f" {who} has none."
    elif used and f"/{profile}" not in case.failure.text:
        effect = f" No access entry in the text names {used}."
    account, of_cluster = getattr(principal, "account", None), find_cluster(case).account
    if None not in {account, of_cluster} and account != of_cluster:
        effect += f" {who} is of account {account}, and the cluster of account {of_cluster}."
    return effect


_SIGN_IN_FOR_KUBECTL = "The first command prints the profile that kubectl uses (--profile or AWS_PROFILE; if it has none, that of your shell). Sign in with it, and repeat the kubectl command."


def add_failed_helper(case: AnyCase, explanation: Explanation) -> Explanation:
    """Add that kubectl got no token because of the failure, and where its profile or role is."""
    if "get-token" in explanation.summary or explanation.topic == "kubeconfig-helper":
        return explanation
    helper = "aws-iam-authenticator" if "executable aws-iam" in case.text else "aws eks get-token"
    consequence = f"This is why {helper} failed, before any call to the cluster."
    first, *others = explanation.remedies
    sign_in = credential_remedies.SSO_LOGIN
    if first.commands == sign_in.commands and find_profile(case) is None:
        steps = (each for each in first.steps if each not in sign_in.steps)
        lines = (kubectl_logins.SHOW_HELPER, *first.commands)
        first = your_remedy(first.title, *steps, _SIGN_IN_FOR_KUBECTL, commands=lines, url=first.url)
    remedies = (first, *others)
    if getattr(case.failure, "action", None) == "sts:AssumeRole":
        is_pinned = is_same_principal(find_pinned_role(case), try_parse_principal(case.failure.resource))
        setting = "" if is_pinned else " (--role-arn) or its profile (role_arn)"
        consequence = f"{consequence[:-1]}, so its access entries and RBAC are not the cause: the kubeconfig{setting} tells the helper to assume the role."
        needless, remedies = _update_without_role(case, first, *others)
        if needless:
            # What allows the role does not matter then.
            denied = explanation.summary.partition(": ")[0].rstrip(".")
            summary = f"{denied}, and does not need this role: {needless}. {consequence}"
            return attrs.evolve(explanation, summary=summary, causes=(), remedies=remedies)
    summary = f"{explanation.summary} {consequence}"
    return attrs.evolve(explanation, summary=summary, remedies=remedies)


def _update_without_role(case: AnyCase, first: Remedy, *others: Remedy) -> tuple[str, tuple[Remedy, ...]]:
    """Return why the caller does without the role that the kubeconfig sets, if so, and the remedies with that one."""
    caller, cluster = describe_principal(case.principal, case.caller), find_cluster(case)
    own = your_remedy(
        f"Or, if {caller} has access to the cluster, update the kubeconfig without --role-arn",
        commands=cluster.kubeconfig_command(),
        url=pages.EKS_KUBECONFIG,
    )
    role = try_parse_principal(case.failure.resource)
    has_role_entry = is_listed(case.failure, role)
    has_entry = not has_role_entry and is_listed(case.failure, case.principal)
    if find_listed_cluster(case.failure) not in {None, cluster.name}:
        has_entry = False
    if not (has_entry or _is_said_to_have_access(case)):
        return "", (first, own, *others)
    needless, of_entry = "it has access to the cluster itself", None
    check = "kubectl auth whoami"
    if has_entry:
        is_queried = is_same_principal(find_queried(case.failure), case.principal)
        if not (is_queried and find_policies(case.failure)):
            own_arn = build_cluster_principal(case.principal, source=case.text).entry_argument
            check = cluster.eks_command("list-associated-access-policies", principal=own_arn)
        of_entry = "What the caller may do in the cluster depends on the access policies and groups of the entry. If a request is then Forbidden, a cluster administrator adds one."
        needless = f"it has an access entry{describe_policies(case) if is_queried else ''}"
        if has_role_entry is False:
            needless += f", and {describe_principal(role, None)} has none"
    own = your_remedy(
        "Update the kubeconfig without --role-arn",
        "The command replaces the exec section. If --role or --role-arn is still in its args, or role_arn in its profile, remove the option and the ARN there.",
        of_entry,
        commands=(cluster.kubeconfig_command(), check),
        url=pages.EKS_KUBECONFIG,
    )
    return needless, (own, as_alternative(first), *others)


def _is_said_to_have_access(case: AnyCase) -> bool:
    """Return whether a text says in words that the caller has access to the cluster."""
    name = getattr(case.principal, "role_name", None) or getattr(case.principal, "name", None)
    if name is None:
        return False
    who = rf"(?:(?<![\w/-]){re.escape(name)}[`\"']?|\bI\b|\b[Mm]y (?:own )?(?:IAM )?(?:user|role))"
    said = rf"{who} (?:(?:itself|already|also|now) )?(?:has|have|had|got|is|was)\b(?! to\b| going\b)(?:(?!\bno\b|\bnot\b|n't\b|\bnever\b|\btold\b|\basked\b|\bif\b|\b(?:an)?other\b|\black|\bwithout\b)[^.\n]){{0,60}}?(?:\baccess entr|\bmapped\b|\baws-auth\b|\bAmazonEKS\w{{0,20}}Policy\b)"
    return re.search(said, case.failure.text) is not None
