"""Explain that an SDK found no credentials.

What provides them depends on where the call runs: in a pod, on EC2, ECS or Lambda, in CI or on a laptop. Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html and the pages that the remedies link to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.controllers import find_controller
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.credentials.pod_credentials import (
    NO_CALL_WITHOUT_CREDENTIALS,
    Advice,
    advise_in_pods,
    explain_pod_credentials,
)
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import (
    find_profile,
    find_region,
    mentions_kubernetes,
    quote_phrases,
)
from iamtriage.explaining._rules.shared.commands import fill_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

    _Environment = Callable[["Case[MissingCredentials]", str], Advice]

__all__ = ("explain_no_credentials",)

_POD_IDENTITY_AGENT = re.compile(
    r"169\.254\.170\.23|fd00:ec2::23|eks-pod-identity|pod-?identity", re.IGNORECASE
)
_ECS = re.compile(
    r"169\.254\.170\.2(?!\d)|AWS_CONTAINER_CREDENTIALS_RELATIVE_URI|ECS_CONTAINER_METADATA|ECS [Tt]ask|[Ff]argate"
)
_IMDS = re.compile(
    r"EC2 IMDS|ec2imds|EC2RoleRequestError|EC2MetadataError|169\.254\.169\.254|instance profile|EC2 Instance Metadata|IMDS|iam-role\b"
)
_TIMEOUT = re.compile(r"[Tt]ime(?:d )?-?out|deadline exceeded|canceled", re.ASCII)
_NO_ROLE = re.compile(r"(?i:status ?code:? ?404)|empty role|EmptyEC2RoleList")
_LAMBDA = re.compile(r"/var/task/|/opt/nodejs|AWS_LAMBDA|lambda_function|/var/runtime/")
# Tracebacks of programs built in GitHub Actions contain its source directory wherever they run, so it is left out.
_GITHUB_ACTIONS = re.compile(
    r"configure-aws-credentials|\baws-actions/|GITHUB_|/home/runner/work/_(?:actions|temp)\b|GitHub Actions|id-token|::error::|Credentials could not be loaded"
)
_CI = re.compile(r"gitlab|jenkins|\[Pipeline\] |circleci|buildkite|bitbucket|codebuild", re.IGNORECASE)
_TERRAFORM = re.compile(r"[Tt]erraform|\bwith provider\[")
# Docker Compose writes the name of the container before each line.
_DOCKER = re.compile(r"(?:^| )[\w.-]{1,64}[-_]\d{1,3} \| |\bdocker(?:-compose| compose| run| exec)\b")
# https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sign-in.html
_LOGIN_PROFILE = re.compile(r"\blogin_session ?= ?arn:")
# The SDK for Java 2 says so only if AWS_WEB_IDENTITY_TOKEN_FILE is set: https://github.com/aws/aws-sdk-java-v2/issues/2961
_STS_MODULE = re.compile(r"'sts' service module must be on the class ?path")
# Programs that ship or store logs and metrics, by name or log format. They run in clusters and on servers.
_LOG_SHIPPER = re.compile(
    r"fluent-?(?:bit|d)\b|\[aws_c(?:redentials|lient)\]|\[output:|logstash|opentelemetry|batch_processor|\bcaller=[\w-]{1,60}\.go:\d"
    r"|\[(?:error|warn)\]: #\d",
    re.IGNORECASE,
)
# The providers that SDKs for Java, JavaScript and Go print, and where each of them looks.
_PROVIDERS = (
    (
        "environment variables",
        re.compile(r"EnvironmentVariableCredentialsProvider|EnvProvider|EnvAccessKeyNotFound|fromEnv\b"),
    ),
    ("Java system properties", re.compile(r"SystemProperty?(?:ies)?CredentialsProvider")),
    (
        "the web identity's token file",
        re.compile(r"WebIdentityTokenCredentialsProvider|WebIdentityTokenFile"),
    ),
    (
        "the profiles of config and credentials files",
        re.compile(r"ProfileCredentialsProvider|SharedCredsLoad|SharedCredentialsProvider"),
    ),
    ("the container's endpoint", re.compile(r"ContainerCredentialsProvider")),
    (
        "the instance's metadata",
        re.compile(
            r"InstanceProfileCredentialsProvider|EC2ContainerCredentialsProviderWrapper|EC2RoleRequestError|EC2RoleProvider|no EC2 IMDS role"
        ),
    ),
)
_PHRASES = (
    "Unable to locate credentials",
    "Unable to load AWS credentials from any provider in the chain",
    "Unable to load credentials from any of the providers in the chain",
    "Could not load credentials from any providers",
    "no EC2 IMDS role found",
    "no valid providers in chain",
    "failed to refresh cached credentials",
    "find AWS credentials",
    "Missing credentials in config",
    "No valid credential sources",
)
_MAX_CAUSES = 6


NO_CREDENTIALS = CauseType(
    "no-credentials",
    title="The SDK found no credentials",
    recognised_by='The SDK says "Unable to locate credentials", "no valid providers in chain" or a similar message.',
    fix="Sign in, or give the program a role where it runs.",
    sources=(pages.SDK_CREDENTIALS,),
)
NO_INSTANCE_PROFILE = CauseType(
    "no-instance-profile",
    title="The EC2 instance has no role",
    fix="Attach an instance profile with a role.",
    of="no-credentials",
)
METADATA_HOP_LIMIT = CauseType(
    "metadata-hop-limit",
    title="The hop limit of the instance metadata is 1",
    text="The call runs in a container, and the instance's metadata hop limit is 1, so the response does not reach the container.",
    fix="Set the hop limit to 2, or give the container a role.",
    of="no-credentials",
)
LOGIN_PROFILE_UNSUPPORTED = CauseType(
    "login-profile-unsupported",
    title="The program does not support profiles of aws login",
    text="The profile has login_session, which the program's SDK does not support yet.",
    recognised_by="The text shows a profile with login_session, and another program than the AWS CLI finds no credentials.",
    fix="Add a profile whose credential_process is aws configure export-credentials, and use it in the program.",
    sources=(pages.CLI_LOGIN, "https://github.com/hashicorp/terraform-provider-aws/issues/45316"),
)
STS_MODULE_MISSING = CauseType(
    "sts-module-missing",
    title="The Java program lacks the sts module of the SDK",
    text="The pod's web identity is configured, but the SDK for Java 2 can use it only with the module sts.",
    recognised_by="The SDK for Java says that the 'sts' service module must be on the class path.",
    fix="Add the dependency software.amazon.awssdk:sts.",
    sources=("https://github.com/aws/aws-sdk-java-v2/issues/2961",),
)
JOB_WITHOUT_CREDENTIALS = CauseType(
    "job-without-credentials",
    title="The CI job has no credentials",
    meaning="The CI job has no credentials: it assumed no role, or its secrets are empty.",
    fix="Let the job assume a role, and check that its secrets are set.",
    of="no-credentials",
    example="no-credentials-in-github-actions",
)
NOTHING_SET_UP = CauseType(
    "nothing-set-up",
    title="No credentials are configured on this machine",
    text="This user has no profile, sign-in or access key on this machine.",
    fix="Run aws configure sso, aws login or aws configure.",
    of="no-credentials",
)
PROFILE_NOT_NAMED = CauseType(
    "profile-not-named",
    title="The profile is not selected",
    text="A profile exists, but it is not named default, and nothing selects it.",
    fix="Set AWS_PROFILE or use --profile.",
    of="no-credentials",
)
ENVIRONMENT_NOT_PASSED_ON = CauseType(
    "environment-not-passed-on",
    title="The environment is not passed to the process",
    text="The variables or files belong to another user or shell: sudo, cron, systemd, docker and IDEs do not pass them on.",
    fix="Pass the variables or mount the files into the process or container.",
    of="no-credentials",
)
NO_TASK_ROLE = CauseType(
    "no-task-role",
    title="The ECS task has no task role",
    text="The ECS task has no task role. The task execution role is for ECS itself, not for the program.",
    fix="Set taskRoleArn in the task definition.",
    of="no-credentials",
    example="no-credentials-on-ecs",
)
RELATIVE_URI_LOST = CauseType(
    "relative-uri-lost",
    title="The process does not inherit the container's variables",
    text="The process does not inherit AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, as under sshd, cron or su.",
    fix="Pass AWS_CONTAINER_CREDENTIALS_RELATIVE_URI to the process.",
    of="no-credentials",
    example="no-credentials-on-ecs",
)
LAMBDA_VARIABLES_LOST = CauseType(
    "lambda-variables-lost",
    title="The function's code ignores the role's credentials",
    text="The function's environment has the role's credentials, but the code uses a profile, empty keys, or a process without that environment.",
    fix="Use the default credential chain in the function.",
    of="no-credentials",
    example="no-credentials-on-lambda",
)
NO_ID_TOKEN_PERMISSION = CauseType(
    "no-id-token-permission",
    title="The workflow is not allowed to request an OIDC token",
    text="The workflow is not allowed to request an OIDC token: its permissions lack id-token: write.",
    fix="Add permissions: id-token: write to the job.",
    of="no-credentials",
    example="no-credentials-in-github-actions",
)
SECRETS_OF_FORKS = CauseType(
    "secrets-of-forks",
    title="Workflows of forks get no secrets",
    text="A pull request from a fork started the workflow. Such workflows get no secrets and no id-token: write.",
    fix="Run the job on a branch of the repository, or after a review.",
    of="no-credentials",
    example="no-credentials-in-github-actions",
)


def explain_no_credentials(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that an SDK found no credentials, and what provides them where it ran."""
    explanation = explain_pod_credentials(case, message)
    if explanation is not None:
        return explanation
    if _STS_MODULE.search(case.text):
        return _explain_sts_module(case)
    if _LOGIN_PROFILE.search(case.text):
        return _explain_login_profile(case)
    environments = _likely_environments(case, message)
    advice = [environment(case, message) for environment in environments]
    not_found = NO_CREDENTIALS.cause("derived", _searched_places(message))
    # A pod without a role falls back to the instance metadata, so both causes come before the others.
    likeliest = 1 if environments[0] is advise_in_pods else _MAX_CAUSES
    causes = (
        not_found,
        *(cause for each in advice for cause in each.causes[:likeliest]),
        *(cause for each in advice for cause in each.causes[likeliest:]),
    )
    return Explanation(
        failure=case.failure,
        topic="no-credentials",
        summary=f"The SDK found no credentials{' for Terraform' if _TERRAFORM.search(case.text) else ''}{_metadata_outcome(message)}, so no request was sent to AWS and no permission was checked.",
        causes=causes[:_MAX_CAUSES],
        remedies=(
            *(remedy for each in advice for remedy in each.remedies),
            credential_remedies.show_identity(find_profile(case)),
        ),
        notes=(NO_CALL_WITHOUT_CREDENTIALS,),
    )


