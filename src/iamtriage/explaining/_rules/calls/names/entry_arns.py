"""Find what is wrong with an ARN that a call rejected, and explain principals of access entries that EKS rejects."""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, lower_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IdentityCenterRole, InstanceProfile, Principal, Role, RoleSession, User
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.policies.malformed_policies import (
    PRINCIPAL_NOT_FOUND,
    PRINCIPAL_TOO_NEW,
)
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.kubernetes import clusters, principal_mappings
from iamtriage.explaining._rules.shared.principals import arn_diagnosis
from iamtriage.explaining._rules.shared.principals.arn_diagnosis import ArnDiagnosis, find_misformed_arn
from iamtriage.explaining._rules.shared.principals.principal_words import stated_role, try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.texts import deployment_tools
from iamtriage.failures._failures import InvalidArn
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.typing import RoleTarget


class RejectedArn(NamedTuple):
    """An ARN that a call rejected."""

    text: str | None
    diagnosis: ArnDiagnosis | None

    @property
    def principal(self) -> Principal | None:
        """The principal, with a placeholder for an account that is masked."""
        if self.text is None:
            return None
        return try_parse_principal(self.text) or arn_diagnosis.parse_principal_of_masked_account(self.text)

    @property
    def is_of_other_partition(self) -> bool:
        """Whether the partition is not that of the Region of the call."""
        return self.diagnosis is not None and self.diagnosis.cause is arn_diagnosis.PARTITION_OF_ARN

    @property
    def correct_arn(self) -> str | None:
        """The ARN to use instead, if known."""
        return None if self.diagnosis is None else self.diagnosis.correct_arn

    @property
    def lookup_command(self) -> str:
        """The command that prints the correct ARN."""
        stated = None if self.diagnosis is None else self.diagnosis.lookup_command
        principal = self.principal or try_parse_principal(self.correct_arn)
        return stated or arn_diagnosis.lookup_command(principal)

    def describe(self, otherwise: str) -> str:
        """Return what is wrong with the ARN, as the end of a sentence, or other words if that is unknown."""
        if self.diagnosis is None:
            return otherwise
        reason = self.diagnosis.text.removeprefix("The ARN breaks a rule: ")
        return lower_first(reason)

    def causes(self, reported: Cause) -> list[Cause]:
        """Return the reported cause, and what is wrong with the ARN."""
        if self.diagnosis is None:
            return [reported]
        # The ARN of a session, or one without role/, does not show the path of its role.
        is_bare = ":role/" not in (self.text or "")
        unless = "Unless the role has a path, the" if is_bare else "The"
        correct = () if self.correct_arn is None else (f"{unless} correct ARN is {self.correct_arn}",)
        return [reported, self.diagnosis.cause.cause("derived", correct, text=self.diagnosis.text)]


def diagnose_arn(case: Case[InvalidArn], text: str | None, target: RoleTarget) -> RejectedArn:
    """Return an ARN with what is wrong with it, such as another partition than that of the Region of the call."""
    diagnosis = None if text is None else arn_diagnosis.diagnose_arn(text, target)
    if text is None or diagnosis is not None or target == "aws-auth":
        return RejectedArn(text, diagnosis)
    region, (prefix, partition, rest) = clues.find_region(case), text.split(":", 2)
    endpoint = None if region is None else find_endpoint(region)
    if endpoint is not None and endpoint.partition != partition:
        diagnosis = ArnDiagnosis(
            arn_diagnosis.PARTITION_OF_ARN,
            f"The ARN begins with arn:{partition}:, but those of {region} begin with arn:{endpoint.partition}:.",
            f"{prefix}:{endpoint.partition}:{rest}",
        )
    return RejectedArn(text, diagnosis)


def find_rejected_arn(case: Case[InvalidArn], message: str, target: RoleTarget = "iam") -> RejectedArn:
    """Return the rejected ARN from the text, or else from the facts, but not the caller's."""
    known = " ".join(filter(None, (message, case.failure.resource, case.facts.resource)))
    arn = next((each for each in clusters.find_iam_arns(known) if each != case.failure.principal), None)
    found = diagnose_arn(case, arn, target)
    start, end = case.failure.span
    if found.diagnosis is not None or (arn is not None and arn in case.failure.text[start:end]):
        return found
    # What IAM prints of the role is right, and a setting beside it may not be.
    misformed = find_misformed_arn(case.failure.text, in_setting=arn is not None)
    return found if misformed is None else diagnose_arn(case, misformed, target)


