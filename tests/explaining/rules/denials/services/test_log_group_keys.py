"""Check the explanations of KMS keys that CloudWatch Logs may not use, and of the rules of Step Functions."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

DENIED = (
    "An error occurred (AccessDeniedException) when calling the {} operation: The specified KMS key does not exist or"
    " is not allowed to be used with {}'arn:{}:logs:{}:111122223333:log-group:/shop/cart'"
)


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


_SID = '{{"Sid": "CwLogs", "Effect": "Allow", "Principal": {{"Service": "logs.{}.amazonaws.com"}}, "Action": ["kms:Encrypt*", "kms:Decrypt*"], "Resource": "*", "Condition": {{"{}": {{"kms:EncryptionContext:aws:logs:arn": "{}"}}}}}}'
_ARN = "arn:aws:logs:{}:111122223333:{}"
_GROUP = _ARN.format("eu-north-1", "log-group:/shop/cart")
_HAS = "the statement CwLogs has "


@check_rows(
    ("statement", "words"),
    [
        (_SID.format("eu-west-3", "ArnLike", _ARN.format("eu-west-3", "*")), f"{_HAS}the principal logs.eu-west-3.amazonaws.com and kms:EncryptionContext:aws:logs:arn arn:aws:logs:eu-west-3:111122223333:*, and the log group is"),
        (_SID.format("eu-west-3", "ArnEquals", _GROUP), f"{_HAS}the principal logs.eu-west-3.amazonaws.com, and"),
        (_SID.format("eu-north-1", "ArnLike", _ARN.format("us-west-2", "log-group:/shop/*")), f"{_HAS}kms:EncryptionContext:aws:logs:arn arn:aws:logs:us-west-2:111122223333:log-group:/shop/*, and"),
        (_SID.format("eu-north-1", "ArnLike", _ARN.format("eu-north-1", "*")), "although the policy in the text names this service"),
        # The statement for another Region is right, and so is the one for this Region.
        (f'[{_SID.format("eu-west-3", "ArnLike", _ARN.format("eu-west-3", "*"))}, {_SID.format("eu-north-1", "ArnEquals", _GROUP)}]', "although the policy in the text names this service"),
        # A literal wildcard, another group, and no statement for the service.
        (_SID.format("eu-north-1", "StringEquals", _ARN.format("eu-north-1", "*")), "Most likely, the key policy does not allow"),
        ('{"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}', "Most likely, the key policy does not allow"),
        ("", "Most likely, the key policy does not allow"),
    ],
)  # fmt: skip
def test_key_policy(statement: str, words: str) -> None:
    """The statement of the key policy is compared with the Region and the log group."""
    for wording in ("Arn ", "LogGroup "):
        denied = DENIED.format("CreateLogGroup", wording, "aws", "eu-north-1")
        policy = f'{{"Version": "2012-10-17", "Statement": {statement}}}' if statement else ""
        explanation = explain(f"{denied}\n\n{policy}\n")
        assert words in explanation.summary
        assert explanation.topic == "service-principal"
        shown = str((explanation.remedies[0].policy or {}).get("Statement", ""))
        assert ("logs.eu-north-1.amazonaws.com" in shown) is ("although" not in words)
        assert "eu-west-3" not in shown
        assert "us-west-2" not in shown


def test_created_key() -> None:
    """Terraform created the key just before, and its code has the policy."""
    denied = DENIED.format("CreateLogGroup", "Arn ", "aws", "eu-north-1").replace("or is", "or\n│ is")
    statement = _SID.format("eu-west-3", "ArnLike", _ARN.format("eu-west-3", "*"))
    text = f"aws_kms_key.cart: Creation complete after 1s [id=1a2b3c4d-5e6f-4081-92a3-b4c5d6e7f809]\n╷\n│ Error: {denied}\n│\n│   with aws_cloudwatch_log_group.cart,\n╵\n{statement}\n"
    explanation = explain(text)
    assert "so it exists" in explanation.causes[0].text
    first = explanation.remedies[0]
    assert first.title == "Correct the statement CwLogs of the key policy in Terraform's code"
    assert "eu-west-3" not in str(first.policy)


def test_other_key_message() -> None:
    """Another message about a key is not about the principal of CloudWatch Logs."""
    denied = "An error occurred (AccessDeniedException) when calling the CreateLogGroup operation: {}"
    assert explain(denied.format("The key is in use")).topic != "service-principal"
