"""Explain that a call names a resource with a placeholder, a role by an ARN within an ARN, or a role that does not exist."""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.roles.literal_values import NO_SUCH_ROLE
from iamtriage.explaining._rules.shared.clues import find_partition
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import PLACEHOLDER_IN_NAME
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.unfilled_placeholders import fill_remedy, find_unfilled
from iamtriage.explaining._rules.shared.wording import denial_summary

_WITHOUT_PARTITION = lazy_pattern(r"arn:(iam::[^:\s]{1,20}:role/[\w+=,.@/-]{1,512})")
_ARN_IN_ARN = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:iam::[^:\s]{1,20}:role/(?P<arn>arn:aws[a-z-]{0,12}:iam::[^:\s]{1,20}:role/[\w+=,.@/-]{1,512})"
)
_MASK = lazy_pattern(r"[Xx]{4}|[*#]{4}")
_SAID_ABSENT = lazy_pattern(
    r"(?i)\b(?:no [`'\"*]{0,2}(?P<name>[\w+=,.@-]{3,64})[`'\"*]{0,2} role exists|there(?: is|['’]s) no (?:IAM )?(?:role )?[`'\"*]{0,2}(?P<other>(?!role\b)[\w+=,.@-]{3,64})[`'\"*]{0,2}(?=[.,;\n]| role\b| anymore\b)"
    r"|(?:the|this|that) role (?:(?:does|did)(?: not|n['’]t) exist|(?:was|has been) deleted)|(?:does|did)(?: not|n['’]t) create the role)\b"
)
# The sentence before that only considers it.
_CONSIDERED = lazy_pattern(r"(?i)\b(?:if|whether|maybe|perhaps|might|may|could|would|should|unless|until|assume|check|ensure|means?|says?|same|or|not|never|before|once|account|region|dev|staging|test|yesterday)\b[^.!?\n]{0,200}\Z|n['’]t\b[^.!?\n]{0,200}\Z")  # fmt: skip
# What is said after it of another role, of a later creation, or against it.
_RESTORED = lazy_pattern(r"(?i)\b(?:re-?created?|restored?|(?:created|back|exists?) (?:it )?again|get-role prints|can see it|A(?:ROA|IDA)[A-Z0-9]{8,})\b")  # fmt: skip
_CHARS_OF_SENTENCE = 200


def add_absent_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the role does not exist, if somebody says so in the text."""
    text, role = denial.failure.text, denial.target_role_name
    found = next((each for each in _SAID_ABSENT.finditer(text) if role and _is_about(each, role)), None)
    if found is None:
        return explanation
    where = f" in account {denial.resource_account}" if denial.resource_account else ""
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, "the text says that the role does not exist"),
        causes=(
            NO_SUCH_ROLE.cause(
                "derived", text=f"The text says {quote_words(found[0])}: STS reports the same error then."
            ),
        ),
        remedies=(
            account_remedy(
                "Create the role again, or pass the ARN of one that exists",
                "Use what created it before, such as its stack, stack set or Terraform code: it gets its policies and its trust policy in this way. No Allow for sts:AssumeRole helps before.",
                f"NoSuchEntity confirms that it does not exist{where}.",
                commands=fill_command("aws iam get-role --role-name {}", role),
            ),
            *explanation.remedies,
        ),
    )


def _is_about(found: re.Match[str], role: str) -> bool:
    """Return whether a sentence states that a role with this name, or the end of it, does not exist."""
    text, (start, end), named = found.string, found.span(), found["name"] or found["other"]
    is_considered = _CONSIDERED.search(text, max(start - _CHARS_OF_SENTENCE, 0), start) is not None
    if is_considered or _RESTORED.search(text, end, end + _CHARS_OF_SENTENCE):
        return False
    return named is None or role.lower().endswith(named.lower())


def add_unfilled_placeholder(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that a placeholder in the name of the denied resource was never filled in, which comes first."""
    if (doubled := _ARN_IN_ARN.search(denial.failure.text)) is not None:
        return _explain_wrong_arn(denial, explanation, doubled["arn"], is_doubled=True)
    short = None if denial.is_explicit else _WITHOUT_PARTITION.fullmatch(denial.failure.resource or "")
    if short is not None:
        return _explain_wrong_arn(
            denial, explanation, f"arn:{find_partition(denial.case)}:{short[1]}", is_doubled=False
        )
    unfilled = find_unfilled(denial.failure.resource or "")
    # AWS has no name like this for a caller: the text masks names in this way, or masks other parts of the ARN.
    if (
        unfilled is None
        or find_unfilled(denial.principal_text or "") is not None
        or _MASK.search(denial.failure.resource or "") is not None
    ):
        return explanation
    return attrs.evolve(
        explanation,
        topic=PLACEHOLDER_IN_NAME.code,
        summary=denial_summary(denial, f"{unfilled.words} is a placeholder that nobody filled in"),
        causes=(PLACEHOLDER_IN_NAME.cause("derived"), *explanation.causes),
        # A policy for this name would be for no resource.
        remedies=(fill_remedy(unfilled), *(each for each in explanation.remedies if each.policy is None)),
    )


def _explain_wrong_arn(
    denial: Denial, explanation: Explanation, arn: str, *, is_doubled: bool
) -> Explanation:
    """Explain that the ARN of a role lacks the partition, or that what builds it puts one in front of an ARN."""
    meant, is_denied = clip_text(arn), True
    verdict, text = "the ARN lacks the partition, so it names no role", f"The whole ARN is {meant}."
    where = "Correct the ARN where it is configured."
    if is_doubled:
        # The role of a pod or profile is not the denied resource.
        is_denied = (denial.lowercase_action or "").startswith(("sts:assumerole", "iam:passrole"))
        which = "the call has the ARN of the role" if is_denied else "the text has the ARN of a role"
        verdict = f"{which} twice, so it names no role"
        text = f"The ARN has another ARN as the role's name, {meant}."
        where = "Some setting expects the name of the role, not its ARN, or a template puts arn:…:role/ in front of what is an ARN already."
    again = "If the call is denied again, the new message names the role."
    correct = your_remedy(f"Pass {meant}, and repeat the call", where, again)
    # A policy for this ARN would be for no role.
    others = (each for each in explanation.remedies if not is_denied or each.policy is None)
    causes = (each for each in explanation.causes if each.code != NO_SUCH_ROLE.code)
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(NO_SUCH_ROLE.cause("derived", text=text), *causes),
        remedies=(correct, *others),
    )
