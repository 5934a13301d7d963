"""Find the execution role of an ECS task, with which ECS starts it: its containers call with the task role.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one

# In a task definition, or in Terraform.
_EXECUTION_ROLE = lazy_pattern(
    r"(?a)\b[eE]xecution_?[rR]ole_?[aA]rn\"?\s?[:=]\s{0,20}\"?(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})"
)


def find_execution_role(text: str) -> str | None:
    """Return the ARN of the execution role, if the task definitions in a text have only one.

    >>> find_execution_role('"executionRoleArn": "arn:aws:iam::111122223333:role/start"')
    'arn:aws:iam::111122223333:role/start'
    """
    return only_one({each["arn"] for each in _EXECUTION_ROLE.finditer(text)})
