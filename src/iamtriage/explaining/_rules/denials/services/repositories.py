"""Explain that an ECR registry denies a pull or a push without a reason.

Image clients print only the status. Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_EKS.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import CommandRun, find_runs
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.logins import registry_logins
from iamtriage.explaining._rules.credentials.requests import unsigned_requests
from iamtriage.explaining._rules.denials.policy_causes import NO_ALLOWS
from iamtriage.explaining._rules.denials.policy_types.resource_policies import explain_resource_policy
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy, list_known_policies
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import names_service
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import compare_with_principal
from iamtriage.explaining._rules.denials.shown_policies.resource_sides import add_policy_with_principal
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition, find_registry
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.denial import build_denial
from iamtriage.explaining._rules.shared.remedies import (
    UNKNOWN_CALLER,
    account_remedy,
    identity_remedy,
    resource_policy_remedy,
    without_policy_step,
    your_remedy,
)
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.explaining._rules.shared.texts.text_signs import PULLED_BY_KUBELET
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._documents import allow

NAME = r"(?P<name>[a-z0-9][a-z0-9._-]{0,80}(?:/[a-z0-9][a-z0-9._-]{0,80}){0,6})"
_REPOSITORY = lazy_pattern(rf"(?a)/v2/{NAME}/(?:(?:manifests|blobs)/|(?P<list>tags/list)\b)")
IMAGE = lazy_pattern(rf"(?a)\.dkr\.ecr(?:-fips)?\.[a-z0-9-]{{6,30}}\.[a-z.]{{9,20}}/{NAME}(?=[:@\"'\s,]|\Z)")
# What ECS prints.
_ECS = lazy_pattern(
    r"CannotPull(?:Container|Image)|ResourceInitializationError|\bECS\b|taskDefinition|Fargate"
)
# What pulls: the role in words, its placeholder, and what a summary and a step say about it.
_PULLERS = {
    "node": (
        "the node role",
        "NODE_ROLE_NAME",
        "The kubelet pulls images with the node role (on Fargate, the pod execution role).",
        "The kubelet pulls with the node role, not with the pod's role.",
    ),
    "ECS": (
        "the task execution role",
        "EXECUTION_ROLE_NAME",
        "ECS pulls images with the task execution role.",
        "ECS pulls with the task execution role (executionRoleArn), not with the task role.",
    ),
    "Flux": (
        "the role of source-controller",
        "ROLE_NAME",
        "Flux's source-controller pulls with the role of its service account, or else with the node role.",
        "source-controller uses a role only with provider: aws in the HelmRepository or OCIRepository.",
    ),
    "": (
        "the role that pulls",
        "ROLE_NAME",
        "On EKS, the node role pulls images; on ECS, the task execution role does.",
        "The kubelet pulls with the node role, not with the pod's role. ECS pulls with the task execution role.",
    ),
}
_SHOW_ROLE = "aws eks describe-nodegroup prints it (nodeRole)."
_OLD_LOGIN = unsigned_requests.EXPIRED_REGISTRY_LOGIN.cause(
    text="The login is older than 12 hours, or belongs to another user."
)
_ACTIONS = join_words(tasks.PULL_ACTIONS, "and")
_PULL_AND_LOGIN = join_words((*tasks.PULL_ACTIONS, tasks.LOGIN_ACTION), "and")
_LIST_ACTION = "ecr:ListImages"
_PULL_ONLY = "AmazonEC2ContainerRegistryPullOnly"
_HAS_LIST = lazy_pattern(r"AmazonEC2ContainerRegistry(?:ReadOnly|PowerUser|FullAccess)|AdministratorAccess")
IMAGE_NOT_FOUND = CauseType(
    "image-not-found",
    title="The registry has no such image or repository",
    text="The tag or the repository does not exist in this account and Region.",
    meaning="The ECR registry of this account and Region has no such repository or tag.",
    recognised_by="A pull from an ECR registry ends with not found.",
    fix="Correct the name, tag, account or Region of the image, or push it.",
    sources=("https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html",),
    subject="calls",
)
# What Docker says of a repository that it may not pull, or that does not exist.
_NO_PULL_ACCESS = lazy_pattern(r"repository does not exist or may require|does not exist or no pull access")
_SOURCE_CONTROLLER = lazy_pattern(r"\bsource-controller\b|\bflux get sources\b|source\.toolkit\.fluxcd\.io")


class _Repository(NamedTuple):
    """A repository of a registry, whose name the text does not always state."""

    registry: str
    region: str
    partition: str
    stated_name: str | None

    @property
    def account(self) -> str:
        return self.registry.partition(".")[0]

    @property
    def name(self) -> str:
        return self.stated_name or "REPOSITORY"

    def arn(self, name: str) -> str:
        return f"arn:{self.partition}:ecr:{self.region}:{self.account}:repository/{name}"

    def policy_command(self, verb: str, options: str = "") -> str:
        """Return the command that prints or sets the repository policy."""
        line = f"aws ecr {verb}-repository-policy --registry-id {{}} --repository-name {{}} --region {{}}{options}"
        return commands.fill_command(line, self.account, self.name, self.region)

    @property
    def edit_commands(self) -> tuple[str, str]:
        """The commands that print the repository policy as a file and set it."""
        get = self.policy_command("get", " --query policyText --output text")
        return get, self.policy_command("set", " --policy-text file://policy.json")


# What pulls, by its role, and a managed policy with which it can.
_PULLING_ROLE = lazy_pattern(
    r"(?a)(?:(?i:(?:node(?:[ _-]?group)?|instance|execution)[ _-]?(?:instance[ _-]?)?role\w{0,8})[\"']?[\s:=]{1,4}(?:is )?|\b[Nn]odes (?:run as|run with|use|have) (?:the role )?)[\"'`]?(?P<arn>arn:aws[a-z-]{0,12}:iam::(?P<account>\d{12}):role/(?:[\w+=,.@-]{1,64}/){0,4}(?P<name>[\w+=,.@-]{1,64}))"
)
_POLICIES = r"AmazonEC2ContainerRegistry(?:ReadOnly|PullOnly|PowerUser)\b"
CAN_PULL = lazy_pattern(
    rf"(?:\bpolicy/|\"PolicyName\": ?\"|\b(?:has|have|with)\b(?:(?!\bno[t ]|n't\b)[^\n.!?]){{0,200}}?\b)(?P<policy>{_POLICIES})|\b(?P<attached>{_POLICIES})(?= (?:is )?attached)"
)
CACHE_PREFIX = lazy_pattern(
    r"docker-?hub|docker\.io|ecr-public|public\.ecr\.aws|ghcr(?:\.io)?|github|gitlab|k8s|kubernetes|registry\.k8s\.io|quay(?:\.io)?"
)
"""The prefixes that the console proposes for pull through cache rules."""
REPOSITORY_POLICIES = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html"


def _explain_closed_repository(denial: Denial, repository: _Repository) -> Explanation | None:
    """Explain that the policy of a repository does not allow another account, if the text shows both accounts."""
    shown = denial.failure.text
    role, attached = _PULLING_ROLE.search(shown), CAN_PULL.search(shown)
    lacks_policy = "RepositoryPolicyNotFoundException" in shown
    has_none = lacks_policy and f"registry with id '{repository.account}'" in shown
    if role is None or role["account"] == repository.account:
        return None
    implied = _denial_of_pull(denial, repository, role["arn"])
    policies = _list_repository_policies(implied, repository)
    compared = compare_with_principal(implied, policies[0]) if len(policies) == 1 else None
    if not (attached or has_none or compared) or (policies and compared is None):
        return None
    owner, account, name = repository.account, role["account"], repository.name
    verdict = "the repository most likely has no policy that allows it"
    if has_none or compared:
        verdict = compared.verdict if compared else "the repository has no repository policy"
    own = (
        f"The policy {attached[attached.lastgroup or 0]} of the role {role['name']} is enough on its side"
        if attached
        else f"The policies of the role {role['name']} must allow it, too"
    )
    remedy = resource_policy_remedy(
        f"In account {owner}, allow the role {role['name']} to pull in the repository policy",
        "Every repository from which the role pulls needs the statement. The role can be replaced by the account's root ARN, to allow all its roles.",
        None if has_none else without_policy_step("repository"),
        statements=(allow(tasks.PULL_ACTIONS, principal={"AWS": role["arn"]}, sid="Pull"),),
        commands=repository.edit_commands[1 if has_none else 0 :],
        url=REPOSITORY_POLICIES,
    )
    remedy = attrs.evolve(remedy, is_addition=not has_none)
    if compared is not None:
        (remedy, *_) = add_policy_with_principal(implied, explain_resource_policy(implied), policies).remedies
    text = f"A pull from another account requires the policies of both sides. {own}. {find_puller(shown)[2]} No role of the pod and no imagePullSecret is required."
    return denial.explain(
        f"The ECR registry denied the pull of {name}: the repository is in account {owner}, the role {role['name']} in {account}, and {verdict}.",
        NO_ALLOWS["resource"].cause("derived" if has_none or compared else "possible", text=text),
        topic=NO_ALLOWS["resource"].code,
        remedies=remedy,
    )


def _denial_of_pull(denial: Denial, repository: _Repository, role: str) -> Denial:
    """Return the denial of a role's pull by the repository policy, of which clients print only the status."""
    action, resource = tasks.PULL_ACTIONS[0], repository.arn(repository.name)
    failure = attrs.evolve(
        denial.failure,
        principal=role,
        action=action,
        resource=resource,
        deny="implicit",
        policy_type="resource",
    )
    return build_denial(failure, denial.facts)


