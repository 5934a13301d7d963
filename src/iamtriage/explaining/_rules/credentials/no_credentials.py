"""Explain that an SDK found no credentials.

What provides them depends on where the call runs: in a pod, on EC2, ECS or Lambda, in CI or on a laptop. Sources:
https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html and the pages that the remedies link to.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.runtimes import search_present
from iamtriage.explaining._context.readers.workflows import find_jobs_without_token
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials import containers, credential_sources, provider_chains
from iamtriage.explaining._rules.credentials.profiles import (
    missing_profiles,
    other_users,
    start_files,
    unread_sources,
)
from iamtriage.explaining._rules.credentials.profiles.local_programs import find_computer
from iamtriage.explaining._rules.credentials.workloads import (
    ci_jobs,
    credential_endpoints,
    docker_files,
    ecs_tasks,
    job_gaps,
    missing_modules,
    pod_agents,
    pod_roles,
)
from iamtriage.explaining._rules.credentials.workloads.instance_profiles import UNUSABLE_INSTANCE_ROLE
from iamtriage.explaining._rules.shared import clues, common_causes, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies, sdk_modules, selected_profiles
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import TERRAFORM
from iamtriage.explaining._rules.shared.texts.text_signs import is_about_pods
from iamtriage.failures._failures import MissingCredentials

_Environment = Callable[[Case[MissingCredentials], str], pod_roles.Advice]
_Rule = Callable[[Case[MissingCredentials], str], Explanation]

_POD_IDENTITY_AGENT = lazy_pattern(r"(?i)169\.254\.170\.23|fd00:ec2::23|eks-pod-identity|pod-?identity")
_ECS = lazy_pattern(
    r"169\.254\.170\.2(?!\d)|AWS_CONTAINER_CREDENTIALS_RELATIVE_URI|ECS_CONTAINER_METADATA|ECS [Tt]ask|[Ff]argate|\bFARGATE\b"
    r"|\becs/[\w-]{1,64}/[0-9a-f]{4,32}\b|com\.amazonaws\.ecs\."  # the log stream of the driver awslogs, and labels
    r"|\baws ecs execute-command [^#]{0,400} # |AWS_BATCH_"
)
# What people show of a task whose program failed, unless the command that shows it is the one that failed.
_TASK_SHOWN = lazy_pattern(
    r"\baws ecs (?:describe-task|list-task|run-task|execute-command)|\btaskRoleArn\b|\"executionRoleArn\"|aws_ecs_task_definition"
    r"|AWS::ECS::TaskDefinition|:ecs:[a-z0-9-]{4,30}:\d{12}:(?:task|service|task-definition)/|\baws logs [a-z-]{4,20} (?:--?[\w-]+ ){0,3}[\"']?(?:/ecs/|/copilot/|/aws/batch/)|\bjobRoleArn\b"
)
_LOG_STREAM = lazy_pattern(r"\baws logs (?:tail|get-log-events|filter-log-events|start-live-tail) ")
# Images and servers have the program there, and programs in Go log so, wherever they run.
_PROGRAM = lazy_pattern(
    r"(?<![\w.~/-])/(?:(?:usr/src/|srv/|home/(?:node|app)/)?app/|(?:srv|var/www)/[\w.-]{1,60}/"
    # The images of Airflow, Jupyter, Logstash, Spark and Bitnami, and those of Anaconda.
    r"|home/(?:airflow|jovyan)/|opt/(?:airflow|bitnami|conda|spark)/|usr/(?:local/airflow|share/logstash)/)"
    r"|\bcaller=[\w/-]{1,60}\.go:\d"
)
# The AWS CLI and Terraform report that they have no credentials themselves.
_TOOL_ITSELF = lazy_pattern(
    r"You can configure credentials by running|No valid credential sources|with provider\["
)
_NO_ROLE = lazy_pattern(r"(?i:status ?code:? ?404)|empty role|EmptyEC2RoleList")
_LAMBDA = lazy_pattern(r"/var/task/|/aws/lambda/|/opt/nodejs|AWS_LAMBDA|lambda_function|/var/runtime/")
# Tools that people run on their computers or in CI.
_PERSONS_TOOL = lazy_pattern(
    r"checking AWS STS access|\baws-vault\b|\beksctl |[Pp]ulumi|\bPacker\b|\bcdk (?:deploy|diff|synth|bootstrap)\b|\bsls deploy\b|\bsam deploy\b"
)
_CONTAINER = lazy_pattern(
    r"\b[Dd]ocker\b|\bpodman\b|\bcontainerd\b|[Kk]ubernetes\W{1,3}executor|/\.dockerenv|\bcontainer (?:image|id)\b"
)
_EC2_PROMPT = lazy_pattern(
    r"(?a)\bip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}(?:\.[a-z0-9-]{2,30}\.compute|\.ec2)?\.internal\b|@ip-\d{1,3}-\d|\bec2-user\b"
    # The host in a system log, the launch of an instance, and the name of a Windows instance.
    r"|\d\d:\d\d:\d\d ip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3} |\bcloud-init\[\d|\bEC2AMAZ-"
)
_WINDOWS_SOURCE = lazy_pattern(
    r"\bin [A-Z]:\\(?!(?i:inetpub|a|agent|build|jenkins)\w*\\)[^\n:]{1,200}:line \d|connectex: A socket operation was attempted to an unreachable"
)
# Programs that ship or store logs and metrics, by name or log format. They run in clusters and on servers.
_LOG_SHIPPER = lazy_pattern(
    r"(?i)fluent-?(?:bit|d)\b|\bvector::(?:topology|sinks)::|\[aws_c(?:redentials|lient)\]|\[output:|opentelemetry|batch_processor"
    r"|\[(?:error|warn)\]: #\d"
)
_PHRASES = (
    # Messages of libraries that use boto3, and of DuckDB.
    "could not resolve credentials from session",
    "Could not load credentials to authenticate with AWS client",
    "Credentials cannot be empty",
    "'NoneType' object has no attribute",
    "Secret Validation Failure",
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
_MAX_CAUSES, _ON_AWS = 6, (credential_sources.advise_on_ec2, provider_chains.advise_anywhere)
# fmtObtainCredentialsError in https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/toolkit-lib/lib/api/aws-auth/sdk-provider.ts
_CDK_ACCOUNTS = lazy_pattern(
    r"(?a)Need to perform AWS calls for account (?P<target>[\w*<>-]{1,20}), but the current credentials are for (?P<current>[\w*<>-]{1,20})"
)
_CDK_COMMAND = lazy_pattern(r"\bcdk (deploy|diff|synth|destroy|bootstrap|import|watch)\b")
NO_CREDENTIALS = CauseType(
    "no-credentials",
    title="The SDK found no credentials",
    recognised_by='The SDK says "Unable to locate credentials", "no valid providers in chain" or a similar message.',
    fix="Sign in, or give the program a role where it runs.",
    sources=(pages.SDK_CREDENTIALS,),
)


def explain_no_credentials(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that an SDK found no credentials, and what provides them where it ran."""
    # Nothing else shows where the credentials are, or where the call runs.
    is_bare = case.stands_alone
    rule = None if is_bare else next((rule for sign, rule in _RULES if sign.search(case.text)), None)
    is_of_cli = "You can configure credentials by running" in message
    if rule is not None and not (is_of_cli and rule is missing_profiles.explain_login_profile):
        return rule(case, message)
    if not is_bare and (explanation := _explain_source(case)) is not None:
        return explanation
    environments = _USUAL_ENVIRONMENTS if is_bare else _likely_environments(case, message)
    is_on_ec2 = not is_bare and _is_on_ec2(case.text)
    place = unread_sources.find_place(case.text) or find_computer(case.failure.text)
    on_laptop = credential_sources.advise_on_laptop
    if (place := None if is_bare or is_on_ec2 else place) is not None:
        environments = [each for each in environments if each not in _ON_AWS] or [on_laptop]
    contrast = environments[0] is pod_roles.advise_in_pods and credential_endpoints.find_contrast(case.text)
    is_blocked = contrast and credential_endpoints.HIGHER_HOP_LIMIT.search(case.text) is None
    if is_blocked:
        environments = [credential_sources.advise_on_ec2, pod_roles.advise_own_role]
    shows_permissions = "role-to-assume" in case.text and ci_jobs.find_permissions(case) is not None
    has_jobs = not is_bare and bool(find_jobs_without_token(case.failure.text))
    lacks_id_token = shows_permissions or has_jobs or _ID_TOKEN.search(case.text) is not None
    advice = [environment(case, message) for environment in environments]
    if any(each.code == job_gaps.WORKFLOW_WITHOUT_CREDENTIALS.code for each in advice[0].causes):
        advice[1:] = []  # the workflow settles it
    if environments[0] is on_laptop and not is_on_ec2 and "IMDS" not in message:
        advice[1:] = [each._replace(causes=[]) for each in advice[1:]]
    tool = "AWS CLI" if is_of_cli else "SDK"
    # The summary repeats the list.
    outcomes = "" if is_bare else provider_chains.describe_outcomes(message)
    because = () if outcomes else clues.quote_phrases(message, *_PHRASES)[:2]
    not_found = NO_CREDENTIALS.cause("reported", because, text=f"The {tool} found no credentials.")
    # A pod without a role falls back to the instance metadata, so both causes come before the others.
    likeliest = 1 if environments[0] is pod_roles.advise_in_pods else _MAX_CAUSES
    causes = (
        not_found,
        *(cause for each in advice for cause in each.causes[:likeliest]),
        *(cause for each in advice for cause in each.causes[likeliest:]),
    )
    if is_blocked:
        causes = (not_found, *advice[0].causes)
    is_on_ec2 = environments[0] is credential_sources.advise_on_ec2
    reason = "" if is_bare else _find_reason(case, message, advice, outcomes, is_on_ec2=is_on_ec2)
    summary = (
        f"The {tool} found no credentials{reason}. No request was sent to AWS, so no permission was checked."
    )
    if lacks_id_token:
        summary = ci_jobs.describe_missing_token(case.failure.text)
    is_outside = place or environments[0] is on_laptop or environments == [ci_jobs.advise_in_ci]
    return case.explain(
        summary,
        *causes[:_MAX_CAUSES],
        remedies=tuple(remedy for each in advice for remedy in each.remedies)
        or (credential_remedies.SHOW_IDENTITY,),
        notes=unread_sources.NO_INSTANCE_OUTSIDE_AWS
        if is_outside and credential_sources.METADATA_SIGNS.search(message)
        else None,
    )


