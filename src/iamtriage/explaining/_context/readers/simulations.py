"""Find what the IAM policy simulator decided about an action, as ``aws iam simulate-principal-policy`` prints it."""

from __future__ import annotations

from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.structured.values import decode_at
from iamtriage._typing import NamedTuple
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_mapping
from iamtriage.policies._readers.json_values import JsonObject, get_object, get_objects, get_texts

SIGN_OF_SIMULATION = "EvalDecision"
"""The member of a result that others lack."""
_SOURCE = lazy_pattern(
    r"(?a)(?:--policy-source-arn[ =]|\bPolicySourceArn[\"']?\s?[=:]\s?)[\"']?(arn:aws[a-z-]{0,12}:iam::[0-9]{12}:(?:user|role|group)/[\w+=,.@/-]{1,600})"
)
_RESULTS = lazy_pattern(r"\"EvaluationResults\"\s?:\s?\[")
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


def find_simulation(text: str, action: str, resource: str | None = None) -> Simulation | None:
    r"""Return the result of a simulation in a text for an action and not for another resource, or ``None`` if there is none.

    >>> result = '{"EvalActionName": "s3:GetObject", "EvalDecision": "allowed"}'
    >>> find_simulation(f'{{"EvaluationResults": [{result}]}}', "s3:GetObject").decision
    'allowed'
    """
    for each in _iterate_results(text):
        simulated = str(each.get("EvalResourceName") or "*")
        is_other = resource is not None and not matches(resource, compile_glob(simulated))
        if str(each.get("EvalActionName")).lower() == action.lower() and not is_other:
            matched = [one.get("SourcePolicyId") for one in get_objects(each, "MatchedStatements")]
            return Simulation(
                str(each.get(SIGN_OF_SIMULATION)),
                tuple(dict.fromkeys(str(name) for name in matched if name)),
                get_object(each, "OrganizationsDecisionDetail").get("AllowedByOrganizations"),
                get_object(each, "PermissionsBoundaryDecisionDetail").get("AllowedByPermissionsBoundary"),
                tuple(get_texts(each, "MissingContextValues")),
            )
    return None


def find_simulated(text: str) -> set[str]:
    """Return the names of the users, roles and groups whose policies a text simulates.

    >>> find_simulated("simulate-principal-policy --policy-source-arn arn:aws:iam::111122223333:role/team/ci")
    {'ci'}
    """
    return {each.rpartition("/")[2] for each in _SOURCE.findall(text)}


def _iterate_results(text: str) -> Iterator[JsonObject]:
    for found in _RESULTS.finditer(text):
        brace = text.rfind("{", max(found.start() - _MAX_BEFORE, 0), found.start())
        document, _ = decode_at(text, brace) if brace != -1 else (None, -1)
        yield from get_objects(as_mapping(document), "EvaluationResults")
