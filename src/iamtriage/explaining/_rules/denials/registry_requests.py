"""Compare the request that an ECR registry denied with the policy in the text: clients print only its method and path.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html and
https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy, list_known_policies
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import STATED_POLICY_OTHER_ACTION
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import identity_remedy
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import as_strings

# The method and the path of a request, as containerd, BuildKit, Docker, kaniko, crane and skopeo print them.
_REQUEST = lazy_pattern(
    r"\b(?P<method>HEAD|GET|POST|PATCH|PUT)\b(?: request to)?:? [\"']?https://[\w.-]{1,200}/v2/[\w./-]{1,250}?/(?P<path>manifests/|blobs/uploads/|blobs/|tags/list)",
    re.ASCII,
)
_ACTIONS = {
    ("HEAD", "manifests/"): "ecr:BatchGetImage",
    ("GET", "manifests/"): "ecr:BatchGetImage",
    ("PUT", "manifests/"): "ecr:PutImage",
    ("HEAD", "blobs/"): "ecr:BatchCheckLayerAvailability",
    ("GET", "blobs/"): "ecr:GetDownloadUrlForLayer",
    ("POST", "blobs/uploads/"): "ecr:InitiateLayerUpload",
    ("PATCH", "blobs/uploads/"): "ecr:UploadLayerPart",
    ("PUT", "blobs/uploads/"): "ecr:CompleteLayerUpload",
}
_BUILDKIT = lazy_pattern(
    r"\bbuildx?\b|\bbuildkit\b|build-push-action|\bpushing manifest for\b|\bexporting to image\b",
    re.IGNORECASE,
)
_LAYERS = lazy_pattern(
    r"\bpushing layers [\d.]{1,8}s done\b|\bLayer already exists\b|: Pushed\b|\bPushed image\b"
)
_PUT = "ecr:PutImage"
_BY_BUILDKIT = "BuildKit (docker buildx) asks for the manifest before it puts it, which the classic docker push does not do."


def find_requested_action(text: str) -> tuple[str, str] | None:
    """Return the request that a registry denied, and the action that it requires.

    >>> find_requested_action("unexpected status from HEAD request to https://r.example/v2/web/manifests/1: 403")
    ('HEAD …/manifests/', 'ecr:BatchGetImage')
    """
    found = _REQUEST.search(text)
    action = None if found is None else _ACTIONS.get((found["method"], found["path"]))
    return None if found is None or action is None else (f"{found['method']} …/{found['path']}", action)


def explain_lacking_action(denial: Denial, arn: str, required: Sequence[str]) -> Explanation | None:
    """Explain that the policy in the text lacks an action for the repository, ``None`` if it shows none that does.

    Args:
        denial: The denial.
        arn: The ARN of the repository.
        required: The actions that a push or a pull requires.
    """
    own = [
        each
        for each in list_known_policies(denial)
        if not each.has_principal and each.is_whole and _is_of_registry(each)
    ]
    lacking = [each for each in required if not any(_allows(policy, each, arn) for policy in own)]
    requested = find_requested_action(denial.failure.text)
    if not own or not lacking or (requested and requested[1] not in lacking):
        return None
    elsewhere = _find_other_repositories(own, requested[1] if requested else lacking[0])
    if len(lacking) == len(required) and not elsewhere:
        return None
    owner = next((each.owner for each in own if each.owner is not None), None)
    kind, name = owner or ("role", "ROLE_NAME")
    who = (
        f"the {kind} {clip_text(name)}"
        if owner
        else f"the role {'of the login' if _PUT in required else 'that pulls'}"
    )
    of_owner = f" of {who}" if owner else ""
    lacks = f"allows it only on {join_words(elsewhere, 'and')}" if elsewhere else "lacks it"
    repository = arn.partition(":repository/")[2]
    actions = join_words(lacking, "and")
    call = "push" if _PUT in required else "pull"
    if elsewhere:
        actions = f"the {call}"
    requires = f"a {call} requires {join_words(lacking, 'and')}"
    if requested:
        requires = f"{requested[0]} requires {requested[1]}"
    text = denial.failure.text
    is_head = requested == ("HEAD …/manifests/", "ecr:BatchGetImage") and _PUT in required
    why = (
        "The layers were accepted, so the login works." if _LAYERS.search(text) else None,
        _BY_BUILDKIT if is_head and _BUILDKIT.search(text) else None,
    )
    statement = allow(lacking if len(lacking) > 1 else lacking[0], arn)
    holder = commands.role_name(name) if kind == "role" else commands.user_name(name)
    remedy = identity_remedy(
        f"Allow {actions} for {who} on the repository {repository}",
        f"Add {f'the ARN of {repository} to its Resource' if elsewhere else f'{actions} to the statement with the other actions on the repository'}, or attach the policy below.",
        statements=(statement,),
        commands=commands.put_policy(holder, inline_policy_name([statement]), kind),
        url=pages.ECR_LOGIN,
    )
    return denial.explain(
        f"The ECR registry denied the request to {repository}: {requires}, and {own[0].name}{of_owner} {lacks}.",
        STATED_POLICY_OTHER_ACTION.cause(
            "derived",
            text=" ".join(filter(None, why))
            or (
                "The policy is for another repository."
                if elsewhere
                else f"The policy allows other actions on {repository}, and not {actions}."
            ),
        ),
        topic="no-identity-allow",
        remedies=remedy,
    )


def _find_other_repositories(policies: Sequence[KnownPolicy], action: str) -> list[str]:
    """Return the repositories on which policies allow an action."""
    return [
        clip_text(resource.partition(":repository/")[2])
        for policy in policies
        for each in policy.allows
        if names_action(each, action) is True
        for resource in as_strings(each.get("Resource"))
        if ":repository/" in resource
    ][:3]


def _is_of_registry(policy: KnownPolicy) -> bool:
    return any(each.lower().startswith("ecr:") for each in policy.allowed_actions)


def _allows(policy: KnownPolicy, action: str, arn: str) -> bool:
    """Return whether a policy allows an action on a repository, or may do so."""
    return any(
        names_action(each, action) is not False and names_resource(each, arn) is not False
        for each in policy.allows
    )
