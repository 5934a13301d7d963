"""Explain access keys that are used in another partition or Region than the one where they are valid.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.credentials.rejecting_regions import set_region_remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.sts.findings import StsFindings, diagnose_sts_call
from iamtriage.explaining._rules.sts.rejected_calls import REGION_NOT_ENABLED
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.sts._evidence import GLOBAL_HOST

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.credentials.rejected_requests import RejectedRequest
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure, InvalidCredentials

_CHARS_OF_CALLER = 300
_CALLER = lazy_pattern(r"\barn:aws[a-z-]{0,12}:(?:iam|sts)::[0-9]{12}:[\w+=,.@/-]{1,600}")
_NAMES = {"aws": "the commercial Regions", "aws-us-gov": "AWS GovCloud", "aws-cn": "the Regions in China"}
PARTITION_CAUSES = frozenset({"china-without-region", "partition-without-region"})
"""The causes of the diagnosis of STS calls that have to do with partitions."""
OTHER_PARTITION = CauseType(
    "other-partition",
    title="The credentials belong to another partition",
    text="The keys are from another partition. China, GovCloud and the European Sovereign Cloud have their own accounts and keys.",
    fix="Use credentials of the partition that is called.",
    of="invalid-credentials",
)


def explain_other_partition(case: Case[InvalidCredentials], request: RejectedRequest) -> Explanation | None:
    """Explain that keys, whose partition a call that succeeded shows, are used in another one."""
    endpoint = None if request.region is None else find_endpoint(request.region)
    keys, because = _find_partition_of_keys(case, request)
    if endpoint is None or keys is None or endpoint.partition == keys:
        return None
    called, place = endpoint.partition, _NAMES.get(keys, keys)
    shown = next(iter(request.working_regions), None)
    home = commands.region(shown or commands.REGIONS_OF_IAM.get(keys, "us-east-1"))
    profile, command = clues.find_profile(case), case.context.command
    use_home = your_remedy(
        f"Call in {home}, in {place}",
        f"Where the call itself, AWS_REGION, AWS_DEFAULT_REGION or the code sets {request.region}, change that, too: it takes precedence over the profile.",
        commands=(
            with_profile(profile, f"aws configure set region {home}"),
            commands.repeat_command(command, changes={"region": home}),
        ),
        url=pages.STS_REGIONS,
    )
    region = commands.region(request.region)
    identity = f"aws sts get-caller-identity --profile PROFILE_NAME --region {region}"
    is_powershell = _POWERSHELL_CALLER.search(case.failure.text) is not None
    shows = "Get-STSCallerIdentity" if is_powershell else "get-caller-identity"
    if is_powershell:
        # https://docs.aws.amazon.com/powershell/v5/userguide/specifying-your-aws-credentials.html
        used = _POWERSHELL_PROFILE.search(case.failure.text)
        name = commands.profile(used["name"] if used else None)
        identity = f"Get-STSCallerIdentity -ProfileName {name} -Region {region}"
    use_others = your_remedy(
        f"Use credentials of an account in {_NAMES.get(called, called)}",
        f"Set up a profile with keys or a sign-in of that account, from its administrator. {shows} then prints an ARN that begins with arn:{called}:.",
        None
        if request.working_regions
        else f"A Region of {called} cannot be enabled for an account of {keys}: the partitions are separate.",
        commands=commands.repeat_command(command, changes={"profile": "PROFILE_NAME"}) or identity,
        url=pages.STS_REGIONS,
    )
    return case.explain(
        f"The credentials are valid, but only in {place}: {request.region} is in {_NAMES.get(called, called)}, which has its own accounts and keys.",
        OTHER_PARTITION.cause(
            "derived",
            (because, *clues.quote_phrases(request.message, "does not exist in our records")),
            text=f"The keys belong to the partition {keys}. They need not be replaced.",
        ),
        topic="invalid-credentials",
        # A call that worked shows where the credentials are used.
        remedies=(use_home, use_others)
        if request.working_regions
        else (use_others, None if is_powershell else use_home),
        notes="No IAM policy helps here: no policy can allow an identity of another partition, and no role can be assumed across partitions.",
    )


def _find_partition_of_keys(
    case: Case[InvalidCredentials], request: RejectedRequest
) -> tuple[str | None, str]:
    """Return the partition in which the text shows that the credentials work, and what shows it."""
    working = [endpoint for each in request.working_regions if (endpoint := find_endpoint(each)) is not None]
    if working:
        partitions = {each.partition for each in working}
        partition = partitions.pop() if len(partitions) == 1 else None
        return partition, f"The text shows successful calls in {join_words(request.working_regions, 'and')}."
    shown = find_shown_caller(case)
    partition = getattr(try_parse_principal(shown), "partition", None)
    return (partition, f"The text shows the caller {shown}") if isinstance(partition, str) else (None, "")


def find_shown_caller(case: Case[Failure]) -> str | None:
    """Return the ARN that get-caller-identity printed with the credentials of the failed call."""
    runs = list(find_runs(case.failure)) if "get-caller-identity" in case.failure.text else []
    failed = next((run for run in runs if run.start <= case.failure.span[0] < run.end), None)
    for run in runs:
        is_same = run.profile == ("default" if failed is None else failed.profile)
        shown = _CALLER.search(run.output, 0, _CHARS_OF_CALLER)
        if is_same and shown and run.command.words[:2] == ("sts", "get-caller-identity"):
            return shown[0]
    return _find_powershell_caller(case)


_POWERSHELL_CALLER = lazy_pattern(
    r"\bGet-STSCallerIdentity\b(?P<options>[^\n]{0,200})\n(?:[^\n>]{0,200}\n){0,6}?[^\n>]{0,40}?(?P<arn>arn:aws[a-z-]{0,12}:(?:iam|sts)::[0-9]{12}:[\w+=,.@/-]{1,600})"
)
_POWERSHELL_PROFILE = lazy_pattern(r" -ProfileName[ :][\"']?(?P<name>[\w.@+-]{1,64})", re.IGNORECASE)


def _find_powershell_caller(case: Case[Failure]) -> str | None:
    """Return the ARN that Get-STSCallerIdentity printed with the profile of the failed cmdlet."""
    text, start = case.failure.text, case.failure.span[0]
    used = [*_POWERSHELL_PROFILE.finditer(text, max(start - _CHARS_OF_CALLER, 0), start)]
    for each in _POWERSHELL_CALLER.finditer(text):
        own = _POWERSHELL_PROFILE.search(each["options"])
        if (own and own["name"]) == (used[-1]["name"] if used else None):
            return str(each["arn"])
    return None


def partition_remedy(partition: str) -> Remedy:
    region = commands.REGIONS_OF_IAM.get(partition)
    identity = region and f"aws sts get-caller-identity --region {region}"
    return your_remedy(
        "Use keys and an endpoint of the same partition",
        "Each partition has its own accounts and keys. Set a Region of the keys' partition in the profile or in AWS_REGION and AWS_DEFAULT_REGION.",
        "Remove endpoint URLs of other partitions.",
        commands=("aws configure list", identity),
        url=pages.STS_REGIONS,
    )


def diagnose_region(case: Case[InvalidCredentials], request: RejectedRequest) -> StsFindings:
    """Return the causes that have to do with the region or partition of the call."""
    findings = StsFindings()
    if request.is_opt_in:
        findings = diagnose_sts_call(case, codes=frozenset({"v1-token-in-opt-in-region"}))
        disabled = REGION_NOT_ENABLED.cause(
            text=f"The account has not enabled {request.region}, which is necessary in each account.",
        )
        if request.lacks_region_of_caller:
            text = f"STS in {request.region} knows only callers whose own account has enabled the Region."
            disabled = REGION_NOT_ENABLED.cause(text=text)
        causes = (*findings.causes, disabled) if request.uses_session else (disabled, *findings.causes)
        findings = attrs.evolve(findings, causes=causes)
    if request.partition != "aws" and (request.role is not None or not request.is_signed):
        # The environment is unknown. Without a region in it, many SDKs call the global endpoint.
        names_global = GLOBAL_HOST in clues.find_aws_hosts(request.message)
        role, unset = request.role, "The environment in the text has AWS_ROLE_ARN, but no Region."
        of_role = f"The role is {role}." if role else None
        other = diagnose_sts_call(
            case,
            codes=PARTITION_CAUSES,
            because=present(of_role, unset if request.lacks_region else None),
            env={"AWS_ROLE_ARN": str(role or f"arn:{request.partition}:iam::{'0' * 12}:role/")},
            endpoint=f"https://{GLOBAL_HOST}" if names_global else None,
        )
        if request.lacks_region:
            derived = tuple(attrs.evolve(each, evidence="derived") for each in other.causes)
            other = attrs.evolve(other, causes=derived)
        remedies = present(set_region_remedy(request)) or other.remedies
        findings = StsFindings((*other.causes, *findings.causes), (*remedies, *findings.remedies))
    return findings
