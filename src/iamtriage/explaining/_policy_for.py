"""Build least-privilege policies from the denials of a log."""

from __future__ import annotations

from posixpath import commonprefix
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from iamtriage._rendering.placeholders import find_placeholders, stated_names
from iamtriage._text import join_words, quote_text, wrong_type_message
from iamtriage.exceptions import PolicyError
from iamtriage.explaining._explanations.remedies import change_commands
from iamtriage.explaining._facts import NO_FACTS
from iamtriage.explaining._rules.denials.passing_roles import pass_role_grant
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.denial import build_denial
from iamtriage.explaining._rules.shared.denial_remedies import identity_allow_helps, is_sentence_cut
from iamtriage.explaining._rules.shared.policy_names import inline_policy_name
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.required_grants import NEXT_OBJECTS, required_grant
from iamtriage.explaining._rules.shared.task_statements import ALL_REQUIRED
from iamtriage.explaining._rules.sts.trust_documents import as_strings
from iamtriage.failures._checks import check_failures
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._documents import MANAGED_POLICY_LIMIT, build_document, build_documents
from iamtriage.policies._grants import Grant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.failures._failures import Failure

__all__ = (
    "CombinedRemedies",
    "combine_allow_remedies",
    "documents_by_principal",
    "normalize_principal",
    "policies_by_principal",
    "policies_for",
    "policy_for",
)

_MIN_LIMIT = 256
_MAX_LISTED_PRINCIPALS = 5
# The limits of the policy that a short explanation shows for all denials of one principal.
_MAX_STATEMENTS, _MAX_ACTIONS, _MAX_LISTED_ACTIONS, _MAX_RESOURCES = 4, 14, 3, 6
_SAVE_STEP = "Save the "


def policy_for(failures: Iterable[Failure], *, principal: str | None = None) -> dict[str, Any]:
    r"""Build one least-privilege IAM policy that allows the denied actions of one principal.

    The policy allows each denied action on the denied resource and nothing else, except for what AWS
    requires: a table of the Glue Data Catalog includes its database and the catalog, a log group its
    streams, and a Bedrock model that an inference profile calls the profile and the model in each Region.
    ``Resource`` is ``*`` only if AWS accepts nothing else.

    The policy omits what an identity-based policy can't grant: explicit denies, denials by SCPs and RCPs,
    boundaries, session, VPC endpoint, resource-based and trust policies, and calls with an unknown action.

    The order of the failures doesn't matter. Statement IDs name the services. Placeholders, which are words
    in capitals such as ``ACCOUNT_ID``, replace values that the messages mask or omit.

    Args:
        failures: The failures, such as those from :func:`iamtriage.scan`.
        principal: The ARN of a role, a role session or a user. Required if the failures are of several
            principals. A session means its role. If the failures name only one principal, failures without a
            principal belong to it; otherwise they are omitted.

    Returns:
        The policy document, ready for JSON. Its ``Statement`` is empty if no ``Allow`` can help; IAM rejects
        such a document. It can exceed the size limit of a managed policy: see :func:`policies_for`.

    Raises:
        PolicyError: The failures are of several principals and you passed none, or yours was not denied.
            ``principals`` lists the denied principals.
        TypeError: ``failures`` is not an iterable of failures, or ``principal`` is not a string.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege

    >>> from iamtriage import scan
    >>> line = (
    ...     "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/app/run-1 is not authorized to "
    ...     'perform: s3:GetObject on resource: "arn:aws:s3:::orders/{}.csv" '
    ...     "because no identity-based policy allows the s3:GetObject action\n"
    ... )
    >>> [statement] = policy_for(scan(line.format(1) + line.format(2)))["Statement"]
    >>> statement["Sid"], statement["Action"], statement["Resource"]
    ('S3GetObject', 's3:GetObject', ['arn:aws:s3:::orders/1.csv', 'arn:aws:s3:::orders/2.csv'])
    """
    _check_principal(principal)
    built = build_documents(_select_grants(_group_grants(failures, "policy_for()"), principal), limit=None)
    return built[0] if built else build_document([])


def policies_for(
    failures: Iterable[Failure], *, principal: str | None = None, limit: int = MANAGED_POLICY_LIMIT
) -> tuple[dict[str, Any], ...]:
    """Build the policy of :func:`policy_for`, split into documents within a size limit.

    Args:
        failures: The failures, such as those from :func:`iamtriage.scan`.
        principal: As for :func:`policy_for`.
        limit: The maximum number of characters of a document, not counting whitespace. IAM allows 6,144 in a
            managed policy and 10 managed policies per role, and 10,240 in all inline policies of a role.

    Returns:
        The documents; empty if no ``Allow`` can help. A document with a single action on a single resource
        can exceed the limit.

    Raises:
        PolicyError: As for :func:`policy_for`.
        TypeError: As for :func:`policy_for`.
        ValueError: The limit is less than 256.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

    >>> policies_for([])
    ()
    """
    _check_principal(principal)
    if limit < _MIN_LIMIT:
        msg = f"limit must be at least {_MIN_LIMIT}, not {limit}"
        raise ValueError(msg)
    grants = _select_grants(_group_grants(failures, "policies_for()"), principal)
    return tuple(build_documents(grants, limit=limit))


