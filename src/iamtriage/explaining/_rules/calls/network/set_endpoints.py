"""Explain calls that got no answer because a setting names the endpoint, in another partition or Region.

SDKs build the host from the service and the Region. Settings such as AWS_ENDPOINT_URL override that:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html. botocore's partitions.json has the domain of
each partition; for China, see also https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-Beijing.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Remedy
from iamtriage.explaining._rules.shared.commands import repeat_command
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.sts import region_settings
from iamtriage.failures._failures import AwsError
from iamtriage.sts._endpoint_table import PARTITIONS
from iamtriage.sts._endpoints import find_endpoint

# A variable of a shell, Compose, Docker, a pod or Terraform, an option, the key of a profile, or an argument in code.
_SETTING = lazy_pattern(
    r"(?P<name>--endpoint-url|\bAWS_ENDPOINT_URL(?:_[A-Z0-9_]{2,40})?|\b(?:endpoint_?url|endpoint|endpointOverride|BaseEndpoint|ServiceURL)\b)"
    r"(?:[\"']?,?\s{1,40}[\"']?value[\"']?\s?[:=]|[\"']?\s{0,20}(?:=>?|:|\()|[ \t])\s?(?:(?:aws\.String|URI\.create|\w{2,12}\s?=)[^\w\n]{1,4})?(?:f?[\"'`])?"
    # Parts of the host can be variables.
    r"https?://(?P<host>(?:[A-Za-z0-9.-]|\$\(\w{1,60}\)|\$?\{\{?[^{}\n]{1,80}\}?\}|\$\w{1,60}|%s){4,200})",
    re.ASCII | re.IGNORECASE,
)
_REFERENCE = lazy_pattern(r"\$\(\w{1,60}\)|\$?\{\{?[^{}\n]{1,80}\}?\}|\$\w{1,60}|%s")
_REGION_VARIABLE = lazy_pattern(
    r"\bAWS_(?:DEFAULT_)?REGION\b(?:[\"']?,?\s{1,40}[\"']?value[\"']?\s?[:=]|[\"']?\s{0,4}[:=]|[ \t])\s?[\"']?(?P<region>[a-z]{2,5}(?:-[a-z]{1,12}){1,3}-[0-9])\b"
)
_COMMENT = lazy_pattern(r"[ \t]{0,40}(?:#|//)")


class SetEndpoint(NamedTuple):
    """A setting that names the endpoint of a failed call.

    Attributes:
        name: The name of the setting.
        host: The host as the setting has it.
    """

    name: str
    host: str


class WrongEndpoint(NamedTuple):
    """An endpoint that a call cannot reach, because it is another one than that of its Region.

    Attributes:
        summary: The verdict.
        cause: What is wrong with it.
        remedy: How to correct that.
        is_certain: Whether nothing else can be the reason.
        is_other_partition: Whether the program runs in another partition, so the endpoint rejects its credentials, too.
    """

    summary: str
    cause: Cause
    remedy: Remedy
    is_certain: bool
    is_other_partition: bool


def find_set_endpoint(text: str, host: str) -> SetEndpoint | None:
    r"""Return the setting in a text that names a host, also with variables in its place.

    >>> text = "- name: AWS_ENDPOINT_URL_STS\n  value: https://sts.$(AWS_REGION).amazonaws.com"
    >>> find_set_endpoint(text, "sts.cn-north-1.amazonaws.com")
    SetEndpoint(name='AWS_ENDPOINT_URL_STS', host='sts.$(AWS_REGION).amazonaws.com')
    >>> find_set_endpoint("# AWS_ENDPOINT_URL=https://sts.amazonaws.com", "sts.amazonaws.com")
    """
    for found in _SETTING.finditer(text):
        parts = map(re.escape, _REFERENCE.split(found["host"].rstrip(".")))
        is_this = re.fullmatch(r"[a-z0-9.-]{0,80}".join(parts), host) is not None
        if is_this and not _COMMENT.match(text, line_start(text, found.start())):
            return SetEndpoint(found["name"], found["host"].rstrip("."))
    return None


def find_wrong_endpoint(
    case: Case[AwsError], host: str | None, no_host: CauseType, no_way: CauseType
) -> WrongEndpoint | None:
    """Return what is wrong with the called endpoint, by its partition, or by the Region where the program runs.

    Args:
        case: The failure and the facts.
        host: The host that was called.
        no_host: The cause that there is no such host.
        no_way: The cause that the network blocks the connection.
    """
    if host is None:
        return None
    found = find_set_endpoint(case.failure.text, host)
    if (correct := correct_domain(host)) is not None:
        return _explain_domain(case, host, correct, found, no_host)
    region = next((each for each in host.split(".") if find_endpoint(each) is not None), None)
    if found is None or region is None or not region_settings.is_of_service(host, region):
        return None
    given = None if is_derived(case.facts, "region") else case.facts.region
    own = given or only_one({each["region"] for each in _REGION_VARIABLE.finditer(case.failure.text)})
    if own is None or own == region or (of_program := find_endpoint(own)) is None:
        return None
    called = find_endpoint(region)
    is_other = called is not None and called.partition != of_program.partition
    moved = host.replace(region, own, 1)
    moved = correct_domain(moved) or moved
    return WrongEndpoint(
        f"The call got no response from {host}: {_named(found)} sends the call to {region}, but the Region of the program is {own}{', in another partition' if is_other else ''}.",
        no_way.cause(
            text=f"The network of the program reaches only endpoints of its own Region, such as through a VPC endpoint, and not {host}.{' The endpoint of another partition rejects its credentials, too.' if is_other else ''}"
        ),
        _remove_remedy(case, moved, found, f"the endpoint of {own}"),
        is_certain=False,
        is_other_partition=is_other,
    )


def correct_domain(host: str) -> str | None:
    """Return a host with the domain of its Region's partition, or ``None`` if it has that.

    >>> correct_domain("sts.cn-north-1.amazonaws.com"), correct_domain("sts.eu-west-1.amazonaws.com.cn")
    ('sts.cn-north-1.amazonaws.com.cn', 'sts.eu-west-1.amazonaws.com')
    >>> correct_domain("sts.us-gov-west-1.amazonaws.com")
    """
    suffixes = {
        suffix: kind
        for each in PARTITIONS
        for kind, suffix in (("dns_suffix", each.dns_suffix), ("dual_stack_suffix", each.dual_stack_suffix))
    }
    stated = max((each for each in suffixes if host.endswith(f".{each}")), key=len, default=None)
    endpoints = [found for each in host.split(".") if (found := find_endpoint(each)) is not None]
    if stated is None or len(endpoints) != 1:
        return None
    (own,) = (each for each in PARTITIONS if each.name == endpoints[0].partition)
    if stated in {own.dns_suffix, own.dual_stack_suffix}:
        return None
    return f"{host.removesuffix(stated)}{getattr(own, suffixes[stated])}"


def _explain_domain(
    case: Case[AwsError], host: str, correct: str, found: SetEndpoint | None, no_host: CauseType
) -> WrongEndpoint:
    region = next(each for each in host.split(".") if find_endpoint(each) is not None)
    domain = correct.partition(f"{region}.")[2].removeprefix("vpce.")
    stated = host.partition(f"{region}.")[2].removeprefix("vpce.")
    is_built = found is not None and found.host != host
    return WrongEndpoint(
        f"There is no host {host}: endpoints in {region} end with {domain}, not with {stated}{f', and {_named(found)} sets this one' if found else ''}.",
        no_host.cause(
            "derived",
            f"The text has https://{found.host}." if found is not None and is_built else None,
            text=f"The endpoint is {correct}. SDKs build this name from the service and the Region{'' if found else ': a setting or the code names another one'}.",
        ),
        _remove_remedy(case, correct, found, correct),
        is_certain=True,
        is_other_partition=False,
    )


def _named(found: SetEndpoint) -> str:
    is_plain = found.name.startswith(("AWS_", "--"))
    return found.name if is_plain else f"the setting {found.name}"


def _remove_remedy(case: Case[AwsError], correct: str, found: SetEndpoint | None, endpoint: str) -> Remedy:
    """Return the remedy that removes the setting of an endpoint, or corrects it."""
    name = "the endpoint URL" if found is None else _named(found)
    url, lines = f"https://{correct}", tuple[str, ...]()
    is_variable = found is not None and found.name.startswith("AWS_ENDPOINT_URL")
    where = "from where it is set"
    look = None
    if found is None:
        look = "Look for it in the code (endpoint_url), in the profile, and in the variables of the program."
        lines = ("env | grep AWS_ENDPOINT_URL",)
    elif found.name.startswith("--"):
        repeated = repeat_command(case.context.command, changes={"endpoint-url": ""})
        where, lines = "from the command", present(repeated)
    elif is_variable and clusters.runs_in_pod(case):
        where = "from the manifest or chart"
        look = "The command changes the running workload, and re-creates its pods. Correct the manifest or chart, too: the next deployment overwrites it."
        lines = (clusters.set_variables_command(case, f"{found.name}-"),)
    elif is_variable:
        where = "from the file or manifest that sets it"
        look = "Then start the program again: it reads its variables when it starts."
    return your_remedy(
        f"Remove {name}, or set it to {url}",
        f"Remove it {where}: with its Region only, the SDK calls {endpoint} itself.",
        look,
        commands=lines,
        url="https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html",
    )
