"""Explain pushes to ECR repositories and lists of their tags, which a registry denies without a reason.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._context.readers.command_runs import CommandRun, find_runs
from iamtriage.explaining._rules.basics import Case, Denial, Explanation
from iamtriage.explaining._rules.denials.policy_causes import NO_ALLOWS
from iamtriage.explaining._rules.denials.registries.repositories import (
    OLD_LOGIN,
    SOURCE_CONTROLLER,
    Repository,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import UNKNOWN_CALLER, identity_remedy
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._documents import allow

_PULL_AND_LOGIN = join_words((*tasks.PULL_ACTIONS, tasks.LOGIN_ACTION), "and")
_LIST_ACTION = "ecr:ListImages"
_PULL_ONLY = "AmazonEC2ContainerRegistryPullOnly"
_HAS_LIST = lazy_pattern(r"AmazonEC2ContainerRegistry(?:ReadOnly|PowerUser|FullAccess)|AdministratorAccess")


def explain_tag_list(denial: Denial, repository: Repository) -> Explanation:
    """Explain that a client may not list the tags of a repository, which a pull does not require.

    https://github.com/fluxcd/source-controller/issues/1901
    """
    name, shown = repository.name, denial.failure.text
    role, policies = next(filter(None, map(_find_attached, find_runs(denial.failure))), (None, ""))
    owner = f"the role {role}" if role else "the identity that lists the tags"
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/security-iam-awsmanpol.html
    has_pull_only = _PULL_ONLY in (policies or shown) and not _HAS_LIST.search(policies or shown)
    text = f"No policy of {owner} allows {_LIST_ACTION} on the repository {name}."
    if has_pull_only:
        text = f"The AWS managed policy {_PULL_ONLY}{f' of {owner}' if role else ''} does not contain {_LIST_ACTION}, as AmazonEC2ContainerRegistryReadOnly does. A pull requires only {_PULL_AND_LOGIN}, so nodes still pull images."
    controller = "source-controller" if SOURCE_CONTROLLER.search(shown) else "the client"
    own_role = f"Better, give {controller} its own role, with EKS Pod Identity or IRSA: with the node role, every pod of the node can list the tags. It needs {_PULL_AND_LOGIN}, too."
    remedy = identity_remedy(
        f"Allow {_LIST_ACTION} for {owner}",
        "Attach the policy to the role.",
        own_role if controller == "source-controller" or "NodeInstanceRole" in (role or "") else None,
        f"If the role is not in account {repository.account}, the repository policy must allow it {_LIST_ACTION}, too.",
        commands=commands.put_policy(role or "ROLE_NAME", "AllowListImages"),
        statements=(allow(_LIST_ACTION, repository.arn(name), sid="ListTags"),),
        url=pages.ECR_LOGIN,
    )
    return denial.explain(
        f"The ECR registry denied listing the tags of {name} (GET …/tags/list), which requires {_LIST_ACTION}{f': {_PULL_ONLY} does not contain it' if has_pull_only else ''}.",
        NO_IDENTITY_ALLOW.cause("derived" if has_pull_only else "possible", text=text),
        None
        if has_pull_only
        else NO_ALLOWS["resource"].cause(
            text="The repository is in another account, and its policy does not allow the call."
        ),
        topic="no-identity-allow",
        remedies=remedy,
    )


def _find_attached(run: CommandRun) -> tuple[str, str] | None:
    """Return the role whose attached policies a command lists, and its output."""
    is_list = run.command.words[:2] == ("iam", "list-attached-role-policies")
    role = run.command.option("role-name") if is_list else None
    return None if role is None else (role.value, run.output)


def explain_push(case: Case[AccessDenied], repository: Repository) -> Explanation:
    """Explain a push, which runs as the user or role whose token the client got at its login."""
    name = repository.stated_name
    pusher = "the user or role of the registry login"
    text = "The repository is in another account, and its policy does not allow the push."
    return case.explain(
        f"The ECR registry denied the push{f' to {name}' if name else ''} without a reason.",
        NO_IDENTITY_ALLOW.cause(text=f"No policy of {pusher} allows the push."),
        NO_ALLOWS["resource"].cause(text=text),
        OLD_LOGIN,
        remedies=(
            identity_remedy(
                f"Allow the push for {pusher}",
                "It is the identity that ran aws ecr get-login-password. The first command prints the identity of this shell.",
                f"If it is not in account {repository.account}, the repository policy must allow it the push, too. The last command prints that policy.",
                f"Attach the policy to {UNKNOWN_CALLER}.",
                commands=(
                    "aws sts get-caller-identity",
                    commands.put_policy("ROLE_NAME", "AllowPush"),
                    repository.policy_command("get"),
                ),
                statements=(
                    allow(tasks.PUSH_ACTIONS, repository.arn(repository.name), sid="Push"),
                    allow(tasks.LOGIN_ACTION, "*", sid="SignIn"),
                ),
                url=pages.ECR_LOGIN,
            ),
            credential_remedies.docker_login(repository.registry, repository.region),
        ),
    )
