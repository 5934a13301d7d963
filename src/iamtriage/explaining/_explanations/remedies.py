"""Represent remedies: what fixes a failure, or what to check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

from iamtriage._rendering.labels import Labelled, keep_label
from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._text import escape_lines
from iamtriage._typing import override
from iamtriage.explaining._cause_types import escape_all
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage._rendering.explanations.parts import RemedyParts

Who: TypeAlias = Literal[
    "you", "account administrator", "organization administrator", "cluster administrator", "resource owner"
]
"""Who can carry out a remedy."""


Gift: TypeAlias = Literal["access entry", "aws-auth entry", "role"]
"""What a remedy gives a principal in a cluster: one of the entries, or a role of RBAC."""


def _with_labels(commands: tuple[str, ...]) -> tuple[tuple[str, str | None], ...]:
    return tuple((each, each.label if isinstance(each, Labelled) else None) for each in commands)


@attrs.frozen(eq=False)
class Remedy(Value, View):
    """A fix, or something to check.

    Attributes:
        title: The remedy in a few words.
        who: Who can carry it out.
        steps: What to do, in order.
        commands: Commands for a POSIX shell. Words in capitals, such as ``CLUSTER``, are placeholders.
        policy: A policy document to attach or to merge into the existing policy; ``layer`` is its type.
            :attr:`placeholders` lists the words to replace.
        statement: A statement for a policy that caps permissions (boundary, session policy, endpoint policy,
            service or resource control policy). It grants nothing without an ``Allow`` elsewhere.
        layer: The policy type of ``policy`` or ``statement``.
        manifest: Kubernetes objects or other configuration as YAML, or code for Terraform.
        url: The documentation page.

    >>> Remedy("Sign in again", "you", commands=("aws sso login",)).policy is None
    True
    """

    title: str = attrs.field(converter=escape_lines)
    who: Who
    steps: tuple[str, ...] = attrs.field(default=(), converter=escape_all)
    commands: tuple[str, ...] = attrs.field(default=(), eq=_with_labels)
    policy: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    statement: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    layer: PolicyType | None = None
    manifest: str | None = None
    url: str | None = None
    # Whether the policy contains statements to add to an existing policy. Then they are shown without a
    # document around them: saving a document would erase the other statements.
    _is_addition: bool = attrs.field(default=False, kw_only=True, repr=False, alias="is_addition")
    _manifest_language: Literal["yaml", "hcl", "text"] = attrs.field(
        default="yaml", kw_only=True, repr=False, alias="manifest_language"
    )
    # Names of the text in commands and documents that look like placeholders.
    _names: frozenset[str] = attrs.field(
        default=frozenset(), kw_only=True, repr=False, eq=False, alias="names"
    )
    # What it gives a principal in a cluster, by which other explanations find it.
    _gives: Gift | None = attrs.field(default=None, kw_only=True, repr=False, eq=False, alias="gives")

    @property
    def documents(self) -> tuple[Mapping[str, Any], ...]:
        """The part of ``policy`` and ``statement`` to show: a document to save, or statements to add.

        >>> Remedy("Look", "you").documents
        ()
        """
        shown: tuple[Mapping[str, Any] | None, ...] = (self.policy,)
        if self._is_addition and self.policy is not None:
            shown = tuple(self.policy["Statement"])
        return tuple(each for each in (*shown, self.statement) if each is not None)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The placeholders in the commands and documents, each once.

        >>> Remedy("Look", "you", commands=("aws eks describe-cluster --name CLUSTER",)).placeholders
        ('CLUSTER',)
        """
        from iamtriage._rendering.placeholders import find_placeholders

        return find_placeholders(
            "\n".join((*self.commands, self.manifest or "", str(self.policy), str(self.statement))),
            self._names,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the remedy as JSON-ready data."""
        return {
            "title": self.title,
            "who": self.who,
            "steps": list(self.steps),
            "commands": [str(each) for each in self.commands],
            "policy": None if self.policy is None else dict(self.policy),
            "statement": None if self.statement is None else dict(self.statement),
            "layer": self.layer,
            "manifest": self.manifest,
            "url": self.url,
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.explanations.remedies import remedy_blocks

        return remedy_blocks(remedy_parts(self))

    @override
    def _shown(self) -> tuple[Block, ...]:
        # Do not truncate: commands and policies must stay complete for copying.
        return tuple(self._blocks())


Remedies: TypeAlias = tuple[Remedy, ...] | Callable[[], tuple[Remedy, ...]]
"""Remedies, or a function that builds them when they are first read."""


def change_commands(remedy: Remedy, commands: tuple[str, ...]) -> Remedy:
    """Return a remedy with other commands, which replace its own one by one and keep their labels.

    Commands can follow those that replace its own.

    >>> change_commands(Remedy("Log in", "you", (), ("aws login",)), ("aws login --profile dev",)).commands
    ('aws login --profile dev',)
    """
    if commands == remedy.commands:
        return remedy
    changed = map(keep_label, remedy.commands, commands)
    return attrs.evolve(remedy, commands=(*changed, *commands[len(remedy.commands) :]))


def fill_in(remedy: Remedy, old: str, new: str) -> Remedy:
    """Return a remedy whose commands have other words, and labels that no longer ask for them.

    >>> put = Labelled("Then, with ROLE_NAME filled in:", "put-role-policy --role-name ROLE_NAME")
    >>> filled = fill_in(Remedy("Allow it", "you", (), (put,)), "--role-name ROLE_NAME", "--role-name web")
    >>> filled.commands[0].label, str(filled.commands[0])
    ('Then:', 'put-role-policy --role-name web')
    """
    label = f", with {old.rpartition(' ')[2]} filled in"
    changed = change_commands(remedy, tuple(each.replace(old, new) for each in remedy.commands))
    return attrs.evolve(
        changed,
        commands=tuple(
            Labelled(each.label.replace(label, ""), str(each), is_required=each.is_required)
            if isinstance(each, Labelled)
            else each
            for each in changed.commands
        ),
    )


def insert_command(remedy: Remedy, at: int, command: str) -> Remedy:
    """Return a remedy with another command before one of its own, whose label it takes."""
    before, following, after = remedy.commands[:at], remedy.commands[at], remedy.commands[at + 1 :]
    return attrs.evolve(remedy, commands=(*before, keep_label(following, command), str(following), *after))


def gift_of(remedy: Remedy) -> Gift | None:
    """Return what a remedy gives a principal in a cluster."""
    return remedy._gives  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] (a function of this module)


def is_addition(remedy: Remedy) -> bool:
    """Return whether the policy of a remedy contains statements to add to an existing policy."""
    return remedy._is_addition  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] (a function of this module)


def remedy_parts(remedy: Remedy) -> RemedyParts:
    from iamtriage._rendering.explanations.parts import RemedyParts

    return RemedyParts(
        title=remedy.title,
        who=remedy.who,
        steps=remedy.steps,
        documents=remedy.documents,
        manifest=remedy.manifest,
        manifest_language=remedy._manifest_language,  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        commands=remedy.commands,
        url=remedy.url,
        names=remedy._names,  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] (a function of this module)
    )
