"""Know the names that CloudFormation generates for the roles of a stack.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

GENERATED_NAME = lazy_pattern(
    r"(?a)(?P<stack>[A-Za-z][\w-]{0,127})-(?P<id>[A-Za-z][A-Za-z0-9]{0,254})-(?=[A-Za-z]{0,12}[0-9])(?=[0-9a-z]{0,12}[A-Z])(?![0-9]{8}T)[0-9A-Za-z]{12,13}"
)
"""The stack, the logical ID and random characters, of which some are capital letters. A time has only a T."""


def describe_stack_of_role(role_name: str) -> str | None:
    """Return where to change a role, as a sentence, if its name shows that CloudFormation created it.

    >>> describe_stack_of_role("web-FnRole-1QZ8XKEXAMPLE").partition(":")[0]
    'A CloudFormation stack created the role'
    >>> describe_stack_of_role("web-FnRole"), describe_stack_of_role("eksctl-web-NodeInstanceRole-1QZ8XKEXAMPLE")
    (None, None)
    """
    found = None if role_name.startswith("eksctl-") else GENERATED_NAME.fullmatch(role_name)
    if found is None or "role" not in found["id"].lower():
        return None
    return f"A CloudFormation stack created the role: add the statement to {found['id']} in its template, too. The stack cannot delete a role with a policy that it did not add."