def _explain_login_profile(case: Case[MissingCredentials]) -> Explanation:
    """Explain that a program does not support the profiles that ``aws login`` writes."""
    profile = commands.profile(find_profile(case) or _stated_profile(case))
    return Explanation(
        failure=case.failure,
        topic="no-credentials",
        summary="The program found no credentials: most likely, it does not support the login_session of the profile (aws login).",
        causes=(LOGIN_PROFILE_UNSUPPORTED.cause(because=("The text shows login_session in a profile.",)),),
        remedies=(
            Remedy(
                title="Add a profile that exports the credentials, and use it in the program",
                who="you",
                steps=(
                    "Add the profile to ~/.aws/config. The AWS CLI then provides and refreshes the credentials.",
                    "Sign in with aws login, and run the program with AWS_PROFILE set to the new profile. Or update the program to a version that supports aws login.",
                ),
                commands=(
                    fill_command("aws login --profile {}", profile),
                    fill_command(
                        "aws configure set credential_process {} --profile exported",
                        f"aws configure export-credentials --profile {profile} --format process",
                    ),
                    "AWS_PROFILE=exported aws sts get-caller-identity",
                ),
                url=pages.CLI_LOGIN,
            ),
            credential_remedies.show_identity(find_profile(case)),
        ),
        notes=(NO_CALL_WITHOUT_CREDENTIALS,),
    )


