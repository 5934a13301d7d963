"""Explain that STS rejects a token that the trust policy in the text accepts: the call asks for another role.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import read_pod_evidence
from iamtriage.explaining._rules.credentials.pod_problems import recreate_pods_remedy
from iamtriage.explaining._rules.shared import clusters, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.findings import PODS_NOT_RECREATED

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_REQUESTED = lazy_pattern(
    r"\bAWS_ROLE_ARN[\"']?(?:\s?[=:]\s{0,9}|,?\s{0,40}\"?value\"?: ?)[\"']?(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})"
)
OTHER_ROLE_REQUESTED = CauseType(
    "other-role-requested",
    title="The call requests another role than the one with this trust policy",
    recognised_by="The trust policy in the facts or the text allows the token.",
    fix="Compare the ARN that the program requests with the role of the trust policy.",
    of="token-not-trusted",
)
TRUST_POLICY_RECENT = CauseType(
    "trust-policy-recent",
    title="Another policy denies the token, or the trust policy has just changed",
    text="A resource control policy of the organization denies it, or the trust policy changed a moment ago.",
    fix="Retry after a minute, and ask the administrators of the organization for its resource control policies.",
    of="token-not-trusted",
)


def find_old_role(denial: Denial) -> tuple[str, Cause, Remedy] | None:
    """Return that a pod requests the role of an annotation that has changed, with the remedy, if the text shows both."""
    given = read_pod_evidence(denial.failure.text).given
    requested = {each["arn"] for each in _REQUESTED.finditer(denial.failure.text)}
    if given is None or given.role is None or len(requested) != 1 or given.role in requested:
        return None
    old, new = (clip_text(each) for each in (*requested, given.role))
    text = f"the pod requests {old} (AWS_ROLE_ARN), and the annotation of its service account names {new}: the pod is older than the annotation"
    cause = PODS_NOT_RECREATED.cause("derived", text="EKS sets AWS_ROLE_ARN when it creates a pod.")
    return text, cause, recreate_pods_remedy(denial.case, given.role, is_certain=True)


def describe_matching(denial: Denial) -> str:
    """Return that the trust policy is not the problem, as the end of a sentence."""
    other = _find_other_owner(denial)
    if other is not None:
        return f"the trust policy in the text, which allows the token, is that of the role {clip_text(other)}"
    return (
        "provider, subject and audience match the trust policy, so most likely the call requests another role"
    )


def matching_causes(denial: Denial) -> tuple[Cause, ...]:
    """Return the causes that remain if the trust policy allows the token."""
    if _find_other_owner(denial) is not None:
        return ()
    what = "The service account's annotation" if _is_of_pod(denial) else "The configuration of the job"
    text = f"{what} has a misspelled ARN, the role of another account or one that does not exist: STS reports the same error."
    if _is_of_pod(denial):
        text += " A pod keeps the ARN that it was created with."
    return OTHER_ROLE_REQUESTED.cause(text=text), TRUST_POLICY_RECENT.cause()


def compare_role_remedy(denial: Denial) -> Remedy:
    """Return the remedy that compares the requested role with the one of the trust policy."""
    role, other = denial.target_role_name, _find_other_owner(denial)
    show = "aws iam get-role --role-name {} --query 'Role.[Arn, AssumeRolePolicyDocument]'"
    last = fill_command(show, commands.role_name(role))
    if other is not None:
        where = "service account's annotation" if _is_of_pod(denial) else "job's configuration"
        return your_remedy(
            f"Look at the trust policy of the role that is requested, {role}",
            f"Add the same statement to it, or name the role {clip_text(other)} in the {where}, if that is the one that you mean.",
            commands=last,
            url=pages.OIDC_ROLES,
        )
    lines: tuple[str, ...] = ()
    step = "Compare the ARN that the job requests, such as role-to-assume, with the role, letter by letter."
    if _is_of_pod(denial):
        path = r"'jsonpath={.metadata.annotations.eks\.amazonaws\.com/role-arn}'"
        lines = (
            f"kubectl get serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --output {path}",
            clusters.restart_command(denial.case).replace("rollout restart", "exec")
            + " -- printenv AWS_ROLE_ARN",
        )
        step = "If the pod requests another role (printenv) than that of the annotation, re-create the pods."
    return your_remedy(
        "Compare the role that the call requests with the role of this trust policy",
        step,
        "The last command, in the account of that ARN, must find the role, with the trust policy that you expect. With NoSuchEntity, the ARN is wrong.",
        commands=(*lines, last),
        url=pages.OIDC_ROLES,
    )


def _find_other_owner(denial: Denial) -> str | None:
    """Return the role whose trust policy the text has, if it is not the requested one."""
    owner, requested = _owner(denial), denial.target_role_name
    return owner if owner is not None and requested is not None and owner != requested else None


def _owner(denial: Denial) -> str | None:
    """Return the role whose trust policy a command in the text printed."""
    owners = {
        each.owner[1]
        for each in denial.context.policies
        if each.is_trust_policy and each.owner is not None and each.owner[0] == "role"
    }
    return owners.pop() if len(owners) == 1 else None


def _is_of_pod(denial: Denial) -> bool:
    runtime, facts = denial.context.runtime, denial.facts
    return bool(facts.service_account or facts.cluster) or (runtime is not None and runtime.kind == "eks-pod")