def policies_by_principal(failures: Iterable[Failure]) -> dict[str, dict[str, Any]]:
    r"""Build one least-privilege policy for each denied principal.

    Args:
        failures: The failures, such as those from :func:`iamtriage.scan`.

    Returns:
        The policy of :func:`policy_for` by the ARN of the role or user, in the order of the failures. A role
        session belongs to its role, whose ARN has no path. Principals that no ``Allow`` can help are omitted.
        If the failures name only one principal, failures without a principal belong to it; otherwise their
        policy has the key ``""``.

    Raises:
        TypeError: ``failures`` is not an iterable of failures.

    >>> from iamtriage import scan
    >>> line = "User: arn:aws:sts::111122223333:{} is not authorized to perform: sqs:SendMessage"
    >>> log = "\n".join(line.format(f"assumed-role/app/run-{number}") for number in (1, 2))
    >>> list(policies_by_principal(scan(log)))
    ['arn:aws:iam::111122223333:role/app']
    """
    documents = documents_by_principal(failures, limit=None)
    return {principal: policies[0] for principal, policies in documents.items()}


def documents_by_principal(
    failures: Iterable[Failure], *, limit: int | None = MANAGED_POLICY_LIMIT
) -> dict[str, tuple[dict[str, Any], ...]]:
    """Build the documents of :func:`policies_for` for each principal that an ``Allow`` can help."""
    grouped = _group_grants(failures, "policies_by_principal()")
    unnamed = grouped.pop(None, {})
    if len(grouped) == 1:
        next(iter(grouped.values())).update(unnamed)
    else:
        grouped[""] = unnamed
    return {
        principal or "": tuple(build_documents(grants, limit=limit))
        for principal, grants in grouped.items()
        if grants
    }


def normalize_principal(principal: str | None) -> str | None:
    """Return a role or session as the role without its path, and other principals unchanged.

    >>> normalize_principal("arn:aws:sts::111122223333:assumed-role/app/run-1")
    'arn:aws:iam::111122223333:role/app'
    """
    role = underlying_role(try_parse_principal(principal))
    return principal if role is None else f"arn:{role.partition}:iam::{role.account}:role/{role.name}"


class CombinedRemedies(NamedTuple):
    """Remedies for several denials of a text: instead of the first one, and after it.

    Attributes:
        first: The first remedy, with a policy for other denials, too.
        second: A remedy for others.
        of_first: The other denials that the first one fixes.
        of_second: Those that the second one fixes.
    """

    first: Remedy | None = None
    second: Remedy | None = None
    of_first: tuple[Failure, ...] = ()
    of_second: tuple[Failure, ...] = ()


def combine_allow_remedies(explanation: Explanation, others: tuple[Failure, ...]) -> CombinedRemedies:
    """Return the remedies with one policy for several denials in the text.

    The first one is for all denials of the explained principal. The second one is for denials of one other
    principal or, if an ``Allow`` does not fix the explained denial, for others of its principal. A remedy is
    ``None`` if it would fix no other denial, or if its policy is long.
    """
    failure = explanation.failure
    remedy = next(iter(explanation.remedies), None)
    if not isinstance(failure, AccessDenied) or failure.principal is None or remedy is None:
        return CombinedRemedies()
    principal = normalize_principal(failure.principal)
    denials = [each for each in others if isinstance(each, AccessDenied)]
    same = [each for each in denials if normalize_principal(each.principal) == principal]
    allowed = [(each, allow) for each in denials if (allow := _find_allow_remedy(each)) is not None]
    of_same = tuple((each, allow) for each, allow in allowed if each in same)
    of_others = tuple(pair for pair in allowed if pair not in of_same)
    if remedy.policy is not None and remedy.layer == "identity":
        first = _combine(remedy, failure, same)
        fixed = () if first is None else tuple(each for each, _ in of_same)
        principals = {normalize_principal(each.principal) for each in denials if each not in same}
        is_one = len(principals) == 1 and None not in principals
        second = _allow_others(of_others) if is_one and len(of_others) == len(denials) - len(same) else None
    elif failure.deny == "explicit" or failure.policy_type not in {None, "identity"}:
        first, of_others = None, of_same
        fixed = tuple(each for each in same if _is_exempted(each, failure, remedy))
        second = _allow_others(of_same)
    else:
        return CombinedRemedies()
    if second is not None and of_others:
        here, there = (_find_account(each.principal) for each in (failure, of_others[0][0]))
        if here != there and None not in {here, there}:
            first, second = _in_account(first or remedy, here), _in_account(second, there)
    return CombinedRemedies(
        first, second, fixed, () if second is None else tuple(each for each, _ in of_others)
    )


