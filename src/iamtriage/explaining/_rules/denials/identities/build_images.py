"""Explain that CodeBuild pulls the image of a build with its own identity, and not with the project's service role.

Source: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html (imagePullCredentialsType).
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.registries import repositories
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import find_registry
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import account_remedy, resource_policy_remedy
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import principal_names

_URL = "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html"
_MAX_NAMES = 2
_PULL_ACTIONS = ("ecr:BatchCheckLayerAvailability", *tasks.PULL_ACTIONS)
_CALLER = lazy_pattern(r"\bdenied: User: CodeBuild\b")
# The setting in Terraform, in a template, in code and in what the AWS CLI prints.
_SETTING = lazy_pattern(
    r"(?i)\b(?P<name>image_?pull_?(?:credentials|principal)_?type)[\"']?\s{0,20}[:=]\s{0,4}[\"']?(?:\w{1,40}\.){0,3}CODEBUILD\b"
)
_PROJECT = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:codebuild:[a-z0-9-]{6,30}:(?P<account>\d{12}):(?:project|build)/(?P<name>[A-Za-z0-9][\w-]{1,254})"
    r"|\baws codebuild [a-z-]{3,40} (?:[^\n|;]{0,200} )?--(?:names|name|project-name)[ =](?P<named>[A-Za-z0-9][\w-]{1,254})"
)


class _Project(NamedTuple):
    """The project of a build, as far as the text states it."""

    account: str | None
    name: str | None
    address: str | None


def explain_build_image(denial: Denial) -> Explanation | None:
    """Explain that the registry denied a pull to CodeBuild itself."""
    text = denial.failure.text
    registry, region = find_registry(denial.case)
    owner = registry.partition(".")[0]
    if not owner.isdigit() or not _CALLER.search(text):
        return None
    image, setting, project = (
        repositories.IMAGE.search(text),
        _SETTING.search(text),
        _find_project(text, owner),
    )
    stated = image["name"] if image else None
    is_across = project.account not in {None, owner}
    reason = "the repository policy does not allow codebuild.amazonaws.com"
    if is_across:
        reason = f"the image is in account {owner}, the build in {project.account}, and a pull across accounts requires SERVICE_ROLE"
    elif project.account is None:
        reason = f"outside account {owner}, that requires SERVICE_ROLE"
    cause = SERVICE_NOT_ALLOWED.cause(
        "derived",
        (
            'The message names the caller "User: CodeBuild", and no role.',
            f"{setting['name']} is CODEBUILD in the text." if setting else None,
        ),
        text="With CODEBUILD, neither the permissions of the service role nor a repository policy that allows this role counts.",
    )
    return denial.explain(
        f"CodeBuild pulls {stated or 'the image'} with its own identity, not with the project's service role, and the ECR registry denied that: {reason}.",
        cause,
        topic="service-principal",
        remedies=(
            _use_role(denial, project, owner),
            None if is_across else _allow_service(owner, region, stated),
        ),
        notes="CodeBuild pulls the image before the buildspec runs, so a docker login there has no effect.",
    )


def _find_project(text: str, owner: str) -> _Project:
    """Return what a text states of the project, whose account is the only one other than the registry's."""
    found = list(_PROJECT.finditer(text))
    block = only_one(find_resources(text, "aws_codebuild_project"))
    account = only_one({each["account"] for each in found if each["account"]})
    account = account or only_one(set(ACCOUNT_IN_TEXT.findall(text)) - {owner})
    name = only_one({each["name"] or each["named"] for each in found})
    if block is None:
        return _Project(account, name, None)
    return _Project(account, name or block.text_of("name"), block.address)


def _use_role(denial: Denial, project: _Project, owner: str) -> Remedy:
    """Return the remedy that lets CodeBuild pull with the service role, and says what is right of that role."""
    allowed = [each for each in _list_allowed(denial) if f":{owner}:" not in each]
    attached = repositories.CAN_PULL.search(denial.failure.text)
    kept = [f"{attached[attached.lastgroup or 0]} of the role"] if attached else []
    if allowed:
        listed = join_words(list(map(clip_text, allowed[:_MAX_NAMES])), "and")
        kept.append(f"the repository policy, which allows {listed}")
    lacks = f"The role needs {join_words((*_PULL_ACTIONS, tasks.LOGIN_ACTION), 'and')}, and the policy of a repository in another account must allow the role the first three."
    if kept:
        lacks = f"Keep {join_words(kept, 'and')}: the pull then uses {'both' if len(kept) > 1 else 'it'}."
    if allowed and not attached:
        lacks = f"{lacks} The role needs {join_words((*_PULL_ACTIONS, tasks.LOGIN_ACTION), 'and')}, too."
    where = f", in account {project.account}" if project.account else ""
    title = f"Let CodeBuild pull with the project's service role{where}"
    if project.address:
        return account_remedy(
            title,
            f"Write this in the environment of {project.address}. Nothing changes in account {owner}.",
            lacks,
            manifest='image_pull_credentials_type = "SERVICE_ROLE"',
            manifest_language="hcl",
            commands="terraform apply",
            url=_URL,
        )
    name = commands.fill_command("{}", project.name or "PROJECT_NAME")
    show = f"aws codebuild batch-get-projects --names {name} --query 'projects[0].environment' --output json"
    return account_remedy(
        title,
        "In a template, write ImagePullCredentialsType: SERVICE_ROLE, too: the next deployment would set the old value again."
        if "ImagePullCredentialsType" in denial.failure.text
        else None,
        lacks,
        commands=(
            f"{show} | jq '.imagePullCredentialsType = \"SERVICE_ROLE\"' > environment.json",
            f"aws codebuild update-project --name {name} --environment file://environment.json",
        ),
        url=_URL,
    )


def _allow_service(owner: str, region: str, name: str | None) -> Remedy:
    """Return the remedy that allows CodeBuild itself, which is enough within one account."""
    line = "aws ecr {}-repository-policy --repository-name {} --region {}"
    get, put = (commands.fill_command(line, verb, name or "REPOSITORY", region) for verb in ("get", "set"))
    condition = {"StringEquals": {"aws:SourceAccount": owner}}
    statement = allow(
        _PULL_ACTIONS, principal={"Service": "codebuild.amazonaws.com"}, condition=condition, sid="CodeBuild"
    )
    return resource_policy_remedy(
        f"Or, within account {owner}, allow codebuild.amazonaws.com in the repository policy",
        statements=(statement,),
        commands=(f"{get} --query policyText --output text", f"{put} --policy-text file://policy.json"),
        url=repositories.REPOSITORY_POLICIES,
    )


def _list_allowed(denial: Denial) -> list[str]:
    """Return the principals that the repository policy in the text allows to pull."""
    allows = (each for policy in denial.context.policies if policy.is_of_resource for each in policy.allows)
    pulling = (each for each in allows if names_action(each, "ecr:BatchGetImage"))
    return list(dict.fromkeys(name for each in pulling for name in principal_names(each) if ":iam::" in name))
