"""Represent how to correct a Region, such as in a ConfigMap."""

from __future__ import annotations

from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes import program_regions
from iamtriage.explaining._rules.basics import Case, Labelled
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import Commands
from iamtriage.failures._failures import Failure


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
