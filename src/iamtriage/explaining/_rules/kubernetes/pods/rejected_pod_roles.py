"""Explain rejected roles of pods: those of Pod Identity associations, and the pod execution role of Fargate.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html. Pod Identity calls both actions, and passes the
tags in https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html#pod-id-abac-tags. The role of Fargate has no
entry, or lacks permissions: https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html.
"""

from __future__ import annotations

from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import quote_argument, upper_first
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.calls.error_kind import import_remedy
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import is_listed
from iamtriage.explaining._rules.kubernetes.pods.target_roles import explain_target_role, find_roles
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.kubernetes import clusters, principal_mappings
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment, trust_in_code_steps
from iamtriage.explaining._rules.sts.trust.service_policies import check_service_trust
from iamtriage.failures._failures import AccessEntry
from iamtriage.policies._documents import allow, build_document

_SERVICE = "pods.eks.amazonaws.com"
_ACTIONS = ("sts:AssumeRole", "sts:TagSession")
_TAG = "aws:RequestTag/kubernetes-"
_OF_ACCOUNT = ("--namespace", "NAMESPACE", "--service-account", "SERVICE_ACCOUNT")
_ASSOCIATION = lazy_pattern(r"(?a)already exists:? \"?(a-[a-z0-9]{8,40})(?![\w-])")
ASSOCIATION_EXISTS = CauseType(
    "association-exists",
    title="The service account already has a Pod Identity association",
    recognised_by="EKS says that an association already exists.",
    fix="Update the existing association.",
    sources=(pages.EKS_POD_ASSOCIATION,),
)
NO_ASSOCIATION = CauseType(
    "no-association",
    title="There is no Pod Identity association",
    text="The cluster has no association with this ID or for this service account, or it is in another cluster or Region.",
    recognised_by="EKS says that no association was found.",
    fix="Create the association for the namespace and the service account.",
    sources=(pages.EKS_POD_ASSOCIATION,),
)
POD_IDENTITY_TRUST = CauseType(
    "pod-identity-trust",
    title="The role does not trust EKS Pod Identity",
    meaning=f"The role's trust policy does not name {_SERVICE} (it can be for IRSA instead, with an OIDC provider), does not allow sts:TagSession, or has a condition on another service account or cluster.",
    recognised_by="EKS says that the trust policy of the role is not valid for Pod Identity, or that the role cannot be assumed for the association.",
    fix=f"Allow {_SERVICE} both sts:AssumeRole and sts:TagSession in the role's trust policy.",
    sources=("https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html",),
)


