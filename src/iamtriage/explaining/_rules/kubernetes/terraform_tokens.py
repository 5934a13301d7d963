"""Explain that the token in Terraform's providers has expired or is that of another principal.

Sources: https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#exec-plugins and
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/eks_cluster_auth.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, hide_secrets
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_PRINCIPAL
from iamtriage.explaining._rules.shared import clocks, pages
from iamtriage.explaining._rules.shared.backend_blocks import is_opentofu
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.principal_words import underlying_role
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.wording import capitalize_start

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.clusters import AnyCase, Cluster

TERRAFORM = lazy_pattern(
    r"(?<![\w/-])[Tt]erraform(?![\w/-])|\bwith module\.|\.tf line \d|(?:helm_release|kubernetes_[a-z_]{3,40})\."
)
# Terraform's IDs of a cluster and of what belongs to it: CLUSTER and CLUSTER:NAME.
_CREATED_IN_CLUSTER = lazy_pattern(
    r"\baws_eks_(?:access_entry|addon|cluster|fargate_profile|node_group)\.[^\s:]{1,120}: [^\n\[]{1,80}\[id=([0-9A-Za-z][\w-]{0,99})[:\]]",
    re.ASCII,
)
_TOKEN_SECONDS = 15 * 60
_DATA_SOURCE = "aws_eks_cluster_auth"
# "Running it a second time works", "the 2nd apply always succeeds", "it works when I re-run the pipeline".
_AGAIN = r"(?:\b(?:(?:a|the) )?(?:second|2nd|next) (?:time|run|apply|attempt|try)\b|\b[Rr]e-?run(?:ning)?\b|\b(?:apply|run)(?:ing)? (?:it )?again\b)"
_WORKS = r"\b(?:works?|worked|succeeds?|succeeded|passes|passed|(?:goes|went) through|is (?:fine|ok|OK))\b"
_WORKS_AGAIN = lazy_pattern(
    rf"{_AGAIN}(?![^\n.]{{0,60}}?(?:n't|\bnot|\bnever)\b)[^\n.]{{0,60}}?{_WORKS}|(?<!not )(?<!never ){_WORKS}[^\n.]{{0,40}}?{_AGAIN}"
)
# The role of Terraform's AWS provider, which the plugin of another provider does not assume.
_ASSUMED_ROLE = lazy_pattern(
    r"\bassume_role\s{0,4}\{[^}]{0,800}?\brole_arn\s{0,20}=\s{0,4}\"(?P<role>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})\"",
    re.ASCII,
)
_TOKEN_ARGUMENTS = lazy_pattern(
    r"\bargs\s{0,20}=\s{0,4}\[(?P<args>[^\]]{0,400}\"get-token\"[^\]]{0,800}?),?\s{0,40}\]"
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
    created = set(_CREATED_IN_CLUSTER.findall(case.failure.text))
    return attrs.evolve(cluster, name=created.pop()) if not cluster.name and len(created) == 1 else cluster


def configure_terraform(case: AnyCase, cluster: Cluster, *, first_step: str | None = None) -> Remedy:
    """Return the remedy that gets a token when Terraform needs one, after a first step if there is one."""
    has_helm = "helm_release" in case.text
    is_both = has_helm and 'provider "kubernetes"' in case.failure.text
    places = [
        *(["the provider kubernetes"] if is_both or not has_helm else []),
        *(["the block kubernetes of the provider helm"] if has_helm else []),
    ]
    form = " In version 3 of the provider helm, write exec = {…}." if has_helm else ""
    words = ["eks", "get-token", "--cluster-name", cluster.argument, *cluster.region_arguments]
    return Remedy(
        "Add an exec block to Terraform's provider",
        "you",
        (
            *present(first_step),
            f"In {' and '.join(places)}, next to host and cluster_ca_certificate, replace token by this block: Terraform then gets a token when it needs one.{form}",
            "Create the cluster in a separate run, before the objects in it.",
        ),
        manifest=_EXEC_BLOCK.format(json.dumps(words)),
        manifest_language="hcl",
        url="https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#exec-plugins",
    )


def explain_late_token(case: AnyCase) -> Explanation | None:
    """Explain that Terraform's token expired during a long run; return ``None`` unless the text shows one."""
    text = case.failure.text
    if "get-token" in text or TERRAFORM.search(case.text) is None:
        return None
    ran, again = _find_run_time(text, case.failure.span[0]), _WORKS_AGAIN.search(text)
    is_long = ran >= _TOKEN_SECONDS
    if not is_long and again is None:
        return None
    cluster = find_terraform_cluster(case)
    principal = build_cluster_principal(case.stated_principal, case.caller or "the caller")
    source = f"of data.{_DATA_SOURCE}" if _DATA_SOURCE in text else "in Terraform's provider"
    is_certain = again is not None and (is_long or _DATA_SOURCE in text)
    took = f", and the run took more than {clocks.describe_duration(ran)}" if is_long else ""
    because = (f'The text says "{clip_text(again[0])}".',) if again else ()
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
    roles = {each["role"] for each in _ASSUMED_ROLE.finditer(text)}
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
            Remedy(
                f"Get the token as the role {name} in the exec block",
                "you",
                (
                    f"In the exec block of each provider (kubernetes, helm, kubectl), set these args. {capitalize_start(principal.description)} is allowed to assume the role, as the AWS provider does.",
                    f"Or use the data source {_DATA_SOURCE}, which the AWS provider reads with its role.",
                ),
                commands=(f"{'tofu' if is_opentofu(text) else 'terraform'} apply",),
                manifest=f'args = [{hide_secrets(plugins[0].strip())}, "--role-arn", {json.dumps(clip_text(role))}]',
                manifest_language="hcl",
                url=pages.EKS_KUBECONFIG,
            ),
            principal.inspect_access_remedy(cluster),
        ),
        notes="Neither RBAC roles nor IAM policies help: the API server could not authenticate the caller.",
    )
