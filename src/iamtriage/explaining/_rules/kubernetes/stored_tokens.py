"""Explain that kubectl sends a stored token or certificate, so that no IAM principal makes the call.

What the user of a kubeconfig can have: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_argument
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.kubernetes.cluster_access import find_needed_access
from iamtriage.explaining._rules.kubernetes.kubeconfigs import find_current_user
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_CLUSTER
from iamtriage.explaining._rules.kubernetes.terraform_tokens import configure_terraform
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.clusters import AnyCase
    from iamtriage.explaining._rules.shared.remedies import Commands

STORED_TOKEN = CauseType(
    "stored-token",
    title="The kubeconfig has a stored token or certificate",
    meaning="The user of the kubeconfig has a token or a client certificate and no exec section, so kubectl does not run the AWS CLI: the caller's IAM principal has no effect.",
    recognised_by="The user of the kubeconfig has a token or a client certificate and no exec section, or the command has --token, or the Terraform provider a variable.",
    fix="Renew the token, or let the AWS CLI get one: aws eks update-kubeconfig.",
    of="identity-not-accepted",
)
_MAX_TEXT = 64_000
_HELPERS = lazy_pattern(r"\b(?:exec|auth-provider)[\"']?(?::| ?=? ?\{)")
_TOKEN = lazy_pattern(r"[\"']?\btoken(?:File)?[\"']?: ?[\"']?(?P<value>k8s-aws-v1)?(?=\S)")
_CERTIFICATE = lazy_pattern(r"[\"']?\bclient-certificate(?:-data)?[\"']?: ?\S")
# The only user of a kubeconfig in JSON, and what kubectl config view --output 'jsonpath={.users[0].user}' prints.
_JSON_USER = lazy_pattern(r"(?:\"user\": ?|^)(?P<user>\{[^{}]{0,4000}\})", re.MULTILINE)
_YAML_USER = lazy_pattern(
    r"^ {0,8}(?:- )?user:[ \t]{0,4}\n(?P<user>(?: {2,12}[^\n]{0,4000}\n?){1,12})", re.MULTILINE
)
_PROVIDER = lazy_pattern(
    r"\bprovider[ \t]{1,4}\"(?:kubernetes|helm|kubectl)\"[ \t]{0,4}\{[^\x00]{0,1200}?\btoken[ \t]{0,40}=[ \t]{0,4}(?:var|local)\.\w{1,80}"
)
_OPTION = lazy_pattern(
    r"\b(?:kubectl|helm)\b[^\n|;]{0,300} --(?:kube-)?token[ =][\"']?(?P<value>k8s-aws-v1)?(?=[^\s\"'])"
)
_OF_PROVIDER = "a variable of the Terraform provider contains"
_RENEW_IN_PROVIDER = "Or store a new token in the variable, which somebody with access to the cluster creates: kubectl create token."
_PLAIN_NAME = lazy_pattern(r"[\w.@-]{1,64}", re.ASCII)


class _Stored(NamedTuple):
    """What a client sends instead of a token for an IAM principal.

    Attributes:
        what: The kind of credential.
        place: What sets it, as the end of a sentence.
        shown: What the text shows, as a sentence.
        user: The user of the kubeconfig.
        is_iam: Whether it is a token that aws eks get-token printed once.
    """

    what: str
    place: str
    shown: str
    user: str | None = None
    is_iam: bool = False


def _find_stored(text: str) -> _Stored | None:
    """Return the stored credential that a text shows."""
    if (option := _OPTION.search(text)) is not None:
        return _Stored(
            "token", "the option --token sets", "The command has --token.", is_iam=bool(option["value"])
        )
    if _PROVIDER.search(text) is not None:
        shown = "The provider has token, not from aws_eks_cluster_auth, and no exec block."
        is_renewed = "aws_eks_cluster_auth" in text or _HELPERS.search(text) is not None
        return None if is_renewed else _Stored("token", _OF_PROVIDER, shown)
    current = find_current_user(text)
    name, user = (clip_text(current[0]["user"]), current[1]) if current else (None, "")
    if current is None and not _HELPERS.search(text):
        found = (each["user"] for pattern in (_JSON_USER, _YAML_USER) for each in pattern.finditer(text))
        users = [each for each in found if _TOKEN.search(each) or _CERTIFICATE.search(each)]
        user = users[0] if len(users) == 1 and ("users" in text or "kubectl config view" in text) else ""
    token = None if _HELPERS.search(user) else _TOKEN.search(user)
    if token is None and (_HELPERS.search(user) or _CERTIFICATE.search(user) is None):
        return None
    what = "token" if token else "client certificate"
    shown = f"The user of the kubeconfig has a {what} and no exec section."
    owner = f" for the user {name}" if name else ""
    is_iam = token is not None and token["value"] is not None
    return _Stored(what, f"the kubeconfig stores{owner}", shown, name, is_iam=is_iam)


def explain_stored_token(case: AnyCase) -> Explanation | None:
    """Explain a rejected token or certificate that the text shows to be stored; return ``None`` for others."""
    text = case.failure.text[:_MAX_TEXT]
    stored = _find_stored(text)
    if stored is None:
        return None
    what, program = stored.what, "Terraform" if stored.place == _OF_PROVIDER else "kubectl"
    cluster = find_cluster(case)
    principal = build_cluster_principal(case.stated_principal, "the caller", source=case.text)
    reason = "it has expired or was revoked, or it is for another cluster"
    if stored.is_iam:
        reason = "it has expired, because a token of aws eks get-token is valid for 15 minutes"
    unused = f" {capitalize_start(principal.description)} is not used." if principal.is_known else ""
    access = find_needed_access(case)
    can_update = cluster.name is not None or ".eks.amazonaws.com" in text
    update = (cluster.kubeconfig_command(), "kubectl auth whoami")
    if stored.place == _OF_PROVIDER:
        first = configure_terraform(case, cluster)
        first = attrs.evolve(first, steps=(*first.steps, _RENEW_IN_PROVIDER))
    elif stored.is_iam:
        first = your_remedy(
            "Let kubectl get a new token each time",
            f"The command adds a context whose user runs aws eks get-token for {principal.description}.",
            commands=update,
            url=pages.EKS_KUBECONFIG,
        )
    else:
        label = f"Or let kubectl run aws eks get-token for {principal.description}, which then needs an access entry:"
        other = (Labelled(label, update[0]), update[1]) if can_update else ()
        first = _renew_remedy(stored, other)
    grant = principal.create_entry_remedy(
        cluster,
        policy=access.policy,
        namespace=access.namespace,
        title=f"If {principal.description} has no access, create an access entry",
        steps=(access.reason,),
    )
    return case.explain(
        f"The cluster rejected the {what} that {stored.place}: most likely, {reason}.{unused}",
        STORED_TOKEN.cause(
            "derived",
            stored.shown,
            text=f"{program} sends this {what} and does not run the AWS CLI, so IAM principals and their access entries have no effect on the call.",
        ),
        *(
            ()
            if stored.is_iam
            else (
                TOKEN_EXPIRED.cause(
                    text=f"The {what} has expired{', or its service account or Secret was deleted' if what == 'token' else ''}."
                ),
                OTHER_CLUSTER.cause(
                    text=f"The {what} is for another cluster, or for one that was re-created."
                ),
            )
        ),
        topic="kubernetes-login",
        remedies=(first, grant) if can_update else (first,),
        notes="IAM policies do not help: the API server could not authenticate the caller.",
    )


def _renew_remedy(stored: _Stored, others: Commands) -> Remedy:
    user = stored.user
    if stored.what != "token":
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
    if "--token" in stored.place:
        look, claims = (create,), "Somebody with access to the cluster creates a new token, for --token."
    return your_remedy(
        f"Renew the token{f' of {user}' if user else ''}",
        claims,
        commands=(*look, *others),
        url=pages.KUBERNETES_AUTHENTICATION,
    )
