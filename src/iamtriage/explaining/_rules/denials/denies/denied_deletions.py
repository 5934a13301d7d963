"""Say what follows if the Deny of a resource's policy that protects it from deletion is changed, and what is lost then.

https://docs.aws.amazon.com/aws-backup/latest/devguide/delete-a-vault.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from iamtriage.actions._lookup import find_action
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action

# The vault that AWS Backup creates for the automatic backups of Amazon EFS, with a policy that denies its deletion.
_AUTOMATIC_VAULT = "aws/efs/automatic-backup-vault"
_THEN = "Then delete each recovery point (list-recovery-points-by-backup-vault, delete-recovery-point), and last the empty vault."
_SAVE = "Save the changed policy as policy.json."


def _find_replacing_action(denial: Denial) -> str | None:
    """Return the action that replaces the policy of the resource."""
    words = resource_commands.policy_of(denial).change_command.split()
    name = "".join(each.capitalize() for each in words[2].split("-")) if words else ""
    action = f"{denial.service}:{name}"
    return action if words and find_action(action) is not None else None


def add_deletion(denial: Denial, remedy: Remedy, statement: Mapping[str, Any]) -> Remedy:
    """Return the remedy that changes the Deny of a resource's policy with what a deletion then takes and loses."""
    if denial.policy_type != "resource" or ":delete" not in denial.lowercase_action:
        return remedy
    action = _find_replacing_action(denial)
    if denial.service == "backup":
        loss = "A deletion of backups cannot be undone: check that nobody needs them."
    else:
        loss = "The Deny most likely protects data: check that nobody needs what is deleted."
    steps = [loss, *remedy.steps]
    is_covered = None if action is None else names_action(statement, action)
    if is_covered and denial.service != "s3":
        steps.insert(
            1, f"The Deny also covers {action}: only a caller that it exempts can replace the policy."
        )
    elif is_covered is False:
        can = f"The Deny does not cover {action}, so an administrator can replace the policy."
        of_exemption = next((at for at, each in enumerate(steps) if _SAVE in each), None)
        if of_exemption is not None and remedy.manifest is not None:
            steps[of_exemption] = f"{can} Save it with this statement as policy.json."
        else:
            steps.insert(1, can)
    if "vault" in denial.lowercase_action:
        steps.append(_THEN)
    return attrs.evolve(remedy, steps=tuple(steps))


def describe_origin(denial: Denial) -> str | None:
    """Return who denied the deletion of a resource of AWS in its policy, as a sentence."""
    is_automatic = (denial.resource or "").endswith(f":{_AUTOMATIC_VAULT}")
    return (
        "AWS Backup creates this policy for EFS automatic backups: it denies everyone, also administrators."
        if is_automatic
        else None
    )
