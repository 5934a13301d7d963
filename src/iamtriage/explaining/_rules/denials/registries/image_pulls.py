"""Explain that an ECR registry denies a pull or a push without a reason.

Image clients print only the status. Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_EKS.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.logins import registry_logins
from iamtriage.explaining._rules.credentials.requests import unsigned_requests
from iamtriage.explaining._rules.denials.policy_causes import NO_ALLOWS
from iamtriage.explaining._rules.denials.policy_types.resource_policies import explain_resource_policy
from iamtriage.explaining._rules.denials.registries.repositories import (
    CACHE_PREFIX,
    CAN_PULL,
    ECS,
    IMAGE,
    NAME,
    OLD_LOGIN,
    PULLERS,
    REPOSITORY_POLICIES,
    Repository,
    find_puller,
)
from iamtriage.explaining._rules.denials.registries.repository_calls import explain_push, explain_tag_list
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
    account_remedy,
    resource_policy_remedy,
    without_policy_step,
    your_remedy,
)
from iamtriage.explaining._rules.shared.requirements import tasks
from iamtriage.explaining._rules.shared.texts.text_signs import PULLED_BY_KUBELET
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._documents import allow

_REPOSITORY = lazy_pattern(rf"(?a)/v2/{NAME}/(?:(?:manifests|blobs)/|(?P<list>tags/list)\b)")
_SHOW_ROLE = "aws eks describe-nodegroup prints it (nodeRole)."
_ACTIONS = join_words(tasks.PULL_ACTIONS, "and")
_PULL_ONLY = "AmazonEC2ContainerRegistryPullOnly"
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
# What pulls, by its role, and a managed policy with which it can.
_ROLE_ARN = r"[\"'`]?(?P<arn>arn:aws[a-z-]{0,12}:iam::(?P<account>\d{12}):role/(?:[\w+=,.@-]{1,64}/){0,4}(?P<name>[\w+=,.@-]{0,63}[\w+=@-]))"
_PULLING_ROLE = lazy_pattern(
    rf"(?a)(?:(?i:(?:node(?:[ _-]?group)?|instance|execution)[ _-]?(?:instance[ _-]?)?role\w{{0,8}})[\"']?[\s:=]{{1,4}}(?:is )?|\b[Nn]odes (?:run as|run with|use|have) (?:the role )?){_ROLE_ARN}"
)
# The role with which a job signs in to the registry.
_ROLE_OF_JOB = lazy_pattern(
    rf"(?a)(?i:\brole(?:-to-assume|[_-]?arn)?|\bassum(?:es?|ed|ing)(?: role)?)[\"']?[\s:=]{{1,4}}{_ROLE_ARN}"
)


def _explain_closed_repository(denial: Denial, repository: Repository) -> Explanation | None:
    """Explain that the policy of a repository does not allow another account, if the text shows both accounts."""
    shown = denial.failure.text
    role, attached = _find_pulling_role(shown), CAN_PULL.search(shown)
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
    pods = (
        " No role of the pod and no imagePullSecret is required." if PULLED_BY_KUBELET.search(shown) else ""
    )
    text = f"A pull from another account requires the policies of both sides. {own}. {find_puller(shown)[2]}{pods}"
    return denial.explain(
        f"The ECR registry denied the pull of {name}: the repository is in account {owner}, the role {role['name']} in {account}, and {verdict}.",
        NO_ALLOWS["resource"].cause("derived" if has_none or compared else "possible", text=text),
        topic=NO_ALLOWS["resource"].code,
        remedies=remedy,
    )


def _find_pulling_role(text: str) -> re.Match[str] | None:
    """Return the role that pulls, if the text states one."""
    of_job = _ROLE_OF_JOB if find_puller(text) == PULLERS["client"] else None
    return _PULLING_ROLE.search(text) or (of_job and of_job.search(text))


def _denial_of_pull(denial: Denial, repository: Repository, role: str) -> Denial:
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


def _list_repository_policies(denial: Denial, repository: Repository) -> list[KnownPolicy]:
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


def explain_image_pull(denial: Denial) -> Explanation:
    """Explain a response with status 403 from a registry."""
    case, shown = denial.case, denial.failure.text
    if registry_logins.is_about_public_registry(shown):
        return registry_logins.explain_public_registry(denial)
    found = _REPOSITORY.search(shown) or IMAGE.search(shown)
    repository = Repository(*find_registry(case), find_partition(case), found["name"] if found else None)
    name = repository.stated_name
    on_node, on_ecs = PULLED_BY_KUBELET.search(shown) is not None, ECS.search(shown) is not None
    is_push = tasks.is_of_push(shown) and not on_node and not on_ecs
    if is_push:
        return explain_push(case, repository)
    if _REPOSITORY.search(shown) is not None and all(each["list"] for each in _REPOSITORY.finditer(shown)):
        return explain_tag_list(denial, repository)
    if (closed := _explain_closed_repository(denial, repository)) is not None:
        return closed
    row, known = find_puller(shown), _find_pulling_role(shown)
    puller, role, summary_end, who_pulls = row
    arn = "ROLE_ARN"
    if known is not None:
        puller, role, arn = f"the role {known['name']}", known["name"], known["arn"]
    text = f"No policy of {puller} allows {_ACTIONS}{f' on the repository {name}' if name else ''}."
    causes = [NO_IDENTITY_ALLOW.cause(text=text)]
    if on_node or row == PULLERS[""]:
        text = "On a node, the node role lacks these permissions, or the kubelet's credential provider did not get credentials."
        if on_node:
            text = "The kubelet's credential provider got no credentials for the registry (ecr:GetAuthorizationToken on *)."
        causes.append(unsigned_requests.NODE_ROLE_CANNOT_PULL.cause(text=text))
    may_be_cached = name and CACHE_PREFIX.fullmatch(name.partition("/")[0])
    remedies = [
        account_remedy(
            f"Allow {puller} to pull the image",
            f"{who_pulls} {_SHOW_ROLE}" if on_node and not known else who_pulls,
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
            statements=(allow(tasks.PULL_ACTIONS, principal={"AWS": arn}, sid="Pull"),),
            commands=repository.edit_commands,
            url=REPOSITORY_POLICIES,
        ),
    ]
    stated = denial.context.account if on_node else None
    own = known["account"] if known else stated and stated.value
    if own == repository.account and known is not None:
        # Within one account, the repository policy need not allow it, too.
        remedies = remedies[:1]
    else:
        text = f"The repository is in another account, and its policy does not allow {puller}."
        causes.insert(1, NO_ALLOWS["resource"].cause(text=text))
    if own is not None and own != repository.account:
        where = f"{puller} in {own}" if known else f"the nodes in {own}"
        summary_end = f"The registry is in account {repository.account}, {where}: most likely, the repository policy does not allow {puller}."
        who = who_pulls if known else f"{who_pulls} {_SHOW_ROLE}"
        causes, remedies = _put_repository_first(denial, repository, (puller, who), causes, remedies)
    if row in {PULLERS[""], PULLERS["client"]}:
        causes.append(OLD_LOGIN)
        remedies.insert(1, credential_remedies.docker_login(repository.registry, repository.region))
    if on_node:
        summary_end = unsigned_requests.put_old_secret_first(case, causes, remedies) or summary_end
    of_image = f" of {name}" if name else ""
    if _NO_PULL_ACCESS.search(shown) is not None:
        return _explain_refused_pull(case, repository, causes, remedies)
    summary = f"The ECR registry denied the pull{of_image} without a reason. {summary_end}"
    note = "The 403 does not say what denied the pull. A VPC endpoint policy or a service control policy can deny it, too."
    return denial.explain(summary, *causes, topic="no-identity-allow", remedies=tuple(remedies), notes=note)


def _put_repository_first(
    denial: Denial,
    repository: Repository,
    puller: tuple[str, str],
    causes: list[Cause],
    remedies: list[Remedy],
) -> tuple[list[Cause], list[Remedy]]:
    """Return the causes and remedies of a pull from another account, of which the second ones are about its repository."""
    role, who_pulls = puller
    title = f"In account {repository.account}, allow {role} in the repository policy"
    allow_it = attrs.evolve(remedies[1], title=title, steps=(who_pulls, *remedies[1].steps))
    attached = next(find_said(denial.failure.text, CAN_PULL), None)
    if attached is None:
        return [causes[1], causes[0], *causes[2:]], [allow_it, remedies[0]]
    text = f"The policy of the repository in account {repository.account} does not allow {role}, which needs that in addition to {attached[attached.lastgroup or 0]}."
    return [NO_ALLOWS["resource"].cause(text=text)], [allow_it]


def _explain_refused_pull(
    case: Case[AccessDenied], repository: Repository, causes: list[Cause], remedies: list[Remedy]
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
