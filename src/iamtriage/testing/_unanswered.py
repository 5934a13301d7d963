"""Describes what no AWS service answers: failures of the SDK itself, and of Kubernetes."""

from __future__ import annotations

from typing import TypeAlias

from iamtriage.failures._failures import (
    ExpiredCredentials,
    KubernetesForbidden,
    KubernetesUnauthorized,
    MissingCredentials,
)
from iamtriage.testing._documents import account_in
from iamtriage.testing._envelopes import EnvelopeName
from iamtriage.testing._samples import Sample, checked
from iamtriage.testing._sdk_texts import boto_traceback

__all__ = (
    "expired_sso_session",
    "kubernetes_forbidden",
    "kubernetes_unauthorized",
    "missing_credentials",
)

Words: TypeAlias = tuple[tuple[EnvelopeName, str], ...]


def missing_credentials() -> Sample:
    r"""Describe that no credentials were found: nothing was sent, so no service says so but the SDK.

    >>> missing_credentials().text("cli")
    '\naws: [ERROR]: Unable to locate credentials. You can configure credentials by running "aws configure".'
    """
    message = "Unable to locate credentials"
    cli = f'{message}. You can configure credentials by running "aws configure".'
    go_v1 = (
        "NoCredentialProviders: no valid providers in chain. Deprecated.\n"
        "\tFor verbose messaging see aws.Config.CredentialsChainVerboseErrors"
    )
    go_v2 = (
        "operation error STS: GetCallerIdentity, get identity: get credentials: failed to refresh cached "
        "credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, "
        "context deadline exceeded"
    )
    java_v1 = (
        "com.amazonaws.SdkClientException: Unable to load AWS credentials from any provider in the chain"
    )
    java_v2 = (
        "software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of "
        "the providers in the chain AwsCredentialsProviderChain"
    )
    return Sample(
        MissingCredentials(),
        message,
        code="NoCredentialsError",
        words=(
            ("message", message),
            ("botocore", message),
            ("traceback", boto_traceback(f"botocore.exceptions.NoCredentialsError: {message}")),
            ("cli", f"\naws: [ERROR]: {cli}"),
            ("cli-legacy", f"\n{cli}"),
            ("go-v1", go_v1),
            ("go-v2", go_v2),
            ("java-v1", java_v1),
            ("java-v2", java_v2),
            ("js-v3", "CredentialsProviderError: Could not load credentials from any providers"),
            ("terraform-plain", f"Error: No valid credential sources found: {go_v2}"),
        ),
    )


def expired_sso_session() -> Sample:
    """Describe a login of IAM Identity Center whose time has passed: botocore finds that itself.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html

    >>> expired_sso_session().exception().__class__.__name__
    'UnauthorizedSSOTokenError'
    """
    message = (
        "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this "
        "SSO session run aws sso login with the corresponding profile."
    )
    name = "UnauthorizedSSOTokenError"
    return Sample(
        ExpiredCredentials(),
        message,
        code=name,
        words=(
            ("message", message),
            ("botocore", message),
            ("traceback", boto_traceback(f"botocore.exceptions.{name}: {message}")),
            ("cli", f"\naws: [ERROR]: {message}"),
            ("cli-legacy", f"\n{message}"),
        ),
    )


def kubernetes_forbidden(
    user: str, verb: str, resource: str, *, api_group: str = "", namespace: str | None = None
) -> Sample:
    """Describe what Kubernetes' RBAC does not let a user do, at an API server of EKS or any other.

    Args:
        user: the Kubernetes user: ``"system:serviceaccount:shop:orders"``.
        verb: ``"list"``, ``"get"``, ``"create"``, ….
        resource: the type: ``"pods"``, ``"deployments"``.
        api_group: its group: ``"apps"``; "" is the core group.
        namespace: the namespace; None: at the scope of the cluster.

    Raises:
        ValueError: a value cannot stand in a text.

    https://kubernetes.io/docs/reference/access-authn-authz/rbac/

    >>> print(kubernetes_forbidden("ana", "list", "pods", namespace="shop").text("kubectl"))
    Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group ""
    in the namespace "shop"
    """
    for name, value in (("user", user), ("verb", verb), ("resource", resource)):
        checked(name, value)
    if api_group:
        checked("api_group", api_group)
    scope = "at the cluster scope"
    if namespace is not None:
        scope = f'in the namespace "{checked("namespace", namespace)}"'
    kind = f"{resource}.{api_group}" if api_group else resource
    what = f'resource "{resource}" in API group "{api_group}" {scope}'
    message = f'{kind} is forbidden: User "{user}" cannot {verb} {what}'
    failure = KubernetesForbidden(
        principal=user,
        account=account_in(user),
        user=user,
        verb=verb,
        kubernetes_resource=resource,
        api_group=api_group,
        namespace=namespace,
    )
    words: Words = (
        ("message", message),
        ("kubectl", f"Error from server (Forbidden): {message}"),
        ("terraform-plain", f"Error: {message}"),
    )
    return Sample(failure, message, status=403, words=words)


def kubernetes_unauthorized() -> Sample:
    """Describe an API server that does not accept the identity.

    https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#unauthorized

    >>> kubernetes_unauthorized().text("kubectl")
    'error: You must be logged in to the server (Unauthorized)'
    """
    kubectl = "error: You must be logged in to the server (Unauthorized)"
    words: Words = (("message", kubectl), ("kubectl", kubectl))
    return Sample(KubernetesUnauthorized(), "Unauthorized", status=401, words=words)
