"""Say why an API server can have rejected a login: the causes, and a principal of another account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._context.readers.profiles import find_listed_profiles
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access, other_logins
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.principals.principal_words import describe_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster
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
    sources=(pages.EKS_TROUBLESHOOTING_IAM, pages.EKS_GRANT),
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
    text = "The token has expired: it is valid for 15 minutes, and a tool kept it longer."
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
