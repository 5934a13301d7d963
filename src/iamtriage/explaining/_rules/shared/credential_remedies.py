"""Build the remedies that several credential failures share.

Sources: the pages of the AWS CLI and SDK guides that the remedies link to.
"""

from __future__ import annotations

from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command, fill_command

__all__ = (
    "check_endpoint",
    "clear_environment",
    "configure_credentials",
    "console_login",
    "docker_login",
    "enable_region",
    "get_new_credentials",
    "reread_token",
    "set_clock",
    "show_identity",
    "sso_login",
    "with_profile",
)

POLICIES_DO_NOT_HELP = "No IAM policy helps here, and trying again with the same credentials does not either."
NO_CALL_MADE = "No IAM policy helps here: no call was made."
SIGNATURE_REJECTED = "No IAM policy helps here: AWS refuses the signature before it looks at permissions."


def with_profile(profile: str | None, *words: str) -> str:
    """Return a command with the profile, if one is known.

    >>> with_profile("dev", "aws", "sts", "get-caller-identity"), with_profile(None, "aws", "login")
    ('aws sts get-caller-identity --profile dev', 'aws login')
    """
    return command(*words) if profile is None else command(*words, "--profile", commands.profile(profile))


def show_identity(profile: str | None = None) -> Remedy:
    """Return the remedy that shows which credentials are used and whose they are."""
    return Remedy(
        title="See which credentials are used",
        who="you",
        steps=(
            "The first command tells where the AWS CLI finds its credentials: environment variables go before files, and files before the role of the machine.",
            "The second tells whose they are; it works for everyone whose credentials AWS accepts.",
            "Run both where the failing call runs: as the same user, in the same container, with the same profile.",
        ),
        commands=(
            with_profile(profile, "aws", "configure", "list"),
            with_profile(profile, "aws", "sts", "get-caller-identity"),
        ),
        url=pages.CLI_CREDENTIALS,
    )


def sso_login(profile: str | None) -> Remedy:
    """Return the remedy that signs in to IAM Identity Center."""
    return Remedy(
        title="Log in to IAM Identity Center again",
        who="you",
        steps=(
            "Log in with the profile that the failing call uses; a login to another session does not count.",
            "Then run the call again. A program that is running may have to be started again.",
        ),
        commands=(fill_command("aws sso login --profile {}", commands.profile(profile)),),
        url=pages.SSO_LOGIN,
    )


def console_login(profile: str | None) -> Remedy:
    """Return the remedy that signs in with console credentials."""
    return Remedy(
        title="Log in with aws login again",
        who="you",
        steps=("The login opens a browser. Its credentials are renewed by themselves for 12 hours at most.",),
        commands=(with_profile(profile, "aws", "login"),),
        url=pages.CLI_LOGIN,
    )


def get_new_credentials(role: str | None = None) -> Remedy:
    """Return the remedy that gets new temporary credentials."""
    return Remedy(
        title="Get new credentials in the way in which the old ones came",
        who="you",
        steps=(
            "From IAM Identity Center: log in again.",
            "From aws login: log in again.",
            "From a role that was assumed by hand: assume it again, and replace key, secret and session token, all three.",
        ),
        commands=(
            "aws sso login --profile PROFILE",
            "aws login",
            fill_command(
                "aws sts assume-role --role-arn {} --role-session-name SESSION_NAME",
                commands.arn(role, "ROLE_ARN"),
            ),
        ),
        url=pages.TEMPORARY_CREDENTIALS,
    )


def clear_environment() -> Remedy:
    """Return the remedy that removes old credentials."""
    return Remedy(
        title="Take the old credentials out of the way",
        who="you",
        steps=(
            "Unset the variables in the shell or service that makes the call; they go before every profile.",
            "Delete old keys with an aws_session_token from ~/.aws/credentials. A token that stays behind spoils a new key.",
        ),
        commands=("unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN",),
        url=pages.CLI_CREDENTIALS,
    )