def _explain_other_account(case: Case[MissingCredentials], _message: str) -> Explanation:
    accounts = next(_CDK_ACCOUNTS.finditer(case.text))
    target, current = accounts["target"], accounts["current"]
    command = _CDK_COMMAND.search(case.text)
    default = "bootstrap" if " failed bootstrapping: " in case.text else "deploy"
    profile = selected_profiles.find_profile(case)
    used = "the default credentials" if profile is None else f"those of the profile {profile}"
    return case.explain(
        f"The CDK needs credentials for account {target}, and the current ones ({used}) are for account {current}: most likely, this is the wrong profile.",
        common_causes.CREDENTIALS_OF_OTHER_ACCOUNT.cause(
            "reported",
            f"The text says: {accounts[0]}",
            text="The stack's env names the account, and the CDK compares it with the account of the credentials.",
        ),
        topic="no-credentials",
        remedies=your_remedy(
            f"Use a profile of account {target}",
            f"Choose the profile for which get-caller-identity prints {target}, and pass it to the CDK or set AWS_PROFILE. Access keys in environment variables take precedence over AWS_PROFILE.",
            f"If account {current} is meant, correct env of the stack, or CDK_DEFAULT_ACCOUNT, which it is often read from.",
            f"To deploy into {target} from account {current}, an administrator of {target} runs cdk bootstrap with --trust {current} and --cloudformation-execution-policies.",
            commands=(
                "aws configure list-profiles",
                "aws sts get-caller-identity --profile PROFILE_NAME --query Account --output text",
                f"npx cdk {command[1] if command else default} --profile PROFILE_NAME",
            ),
            url="https://docs.aws.amazon.com/cdk/v2/guide/configure-access.html",
        ),
        notes="No request was denied, so no IAM policy helps.",
    )