def _is_exempted(other: AccessDenied, failure: AccessDenied, remedy: Remedy) -> bool:
    """Return whether the Deny statement of a remedy, which exempts services, denied another call, too."""
    is_same = (other.policy_type, other.deny, other.policy_arn) == (
        failure.policy_type,
        failure.deny,
        failure.policy_arn,
    )
    service = (other.action or "").partition(":")[0]
    return (
        is_same and '"NotAction"' in (remedy.manifest or "") and f'"{service}:*"' in (remedy.manifest or "")
    )


def _find_account(principal: str | None) -> str | None:
    return getattr(try_parse_principal(principal), "account", None)


def _in_account(remedy: Remedy, account: str | None) -> Remedy:
    """Return a remedy that says in which account to run its commands: roles of several can have one name."""
    step = f"Run the commands with credentials of account {account}."
    return attrs.evolve(remedy, title=f"{remedy.title}, in account {account}", steps=(step, *remedy.steps))


def _allow_others(allowed: tuple[tuple[AccessDenied, Remedy], ...]) -> Remedy | None:
    """Return the remedy that allows other denials with a policy beside that of the explained one."""
    if not allowed:
        return None
    (failure, first), *more = allowed
    remedy = _combine(first, failure, [each for each, _ in more]) if more else first
    if remedy is None:
        return None
    lines = tuple(line.replace("file://policy.json", "file://allow.json") for line in remedy.commands)
    return attrs.evolve(
        change_commands(remedy, lines),
        steps=tuple(step.replace("policy.json", "allow.json") for step in remedy.steps),
    )


def _combine(first: Remedy, failure: AccessDenied, same: list[AccessDenied]) -> Remedy | None:
    """Return the remedy of a denial with one policy for it and other denials of its principal."""
    if first.policy is None:
        return None
    # Each denial has its own companions: the union is what all of them yield alone.
    alone = [*filter(None, map(_find_allow_remedy, same))]
    statements = _merge_policies([first.policy, *(each.policy for each in alone if each.policy is not None)])
    single = first.policy["Statement"]
    actions, old = _list_actions(statements), _list_actions(single)
    resources = dict.fromkeys(each for statement in statements for each in as_strings(statement["Resource"]))
    is_short = (
        len(statements) <= _MAX_STATEMENTS
        and len(actions) <= _MAX_ACTIONS
        and (len(actions) > 1 or len(resources) <= _MAX_RESOURCES)
    )
    if not is_short or not alone or statements == single:
        return None
    others_denied = (_list_actions(each.policy["Statement"])[0] for each in alone if each.policy is not None)
    denied = sorted({old[0], *others_denied})
    listed = f"{len(denied)} actions" if len(denied) > _MAX_LISTED_ACTIONS else join_words(denied, "and")
    title = first.title.replace(old[0], listed, 1)
    if title == first.title and len(denied) > 1:
        title = f"{title}, and what else is denied"
    own = _steps_of_service(first)
    unneeded: tuple[str, ...] = (_SAVE_STEP,)
    if denied == list(actions):
        own, unneeded = _steps_for_objects(own, tuple(resources)), (_SAVE_STEP, NEXT_OBJECTS)
    steps = dict.fromkeys(
        step for each in alone for step in _steps_of_service(each) if not step.startswith(unneeded)
    )
    at = next((at for at, step in enumerate(own, 1) if step.startswith(_SAVE_STEP)), len(own))
    name, new_name = map(inline_policy_name, (single, statements))
    lines = tuple(
        line.replace(f"--policy-name {name} ", f"--policy-name {new_name} ") for line in first.commands
    )
    names = stated_names(value for each in (failure, *same) for value in (each.principal, each.resource))
    capped = (each.policy_arn for each in same if each.policy_type == "permissions_boundary")
    boundary = next((each for each in capped if each and commands.arn(each) == each), None)
    cap = (f"The permissions boundary {boundary} must allow these actions, too.",) if boundary else ()
    return attrs.evolve(
        change_commands(first, lines),
        title=title,
        steps=(*own[:at], *cap, *own[at:], *(step for step in steps if step not in own)),
        policy=build_document(statements),
        names=names,
    )


