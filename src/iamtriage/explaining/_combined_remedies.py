"""Combine the remedies of several denials in a text: one policy for each principal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from posixpath import commonprefix
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.explanations.command_blocks import is_change
from iamtriage._rendering.placeholders import stated_names
from iamtriage._text import join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Remedy, change_commands, gift_of
from iamtriage.explaining._facts import NO_FACTS, Facts
from iamtriage.explaining._others.describing import is_of_same_role, is_tolerated
from iamtriage.explaining._policy_for import find_grant, normalize_principal
from iamtriage.explaining._rules.denials.policy_types.guardrails import allowing_statement
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.denial import build_denial
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import KEEP_OTHERS
from iamtriage.explaining._rules.shared.requirements.companion_actions import PUSH_AND_PULL
from iamtriage.explaining._rules.shared.requirements.required_grants import NEXT_FILES, NEXT_OBJECTS
from iamtriage.explaining._rules.shared.requirements.task_statements import ALL_REQUIRED
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_stack_names
from iamtriage.failures._failures import AccessDenied, Failure, KubernetesForbidden, KubernetesUnauthorized
from iamtriage.policies._documents import build_document, build_documents
from iamtriage.policies._grants import Grant
from iamtriage.policies._readers.elements import as_strings

__all__ = ("CombinedRemedies", "combine_allow_remedies", "combine_remedies")

# The limits of the policy that a short explanation shows for all denials of one principal.
_CAPS = frozenset({"permissions_boundary", "service_control", "session"})
_PLAIN_MEMBERS = frozenset({"Sid", "Effect", "Action", "Resource"})
_ONLY_ALL = "The Resource must be *: "
_SAID_ONCE = ("AWS Glue requires the action on ", _ONLY_ALL)
_EVENT = lazy_pattern(r"\b(?:CREATE|UPDATE|DELETE)_FAILED\b")
_ACCOUNT_ID = lazy_pattern(r"(?a)(?<![\w.-])\d{12}(?![\w-]|\.\d)")
_MAX_STATEMENTS, _MAX_ACTIONS, _MAX_LISTED_ACTIONS, _MAX_RESOURCES, _MAX_EVENTS = 4, 14, 3, 6, 40


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

    The first one is for all denials of the explained principal. The second one is for denials of another
    principal or, if an ``Allow`` does not fix the explained denial, for others of its principal. A remedy is
    ``None`` if it would fix no other denial, or if its policy is long.
    """
    failure = explanation.failure
    remedy = next(iter(explanation.remedies), None)
    if not isinstance(failure, AccessDenied) or remedy is None:
        return CombinedRemedies()
    denials = [each for each in others if isinstance(each, AccessDenied)]
    if failure.principal is None:
        # Only in the events of a stack do denials without a principal have the same caller.
        events = _list_events(failure.text, [failure, *others])
        if failure not in events:
            return CombinedRemedies()
        denials = [each for each in denials if each.principal is not None or each in events]
    principal = normalize_principal(failure.principal)
    same = [each for each in denials if normalize_principal(each.principal) == principal]
    allowed = [(each, allow) for each in denials if (allow := _find_allow_remedy(each)) is not None]
    of_same = tuple((each, allow) for each, allow in allowed if each in same)
    of_others = tuple(pair for pair in allowed if pair not in of_same)
    if remedy.policy is not None and remedy.layer == "identity":
        first = _combine(remedy, failure, same)
        fixed = () if first is None else tuple(each for each, _ in of_same)
        other = next((normalize_principal(each.principal) for each, _ in of_others), None)
        of_others = tuple(each for each in of_others if normalize_principal(each[0].principal) == other)
        second = None if other is None else _allow_others(of_others)
    elif failure.deny == "explicit" or failure.policy_type not in {None, "identity"}:
        of_others = of_same
        capped = [each for each in denials if _is_capped_alike(each, failure)]
        first = _combine_capped(remedy, failure, capped)
        fixed = tuple(capped if first else (each for each in same if _is_exempted(each, failure, remedy)))
        second = _allow_others(of_same)
    else:
        return CombinedRemedies()
    if second is not None and of_others:
        callers = (try_parse_principal(each.principal) for each in (failure, of_others[0][0]))
        here, there = (getattr(each, "account", None) for each in callers)
        if here != there and None not in {here, there}:
            first, second = _name_account(first or remedy, here), _name_account(second, there)
    return CombinedRemedies(
        first, second, fixed, () if second is None else tuple(each for each, _ in of_others)
    )


