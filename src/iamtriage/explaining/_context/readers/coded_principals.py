"""Find the roles that code or a template in a text creates."""

from __future__ import annotations

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