def _stated_profile(case: Case[MissingCredentials]) -> str | None:
    """Return the profile that the text around the failure names."""
    stated = context_of(case.facts).profile
    return None if stated is None else stated.value


def _explain_sts_module(case: Case[MissingCredentials]) -> Explanation:
    """Explain that a Java program cannot use the pod's web identity without the module sts."""
    return Explanation(
        failure=case.failure,
        topic="no-credentials",
        summary="The SDK for Java found no credentials: it needs the module sts to use the pod's web identity (IRSA), and the class path lacks it.",
        causes=(
            STS_MODULE_MISSING.cause(
                "reported", ("The text says that the 'sts' service module must be on the class path.",)
            ),
        ),
        remedies=(
            Remedy(
                title="Add the module sts to the program",
                who="you",
                steps=(
                    "Add the dependency software.amazon.awssdk:sts with the version of the other modules, then build and deploy again.",
                    "In Maven: groupId software.amazon.awssdk, artifactId sts. In Gradle: implementation 'software.amazon.awssdk:sts'.",
                ),
                url=pages.EKS_IRSA_SDK,
            ),
        ),
        notes=(NO_CALL_WITHOUT_CREDENTIALS,),
    )


def _metadata_outcome(message: str) -> str:
    """Return what the instance metadata, the last place of the chain, answered."""
    if not _IMDS.search(message):
        return ""
    if _TIMEOUT.search(message):
        return ": its request to the instance metadata, the last place of the chain, timed out"
    return ": the instance metadata has no role" if _NO_ROLE.search(message) else ""


