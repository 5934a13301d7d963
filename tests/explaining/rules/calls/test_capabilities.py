"""CloudFormation requires an acknowledgement of IAM resources and macros: which one, and with which command."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_ERROR = "An error occurred (InsufficientCapabilitiesException) when calling the {} operation: Requires capabilities : [{}]"
_DEPLOY = "$ aws cloudformation deploy --stack-name harbor --template-file iam.yaml{}\n"
_TERRAFORM = """╷
│ Error: creating CloudFormation Stack (harbor): operation error CloudFormation: CreateStack, https response error StatusCode: 400, RequestID: 0a1b, InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_NAMED_IAM]
│
│   with aws_cloudformation_stack.harbor,
│   on main.tf line 7, in resource "aws_cloudformation_stack" "harbor":
╵"""


@check_rows(
    ("text", "has", "cause", "line"),
    [
        (
            _DEPLOY.format(" --capabilities CAPABILITY_IAM") + _ERROR.format("CreateChangeSet", "CAPABILITY_NAMED_IAM"),
            "acknowledge, with CAPABILITY_NAMED_IAM, that the template has IAM resources with custom names.",
            "CAPABILITY_IAM is not enough",
            "harbor --template-file iam.yaml --capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM",
        ),
        (
            _DEPLOY.format("") + _ERROR.format("CreateChangeSet", "CAPABILITY_IAM"),
            "with CAPABILITY_IAM, that the template has IAM resources.",
            "lacks CAPABILITY_IAM.",
            "iam.yaml --capabilities CAPABILITY_IAM",
        ),
        (
            "$ sam deploy --guided\n" + _ERROR.format("CreateChangeSet", "CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND"),
            "CAPABILITY_NAMED_IAM and CAPABILITY_AUTO_EXPAND, that the template has IAM resources with custom names and uses macros.",
            "CAPABILITY_IAM is not enough",
            "sam deploy --capabilities CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND",
        ),
        (_ERROR.format("CreateStack", "CAPABILITY_AUTO_EXPAND"), "that the template uses macros.", "lacks CAPABILITY_AUTO_EXPAND", "STACK_NAME"),
        # The error alone does not say which one.
        (
            "botocore.errorfactory.InsufficientCapabilitiesException: An error occurred (InsufficientCapabilitiesException) when calling the UpdateStack operation: ",
            "acknowledge that the template has IAM resources or uses macros.",
            "creates IAM resources or expands macros",
            "--capabilities CAPABILITY_NAMED_IAM",
        ),
    ],
)  # fmt: skip
def test_missing_capability(text: str, has: str, cause: str, line: str) -> None:
    explanation = explain(text)
    assert f"{has} No permission is missing." in explanation.summary
    assert cause in explanation.causes[0].text
    assert line in explanation.remedies[0].commands[0]


def test_argument_of_terraform() -> None:
    first = explain(_TERRAFORM).remedies[0]
    assert (first.commands, first.manifest) == ((), 'capabilities = ["CAPABILITY_NAMED_IAM"]')