_NO_SUCH = lazy_pattern(r"\bThe (?:role|user) with name ([\w+=,.@-]{1,64}) cannot be found\b")
_UNKNOWN_PRINCIPAL = lazy_pattern(r"principalArn is invalid")
PRINCIPAL_NOT_ACCEPTED = CauseType(
    "principal-not-accepted",
    title="EKS rejects the principal ARN of an access entry",
    meaning="EKS does not accept the ARN as the principal of an access entry. No such role or user exists, or the ARN has the wrong form.",
    recognised_by="The message says that the principalArn is invalid or has the wrong format.",
    fix="Use the ARN of the IAM role or user with its path, as IAM prints it.",
    sources=(pages.EKS_ACCESS_ENTRIES, pages.CONSISTENCY),
)
_ENTRY_ALONE = f"The entry alone gives no permissions: {principal_mappings.VIEW_POLICY} allows reading, AmazonEKSClusterAdminPolicy everything. Or name RBAC groups in the entry (--kubernetes-groups)."
# https://eksctl.io/usage/access-entries/
_ENTRY_IN_FILE = lazy_pattern(r"\bprincipalARN:\s?[\"']?arn:")
_IN_FILE = "Or correct principalARN in the eksctl file, and run eksctl create accessentry -f with it."
_OF_ACK = lazy_pattern(
    r"\baccessentries\.eks\.services\.k8s\.aws\b|\beks\.services\.k8s\.aws/v1alpha1\s{1,4}kind: AccessEntry\b"
)
_IN_ACK = "The controller of ACK creates the entry: correct spec.principalARN in the manifest of the AccessEntry, and apply that. If the field is immutable, delete the object first. An entry that aws eks creates would be in its way."
_APPLY = Labelled.required("Then, with this ARN in its manifest:", "kubectl apply --filename FILE")
_RECREATED = "If get-role finds no role, its suffix changed with the permission set. This lists the roles: aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/"
_LIST_ROLES = "aws iam list-roles --query 'Roles[].Arn' --output text"
_LIST_USERS = "aws iam list-users --query 'Users[].Arn' --output text"
_OWN_ACCOUNT = "If the role or user is in another account than the cluster, look up the ARN there."
_WAIT = your_remedy(
    "Wait, if the role was just created",
    "A new role or user takes a few seconds to propagate. In Terraform, let the entry depend on the role, and apply again.",
    url=pages.CONSISTENCY,
)


