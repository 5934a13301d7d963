"""Explain that kiam or kube2iam, which pass roles to pods, refuse a role for a namespace.

Sources: https://github.com/uswitch/kiam#overview (iam.amazonaws.com/permitted) and
https://github.com/jtblin/kube2iam#namespace-restrictions (iam.amazonaws.com/allowed-roles).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared.commands import fill_command, namespace
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

REFUSED_ROLE = lazy_pattern(
    r"namespace policy expression '(?P<expression>[^'\n]{1,200})' forbids role '(?P<role>[\w+=,.@:/-]{1,300})'"
    r"|role requested (?P<arn>[\w+=,.@:/-]{1,300}) not valid for namespace of pod at \S{1,64} with namespace (?P<namespace>[a-z0-9-]{1,63})",
    re.IGNORECASE | re.ASCII,
)
"""What kiam and kube2iam say of a role that a namespace does not allow."""
ROLE_NOT_PERMITTED_IN_NAMESPACE = CauseType(
    "role-not-permitted-in-namespace",
    title="The namespace does not permit the role in kiam or kube2iam",
    meaning="kiam and kube2iam give a pod only the roles that an annotation of its namespace permits.",
    recognised_by='kiam says "namespace policy expression … forbids role", or kube2iam that a role is not valid for the namespace.',
    fix="Annotate the namespace: iam.amazonaws.com/permitted for kiam, iam.amazonaws.com/allowed-roles for kube2iam.",
    sources=(
        "https://github.com/uswitch/kiam#overview",
        "https://github.com/jtblin/kube2iam#namespace-restrictions",
    ),
)


def explain_refused_role(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that kiam or kube2iam refuses a role because of the annotation of a namespace."""
    said = next(REFUSED_ROLE.finditer(case.text))
    expression, role = said["expression"], said["role"] or said["arn"]
    is_kiam = expression is not None
    program, key = ("kiam", "permitted") if is_kiam else ("kube2iam", "allowed-roles")
    key = f"iam.amazonaws.com/{key}"
    space = said["namespace"] or case.facts.namespace
    is_empty = expression in {None, "(empty)"}
    name = f"the namespace {space}" if space else "the namespace of the pod"
    value = json.dumps([role])
    step = "It is a list of all roles that the namespace permits: add those that are there already."
    if is_kiam:
        # kiam searches the name of the role for the expression.
        value = f"^{re.escape(role)}$".replace("\\-", "-")
        value = value if is_empty else f"{expression}|{value}"
        step = "It is a regular expression for the roles that the namespace permits. Do not use .*: each pod of the namespace could then take any role that kiam can assume."
    verdict = f"permits only {expression} ({key})"
    if is_empty:
        verdict = f"has no annotation {key}" if is_kiam else f"does not permit it ({key})"
    return case.explain(
        f"The agent of {program} refused the role {role}: {name} {verdict}. It did not ask STS, so neither the role's trust policy nor its policies are the cause.",
        ROLE_NOT_PERMITTED_IN_NAMESPACE.cause(
            "reported",
            text=f"With {program}, a pod gets only roles that its namespace permits. Otherwise, SDKs find no credentials.",
        ),
        topic="no-credentials",
        remedies=cluster_remedy(
            f"Permit the role in the annotation of {name}",
            step,
            "No restart is necessary. If STS then denies AssumeRole, check the role's trust policy.",
            commands=(
                fill_command(
                    "kubectl get namespace {} --output jsonpath='{{.metadata.annotations}}'", namespace(space)
                ),
                fill_command(
                    "kubectl annotate namespace {} --overwrite {}", namespace(space), f"{key}={value}"
                ),
            ),
            url=ROLE_NOT_PERMITTED_IN_NAMESPACE.sources[0 if is_kiam else 1],
        ),
    )