def _list_repository_policies(denial: Denial, repository: _Repository) -> list[KnownPolicy]:
    """Return the policies of the text that can be those of the repository."""
    for run in find_runs(denial.failure):
        of, registry = run.command.option("repository-name"), run.command.option("registry-id")
        if run.command.words[:2] != ("ecr", "get-repository-policy"):
            continue
        is_named = of is None or of.value == repository.name
        if not is_named or (registry is not None and registry.value != repository.account):
            return []
    return [
        attrs.evolve(each, name=each.name.replace("the policy", "the repository policy", 1))
        for each in list_known_policies(denial)
        if each.has_principal and names_service(each.allows, tasks.PULL_ACTIONS[0])
    ]


def find_puller(text: str) -> tuple[str, str, str, str]:
    """Return the row of ``_PULLERS`` for what pulls an image in a text."""
    puller = "ECS" if _ECS.search(text) else "Flux" if _SOURCE_CONTROLLER.search(text) else ""
    return _PULLERS["node" if PULLED_BY_KUBELET.search(text) else puller]


def explain_image_pull(denial: Denial) -> Explanation:
    """Explain a response with status 403 from a registry."""
    case, shown = denial.case, denial.failure.text
    if registry_logins.is_about_public_registry(shown):
        return registry_logins.explain_public_registry(denial)
    found = _REPOSITORY.search(shown) or IMAGE.search(shown)
    repository = _Repository(*find_registry(case), find_partition(case), found["name"] if found else None)
    name = repository.stated_name
    on_node, on_ecs = PULLED_BY_KUBELET.search(shown) is not None, _ECS.search(shown) is not None
    is_push = tasks.is_of_push(shown) and not on_node and not on_ecs
    if is_push:
        return _explain_push(case, repository)
    if _REPOSITORY.search(shown) is not None and all(each["list"] for each in _REPOSITORY.finditer(shown)):
        return _explain_tag_list(denial, repository)
    if (closed := _explain_closed_repository(denial, repository)) is not None:
        return closed
    puller, role, summary_end, who_pulls = find_puller(shown)
    text = f"No policy of {puller} allows {_ACTIONS}{f' on the repository {name}' if name else ''}."
    causes = [NO_IDENTITY_ALLOW.cause(text=text)]
    is_unknown = (puller, role, summary_end, who_pulls) == _PULLERS[""]
    if on_node or is_unknown:
        text = "On a node, the node role lacks these permissions, or the kubelet's credential provider did not get credentials."
        if on_node:
            text = "The kubelet's credential provider got no credentials for the registry (ecr:GetAuthorizationToken on *)."
        causes.append(unsigned_requests.NODE_ROLE_CANNOT_PULL.cause(text=text))
    may_be_cached = name and CACHE_PREFIX.fullmatch(name.partition("/")[0])
    remedies = [
        account_remedy(
            f"Allow {puller} to pull the image",
            f"{who_pulls} {_SHOW_ROLE}" if on_node else who_pulls,
            "With a pull through cache rule, the role also needs ecr:BatchImportUpstreamImage and ecr:CreateRepository."
            if may_be_cached
            else None,
            commands=(
                f"aws iam list-attached-role-policies --role-name {role}",
                Labelled(
                    f"If it lists none that allows {_ACTIONS} (AmazonEC2ContainerRegistryPullOnly, ReadOnly or PowerUser):",
                    commands.attach_policy(role, f"arn:{repository.partition}:iam::aws:policy/{_PULL_ONLY}"),
                ),
            ),
            url=pages.ECR_LOGIN,
        ),
        resource_policy_remedy(
            f"If the role is not in account {repository.account}, allow it there in the repository policy",
            f"A pull from another account requires {_ACTIONS} on both sides.",
            statements=(allow(tasks.PULL_ACTIONS, principal={"AWS": "ROLE_ARN"}, sid="Pull"),),
            commands=repository.edit_commands,
            url=REPOSITORY_POLICIES,
        ),
    ]
    own, known = denial.context.account, _PULLING_ROLE.search(shown)
    if known is not None and known["account"] == repository.account:
        # Within one account, the repository policy need not allow it, too.
        own, remedies = None, remedies[:1]
    else:
        text = f"The repository is in another account, and its policy does not allow {puller}."
        causes.insert(1, NO_ALLOWS["resource"].cause(text=text))
    if own is not None and own.value != repository.account and on_node:
        summary_end = f"The registry is in account {repository.account}, the nodes in {own.value}: most likely, the repository policy does not allow the node role."
        title = f"In account {repository.account}, allow the node role in the repository policy"
        steps = (who_pulls if known else f"{who_pulls} {_SHOW_ROLE}", *remedies[1].steps)
        allow_it = attrs.evolve(remedies[1], title=title, steps=steps)
        attached = next(find_said(shown, CAN_PULL), None)
        if attached is None:
            causes[:2], remedies = causes[1::-1], [allow_it, remedies[0]]
        else:
            text = f"The policy of the repository in account {repository.account} does not allow the node role, which needs that in addition to {attached[attached.lastgroup or 0]}."
            causes, remedies = [NO_ALLOWS["resource"].cause(text=text)], [allow_it]
    if is_unknown:
        causes.append(_OLD_LOGIN)
        remedies.insert(1, credential_remedies.docker_login(repository.registry, repository.region))
    if on_node:
        summary_end = unsigned_requests.put_old_secret_first(case, causes, remedies) or summary_end
    of_image = f" of {name}" if name else ""
    if _NO_PULL_ACCESS.search(shown) is not None:
        return _explain_refused_pull(case, repository, causes, remedies)
    summary = f"The ECR registry denied the pull{of_image} without a reason. {summary_end}"
    note = "The 403 does not say what denied the pull. A VPC endpoint policy or a service control policy can deny it, too."
    return denial.explain(summary, *causes, topic="no-identity-allow", remedies=tuple(remedies), notes=note)


