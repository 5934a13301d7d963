"""Read, evaluate and build IAM policy documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.exceptions import PolicyError
    from iamtriage.policies._evaluation.deciding import evaluate
    from iamtriage.policies._evaluation.decisions import Decision
    from iamtriage.policies._evaluation.results import DecidingStatement, Outcome, TraceEntry
    from iamtriage.policies._evaluation.verification import Surplus, Verification, verify
    from iamtriage.policies._readers.collection import AttachedPolicy, PolicyCollection
    from iamtriage.policies._readers.reading import read_policies
    from iamtriage.policies._requests import Request
    from iamtriage.policies._sets import PolicyDocument, PolicySet

__all__ = (
    "AttachedPolicy",
    "DecidingStatement",
    "Decision",
    "Outcome",
    "PolicyCollection",
    "PolicyDocument",
    "PolicyError",
    "PolicySet",
    "Request",
    "Surplus",
    "TraceEntry",
    "Verification",
    "evaluate",
    "read_policies",
    "verify",
)

_MODULE_BY_NAME = {
    "AttachedPolicy": "_readers.collection",
    "DecidingStatement": "_evaluation.results",
    "Decision": "_evaluation.decisions",
    "Outcome": "_evaluation.results",
    "PolicyCollection": "_readers.collection",
    "PolicyDocument": "_sets",
    "PolicyError": ".exceptions",
    "PolicySet": "_sets",
    "Request": "_requests",
    "Surplus": "_evaluation.verification",
    "TraceEntry": "_evaluation.results",
    "Verification": "_evaluation.verification",
    "evaluate": "_evaluation.deciding",
    "read_policies": "_readers.reading",
    "verify": "_evaluation.verification",
}
if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