def explain_entry_arn(case: Case[InvalidArn], message: str) -> Explanation:
    """Explain that EKS rejects the principal of an access entry."""
    cluster = clusters.find_cluster(case)
    arn = diagnose_arn(case, _find_written(case), "access-entry")
    entry_arn = arn.correct_arn if arn.is_of_other_partition else arn.text
    principal = arn.principal
    mapped = principal_mappings.build_cluster_principal(try_parse_principal(entry_arn), "the principal")
    if not mapped.is_known and isinstance(principal, InstanceProfile | Role | RoleSession):
        # The account is masked, or the ARN is an instance profile's. A command can still look up the ARN.
        argument = f'"$({arn_diagnosis.lookup_command(principal)})"'
        mapped = attrs.evolve(mapped, entry_argument=argument, entry_refusal=None)
    is_unknown = _UNKNOWN_PRINCIPAL.search(message) is not None
    stated: Role | User | None = None if arn.diagnosis else stated_role(principal, case.failure.text)
    if stated is not None and str(stated) != arn.text:
        text = f"The role has the path {stated.path}, which the ARN lacks."
        arn = RejectedArn(arn.text, ArnDiagnosis(arn_diagnosis.PATH_MISSING, text, str(stated)))
        mapped = principal_mappings.build_cluster_principal(stated)
    elif stated is None and is_unknown and isinstance(principal, Role | User) and arn.diagnosis is None:
        # A look-up by name in the text can show that there is no such principal.
        unfound = {found[1] for found in _NO_SUCH.finditer(case.failure.text)}
        if principal.name in unfound:
            text = f"There is no {'user' if isinstance(principal, User) else 'role'} {clip_text(principal.name)} in the account {principal.account}."
            listing = _LIST_USERS if isinstance(principal, User) else _LIST_ROLES
            arn = RejectedArn(arn.text, ArnDiagnosis(PRINCIPAL_NOT_FOUND, text, lookup_command=listing))
            mapped = principal_mappings.build_cluster_principal(None)
    reported, reason = "EKS does not accept an ARN of this form.", "it is not the ARN of a role or user."
    if is_unknown:
        reported, reason = "No role or user has this ARN.", "no role or user has this ARN."
    causes = arn.causes(PRINCIPAL_NOT_ACCEPTED.cause("reported", text=reported))
    lookup = arn.lookup_command
    if arn.diagnosis is None:
        causes += _possible_causes(is_unknown=is_unknown)
        if is_unknown:
            # The stated ARN would be rejected again.
            mapped = attrs.evolve(mapped, entry_argument=f'"$({lookup})"', entry_refusal=None)
    repeated = commands.repeat_command(
        case.context.command,
        *("eks", "create-access-entry"),
        changes={"principal-arn": mapped.new_entry_argument},
        of_region=cluster.region,
    )
    deployment = deployment_tools.find_code(case.failure, case.facts)
    has_access = deployment is not None or re.search(r" --kubernetes-groups| --type EC2", repeated or "")
    policy = None if has_access else principal_mappings.VIEW_POLICY
    lines = mapped.create_entry_remedy(cluster, policy=policy, create=repeated).commands
    # Two commands with the ARN look it up themselves.
    if stated is None and lines[0].partition("=")[0] not in {"role_arn", "user_arn"}:
        lines = (lookup, *lines)
    by_hand = cluster_remedy(
        f"{'Create' if stated else 'Look up the full ARN, and create'} the access entry with {'the full ARN' if stated else 'it'}",
        "An access entry requires the ARN with the path, as IAM prints it; aws-auth, in contrast, requires the ARN without it.",
        None if has_access else _ENTRY_ALONE,
        f"The entry applies to every session of the role {clip_text(principal.role.name)}, not to {clip_text(principal.session_name)} alone."
        if isinstance(principal, RoleSession) and deployment is None
        else None,
        _IN_FILE if _ENTRY_IN_FILE.search(case.failure.text) else None,
        mapped.entry_refusal,
        _RECREATED if isinstance(principal, IdentityCenterRole) else None,
        None if deployment or stated else _OWN_ACCOUNT,
        commands=lines,
    )
    if _OF_ACK.search(case.failure.text) and arn.diagnosis:
        kept = (each for each in by_hand.steps if each in {by_hand.steps[0], _RECREATED, _OWN_ACCOUNT})
        title = "Look up the full ARN, and correct the AccessEntry of ACK"
        by_hand = attrs.evolve(by_hand, title=title, steps=(_IN_ACK, *kept), commands=(lookup, _APPLY))
    remedy = _correct_in_code(by_hand, deployment, case.failure.text, principal)
    return case.explain(
        f"EKS rejects the ARN for an access entry: {arn.describe(reason)}",
        *causes,
        topic="access-entry-principal",
        remedies=(remedy, _WAIT if is_unknown and arn.diagnosis is None else None),
        notes="An IAM policy does not help: the call was allowed, but its argument is invalid.",
    )


# The role of an entry in code that takes the account from a reference: with Fn::Sub, Fn::Join or a string of a language.
_CODED_ROLE = lazy_pattern(
    r"(?a)\b[pP]rincipal_?[aA](?:rn|RN)[\"']?\s?[:=](?:(?!\b\w{2,40}(?:Arn|_arn)\b|\n\s{0,80}[\"']?(?!Fn::|Ref\b)[A-Za-z_]\w{0,60}[\"']?\s?[:=]).){0,300}?:(?P<role>role/(?:[\w+=,.@-]{1,64}/){0,8}[\w+=,.@-]{1,64})(?![\w/${])",
    re.DOTALL,
)


def _find_written(case: Case[InvalidArn]) -> str | None:
    """Return the ARN of the principal; if code builds it, with a placeholder for the account, or ``None``."""
    written = clusters.find_entry_arn(case)
    if written is not None and not ("${" in written and try_parse_principal(written) is None):
        return written
    role = only_one({each["role"] for each in _CODED_ROLE.finditer(case.failure.text)})
    return role and f"arn:aws:iam::ACCOUNT_ID:{role}"


