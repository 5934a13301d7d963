"""Create errors that SDKs report without a response from a service."""

from __future__ import annotations

from iamtriage.failures._failures import ExpiredCredentials, MissingCredentials
from iamtriage.testing._samples import Sample
from iamtriage.testing._sdk_texts import write_traceback

__all__ = ("expired_sso_session", "missing_credentials")


def missing_credentials() -> Sample:
    r"""Create the SDK's error for missing credentials.

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
            ("traceback", write_traceback(f"botocore.exceptions.NoCredentialsError: {message}")),
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
    """Create the SDK's error for an expired IAM Identity Center session.

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
            ("traceback", write_traceback(f"botocore.exceptions.{name}: {message}")),
            ("cli", f"\naws: [ERROR]: {message}"),
            ("cli-legacy", f"\n{message}"),
        ),
    )
