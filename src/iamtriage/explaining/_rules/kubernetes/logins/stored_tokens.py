"""Explain tokens and certificates that a client stores: in Terraform's providers, or in a kubeconfig.

A stored token expires, or is that of another principal than the reader expects. Sources:
https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo (what the user of a kubeconfig can have),
https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#exec-plugins and
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/eks_cluster_auth.
"""

from __future__ import annotations

import json
import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, hide_secrets, quote_argument
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._context.readers.terraform_code import find_blocks, find_steps
from iamtriage.explaining._rules.basics import CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes.cluster_access import find_needed_access
from iamtriage.explaining._rules.kubernetes.logins.client_configurations import find_current_user
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_CLUSTER, OTHER_PRINCIPAL
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.credentials import clocks
from iamtriage.explaining._rules.shared.credentials.backend_blocks import is_opentofu
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, Cluster, find_cluster
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.principals.principal_words import underlying_role
from iamtriage.explaining._rules.shared.remedies import Commands, present, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start

TERRAFORM = lazy_pattern(
    r"(?<![\w/-])[Tt]erraform(?![\w/-])|\bwith module\.|\.tf line \d|(?:helm_release|kubernetes_(?!sd_)[a-z0-9_]{3,40})\.\w"
)
# Their IDs in Terraform are CLUSTER and CLUSTER:NAME.
_OF_CLUSTER = (
    *("aws_eks_access_entry", "aws_eks_addon", "aws_eks_cluster", "aws_eks_fargate_profile"),
    "aws_eks_node_group",
)
_TOKEN_SECONDS = 15 * 60
_DATA_SOURCE = "aws_eks_cluster_auth"
# "Running it a second time works", "the 2nd apply always succeeds", "it works when I re-run the pipeline".
_AGAIN = lazy_pattern(
    r"(?:\b(?:(?:a|the) )?(?:second|2nd|next) (?:time|run|apply|attempt|try)\b|\b[Rr]e-?run(?:ning)?\b|\b(?:apply|run)(?:ing)? (?:it )?again\b)"
)
_ROLE_ARN = lazy_pattern(r"arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
# Without calls of functions, such as file(): a remedy repeats them.
_TOKEN_ARGUMENTS = lazy_pattern(
    r"\bargs\s{0,20}=\s{0,4}\[(?P<args>[^\](]{0,400}\"get-token\"[^\](]{0,800}?),?\s{0,40}\]"
)
# The resource that maps the other principals.
_MAPPING = lazy_pattern(r"\bkubernetes_config_map(?:_v1)?(?:_data)?\.aws_auth\b")
_EXEC_BLOCK = """exec {{
  api_version = "client.authentication.k8s.io/v1beta1"
  command     = "aws"
  args        = {}
}}"""


def find_terraform_cluster(case: AnyCase) -> Cluster:
    """Return the cluster that the facts or the text name, which can be one that Terraform has created."""
    cluster = find_cluster(case)
    steps = find_steps(case.failure.text, *_OF_CLUSTER)
    created = {each.id.partition(":")[0] for each in steps if each.id is not None}
    return attrs.evolve(cluster, name=created.pop()) if not cluster.name and len(created) == 1 else cluster


def configure_terraform(case: AnyCase, cluster: Cluster, *, first_step: str | None = None) -> Remedy:
    """Return the remedy that gets a token when Terraform needs one, after a first step if there is one."""
    has_helm = "helm_release" in case.text
    is_both = has_helm and 'provider "kubernetes"' in case.failure.text
    places = present(
        "the provider kubernetes" if is_both or not has_helm else None,
        "the block kubernetes of the provider helm" if has_helm else None,
    )
    form = " In version 3 of the provider helm, write exec = {…}." if has_helm else ""
    words = ["eks", "get-token", "--cluster-name", cluster.argument, *cluster.region_arguments]
    return your_remedy(
        "Add an exec block to Terraform's provider",
        first_step,
        f"In {' and '.join(places)}, next to host and cluster_ca_certificate, replace token with this block: Terraform then gets a token when it needs one.{form}",
        "If the same run creates the cluster, create it in a separate run, before the objects in it.",
        manifest=_EXEC_BLOCK.format(json.dumps(words)),
        manifest_language="hcl",
        url="https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#exec-plugins",
    )


def explain_late_token(case: AnyCase) -> Explanation | None:
    """Explain that Terraform's token expired during a long run; return ``None`` unless the text shows one."""
    text = case.failure.text
    if "get-token" in text or TERRAFORM.search(case.text) is None:
        return None
    ran, again = _find_run_time(text, case.failure.span[0]), find_working(text, _AGAIN)
    is_long = ran >= _TOKEN_SECONDS
    if not is_long and again is None:
        return None
    cluster = find_terraform_cluster(case)
    principal = build_cluster_principal(case.stated_principal, case.caller or "the caller")
    source = f"of data.{_DATA_SOURCE}" if _DATA_SOURCE in text else "in Terraform's provider"
    is_certain = again is not None and (is_long or _DATA_SOURCE in text)
    took = f", and the run took more than {clocks.describe_duration(ran)}" if is_long else ""
    because = (f'The text says "{clip_text(again)}".',) if again else ()
    rest = f"Otherwise, {principal.description} may have no access to the cluster"
    if again:
        rest = f"A new run, with a new token, works: {principal.description} has access to the cluster"
    check = None if again else "Run terraform apply again: if it works, the token was the cause."
    return case.explain(
        f"The token {source} {'expired' if is_certain else 'most likely expired'} during the run: it is valid for 15 minutes{took}. {rest}.",
        TOKEN_EXPIRED.cause(
            "derived" if is_certain else "possible",
            because,
            text="Terraform reads the token once and does not renew it.",
        ),
        topic="kubernetes-login",
        remedies=(
            configure_terraform(case, cluster, first_step=check),
            None if again else principal.inspect_access_remedy(cluster),
        ),
        notes="Neither IAM policies nor a kubeconfig affect this token.",
    )


def _find_run_time(text: str, at: int) -> int:
    """Return for how many seconds a run had been going on at least: Terraform creates nodes after their cluster."""
    lines = [line for line in text[:at].splitlines() if "aws_eks_" in line]
    parts = (
        [line for line in lines if "aws_eks_cluster." in line],
        [line for line in lines if "aws_eks_cluster." not in line],
    )
    after = sum(clocks.find_run_time(joined, len(joined)) or 0 for joined in map("\n".join, parts))
    return max(after, clocks.find_run_time(text, at) or 0)


def explain_provider_role(case: AnyCase) -> Explanation | None:
    """Explain that the plugin of a provider does not assume the role of Terraform's AWS provider."""
    text = case.failure.text
    if "assume_role" not in text or "get-token" not in text:
        return None
    # The plugin of another provider does not assume it.
    assumed = (inner for each in find_blocks(text, "provider") for inner in each.find_nested("assume_role"))
    roles = {role for each in assumed if _ROLE_ARN.fullmatch(role := each.text_of("role_arn") or "")}
    plugins = [each["args"] for each in _TOKEN_ARGUMENTS.finditer(text)]
    if len(roles) != 1 or not plugins or any("--role-arn" in each or "--profile" in each for each in plugins):
        return None
    role = roles.pop()
    cluster, name = find_cluster(case), clip_text(role.rpartition("/")[2])
    if getattr(underlying_role(case.principal) or case.principal, "name", None) == name:
        return None
    principal = build_cluster_principal(case.stated_principal, "the caller of Terraform")
    caller, account = principal.description, getattr(case.principal, "account", None)
    if isinstance(account, str) and f"::{account}:" not in role:
        caller += f" of the account {account}"
    access = ": if it created the cluster, this role has access, and others need an entry"
    if _MAPPING.search(text):
        access = ", which created the cluster: only that role has access before this run has written the ConfigMap aws-auth"
    return case.explain(
        f"The API server rejected {caller}: aws eks get-token in the exec block does not use the assume_role of the AWS provider, so the token is not that of the role {name}.",
        OTHER_PRINCIPAL.cause(
            "derived",
            "The args of the exec block have neither --role-arn nor --profile.",
            text=f"The AWS provider acts as the role {name}{access}. The exec block runs the AWS CLI with the credentials of the shell.",
        ),
        topic="kubernetes-login",
        remedies=(
            your_remedy(
                f"Get the token as the role {name} in the exec block",
                f"In the exec block of each provider (kubernetes, helm, kubectl), set these args. {capitalize_start(principal.description)} is allowed to assume the role, as the AWS provider does.",
                f"Or use the data source {_DATA_SOURCE}, which the AWS provider reads with its role.",
                commands=f"{'tofu' if is_opentofu(text) else 'terraform'} apply",
                manifest=f'args = [{hide_secrets(plugins[0].strip())}, "--role-arn", {json.dumps(clip_text(role))}]',
                manifest_language="hcl",
                url=pages.EKS_KUBECONFIG,
            ),
            principal.inspect_access_remedy(cluster),
        ),
        notes="Neither RBAC roles nor IAM policies help: the API server could not authenticate the caller.",
    )


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
    title = f"If {principal.description} has no access, create an access entry"
    grant = access.entry_remedy(cluster, principal, title=title)
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
