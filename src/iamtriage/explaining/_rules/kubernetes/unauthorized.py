"""Explain why an API server or its authenticator rejects a login.

Who has access: https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html. How to find out why not:
https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#unauthorized.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import attrs

from iamtriage._patterns import lazy_pattern, lazy_patterns
from iamtriage._text import clip_text
from iamtriage.arns._principals import IdentityCenterRole, Principal, Role, User
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Case, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access, other_logins
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import add_stated_map, find_map_entry
from iamtriage.explaining._rules.kubernetes.entries import stated_entries
from iamtriage.explaining._rules.kubernetes.logins import (
    argo_cd,
    assumable_roles,
    authenticator,
    client_configurations,
    outlived_tokens,
    rejected_logins,
    shell_keys,
    stored_tokens,
)
from iamtriage.explaining._rules.kubernetes.nodes import explain_node_login
from iamtriage.explaining._rules.kubernetes.rbac import other_denials
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, Cluster, failure_sentence
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import (
    ClusterPrincipal,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principals.principal_words import (
    describe_principal,
    parse_masked_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.remedies import Commands, look_up_once, present, your_remedy
from iamtriage.failures._failures import KubernetesUnauthorized

# eksctl calls the API server itself, with a token of its own credentials, so it does not use the kubeconfig.
_EKSCTL = lazy_pattern(
    r"\bgetting list of API resources for raw REST client\b|\beksctl-managed CloudFormation stacks\b|\bchecking whether namespace \"[^\"\n]{1,63}\" exists\b|(?m:^Error: getting auth ConfigMap\b)"
)
# Shorter names are alike by chance.
_MIN_SIMILAR, _CLOSE = 5, 0.85
_RESOURCE_TYPE = lazy_pattern(r"(?a)doesn't have a resource type \"([\w./-]{1,120})\"")
# What people say about the access of the same or other principals, and what follows.
_HISTORY = lazy_patterns(
    {
        "{who} had access before, so most likely its entry was removed or changed, the role or user was re-created, or {program} now uses another principal": r"\b(?:work(?:ed|s)|had access|was working|used to work) (?:fine |well )?(?:until|till|up to|yesterday|before|last (?:week|month|night)|earlier|an hour ago)\b",
        "others have access, so most likely {who} has {missing}{where}. Without one, only the principal that created the cluster has access": r"\b(?i:colleagues?|co-?workers?|team ?mates?|(?:all|the) others)(?: who [^.\n]{1,60}?)? (?:can|has access|have access|has no problems?|doesn't|does not)\b|\bworks (?:fine )?for (?:my |the )?(?i:colleagues?|co-?workers?|team ?mates?|others|everyone else)\b",
        "the principal that created the cluster has access, so most likely that was not {who} but, for example, the one of the console, or {program} uses another one": r"\b(?:I(?:'ve| have)? (?:just )?(?:created|clicked|set up|made|built)|I used to (?:create|build|set up)|(?:same|this) (?:IAM |AWS )?(?:user|role|identity|profile) (?:that |which |also )?created) (?:the|this|my|an?) (?:\w+ )?cluster\b",
    }
)


def explain_unauthorized(case: Case[KubernetesUnauthorized]) -> Explanation:
    """Explain that the API server or the authenticator rejects the caller."""
    context = clues.message_text(case)
    # The failure's own sentence comes first, because the text around it can describe another failure.
    for message in (failure_sentence(case), context):
        explanation = _explain_specific_error(case, message)
        if explanation is not None:
            return explanation
    found = _RESOURCE_TYPE.search(failure_sentence(case))
    explanation = add_stated_map(case, _explain_login(case, context, found[1] if found else None))
    return cluster_access.add_administrator(case, explanation)


def _explain_specific_error(case: Case[KubernetesUnauthorized], message: str) -> Explanation | None:
    """Explain a login that failed for a stated reason; return ``None`` for others."""
    if other_logins.REJECTED_CERTIFICATE.search(message):
        return other_logins.explain_client_certificate(case)
    if (missing := other_denials.find_missing_account(message)) is not None:
        return other_denials.explain_missing_account(case, missing)
    if (expired := other_denials.explain_expired_token(case, message)) is not None:
        return expired
    if (provider := other_logins.find_cluster_provider(case.failure.text)) is not None:
        return other_logins.explain_other_cluster(case, provider)
    if (outlived := outlived_tokens.explain_outlived_token(case, message)) is not None:
        return outlived
    for rule in (
        argo_cd.explain_argo_cd,
        shell_keys.explain_shell_keys,
        client_configurations.explain_pinned_identity,
        assumable_roles.explain_assumable_role,
        rejected_logins.explain_token_of_other_cluster,
    ):
        if (explanation := rule(case)) is not None:
            return explanation
    if clues.is_from_kubelet(message):
        return add_stated_map(case, explain_node_login(case, message))
    if other_denials.is_from_controller(case.failure):
        return other_denials.explain_controller_token(case)
    return authenticator.explain_authenticator(case, message)


def _explain_login(case: Case[KubernetesUnauthorized], message: str, unknown_type: str | None) -> Explanation:
    cluster = stored_tokens.find_terraform_cluster(case)
    account = getattr(case.principal, "account", None)
    is_other = isinstance(account, str) and cluster.account not in {None, account}
    other_account = account if is_other else None
    said = parse_masked_principal(case.caller or "") if is_derived(case.facts, "caller") else None
    known, is_masked = case.stated_principal or said, case.principal is None and said is not None
    who = case.caller or "the caller"
    principal = build_cluster_principal(known, who, is_masked=is_masked, source=case.text)
    if other_account is not None and rejected_logins.uses_other_profile(case):
        principal = build_cluster_principal(None, "the caller")
    used, pinned = case.principal, None
    if (case.caller is None or is_derived(case.facts, "caller")) and (
        pinned := client_configurations.find_pinned_principal(case)
    ) is not None:
        used, principal = pinned, build_cluster_principal(pinned, source=case.text)
    is_terraform = stored_tokens.calls_with_terraform(case)
    renews_late = is_terraform and "get-token" not in case.failure.text
    runtime = case.context.runtime
    is_job = runtime is not None and runtime.is_job
    program = "Terraform" if is_terraform else "the job" if is_job else "kubectl"
    if _EKSCTL.search(case.failure.text) is not None and not is_job:
        program = "eksctl"
    unsuited = cluster_access.describe_unsuited(case.principal)
    # The caller is known from the shell, not from the token.
    is_mapped = find_map_entry(case) is not None
    access = cluster_access.find_needed_access(case)
    if program in {"the job", "eksctl"}:
        access = cluster_access.DEPLOYMENT_ACCESS
    listed = None if is_mapped else stated_entries.is_listed(case.failure, used)
    if listed is False and cluster.uses_entries and unknown_type is None:
        return _explain_unlisted(case, cluster, principal, access)
    has_entry = is_mapped or listed is True
    if listed and authenticator.find_dates(case.failure, used) is not None:
        return authenticator.explain_recreated(case)
    summary = _summarize_login(case, cluster, principal, program)
    if has_entry:
        entry = "an entry in the aws-auth map in the text" if is_mapped else "an access entry"
        entry += f" for the cluster {cluster.argument}" if cluster.name and not is_mapped else ""
        reason = f"{program} uses another principal or another cluster"
        if pinned is not None:
            reason = "the role is newer than its entry, or the kubeconfig is for another cluster"
        summary = f"The cluster could not authenticate the caller (401), although {principal.description} has {entry}: most likely, {reason}."
    if unsuited is not None:
        summary = f"The cluster could not authenticate the caller (401): it is {unsuited}, which cannot use an access entry. Use a role."
    if unknown_type is not None:
        summary = f"The API server could not authenticate the caller: kubectl could not even read the resource type {clip_text(unknown_type)}, which every cluster has."
    grants = () if has_entry else tuple(cluster_access.grant_access_remedies(cluster, principal, access))
    # The remedy that finds out who calls creates the access entry, too.
    shows_grant = not has_entry and principal.entry_refusal is None
    if other_account is not None and not rejected_logins.uses_other_profile(case):
        return rejected_logins.explain_other_account(case, cluster, other_account, grants)
    possible = rejected_logins.possible_causes(cluster, is_terraform=is_terraform, has_entry=has_entry)
    return case.explain(
        summary,
        rejected_logins.login_cause(message, unknown_type),
        *cluster_access.mode_causes(cluster),
        *cluster_access.principal_causes(case),
        *(each for each in possible if pinned is None or each.code != other_logins.OTHER_PRINCIPAL.code),
        topic="kubernetes-login",
        remedies=(
            stored_tokens.configure_terraform(case, cluster) if renews_late else None,
            *(grants if unsuited is not None else ()),
            _keep_kubeconfig(
                case, _caller_remedy(case, cluster, principal, access, program, grants if shows_grant else ())
            ),
            None if shows_grant else principal.inspect_access_remedy(cluster),
            *(grants[shows_grant:] if unsuited is None else ()),
            principal.inspect_access_remedy(cluster) if shows_grant and cluster.mode != "API" else None,
            cluster_access.authenticator_log_remedy(cluster),
        ),
        notes=(rejected_logins.IAM_NOTE, cluster_access.CREATOR_NOTE),
    )


def _summarize_login(case: AnyCase, cluster: Cluster, principal: ClusterPrincipal, program: str) -> str:
    """Return the verdict if the text does not show whether the caller has an entry."""
    named = f"cluster {cluster.argument}" if cluster.name else "cluster"
    if not (principal.is_known or program == "the job"):
        return f"The {named} could not authenticate the caller (401): the text does not say who it is or why."
    who = principal.description if principal.is_known else "the IAM principal"
    missing = "no access entry or aws-auth mapping"
    if cluster.mode:
        missing = cluster_access.describe_missing_entry(cluster)
    where = f" for the cluster {cluster.argument}" if cluster.name and principal.is_known else ""
    told = next((said for said, sign in _HISTORY.items() if sign.search(case.failure.text)), None)
    if told is None and (creator := cluster_access.find_creator(case.failure.text)) is not None:
        told = f'the principal that created the cluster ("{clip_text(creator)}") has access, and most likely, {{who}} has {{missing}}{{where}}'
    reason = f"the text does not say why. Most often, {who} has {missing}{where}, or {program} uses another principal"
    if told is not None and principal.is_known:
        reason = told.format(who=who, missing=missing, where=where, program=program)
    return f"The cluster could not authenticate the caller (401): {reason}."


def _explain_unlisted(
    case: AnyCase, cluster: Cluster, principal: ClusterPrincipal, access: cluster_access.NeededAccess
) -> Explanation:
    """Explain that the access entries in the text do not include the caller."""
    # Other modes have no access entries to list. Whoever can edit aws-auth can create an entry, too.
    needed = f"an access entry{', or one in aws-auth,' * (cluster.mode == 'API_AND_CONFIG_MAP')}"
    cluster = attrs.evolve(cluster, mode="API")
    known = stated_entries.find_listed(case.failure)
    only = ""
    if known is not None:
        only = ": its list of access entries is empty"
    if known:
        only = f": its access entries are for {stated_entries.describe_listed(case.failure, case.principal)}"
    if (former := stated_entries.find_former(case.failure, case.principal)) is not None:
        only, known = f": the entry of {former.name} is for an earlier role of the same permission set", ()
    # The caller can have meant its namesake in another account. Other roles can be those of nodes or programs.
    own = underlying_role(case.principal) or case.principal
    namesakes = [each for each in known or () if describe_principal(each, None) == principal.description]
    whose = f" of the account {getattr(own, 'account', '')}" if namesakes else ""
    people = namesakes or [
        each
        for each in known or ()
        if isinstance(each, IdentityCenterRole | User) or "admin" in str(each).lower()
    ]
    if isinstance(own, User):
        # Other users are other people or programs, whose access keys are theirs.
        people = [each for each in people if not isinstance(each, User) or each in namesakes]
    why = f"Only a principal with {needed} can sign in."
    if former is None and (similar := _find_similar(known or (), case.principal)) is not None:
        people = [similar, *people]
        why = f"Only a principal with {needed.rstrip(',')} can sign in, and {clip_text(similar.name)} is another role."
    grant, *_ = cluster_access.grant_access_remedies(cluster, principal, access)
    grant = cluster_access.replace_entry(cluster, principal, former) if former is not None else grant
    in_code = stated_entries.steps_in_code(case.failure, former)
    check = "If kubectl is still rejected, its kubeconfig uses another principal: kubectl config view --minify shows whether it names a profile or a role."
    return case.explain(
        f"The cluster{f' {cluster.argument}' if cluster.name else ''} has no access entry for {principal.description}{whose}{only}.",
        cluster_access.NOT_MAPPED.cause("derived", text=why),
        topic="kubernetes-login",
        remedies=(
            attrs.evolve(grant, steps=(*in_code, *grant.steps, check)),
            *cluster_access.use_other_remedies(people, cluster),
        ),
        notes=rejected_logins.IAM_NOTE,
    )


# What aws eks update-kubeconfig prints.
_REFRESHED = lazy_pattern(r"(?m)^(?:Added new|Updated) context \S{1,300} (?:to|in) \S")
_REFRESH, _AND_REFRESH = "aws eks update-kubeconfig ", "and refresh the kubeconfig"


def _find_similar(listed: Iterable[Principal], caller: Principal | None) -> Role | None:
    """Return the listed role whose name is almost that of the caller's role, such as a longer form of it."""
    own = underlying_role(caller)
    roles = {each.name: each for each in listed if isinstance(each, Role) and type(each) is type(own)}
    if own is None or own.name in roles:
        return None
    name, digits = own.name, re.compile(r"\d+")
    longer = (each for each in roles if each.startswith(name) or name.startswith(each))
    close = (*longer, *get_close_matches(name, roles, n=1, cutoff=_CLOSE))
    # Numbered roles are different ones.
    alike = (
        each
        for each in close
        if min(len(each), len(name)) >= _MIN_SIMILAR and digits.findall(each) == digits.findall(name)
    )
    return next(map(roles.get, alike), None)