def _list_events(text: str, failures: list[Failure]) -> list[Failure]:
    """Return the failures with an event of their own, unless the text names several accounts or stacks."""
    # Each entry of a log is a text of its own.
    texts = ((text.find(each.text.rstrip()), each) for each in failures[:_MAX_EVENTS])
    starts = sorted(((at + each.span[0], each) for at, each in texts if at >= 0), key=itemgetter(0))
    ends = (0, *(start for start, _ in starts))
    events = [each for low, (high, each) in zip(ends, starts, strict=False) if _EVENT.search(text, low, high)]
    names = ({*_ACCOUNT_ID.findall(text)}, {*find_stack_names(text)}) if events else ()
    return [] if any(len(each) > 1 for each in names) else events


def combine_remedies(
    explanation: Explanation, others: tuple[Failure, ...], facts: Facts, explain: Callable[..., Explanation]
) -> CombinedRemedies:
    """Return the remedies for several failures of a text.

    Args:
        explanation: The explanation of the first one.
        others: The other failures.
        facts: What the user knows.
        explain: The function that explains another failure.
    """
    text = "" if explanation.failure is None else explanation.failure.text
    # The run does not need what a program goes on without.
    others = tuple(each for each in others if not is_tolerated(each, text))
    combined = combine_allow_remedies(explanation, others)
    if combined == CombinedRemedies():
        combined = CombinedRemedies(of_first=_find_covered(explanation, others, facts, explain))
    forbidden = [each for each in others if isinstance(each, KubernetesForbidden)]
    is_other_layer = isinstance(explanation.failure, AccessDenied) and combined.second is None
    if is_other_layer and not forbidden:
        return _add_access_entry(combined, (explanation.failure, *others), facts, explain)
    remedy = _binding_remedy(forbidden[0], explain) if is_other_layer and len(forbidden) == 1 else None
    return combined if remedy is None else combined._replace(second=remedy, of_second=tuple(forbidden))


def _find_covered(
    explanation: Explanation, others: tuple[Failure, ...], facts: Facts, explain: Callable[..., Explanation]
) -> tuple[Failure, ...]:
    """Return other denials of the principal with the same first remedy, such as a controller's policy."""
    failure, remedy = explanation.failure, next(iter(explanation.remedies), None)
    if not isinstance(failure, AccessDenied) or remedy is None or not any(map(is_change, remedy.commands)):
        return ()
    reason = failure.policy_type, failure.deny
    same = [
        each
        for each in others
        if isinstance(each, AccessDenied)
        and (each.policy_type, each.deny) == reason
        and is_of_same_role(each, failure)
    ]
    # A log repeats the same calls for many resources.
    of_action = {each.action: each for each in reversed(same)}
    if len(of_action) > _MAX_ACTIONS:
        return ()
    own = {action: explain(each, facts=facts).remedies[:1] for action, each in of_action.items()}
    known = [(remedy.title, remedy.commands)]
    return tuple(each for each in same if [(one.title, one.commands) for one in own[each.action]] == known)


def _add_access_entry(
    combined: CombinedRemedies,
    failures: tuple[Failure | None, ...],
    facts: Facts,
    explain: Callable[..., Explanation],
) -> CombinedRemedies:
    """Return the remedies with one for a cluster that rejected the only role which the denials name."""
    rejected = [each for each in failures if isinstance(each, KubernetesUnauthorized)]
    denials = [each for each in failures if isinstance(each, AccessDenied)]
    caller, *more = {str(each.principal).rpartition("/")[0]: str(each.principal) for each in denials}.values()
    if len(rejected) != 1 or more or ":assumed-role/" not in caller:
        return combined
    causes = explain(rejected[0], facts=facts).causes
    stated = [each.code for each in causes if each.evidence in {"reported", "derived"}]
    remedies = explain(rejected[0], facts=attrs.evolve(facts, caller=caller)).remedies
    giving = (each for each in remedies if gift_of(each) in {"access entry", "aws-auth entry"})
    remedy = next(giving, None)
    if remedy is None or stated != ["identity-not-accepted"]:
        return combined
    # The kubeconfig is of the same job, so it needs no other profile.
    lines = (each for each in remedy.commands if not each.startswith("aws eks update-kubeconfig "))
    return combined._replace(second=attrs.evolve(remedy, commands=tuple(lines)), of_second=tuple(rejected))


def _binding_remedy(failure: KubernetesForbidden, explain: Callable[..., Explanation]) -> Remedy | None:
    """Return the remedy that binds a role to the user of another failure."""
    from iamtriage.explaining._denied_requests import title_of_binding

    giving = (each for each in explain(failure).remedies if gift_of(each) == "role")
    remedy = next(giving, None)
    return None if remedy is None else attrs.evolve(remedy, title=title_of_binding(failure))


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