def _explain_source(case: Case[MissingCredentials]) -> Explanation | None:
    found = docker_files.explain_image_build(case) or missing_profiles.explain_other_profile(case)
    found = found or provider_chains.explain_role_request(case) or credential_sources.explain_unexported(case)
    return found or unread_sources.explain_unread_source(case)


# What the text around the failure shows. The first sign that it has decides.
_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = (
    (pod_agents.REFUSED_ROLE, pod_agents.explain_refused_role),
    (lazy_pattern(UNUSABLE_INSTANCE_ROLE), credential_sources.explain_instance_role),
    (pod_agents.UNKNOWN_HOST, pod_agents.explain_old_sdk),
    (missing_modules.MISSING_MODULE, missing_modules.explain_missing_module),
    (missing_modules.MISSING_PACKAGE, missing_modules.explain_missing_package),
    (missing_modules.HTTP_CLIENTS, missing_modules.explain_http_clients),
    (sdk_modules.UNKNOWN_STEP, sdk_modules.explain_differing_modules),
    (ecs_tasks.URI_IN_SHELL, ecs_tasks.explain_lost_variable),
    (missing_profiles.LOGIN_PROFILE, missing_profiles.explain_login_profile),
    (_CDK_ACCOUNTS, _explain_other_account),
    (unread_sources.CACHED_CONFIGURATION, unread_sources.explain_cached_configuration),
)
_ID_TOKEN = lazy_pattern(r"set the `?id-token`? permission|ACTIONS_ID_TOKEN_REQUEST_URL")


