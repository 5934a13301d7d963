"""Correct a principal that a resource-based policy in the text has in place of the caller, by a slip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.sts.trust_documents import allow_statements, principal_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_LENGTH, _SWAPPED, _COMMANDS = 12, 2, 2


def is_slip(written: str, meant: str) -> bool:
    """Return whether two account IDs differ only in one digit, or in two neighbours that are swapped.

    >>> is_slip("111122223332", "111122223333"), is_slip("111212223333", "111122223333"), is_slip("1" * 12, "2" * 12)
    (True, True, False)
    """
    if not (len(written) == len(meant) == _LENGTH):
        return False
    at = [index for index, digit in enumerate(written) if digit != meant[index]]
    is_swapped = len(at) == _SWAPPED and at[1] - at[0] == 1 and written[at[0]] == meant[at[1]]
    return len(at) == 1 or (is_swapped and written[at[1]] == meant[at[0]])


def correct_principal(
    denial: Denial, policy: Mapping[str, Any], remedies: tuple[Remedy, ...]
) -> tuple[str | None, tuple[Remedy, ...]]:
    """Return that a policy has an account with a wrong digit, as a cause, and the remedies with its correction."""
    account = denial.account or ""
    principals = (name for each in allow_statements(policy) for name in principal_names(each))
    for name in principals:
        written = name if name.isdigit() else "".join(name.split(":", 5)[4:5])
        if not remedies or not is_slip(written, account):
            continue
        text = f"The policy has the account {clip_text(written)}, and the caller is in {account}: most likely, a digit is wrong."
        return text, (
            _correct(denial, remedies[0], name, name.replace(written, account)),
            *remedies[1:],
        )
    return None, remedies


def _correct(denial: Denial, usual: Remedy, old: str, new: str) -> Remedy:
    """Return the remedy that replaces a principal, from the one that adds a statement to the policy."""
    # Its first command prints the policy, and its last one replaces it: that of a function policy only adds to it.
    lines = tuple(each for each in usual.commands if not each.startswith("aws iam put-"))
    if len(lines) < _COMMANDS or usual.layer != "resource" or "add-permission" in lines[-1]:
        return usual
    replace = "jq --arg old {} --arg new {} 'walk(if . == $old then $new else . end)'"
    keeps = "The command keeps the other principals. The wrong account is most likely somebody else's."
    own = f"In account {denial.account}, an identity-based policy of the caller must allow the action, too."
    where = f", in account {denial.resource_account}" if denial.crosses_accounts else ""
    return attrs.evolve(
        usual,
        title=f"Replace {clip_text(old)} by {clip_text(new)} in the policy{where}",
        steps=(keeps, own),
        commands=(
            f"{lines[0]} > old-policy.json",
            f"{fill_command(replace, old, new)} old-policy.json > policy.json",
            lines[-1],
        ),
        labels=(Labelled("Check policy.json, then replace the policy:", lines[-1]),),
        policy=None,
        is_addition=False,
    )
