"""Find the customer managed policy of a role, and when it changed, in the output of the AWS CLI."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.command_runs import find_runs

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

_POLICY = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::\d{12}:policy/[\w+=,.@/-]{1,512}")
# The default version of a policy, in text or JSON.
_DEFAULT_VERSION = lazy_pattern(
    r"\b(?P<text>v\d{1,6})\s{1,20}True\s{1,20}(?P<day>\d{4}-\d\d-\d\d)T"
    r"|\"VersionId\":\s?\"(?P<json>v\d{1,6})\",\s{0,80}\"IsDefaultVersion\":\s?true,\s{0,80}\"CreateDate\":\s?\"(?P<date>\d{4}-\d\d-\d\d)"
)


class AttachedPolicy(NamedTuple):
    """The only customer managed policy that the text shows as attached to the caller's role.

    Attributes:
        arn: Its ARN.
        version: Its default version, if the text shows when it was created.
        date: The day on which that version was created.
    """

    arn: str
    version: str | None = None
    date: str | None = None

    @property
    def name(self) -> str:
        """The name of the policy."""
        return self.arn.rpartition("/")[2]


def find_attached_policy(denial: Denial) -> AttachedPolicy | None:
    """Return the customer managed policy of the caller's role, if the text shows only one."""
    if denial.role is None or "list-attached-role-policies" not in denial.failure.text:
        return None
    runs = list(find_runs(denial.failure))
    found: set[str] = set()
    for run in runs:
        role = run.command.option("role-name")
        if (
            run.command.words[1:2] == ("list-attached-role-policies",)
            and role
            and role.value == denial.role.name
        ):
            found.update(_POLICY.findall(run.output))
    if len(found) != 1:
        return None
    arn = found.pop()
    for run in runs:
        policy = run.command.option("policy-arn")
        if policy is not None and policy.value == arn and (version := _DEFAULT_VERSION.search(run.output)):
            return AttachedPolicy(arn, version["text"] or version["json"], version["day"] or version["date"])
    return AttachedPolicy(arn)
