"""Explain what the instance metadata returns if EC2 cannot use the instance's role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.credentials.credential_sources import NO_INSTANCE_PROFILE
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.services import ASSUME_ROLE

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

UNUSABLE_INSTANCE_ROLE = (
    r"\bAssumeRoleUnauthorizedAccess\b|\bInstanceProfileNotFound\b|\bEC2 cannot assume the role\b"
)
"""What the instance metadata returns if EC2 cannot use the instance's role or profile."""
_INSTANCE_ROLE = lazy_pattern(
    r"\bEC2 cannot assume the role ([\w+=,.@-]{0,63}[\w+=,@-])|/iam/security-credentials/([\w+=,.@-]{1,64})"
)
_LOST_PROFILE = lazy_pattern(
    r"\bInstanceProfileNotFound\b(?:.{0,60}\bInstance Profile with (?:id|arn) ([\w:/+=,.@-]{1,600}) (?:cannot be|was not) found)?"
)


def explain_instance_role(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that the instance metadata has no credentials, because EC2 cannot use the role or its profile.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html.
    """
    lost = _LOST_PROFILE.search(case.text)
    named = None if lost is None or lost[1] is None else lost[1].rpartition(":instance-profile/")
    profile_name = commands.instance_profile(named[2].rpartition("/")[2] if named and named[1] else None)
    attach = account_remedy(
        "Attach the instance profile again",
        "EC2 keeps using the old profile or role after it is deleted and re-created with the same name. Check that the profile exists and contains the role, and replace the association. No restart is needed.",
        commands=(
            "aws ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values=INSTANCE_ID",
            f"aws ec2 replace-iam-instance-profile-association --association-id ASSOCIATION_ID --iam-instance-profile Name={profile_name}",
        ),
        url=pages.IAM_EC2_TROUBLESHOOTING,
    )
    notes = (
        "No access keys are needed on the instance: the SDK gets credentials as soon as EC2 can use the role, which takes some minutes. /latest/meta-data/iam/info then has the code Success.",
    )
    if lost is not None:
        profile = f"the instance profile {lost[1]}" if lost[1] else "the instance profile of the instance"
        return case.explain(
            f"The instance metadata has no credentials: {profile} does not exist any more. It was deleted, or re-created.",
            NO_INSTANCE_PROFILE.cause(
                "reported",
                ('The text says "InstanceProfileNotFound".',),
                text="EC2 does not find the instance profile that is attached to the instance.",
            ),
            topic="no-credentials",
            remedies=(attach,),
            notes=notes,
        )
    found = _INSTANCE_ROLE.search(case.text)
    name = None if found is None else found[1] or found[2]
    # Few missing credentials need the evaluation of a trust policy.
    from iamtriage.explaining._rules.sts.service_trust import ROLE_NOT_THERE, explain_untrusted_role

    explanation = explain_untrusted_role(
        case,
        "ec2.amazonaws.com",
        ASSUME_ROLE,
        None if name is None else f"arn:aws:iam::****:role/{name}",
        quote_phrases(case.text, "AssumeRoleUnauthorizedAccess", "EC2 cannot assume the role"),
    )
    role = "the instance's role" if name is None else f"the instance's role {name}"
    _, _, verdict = explanation.summary.partition(": ")
    recreated = ROLE_NOT_THERE.cause(
        text="The role was deleted and re-created, or the instance profile does not contain it."
    )
    stated, cause = explanation.causes[:2]
    return attrs.evolve(
        explanation,
        summary=f"The instance metadata has no credentials, because EC2 cannot assume {role}: {verdict}",
        causes=(
            attrs.evolve(stated, text="EC2 could not assume the role of the instance."),
            cause,
            recreated,
        ),
        remedies=(explanation.remedies[0], attach),
        notes=notes,
    )
