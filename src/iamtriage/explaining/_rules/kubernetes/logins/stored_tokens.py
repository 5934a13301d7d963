"""Let Terraform's providers get a token when they need one.

Source: https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#exec-plugins.
"""

from __future__ import annotations

import json

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.terraform_code import find_steps
from iamtriage.explaining._rules.basics import Remedy
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, Cluster, find_cluster
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

TERRAFORM = lazy_pattern(
    r"(?<![\w/-])[Tt]erraform(?![\w/-])|\bwith module\.|\.tf line \d|(?:helm_release|kubernetes_(?!sd_)[a-z0-9_]{3,40})\.\w"
)
# Their IDs in Terraform are CLUSTER and CLUSTER:NAME.
_OF_CLUSTER = (
    *("aws_eks_access_entry", "aws_eks_addon", "aws_eks_cluster", "aws_eks_fargate_profile"),
    "aws_eks_node_group",
)
_KUBERNETES_OF_HELM = lazy_pattern(
    r"\bprovider \"helm\" {0,4}\{[^{}]{0,400}?\bkubernetes {0,4}(?P<sign>=)? {0,4}\{"
)
# The cluster in the provider's other arguments.
_REFERENCE = lazy_pattern(
    r"(?a)(?<![\w.])((?:data\.)?aws_eks_cluster\.[\w-]{1,80}(?:\[[\w.\"-]{1,40}\])?)\.endpoint\b|(?<![\w.])(module\.[\w-]{1,80})\.cluster_endpoint\b"
)
_EXEC_BLOCK = """{} {{
  api_version = "client.authentication.k8s.io/v1beta1"
  command     = "aws"
  args        = {}
}}"""


def calls_with_terraform(case: AnyCase) -> bool:
    """Return whether Terraform made the call: not kubectl, beside the code or the state of the cluster."""
    called = case.context.command
    is_other = called is not None and called.program == "kubectl"
    return not is_other and TERRAFORM.search(case.text) is not None


def find_terraform_cluster(case: AnyCase) -> Cluster:
    """Return the cluster that the facts or the text name, which can be one that Terraform has created."""
    cluster = find_cluster(case)
    steps = find_steps(case.failure.text, *_OF_CLUSTER)
    created = {each.id.partition(":")[0] for each in steps if each.id is not None}
    return attrs.evolve(cluster, name=created.pop()) if not cluster.name and len(created) == 1 else cluster


def _find_reference(text: str) -> str | None:
    """Return the expression for the name of the only cluster to whose endpoint code refers."""
    found = {f"{own}.name" if own else f"{module}.cluster_name" for own, module in _REFERENCE.findall(text)}
    return only_one(found)


# Its block, or a resource of it.
_OF_KUBERNETES = lazy_pattern(
    r"\bprovider \"kubernetes\"|(?<![\w\"])kubernetes_\w{2,60}\.\w|\bresource \"kubernetes_"
)


def configure_terraform(case: AnyCase, cluster: Cluster, *, first_step: str | None = None) -> Remedy:
    """Return the remedy that gets a token when Terraform needs one, after a first step if there is one."""
    has_helm = "helm_release" in case.text
    is_both = has_helm and _OF_KUBERNETES.search(case.failure.text) is not None
    places = present(
        "the provider kubernetes" if is_both or not has_helm else None,
        "the block kubernetes of the provider helm" if has_helm else None,
    )
    # From version 3 on, the provider helm has attributes instead of blocks.
    written = _KUBERNETES_OF_HELM.search(case.failure.text) if has_helm else None
    is_attribute = written is not None and written["sign"] is not None and not is_both
    form = " In version 3 of the provider helm, write exec = {…}." if has_helm else ""
    if written is not None and (is_attribute or written["sign"] is None):
        form = ""
    elif written is not None:
        form = " In the provider helm, write exec = {…}."
    # A data source finds a cluster that exists.
    is_found = "data.aws_eks_cluster." in case.failure.text
    words = ["eks", "get-token", "--cluster-name", cluster.argument, *cluster.region_arguments]
    arguments = json.dumps(words)
    if not cluster.name and (reference := _find_reference(case.failure.text)) is not None:
        arguments = arguments.replace(json.dumps(cluster.argument), reference)
    return your_remedy(
        "Add an exec block to Terraform's provider",
        first_step,
        f"In {' and '.join(places)}, next to host and cluster_ca_certificate, replace token with this block: Terraform then gets a token when it needs one.{form}",
        None
        if is_found
        else "If the same run creates the cluster, create it in a separate run, before the objects in it.",
        manifest=_EXEC_BLOCK.format("exec =" if is_attribute else "exec", arguments),
        manifest_language="hcl",
        url="https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#exec-plugins",
    )
