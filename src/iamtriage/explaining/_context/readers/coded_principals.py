"""Find the roles that code or a template in a text creates."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.template_resources import find_template_resources
from iamtriage.explaining._context.readers.terraform_code import find_resources


class CodedPrincipal(NamedTuple):
    """A role that code creates.

    Attributes:
        label: What the code calls it: its logical ID, or its label in Terraform.
        name: Its name in IAM; ``None`` unless the code states it.
        body: The rest of its code.
        address: How the code refers to it.
        is_terraform: Whether the code is Terraform's, and not a template of CloudFormation.
    """

    label: str
    name: str | None
    body: str
    address: str
    is_terraform: bool = False

    @property
    def arn(self) -> str:
        """How the code refers to its ARN."""
        return f"{self.address}.{'arn' if self.is_terraform else 'Arn'}"


def find_coded_principals(text: str) -> list[CodedPrincipal]:
    r"""Return the roles that Terraform's code or a template creates.

    >>> template = "  AppRole:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: app\n"
    >>> [(each.arn, each.name) for each in find_coded_principals(template)]
    [('AppRole.Arn', 'app')]
    """
    found = [
        CodedPrincipal(each.name, each.text_of("RoleName"), each.body, each.name)
        for each in find_template_resources(text, "AWS::IAM::Role")
    ]
    found += (
        CodedPrincipal(each.name, each.text_of("name"), each.body, each.address, is_terraform=True)
        for each in find_resources(text, "aws_iam_role")
    )
    return found


_ROLE_IN_CODE = lazy_pattern(r"aws_iam_role\.(?P<name>[\w-]{1,80})")


def find_referenced_role(text: str, reference: str) -> tuple[str | None, str | None]:
    """Return the address of the role that Terraform code refers to, and its name if the text has that and no path.

    >>> find_referenced_role("role = aws_iam_role.kb.name  # docs-kb", "aws_iam_role.kb.name")
    ('aws_iam_role.kb', 'docs-kb')
    """
    role = _ROLE_IN_CODE.match(reference)
    if role is None:
        return None, None
    created = [each for each in find_resources(text, "aws_iam_role") if each.name == role["name"]]
    if created:
        return role[0], None if "path" in created[0].arguments else created[0].text_of("name")
    # If another file creates it, people write the name into a comment.
    comment = (
        rf"{re.escape(role[0])}\.\w+[ \t]+(?:#|//)[ \t]*(?:name[ \t]*=[ \t]*)?\"?([\w+=,.@-]+)\"?[ \t]*$"
    )
    commented = re.search(comment, text, re.MULTILINE)
    return role[0], commented and commented[1]
