"""Find what the IAM policy simulator decided about an action, as ``aws iam simulate-principal-policy`` prints it."""

from __future__ import annotations

from json import JSONDecoder
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("SIGN_OF_SIMULATION", "Simulation", "find_simulation")

SIGN_OF_SIMULATION = "EvalDecision"
"""The member of a result that others lack."""
_RESULTS = lazy_pattern(r"\"EvaluationResults\"\s?:\s?\[")
_DECODER = JSONDecoder()
_MAX_BEFORE = 200


class Simulation(NamedTuple):
    """The result of a simulation for one action.

    Attributes:
        decision: ``"allowed"``, ``"explicitDeny"`` or ``"implicitDeny"``.
        policies: The names of the policies with statements that matched.
        by_organization: Whether service control policies allow the action, ``None`` if that is not stated.
        by_boundary: Whether the permissions boundary allows it, ``None`` if that is not stated.
        missing: The condition keys of which the simulation had no values.
    """

    decision: str
    policies: tuple[str, ...]
    by_organization: bool | None
    by_boundary: bool | None
    missing: tuple[str, ...]


def find_simulation(text: str, action: str) -> Simulation | None:
    r"""Return the result of a simulation in a text for an action, or ``None`` if there is none.

    >>> result = '{"EvalActionName": "s3:GetObject", "EvalDecision": "allowed"}'
    >>> find_simulation(f'{{"EvaluationResults": [{result}]}}', "s3:GetObject").decision
    'allowed'
    """
    for each in _iterate_results(text):
        if str(each.get("EvalActionName")).lower() == action.lower():
            matched = [_mapping(one).get("SourcePolicyId") for one in _list(each.get("MatchedStatements"))]
            return Simulation(
                str(each.get(SIGN_OF_SIMULATION)),
                tuple(dict.fromkeys(str(name) for name in matched if name)),
                _mapping(each.get("OrganizationsDecisionDetail")).get("AllowedByOrganizations"),
                _mapping(each.get("PermissionsBoundaryDecisionDetail")).get("AllowedByPermissionsBoundary"),
                tuple(map(str, _list(each.get("MissingContextValues")))),
            )
    return None


def _iterate_results(text: str) -> Iterator[dict[str, Any]]:
    for found in _RESULTS.finditer(text):
        brace = text.rfind("{", max(found.start() - _MAX_BEFORE, 0), found.start())
        try:
            document: object = _DECODER.raw_decode(text, brace)[0] if brace != -1 else None
        except (ValueError, RecursionError):
            continue
        yield from map(_mapping, _list(_mapping(document).get("EvaluationResults")))


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
