"""Convert what :func:`iamtriage.diagnose_sts` finds to causes and remedies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import cached_pattern, lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import as_sentence, line_start
from iamtriage.exceptions import EndpointError
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller, usual_account
from iamtriage.explaining._explanations.remedies import Who
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.failures._failures import Failure

if TYPE_CHECKING:
    from iamtriage.sts._causes import Place, StsCause

UNREACHABLE_CODES = frozenset({"private-dns-regional-only", "unpublished-fips-host"})
"""The codes of causes that keep a call from reaching STS."""
_WHO_BY_PLACE: dict[Place, Who] = {
    "code": "you",
    "pod": "you",
    "service account": "you",
    "cluster": "cluster administrator",
    "account": "account administrator",
    "network": "account administrator",
}
REMEDY_TITLES: dict[Place, str] = {
    "code": "Change how the code calls STS",
    "pod": "Change the pod's environment",
    "service account": "Change the service account",
    "cluster": "Re-create the pods",
    "account": "Change the account's settings for STS",
    "network": "Check the network's connection to STS",
}
_CLUSTER_PLACES = frozenset({"pod", "service account", "cluster"})
# A variable of a shell, a pod or a task, or the setting of a profile.
_LEGACY = lazy_pattern(
    r"\b(?i:(?:aws_)?sts_regional_endpoints)[\"']?(?:[^\S\n]{0,9}[=:]\s{0,4}|[\"']?,?\s{1,40}[\"']?value[\"']?:\s{0,4})[\"']?legacy\b"
)
# Before 1.40, both call the global endpoint by default.
_OLD_BOTOCORE = lazy_pattern(
    r"\b(?P<name>[Bb]oto(?:core|3))(?:==|[ /:=@-]{1,3}v?)(?P<version>1\.[123]?\d\.\d{1,4})\b"
)
# A newer one, to which the text may say that somebody upgraded, and the setting of it.
_REGIONAL_BOTOCORE = lazy_pattern(
    r"\b[Bb]oto(?:core|3)(?:==|[ /:=@-]{1,3}v?)1\.(?:[4-9]\d|\d{3})\.|(?i:sts_regional_endpoints)[\"']?[ =:]{1,3}[\"']?regional\b"
)
# A comment, and what people say of a setting that is gone.
_NOT_SET = lazy_pattern(
    r"^\s{0,40}(?:#|//)|\b(?i:removed|unset|deleted|dropped|no longer|any ?more|not|without|used to|instead of)\b|n't\b"
)
_CHARS_AROUND = 40
# Evidence that begins so repeats the failure, or describes a setting that a rule derived from its text.
_OMITTED_EVIDENCE = (
    *("AWS_ROLE_ARN is", "the failure says", "the code sets", "the client signs", "the Region is"),
    "the environment has no Region",
)
WRONG_SCOPE = CauseType(
    "wrong-scope",
    title="The STS request goes to an endpoint of another Region than it is signed for",
    recognised_by='The message says "Credential should be scoped to a valid region".',
    fix="Use the regional STS endpoint of the Region that the client signs for.",
    sources=(pages.STS_REGIONS, pages.EKS_STS),
)
GLOBAL_HOST_REGIONAL_CREDENTIALS = CauseType(
    "global-host-regional-credentials",
    title="The code calls the global STS endpoint, but signs for another Region",
    meaning="The code calls the global STS endpoint, which accepts signatures for us-east-1 only, but signs for another Region.",
    fix="Remove the endpoint URL of the global endpoint, or sign for us-east-1.",
    of="wrong-scope",
)
CHINA_WITHOUT_REGION = CauseType(
    "china-without-region",
    title="A role in China is assumed without a Region",
    meaning="The role is in the partition aws-cn, which the global STS endpoint does not accept.",
    recognised_by="The text names a role in the partition aws-cn, and the STS call has no Region or goes to the global endpoint.",
    fix="Set the Region of the client to one in China.",
    sources=(pages.STS_REGIONS,),
)
PARTITION_WITHOUT_REGION = CauseType(
    "partition-without-region",
    title="A role of another partition is assumed without a Region",
    meaning="The role is in another partition, which the global STS endpoint does not accept.",
    recognised_by="The text names a role of another partition than aws, and the STS call has no Region or goes to the global endpoint.",
    fix="Set the Region of the client to one of the role's partition.",
    sources=(pages.STS_REGIONS,),
)
REGION_DISABLED = CauseType(
    "region-disabled",
    title="STS is not activated for the account in the Region that was called",
    recognised_by="The error code RegionDisabledException.",
    fix="Activate STS in the Region, or call another Region.",
    sources=(pages.STS_REGIONS, pages.ENABLE_REGION),
)
V1_TOKEN_IN_OPT_IN_REGION = CauseType(
    "v1-token-in-opt-in-region",
    title="The token of the global STS endpoint is not valid in the Region",
    meaning="Version 1 tokens, which the global STS endpoint issues by default, are not valid in opt-in Regions.",
    fix="Use the regional STS endpoint, or let the global endpoint issue version 2 tokens.",
    of="invalid-credentials",
    sources=(pages.TEMPORARY_REGIONS,),
)
PRIVATE_DNS_REGIONAL_ONLY = CauseType(
    "private-dns-regional-only",
    title="The network reaches only the STS endpoint of its own Region",
    meaning="The network, such as a private VPC with an interface endpoint, can reach the STS endpoint of its own Region, but not the one that is called.",
    fix="Use the regional STS endpoint of the VPC.",
    recognised_by="The text shows a VPC endpoint for STS.",
    # The service name, words, or a private address of the regional name.
    sign=r"\bcom\.amazonaws\.[a-z]{2,5}-[a-z0-9-]{5,20}\.sts\b"
    r"|(?<!no )(?<!without )(?<!missing )\b(?i:(?:interface|vpc) endpoints?) (?:for|of) (?:(?!\bnot?\b|\bexcept\b)[^.;:]|\.(?=\w)){0,160}?\b(?i:sts)\b"
    r"|\bsts\.[a-z]{2,5}-[a-z0-9-]{5,20}\.amazonaws\.com(?:\.cn)?\.?\s(?:Address(?:es)?:|\d{1,6} IN A|has address)\s(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.[\d.]{3,11}",
    remedy="call",
    of="no-answer",
    sources=(pages.EKS_STS,),
)
UNPUBLISHED_FIPS_HOST = CauseType(
    "unpublished-fips-host",
    title="AWS publishes no FIPS endpoint for the Region",
    meaning="SDKs build a name for the FIPS endpoint of the Region, but AWS does not publish such a host.",
    recognised_by="The host that cannot be resolved is a FIPS endpoint that AWS does not publish.",
    fix="Turn AWS_USE_FIPS_ENDPOINT off for STS, or use a Region with a FIPS endpoint.",
    sources=(pages.STS_REGIONS,),
)
PODS_NOT_RECREATED = CauseType(
    "pods-not-recreated",
    title="The pods are older than the annotation or association",
    meaning="EKS sets a pod's variables when it creates the pod, and this pod is older than the annotation or association.",
    fix="Re-create the pods: EKS sets the variables when a pod is created.",
    recognised_by="The text shows that the annotation or association was just created.",
    sign=r"\bserviceaccounts?/[\w.-]{1,63} annotated\b|\"associationArn\"",
    commands=("kubectl rollout restart",),
    of="no-credentials",
    sources=(pages.EKS_IRSA_POD,),
)
STS_CAUSES = {
    each.code: each
    for each in (
        *(WRONG_SCOPE, GLOBAL_HOST_REGIONAL_CREDENTIALS, CHINA_WITHOUT_REGION, PARTITION_WITHOUT_REGION),
        *(REGION_DISABLED, V1_TOKEN_IN_OPT_IN_REGION, PRIVATE_DNS_REGIONAL_ONLY, UNPUBLISHED_FIPS_HOST),
        PODS_NOT_RECREATED,
    )
}
"""The definitions of the causes that ``iamtriage.sts`` can find in a text, by code."""


@attrs.frozen(eq=False, repr=False)
class StsFindings(Value):
    """The causes of a failed STS call, and their remedies."""

    causes: tuple[Cause, ...] = ()
    build_remedies: Callable[[], tuple[Remedy, ...]] = tuple

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """The remedies, which not every rule shows."""
        return self.build_remedies()


def v1_token_cause(
    region: str | None,
    *,
    is_shown: bool,
    is_global: bool = False,
    is_enabled: bool = True,
    sets_global: bool = False,
) -> Cause:
    """Return the cause that an opt-in Region, which the account most likely has enabled, rejects a version 1 token."""
    version = "The account's GlobalEndpointTokenVersion is 1. " if is_shown else ""
    if is_global:
        version += (
            "AWS_ENDPOINT_URL_STS is the global endpoint, and takes precedence over AWS_STS_REGIONAL_ENDPOINTS. "
            if sets_global
            else "The text shows the global endpoint. "
        )
    return V1_TOKEN_IN_OPT_IN_REGION.cause(
        "derived" if is_shown or is_global else "possible",
        text=f"{version}Version 1 tokens, which the global endpoint issues, are not valid in opt-in Regions.{f' The account has enabled {region}.' if is_enabled else ''}",
    )


def diagnose_sts_call(  # noqa: PLR0913 (the settings that a rule can derive from the text)
    case: Case[Failure],
    *,
    codes: frozenset[str] | None = None,
    because: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    region: str | None = None,
    endpoint: str | None = None,
    fallback_region: str | None = None,
) -> StsFindings:
    """Return the causes and remedies of a failed STS call.

    Args:
        case: The failure and the facts.
        codes: The codes of the causes to return; ``None`` for all that a text can state.
        because: Evidence for every cause, one line each.
        env: The variables that the text states.
        region: The region that the call was signed for.
        endpoint: The URL that was called.
        fallback_region: The region to suggest if nothing else states one.
    """
    from iamtriage.sts._diagnosis import diagnose_sts

    facts = case.facts
    namespace, service_account = usual_account(facts, case.failure.text)
    found = diagnose_sts(
        case.failure,
        env=env,
        region=region,
        endpoint=endpoint,
        kubernetes_version=_known_version(facts.kubernetes_version),
        cluster_region=find_region(case) or region or fallback_region,
        namespace=namespace,
        service_account=service_account,
    )
    causes = [cause for cause in found.causes if cause.code in (codes or STS_CAUSES)]
    return StsFindings(
        tuple(_convert_cause(cause, because) for cause in causes),
        lambda: tuple(remedy for cause in causes for remedy in _remedies_of_cause(cause, case)),
    )


def _remedies_of_cause(cause: StsCause, case: Case[Failure]) -> tuple[Remedy, ...]:
    """Return the remedies of a cause, first the one that the reader can do."""
    remedies = _convert_fixes(cause)
    controller = find_controller(case.failure.text)
    if controller is not None and (code := remedies.pop("code", None)) is not None:
        # A controller is configured: its code is not the reader's.
        title = f"Change how {controller.name} calls STS"
        remedies["code"] = attrs.evolve(code, title=title, who="cluster administrator")
    if cause.code != "private-dns-regional-only":
        return tuple(remedies.values())
    if is_of_pod(case):
        return (_regional_pods_remedy(remedies, case),)
    # The service account is that of a pod.
    remedies.pop("service account", None)
    region = commands.region(find_region(case))
    steps = (*remedies["code"].steps, "Or leave the code unchanged, and set the variables where it runs.")
    title = remedies["code"].title
    old = None if _REGIONAL_BOTOCORE.search(case.text) else _OLD_BOTOCORE.search(case.text)
    if old is not None and not sets_legacy_endpoint(case.text):
        # https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html
        title = f"Let {old['name']} call the regional STS endpoint"
        steps = (
            f"{old['name']} {old['version']} calls the global host unless AWS_STS_REGIONAL_ENDPOINTS says regional: set the variables where the program runs, such as in its task definition.",
            f"Or upgrade boto3 and botocore to 1.40 or later, which do so by default, or create the client with endpoint_url={steps[0].rpartition(' ')[2].removesuffix('.')}.",
        )
    remedies["code"] = attrs.evolve(
        remedies["code"],
        title=title,
        steps=steps,
        commands=(f"export AWS_REGION={region} AWS_STS_REGIONAL_ENDPOINTS=regional",),
    )
    if has_endpoint(case):
        remedies.pop("network", None)
    return tuple(remedies.values())


def has_endpoint(case: Case[Failure]) -> bool:
    """Return whether the text shows that the VPC has an endpoint for STS."""
    return cached_pattern(PRIVATE_DNS_REGIONAL_ONLY.sign).search(case.text) is not None


def sets_legacy_endpoint(text: str) -> bool:
    r"""Return whether a setting in a text makes SDKs call the global endpoint.

    >>> sets_legacy_endpoint("- name: AWS_STS_REGIONAL_ENDPOINTS\n  value: legacy")
    True
    """
    for found in _LEGACY.finditer(text):
        start = line_start(text, found.start(), found.start() - _CHARS_AROUND)
        after = text[found.end() : found.end() + _CHARS_AROUND].partition("\n")[0]
        if _NOT_SET.search(text[start : found.start()] + after) is None:
            return True
    return False


def is_of_pod(case: Case[Failure]) -> bool:
    """Return whether a pod called, by the facts, the text or its usual controllers."""
    facts, is_pod = case.facts, case.context.runtime_kind == "eks-pod"
    return bool(
        is_pod
        or facts.cluster
        or facts.namespace
        or facts.service_account
        or find_controller(case.failure.text)
    )


def _regional_pods_remedy(remedies: Mapping[Place, Remedy], case: Case[Failure]) -> Remedy:
    """Return the remedy that makes pods call an endpoint that their VPC can serve.

    Sources: https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html and
    https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html.
    """
    account, network = remedies["service account"], remedies["network"]
    lines, facts = account.commands, case.facts
    if sets_legacy_endpoint(case.failure.text):
        # A variable of the pod takes precedence over the one that EKS adds for the annotation.
        return attrs.evolve(
            account,
            title="Remove AWS_STS_REGIONAL_ENDPOINTS=legacy, so that the pods call the regional endpoint",
            who="cluster administrator",
            steps=(
                "The commands change a running Deployment. Also remove the variable where it comes from: the manifest, the values of the chart, or ~/.aws/config (sts_regional_endpoints).",
                "Without it, EKS sets the variable to regional in new pods that have a role annotation. Trust policy and permissions stay.",
            ),
            commands=tuple(
                line.replace("rollout restart", "set env") + " AWS_STS_REGIONAL_ENDPOINTS=regional"
                for line in lines
                if " rollout restart " in line
            ),
        )
    steps = [
        f"{' '.join(remedies['code'].steps)} Old SDKs such as Go v1 do so with AWS_STS_REGIONAL_ENDPOINTS=regional; AWS_REGION is not enough.",
        "The annotation makes EKS set this variable in new pods, since Kubernetes 1.22 by default. If they have it already, their SDK does not read it: update the program.",
    ]
    if not has_endpoint(case):
        steps.append(
            "In private subnets, the VPC needs a route to a NAT gateway, or an interface endpoint for STS with private DNS, which serves only the regional name. Its security group must allow port 443 from the pods. The last command lists the endpoints."
        )
        lines += network.commands
    controller = find_controller(case.failure.text)
    if controller is not None and not (facts.namespace or facts.service_account):
        lines = tuple(line.replace("deployment/NAME", controller.workload) for line in lines)
        steps.append(f"The text is from {controller.name}: the names are those of its installation guide.")
    return attrs.evolve(
        account,
        title="Make the pods call the regional STS endpoint",
        who="cluster administrator",
        steps=tuple(steps),
        commands=lines,
    )


def _known_version(given: str | None) -> str | None:
    from iamtriage.sts._regional_defaults import sts_default

    try:
        sts_default(given)
    except EndpointError:
        return None
    return given


def _convert_cause(cause: StsCause, lines: tuple[str, ...]) -> Cause:
    kept = tuple(line for line in cause.evidence if not line.startswith(_OMITTED_EVIDENCE))
    because = tuple(dict.fromkeys((*lines, *map(as_sentence, kept))))
    return STS_CAUSES[cause.code].cause(cause.certainty, because, text=cause.title)


def _convert_fixes(cause: StsCause) -> dict[Place, Remedy]:
    places: dict[Place, None] = {fix.where: None for fix in cause.fixes}
    remedies: dict[Place, Remedy] = {}
    for place in places:
        fixes = [fix for fix in cause.fixes if fix.where == place]
        remedies[place] = Remedy(
            title=REMEDY_TITLES[place],
            who=_WHO_BY_PLACE[place],
            steps=tuple(as_sentence(fix.text) for fix in fixes),
            commands=tuple(command for fix in fixes for command in fix.commands),
            url=pages.EKS_STS if place in _CLUSTER_PLACES else pages.STS_REGIONS,
        )
    return remedies