def _keep_kubeconfig(case: Case[KubernetesUnauthorized], remedy: Remedy) -> Remedy:
    """Return a remedy without the refresh of a kubeconfig that the text shows to be just written."""
    is_fresh = _REFRESHED.search(case.failure.text, 0, case.failure.span[0]) is not None
    lines = tuple(each for each in remedy.commands if not each.startswith(_REFRESH))
    if not is_fresh or _AND_REFRESH not in remedy.title or len(lines) < 2:
        return remedy
    return attrs.evolve(
        remedy,
        title=remedy.title.replace(_AND_REFRESH, "and give it access"),
        steps=tuple(each for each in remedy.steps if not each.startswith("Refreshing ")),
        commands=lines,
    )


_REPAIRS = "Refreshing (update-kubeconfig) also repairs a kubeconfig for another or a re-created cluster."
_ENTRY_REQUIRES = "An access entry requires eks:CreateAccessEntry and eks:AssociateAccessPolicy in IAM, and no access to the cluster."


def _identify_caller(
    case: Case[KubernetesUnauthorized],
    cluster: Cluster,
    principal: ClusterPrincipal,
    program: str,
    grants: Sequence[Remedy],
) -> tuple[Commands, str]:
    """Return the commands that show who calls, and what to do with their output."""
    looks: Commands = (
        "kubectl config view --minify --output 'jsonpath={.users[0].user.exec}'",
        Labelled(
            "If it shows --role-arn, that role calls. If not, this shows who (omit --profile if none is shown):",
            "aws sts get-caller-identity --profile PROFILE",
        ),
    )
    identify = _REPAIRS if not (grants and cluster.uses_entries) or cluster.region else ""
    if grants and principal.is_known:
        looks = ()
        accepts = "get-caller-identity" in case.text
        identify = f"AWS accepts the credentials of {principal.description}." if accepts else ""
    elif program == "the job":
        looks = ("aws sts get-caller-identity",)
        identify = "In the job, after the step that gets its credentials, run the first two commands. If the ARN is not that of the expected role, correct the role of that step."
    elif program == "eksctl" and not principal.is_known:
        looks = (with_profile(find_profile(case), "aws sts get-caller-identity"),)
        identify = "eksctl does not use the kubeconfig, but the credentials of the AWS CLI: add the --profile with which you call eksctl, if any."
    elif principal.is_known:
        looks = ()
        identify = f"The caller is {principal.description}. If kubectl is meant to use another role or user, add --profile or --role-arn to aws eks update-kubeconfig."
    elif find_profile(case) is not None:
        looks = ("aws sts get-caller-identity",)
        identify = "If aws sts get-caller-identity does not print the expected ARN, use another profile, or --role-arn, in aws eks update-kubeconfig."
    return looks, identify


