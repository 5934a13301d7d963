"""Define the causes of failed STS calls, and their fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

from iamtriage._rendering.views import View
from iamtriage._typing import override
from iamtriage.failures._failures import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block

__all__ = ("Certainty", "Fix", "Place", "StsCause", "StsCauseCode", "StsDiagnosis")

Certainty: TypeAlias = Literal["reported", "derived", "possible"]
"""How certain a cause is: stated by the failure, derived from the arguments, or consistent with them."""

Place: TypeAlias = Literal["code", "pod", "service account", "cluster", "account", "network"]
"""Where to apply a fix."""

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
"""The codes of the known causes."""


@attrs.frozen
class Fix(View):
    """A way to fix a cause.

    Attributes:
        where: Where to apply the fix: the code, the pod's specification, the service account, the cluster,
            the AWS account or the network.
        text: What to do.
        commands: Shell commands that apply the fix, quoted. Words in capitals are placeholders.

    >>> Fix("code", "set the region").commands
    ()
    """

    where: Place
    text: str
    commands: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the fix as JSON-ready data.

        >>> Fix("code", "set the region").to_dict()
        {'where': 'code', 'text': 'set the region', 'commands': []}
        """
        return {"where": self.where, "text": self.text, "commands": list(self.commands)}


def build_fix(where: Place, text: str, *commands: str) -> Fix:
    """Build a fix with any number of commands."""
    return Fix(where, text, commands)


@attrs.frozen
class StsCause(View):
    """One cause, or possible cause.

    Attributes:
        code: The code of the cause.
        title: The cause in one sentence.
        evidence: The evidence, each piece with its source. Values are quoted and escaped.
        certainty: ``"reported"`` if the failure states the cause, ``"derived"`` if it follows from the
            arguments, ``"possible"`` if it is consistent with them but something else can be the cause.
        fixes: The ways to fix the cause.

    >>> StsCause("missing-region", "The client has no Region.", (), "possible", ()).certainty
    'possible'
    """

    code: StsCauseCode
    title: str
    evidence: tuple[str, ...]
    certainty: Certainty
    fixes: tuple[Fix, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the cause as JSON-ready data."""
        return {
            "code": self.code,
            "title": self.title,
            "evidence": list(self.evidence),
            "certainty": self.certainty,
            "fixes": [fix.to_dict() for fix in self.fixes],
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        return _build_blocks(self)


@attrs.frozen
class StsDiagnosis(View):
    """The causes that :func:`iamtriage.diagnose_sts` finds, the most certain first.

    It is falsy without causes. ``str()`` returns the causes as text.

    Attributes:
        causes: The causes.
        failure: The parsed failure, or ``None`` if there is none.

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
            return "No cause found."
        lines: list[str] = []
        for cause in self.causes:
            lines.append(f"{cause.title} [{cause.certainty}: {cause.code}]")
            lines += [f"  because {reason}" for reason in cause.evidence]
            for fix in cause.fixes:
                lines.append(f"  {fix.where}: {fix.text}")
                lines += [f"    $ {command}" for command in fix.commands]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as JSON-ready data, without the failure's text, which can contain secrets.

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
        yield Heading("Problems with STS calls", 1)
        for cause in self.causes:
            yield from _build_blocks(cause)


def _build_blocks(cause: StsCause) -> Iterator[Block]:
    from iamtriage._rendering.blocks import Code, Heading, Items

    yield Heading(cause.title, 3, (cause.certainty,))
    if cause.evidence:
        yield Items(cause.evidence)
    for fix in cause.fixes:
        yield Items((f"{fix.where}: {fix.text}",))
        yield from (Code(command, "sh") for command in fix.commands)
