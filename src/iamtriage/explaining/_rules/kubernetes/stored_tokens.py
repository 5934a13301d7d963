"""Explain that kubectl sends a stored token or certificate, so that no IAM principal makes the call.

What the user of a kubeconfig can have: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_argument
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Labelled
from iamtriage.explaining._rules.kubernetes.cluster_access import find_needed_access
from iamtriage.explaining._rules.kubernetes.kubeconfigs import find_current_user
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_CLUSTER
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.clusters import AnyCase
    from iamtriage.explaining._rules.shared.remedies import Commands

STORED_TOKEN = CauseType(
    "stored-token",
    title="The kubeconfig has a stored token or certificate",
    meaning="The user of the kubeconfig has a token or a client certificate and no exec section, so kubectl does not run the AWS CLI: the caller's IAM principal has no effect.",
    recognised_by="The user of the kubeconfig has a token or a client certificate and no exec section, or the command has --token.",
    fix="Renew the token, or let the AWS CLI get one: aws eks update-kubeconfig.",
    of="identity-not-accepted",
)
_MAX_TEXT = 64_000
_HELPERS = lazy_pattern(r"[\"']?\b(?:exec|auth-provider)[\"']?:")
_TOKEN = lazy_pattern(r"[\"']?\btoken(?:File)?[\"']?: ?[\"']?(?P<value>k8s-aws-v1)?(?=\S)")
_CERTIFICATE = lazy_pattern(r"[\"']?\bclient-certificate(?:-data)?[\"']?: ?\S")
# What kubectl config view --output 'jsonpath={.users[0].user}' prints.
_PRINTED_USER = lazy_pattern(
    r"\bkubectl config view\b[^\n]{0,120}\.user\}?[\"']?[ \t]{0,4}\n(?P<user>\{[^\n]{0,4000})"
)
_OPTION = lazy_pattern(
    r"\b(?:kubectl|helm)\b[^\n|;]{0,300} --(?:kube-)?token[ =][\"']?(?P<value>k8s-aws-v1)?(?=[^\s\"'])"
)
_PLAIN_NAME = lazy_pattern(r"[\w.@-]{1,64}", re.ASCII)


def explain_stored_token(case: AnyCase) -> Explanation | None:
    """Explain a rejected token or certificate that the text shows to be stored; return ``None`` for others."""
    text = case.failure.text[:_MAX_TEXT]
    current, option, printed = find_current_user(text), _OPTION.search(text), _PRINTED_USER.search(text)
    user, name = "", None
    if current is not None:
        user, name = current[1], clip_text(current[0]["user"])
    elif printed is not None:
        user = printed["user"]
    if option is None and (not user or _HELPERS.search(user)):
        return None
    token = option or _TOKEN.search(user)
    if token is None and _CERTIFICATE.search(user) is None:
        return None
    what = "token" if token else "client certificate"
    where = "the option --token sets" if option else "the kubeconfig stores"
    owner = f" for the user {name}" if name and not option else ""
    cluster = find_cluster(case)
    principal = build_cluster_principal(case.stated_principal, "the caller", source=case.text)
    is_iam = token is not None and token["value"] is not None
    reason = "it has expired or was revoked, or it is for another cluster"
    if is_iam:
        reason = "it has expired, because a token of aws eks get-token is valid for 15 minutes"
    unused = f" {capitalize_start(principal.description)} is not used." if principal.is_known else ""
    shown = (
        "The command has --token"
        if option
        else f"The user of the kubeconfig has a {what} and no exec section"
    )
    access = find_needed_access(case)
    can_update = cluster.name is not None or ".eks.amazonaws.com" in text
    update = (cluster.kubeconfig_command(), "kubectl auth whoami")
    if is_iam:
        first = your_remedy(
            "Let kubectl get a new token each time",
            f"The command adds a context whose user runs aws eks get-token for {principal.description}.",
            commands=update,
            url=pages.EKS_KUBECONFIG,
        )
    else:
        label = f"Or let kubectl run aws eks get-token for {principal.description}, which then needs an access entry:"
        other = (Labelled(label, update[0]), update[1]) if can_update else ()
        first = _renew_remedy(what, None if option else name, other, is_option=option is not None)
    grant = principal.create_entry_remedy(
        cluster,
        policy=access.policy,
        namespace=access.namespace,
        title=f"If {principal.description} has no access, create an access entry",
        steps=(access.reason,),
    )
    return case.explain(
        f"The cluster rejected the {what} that {where}{owner}: most likely, {reason}.{unused}",
        STORED_TOKEN.cause(
            "derived",
            (f"{shown}.",),
            text=f"kubectl sends this {what} and does not run the AWS CLI, so IAM principals and their access entries have no effect on the call.",
        ),
        *(
            ()
            if is_iam
            else (
                TOKEN_EXPIRED.cause(
                    text=f"The {what} has expired{', or its service account or Secret was deleted' if token else ''}."
                ),
                OTHER_CLUSTER.cause(
                    text=f"The {what} is for another cluster, or for one that was re-created."
                ),
            )
        ),
        topic="kubernetes-login",
        remedies=(first, grant) if can_update else (first,),
        notes=("IAM policies do not help: the API server could not authenticate the caller.",),
    )


def _renew_remedy(what: str, user: str | None, others: Commands, *, is_option: bool) -> Remedy:
    if what != "token":
        return your_remedy(
            "Find out whose certificate it is, and whether it has expired",
            "Amazon EKS issues no client certificates for users: a kubeconfig with one is usually for another cluster.",
            commands=(
                "kubectl config view --minify --raw --output 'jsonpath={.users[0].user.client-certificate-data}' | base64 -d | openssl x509 -noout -subject -issuer -dates",
                *others,
            ),
            url=pages.KUBERNETES_AUTHENTICATION,
        )
    name = quote_argument(user) if user and _PLAIN_NAME.fullmatch(user) else "USER_NAME"
    create = "kubectl create token SERVICE_ACCOUNT_NAME --namespace NAMESPACE_NAME"
    look: Commands = (
        "kubectl config view --minify --raw --output 'jsonpath={.users[0].user.token}' | cut -d . -f 2 | base64 -d",
        Labelled("Somebody with access to the cluster creates a new one for the service account:", create),
        Labelled("Store it in place of TOKEN:", f"kubectl config set-credentials {name} --token TOKEN"),
    )
    claims = "The first command prints the claims of the token: sub is its service account, exp when it expires, in seconds since 1970. A token without exp is valid until its Secret or service account is deleted."
    if is_option:
        look, claims = (create,), "Somebody with access to the cluster creates a new token, for --token."
    return your_remedy(
        f"Renew the token{f' of {user}' if user else ''}",
        claims,
        commands=(*look, *others),
        url=pages.KUBERNETES_AUTHENTICATION,
    )