_USUAL_ENVIRONMENTS: list[_Environment] = [
    credential_sources.advise_on_laptop,
    credential_sources.advise_on_ec2,
]


def _find_reason(
    case: Case[MissingCredentials],
    message: str,
    advice: list[pod_roles.Advice],
    outcomes: str,
    *,
    is_on_ec2: bool,
) -> str:
    if is_on_ec2 and _is_blocked_by_hop_limit(case.text):
        session = credential_endpoints.INSTANCE_SESSION.search(case.text)
        limit = "is" if credential_endpoints.HOP_LIMIT_OF_ONE.search(case.text) else "is most likely"
        role = "credentials" if session is None else f"the role {session[1]}"
        return f" in the container. The hop limit of the instance metadata {limit} 1: only the host gets {role} from it"
    found = next((each.finding for each in advice if each.finding), None)
    if found is not None:
        asked = credential_sources.METADATA_SIGNS.search(message) is not None
        limited = asked and credential_endpoints.HOP_LIMIT_OF_ONE.search(case.text)
        return f"{found}, and the hop limit of the instance metadata is 1" if limited else found
    if is_about_pods(case.text) and credential_endpoints.HOP_LIMIT_OF_ONE.search(case.text):
        return ": the pod has no role of its own that it uses, and the hop limit of the node's instance metadata is 1, which keeps pods from the role of the node"
    program = " for Terraform" if TERRAFORM.search(case.text) else ""
    return f"{program}{outcomes or _metadata_outcome(case.text, message)}"