def _searched_places(message: str) -> tuple[str, ...]:
    places = [name for name, pattern in _PROVIDERS if pattern.search(message)]
    because = quote_phrases(message, *_PHRASES)[:2]
    return (*because, f"The SDK looked in {', '.join(places)}.") if places else because


def _likely_environments(case: Case[MissingCredentials], message: str) -> list[_Environment]:
    """Return the environments in which the call may run, the likeliest first, at most two."""
    text = case.text
    controller = find_controller(text)
    signs: tuple[tuple[_Environment, bool], ...] = (
        (_advise_in_ci, _GITHUB_ACTIONS.search(text) is not None or _CI.search(text) is not None),
        (
            advise_in_pods,
            controller is not None
            or mentions_kubernetes(case)
            or _POD_IDENTITY_AGENT.search(text) is not None,
        ),
        (_advise_on_lambda, _LAMBDA.search(text) is not None),
        (_advise_on_ecs, _ECS.search(text) is not None),
    )
    environments = [environment for environment, is_mentioned in signs if is_mentioned]
    # Every provider chain ends with the instance metadata, so its mention is weak evidence for EC2.
    mentions_metadata = _IMDS.search(message) is not None
    if _DOCKER.search(text) and not environments:
        return [_advise_in_docker, _advise_on_ec2]
    if _TERRAFORM.search(text) and not environments:
        # The chain ends with the instance metadata, but Terraform mostly runs on a computer or in CI.
        return [_advise_on_laptop, _advise_on_ec2]
    if environments:
        return [*environments, *([_advise_on_ec2] if mentions_metadata else [])][:2]
    if _LOG_SHIPPER.search(text):
        return [advise_in_pods, _advise_on_ec2]
    return [_advise_on_ec2, _advise_on_laptop] if mentions_metadata else [_advise_on_laptop, _advise_on_ec2]


# ------------------------------------------------ environments


def _advise_on_laptop(case: Case[MissingCredentials], _message: str) -> Advice:
    return Advice(
        [
            NOTHING_SET_UP.cause(),
            PROFILE_NOT_NAMED.cause(because=("AWS_PROFILE or --profile names the profile.",)),
            ENVIRONMENT_NOT_PASSED_ON.cause(),
        ],
        [credential_remedies.configure_credentials(find_profile(case))],
    )


def _advise_in_docker(case: Case[MissingCredentials], _message: str) -> Advice:
    profile = commands.profile(find_profile(case) or _stated_profile(case))
    return Advice(
        [ENVIRONMENT_NOT_PASSED_ON.cause(because=("The text is from a container.",)), NOTHING_SET_UP.cause()],
        [
            Remedy(
                title="Pass credentials to the container",
                who="you",
                steps=(
                    "On your computer, mount ~/.aws and set AWS_PROFILE, or pass the variables of a current session. In Docker Compose: volumes and environment.",
                    "In ECS, EKS and on EC2, use the role of the task, pod or instance instead, and pass nothing.",
                ),
                commands=(
                    fill_command('docker run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE={} IMAGE', profile),
                ),
                url=pages.CLI_CREDENTIALS,
            )
        ],
    )


def _advise_on_ec2(case: Case[MissingCredentials], message: str) -> Advice:
    region = commands.region(find_region(case))
    timed_out = _TIMEOUT.search(message) is not None
    because = "The SDK tried the instance metadata, the last place of the chain."
    no_profile = NO_INSTANCE_PROFILE.cause(because=(because,) if _IMDS.search(message) else ())
    hop_limit = METADATA_HOP_LIMIT.cause(
        because=("The request to the metadata service timed out.",) if timed_out else ()
    )
    remedies = [
        Remedy(
            title="On EC2: give the instance a role",
            who="account administrator",
            steps=(
                "Check whether the instance has an instance profile, and attach one if it has none. No restart is needed.",
                "An instance profile contains a role. Only the console creates one together with the role.",
            ),
            commands=(
                fill_command(
                    "aws ec2 describe-iam-instance-profile-associations --region {} --filters Name=instance-id,Values=INSTANCE_ID",
                    region,
                ),
                fill_command(
                    "aws ec2 associate-iam-instance-profile --instance-id INSTANCE_ID --region {} --iam-instance-profile Name=INSTANCE_PROFILE",
                    region,
                ),
            ),
            url=pages.EC2_ROLES,
        ),
        Remedy(
            title="In a container on EC2: raise the hop limit",
            who="account administrator",
            steps=(
                "A container is one network hop further from the metadata service, so the limit must be 2.",
                "Then every container on the instance can use the instance's role. In EKS, give the pods their own roles instead.",
            ),
            commands=(
                fill_command(
                    "aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --region {} --http-put-response-hop-limit 2",
                    region,
                ),
            ),
            url=pages.EC2_METADATA,
        ),
    ]
    # A timeout shows that the response was lost; an instance without a role gets a 404.
    return (
        Advice([hop_limit, no_profile], remedies[::-1])
        if timed_out
        else Advice([no_profile, hop_limit], remedies)
    )