def _is_capped_alike(other: AccessDenied, failure: AccessDenied) -> bool:
    """Return whether the same policies lack another action, too: those of an account, or of one principal."""
    if failure.deny != "implicit" or failure.policy_type not in _CAPS:
        return False
    owners = [
        each.account if failure.policy_type == "service_control" else normalize_principal(each.principal)
        for each in (other, failure)
    ]
    return (other.policy_type, other.deny, owners[0]) == (failure.policy_type, failure.deny, owners[1])


def _combine_capped(first: Remedy, failure: AccessDenied, others: list[AccessDenied]) -> Remedy | None:
    """Return the remedy with the statements for all actions that a policy which caps permissions lacks."""
    own = first.statement
    stated = [allowing_statement(build_denial(each, NO_FACTS)) for each in others]
    added = [each for each in stated if each is not None]
    if own is None or not added or len(added) < len(others):
        return None
    if any(each.keys() - _PLAIN_MEMBERS for each in (own, *added)):
        return None
    statements = _merge_policies([{"Statement": [each]} for each in (own, *added)])
    if len(statements) > _MAX_STATEMENTS or len(_list_actions(statements)) > _MAX_ACTIONS:
        return None
    return attrs.evolve(
        first,
        title=first.title.replace("Allow it ", "Allow them ", 1),
        steps=tuple(
            each.replace("must allow the action.", "must allow each action.").replace(
                "add the statement", "add the statements"
            )
            for each in first.steps
        ),
        policy=build_document(statements),
        statement=None,
        is_addition=True,
        names=stated_names(value for each in (failure, *others) for value in (each.principal, each.resource)),
    )


def _name_account(remedy: Remedy, account: str | None) -> Remedy:
    """Return a remedy that says in which account to run its commands: roles of several can have one name."""
    return attrs.evolve(remedy, title=f"{remedy.title}, with credentials of account {account}")


def _allow_others(allowed: tuple[tuple[AccessDenied, Remedy], ...]) -> Remedy | None:
    """Return the remedy that allows other denials with a policy in addition to that of the explained one."""
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
    # A combined policy for a repository has what the step lists.
    is_repeated = any(each.startswith("ecr:") for each in actions if each not in old)
    own = tuple(each for each in _steps_of_service(first) if not (is_repeated and each == PUSH_AND_PULL))
    said = (start for start in _SAID_ONCE if any(each.startswith(start) for each in own))
    unneeded: tuple[str, ...] = (KEEP_OTHERS, *said)
    objects = [each for each in resources if ":s3:::" in each and "/" in each]
    if denied == list(actions) and len(objects) > 1:
        own, unneeded = _steps_for_objects(own, objects), (*unneeded, NEXT_FILES, NEXT_OBJECTS)
    steps = dict.fromkeys(
        step for each in alone for step in _steps_of_service(each) if not step.startswith(unneeded)
    )
    at = next((at for at, step in enumerate(own, 1) if step.startswith(KEEP_OTHERS)), len(own))
    name, new_name = map(inline_policy_name, (single, statements))
    lines = tuple(
        line.replace(f"--policy-name {name} ", f"--policy-name {new_name} ") for line in first.commands
    )
    names = stated_names(value for each in (failure, *same) for value in (each.principal, each.resource))
    capped = (each.policy_arn for each in same if each.policy_type == "permissions_boundary")
    boundary = next((each for each in capped if each and commands.arn(each) == each), None)
    cap = (f"The permissions boundary {boundary} must allow these actions, too.",) if boundary else ()
    of_one = _ONLY_ALL if len(resources) == 1 else "The Resource is * only where it must be: "
    # What a rule adds to a step applies to the others, too.
    more = (step for step in steps if not any(each.startswith(step) for each in own))
    return attrs.evolve(
        change_commands(first, lines),
        title=title,
        steps=tuple(each.replace(_ONLY_ALL, of_one) for each in (*own[:at], *cap, *own[at:], *more)),
        policy=build_document(statements),
        names=names,
    )


def _steps_for_objects(steps: tuple[str, ...], objects: list[str]) -> tuple[str, ...]:
    """Return the steps for several objects, whose common folder is what changing keys have in common."""
    kept = tuple(each for each in steps if not each.startswith((NEXT_FILES, NEXT_OBJECTS)))
    folder = commonprefix(objects).rpartition("/")[0]
    return (*kept, f"{NEXT_OBJECTS}{folder}/* as Resource.") if folder else kept


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
    grant = find_grant(failure)
    # The Data Catalog requires an action on what is above and below a resource, too.
    own = None if grant is None or grant.action.startswith("glue:") else grant
    return None if grant is None else allow_remedy(build_denial(failure, NO_FACTS), grant=own)


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
