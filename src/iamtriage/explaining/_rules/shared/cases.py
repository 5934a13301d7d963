"""Hold a failure together with the facts that the caller supplied."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

import attrs

from iamtriage._rendering.values import Value
from iamtriage._typing import NamedTuple
from iamtriage.explaining._cause_types import Cause, definition_of, present_lines
from iamtriage.explaining._context.resolving import context_of, says_nothing_else
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._facts import NO_FACTS, Facts
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.failures._failures import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.arns._principals import Principal
    from iamtriage.explaining._cause_types import Evidence
    from iamtriage.explaining._context.model import Context
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.typing import Deny, PolicyType

_Given: TypeAlias = "Remedy | tuple[Remedy | None, ...] | None"
FailureT_co = TypeVar("FailureT_co", bound=Failure, covariant=True)

# Characters of context on each side of a failure: enough for a log entry, and fast to search.
_CHARS_AROUND = 4_000


class Decision(NamedTuple):
    """What the message, the decoded message and the authorization details state about the decision."""

    action: str | None
    resource: str | None
    deny: Deny | None
    policy_type: PolicyType | None
    policy: str | None
    action_evidence: Evidence = "reported"
    policy_type_evidence: Evidence = "reported"
    statements: tuple[str, ...] = ()
    other_policy_types: tuple[tuple[PolicyType, Deny | None], ...] = ()

    @classmethod
    def of(cls, failure: AccessDenied) -> Decision:
        """Return what the message states."""
        return cls(failure.action, failure.resource, failure.deny, failure.policy_type, failure.policy_arn)

    def find_resource(self, facts: Facts) -> str | None:
        """Return the resource, or the supplied one if the text states none or masks it."""
        if self.resource is None or facts.resource is None:
            return self.resource or facts.resource
        from iamtriage.policies._masked_arns import is_masked

        return facts.resource if is_masked(self.resource) else self.resource


class Explainable(Value, Generic[FailureT_co]):
    """A failure that a rule explains."""

    __slots__ = ()
    failure: FailureT_co
    facts: Facts

    @property
    def context(self) -> Context:
        """What the text states in addition to the failure."""
        return context_of(self.facts)

    @property
    def stands_alone(self) -> bool:
        """Whether nothing but the failure is known: no facts, and no words around it that a rule can search."""
        return self.facts is NO_FACTS and says_nothing_else(self.failure)

    @property
    def operation(self) -> str | None:
        """The operation that the envelope, or else a stack frame or the command, names."""
        if self.failure.envelope.operation:
            return self.failure.envelope.operation
        stated = self.context.operation
        return None if stated is None else stated.value

    def explain(
        self,
        summary: str,
        *causes: Cause | None,
        topic: str = "",
        remedies: _Given | Callable[[], _Given] = (),
        notes: str | tuple[str | None, ...] | None = (),
    ) -> Explanation:
        """Return the explanation of the failure, without the causes, remedies and notes that are ``None``.

        Args:
            summary: The failure in one sentence.
            *causes: The causes, the most certain first.
            topic: The subject; by default what the first cause explains, or else its code.
            remedies: The remedy, or several in the order to try them; or a function that builds them when they are read.
                The page of those without one is the first source of the first cause.
            notes: Further information, as one note or several.
        """
        kept = tuple([each for each in causes if each is not None])
        definition = definition_of(kept[0])
        url = definition.sources[0] if definition and definition.sources else None
        built = functools.partial(_keep, remedies, url) if callable(remedies) else _keep(remedies, url)
        topic = topic or (definition and definition.of) or kept[0].code
        return Explanation(self.failure, topic, summary, kept, built, present_lines(notes))


def _keep(remedies: _Given | Callable[[], _Given], url: str | None) -> tuple[Remedy, ...]:
    """Return the remedies that are not ``None``. Those that state no page, not even an empty one, get this one."""
    given = remedies() if callable(remedies) else remedies
    several = given if isinstance(given, tuple) else (given,)
    kept = [each for each in several if each is not None]
    return tuple(
        [each if each.url else attrs.evolve(each, url=url if each.url is None else None) for each in kept]
    )


@attrs.frozen(eq=False, repr=False)
class Case(Explainable[FailureT_co]):
    """A failure and the facts about it, which is what a rule explains.

    Attributes:
        failure: The failure.
        facts: The facts that the caller supplied.
    """

    failure: FailureT_co
    facts: Facts
    _text: str | None = attrs.field(init=False, default=None)

    @property
    def text(self) -> str:
        """The failure's text with some context, whitespace folded."""
        # Rules search it dozens of times.
        if self._text is None:
            object.__setattr__(self, "_text", self._fold_text())
        return self._text or ""

    def _fold_text(self) -> str:
        start, end = self.failure.span
        words = self.failure.text[
            max(start - _CHARS_AROUND, 0) : min(end, start + 4 * _CHARS_AROUND) + _CHARS_AROUND
        ]
        # Most texts are a line without anything to fold.
        is_folded = words.isprintable() and "  " not in words
        return words.strip() if is_folded else " ".join(words.split())

    @property
    def service(self) -> str | None:
        """The prefix of the service that the envelope, or else a stack frame or the command, names."""
        stated = self.context.service
        if self.failure.envelope.service is not None or stated is None:
            return self.failure.envelope.service
        from iamtriage.actions._operations import service_prefix

        return service_prefix(stated.value)

    @property
    def caller(self) -> str | None:
        """The principal that the failure names, or else the one in the facts."""
        return principal_words.whole_caller(self.failure.principal, self.facts.caller)

    @property
    def principal(self) -> Principal | None:
        """The parsed caller, or ``None`` if it is masked, truncated or unknown."""
        return principal_words.try_parse_principal(self.caller)

    @property
    def stated_principal(self) -> Principal | None:
        """The parsed caller, or the role of its session if the text states the role's whole ARN."""
        principal = self.principal
        return principal_words.stated_role(principal, self.failure.text) or principal
