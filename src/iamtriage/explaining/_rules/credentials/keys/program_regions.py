"""Explain credentials of a program whose ConfigMap sets a Region of another partition."""

from __future__ import annotations

from iamtriage._patterns import only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.kubernetes.program_regions import find_program_region
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Case, Explanation, Labelled
from iamtriage.explaining._rules.credentials.keys.limited_credentials import (
    OTHER_PARTITION,
    PLACES,
    find_shown_caller,
)
from iamtriage.explaining._rules.credentials.keys.rejected_requests import RejectedRequest
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import restart_command
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure
from iamtriage.sts._endpoints import find_endpoint


def explain_program_region(case: Case[Failure], request: RejectedRequest) -> Explanation | None:
    """Explain that a ConfigMap in the text sends the call to another partition than that of the caller or cluster."""
    command = case.context.command
    # These do not read a ConfigMap.
    is_of_person = request.is_terraform or (command is not None and command.program == "aws")
    if request.working_regions or is_of_person:
        return None
    setting = find_program_region(case.failure.text)
    called = None if setting is None else find_endpoint(setting.region)
    home, because = _find_home(case, request)
    if setting is None or called is None or home is None or called.partition == home:
        return None
    hosts = clues.find_aws_hosts(request.message)
    if hosts and not any(setting.region in each for each in hosts):
        return None
    own, other = (PLACES.get(each, each) for each in (home, called.partition))
    where, words = f"the ConfigMap {clip_text(setting.config_map)}", clip_text(setting.words)
    nearest = find_endpoint(case.facts.region) if case.facts.region else None
    region = case.facts.region if nearest is not None and nearest.partition == home else None
    region = commands.region(region or commands.REGIONS_OF_IAM.get(home))
    edit = "kubectl edit configmap {} --namespace {}"
    namespace = commands.namespace(setting.namespace or case.facts.namespace)
    restart = restart_command(case).replace("--namespace NAMESPACE", f"--namespace {namespace}")
    return case.explain(
        f"Most likely, the credentials are of {own}, and {words} in {where} sends the call to {other}, where they are unknown. No permission is missing.",
        OTHER_PARTITION.cause("possible", because, text=f"Keys of the partition {home} work only there."),
        remedies=your_remedy(
            f"Set {setting.name} to {region} in {where}",
            f"Replace {words} with {clip_text(setting.words.replace(setting.region, region))}. If a chart or Git manages the ConfigMap, change it there, too.",
            commands=(
                commands.fill_command(edit, commands.kubernetes_name(setting.config_map), namespace),
                Labelled.required("Then restart the pods, which read it when they start:", restart),
            ),
            url=pages.STS_REGIONS,
        ),
        notes="New keys or an Allow do not help: no policy can allow an identity of another partition.",
    )


def _find_home(case: Case[Failure], request: RejectedRequest) -> tuple[str | None, str | None]:
    """Return the only partition that the caller, the role and the supplied Region have, and what shows it."""
    found: dict[str, str] = {}
    # A Region in the text can be of anything.
    region = None if is_derived(case.facts, "region") else case.facts.region
    if region and (endpoint := find_endpoint(region)) is not None:
        found[endpoint.partition] = f"The cluster is in {clip_text(region)}."
    role = None if request.role is None else str(request.role)
    for arn in (case.caller, find_shown_caller(case), role):
        partition = getattr(principal_words.try_parse_principal(arn), "partition", None)
        if isinstance(partition, str):
            found[partition] = f"The text shows {clip_text(arn or '')}."
    partition = only_one(set(found))
    return partition, None if partition is None else found[partition]
