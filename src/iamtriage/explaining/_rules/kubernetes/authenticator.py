"""Explain what the EKS authenticator or kubectl's token helper reports.

The messages come from https://github.com/kubernetes-sigs/aws-iam-authenticator (``pkg/server``, ``pkg/token``,
``pkg/mapper``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes.cluster_access import (
    authenticator_log_remedy,
    grant_access_remedies,
    mode_causes,
    principal_causes,
)
from iamtriage.explaining._rules.kubernetes.stated_maps import add_stated_map
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.principal_mappings import (
    aws_auth_command,
    build_cluster_principal,
    inspect_access_remedy,
    recreate_entry_remedy,
)
from iamtriage.explaining._rules.shared.routing import Route, choose_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.explaining._rules.shared.clusters import AnyCase, Cluster
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal

    _Rule = Callable[[AnyCase, str], Explanation]

__all__ = ("explain_authenticator",)

# Reasons that follow "input token was not properly formatted".
_TOKEN_ERRORS = (
    (re.compile(r"is expired|expired \("), "token-expired", "The token is older than 15 minutes."),
    (
        re.compile(r"x-k8s-aws-id"),
        "other-cluster",
        "The token was made for no cluster, or for one of another name.",
    ),
    (
        re.compile(r"prefix"),
        "no-eks-token",
        "It is no token of aws eks get-token: those begin with k8s-aws-v1.",
    ),
    (
        re.compile(r"hostname"),
        "sts-host",
        "The token was signed for a host that is not STS's in a region: an endpoint was set by hand.",
    ),
)


def explain_authenticator(case: AnyCase, message: str) -> Explanation | None:
    """Explain a login that failed for a stated reason; return ``None`` for others."""
    rule = choose_rule(_ROUTES, case.failure, message)
    return None if rule is None else rule(case, message)


def _explain_unmapped(case: AnyCase, _message: str) -> Explanation:
    cluster, principal = find_cluster(case), _caller(case)
    cause = Cause(
        "not-mapped",
        "The authenticator found no entry for the ARN of the caller.",
        "reported",
        clues.quote_phrases(clues.message_text(case), "is not mapped"),
    )
    summary = f"The cluster does not know {principal.description}: no entry fits it."
    explanation = _explain_mapping(
        case,
        summary,
        (cause, *_mapping_causes(cluster)),
        remedies=(
            inspect_access_remedy(cluster, principal),
            *grant_access_remedies(cluster, principal, namespace=case.facts.namespace),
        ),
    )
    return add_stated_map(case, explanation)


def _explain_recreated(case: AnyCase, _message: str) -> Explanation:
    cluster, principal = find_cluster(case), _caller(case)
    cause = Cause(
        "principal-recreated",
        "The ARN is mapped, but to another unique id: the role or user was deleted and made again.",
        "derived",
        ("The text says: ARN does not match User ID.",),
    )
    summary = (
        f"The cluster knows {principal.description} by name, but it is not the same principal as before."
    )
    remedies = (recreate_entry_remedy(cluster, principal), inspect_access_remedy(cluster, principal))
    return _explain_mapping(case, summary, (cause,), remedies=remedies)


def _caller(case: AnyCase) -> ClusterPrincipal:
    return build_cluster_principal(
        case.principal, case.caller or "the caller", is_canonical=case.failure.principal is not None
    )


def _explain_mapping(
    case: AnyCase, summary: str, causes: tuple[Cause, ...], *, remedies: tuple[Remedy, ...]
) -> Explanation:
    return Explanation(
        failure=case.failure,
        topic="kubernetes-not-mapped",
        summary=summary,
        causes=(*causes, *mode_causes(find_cluster(case)), *principal_causes(case)),
        remedies=remedies,
        notes=(
            "The log shows the ARN as it is looked up: a session's role, without the path of the role.",
            "IAM policies do not let anybody into a cluster.",
        ),
    )


def _mapping_causes(cluster: Cluster) -> Iterator[Cause]:
    if cluster.uses_aws_auth:
        yield Cause(
            "mapped-in-wrong-form",
            "aws-auth holds it in a form that never matches: a role with its path, a session's ARN, an instance profile, another partition or account.",
            "possible",
        )
        text = "A fault in the YAML of aws-auth made one entry of two, or dropped it."
        yield Cause("map-broken", text, "possible")
    if cluster.uses_entries:
        text = "The role or user was deleted and made again: an access entry holds the old unique id."
        yield Cause("principal-recreated", text, "possible")


def _explain_not_an_instance(case: AnyCase, _message: str) -> Explanation:
    cluster = find_cluster(case)
    caller = commands.arn(case.caller, "CALLER_ARN")
    return Explanation(
        failure=case.failure,
        topic="kubernetes-instance-name",
        summary="The entry that fits the caller is one for EC2 nodes, and the caller is no EC2 instance.",
        causes=(
            Cause(
                "not-an-instance",
                "The user name of the entry holds {{EC2PrivateDNSName}}, for which the name of the caller's session has to be an instance id.",
                "reported",
                ("The text says: SessionName did not contain an instance id.",),
            ),
            Cause(
                "shared-role",
                "People, programs or other kinds of nodes use the role of the EC2 nodes.",
                "possible",
            ),
            Cause(
                "wrong-template",
                "The entry is for Fargate or hybrid nodes, which need {{SessionName}}.",
                "possible",
            ),
        ),
        remedies=(
            Remedy(
                title="Use a role of its own",
                who="cluster administrator",
                steps=(
                    "Let people and programs call with another role, and give that one an entry. The role of nodes is for nodes.",
                    "For Fargate and hybrid nodes, write system:node:{{SessionName}}, or make an access entry of the type FARGATE_LINUX or HYBRID_LINUX.",
                ),
                commands=(aws_auth_command(caller),)
                if cluster.uses_aws_auth
                else (cluster.eks_command("list-access-entries"),),
                url=pages.EKS_AUTH_CONFIGMAP,
            ),
        ),
    )


def _explain_token_helper(case: AnyCase, _message: str) -> Explanation:
    cluster = find_cluster(case)
    return Explanation(
        failure=case.failure,
        topic="kubernetes-token-helper",
        summary="kubectl's token helper failed, so that nothing was sent to the cluster.",
        causes=(
            Cause(
                "helper-failed",
                "The helper could not make a token.",
                "reported",
                ("The text says: could not get token.",),
            ),
            Cause("no-credentials", "There are no valid AWS credentials where the helper runs.", "possible"),
            Cause(
                "role-not-assumable",
                "The kubeconfig names a role that the caller may not assume.",
                "possible",
            ),
            Cause(
                "old-helper",
                "The helper is too old for kubectl: the kubeconfig asks for v1alpha1 of its API.",
                "possible",
            ),
        ),
        remedies=(
            Remedy(
                title="Run the helper by itself",
                who="you",
                steps=(
                    "The last command throws the token away: what it still prints is the fault. Give that to iamtriage explain.",
                    "Add --role-arn where the kubeconfig names one.",
                ),
                commands=(
                    "aws sts get-caller-identity",
                    "kubectl config view --minify",
                    cluster.token_command(),
                ),
                url=pages.EKS_TROUBLESHOOTING,
            ),
            Remedy(
                title="Write the cluster into the kubeconfig anew",
                who="you",
                steps=("With an AWS CLI of today, which writes v1beta1.",),
                commands=("aws --version", cluster.kubeconfig_command()),
                url=pages.EKS_KUBECONFIG,
            ),
        ),
        notes=(
            "To assume a role takes two things: an IAM policy of the caller, and the trust policy of the role.",
        ),
    )


def _explain_malformed_token(case: AnyCase, message: str) -> Explanation:
    cluster = find_cluster(case)
    reason = message[message.index("input token was not") :][:600]
    causes = [Cause(code, text, "derived") for pattern, code, text in _TOKEN_ERRORS if pattern.search(reason)]
    if not causes:
        causes = [Cause(code, text, "possible") for _, code, text in _TOKEN_ERRORS]
    return Explanation(
        failure=case.failure,
        topic="kubernetes-token-format",
        summary="The authenticator does not take the token.",
        causes=(
            Cause(
                "token-not-accepted",
                "The authenticator could not make anything of the token.",
                "reported",
                ("The text says: input token was not properly formatted.",),
            ),
            *causes,
        ),
        remedies=(
            Remedy(
                title="Make a token anew",
                who="you",
                steps=(
                    "A token is for one cluster, and lasts 15 minutes. Tools have to ask for one each time.",
                    "The name of the cluster has to be that of the cluster, not its ARN.",
                ),
                commands=(cluster.kubeconfig_command(), cluster.token_command()),
                url=pages.EKS_KUBECONFIG,
            ),
            authenticator_log_remedy(cluster),
        ),
    )


def _explain_webhook_failure(case: AnyCase, _message: str) -> Explanation:
    cluster = find_cluster(case)
    return Explanation(
        failure=case.failure,
        topic="kubernetes-webhook",
        summary="The API server asked its authenticator who calls, and got no answer that lets the caller in.",
        causes=(
            Cause(
                "webhook-failed",
                "The request to the authenticator failed, or it refused the token.",
                "reported",
                ("The text says: make webhook authenticator request.",),
            ),
            Cause(
                "token-not-known",
                "The token is no token of EKS, has expired, or its caller is not mapped.",
                "possible",
            ),
            Cause(
                "authenticator-down",
                "The authenticator could not be reached, or could not reach STS.",
                "possible",
            ),
        ),
        remedies=(
            authenticator_log_remedy(cluster),
            Remedy(
                title="Try it with a token of your own",
                who="you",
                steps=("If that works, the fault is in the caller's token.",),
                commands=(cluster.kubeconfig_command(), "kubectl auth whoami"),
                url=pages.EKS_KUBECONFIG,
            ),
        ),
        notes=("In EKS the authenticator is AWS's to run. If it fails for everybody, ask AWS's support.",),
    )


# The first route that matches is used.
_ROUTES: tuple[Route[_Rule], ...] = (
    Route(_explain_not_an_instance, message=re.compile(r"SessionName did not contain an instance id")),
    Route(_explain_recreated, message=re.compile(r"ARN does not match User ID")),
    Route(_explain_unmapped, message=re.compile(r"(?:ARN|[Ii]dentity) is not mapped")),
    Route(_explain_token_helper, message=re.compile(r"could not get token")),
    Route(_explain_malformed_token, message=re.compile(r"input token was not properly formatted")),
    Route(_explain_webhook_failure, message=re.compile(r"make webhook authenticator request")),
)
