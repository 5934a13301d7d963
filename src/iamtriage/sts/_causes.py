"""What can be wrong with a pod's call of STS, as values; not for finding out, see ``sts_diagnosis``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage.failures._failures import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block

__all__ = ("Certainty", "Fix", "Place", "StsCause", "StsCauseCode", "StsDiagnosis")

Certainty: TypeAlias = Literal["reported", "derived", "possible"]
"""How sure a cause is: the failure says it, it follows from what was given, or it fits what was given."""

Place: TypeAlias = Literal["code", "pod", "service account", "cluster", "account", "network"]
"""Where a fix is made."""

StsCauseCode: TypeAlias = Literal[
    "wrong-scope",
    "global-host-regional-credentials",
    "missing-region",
    "unknown-region",
    "china-without-region",
    "partition-without-region",
    "region-disabled",
    "v1-token-in-opt-in-region",
    "private-dns-regional-only",
    "unpublished-fips-host",
    "annotation-false-has-no-effect",
    "annotation-value-not-known",
    "pods-not-recreated",
    "pod-identity-wins",
]
"""The causes that are known here."""


@attrs.frozen
class Fix(View):
    """One way to mend a cause.

    Attributes:
        where: who changes what: the code, the pod's specification, the service account, the cluster, the
            AWS account, the network.
        text: what to do.
        commands: shell commands that do it, quoted. Words in capitals stand for what is not known.

    >>> Fix("code", "name the region").commands
    ()
    """

    where: Place
    text: str
    commands: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the fix as JSON-ready data.

        >>> Fix("code", "name the region").to_dict()
        {'where': 'code', 'text': 'name the region', 'commands': []}
        """
        return {"where": self.where, "text": self.text, "commands": list(self.commands)}


def fix_in(where: Place, text: str, *commands: str) -> Fix:
    """Make a fix, its commands one by one."""
    return Fix(where, text, commands)


@attrs.frozen
class StsCause(View):
    """One cause, or possible cause.

    Attributes:
        code: which it is.
        title: it in one sentence.
        evidence: what speaks for it, each with where it comes from. Text that was given stands in it
            quoted and escaped.
        certainty: ``"reported"``: the failure says so. ``"derived"``: it follows from what was given.
            ``"possible"``: it fits, and something else may be the cause.
        fixes: the ways to mend it.

    >>> StsCause("missing-region", "The client is told no region.", (), "possible", ()).certainty
    'possible'
    """

    code: StsCauseCode
    title: str
    evidence: tuple[str, ...]
    certainty: Certainty
    fixes: tuple[Fix, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the cause as JSON-ready data."""
        return {
            "code": self.code,
            "title": self.title,
            "evidence": list(self.evidence),
            "certainty": self.certainty,
            "fixes": [fix.to_dict() for fix in self.fixes],
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        return _blocks_of(self)


@attrs.frozen
class StsDiagnosis(View):
    """What :func:`iamtriage.diagnose_sts` found: the causes, the surest first.

    False where there are none. ``str()`` prints them for people.

    Attributes:
        causes: the causes.
        failure: the failure as read from what was given; None where nothing could be read.

    >>> bool(StsDiagnosis())
    False
    """

    causes: tuple[StsCause, ...] = ()
    failure: Failure | None = None

    def __bool__(self) -> bool:
        return bool(self.causes)

    @property
    def codes(self) -> tuple[StsCauseCode, ...]:
        """The codes of the causes, in order.

        >>> StsDiagnosis().codes
        ()
        """
        return tuple(cause.code for cause in self.causes)

    @override
    def __str__(self) -> str:
        if not self.causes:
            return "No cause is known from what was given."
        lines: list[str] = []
        for cause in self.causes:
            lines.append(f"{cause.title} [{cause.certainty}: {cause.code}]")
            lines += [f"  because {reason}" for reason in cause.evidence]
            for fix in cause.fixes:
                lines.append(f"  {fix.where}: {fix.text}")
                lines += [f"    $ {command}" for command in fix.commands]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Give the diagnosis as JSON-ready data. The failure's text, which may hold secrets, is left out.

        >>> StsDiagnosis().to_dict()
        {'kind': None, 'causes': []}
        """
        return {
            "kind": None if self.failure is None else self.failure.kind,
            "causes": [cause.to_dict() for cause in self.causes],
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Heading

        if not self.causes:
            yield Heading(str(self), 1)
            return
        yield Heading("What is wrong with the calls of STS", 1)
        for cause in self.causes:
            yield from _blocks_of(cause)


def _blocks_of(cause: StsCause) -> Iterator[Block]:
    from iamtriage._rendering.blocks import Code, Heading, Items

    yield Heading(cause.title, 3, (cause.certainty,))
    if cause.evidence:
        yield Items(cause.evidence)
    for fix in cause.fixes:
        yield Items((f"{fix.where}: {fix.text}",))
        yield from (Code(command, "sh") for command in fix.commands)
