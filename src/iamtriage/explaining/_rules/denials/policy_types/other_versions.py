"""Explain that a version of a permissions boundary allows a call, but is not the default one.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.values import OtherVersion
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start

_ANY_ACTION = "iam:CreateAccessKey"
# "We rolled it back", "v4 is disabled on purpose".
_REVERTED = lazy_pattern(
    r"(?i)\b(?:roll(?:ed)? (?:it |this |v\d{1,5} )?back|rollback|revert(?:ed)?|on purpose|deliberately)\b"
)


def find_other_version(denial: Denial) -> OtherVersion | None:
    """Return the version of the boundary that the text shows if it allows the call, but is not the default one."""
    action = denial.action or ""
    is_open = not denial.is_explicit and _REVERTED.search(denial.failure.text) is None
    for each in denial.context.policies if is_open else ():
        version = each.version
        if version is None or version.arn != denial.policy:
            continue
        # An older version was replaced, most likely on purpose.
        if version.default is not None and int(version.id[1:]) <= int(version.default[1:]):
            continue
        if any(names_action(one, action) is not False for one in each.denies):
            continue
        # A boundary that allows everything, or nearly that, is none.
        matching = (
            one
            for one in each.allows
            if names_action(one, action)
            and not one.get("Condition")
            and "NotAction" not in one
            and not names_action(one, _ANY_ACTION)
        )
        if any(names_resource(one, denial.resource) for one in matching):
            return version
    return None


def describe_version(version: OtherVersion, own: str | None) -> tuple[str, str, Remedy]:
    """Return why a version has no effect, as the end of a sentence and as a cause, and how to make it the default one.

    Args:
        version: The version.
        own: Which policy of the caller allows the action, as a clause.
    """
    name = clip_text(version.arn.rpartition("/")[2])
    caps = "A boundary caps what identity-based policies allow, so another Allow in one does not help."
    if own is not None:
        caps = f"{capitalize_start(own)}: a boundary caps that, so another Allow does not help."
    set_default = f"aws iam set-default-policy-version --policy-arn {{}} --version-id {version.id}"
    remedy = account_remedy(
        f"Make {version.id} the default version of {name}",
        "Whoever is allowed iam:SetDefaultPolicyVersion on the policy does that. It affects every principal that list-entities-for-policy prints: check whether they need what the old version allows.",
        commands=(
            commands.fill_command("aws iam list-entities-for-policy --policy-arn {}", version.arn),
            commands.fill_command(set_default, version.arn),
        ),
        url=pages.BOUNDARIES,
    )
    verdict = f"version {version.id} of its permissions boundary {name} allows it, but {version.default or 'another'} is the default version"
    return verdict, f"Only the default version of a policy is in effect. {caps}", remedy
