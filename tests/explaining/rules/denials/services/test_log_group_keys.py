"""Check the explanations of KMS keys that CloudWatch Logs may not use, and of the rules of Step Functions."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

DENIED = (
    "An error occurred (AccessDeniedException) when calling the {} operation: The specified KMS key does not exist or"
    " is not allowed to be used with {}'arn:{}:logs:{}:111122223333:log-group:/shop/cart'"
)
KEY = 'resource "aws_kms_key" "cart" {\n  description = "c"\n  tags = { team = "cart" }\n'


def _explain(text: str) -> str:
    return " ".join(str(explain(text)).split())


@check_rows(
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
