"""Check the explanations of KMS keys that CloudWatch Logs may not use, and of the rules of Step Functions."""

from __future__ import annotations

import pytest

from iamtriage import explain

DENIED = (
    "An error occurred (AccessDeniedException) when calling the {} operation: The specified KMS key does not exist or"
    " is not allowed to be used with {}'arn:{}:logs:{}:111122223333:log-group:/shop/cart'"
)
KEY = 'resource "aws_kms_key" "cart" {\n  description = "c"\n  tags = { team = "cart" }\n'


def _explain(text: str) -> str:
    return " ".join(str(explain(text)).split())


def test_default_key_policy() -> None:
    """A key without a policy in Terraform has the default one, whose statement the new policy keeps."""
    denied = DENIED.format("CreateLogGroup", "Arn ", "aws", "eu-north-1")
    shown = _explain(f"{denied}\n\n{KEY}}}\n")
    assert "aws_kms_key.cart sets no policy" in shown
    assert '"arn:aws:iam::111122223333:root"' in shown
    assert '"logs.eu-north-1.amazonaws.com"' in shown
    assert "get-key-policy" not in shown


def test_other_key_policy() -> None:
    """The policy of a key is not the default one if the text does not show that."""
    denied = DENIED.format("AssociateKmsKey", "LogGroup ", "aws-cn", "cn-north-1")
    for code in ("", f"{KEY}  policy = data.aws_iam_policy_document.cart.json\n}}\n"):
        shown = _explain(f"{denied}\n\n{code}")
        assert "sets no policy" not in shown
        assert "put-key-policy" in shown
        assert "(root) kms:*" in shown
        assert '"logs.cn-north-1.amazonaws.com.cn"' in shown


def test_invalid_parameter() -> None:
    """CloudWatch Logs and CloudFormation also report it as an invalid request."""
    denied = DENIED.format("AssociateKmsKey", "LogGroup ", "aws", "eu-north-1")
    event = (
        denied.partition(": ")[2]
        + ' (Service: CloudWatchLogs, Status Code: 400, Request ID: 1)" (RequestToken: a, HandlerErrorCode: InvalidRequest)'
    )
    for text in (
        denied.replace("AccessDeniedException", "InvalidParameterException"),
        f'CREATE_FAILED AWS::Logs::LogGroup Logs Resource handler returned message: "{event}',
    ):
        shown = _explain(
            f"{text}\nKmsKeyId: arn:aws:kms:eu-north-1:111122223333:key/1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809"
        )
        assert "does not allow CloudWatch Logs (logs.eu-north-1.amazonaws.com)" in shown
        assert "--key-id arn:aws:kms:eu-north-1:111122223333:key/1a2b3c4d" in shown


@pytest.mark.parametrize(
    ("resources", "rule"),
    [
        (("batch:submitJob.sync",), "StepFunctionsGetEventsForBatchJobsRule"),
        (("codebuild:startBuild.sync",), "StepFunctionsGetEventForCodeBuildStartBuildRule"),
        (
            ("states:startExecution.sync:2", "lambda:invoke"),
            "StepFunctionsGetEventsForStepFunctionsExecutionRule",
        ),
        (("ecs:runTask.sync", "batch:submitJob.sync"), "StepFunctionsGetEvent*"),
        ((), "StepFunctionsGetEvent*"),
    ],
)
def test_managed_rule(resources: tuple[str, ...], rule: str) -> None:
    """The policy names the rule of the only integration that the text shows."""
    role = "arn:aws:iam::111122223333:role/cart-sfn"
    states = "\n".join(f'"Resource": "arn:aws:states:::{each}"' for each in resources)
    shown = _explain(f"AccessDeniedException: '{role}' is not authorized to create managed-rule.\n\n{states}")
    assert f'rule/{rule}"' in shown
    # What Step Functions calls for each task that it waits for.
    assert ('"batch:TerminateJob"' in shown) is (resources == ("batch:submitJob.sync",))
    stated = '{"Effect": "Allow", "Action": ["batch:DescribeJobs", "batch:TerminateJob"], "Resource": "*"}'
    assert "sync also" not in _explain(
        f"{states}\n{stated}\nAccessDeniedException: '{role}' is not authorized to create managed-rule."
    )
