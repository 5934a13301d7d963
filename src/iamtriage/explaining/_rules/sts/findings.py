"""What :func:`iamtriage.diagnose_sts` finds, as causes and remedies; not for how it finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.exceptions import EndpointError
from iamtriage.explaining._explanations import Cause, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import as_sentence, find_region, message_text, quote_phrases
from iamtriage.sts._diagnosis import diagnose_sts
from iamtriage.sts._pods import sts_default

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._explanations import Who
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure
    from iamtriage.sts._causes import Place, StsCause

__all__ = ("TITLES", "StsFindings", "sts_findings")

_WHO: dict[Place, Who] = {
    "code": "you",
    "pod": "you",
    "service account": "you",
    "cluster": "cluster administrator",
    "account": "account administrator",
    "network": "account administrator",
}
TITLES: dict[Place, str] = {
    "code": "Change how the code calls STS",
    "pod": "Change the pod's environment",
    "service account": "Change the service account",
    "cluster": "Make the pods anew",
    "account": "Change the account's settings",
    "network": "Look at the network's way to STS",
}
_IN_CLUSTERS = frozenset({"pod", "service account", "cluster"})
# These lines quote the failure, or speak of a setting that a rule guessed from its text.
_OURS = (
    "AWS_ROLE_ARN is",
    "the failure says",
    "the code names",
    "the client signs",
    "the region is",
    "the environment tells no",
)


@attrs.frozen
class StsFindings:
    """Causes with the remedies of all of them.

    Attributes:
        causes: the causes, the surest first.
        remedies: what mends them, in the same order.
    """

    causes: tuple[Cause, ...] = ()
    remedies: tuple[Remedy, ...] = ()


def sts_findings(  # noqa: PLR0913 (what may be known beside the case, and whom it is for)
    case: Case[Failure],
    *,
    only: frozenset[str] | None = None,
    sentences: tuple[str, ...] = (),
    because: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    region: str | None = None,
    endpoint: str | None = None,
    home: str | None = None,
) -> StsFindings:
    """Give what is known of a call of STS that failed.

    Args:
        case: the failure and the facts.
        only: the codes of the causes that are wanted; None: all.
        sentences: words of AWS, quoted where the text has them.
        because: what else speaks for the causes.
        env: the environment, as far as the text tells it.
        region: the region for which the call was signed.
        endpoint: the URL that was called.
        home: the region to propose, where nothing else tells one.
    """
    facts = case.facts
    found = diagnose_sts(
        case.failure,
        env=env,
        region=region,
        endpoint=endpoint,
        kubernetes_version=_version(facts.kubernetes_version),
        cluster_region=find_region(case) or region or home,
        namespace=facts.namespace,
        service_account=facts.service_account,
    )
    causes = [cause for cause in found.causes if only is None or cause.code in only]
    lines = (*quote_phrases(message_text(case), *sentences), *because)
    return StsFindings(
        tuple(_cause(cause, lines) for cause in causes),
        tuple(remedy for cause in causes for remedy in _remedies(cause)),
    )


def _version(given: str | None) -> str | None:
    """Give a version of Kubernetes, None for a text that is none."""
    try:
        sts_default(given)
    except EndpointError:
        return None
    return given


def _cause(cause: StsCause, lines: tuple[str, ...]) -> Cause:
    kept = tuple(line for line in cause.evidence if not line.startswith(_OURS))
    # That a client has no region is what SDKs say, and no word of AWS.
    evidence = (
        "derived" if cause.code == "missing-region" and cause.certainty == "reported" else cause.certainty
    )
    return Cause(cause.code, cause.title, evidence, tuple(dict.fromkeys((*lines, *map(as_sentence, kept)))))


def _remedies(cause: StsCause) -> list[Remedy]:
    """Give a remedy for each place where something can be changed, in the order of the fixes."""
    places: dict[Place, None] = {fix.where: None for fix in cause.fixes}
    remedies: list[Remedy] = []
    for place in places:
        fixes = [fix for fix in cause.fixes if fix.where == place]
        remedies.append(
            Remedy(
                title=TITLES[place],
                who=_WHO[place],
                steps=tuple(as_sentence(fix.text) for fix in fixes),
                commands=tuple(command for fix in fixes for command in fix.commands),
                url=pages.EKS_STS if place in _IN_CLUSTERS else pages.STS_REGIONS,
            )
        )
    return remedies
