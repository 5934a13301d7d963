"""Find the values of placeholders in the ARNs of policies, from ARNs of the text with the same other parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage.policies._masked_arns import is_masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._explanations.explanations import Explanation

# The ARN in a policy, and its resource. IAM is about identities, of which a text can name several.
_ARN = lazy_pattern(
    r"\b(arn:[\w-]{3,12}:(?!iam:)[a-z0-9-]{2,30}:[^\s\"':]{0,30}:[^\s\"':]{0,30}:([^\s\"']{1,600}))"
)
_PARTS = {"ACCOUNT_ID": r"(\d{12})", "REGION": f"({REGION})"}
# A resource with more words in capitals is one of the text.
_MAX_WORDS = 6


def resources_of(explanation: Explanation) -> set[tuple[str, str]]:
    """Return the ARNs in the policies of the remedies, each with its resource."""
    policies = (str(each.policy) for each in explanation.remedies if each.policy is not None)
    return {found for each in policies for found in _ARN.findall(each)}


def values_of_arns(explanation: Explanation, text: str) -> Iterator[tuple[str, str]]:
    """Yield the values of the placeholders in ARNs, from the ARNs in a text and the URLs of its queues."""
    from iamtriage.explaining._context.resources import find_queues

    stated = "\n".join((text, *find_queues(text)))
    for arn, _ in resources_of(explanation):
        words = find_placeholders(arn)
        start, star, rest = arn.partition("*")
        first, *others = re.split(rf"(?<![A-Z_])({'|'.join(words)})(?![A-Z_])", start) if words else ("",)
        if not others or rest or len(others) > 2 * _MAX_WORDS or (star and not others[-1]):
            continue
        pattern = re.escape(first)
        for word, literal in zip(others[::2], others[1::2], strict=True):
            # A value ends before the next character of the ARN, so that there is only one way to match it.
            value = (
                rf"((?:(?!{re.escape(literal[:1])})[\w+=,.@-]){{1,512}})"
                if literal
                else r"([\w+=,.@/-]{1,512}?)"
            )
            pattern += f"{_PARTS.get(word, value)}{re.escape(literal)}"
        pattern += r"[^\s\"']{0,600}" if star else ""
        for found in re.finditer(rf"{pattern}(?=[.,;:]?(?:[\s\"'`)\]}}>|]|\Z))", stated):
            if not any(".." in each or is_masked(each) for each in found.groups()):
                yield from zip(others[::2], found.groups(), strict=True)
