"""Correct a Deny that exempts a VPC endpoint or VPC that was replaced, in whose place another one sends the requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.denials.conditions.request_conditions import are_met
from iamtriage.explaining._rules.denials.denies.corrections import AS_ROOT, Correction
from iamtriage.explaining._rules.shared.policies.policy_changes import Condition, replace_condition
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import present

if TYPE_CHECKING:
    from iamtriage.explaining._rules.basics import Denial
    from iamtriage.explaining._rules.denials.denies.stated_denies import StatedDeny

_KEYS = {"aws:sourcevpce": "VPC endpoint", "aws:sourcevpc": "VPC"}
# No name of an endpoint, which the ID of the one that is gone would fill.
_UNKNOWN = "NEW_ID"
_DONE = r"(?:replaced|re-?created|deleted|destroyed|removed)"
# What Terraform does with an ID, and what AWS says of one that it does not find.
_SHOWN = (
    r"(?i)\bid\"?\s{{1,20}}= \"{0}\" -> (?:\(known after apply\)|null)|\[id={0}\][^\n]{{0,20}}\bdestr"
    r"|\b(?:destroying|destruction complete)\b[^\n]{{0,80}}\[id={0}\]|\b{0}[`'\"]? (?:->|=>|→) [`'\"]?vpce?-|\b{0}[`'\"]? does not exist(?! (?:in|for|from)\b)"
    # Not "Bob thinks that vpce-… is gone", "the record for vpce-… is gone".
    r"|(?:\A|[\n.;,(]\s{{0,3}}|\b(?:and|as|because|endpoint|since|vpc) )[`'\"(]{{0,2}}{0}[`'\")]{{0,2}} (?:no longer exists|is gone)(?! (?:in|for|from)\b)(?![^\n.?]{{0,80}}\?)"
)
# Not "the route to vpce-… was removed".
_SAID = (
    r"(?i)(?<! to )(?<! of )(?<! for )(?<!from )(?<!using )\b{0}[`'\")]{{0,2}} (?:(?:was|has been|had been|got) "
    + _DONE
    + r"|"
    + _DONE
    + r"(?=[.,;)](?!\S)|\)|\s*(?:\n|\Z)| and\b))|\b(?:chang|switch|migrat|mov)(?:ed|es|ing) from [`'\"]?{0}[`'\"]? to [`'\"]?vpce?-|\b"
    + _DONE
    + r" (?:the )?(?:old )?(?:VPC )?(?:endpoint )?\(?[`'\"]?{0}\b(?! (?:from|in) )"
)
# Not the endpoint of another service.
_NEW = (
    r"(?i)(?:->|=>|→|\b(?:by|with|now|new|new one is|replacement is|(?:mov|chang|switch|migrat)\w{{1,4}} [^\n.]{{0,60}}?to)) [`'\"(]{{0,2}}{0}"
    r"|\b{0}[`'\")]{{0,2}} (?:is the new|(?:is |was |has been )?(?:created|new)\b(?! for\b)|replace[sd])"
)
# "It was deleted by mistake, and restored", "but it is still there".
_STILL_THERE = lazy_pattern(
    r"(?i)\b(?:still (?:there|exists?|here)|lists? (?:it|both)|plan(?:ned|s)? to|restored|undid|undone|rolled back|not (?:yet )?applied|staging)\b|\bI thought\b"
)


def follow_replacement(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement with the ID of the request, or of the replacement, in place of one that the text says is gone."""
    for each in stated.checked:
        noun = _KEYS.get(each.key.lower())
        if noun is None or "Not" not in each.operator:
            continue
        gone = [value for value in each.values if _is_gone(denial.failure.text, value)]
        # No request comes through what is gone.
        is_dead = [*each.values] == gone
        requested = only_one(each.requested or ())
        if len(gone) != 1 or not (requested or is_dead):
            continue
        if not are_met(other for other in stated.checked if other is not each or not is_dead):
            continue
        old, new = clip_text(gone[0]), requested or _find_new(denial.failure.text, noun, gone[0])
        came = (
            f"the request came through {clip_text(requested)}"
            if requested
            else "no request can come through it"
        )
        values = [(new or _UNKNOWN) if value in gone else value for value in each.values]
        named = Condition(each.operator, each.key, values if len(values) > 1 else values[0])
        return Correction(
            f"{stated.words} of {stated.policy.name} exempts the {noun} {old}, which is gone: {came}",
            f"Replace {old} by {clip_text(new) if new else f'the {noun} of today'} in {stated.words}",
            present(
                f"If {clip_text(new)} is the {noun} that replaced {old}, the statement is meant to exempt its requests."
                if new
                else None,
                _way_in(denial, statement, is_only=len(each.values) == 1),
            ),
            replace_condition(statement, each.operator, each.key, named),
        )
    return None


def _find_new(text: str, noun: str, old: str) -> str | None:
    """Return the ID of the only endpoint or VPC of a text other than the one that is gone, if the text says that it is new."""
    name = rf"{'vpce' if noun.endswith('endpoint') else 'vpc'}-[0-9a-f]{{8,17}}\b"
    new = only_one({*re.findall(rf"(?a)\b{name}", text)} - {old})
    return new if new is not None and re.search(_NEW.format(new), text) else None


def _is_gone(text: str, name: str) -> bool:
    if _STILL_THERE.search(text) is not None:
        return False
    shown, said = (re.compile(each.format(re.escape(name))) for each in (_SHOWN, _SAID))
    return shown.search(text) is not None or next(find_said(text, said), None) is not None


def _way_in(denial: Denial, statement: dict[str, Any], *, is_only: bool) -> str | None:
    """Return who can change the policy of a bucket if the statement denies that, too, and nothing is exempt any more."""
    bucket = (denial.resource or "").partition("/")[0]
    covers = names_action(statement, "s3:PutBucketPolicy") and names_resource(statement, bucket)
    # The remedy of a change of the policy itself says who can make it.
    if denial.service != "s3" or not covers or denial.lowercase_action.endswith("bucketpolicy"):
        return None
    return f"The Deny covers s3:PutBucketPolicy, too, {'and nothing is exempt any more, administrators included' if is_only else 'unless a request comes from what is still exempt'}. Run the commands {AS_ROOT}"
