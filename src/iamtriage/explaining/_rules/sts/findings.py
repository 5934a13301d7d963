"""Convert what :func:`iamtriage.diagnose_sts` finds to causes and remedies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.exceptions import EndpointError
from iamtriage.explaining._explanations import Cause, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import as_sentence, find_region

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._explanations import Who
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure
    from iamtriage.sts._causes import Place, StsCause

__all__ = ("REMEDY_TITLES", "UNREACHABLE_CODES", "StsFindings", "diagnose_sts_call")

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
    "cluster": "Make the pods anew",
    "account": "Change the account's settings",
    "network": "Look at the network's way to STS",
}
_CLUSTER_PLACES = frozenset({"pod", "service account", "cluster"})
# Evidence that begins so repeats the failure, or describes a setting that a rule derived from its text.
_OMITTED_EVIDENCE = (
    "AWS_ROLE_ARN is",
    "the failure says",
    "the code sets",
    "the client signs",
    "the region is",
    "the environment has no region",
)


@attrs.frozen
class StsFindings:
    """The causes of a failed STS call, and their remedies.

    Attributes:
        causes: The causes, the most certain first.
        remedies: The remedies, in the order of the causes.
    """

    causes: tuple[Cause, ...] = ()
    remedies: tuple[Remedy, ...] = ()


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
        codes: The codes of the causes to return; ``None`` for all.
        because: Evidence for every cause, one line each.
        env: The variables that the text states.
        region: The region that the call was signed for.
        endpoint: The URL that was called.
        fallback_region: The region to suggest if nothing else states one.
    """
    from iamtriage.sts._diagnosis import diagnose_sts

    facts = case.facts
    found = diagnose_sts(
        case.failure,
        env=env,
        region=region,
        endpoint=endpoint,
        kubernetes_version=_known_version(facts.kubernetes_version),
        cluster_region=find_region(case) or region or fallback_region,
        namespace=facts.namespace,
        service_account=facts.service_account,
    )
    causes = [cause for cause in found.causes if codes is None or cause.code in codes]
    return StsFindings(
        tuple(_convert_cause(cause, because) for cause in causes),
        tuple(remedy for cause in causes for remedy in _convert_fixes(cause)),
    )


def _known_version(given: str | None) -> str | None:
    """Return a Kubernetes version, or ``None`` if the text is not one."""
    from iamtriage.sts._pods import sts_default

    try:
        sts_default(given)
    except EndpointError:
        return None
    return given


def _convert_cause(cause: StsCause, lines: tuple[str, ...]) -> Cause:
    kept = tuple(line for line in cause.evidence if not line.startswith(_OMITTED_EVIDENCE))
    # It is the SDK that reports a missing region, not AWS.
    is_from_sdk = cause.code == "missing-region" and cause.certainty == "reported"
    evidence = "derived" if is_from_sdk else cause.certainty
    return Cause(cause.code, cause.title, evidence, tuple(dict.fromkeys((*lines, *map(as_sentence, kept)))))


def _convert_fixes(cause: StsCause) -> list[Remedy]:
    """Return a remedy for each place to change, in the order of the fixes."""
    places: dict[Place, None] = {fix.where: None for fix in cause.fixes}
    remedies: list[Remedy] = []
    for place in places:
        fixes = [fix for fix in cause.fixes if fix.where == place]
        remedies.append(
            Remedy(
                title=REMEDY_TITLES[place],
                who=_WHO_BY_PLACE[place],
                steps=tuple(as_sentence(fix.text) for fix in fixes),
                commands=tuple(command for fix in fixes for command in fix.commands),
                url=pages.EKS_STS if place in _CLUSTER_PLACES else pages.STS_REGIONS,
            )
        )
    return remedies