def _advise_on_ecs(_case: Case[MissingCredentials], _message: str) -> Advice:
    return Advice(
        [
            NO_TASK_ROLE.cause(because=("The text mentions ECS.",)),
            RELATIVE_URI_LOST.cause(),
        ],
        [
            Remedy(
                title="On ECS: give the task a role",
                who="account administrator",
                steps=(
                    "Set taskRoleArn in the task definition, and start new tasks: running tasks do not change.",
                ),
                commands=(
                    "aws ecs describe-task-definition --task-definition TASK_DEFINITION --query 'taskDefinition.[taskRoleArn,executionRoleArn]'",
                ),
                url=pages.ECS_TASK_ROLE,
            )
        ],
    )


def _advise_on_lambda(_case: Case[MissingCredentials], _message: str) -> Advice:
    return Advice(
        [LAMBDA_VARIABLES_LOST.cause(because=("The text mentions Lambda.",))],
        [
            Remedy(
                title="On Lambda: let the SDK find the execution role",
                who="you",
                steps=(
                    "Create clients without profile and keys, and don't set AWS_PROFILE.",
                    "Pass the environment to processes that the function starts.",
                    "On your computer, the function has no role: use a profile there.",
                ),
                commands=("aws lambda get-function-configuration --function-name FUNCTION --query Role",),
                url=pages.LAMBDA_ROLE,
            )
        ],
    )


_GITHUB_STEPS = (
    "In GitHub Actions, add to the job or workflow: permissions: id-token: write, contents: read.",
    "Set role-to-assume and aws-region of the action aws-actions/configure-aws-credentials.",
    "The role must trust the system's OIDC provider. No secret is needed then.",
)
# What gives a job credentials, by what names the CI system in a text.
_CI_STEPS = (
    (
        re.compile(r"jenkins|\[Pipeline\] ", re.IGNORECASE),
        "Jenkins",
        (
            "Wrap the step in withAWS(role: 'ROLE_NAME', region: 'REGION') of the plugin Pipeline: AWS Steps, or in withCredentials with an AWS credentials binding.",
            "Or give the agent a role: an instance profile on EC2, a task role in ECS, or a service account with a role in EKS.",
        ),
    ),
    (
        re.compile(r"gitlab", re.IGNORECASE),
        "GitLab CI/CD",
        (
            "Add id_tokens with the audience that the role trusts to the job, write the token to a file, and set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE.",
            "The role must trust the OIDC provider of the GitLab instance. No secret is needed then.",
        ),
    ),
    (
        re.compile(r"codebuild", re.IGNORECASE),
        "CodeBuild",
        (
            "The build container has the credentials of the project's service role. Remove AWS_PROFILE and access keys from the environment.",
            "In docker build, pass AWS_CONTAINER_CREDENTIALS_RELATIVE_URI as a build argument.",
        ),
    ),
)


def _advise_in_ci(case: Case[MissingCredentials], _message: str) -> Advice:
    is_github = _GITHUB_ACTIONS.search(case.text) is not None
    system, ci_steps = next(
        ((name, steps) for pattern, name, steps in _CI_STEPS if pattern.search(case.text)),
        ("the CI system", _GITHUB_STEPS),
    )
    if is_github:
        system, ci_steps = "GitHub Actions", _GITHUB_STEPS
    causes = [
        JOB_WITHOUT_CREDENTIALS.cause(
            because=(f"The text mentions {system}.",),
            text=f"The job of {system} has no credentials: it assumed no role, or its secrets are empty.",
        )
    ]
    if is_github:
        causes.insert(
            0,
            NO_ID_TOKEN_PERMISSION.cause(
                because=("The text mentions the permission id-token.",) if "id-token" in case.text else ()
            ),
        )
        causes.append(SECRETS_OF_FORKS.cause())
    return Advice(
        causes,
        [
            Remedy(
                title=f"Give the job of {system} a role",
                who="you",
                steps=ci_steps,
                url=pages.GITHUB_OIDC if is_github else pages.OIDC_ROLES,
            )
        ],
    )