def _explain_refused_pull(
    case: Case[AccessDenied], repository: _Repository, causes: list[Cause], remedies: list[Remedy]
) -> Explanation:
    """Explain the words of Docker for a repository that does not exist, or that the client may not pull from."""
    line = "aws ecr describe-repositories --registry-id {} --repository-names {} --region {}"
    look = your_remedy(
        "Check whether the repository exists",
        "Compare the account, the Region and the name with the image, also their case. RepositoryNotFoundException: correct the image, or create the repository and push. If it exists, go on with the other remedies.",
        commands=commands.fill_command(line, repository.account, repository.name, repository.region),
        url=IMAGE_NOT_FOUND.sources[0],
    )
    return case.explain(
        f"The ECR registry refused the pull of {repository.name}: the repository does not exist in this account and Region, or {find_puller(case.failure.text)[0]} lacks the permission.",
        IMAGE_NOT_FOUND.cause(text="The registry of this account and Region has no such repository."),
        *causes,
        topic=IMAGE_NOT_FOUND.code,
        remedies=(look, *remedies),
    )


def _explain_tag_list(denial: Denial, repository: _Repository) -> Explanation:
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
    controller = "source-controller" if _SOURCE_CONTROLLER.search(shown) else "the client"
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


def _explain_push(case: Case[AccessDenied], repository: _Repository) -> Explanation:
    """Explain a push, which runs as the user or role whose token the client got at its login."""
    name = repository.stated_name
    pusher = "the user or role of the registry login"
    text = "The repository is in another account, and its policy does not allow the push."
    return case.explain(
        f"The ECR registry denied the push{f' to {name}' if name else ''} without a reason.",
        NO_IDENTITY_ALLOW.cause(text=f"No policy of {pusher} allows the push."),
        NO_ALLOWS["resource"].cause(text=text),
        _OLD_LOGIN,
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
