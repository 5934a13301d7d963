"""Explains access keys: the quota of two, a lost secret, and keys that a text gives away; not their ids.

The page is https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html, on access keys.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html and
https://repost.aws/knowledge-center/potential-account-compromise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition, find_user, message_text, quote_phrases
from iamtriage.explaining._rules.shared.commands import command

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AccessKeyQuota, Failure

__all__ = ("Leak", "explain_key_quota", "key_remedies", "leaked_key_notes")

_SENTENCES = ("Cannot exceed quota for AccessKeysPerUser",)
# An id by itself is no secret. A secret has 40 characters and no mark of its own, so it counts where it
# stands beside the id, or where a name says what it is.
_LONG_TERM = re.compile(r"(?<![A-Za-z0-9/+])AKIA[A-Z0-9]{16}(?![A-Za-z0-9/+=])")
_FORTY = r"(?=[A-Za-z0-9/+]{0,39}[a-z])(?=[A-Za-z0-9/+]{0,39}[A-Z])(?=[A-Za-z0-9/+]{0,39}[0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
_NAMED = re.compile(rf"(?i:secret)[\w. -]{{0,24}}[\"']?[\s>:=,\"'\\]{{1,8}}{_FORTY}")
_BESIDE = re.compile(rf"AKIA[A-Z0-9]{{16}}[\s:;,|\"'\\]{{1,8}}{_FORTY}")
_EXAMPLE = "EXAMPLE"


def explain_key_quota(case: Case[AccessKeyQuota]) -> Explanation:
    """Say that the user has two keys, and how to make room without losing anything."""
    user = find_user(case)
    name = commands.user_name(user)
    whose = "The user" if name == commands.user_name(None) else f"The user {name}"
    return Explanation(
        failure=case.failure,
        topic="access-key-quota",
        summary=f"{whose} has two access keys already, and cannot have a third.",
        causes=(
            Cause(
                "access-key-quota",
                "An IAM user has two access keys at most, and inactive ones count.",
                "reported",
                quote_phrases(message_text(case), *_SENTENCES),
            ),
        ),
        remedies=key_remedies(user),
        notes=(
            "AWS does not raise this quota. Neither a policy nor another try helps.",
            "A secret can be seen once, when its key is made. If it is lost, the key is of no use: make a new one.",
        ),
    )


def key_remedies(user: str | None, *, key: str | None = None, for_new: bool = True) -> tuple[Remedy, ...]:
    """Give the ways to a working key: make room for one, make it, and do without long-term keys.

    Args:
        user: the IAM user's name, where it is known.
        key: the id of the key that is to go, where it is known.
        for_new: whether one of two keys has to go first.
    """
    name = commands.user_name(user)
    key_id = commands.access_key(key)
    change = ("aws", "iam", "update-access-key", "--user-name", name, "--access-key-id", key_id, "--status")
    room = Remedy(
        title="Free one of the two keys",
        who="you",
        steps=(
            "List both keys, and see for each when and for what it was last used.",
            "Deactivate the one that is older or not used. It can be activated again, so nothing is lost yet.",
            "Wait until it is clear that nothing breaks: days, for jobs that run seldom.",
            "Then delete it, for good.",
        ),
        commands=(
            command("aws", "iam", "list-access-keys", "--user-name", name),
            command("aws", "iam", "get-access-key-last-used", "--access-key-id", key_id),
            command(*change, "Inactive"),
            command("aws", "iam", "delete-access-key", "--user-name", name, "--access-key-id", key_id),
        ),
        url=pages.ROTATE_KEYS,
    )
    new = Remedy(
        title="Make a new key",
        who="you",
        steps=(
            "Make it, and put its secret where it is used at once: AWS shows it this one time.",
            "Without the right to manage your own keys, ask the account administrator.",
        ),
        commands=(command("aws", "iam", "create-access-key", "--user-name", name),),
        url=pages.ACCESS_KEYS,
    )
    return (*((room,) if for_new else ()), new, _instead())


def _instead() -> Remedy:
    return Remedy(
        title="Do without long-term keys",
        who="you",
        steps=(
            "People: IAM Identity Center (aws configure sso), or aws login with a console user.",
            "Pods: EKS Pod Identity, or IAM roles for service accounts.",
            "EC2, ECS and Lambda: the role of the instance, task or function.",
            "CI systems: a role that trusts the system's OIDC provider.",
            "Machines elsewhere: IAM Roles Anywhere.",
        ),
        commands=("aws configure sso", "aws login"),
        url=pages.BEST_PRACTICES,
    )


# ------------------------------------------------ keys that are given away


@attrs.frozen
class Leak:
    """A text that gives an access key away, and what to do first. It holds nothing of the secret.

    Attributes:
        remedies: what to do, before anything else that the explanation says.
        notes: what else to know.
    """

    remedies: tuple[Remedy, ...]
    notes: tuple[str, ...]

    def before(self, explanation: Explanation) -> Explanation:
        """Give the explanation with this in front of what it says."""
        return attrs.evolve(
            explanation,
            remedies=(*self.remedies, *explanation.remedies),
            notes=(*self.notes, *explanation.notes),
        )


def leaked_key_notes(case: Case[Failure]) -> Leak | None:
    """Give what to do first where the failure's text shows a long-term key id with its secret, else None.

    The keys of AWS's documentation, whose ids end in EXAMPLE, count as none.
    """
    # Of the whole text, since this is asked of every failure and a search for four letters costs nothing.
    if "AKIA" not in case.failure.text:
        return None
    text = case.text
    keys = [key for key in dict.fromkeys(_LONG_TERM.findall(text)) if not key.endswith(_EXAMPLE)]
    if not keys or not (_NAMED.search(text) or _BESIDE.search(text)):
        return None
    return Leak(
        _after_leak(case, keys[0]),
        (
            "The text shows an access key with what looks like its secret. Whoever has read the text can use the key, so count it as stolen, and see to that first.",
            "Not even a person who helps you needs a secret key. Show key ids at most, and texts without secrets.",
        ),
    )


def _after_leak(case: Case[Failure], key: str) -> tuple[Remedy, ...]:
    name, key_id = commands.user_name(find_user(case)), commands.access_key(key)
    deny = f"arn:{find_partition(case)}:iam::aws:policy/AWSDenyAll"
    of_user = ("--user-name", name)
    return (
        Remedy(
            title="First: deactivate the key that the text gives away",
            who="account administrator",
            steps=(
                "See whose key it is and where it was last used. If it is the root user's, sign in as root to deactivate it.",
                "Deactivate it. What uses it stops; a new key or a role comes after.",
                "Sessions that were made with the key go on. To stop those of the user, deny everything to the user meanwhile.",
            ),
            commands=(
                command("aws", "iam", "get-access-key-last-used", "--access-key-id", key_id),
                command(
                    "aws",
                    "iam",
                    "update-access-key",
                    *of_user,
                    "--access-key-id",
                    key_id,
                    "--status",
                    "Inactive",
                ),
                command("aws", "iam", "attach-user-policy", *of_user, "--policy-arn", deny),
            ),
            url=pages.EXPOSED_KEYS,
        ),
        Remedy(
            title="Then: see what was done with it",
            who="account administrator",
            steps=(
                "Look the key up in CloudTrail, in each region that is enabled, back to the day on which the text was shown.",
                "Look for users, keys, roles, instances and functions that nobody knows.",
                "A policy named AWSCompromisedKeyQuarantine, with or without V2, V3 or V4, tells that AWS found the key in public. Leave it attached until the support case says otherwise.",
                "Revoke the sessions of roles that were assumed with the key.",
            ),
            commands=(
                command(
                    *("aws", "cloudtrail", "lookup-events", "--lookup-attributes"),
                    f"AttributeKey=AccessKeyId,AttributeValue={key_id}",
                ),
                command("aws", "iam", "list-attached-user-policies", *of_user),
            ),
            url=pages.QUARANTINE,
        ),
        Remedy(
            title="Then: replace it, and take it out of the texts",
            who="you",
            steps=(
                "Put a role, or a new key, in its place, then delete the old one.",
                "Delete the text from logs, tickets, chats and pages. In git, rewrite the history; a new commit does not remove it.",
                "A deleted text may have been copied, so this comes last.",
            ),
            commands=(
                command("aws", "iam", "create-access-key", *of_user),
                command("aws", "iam", "delete-access-key", *of_user, "--access-key-id", key_id),
            ),
            url=pages.ROTATE_KEYS,
        ),
    )
