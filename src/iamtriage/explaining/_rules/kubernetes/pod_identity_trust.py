"""Find why a trust policy does not let EKS Pod Identity assume a role.

Pod Identity calls both actions, and passes the tags in
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html#pod-id-abac-tags.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._rendering.values import Value
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.sts import trust_documents
from iamtriage.explaining._rules.sts.trust_findings import TRUST_POLICY_ALLOWS
from iamtriage.policies._documents import build_document
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage.explaining._facts import Facts

POD_SERVICE = "pods.eks.amazonaws.com"
TAG_PREFIX = "aws:RequestTag/kubernetes-"
_ACTIONS = ("sts:AssumeRole", "sts:TagSession")
_LITERAL_OPERATORS = frozenset({"stringequals", "stringequalsifexists"})
_PATTERN_OPERATORS = frozenset(
    f"{each}{suffix}" for each in ("stringlike", "arnlike", "arnequals") for suffix in ("", "ifexists")
)

POD_IDENTITY_TRUST = CauseType(
    "pod-identity-trust",
    title="The role does not trust EKS Pod Identity",
    text="EKS does not accept the trust policy of the role.",
    recognised_by="EKS says that the trust policy of the role is not valid for Pod Identity, or that the role cannot be assumed for the association.",
    fix="Let the trust policy allow pods.eks.amazonaws.com sts:AssumeRole and sts:TagSession.",
    sources=(pages.EKS_POD_ROLE,),
)
NO_SERVICE = CauseType(
    "no-service",
    title="The trust policy does not name pods.eks.amazonaws.com",
    fix="Add the service principal pods.eks.amazonaws.com.",
    of="pod-identity-trust",
)
NO_TAG_SESSION = CauseType(
    "no-tag-session",
    title="The trust policy does not allow sts:TagSession",
    text="It allows sts:AssumeRole but not sts:TagSession, which Pod Identity requires, too.",
    fix="Allow both sts:AssumeRole and sts:TagSession.",
    of="pod-identity-trust",
)
IRSA_TRUST = CauseType(
    "irsa-trust",
    title="The trust policy is written for IRSA and trusts an OIDC provider",
    fix="Add a statement for pods.eks.amazonaws.com.",
    of="pod-identity-trust",
)


@attrs.frozen(eq=False, repr=False)
class PodTrust(Value):
    """What a trust policy means for Pod Identity.

    Attributes:
        cause: The cause to report.
        text: What is wrong, as a sentence.
        reason: Why, as a sentence.
        title: What to do.
        fixed: The whole corrected policy, or ``None`` if nothing has to change.
        alternative: What else helps, as the title of a remedy.
    """

    cause: CauseType
    text: str
    reason: str
    title: str
    fixed: dict[str, Any] | None
    alternative: str | None = None


def check_pod_trust(facts: Facts, role_account: str | None = None) -> PodTrust | None:
    """Check the trust policy in the facts; return ``None`` without one.

    >>> from iamtriage.explaining import Facts
    >>> statement = {"Effect": "Allow", "Principal": {"Service": POD_SERVICE}, "Action": "sts:AssumeRole"}
    >>> check_pod_trust(Facts(trust_policy={"Statement": [statement]})).text
    "The role's trust policy allows pods.eks.amazonaws.com only sts:AssumeRole: sts:TagSession is missing."
    """
    document = trust_documents.parse_document(facts.trust_policy)
    if document is None:
        return None
    statements = [
        each for each in trust_documents.iterate_statements(document) if each.get("Effect") == "Allow"
    ]
    own = [each for each in statements if POD_SERVICE in _principals(each, "Service")]
    if not own:
        return _missing_principal(document, statements, facts)
    return (
        _missing_actions(document, own)
        or next(
            (found for each in own if (found := _failed_condition(document, each, facts, role_account))), None
        )
        or PodTrust(
            TRUST_POLICY_ALLOWS,
            f"EKS rejected the role's trust policy, but the policy that was supplied allows {POD_SERVICE} {_ACTIONS[0]} and {_ACTIONS[1]}.",
            "It may not be the current policy of this role, or a condition is not met.",
            "Compare it with the current trust policy of the role",
            None,
        )
    )


def build_pod_trust_policy(service_account: tuple[str, str] | None) -> dict[str, Any]:
    """Build a trust policy for Pod Identity, limited to a service account if it is known."""
    statement: dict[str, Any] = {
        "Sid": "AllowPodIdentity",
        "Effect": "Allow",
        "Principal": {"Service": POD_SERVICE},
        "Action": list(_ACTIONS),
    }
    if service_account is not None:
        tags = {
            f"{TAG_PREFIX}namespace": service_account[0],
            f"{TAG_PREFIX}service-account": service_account[1],
        }
        statement["Condition"] = {"StringEquals": tags}
    return build_document([statement])


def known_service_account(facts: Facts) -> tuple[str, str] | None:
    """Return the namespace and service account, if the facts state both."""
    namespace, name = facts.namespace, facts.service_account
    if namespace is None or commands.namespace(namespace) != namespace:
        return None
    if name is None or commands.kubernetes_name(name) != name:
        return None
    return namespace, name


def _principals(statement: Mapping[str, Any], kind: str) -> list[str]:
    return trust_documents.as_strings(trust_documents.mapping(statement.get("Principal")).get(kind))


def _missing_principal(
    document: Mapping[str, Any], statements: list[dict[str, Any]], facts: Facts
) -> PodTrust:
    fixed = copy.deepcopy(dict(document))
    added = build_pod_trust_policy(known_service_account(facts))["Statement"]
    fixed["Statement"] = [*trust_documents.iterate_statements(fixed), *added]
    named = [
        value
        for each in statements
        for kind in ("Service", "Federated", "AWS")
        for value in _principals(each, kind)
    ]
    is_irsa = bool(named) and all(":oidc-provider/" in each for each in named)
    found = (
        "trusts an OIDC provider (IRSA)"
        if is_irsa
        else f"names {' and '.join(clip_text(each) for each in named[:2])}"
        if named
        else "names other principals"
    )
    return PodTrust(
        IRSA_TRUST if is_irsa else NO_SERVICE,
        f"The role's trust policy {found}, not {POD_SERVICE}.",
        "Only this service principal can assume a role for Pod Identity.",
        f"Allow {POD_SERVICE} in the role's trust policy",
        fixed,
    )


def _missing_actions(document: Mapping[str, Any], own: list[dict[str, Any]]) -> PodTrust | None:
    allowed = [action for each in own for action in trust_documents.as_strings(each.get("Action"))]
    missing = [
        each
        for each in _ACTIONS
        if not any(matches(each.lower(), compile_glob(one.lower())) for one in allowed)
    ]
    if not missing:
        return None
    fixed = copy.deepcopy(dict(document))
    statement = next(each for each in trust_documents.iterate_statements(fixed) if each == own[0])
    statement["Action"] = list(
        dict.fromkeys([*trust_documents.as_strings(statement.get("Action")), *missing])
    )
    has_part = len(missing) < len(_ACTIONS)
    kept = " and ".join(clip_text(each) for each in allowed[:2])
    only = f"allows {POD_SERVICE} only {kept}" if allowed else f"allows {POD_SERVICE} no action"
    return PodTrust(
        NO_TAG_SESSION if has_part and missing == [_ACTIONS[1]] else POD_IDENTITY_TRUST,
        f"The role's trust policy {only}: {' and '.join(missing)} {'is' if has_part else 'are'} missing.",
        "Pod Identity requires both actions: it passes session tags when it assumes the role.",
        f"Allow {' and '.join(missing)} in the role's trust policy",
        fixed,
    )


def _failed_condition(
    document: Mapping[str, Any], statement: dict[str, Any], facts: Facts, role_account: str | None
) -> PodTrust | None:
    actual_values = {
        f"{TAG_PREFIX}namespace".lower(): ("namespace", facts.namespace),
        f"{TAG_PREFIX}service-account".lower(): ("service account", facts.service_account),
        "aws:requesttag/eks-cluster-name": ("cluster", facts.cluster),
        "aws:sourceaccount": ("account", role_account),
    }
    for operator, key, expected in _conditions(statement):
        name, actual = actual_values.get(key.lower(), ("cluster", None))
        if key.lower() in {"aws:sourcearn", "aws:requesttag/eks-cluster-arn"} and len(expected) == 1:
            actual = _cluster_arn(expected[0], facts, role_account)
        is_literal = operator.lower() in _LITERAL_OPERATORS
        if actual is None or actual in expected:
            continue
        if not is_literal and any(matches(actual, compile_glob(each)) for each in expected):
            continue
        fixed = copy.deepcopy(dict(document))
        changed = next(each for each in trust_documents.iterate_statements(fixed) if each == statement)
        changed["Condition"][operator][key] = [*expected, actual]
        wanted = " or ".join(clip_text(each) for each in expected[:3])
        return PodTrust(
            POD_IDENTITY_TRUST,
            f"The role's trust policy expects the {name} {wanted}, and the association is for {clip_text(actual)}.",
            f"Its condition on {clip_text(key)} is not met.",
            f"Accept the {name} {clip_text(actual)} in the role's trust policy",
            fixed,
            None
            if name == "account"
            else f"Or create the association for the {name} {wanted}, if that is the one that is meant",
        )
    return None


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for operator, block in trust_documents.mapping(statement.get("Condition")).items():
        if operator.lower() in _LITERAL_OPERATORS | _PATTERN_OPERATORS:
            for key, values in trust_documents.mapping(block).items():
                if expected := trust_documents.as_strings(values):
                    yield operator, key, expected


def _cluster_arn(expected: str, facts: Facts, role_account: str | None) -> str | None:
    """Return the ARN of the cluster; what the facts do not state is as expected."""
    parts = expected.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("cluster/"):
        return None
    region, account = facts.region or parts[3], role_account or parts[4]
    cluster = facts.cluster or parts[5].removeprefix("cluster/")
    return ":".join((*parts[:3], region, account, f"cluster/{cluster}"))
