"""Build remedies that consist of steps and commands, by who can carry them out.

A step or command that is ``None`` is left out, and a single command needs no tuple. Other remedies, such as those
with a policy, are built with :class:`iamtriage.explaining.Remedy` itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypedDict, TypeVar, Unpack

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import Labelled, keep_label
from iamtriage._text import lower_first
from iamtriage.explaining._explanations.remedies import Gift, Remedy, Who

Commands: TypeAlias = tuple[str, ...]
# One command or several; those that are None are left out. A mapping has commands with the words before them.
_OneOrMore: TypeAlias = str | Mapping[str, str] | tuple[str | Mapping[str, str] | None, ...] | None
_T = TypeVar("_T")
KEEP_OTHERS = "Keep the other statements of "
"""The start of the step about the file from which a command replaces a policy."""
UNKNOWN_CALLER = "the caller (ROLE_NAME follows assumed-role/; for a user: put-user-policy)"
"""Whom to attach a policy to if the text names no caller."""
_ROLE_LOOKUP = lazy_pattern(r'"\$\(aws iam (?:get-(?:role|user)|list-roles) [^"()]{1,300}\)"')


def present(*items: _T | None) -> tuple[_T, ...]:
    """Return the items that are not ``None``.

    >>> present("create the role", None)
    ('create the role',)
    """
    return tuple(item for item in items if item is not None)


class _Parts(TypedDict, total=False):
    """The other parts of a remedy."""

    commands: _OneOrMore
    manifest: str | None
    manifest_language: Literal["yaml", "hcl", "text"]
    url: str | None
    gives: Gift | None


def your_remedy(title: str, *steps: str | None, **parts: Unpack[_Parts]) -> Remedy:
    """Return a remedy that you, the reader, can carry out."""
    return _build(title, "you", steps, **parts)


def account_remedy(title: str, *steps: str | None, **parts: Unpack[_Parts]) -> Remedy:
    """Return a remedy for the administrator of the account."""
    return _build(title, "account administrator", steps, **parts)


def owner_remedy(title: str, *steps: str | None, **parts: Unpack[_Parts]) -> Remedy:
    """Return a remedy for the owner of the resource."""
    return _build(title, "resource owner", steps, **parts)


def organization_remedy(title: str, *steps: str | None, **parts: Unpack[_Parts]) -> Remedy:
    """Return a remedy for the administrator of the organization."""
    return _build(title, "organization administrator", steps, **parts)


def cluster_remedy(title: str, *steps: str | None, **parts: Unpack[_Parts]) -> Remedy:
    """Return a remedy for the administrator of the cluster."""
    parts["commands"] = look_up_once(_present_commands(parts.get("commands")))
    return _build(title, "cluster administrator", steps, **parts)


def as_alternative(remedy: Remedy) -> Remedy:
    """Return a remedy as an alternative to the one before it."""
    return attrs.evolve(remedy, title=f"Or {lower_first(remedy.title)}")


def insert_after_saving(remedy: Remedy, step: str) -> Remedy:
    """Return a remedy with a step after the one that saves and attaches its policy, or else with a last one."""
    at = next((at for at, each in enumerate(remedy.steps, 1) if "policy.json" in each), len(remedy.steps))
    return attrs.evolve(remedy, steps=(*remedy.steps[:at], step, *remedy.steps[at:]))


def look_up_once(commands: Commands) -> Commands:
    r"""Return commands that look up the ARN of a role or user once, before they use it.

    >>> arn = '"$(aws iam get-role --role-name app --query Role.Arn --output text)"'
    >>> print("\n".join(look_up_once((f"aws eks a --principal-arn {arn}", f"aws eks b --principal-arn {arn}"))))
    role_arn="$(aws iam get-role --role-name app --query Role.Arn --output text)"
    aws eks a --principal-arn "$role_arn"
    aws eks b --principal-arn "$role_arn"
    """
    lookups = [lookup for line in commands for lookup in _ROLE_LOOKUP.findall(line)]
    if len(lookups) == len(set(lookups)) or len(set(lookups)) > 1:
        return commands
    variable = "user_arn" if " get-user " in lookups[0] else "role_arn"
    lines = replace_in(commands, lookups[0], f'"${variable}"')
    at = next(index for index, line in enumerate(commands) if lookups[0] in line)
    lookup = keep_label(lines[at], f"{variable}={lookups[0]}")
    return (*lines[:at], lookup, str(lines[at]), *lines[at + 1 :])


def replace_in(commands: Commands, old: str, new: str) -> Commands:
    """Return commands with other words in them.

    >>> replace_in(("aws login", "aws sso login"), "login", "logout")
    ('aws logout', 'aws sso logout')
    """
    return tuple(keep_label(each, each.replace(old, new)) for each in commands)


def _build(
    title: str,
    who: Who,
    steps: tuple[str | None, ...],
    commands: _OneOrMore = (),
    **others: Any,  # noqa: ANN401 (the callers have their types)
) -> Remedy:
    return Remedy(title, who, present(*steps), _present_commands(commands), **others)


def _present_commands(commands: _OneOrMore) -> Commands:
    lines: list[str] = []
    for each in commands if isinstance(commands, tuple) else (commands,):
        if isinstance(each, Mapping):
            lines += (Labelled.required(label, line) for label, line in each.items())
        elif each is not None:
            lines.append(each)
    return (*lines,)


def identity_remedy(
    title: str, *steps: str | None, statements: tuple[dict[str, Any], ...], **parts: Unpack[_Parts]
) -> Remedy:
    """Return a remedy that attaches an identity-based policy, for the administrator of the account."""
    # Only remedies with a policy need it, and remedies are built when they are read.
    from iamtriage.policies._documents import build_document

    policy = build_document(statements)
    return _build(title, "account administrator", steps, policy=policy, layer="identity", **parts)


def resource_policy_remedy(
    title: str, *steps: str | None, statements: Sequence[dict[str, Any]], **parts: Unpack[_Parts]
) -> Remedy:
    """Return a remedy that adds statements to the policy of a resource, for its owner."""
    from iamtriage.policies._documents import build_document

    policy = build_document(statements) if statements else None
    return _build(title, "resource owner", steps, policy=policy, layer="resource", is_addition=True, **parts)


def trust_remedy(
    title: str,
    *steps: str | None,
    policy: Mapping[str, Any],
    is_addition: bool = True,
    **parts: Unpack[_Parts],
) -> Remedy:
    """Return a remedy that changes the trust policy of a role, or adds statements to it."""
    more = {"policy": policy, "layer": "role_trust", "is_addition": is_addition}
    return _build(title, "account administrator", steps, **more, **parts)


EMPTY_POLICY = '{"Version": "2012-10-17", "Statement": []}'
"""What commands add a statement to, if there is no policy yet."""


def without_policy_step(what: str) -> str:
    """Return what to do if the call that reads a policy reports that there is none.

    The exceptions are RepositoryPolicyNotFoundException, NoSuchBucketPolicy, PolicyNotFoundException and others.
    """
    return f"If the first command fails because the {what} has no policy yet, write {EMPTY_POLICY} into old-policy.json."


def save_step(policy: str, file: str = "policy.json", *, command: str = "the change") -> str:
    """Return what to keep in the file from which a command replaces a policy.

    >>> save_step("the queue policy")
    'Keep the other statements of the queue policy in policy.json: the change replaces it.'
    """
    return f"{KEEP_OTHERS}{policy} in {file}: {command} replaces it."