def _correct_in_code(
    by_hand: Remedy, deployment: deployment_tools.Deployment | None, text: str, principal: Principal | None
) -> Remedy:
    """Return the remedy in the code that deploys an access entry, if any does."""
    if deployment is None:
        return by_hand
    grants = None if _GRANTS.search(text) else _GRANTS_IN_CODE[deployment.tool]
    context, manifest = None, None
    if deployment.is_terraform and isinstance(principal, RoleSession):
        context = _STATED_CONTEXT if _CALLER_ARN in text else _SESSION_CONTEXT
        manifest = _ISSUER_ARN
    elif deployment.is_terraform and isinstance(principal, IdentityCenterRole) and principal.permission_set:
        # Of the characters of a name, + alone would change what the expression matches.
        context = f"A data source finds the ARN, also if the suffix changes. It requires iam:ListRoles. To see it, run {by_hand.commands[0]}"
        manifest = _LISTED_ARN.format(permission_set=principal.permission_set.replace("+", "[+]"))
        kept = tuple(each for each in by_hand.steps if each != _RECREATED)
        by_hand = attrs.evolve(by_hand, steps=kept, commands=())
    remedy = deployment_tools.change_in_code(by_hand, deployment, "principal_arn", *present(context, grants))
    return remedy if manifest is None else attrs.evolve(remedy, manifest=manifest, manifest_language="hcl")


# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_session_context
_CALLER_ARN = "data.aws_caller_identity.current.arn"
_SESSION_CONTEXT = f"If it is {_CALLER_ARN}, use the ARN of the session's role, which a data source looks up."
_STATED_CONTEXT = (
    f"{_CALLER_ARN} is the ARN of the session: use that of its role, which a data source looks up."
)
_GRANTS = lazy_pattern(
    r"aws_eks_access_policy_association|policy_associations|AccessPolicies|kubernetes_?[gG]roups|KubernetesGroups|AccessPolicyAssociation"
)
_GRANTS_IN_CODE = {
    "CloudFormation": "The entry alone grants nothing: set AccessPolicies or KubernetesGroups.",
    "Pulumi": "The entry alone grants nothing: add an aws.eks.AccessPolicyAssociation or kubernetesGroups.",
    "Terraform": "The entry alone grants nothing: add an aws_eks_access_policy_association or kubernetes_groups.",
}
_ISSUER_ARN = """data "aws_iam_session_context" "current" {
  arn = data.aws_caller_identity.current.arn
}
# In the access entry:
principal_arn = data.aws_iam_session_context.current.issuer_arn
"""
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_roles
_LISTED_ARN = """data "aws_iam_roles" "principal" {{
  name_regex  = "^AWSReservedSSO_{permission_set}_[0-9a-f]{{16}}$"
  path_prefix = "/aws-reserved/sso.amazonaws.com/"
}}
# In the access entry:
principal_arn = one(data.aws_iam_roles.principal.arns)
"""


def _possible_causes(*, is_unknown: bool) -> list[Cause]:
    if not is_unknown:
        text = "It is the ARN of a session, as aws sts get-caller-identity prints it, or an incomplete ARN."
        return [arn_diagnosis.SESSION_ARN.cause(text=text)]
    return [
        arn_diagnosis.PATH_MISSING.cause(text="The role has a path that the ARN lacks."),
        PRINCIPAL_NOT_FOUND.cause(text="The name or account is misspelled, or the role or user was deleted."),
        PRINCIPAL_TOO_NEW.cause(),
    ]


def explain_service_linked_role(case: Case[InvalidArn]) -> Explanation:
    """Explain that only AWS services create access entries for service-linked roles."""
    role = try_parse_principal(clusters.find_entry_arn(case))
    name = role.name if isinstance(role, Role) else None
    return case.explain(
        f"EKS rejected the access entry: {name or 'the principal'} is a service-linked role, and only AWS services create entries for these. No permission is missing.",
        arn_diagnosis.SERVICE_LINKED_ROLE.cause(
            "reported",
            text="The principalArn is a service-linked role: its path begins with /aws-service-role/.",
        ),
        topic="access-entry-service-linked",
        remedies=your_remedy(
            "Remove the role from the list, script or code",
            "The call failed, so there is no entry to delete.",
        ),
    )