def _advise_other_user(case: Case[MissingCredentials], _message: str) -> pod_roles.Advice:
    """Return why the process does not have the credentials of a shell, and one way to pass them."""
    who = other_users.find_identity(case)
    other = start_files.find_unread_variables(case) or other_users.find_other_user(case)
    because = (f"aws sts get-caller-identity printed {who}.",) if who else other.because if other else ()
    why = "The AWS CLI finds credentials that this process does not find: the process lacks the profile or the variables, or its SDK does not support the type of sign-in."
    remedy = your_remedy(
        "Pass the credentials of the AWS CLI to the process",
        "The first command prints where the AWS CLI finds them. Set AWS_PROFILE to that profile for the process, or export the credentials, and start the process in the same shell.",
        commands=("aws configure list", 'eval "$(aws configure export-credentials --format env)"'),
        url=pages.CLI_CREDENTIALS,
    )
    place = " in this process"
    if other is not None:
        why, remedy, place = other.why, other.remedy, other.place
    cause = credential_sources.ENVIRONMENT_NOT_PASSED_ON.cause("derived", because, text=why)
    return pod_roles.Advice([cause], [remedy], f"{place}{other_users.describe_identity(case)}")


def _metadata_outcome(text: str, message: str) -> str:
    if not credential_sources.METADATA_SIGNS.search(message):
        return ""
    if _is_in_container_on_ec2(text, message):
        return ": its request to the instance metadata timed out, most likely because the container is one hop too far (hop limit 1)"
    if credential_sources.TIMEOUT_SIGNS.search(message):
        return ": its request to the instance metadata, where SDKs look last, timed out"
    has_none = _NO_ROLE.search(message) or credential_sources.NO_ROLE.search(message)
    return ": the instance metadata has no role" if has_none else ""


def _is_blocked_by_hop_limit(text: str) -> bool:
    """Return whether the text shows that only a container on an instance gets no credentials of its role."""
    if credential_endpoints.HIGHER_HOP_LIMIT.search(text):
        return False
    contrast, is_in_container = credential_endpoints.find_contrast(text), containers.is_in_container(text)
    if contrast is not None or credential_endpoints.HOP_LIMIT_OF_ONE.search(text):
        works_there = credential_endpoints.works_on_host_network(text)
        says_container = credential_endpoints.IN_CONTAINER.search(text) or works_there
        return bool(is_in_container or says_container or (contrast is not None and is_about_pods(text)))
    is_called = is_in_container and credential_endpoints.INSTANCE_SESSION.search(text) is not None
    return is_called or credential_endpoints.is_said_with_role(text, in_container=True)


def _is_in_container_on_ec2(text: str, message: str) -> bool:
    """Return whether a container on EC2 got no answer from the metadata, one hop too far: without a role, it is 404."""
    signs = (credential_sources.METADATA_SIGNS, credential_sources.TIMEOUT_SIGNS)
    is_unanswered = all(each.search(message) for each in signs)
    return is_unanswered and _is_on_ec2(text) and _CONTAINER.search(text) is not None


def _is_on_ec2(text: str) -> bool:
    is_said = credential_endpoints.FAILS_ON_INSTANCE.search(text) or credential_endpoints.is_said_on_ec2(text)
    return bool(_EC2_PROMPT.search(text) or clues.find_instance(text) or is_said)


def _mentioned_environments(case: Case[MissingCredentials]) -> list[_Environment]:
    """Return the environments that a text mentions, the likeliest first."""
    text = case.text
    signs: tuple[tuple[_Environment, bool], ...] = (
        (ci_jobs.advise_in_ci, ci_jobs.find_system(text) is not None),
        (
            pod_roles.advise_in_pods,
            find_controller(text) is not None
            or clues.mentions_kubernetes(case)
            or search_present(_POD_IDENTITY_AGENT, text) is not None,
        ),
        (credential_sources.advise_on_lambda, search_present(_LAMBDA, text) is not None),
        (ecs_tasks.advise_on_ecs, search_present(_ECS, text) is not None),
    )
    found = [environment for environment, is_mentioned in signs if is_mentioned]
    if not found and _TOOL_ITSELF.search(text) is None and _TASK_SHOWN.search(text):
        # A job that deploys a task shows its definition, too.
        return [ecs_tasks.advise_on_ecs]
    return found


