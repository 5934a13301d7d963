"""Say why an API server can have rejected a login: the causes, a principal of another account, a token for another cluster.

A token of EKS has the name of its cluster in a signed header:
https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers import kubectl_clusters
from iamtriage.explaining._context.readers.profiles import find_listed_profiles
from iamtriage.explaining._context.readers.terraform_code import find_blocks
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access, other_logins
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import (
    find_listed_cluster,
    is_listed,
)
from iamtriage.explaining._rules.kubernetes.logins import client_configurations
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, Cluster, find_cluster
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.principals.principal_words import describe_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import KubernetesUnauthorized

IAM_NOTE = "IAM policies don't grant access to a cluster."
"""The note on explanations of logins."""
_PHRASES = (
    "You must be logged in to the server",
    "the server has asked for the client to provide credentials",
    "Unauthorized",
)
IDENTITY_NOT_ACCEPTED = CauseType(
    "identity-not-accepted",
    title="The API server could not authenticate the caller",
    text="kubectl could not read the list of resource types, because the API server could not authenticate the caller.",
    meaning="The API server could not authenticate the caller, or the cluster has no access entry or mapping for it.",
    recognised_by='The message says "You must be logged in to the server" or Unauthorized.',
    fix="Find out which IAM principal makes the call, and create an access entry for it.",
    sources=(
        "https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html",
        pages.EKS_GRANT,
    ),
)


def uses_other_profile(case: Case[KubernetesUnauthorized]) -> bool:
    """Return whether the kubeconfig names a profile, so that kubectl does not use the identity of the shell."""
    profile = case.context.profile
    return is_derived(case.facts, "caller") and profile is not None and "update-kubeconfig" in profile.words


def explain_other_account(
    case: Case[KubernetesUnauthorized], cluster: Cluster, account: str, grants: tuple[Remedy, ...]
) -> Explanation:
    caller, profile = describe_principal(case.principal, "the caller"), find_profile(case)
    used = "" if profile is None else f" (profile {profile})"
    listed = [each for each in find_listed_profiles(case.failure.text) if each not in {"default", profile}]
    other = listed[0] if len(listed) == 1 and commands.profile(listed[0]) == listed[0] else "PROFILE_NAME"
    return case.explain(
        f"kubectl used {caller} of the account {account}{used}, and the cluster is in the account {cluster.account}: most likely, this is the wrong profile.",
        other_logins.OTHER_PRINCIPAL.cause(
            "derived",
            (f"The caller is {case.caller}", f"The cluster is in the account {cluster.account}"),
            text="A principal of another account has access only if the cluster grants it explicitly.",
        ),
        login_cause(clues.message_text(case), None),
        topic="kubernetes-login",
        remedies=(
            your_remedy(
                f"Use a profile of the account {cluster.account}",
                f"Choose a profile whose role or user has access to the cluster: the first command then prints the account {cluster.account}. Or assume a role of that account: pass --role-arn.",
                f"If {caller} is meant to have access, a cluster administrator creates an access entry for it.",
                commands=(
                    f"aws sts get-caller-identity --profile {other}",
                    f"{cluster.kubeconfig_command()} --profile {other}",
                ),
                url=pages.EKS_KUBECONFIG,
            ),
            *grants,
            build_cluster_principal(
                case.stated_principal, case.caller, source=case.text
            ).inspect_access_remedy(cluster),
        ),
        notes=IAM_NOTE,
    )


def login_cause(message: str, unknown_type: str | None) -> Cause:
    """Return what the API server, or the failure of another call, says of the login."""
    if unknown_type is None:
        because = clues.quote_phrases(message, *_PHRASES)[:1]
        return IDENTITY_NOT_ACCEPTED.cause("reported", because, text="The API server did not evaluate RBAC.")
    # For a type that is not built in, parse() does not report a rejected login.
    return IDENTITY_NOT_ACCEPTED.cause("derived", f"{clip_text(unknown_type)} is a built-in type.")


def possible_causes(cluster: Cluster, *, is_terraform: bool, has_entry: bool) -> Iterator[Cause]:
    """Yield why the API server can have rejected the caller."""
    because = ("The text is from Terraform.",) if is_terraform else ()
    text = "The token (15 minutes) or the credentials behind it have expired."
    yield other_logins.OTHER_PRINCIPAL.cause()
    if not has_entry:
        yield cluster_access.NOT_MAPPED.cause(
            text=f"The caller has {cluster_access.describe_missing_entry(cluster)}."
        )
    yield TOKEN_EXPIRED.cause(because=because, text=text)
    if cluster.uses_aws_auth and not has_entry:
        yield cluster_access.MAPPED_IN_WRONG_FORM.cause()
    if cluster.uses_entries:
        yield cluster_access.PRINCIPAL_RECREATED.cause()
    yield other_logins.OTHER_CLUSTER.cause(
        text="The kubeconfig is for another cluster or Region, or for one that was re-created."
    )


_MAX_TEXT = 64_000
_CLUSTER_OF_TOKEN = lazy_pattern(
    rf"(?a)(?:--cluster-name|--cluster-id|(?<![\w-])-i){client_configurations.NEXT_ARGUMENT}({kubectl_clusters.CLUSTER_NAME})"
)
# The provider of Terraform that uses data sources.
_USED = lazy_pattern(
    r"(?a)\b(?P<field>host|token)\s{0,40}= \"?(?:\$\{)?data\.aws_eks_cluster(?:_auth)?\.(?P<label>[\w-]{1,100})\.(?:endpoint|token)\b"
)


class _Clusters(NamedTuple):
    """The cluster that a client calls, its region, and the one for which it gets the token.

    Attributes:
        called: The name of the cluster that it calls.
        region: The region of that cluster.
        of_token: The name of the cluster for which it gets the token.
        is_terraform: Whether Terraform is the client.
        is_own_user: Whether the user of the kubeconfig is that of the cluster, not of another one.
        alias: The name of the context, if somebody chose it.
        shared: The user of the kubeconfig, if contexts of other clusters have it, too.
    """

    called: str
    region: str | None
    of_token: str
    is_terraform: bool = False
    is_own_user: bool = True
    alias: str | None = None
    shared: str | None = None


def explain_token_of_other_cluster(case: AnyCase) -> Explanation | None:
    """Explain that the token is for another cluster; return ``None`` unless the text shows both."""
    text = case.failure.text[:_MAX_TEXT]
    cluster = find_cluster(case)
    found = _read_kubeconfig(text, cluster) or _read_terraform(text)
    if found is None or found.called == found.of_token:
        return None
    region = found.region or (cluster.region if cluster.name in {None, found.called} else None)
    cluster = attrs.evolve(cluster, name=found.called, region=region)
    principal = build_cluster_principal(case.stated_principal, case.caller or "the caller", source=case.text)
    client, setting = "kubectl", f"--cluster-name {found.of_token}"
    if found.is_terraform:
        client, setting = "Terraform", f"the cluster {found.of_token}"
    has_entry = is_listed(case.failure, case.stated_principal)
    has_entry = has_entry and find_listed_cluster(case.failure) in {None, found.called}
    listed = None
    if has_entry:
        given = client_configurations.describe_policies(case)
        listed = f" {capitalize_start(principal.description)} has an access entry{given} already: the entry and its policies can stay as they are."
    return case.explain(
        f"{client} calls the cluster {cluster.argument}, but gets its token for the cluster {clip_text(found.of_token)}, so {cluster.argument} rejects it: a token is only valid for the cluster whose name is signed in it.",
        other_logins.OTHER_CLUSTER.cause(
            "derived",
            f"The text has {clip_text(setting)} for the token",
            text=f"The token is for the cluster {clip_text(found.of_token)}, whoever the caller is.{listed or ''}",
        ),
        topic="kubernetes-login",
        remedies=_terraform_remedy(cluster, found)
        if found.is_terraform
        else _kubeconfig_remedy(case, cluster, found, has_entry=bool(has_entry)),
        notes=client_configurations.NO_POLICY,
    )


def _kubeconfig_remedy(case: AnyCase, cluster: Cluster, found: _Clusters, *, has_entry: bool) -> Remedy:
    update = with_profile(find_profile(case), cluster.kubeconfig_command())
    if found.alias is not None:
        update = commands.fill_command(f"{update} --alias {{}}", found.alias)
    step = f"Or set --cluster-name {cluster.argument} in the args of the exec block."
    if not found.is_own_user:
        step = f"The context has the user of the cluster {clip_text(found.of_token)}: the first command writes one with the right user, and selects it."
    elif found.shared:
        step = f"Contexts of several clusters share the user {clip_text(found.shared)}: the first command writes a user of its own for {cluster.argument}, and leaves the other one as it is."
    return your_remedy(
        f"Update the kubeconfig for the cluster {cluster.argument}",
        step,
        f"If you meant the cluster {clip_text(found.of_token)}, update the kubeconfig for that one instead.",
        None
        if has_entry
        else "Only if kubectl is still rejected, check that the caller has access to the cluster.",
        commands=(update, "kubectl auth whoami"),
        url=pages.EKS_KUBECONFIG,
    )


def _terraform_remedy(cluster: Cluster, found: _Clusters) -> Remedy:
    return your_remedy(
        f"Get the token for the cluster {cluster.argument} in Terraform",
        f"Use the same name for the token as for host and cluster_ca_certificate: {cluster.argument} instead of {clip_text(found.of_token)}, in the data source aws_eks_cluster_auth or in the args of the exec block.",
        f"If you meant the cluster {clip_text(found.of_token)}, change the name in the data source aws_eks_cluster instead.",
        commands="terraform plan",
        url=pages.EKS_KUBECONFIG,
    )


def _read_kubeconfig(text: str, known: Cluster) -> _Clusters | None:
    tokens: set[str] = set(_CLUSTER_OF_TOKEN.findall(text))
    if not tokens:
        return None
    names = kubectl_clusters.find_listed_clusters(text)
    is_own_user, alias, shared = True, None, None
    if (current := client_configurations.find_current_user(text)) is not None:
        context, of_user = current
        called = kubectl_clusters.parse_cluster_name(context["cluster"])
        tokens = set(_CLUSTER_OF_TOKEN.findall(of_user))
        contexts = client_configurations.find_contexts(text)
        # A name that somebody chose is that of the cluster if the facts or the other names are.
        chosen = commands.cluster(context["cluster"]) == context["cluster"]
        if (
            called is None
            and chosen
            and (known.name == context["cluster"] or tokens & {each["cluster"] for each in contexts})
        ):
            called = context["cluster"], known.region or ""
        names = {each for each in (called,) if each is not None}
        if any(
            each["user"] == context["user"] and each["cluster"] != context["cluster"] for each in contexts
        ):
            shared = context["user"]
        is_own_user = (
            context["user"] == context["cluster"]
            or kubectl_clusters.parse_cluster_name(context["user"]) is None
        )
        alias = context["name"] if commands.cluster(context["name"]) == context["name"] else None
    elif not names and (named := kubectl_clusters.find_current_cluster(text)) is not None:
        names = {named}
    if len(names) != 1 or len(tokens) != 1:
        return None
    name, region = names.pop()
    return _Clusters(name, region or None, tokens.pop(), is_own_user=is_own_user, alias=alias, shared=shared)


def _read_terraform(text: str) -> _Clusters | None:
    if "aws_eks_cluster" not in text:
        return None
    sources = find_blocks(text, "data", "aws_eks_cluster", "aws_eks_cluster_auth")
    names = {(each.type.endswith("_auth"), each.name): each.text_of("name") for each in sources}
    used = {(each["field"], each["label"]) for each in _USED.finditer(text)}
    called = {names.get((False, label)) for field, label in used if field == "host"}
    tokens = {names.get((True, label)) for field, label in used if field == "token"}
    tokens |= set(_CLUSTER_OF_TOKEN.findall(text))
    if len(called) != 1 or len(tokens) != 1 or None in called | tokens:
        return None
    return _Clusters(str(called.pop()), None, str(tokens.pop()), is_terraform=True)