def _caller_remedy(
    case: Case[KubernetesUnauthorized],
    cluster: Cluster,
    principal: ClusterPrincipal,
    access: cluster_access.NeededAccess,
    program: str,
    grants: Sequence[Remedy],
) -> Remedy:
    shows_grant = bool(grants) and cluster.uses_entries
    looks, identify = _identify_caller(case, cluster, principal, program, grants)
    steps = [identify] if identify else []
    refresh = cluster.kubeconfig_command()
    other = Labelled(
        "If kubectl is meant to use another profile (or --role-arn):", f"{refresh} --profile PROFILE"
    )
    mapping = None if cluster.uses_entries else next(iter(grants), None)
    if mapping is not None and principal.is_known:
        return attrs.evolve(
            mapping,
            title=f"{mapping.title} if it has no entry, as someone with access, such as the creator",
            steps=(*steps, *mapping.steps),
            commands=(*mapping.commands, other),
        )
    profile = " --profile PROFILE" if len(looks) > 1 else ""
    grant: Commands = (cluster.token_command(),)
    if shows_grant:
        if principal.is_known:
            missing = (
                "If it is meant to have access and has none (cluster administrator, such as the creator):"
            )
            only_reads = "AmazonEKSViewPolicy only reads: to deploy, use AmazonEKSEditPolicy."
            limit = only_reads if access.policy == "AmazonEKSViewPolicy" else access.limit
            requires = " ".join(present(_ENTRY_REQUIRES, limit))
            steps += present(cluster.entry_precedence, principal.path_note, requires)
        else:
            # What aws sts get-caller-identity prints of a role is the ARN of its session.
            missing = f"If {program} is still rejected, and its user or role is not listed, someone with access, such as the cluster's creator, adds it (get-role prints the ARN of a role):"
        grant = look_up_once(
            (
                cluster.eks_command("describe-access-entry", principal=principal.entry_argument)
                if principal.is_known
                else f"{cluster.eks_command('list-access-entries')}{profile}",
                Labelled(missing, principal.create_entry_command(cluster)),
                principal.associate_policy_command(cluster, access.policy, access.namespace),
            )
        )
    if mapping is not None:
        steps.append(
            "PRINCIPAL_ARN is the ARN of the role without its path, or that of the user (userarn, in mapUsers). GROUP is the subject of a RoleBinding or ClusterRoleBinding."
        )
        missing = "If this principal is meant to have access and has no entry (cluster administrator):"
        grant = (Labelled(missing, mapping.commands[-1]),)
    title = f"Find out which identity {program} uses, and refresh the kubeconfig"
    # Without it, the kubeconfig would lose the profile of the text.
    if len(looks) == 1 and program not in {"the job", "eksctl"}:
        refresh += " --profile PROFILE"
    elif principal.is_known and not grants:
        refresh = with_profile(find_profile(case), refresh)
    region = "" if cluster.region else " (and --region, if needed)"
    meant = f"Refresh the kubeconfig with the profile or --role-arn that has access{region}:"
    lines: Commands = (*looks, Labelled(meant, f"{refresh}{profile}") if profile else refresh, *grant)
    if principal.is_known and shows_grant:
        title = f"Check whether {principal.description} has an access entry, and create one"
        lines = (*grant, other)
    if program == "eksctl":
        title = title.replace("refresh the kubeconfig", "give it access")
        lines = (*looks, *grant)
    return your_remedy(
        title,
        *steps,
        commands=lines,
        manifest=None if mapping is None else mapping.manifest,
        gives="access entry" if shows_grant else None,
        url=pages.EKS_TROUBLESHOOTING,
    )
