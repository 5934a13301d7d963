"""What the authenticator of EKS and kubectl's token helper say about a login; not for what kubectl says.

Source of the words: https://github.com/kubernetes-sigs/aws-iam-authenticator (``pkg/server``, ``pkg/token``,
``pkg/mapper``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes.cluster_access import (
    let_in_remedies,
    log_remedy,
    mode_causes,
    principal_causes,
)
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.principal_mappings import (
    aws_auth_command,
    build_cluster_principal,
    inspect_access_remedy,
    recreate_entry_remedy,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.shared.clusters import AnyCase, Cluster

__all__ = ("explain_authenticator",)

_NOT_MAPPED = re.compile(r"(?:ARN|[Ii]dentity) is not mapped")
_OTHER_ID = re.compile(r"ARN does not match User ID")
_NO_INSTANCE = re.compile(r"SessionName did not contain an instance id")
_NO_TOKEN = re.compile(r"could not get token")
_BAD_TOKEN = re.compile(r"input token was not properly formatted")
_NO_ANSWER = re.compile(r"make webhook authenticator request")
# What follows on "input token was not properly formatted".
_TOKEN_FAULTS = (
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
    """Explain a login of which the text says more than that it failed; None for other texts."""
    if _NO_INSTANCE.search(message):
        return _no_instance(case)
    if _OTHER_ID.search(message):
        return _not_mapped(case, recreated=True)
    if _NOT_MAPPED.search(message):
        return _not_mapped(case, recreated=False)
    if _NO_TOKEN.search(message):
        return _no_token(case)
    if _BAD_TOKEN.search(message):
        return _bad_token(case, message)
    if _NO_ANSWER.search(message):
        return _no_answer(case)
    return None


def _not_mapped(case: AnyCase, *, recreated: bool) -> Explanation:
    cluster = find_cluster(case)
    who = build_cluster_principal(
        case.principal, case.caller or "the caller", is_canonical=case.failure.principal is not None
    )
    causes: list[Cause] = []
    if recreated:
        text = "The ARN is mapped, but to another unique id: the role or user was deleted and made again."
        causes.append(
            Cause("principal-recreated", text, "derived", ("The text says: ARN does not match User ID.",))
        )
        summary = f"The cluster knows {who.description} by name, but it is not the same principal as before."
    else:
        text = "The authenticator found no entry for the ARN of the caller."
        causes.append(
            Cause(
                "not-mapped", text, "reported", clues.quote_phrases(clues.message_text(case), "is not mapped")
            )
        )
        summary = f"The cluster does not know {who.description}: no entry fits it."
        causes += _why_not_mapped(cluster)
    return Explanation(
        failure=case.failure,
        topic="kubernetes-not-mapped",
        summary=summary,
        causes=(*causes, *mode_causes(cluster), *principal_causes(case)),
        remedies=(
            *([recreate_entry_remedy(cluster, who)] if recreated else []),
            inspect_access_remedy(cluster, who),
            *([] if recreated else let_in_remedies(cluster, who, namespace=case.facts.namespace)),
        ),
        notes=(
            "The log shows the ARN as it is looked up: a session's role, without the path of the role.",
            "IAM policies do not let anybody into a cluster.",
        ),
    )


def _why_not_mapped(cluster: Cluster) -> Iterator[Cause]:
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


def _no_instance(case: AnyCase) -> Explanation:
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


def _no_token(case: AnyCase) -> Explanation:
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


def _bad_token(case: AnyCase, message: str) -> Explanation:
    cluster = find_cluster(case)
    tail = message[message.index("input token was not") :][:600]
    told = [(code, text) for pattern, code, text in _TOKEN_FAULTS if pattern.search(tail)]
    faults = [Cause(code, text, "derived") for code, text in told]
    if not told:
        faults = [Cause(code, text, "possible") for _, code, text in _TOKEN_FAULTS]
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
            *faults,
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
            log_remedy(cluster),
        ),
    )


def _no_answer(case: AnyCase) -> Explanation:
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
            log_remedy(cluster),
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
