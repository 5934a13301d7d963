"""Explain that EKS rejects the principal ARN of an access entry.

Source: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import InstanceProfile, Role, RoleSession
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.calls.malformed_policies import PRINCIPAL_NOT_THERE, PRINCIPAL_TOO_NEW
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.arn_diagnosis import (
    PATH_MISSING,
    SERVICE_LINKED_ROLE,
    SESSION_ARN,
    diagnose_arn,
    lookup_command,
    parse_principal_of_masked_account,
)
from iamtriage.explaining._rules.shared.clusters import find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.commands import repeat_command
from iamtriage.explaining._rules.shared.principal_mappings import (
    build_cluster_principal,
    create_entry_command,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.arns._principals import Principal
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.arn_diagnosis import ArnDiagnosis
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidArn

__all__ = (
    "SERVICE_LINKED",
    "describe_reason",
    "diagnosis_causes",
    "explain_entry_arn",
    "explain_service_linked_role",
    "parse_principal",
)

SERVICE_LINKED = lazy_pattern(r"principalArn value of a Service Linked Role")
_UNKNOWN_PRINCIPAL = lazy_pattern(r"principalArn is invalid")


PRINCIPAL_NOT_ACCEPTED = CauseType(
    "principal-not-accepted",
    title="EKS rejects the principal ARN of an access entry",
    meaning="EKS does not accept the ARN as the principal of an access entry, because it finds no such role or user or because the form is wrong.",
    recognised_by="The message says that the principalArn is invalid or has the wrong format.",
    fix="Use the ARN of the IAM role or user with its path, as IAM prints it.",
    sources=(pages.EKS_ACCESS_ENTRIES, pages.CONSISTENCY),
)


def parse_principal(text: str | None) -> Principal | None:
    return try_parse_principal(text) or (None if text is None else parse_principal_of_masked_account(text))


def diagnosis_causes(text: str | None, diagnosis: ArnDiagnosis | None) -> tuple[Cause, ...]:
    if diagnosis is None or text is None:
        return ()
    because = [f"The rejected ARN is {text}"]
    if diagnosis.correct_arn is not None:
        because.insert(0, f"The correct ARN is {diagnosis.correct_arn}")
    return (diagnosis.cause.cause("derived", tuple(because), text=diagnosis.text),)


def describe_reason(diagnosis: ArnDiagnosis) -> str:
    """Return what is wrong with an ARN, as the end of a sentence."""
    reason = diagnosis.text.removeprefix("The ARN breaks a rule: ")
    return f"{reason[:1].lower()}{reason[1:]}"


def explain_entry_arn(case: Case[InvalidArn], message: str) -> Explanation:
    cluster = find_cluster(case)
    text = find_entry_arn(case)
    principal = parse_principal(text)
    diagnosis = None if text is None else diagnose_arn(text, "access-entry")
    mapped = build_cluster_principal(try_parse_principal(text), "the principal")
    if not mapped.is_known and isinstance(principal, InstanceProfile | Role | RoleSession):
        # The account is masked, or the ARN is an instance profile's. A command can still look up the ARN.
        mapped = attrs.evolve(mapped, entry_argument=f'"$({lookup_command(principal)})"', entry_refusal=None)
    is_unknown = _UNKNOWN_PRINCIPAL.search(message) is not None
    reported = (
        "EKS finds no IAM principal with this ARN."
        if is_unknown
        else "EKS does not accept an ARN of this form."
    )
    causes = [PRINCIPAL_NOT_ACCEPTED.cause("reported", text=reported), *diagnosis_causes(text, diagnosis)]
    if diagnosis is None:
        causes += _possible_causes(is_unknown=is_unknown)
    lookup = (diagnosis.lookup_command if diagnosis else None) or lookup_command(principal)
    repeated = repeat_command(
        context_of(case.facts).command,
        *("eks", "create-access-entry"),
        changes={"principal-arn": mapped.new_entry_argument},
        of_region=cluster.region,
    )
    remedies = [
        cluster_remedy(
            "Look up the full ARN, and create the access entry with it",
            "The first command prints the ARN with its path, if it has one. An access entry requires the path; aws-auth, in contrast, requires the ARN without it.",
            *filter(None, (mapped.entry_refusal,)),
            "Use credentials of the account that owns the role or user.",
            commands=(lookup, repeated or create_entry_command(cluster, mapped)),
            url=pages.EKS_ACCESS_ENTRIES,
        ),
    ]
    if is_unknown and diagnosis is None:
        remedies.append(
            your_remedy(
                "Wait, if the role was just created",
                "A new role or user takes a few seconds to propagate. In Terraform, let the entry depend on the role, and apply again.",
                url=pages.CONSISTENCY,
            )
        )
    reason = "no role or user has this ARN." if is_unknown else "it is not the ARN of a role or user."
    if diagnosis is not None and diagnosis.cause is PATH_MISSING:
        reason = "the path of the IAM Identity Center role is missing."
    return case.explain(
        f"EKS rejects the ARN for an access entry: {describe_reason(diagnosis) if diagnosis else reason}",
        *causes,
        topic="access-entry-principal",
        remedies=tuple(remedies),
        notes=("An IAM policy does not help: the call was allowed, but its argument is invalid.",),
    )


def _possible_causes(*, is_unknown: bool) -> list[Cause]:
    if not is_unknown:
        text = "It is the ARN of a session, as aws sts get-caller-identity prints it, or an incomplete ARN."
        return [SESSION_ARN.cause(text=text)]
    return [
        PATH_MISSING.cause(text="The role has a path that the ARN lacks."),
        PRINCIPAL_NOT_THERE.cause(text="The name or account is misspelled, or the role or user was deleted."),
        PRINCIPAL_TOO_NEW.cause(),
    ]


def explain_service_linked_role(case: Case[InvalidArn]) -> Explanation:
    cluster = find_cluster(case)
    return case.explain(
        "EKS does not allow changes to access entries of service-linked roles.",
        SERVICE_LINKED_ROLE.cause(
            "reported",
            text="The principalArn is a service-linked role. EKS manages the entries of its own service-linked roles.",
        ),
        topic="access-entry-service-linked",
        remedies=(
            cluster_remedy(
                "Remove the entry",
                "Remove the role from the list, script or Terraform configuration: its path begins with /aws-service-role/.",
                "For people and programs, use a role that they assume.",
                commands=(cluster.eks_command("list-access-entries"),),
                url=pages.EKS_ACCESS_ENTRIES,
            ),
        ),
    )
