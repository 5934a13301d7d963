"""Check how an invocation that Lambda throttled is explained."""

import pytest

from iamtriage import explain

INVOKE = "An error occurred (TooManyRequestsException) when calling the Invoke operation: Rate Exceeded."


@pytest.mark.parametrize(
    ("reason", "codes"),
    [
        ("ReservedFunctionConcurrentInvocationLimitExceeded", ["throttled", "function-concurrency"]),
        ("ConcurrentInvocationLimitExceeded", ["throttled", "account-concurrency"]),
        (
            "FunctionInvocationRateLimitExceeded",
            ["throttled", "function-concurrency", "account-concurrency"],
        ),
        ("CallerRateLimitExceeded", ["throttled"]),
    ],
)
def test_reason_names_the_limit(reason: str, codes: list[str]) -> None:
    text = f"TooManyRequestsException: Rate Exceeded.\n    at de (/app/node_modules/@aws-sdk/client-lambda/dist-cjs/index.js:2:1)\n  Reason: '{reason}'"
    assert [each.code for each in explain(text).causes] == codes


@pytest.mark.parametrize(
    ("before", "function"),
    [
        ("$ aws lambda invoke --function-name resize out.json\n", "resize"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:resize: ", "resize"),
        # The log group is of the function that calls.
        ("/aws/lambda/caller ", "FUNCTION"),
        ("", "FUNCTION"),
    ],
)
def test_invoked_function_is_looked_up(before: str, function: str) -> None:
    command = explain(before + INVOKE).remedies[0].commands[0]
    assert command.startswith(f"aws lambda get-function-concurrency --function-name {function} ")


@pytest.mark.parametrize("operation", ["UpdateFunctionCode", "InvokeModel"])
def test_other_throttled_calls_have_no_concurrency(operation: str) -> None:
    text = INVOKE.replace("Invoke", operation)
    assert [each.code for each in explain(text).causes] == ["throttled"]