def _steps_for_objects(steps: tuple[str, ...], resources: tuple[str, ...]) -> tuple[str, ...]:
    """Return the steps for several objects, whose common folder is what changing keys have in common."""
    kept = tuple(each for each in steps if not each.startswith(NEXT_OBJECTS))
    folder = commonprefix(resources).rpartition("/")[0]
    return (*kept, f"{NEXT_OBJECTS}{folder}/* as Resource.") if "/" in folder and kept != steps else kept


def _steps_of_service(remedy: Remedy) -> tuple[str, ...]:
    """Return the steps of a remedy for a policy with the actions of other services, too."""
    actions = _list_actions((remedy.policy or {}).get("Statement", ()))
    services = {each.partition(":")[0] for each in actions}
    if len(services) != 1:
        return remedy.steps
    of_service = ALL_REQUIRED.replace(" actions", f" {services.pop()}: actions")
    return tuple(step.replace(ALL_REQUIRED, of_service) for step in remedy.steps)


def _find_allow_remedy(failure: AccessDenied) -> Remedy | None:
    """Return the remedy that allows what was denied, if an ``Allow`` helps."""
    grant = _find_grant(failure)
    return None if grant is None else allow_remedy(build_denial(failure, NO_FACTS), grant=grant)


def _merge_policies(policies: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the statements of several policies, merged as in one policy for all denials."""
    grants: list[Grant] = []
    for statement in (each for policy in policies for each in policy["Statement"]):
        resource = statement["Resource"]
        resources = (resource,) if isinstance(resource, str) else tuple(resource)
        condition = statement.get("Condition")
        grants += (Grant(action, resources, condition) for action in _list_actions([statement]))
    built = build_documents(grants, limit=None)
    return built[0]["Statement"] if built else []


def _list_actions(statements: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    actions: dict[str, None] = {}
    for statement in statements:
        value = statement.get("Action", ())
        actions.update(dict.fromkeys([value] if isinstance(value, str) else value))
    return tuple(actions)


# Grants in order, without duplicates, by normalized principal.
_GroupedGrants = dict[str | None, dict["Grant", None]]


def _check_principal(principal: object) -> None:
    if principal is not None and not isinstance(principal, str):
        raise TypeError(wrong_type_message("principal", "a string", principal))


def _select_grants(grouped: _GroupedGrants, principal: str | None) -> Iterable[Grant]:
    """Return the grants of one principal.

    Raises:
        PolicyError: There are several principals and none was passed, or the passed one was not denied.
    """
    unnamed = grouped.pop(None, {})
    principals = tuple(filter(None, grouped))
    if not principals:
        return unnamed  # the caller can state the principal
    if principal is None and len(principals) > 1:
        msg = f"several principals were denied; expected one of {_join_principals(principals)}"
        raise PolicyError(msg, principals=principals)
    selected = next(iter(principals)) if principal is None else normalize_principal(principal)
    if selected not in grouped:
        msg = (
            f"unknown principal {quote_text(principal or '')}; expected one of {_join_principals(principals)}"
        )
        raise PolicyError(msg, principals=principals)
    return {**grouped[selected], **unnamed} if len(principals) == 1 else grouped[selected]


def _join_principals(principals: tuple[str, ...]) -> str:
    more = (
        f" and {len(principals) - _MAX_LISTED_PRINCIPALS} more"
        if len(principals) > _MAX_LISTED_PRINCIPALS
        else ""
    )
    return ", ".join(map(quote_text, principals[:_MAX_LISTED_PRINCIPALS])) + more


def _group_grants(failures: Iterable[Failure], function: str) -> _GroupedGrants:
    """Return the required grants by principal; a principal that no ``Allow`` can help has none."""
    grouped: _GroupedGrants = {}
    for failure in check_failures(failures, function):
        if isinstance(failure, AccessDenied):
            grants = grouped.setdefault(normalize_principal(failure.principal), {})
            grant = _find_grant(failure)
            if grant is not None:
                grants[grant] = None
    return grouped


def _find_grant(failure: AccessDenied) -> Grant | None:
    denial = build_denial(failure, NO_FACTS)
    if not identity_allow_helps(denial):
        return None
    # An encoded message, or the rest of one that is cut off, can name another action.
    if denial.action_evidence == "derived" and (failure.encoded_message or is_sentence_cut(failure)):
        return None
    if denial.lowercase_action == "iam:passrole":
        return pass_role_grant(denial)
    grant = required_grant(denial)
    if grant is None or not grant.action.startswith(("glue:", "ssm:", "ec2:CreateTags")):
        return grant
    if grant.action == "ec2:CreateTags":
        return attrs.evolve(grant, resources=grant.resources[:1])
    # Further denials name the tables or instances that this one does not.
    known = tuple(each for each in grant.resources[1:] if not find_placeholders(each))
    return attrs.evolve(grant, resources=(grant.resources[0], *known))