def explain_association_exists(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that a service account already has an association."""
    cluster = clusters.find_cluster(case)
    found = _ASSOCIATION.search(message)
    association = found[1] if found else "ASSOCIATION_ID"
    return case.explain(
        "The service account already has a Pod Identity association.",
        ASSOCIATION_EXISTS.cause("reported", (f"The association is {association}",) if found else ()),
        topic="pod-identity-exists",
        remedies=(
            import_remedy(case.failure, case.facts, identifier=f"{cluster.argument},{association}"),
            remedies.cluster_remedy(
                "Inspect the existing association",
                commands=(
                    cluster.eks_command("list-pod-identity-associations", *_OF_ACCOUNT),
                    cluster.eks_command("describe-pod-identity-association", "--association-id", association),
                ),
            ),
            remedies.cluster_remedy(
                "Change the role of the association",
                "The call requires iam:PassRole for the role. Then re-create the pods.",
                commands=cluster.eks_command(
                    "update-pod-identity-association",
                    *("--association-id", association, "--role-arn", "ROLE_ARN"),
                ),
            ),
        ),
        notes=principal_mappings.IAM_DOES_NOT_HELP,
    )


def explain_association_missing(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that an association does not exist."""
    cluster = clusters.find_cluster(case)
    return case.explain(
        "The cluster has no such Pod Identity association.",
        NO_ASSOCIATION.cause("reported"),
        topic="pod-identity-missing",
        remedies=remedies.cluster_remedy(
            "List the associations, and create the missing one",
            "The last call requires iam:PassRole for the role, which must trust pods.eks.amazonaws.com.",
            commands=(cluster.eks_command("list-pod-identity-associations"), _create_command(cluster)),
        ),
    )


def _create_command(cluster: clusters.Cluster) -> str:
    return cluster.eks_command("create-pod-identity-association", *_OF_ACCOUNT, "--role-arn", "ROLE_ARN")


def explain_pod_trust(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that EKS rejects the role of an association because of its trust policy."""
    role = underlying_role(try_parse_principal(clusters.find_entry_arn(case)))
    again: tuple[str, ...] = ()
    deployment = find_deployment(case.failure, case.facts)
    in_code = trust_in_code_steps(deployment, case.failure.text)
    # What deploys the association would fail, because it exists then.
    if "CreatePodIdentityAssociation" in message and not in_code:
        again = (_create_command(clusters.find_cluster(case)),)
    if role is not None:
        again = tuple(each.replace("ROLE_ARN", quote_argument(str(role))) for each in again)
    return _explain_trust(case, POD_IDENTITY_TRUST.cause("reported"), role, again=again, more=in_code)


def explain_pod_denied(denial: Denial) -> Explanation:
    """Explain that EKS Pod Identity could not assume the role of an association."""
    if (of_target := explain_target_role(denial)) is not None:
        return of_target
    reason = "EKS found the association and its role, but could not assume the role."
    cause = POD_IDENTITY_TRUST.cause("derived", reason)
    cluster = clusters.find_cluster(denial.case)
    role, target = find_roles(denial.failure.text)
    if role is not None:
        more: tuple[str, ...] = ()
        if target is not None:
            more = (
                f"If it allows both already, check the target role {target.name}: its trust policy must allow the role {role.name} both actions, and the policies of {role.name} must allow them on it.",
            )
        return _explain_trust(denial, cause, role, more=more)
    lookup = (
        cluster.eks_command("list-pod-identity-associations", *_OF_ACCOUNT[:2]),
        cluster.eks_command(
            *("describe-pod-identity-association", "--association-id", "ASSOCIATION_ID"),
            query="association.roleArn",
        ),
    )
    return _explain_trust(denial, cause, None, lookup=lookup)


def _explain_trust(
    case: Case[AccessEntry] | Denial,
    cause: Cause,
    role: Role | None,
    *,
    lookup: tuple[str, ...] = (),
    again: tuple[str, ...] = (),
    more: tuple[str, ...] = (),
) -> Explanation:
    """Explain that a role does not trust Pod Identity, by the trust policy in the facts if there is one."""
    statement = _build_statement(case.facts)
    owner = only_one({each.owner for each in case.context.policies if each.is_trust_policy})
    name = (None if owner is None else owner[1]) if role is None else role.name
    trust = check_service_trust(
        case.facts,
        _SERVICE,
        _ACTIONS,
        None if role is None else str(role),
        name,
        known=_known_keys(case.facts, role),
        added=statement,
    )
    which = "the role" if name is None else f"the role {name}"
    is_reported, called = cause.evidence == "reported", case.context.operation
    if is_reported:
        verdict = f"EKS rejected {which} for the Pod Identity association"
        note = "Whoever made the call lacks no permission, and an identity-based policy does not help."
    else:
        verdict = f"EKS Pod Identity cannot assume {which}"
        calls = "its calls were" if called is None else f"its call {called.value} was"
        note = f"The pod got no credentials, so {calls} not sent. An identity-based policy does not help."
    # A tool that deploys the association is run again.
    then = None if more and is_reported else "Then retry the call, or re-create the pods."
    if again:
        then = "Then re-create the pods, as they get the role only when they start."
    causes: tuple[Cause, ...]
    if trust is not None:
        summary = f"{verdict}: {trust.verdict}."
        causes = (trust.cause, cause)
        remedy = attrs.evolve(
            trust.remedy,
            steps=remedies.present(*trust.remedy.steps, *more, then),
            commands=(*trust.remedy.commands, *again),
        )
    else:
        summary = (
            f"{verdict}: its trust policy does not allow {_SERVICE} both sts:AssumeRole and sts:TagSession."
        )
        causes = (cause,)
        find = ("Find the role of the association.",) if lookup else ()
        limit = f"A condition on {_TAG}namespace and {_TAG}service-account limits it to one service account."
        remedy = remedies.trust_remedy(
            f"Allow {_SERVICE} in the role's trust policy",
            *find,
            remedies.save_step("the role's trust policy", "trust.json"),
            None if "Condition" in statement else limit,
            *more,
            commands=(*lookup, *commands.trust_policy_commands(name)),
            policy=build_document([statement]),
        )
    return case.explain(
        summary,
        *causes,
        topic="pod-identity-trust" if is_reported else "pod-identity",
        remedies=remedy,
        notes=f"{note} Changes to a trust policy take a few seconds to propagate.",
    )


def _build_statement(facts: Facts) -> dict[str, Any]:
    """Return the statement that allows Pod Identity, limited to the service account if that is known."""
    condition = None
    namespace, account = commands.namespace(facts.namespace), commands.kubernetes_name(facts.service_account)
    if (namespace, account) == (facts.namespace, facts.service_account):
        condition = {"StringEquals": {f"{_TAG}namespace": namespace, f"{_TAG}service-account": account}}
    return allow(_ACTIONS, sid="AllowPodIdentity", principal={"Service": _SERVICE}, condition=condition)


def _known_keys(facts: Facts, role: Role | None) -> dict[str, str | None]:
    arn = None
    if role is not None and facts.region is not None and facts.cluster is not None:
        arn = f"arn:{role.partition}:eks:{facts.region}:{role.account}:cluster/{facts.cluster}"
    return {
        f"{_TAG}namespace".lower(): facts.namespace,
        f"{_TAG}service-account".lower(): facts.service_account,
        "aws:requesttag/eks-cluster-name": facts.cluster,
        "aws:requesttag/eks-cluster-arn": arn,
        "aws:sourcearn": arn,
    }


_FARGATE_PROFILE = lazy_pattern(r"(?a)fargate profile ([0-9A-Za-z][\w-]{0,99}) (?:blocked|is)")
_DESCRIBE_PROFILE = ("describe-fargate-profile",)
_EXECUTION_ROLE = lazy_pattern(
    r"(?a)\b(?:podExecutionRoleArn|PodExecutionRoleArn|podExecutionRoleARN|pod_execution_role_arn)\b\"?\s{0,20}[:=]\s{0,20}\"?(arn:aws[\w-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})"
)
_MAPPED_BY_EKS = (
    "EKS maps the role when it creates a Fargate profile: re-create the profile to map the role again."
)
_FARGATE_POLICY = "AmazonEKSFargatePodExecutionRolePolicy"
ROLE_NOT_MAPPED = CauseType(
    "role-not-mapped",
    title="The Fargate pod execution role has no access",
    text="The pod execution role is not mapped, because its entry was deleted or overwritten, or lacks AmazonEKSFargatePodExecutionRolePolicy: EKS has one message for both.",
    recognised_by="The message says that the pod execution role is not found in auth config or does not have all required permissions.",
    fix="Attach AmazonEKSFargatePodExecutionRolePolicy, and map the role in aws-auth or let EKS re-create its entry.",
    sources=(pages.EKS_FARGATE_ROLE,),
)


def explain_fargate_role(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that the cluster does not know the pod execution role of Fargate."""
    cluster = clusters.find_cluster(case)
    role = _find_execution_role(case)
    principal = principal_mappings.build_cluster_principal(
        role, "the pod execution role", placeholder="POD_EXECUTION_ROLE_ARN"
    )
    found = _FARGATE_PROFILE.search(clusters.failure_context(case))
    profile = found[1] if found else "FARGATE_PROFILE"
    name = commands.role_name(role.name if role else None)
    find = remedies.cluster_remedy(
        "Find the pod execution role, and check whether it is mapped",
        commands=(
            cluster.eks_command(
                *("describe-fargate-profile", "--fargate-profile-name", profile),
                query="fargateProfile.podExecutionRoleArn",
            ),
            cluster.eks_command("list-access-entries") if cluster.uses_entries else None,
        ),
    )
    create = remedies.cluster_remedy(
        "Create an access entry of type FARGATE_LINUX for the pod execution role",
        commands=principal.create_entry_command(cluster, kind="FARGATE_LINUX"),
        gives="access entry",
        url=pages.EKS_ACCESS_ENTRIES,
    )
    mapping = principal.aws_auth_remedy(
        groups=(*principal_mappings.NODE_GROUPS, principal_mappings.FARGATE_GROUP),
        username="system:node:{{SessionName}}",
        title=f"{'Or map' if cluster.uses_entries else 'Map'} the pod execution role in aws-auth",
    )
    admit = remedies.present(
        create if cluster.uses_entries else None, mapping if cluster.uses_aws_auth else None
    )
    attach = remedies.account_remedy(
        f"Attach {_FARGATE_POLICY}",
        commands=(
            commands.fill_command("aws iam list-attached-role-policies --role-name {}", name),
            commands.attach_policy(name, f"arn:{cluster.partition}:iam::aws:policy/{_FARGATE_POLICY}"),
        ),
    )
    if role is not None and (listed := _find_in_lists(case, cluster, role)) is not None:
        return _explain_listed_role(case, role, admit, attach, listed)
    return case.explain(
        "Fargate cannot start pods: the pod execution role is not mapped in the cluster, or lacks permissions.",
        ROLE_NOT_MAPPED.cause("reported"),
        cluster_access.PRINCIPAL_RECREATED.cause(
            text="The pod execution role was re-created, or aws-auth contains its path."
        ),
        topic="fargate-role",
        remedies=(find, *admit, attach),
        notes=_MAPPED_BY_EKS,
    )


def _find_execution_role(case: Case[AccessEntry]) -> Role | None:
    """Return the pod execution role that the AWS CLI prints, that Terraform sets, or that the failure states."""
    text = case.failure.text
    runs = (run.output for run in find_runs(case.failure) if run.command.words[1:2] == _DESCRIBE_PROFILE)
    printed = [arn for output in runs for arn in clusters.find_iam_arns(output)]
    arn = only_one({*_EXECUTION_ROLE.findall(text)} or {*printed}, clusters.find_entry_arn(case))
    return underlying_role(try_parse_principal(arn))


def _find_in_lists(case: Case[AccessEntry], cluster: clusters.Cluster, role: Role) -> tuple[bool, str] | None:
    """Return whether the access entries and the map in a text have a role, and in which lists that is."""
    entries = is_listed(case.failure, role) if cluster.uses_entries else None
    mappings = case.context.mappings if cluster.uses_aws_auth else ()
    if entries is None and not mappings:
        return None
    in_map = any(each.arn.partition(":iam::")[2] == f"{role.account}:role/{role.name}" for each in mappings)
    places = (*(("the access entries",) if entries is not None else ()), *(("aws-auth",) if mappings else ()))
    if entries or in_map:
        return True, places[0] if entries else places[-1]
    return False, " and ".join(places)


def _explain_listed_role(
    case: Case[AccessEntry], role: Role, admit: tuple[Remedy, ...], attach: Remedy, listed: tuple[bool, str]
) -> Explanation:
    """Explain which of the two reasons applies, as the lists in the text show."""
    has_entry, places = listed
    if has_entry:
        check = "The entry must have the type FARGATE_LINUX, or in aws-auth the user name system:node:{{SessionName}} and the groups of a node."
        return case.explain(
            f"Fargate cannot start pods: the text lists the pod execution role {role.name} in {places}, so most likely it lacks {_FARGATE_POLICY}.",
            ROLE_NOT_MAPPED.cause("derived", text=f"The role is mapped, so no new entry is needed. {check}"),
            topic="fargate-role",
            remedies=(attach, *admit),
        )
    # If the mode is unknown, the map in the text shows that the cluster uses it.
    first, *others = admit[::-1] if places == "aws-auth" else admit
    title = first.title.removeprefix("Or ")
    has_none = f"the text lists {places} without an entry"
    if " and " in places or len(admit) == 1:
        has_none = "the cluster has no entry"
    text = f"EKS has one message for a missing entry and missing permissions. The text shows the first, and nothing that {role.name} lacks in IAM ({_FARGATE_POLICY})."
    because = (f"The text lists {places}, without {role.arn}.",)
    first = attrs.evolve(
        first,
        title=upper_first(title),
        steps=(*first.steps, "Or re-create the Fargate profile: EKS then maps the role itself."),
    )
    return case.explain(
        f"Fargate cannot start pods: {has_none} for the pod execution role {role.name}.",
        ROLE_NOT_MAPPED.cause("derived", because, text=text),
        topic="fargate-role",
        remedies=(first, *others, attach),
    )