def _likely_environments(case: Case[MissingCredentials], message: str) -> list[_Environment]:
    """Return the environments in which the call may run, the likeliest first, at most two."""
    text, environments = case.text, _mentioned_environments(case)
    if provider_chains.is_of_s3a(message):
        return [provider_chains.advise_on_s3a, *environments][:2]
    on_ec2, on_laptop = credential_sources.advise_on_ec2, credential_sources.advise_on_laptop
    is_of_program = _TOOL_ITSELF.search(text) is None
    # Every provider chain ends with the instance metadata, so its mention is weak evidence for EC2.
    mentions_metadata = bool(
        credential_sources.METADATA_SIGNS.search(message)
        or credential_endpoints.HOP_LIMIT_OF_ONE.search(text)
    )
    if not environments and start_files.find_unread_variables(case) is not None:
        return [_advise_other_user]
    is_proxied = credential_sources.find_proxied_hosts(case, message) is not None
    if not environments and (is_proxied or _is_blocked_by_hop_limit(text)):
        return [on_ec2]
    if _is_in_container_on_ec2(text, message):
        return [on_ec2, *environments, containers.advise_in_docker][:2]
    if not environments and credential_endpoints.is_said_on_ec2(text):
        return [on_ec2]
    if containers.is_in_container(text) and not environments:
        return [containers.advise_in_docker, *(() if containers.find_passed_profile(case) else (on_ec2,))]
    if environments:
        # In CI, a note says why nothing answers.
        is_noted = ci_jobs.advise_in_ci in environments and credential_sources.TIMEOUT_SIGNS.search(message)
        return [*environments, *([on_ec2] if mentions_metadata and not is_noted else [])][:2]
    if credential_sources.lacks_instance_role(text):
        return [on_ec2]
    # Services on EC2 look for the role of the instance.
    other = other_users.find_other_user(case)
    if (other and (other.has_person or not mentions_metadata)) or other_users.find_identity(case) is not None:
        return [_advise_other_user]
    uses_role = provider_chains.ROLE_SOURCE.search(message) is not None
    is_anywhere = provider_chains.CONTAINER_TRIED.search(message) or (is_of_program and _PROGRAM.search(text))
    shown: tuple[tuple[object, list[_Environment]], ...] = (
        (provider_chains.PHONE.search(text), [provider_chains.advise_on_phone]),
        # The chain ends with the instance metadata, but Terraform mostly runs on a computer or in CI.
        (TERRAFORM.search(text) or (_PERSONS_TOOL.search(text) and not uses_role), [on_laptop, on_ec2]),
        (_LOG_SHIPPER.search(text), [pod_roles.advise_in_pods, on_ec2]),
        (other_users.IIS_SIGNS.search(text), [_advise_other_user, on_ec2]),
        (is_of_program and _LOG_STREAM.search(text), [ecs_tasks.advise_on_ecs, on_ec2]),
        (uses_role, [provider_chains.advise_on_role_source, on_ec2]),
        (credential_sources.NO_ROLE.search(message), [on_ec2]),  # on a computer, nothing answers
        (is_anywhere, [provider_chains.advise_anywhere]),
        (selected_profiles.find_signed_in_profile(text), [on_laptop]),
        (not mentions_metadata and credential_endpoints.FAILS_ON_INSTANCE.search(text), [on_ec2]),
        # A person's program, which was built where it runs.
        (_WINDOWS_SOURCE.search(text) and not _EC2_PROMPT.search(text), [on_laptop, on_ec2]),
        (credential_sources.find_unselected_profiles(case), [on_laptop, on_ec2]),
        (selected_profiles.find_profile(case), [on_laptop, on_ec2]),
        (mentions_metadata or _EC2_PROMPT.search(text), [on_ec2, on_laptop]),
    )
    return next((environments for is_shown, environments in shown if is_shown), _USUAL_ENVIRONMENTS)