def set_clock() -> Remedy:
    """Return the remedy that sets the clock."""
    return Remedy(
        title="Set the clock right",
        who="you",
        steps=(
            "Compare the first command's time with the Date header that the second prints: both are UTC, and AWS takes signatures whose time is up to 5 minutes off, S3 up to 15.",
            "See whether time is kept, and turn NTP on. On EC2 the server is 169.254.169.123.",
            "A container has the clock of its host; virtual machines, WSL and Docker Desktop lose time while the computer sleeps, and a restart sets it right.",
        ),
        commands=(
            "date -u",
            "curl --silent --head https://sts.amazonaws.com",
            "chronyc tracking",
            "timedatectl set-ntp true",
        ),
        url=pages.EC2_CLOCK,
    )


def docker_login(registry: str, region: str) -> Remedy:
    """Return the remedy that logs Docker in to an ECR registry.

    Args:
        registry: The host, from :func:`iamtriage.explaining._rules.shared.clues.find_registry`.
        region: The region, from the same function.
    """
    return Remedy(
        title="Log docker in to the registry",
        who="you",
        steps=(
            "Log in as the user, and on the machine, that pulls or pushes. A login holds for 12 hours.",
            "Let builds log in each time, or use the credential helper amazon-ecr-credential-helper, which does it by itself.",
        ),
        commands=(
            fill_command(
                "aws ecr get-login-password --region {} | docker login --username AWS --password-stdin {}",
                region,
                registry,
            ),
        ),
        url=pages.ECR_LOGIN,
    )


def reread_token() -> Remedy:
    """Return the remedy that re-reads the web identity token's file for each call."""
    return Remedy(
        title="Read the token's file anew for each call of STS",
        who="you",
        steps=(
            "Kubernetes replaces the file that AWS_WEB_IDENTITY_TOKEN_FILE names before its token expires. Keep the file's name, never its content.",
            "Use the SDK's own provider of web identities instead of a call of AssumeRoleWithWebIdentity, and an SDK that knows it.",
            "In a CI system ask for a new token right before the call; its tokens last for minutes.",
        ),
        url=pages.EKS_IRSA_SDK,
    )


def check_endpoint(*, is_other_software: bool = False) -> Remedy:
    """Return the remedy that checks which endpoint is called.

    Args:
        is_other_software: Whether software other than AWS can be at the endpoint.
    """
    keys = "Keys of MinIO, LocalStack and other software hold at their own endpoints alone, and keys of AWS at AWS's alone."
    return Remedy(
        title="See which endpoint is called",
        who="you",
        steps=(
            *((keys,) if is_other_software else ()),
            "Look for AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> in the environment, for endpoint_url in the profile and for an endpoint in the code.",
        ),
        commands=("env | grep AWS_ENDPOINT_URL", "aws configure get endpoint_url"),
        url=pages.SDK_ENDPOINTS,
    )


def enable_region(region: str | None) -> Remedy:
    """Return the remedy that enables a region for the account."""
    name = commands.region(region)
    return Remedy(
        title=f"See whether {name} is enabled for the account",
        who="account administrator",
        steps=(
            "Regions that AWS opened since March 2019 have to be enabled for each account, which takes minutes to hours.",
            "If the status is DISABLED, and the region is wanted, enable it.",
        ),
        commands=(
            fill_command("aws account get-region-opt-status --region-name {}", name),
            fill_command("aws account enable-region --region-name {}", name),
        ),
        url=pages.ENABLE_REGION,
    )


def configure_credentials(profile: str | None) -> Remedy:
    """Return the remedy that sets up credentials that refresh automatically."""
    return Remedy(
        title="Give the AWS CLI and SDKs credentials that renew themselves",
        who="you",
        steps=(
            "With IAM Identity Center: make a profile once, then log in each day.",
            "With console users: aws login, from AWS CLI 2.32 on.",
            "Name the profile where the call runs, in AWS_PROFILE or with --profile.",
        ),
        commands=(
            with_profile(profile, "aws", "configure", "sso"),
            with_profile(profile, "aws", "login"),
            "aws configure list-profiles",
        ),
        url=pages.CLI_CREDENTIALS,
    )
