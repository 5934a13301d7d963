"""Explain what the EKS authenticator or kubectl's token helper reports.

The messages come from https://github.com/kubernetes-sigs/aws-iam-authenticator (``pkg``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.arns._principals import Principal, Role, User
from iamtriage.explaining._context.readers.callers import UNMAPPED
from iamtriage.explaining._context.readers.recreations import never_recreated, read_creation
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Cause, CauseType, Explanation
from iamtriage.explaining._rules.credentials.logins.kubectl_logins import KUBECONFIG_API_VERSION
from iamtriage.explaining._rules.credentials.logins.missing_logins import (
    HELPER_WITHOUT_CREDENTIALS,
    KUBECONFIG_HELPER,
)
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.aws_auth.aws_auth_maps import YAML_BROKEN
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import add_stated_map
from iamtriage.explaining._rules.kubernetes.entries import stated_entries
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_CLUSTER
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.kubernetes.clusters import (
    AnyCase,
    Cluster,
    find_cluster,
    find_iam_arns,
)
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import (
    ClusterPrincipal,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principals.principal_words import (
    parse_masked_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.routing import Route, Routes
from iamtriage.failures._failures import Failure

_Rule = Callable[[AnyCase, str], Explanation]

NOT_AN_INSTANCE = CauseType(
    "not-an-instance",
    title="The caller is not an EC2 instance",
    text="The entry's user name contains {{EC2PrivateDNSName}}, so the name of the caller's session must be an instance ID.",
    recognised_by="The authenticator says that the session name is not an instance ID.",
    fix="Use this entry for EC2 nodes only, and create another entry for people and programs.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
WRONG_TEMPLATE = CauseType(
    "wrong-template",
    title="The entry has the template of EC2 nodes",
    text="The caller is a Fargate or hybrid node, whose entry needs {{SessionName}}.",
    fix="Use system:node:{{SessionName}} as the user name of Fargate and hybrid nodes.",
    recognised_by="The text names a Fargate or hybrid node role.",
    sign=r"\b\w{0,20}FargatePodExecution\w{0,20}|\bfargate-ip-|\b\w{0,20}EKSHybridNodes?\w{0,20}",
    of="not-an-instance",
)
ROLE_NOT_ASSUMABLE = CauseType(
    "role-not-assumable",
    title="The kubeconfig specifies a role that the caller is not allowed to assume",
    fix="Allow sts:AssumeRole in the caller's policies and in the role's trust policy.",
    of="kubeconfig-helper",
)
TOKEN_NOT_ACCEPTED = CauseType(
    "token-not-accepted",
    title="The authenticator cannot read the token",
    recognised_by='The message says "input token was not properly formatted".',
    fix="Get a new token for this cluster with aws eks get-token.",
    sources=(pages.EKS_KUBECONFIG,),
)
REJECTED_BY_STS = CauseType(
    "token-rejected-by-sts",
    title="STS rejected the token",
    text="STS rejected the request that is signed in the token. Access entries and aws-auth were not evaluated.",
    recognised_by='The authenticator says "sts getCallerIdentity failed: error from AWS (expected 200, got 403)".',
    fix="Get a new token for this cluster, with valid credentials.",
    sources=("https://github.com/kubernetes-sigs/aws-iam-authenticator#how-does-it-work",),
)
WEBHOOK_FAILED = CauseType(
    "webhook-failed",
    title="The authenticator rejected the token or failed",
    text="The authenticator failed, or it rejected the token: it is not an EKS token, has expired, or its caller is not mapped.",
    recognised_by="The API server's log names the webhook authenticator.",
    fix="Check the token, then the authenticator log.",
    sources=(pages.EKS_LOGS,),
)
AUTHENTICATOR_DOWN = CauseType(
    "authenticator-down",
    title="The authenticator is not reachable",
    text="The authenticator was not reachable, or could not reach STS.",
    fix="Check the connection to the authenticator; on EKS, open a support case.",
    recognised_by="The request to the authenticator was refused or timed out.",
    sign=r"\bconnect: connection refused\b|\bcontext deadline exceeded\b|\bi/o timeout\b",
    of="webhook-failed",
)
# A pod of a DaemonSet. EKS runs the authenticator with the control plane, and names its log streams authenticator-….
_AUTHENTICATOR_POD = lazy_pattern(r"\baws-iam-authenticator-[bcdfghjklmnpqrstvwxz2456789]{5}\b")
_REMOVE_ENDPOINT = your_remedy(
    "Remove the endpoint URL of STS",
    "Unset AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, and remove endpoint_url from the profile: the token must be signed for sts.REGION.amazonaws.com.",
    commands="aws configure get endpoint_url",
    url=pages.SDK_ENDPOINTS,
)
_TOKEN_ERRORS = (
    (lazy_pattern(r"is expired|expired \("), TOKEN_EXPIRED, "is older than 15 minutes"),
    (lazy_pattern(r"x-k8s-aws-id"), OTHER_CLUSTER, "was created for another cluster name, or for none"),
    (lazy_pattern(r"prefix"), None, "does not begin with k8s-aws-v1, so it is not from aws eks get-token"),
    (lazy_pattern(r"hostname"), None, "was signed for a host that is not a regional STS endpoint"),
)


def explain_authenticator(case: AnyCase, message: str) -> Explanation | None:
    """Explain a login that failed for a stated reason; return ``None`` for others."""
    rule = _ROUTES.choose(case.failure, message)
    return None if rule is None else rule(case, message)


def _explain_unmapped(case: AnyCase, _message: str) -> Explanation:
    cluster, principal = find_cluster(case), _build_caller(case)
    if _AUTHENTICATOR_POD.search(case.text):
        return _explain_own_authenticator(case, principal)
    listed = stated_entries.is_listed(case.failure, case.principal)
    if listed and find_dates(case.failure, case.principal) is not None:
        return explain_recreated(case)
    if listed is not None:
        # A cluster with the mode CONFIG_MAP lists no entries.
        cluster = attrs.evolve(cluster, mode=cluster.mode or "API_AND_CONFIG_MAP")
    text = "The authenticator found no access entry and no aws-auth entry for the caller's ARN."
    grants = cluster_access.grant_access_remedies(cluster, principal, cluster_access.find_needed_access(case))
    why = "no access entry and no aws-auth entry matches it"
    if listed is False and stated_entries.find_listed(case.failure):
        why = f"its access entries are for {stated_entries.describe_listed(case.failure)}"
    summary = f"The cluster rejected {principal.description}: {why}."
    if listed:
        why = "the entry is newer than this request, belongs to another cluster, or is older than the role"
        summary = f"The cluster rejected {principal.description}, although it has an access entry: {why}."
    explanation = case.explain(
        summary,
        clues.reported_cause(cluster_access.NOT_MAPPED, clues.message_text(case), "is not mapped", text=text),
        *_mapping_causes(cluster, listed=listed),
        *cluster_access.mode_causes(cluster),
        *(() if listed is False else cluster_access.principal_causes(case)),
        topic="kubernetes-not-mapped",
        remedies=(
            *((principal.recreate_entry_remedy(cluster),) if listed else grants),
            principal.inspect_access_remedy(cluster),
        ),
        notes=(
            "The authenticator looks up the role of a session, without its path. In error messages, it writes the ARN in lowercase.",
            "IAM policies don't grant access to a cluster.",
        ),
    )
    return add_stated_map(case, explanation)


def _explain_own_authenticator(case: AnyCase, principal: ClusterPrincipal) -> Explanation:
    """Explain that an authenticator that runs as a pod has no mapping for the caller."""
    return case.explain(
        f"The cluster rejected {principal.description}: the authenticator has no mapping for it.",
        clues.reported_cause(
            cluster_access.NOT_MAPPED,
            clues.message_text(case),
            "is not mapped",
            text="The authenticator runs as a pod here, which it does not on EKS: access entries do not apply.",
        ),
        topic="kubernetes-not-mapped",
        remedies=cluster_remedy(
            f"Map {principal.description} in the authenticator's ConfigMap",
            "In config.yaml, add the ARN to mapUsers (userARN) or mapRoles (roleARN) under server, with a username and groups. If the authenticator runs with --backend-mode CRD, create an IAMIdentityMapping instead.",
            commands=(
                "kubectl -n kube-system edit configmap aws-iam-authenticator",
                "kubectl -n kube-system rollout restart daemonset aws-iam-authenticator",
            ),
            url="https://github.com/kubernetes-sigs/aws-iam-authenticator#full-configuration-format",
        ),
        notes="IAM policies don't grant access to a cluster.",
    )


def find_dates(failure: Failure, principal: Principal | None) -> tuple[date, date] | None:
    """Return when the access entry of a principal and the principal were created, if a text shows that it is newer."""
    owner = None if never_recreated(failure.text) else underlying_role(principal) or principal
    if not (isinstance(owner, Role | User) and "createdAt" in failure.text and "CreateDate" in failure.text):
        return None
    of_entry = [*stated_entries.find_runs_for(owner, failure, stated_entries.DESCRIBE)]
    profiles = [run.command.option("profile") for run in of_entry]
    of_owner = (
        run
        for run in stated_entries.find_runs_of(failure, ("iam", "get-role"), ("iam", "get-user"))
        if getattr(run.command.option("role-name", "user-name"), "value", None) == owner.name
        # Another account, also that of a profile, can have a role of this name.
        and all(
            f"::{owner.account}:" in arn
            for arn in find_iam_arns(run.output)
            if arn.endswith(f"/{owner.name}")
        )
        and ("arn:" in run.output or run.command.option("profile") in profiles)
    )
    entry, created = (only_one({read_creation(run.output) for run in runs}) for runs in (of_entry, of_owner))
    return (entry.date(), created.date()) if entry and created and entry < created else None


def explain_recreated(case: AnyCase, _message: str = "") -> Explanation:
    """Explain that the caller was re-created, and its access entry was not."""
    cluster, principal = find_cluster(case), _build_caller(case)
    dates = find_dates(case.failure, case.principal)
    when, of, because = "", "", "The text says: ARN does not match User ID."
    if dates is not None:
        of, when = f" of {dates[0]}", f" on {dates[1]}"
        because = "The text shows that it was created after its access entry."
    entry = stated_entries.find_stated_entry(case.failure, case.principal)
    create, policies = None, stated_entries.find_policies(case.failure)
    if entry is not None:
        create = principal.create_entry_command(cluster, username=entry.own_username, groups=entry.groups)
    return case.explain(
        f"The cluster rejected {principal.description}: it was re-created{when}, and its access entry{of} still has the old unique ID.",
        cluster_access.PRINCIPAL_RECREATED.cause(
            "derived",
            because,
            text="The access entry stores the unique ID of the role or user, and one that was created again with the same ARN has another ID, so the entry does not match it.",
        ),
        topic="kubernetes-not-mapped",
        remedies=principal.recreate_entry_remedy(cluster, policies, create, entry and entry.username),
        notes="The kubeconfig is not the problem. The commands require eks:DeleteAccessEntry, eks:CreateAccessEntry and eks:AssociateAccessPolicy in IAM, and no access to the cluster.",
    )


def _build_caller(case: AnyCase) -> ClusterPrincipal:
    masked = parse_masked_principal(case.caller) if case.principal is None else None
    return build_cluster_principal(
        case.principal or masked,
        case.caller or "the caller",
        is_canonical=case.failure.principal is not None or is_derived(case.facts, "caller"),
        is_lowercase=_is_lowercase(case),
        is_masked=masked is not None,
        source=case.text,
    )


def _is_lowercase(case: AnyCase) -> bool:
    """Return whether the text has the caller only as the authenticator writes it, in lowercase."""
    stated = case.context.caller
    if stated is None or stated.value != case.caller or not is_derived(case.facts, "caller"):
        return False
    return UNMAPPED in stated.words and stated.value.islower()


def _mapping_causes(cluster: Cluster, *, listed: bool | None) -> Iterator[Cause]:
    if cluster.uses_aws_auth and listed is None:
        yield cluster_access.MAPPED_IN_WRONG_FORM.cause()
        yield YAML_BROKEN.cause(
            text="The YAML in aws-auth is invalid, so the entry is lost or merged with another one."
        )
    if cluster.uses_entries and listed is not False:
        yield cluster_access.PRINCIPAL_RECREATED.cause()


def _explain_not_an_instance(case: AnyCase, _message: str) -> Explanation:
    cluster = find_cluster(case)
    caller = commands.arn(case.caller, "CALLER_ARN")
    return case.explain(
        "The caller's aws-auth entry is for EC2 nodes, but the caller is not an EC2 instance.",
        NOT_AN_INSTANCE.cause("reported", "The text says: SessionName did not contain an instance id."),
        cluster_access.SHARED_ROLE.cause(
            text="People, programs or other types of nodes use the role of the EC2 nodes."
        ),
        WRONG_TEMPLATE.cause(),
        topic="kubernetes-instance-name",
        remedies=cluster_remedy(
            "Use a separate role",
            "Use the node role for nodes only. Create another role for people and programs, and an entry for that role.",
            "For Fargate and hybrid nodes, use system:node:{{SessionName}}, or create an access entry of type FARGATE_LINUX or HYBRID_LINUX.",
            commands=(commands.aws_auth_command(caller),)
            if cluster.uses_aws_auth
            else (cluster.eks_command("list-access-entries"),),
        ),
    )


def _explain_token_helper(case: AnyCase, _message: str) -> Explanation:
    cluster = find_cluster(case)
    return case.explain(
        "The token helper of the kubeconfig failed, so kubectl sent no request to the cluster.",
        KUBECONFIG_HELPER.cause("reported", "The text says: could not get token."),
        HELPER_WITHOUT_CREDENTIALS.cause(text="The helper has no valid AWS credentials where it runs."),
        ROLE_NOT_ASSUMABLE.cause(),
        KUBECONFIG_API_VERSION.cause(),
        topic="kubernetes-token-helper",
        remedies=your_remedy(
            "Run the token helper by hand, then update the kubeconfig",
            "aws eks get-token discards the token here, and prints only an error. Pass the error to iamtriage explain.",
            "Add --role-arn if the kubeconfig specifies a role. A current AWS CLI writes client.authentication.k8s.io/v1beta1.",
            commands=(
                "aws sts get-caller-identity",
                "kubectl config view --minify",
                cluster.token_command(),
                "aws --version",
                cluster.kubeconfig_command(),
            ),
            url=pages.EKS_TROUBLESHOOTING,
        ),
        notes="To assume a role, both an identity-based policy of the caller and the role's trust policy must allow it.",
    )


def _explain_malformed_token(case: AnyCase, message: str) -> Explanation:
    cluster = find_cluster(case)
    reason = message[message.index("input token was not") :][:600]
    found = [row for row in _TOKEN_ERRORS if row[0].search(reason)]
    problem = "" if not found else f": it {found[0][2]}"
    return case.explain(
        f"The authenticator {'rejected' if found else 'cannot read'} the token{problem}.",
        TOKEN_NOT_ACCEPTED.cause("reported", "The text says: input token was not properly formatted."),
        *(
            each.cause("derived" if found else "possible", text=f"The token {text}.")
            for _, each, text in found or _TOKEN_ERRORS
            if each is not None
        ),
        topic="kubernetes-token-format",
        remedies=(
            _REMOVE_ENDPOINT if "hostname" in reason else None,
            your_remedy(
                "Get a new token",
                "A token is valid for one cluster and for 15 minutes. Tools must request a new one each time.",
                "The cluster name is the name, not the ARN.",
                commands=(cluster.kubeconfig_command(), cluster.token_command()),
            ),
            cluster_access.authenticator_log_remedy(cluster),
        ),
    )


def _explain_rejected_token(case: AnyCase, _message: str) -> Explanation:
    cluster = find_cluster(case)
    own = "If the authenticator runs as a pod, its clusterID must be the one that the kubeconfig passes with -i."
    return case.explain(
        "The authenticator could not find out who the caller is, because STS rejected the token (403).",
        REJECTED_BY_STS.cause("reported", "The text says: sts getCallerIdentity failed."),
        TOKEN_EXPIRED.cause(
            text="The token is older than 15 minutes, or the credentials that signed it have expired or were deleted."
        ),
        OTHER_CLUSTER.cause(
            text="The token was created for another cluster name or ID: it is part of the signature."
        ),
        topic="kubernetes-token-rejected",
        remedies=your_remedy(
            "Check the credentials, and get a new token for this cluster",
            "If get-caller-identity fails, replace the credentials first. Tools must request a new token each time.",
            own,
            commands=("aws sts get-caller-identity", cluster.kubeconfig_command(), cluster.token_command()),
            url=pages.EKS_KUBECONFIG,
        ),
        notes="An access entry or an IAM policy does not help: STS did not identify the caller.",
    )


def _explain_webhook_failure(case: AnyCase, _message: str) -> Explanation:
    cluster = find_cluster(case)
    return case.explain(
        "The API server's authenticator rejected the token or failed.",
        WEBHOOK_FAILED.cause("reported", "The text says: make webhook authenticator request."),
        AUTHENTICATOR_DOWN.cause(),
        topic="kubernetes-webhook",
        remedies=(
            cluster_access.authenticator_log_remedy(cluster),
            your_remedy(
                "Test with your own token",
                "If it works, the caller's token is the problem.",
                commands=(cluster.kubeconfig_command(), "kubectl auth whoami"),
                url=pages.EKS_KUBECONFIG,
            ),
        ),
        notes="In EKS, AWS runs the authenticator. If it fails for all callers, open a support case.",
    )


# The first route that matches is used.
_ROUTES: Routes[_Rule] = Routes(
    Route(_explain_not_an_instance, message=r"SessionName did not contain an instance id"),
    Route(explain_recreated, message=r"ARN does not match User ID"),
    Route(_explain_unmapped, message=r"(?:ARN|[Ii]dentity) is not mapped"),
    Route(_explain_token_helper, message=r"could not get token"),
    Route(
        _explain_rejected_token, message=r"getCallerIdentity failed: error from AWS \(expected 200, got 403\)"
    ),
    Route(_explain_malformed_token, message=r"input token was not properly formatted"),
    Route(_explain_webhook_failure, message=r"make webhook authenticator request"),
)
