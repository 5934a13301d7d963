"""Represent how to correct a Region or the endpoint of STS, such as in a ConfigMap."""

from __future__ import annotations

from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes import program_regions
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import Commands, your_remedy
from iamtriage.failures._failures import CredentialScope, Failure


class RegionFix(NamedTuple):
    """How to correct the region."""

    title: str
    steps: tuple[str, ...]
    commands: Commands
    place: str = ""
    manifest: str | None = None


def fix_config_map(case: Case[Failure], shown: program_regions.ProgramRegion, region: str) -> RegionFix:
    """Return how to set the Region in a ConfigMap of the text."""
    namespace = commands.namespace(shown.namespace or case.facts.namespace)
    change = clusters.patch_map_command(shown.config_map, namespace, dict.fromkeys(shown.keys, region))
    if not shown.keys:  # a file in it has the Region
        name = commands.kubernetes_name(shown.config_map)
        change = f"kubectl edit configmap {name} --namespace {namespace}"
    restart = clusters.restart_command(case).replace("--namespace NAMESPACE", f"--namespace {namespace}")
    where = f"the ConfigMap {clip_text(shown.config_map)}"
    return RegionFix(
        f"Set {clip_text(shown.words.replace(shown.region, region))} in {where}",
        (
            "All programs that read it get the new Region. If a chart or Git manages it, change it there, too.",
        ),
        (change, Labelled.required("Then restart the pods, which read it when they start:", restart)),
        f"{clip_text(shown.words)} in {where} is wrong",
    )


# https://registry.terraform.io/providers/hashicorp/aws/latest/docs#sts_region-1
IN_TERRAFORM = "In Terraform, check sts_region and endpoints { sts } in the provider block: together, they must name the endpoint of the same Region."


def write_sts_region(region: str, sts_region: str) -> str:
    """Return the provider block of Terraform that calls STS in another Region than the other services.

    https://github.com/hashicorp/terraform-provider-aws/issues/32549
    """
    return f'provider "aws" {{\n  region     = "{region}"\n  sts_region = "{sts_region}"\n  # the other arguments stay\n}}\n'


def updated_client_remedy(case: Case[CredentialScope], url: str) -> Remedy:
    """Return the remedy for a text that shows no endpoint URL: the program or its SDK can choose the wrong endpoint."""
    # https://github.com/cognitect-labs/aws-api/issues/27
    client = "library or tool that made the call" if case.context.terraform is None else "AWS provider"
    return your_remedy(
        f"Update the {client}, and remove any endpoint URL of STS",
        "Some versions call the global STS endpoint, but sign for the client's Region. Until then, set the Region of only the STS client to us-east-1.",
        f"An endpoint URL of STS in code, profile or environment must be that of the signed Region: {url}.",
        None if case.context.terraform is None else IN_TERRAFORM,
        commands="env | grep AWS_ENDPOINT_URL",
        url=pages.STS_REGIONS,
    )
