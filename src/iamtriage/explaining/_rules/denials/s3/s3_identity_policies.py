"""Explain denials by Amazon S3 without a reason by what an identity-based policy in the text allows.

A bucket and its objects are different resources, and IAM accepts a statement whose actions are for the other one:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html. Programs that compact or expire
what they keep delete objects: https://grafana.com/docs/loki/latest/operations/storage/. To a caller who may read and not
list, S3 answers 403 for an object that is not there: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
and https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.actions._lookup import find_action
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.s3 import buckets
from iamtriage.explaining._rules.denials.s3.s3_contrasts import describe_next_reasons
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy, list_own_policies
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_OTHER_RESOURCE,
    find_deny,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_remedies import name_caller
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name, statement_id
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.policies._documents import allow
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, shown_sid

# What programs call, and a pattern such as s3:* is meant to allow.
_FREQUENT = ("s3:ListBucket", "s3:GetObject", "s3:PutObject")
_DELETE = "s3:DeleteObject"
_LITERAL = lazy_pattern(r"arn:aws[a-z-]{0,12}:s3:::(?P<bucket>[a-z0-9.-]{3,63})(?P<key>/\S{1,1024})?")
_COMPACTS = lazy_pattern(
    r"(?i:(?<!\bno )(?<!\bnot )(?<!\bany )(?<!\bwithout )\b(?:compact(?:or|ion|ing)?|retention)\b(?! (?:is |are )?(?:off|disabled|not)\b))"
)
_OF_OBJECTS = lazy_pattern(
    r"(?i:\b(?:writ(?:e|es|ing)|upload(?:s|ing)?|put(?:object)?|reads?|reading|download(?:s|ing)?|get(?:object)?)\b)"
)
# "The chunks are written", "I see the files in the bucket".
_ARRIVES = lazy_pattern(
    r"(?im:^[^\n]{0,200}?(?P<said>[^\n.,;:(]{0,60}\b(?:(?:is|are|gets?|were|was)(?: being)? (?:written|stored|uploaded|saved)|(?:see|find) [^\n.,;:()]{1,60} in the bucket)))"
)
_HEAD = "HeadObject"
_NEGATION = lazy_pattern(r"(?i:\b(?:not|never|no|nothing|cannot)\b|n't\b)")


class _Misplaced(NamedTuple):
    """Actions that a statement allows on resources where they have no effect, and the targets that they require."""

    policy: KnownPolicy
    statement: Mapping[str, Any]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    targets: tuple[str, ...]


def explain_wrong_level(denial: Denial) -> Explanation | None:
    """Explain that a policy has only the objects for an action on the bucket, or the other way round.

    Return ``None`` if no policy of the caller does.
    """
    if not (denial.facts.policies or denial.context.policies) or denial.is_explicit:
        return None
    found = _find_misplaced(denial)
    if found is None or _is_denied(denial, found):
        return None
    works = _find_success(denial)
    if works is not None and denial.action is None and "Bucket" not in found.actions[0]:
        # The statement cannot be all that allows it.
        return None
    action = denial.action or found.actions[0]
    target = next((each for each in found.targets if each == denial.resource), found.targets[0])
    of_bucket = "/" not in target
    where = "the bucket, and the ARN with /* covers only its objects"
    if not of_bucket:
        where = "objects, and the ARN of the bucket does not cover them: they need /*"
    checked = f"{action} is checked on {where}."
    if action == "s3:GetObject" and denial.failure.envelope.operation == _HEAD:
        checked = f"{_HEAD} requires {action}, which is checked on {where}."
    is_seen = not of_bucket and buckets.is_listed(denial)
    seen = "The listing shows the object: s3:ListBucket is not what is missing." if is_seen else None
    named = join_words(tuple(map(clip_text, found.resources)), "and")
    if not of_bucket:
        named += ", which does not cover objects"
    summary = f"S3 answered 403 without a reason: most likely, to {action} on {clip_text(target)}, which {found.policy.name} allows only on {named}."
    if denial.action is not None:
        summary = denial_summary(
            name_caller(denial, found.policy), f"{found.policy.name} allows it only on {named}"
        )
    return denial.explain(
        summary,
        STATED_POLICY_OTHER_RESOURCE.cause(
            found.policy.evidence,
            present(
                works and f"The text says {quote_words(works)}: the credentials are those of the role.", seen
            ),
            text=checked,
        ),
        topic=STATED_POLICY_OTHER_RESOURCE.code,
        remedies=_fix_level(denial, found, of_bucket=of_bucket),
        notes=EVENTUAL_CONSISTENCY,
    )


def _is_denied(denial: Denial, found: _Misplaced) -> bool:
    """Return whether a policy of the caller denies the actions, so that an Allow does not help."""
    pairs = [(action, target) for action in found.actions for target in found.targets]
    return any(find_deny(policy, *pair) is not None for policy in list_own_policies(denial) for pair in pairs)


def _find_misplaced(denial: Denial) -> _Misplaced | None:
    policies = list_own_policies(denial)
    allows = [each for policy in policies for each in policy.allows]
    bucket = (denial.resource or "").partition("/")[0]
    for policy in policies:
        for statement in policy.allows:
            resources = as_strings(statement.get("Resource"))
            found = [_LITERAL.fullmatch(each) for each in resources]
            arns = [each for each in found if each is not None]
            levels = {each["key"] is None for each in arns}
            if len(arns) != len(resources) or len(levels) != 1 or "NotAction" in statement:
                continue
            of_bucket = levels == {True}
            others = (f"{each[0]}/*" if of_bucket else each[0].partition("/")[0] for each in arns)
            targets = tuple(dict.fromkeys(others))
            actions = tuple(
                each
                for each in _list_actions(statement, resources)
                if not any(
                    names_action(one, each) is not False and names_resource(one, target) is not False
                    for one in allows
                    for target in targets
                )
            )
            is_called = denial.action in actions if denial.action else bool({*actions} & {*_FREQUENT})
            is_here = not bucket or any(each.partition("/")[0] == bucket for each in resources)
            if actions and is_called and is_here:
                ordered = tuple(dict.fromkeys((*(each for each in _FREQUENT if each in actions), *actions)))
                return _Misplaced(policy, statement, ordered, tuple(resources), targets)
    return None


def _list_actions(statement: Mapping[str, Any], resources: Sequence[str]) -> Iterable[str]:
    """Yield the actions of a statement that accept none of its resources, but others."""
    for written in as_strings(statement.get("Action")):
        pattern = compile_glob(written.lower())
        matching = (each for each in _FREQUENT if matches(each.lower(), pattern))
        for known in map(find_action, matching if "*" in written else (written,)):
            if known is None or known.service != "s3" or known.only_wildcard:
                continue
            if not any(known.accepts(each) for each in resources):
                yield known.name


def _find_success(denial: Denial) -> str | None:
    """Return the words that say that objects are written or read."""
    text = denial.failure.text
    arrives = (each["said"].strip() for each in _ARRIVES.finditer(text))
    return find_working(text, _OF_OBJECTS) or next(
        (each for each in arrives if not _NEGATION.search(each)), None
    )


def _fix_level(denial: Denial, found: _Misplaced, *, of_bucket: bool) -> Remedy:
    """Return the remedy with one statement for the bucket and one for its objects."""
    policy, statement = found.policy, found.statement
    written = as_strings(statement.get("Action"))
    unknown = [each for each in written if "*" not in each and find_action(each) is None]
    foreign = [each for each in unknown if actions_for(each.partition(":")[2])]
    moved = [each for each in written if each.lower() in {name.lower() for name in found.actions}]
    is_open = any("*" in each for each in written)
    kept = [] if is_open else [each for each in written if each not in (*moved, *foreign)]
    deletes = of_bucket and _COMPACTS.search(denial.failure.text) is not None
    deletes = deletes and bool(kept) and not names_action(statement, _DELETE)
    kept += [_DELETE] * deletes
    condition = {"Condition": statement["Condition"]} if statement.get("Condition") else {}
    added = allow(found.actions, sid=statement_id(found.actions[0]))
    added["Resource"] = found.targets[0] if len(found.targets) == 1 else list(found.targets)
    others = [{**statement, "Action": kept[0] if len(kept) == 1 else kept}] if kept else []
    statements = [{**added, **condition}, *others]
    name = f"the statement {shown_sid(statement)}".rstrip()
    change = f"replace {name} with these" if kept else f"add this statement, and keep {name}"
    if not (kept or is_open):
        change = f"replace {name} with this one"
    step = f"In the policy, {change}, or attach what is below as another policy."
    if policy.is_code:
        step = f"In {policy.name}, {change}, and deploy again."
    elsewhere = "If another account owns the bucket, its bucket policy must allow it, too."
    if denial.failure.envelope.operation == _HEAD:
        may_list = any(names_action(each, _LIST) is not False for each in policy.allows)
        elsewhere = describe_next_reasons(denial.failure.text, may_list=may_list)
    title = f"Allow {join_words(found.actions, 'and')} on {'the bucket itself' if of_bucket else 'the objects (/*)'}"
    steps = (
        step,
        f"{join_words(tuple(map(clip_text, foreign)), 'and')} {'is no IAM action' if len(foreign) == 1 else 'are no IAM actions'}: listing requires s3:ListBucket, and HeadObject s3:GetObject."
        if foreign
        else None,
        f"What compacts or expires data also deletes it: {_DELETE} is among the actions on the objects."
        if deletes
        else None,
        elsewhere if denial.crosses_accounts is None else None,
    )
    if policy.is_code:
        return identity_remedy(title, *steps, statements=tuple(statements), url=pages.S3_403)
    kind, holder = policy.owner or ("role", None)
    if holder is None and denial.role is not None:
        holder = denial.role.name
    line = commands.put_policy(commands.role_name(holder), inline_policy_name(statements), kind)
    return identity_remedy(title, *steps, commands=line, statements=tuple(statements), url=pages.S3_403)


_LIST = "s3:ListBucket"
