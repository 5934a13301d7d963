"""Check how an invocation that Lambda throttled is explained."""

import pytest

from iamtriage import explain
from tests.tables import check_rows

INVOKE = "An error occurred (TooManyRequestsException) when calling the Invoke operation: Rate Exceeded."


@check_rows(
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


@check_rows(
    ("before", "function"),
    [
        ("$ aws lambda invoke --function-name resize out.json\n", "resize"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:resize: ", "resize"),
        ("failed to invoke lambda 'thumb-maker': ", "thumb-maker"),
        ("Invoking thumb-maker (attempt 2)\n@aws-sdk/client-lambda ", "thumb-maker"),
        ("[lambda] invoked thumb-maker\n", "thumb-maker"),
        # Two functions, an adjective, and who calls.
        ("invoke thumb-maker failed, invoke mail-out failed @aws-sdk/client-lambda ", "FUNCTION"),
        ("@aws-sdk/client-lambda: cannot invoke cross-account: ", "FUNCTION"),
        ("lambda invoked by thumb-maker: ", "FUNCTION"),
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


@check_rows(
    ("shown", "said", "command"),
    [
        ('{\n    "ReservedConcurrentExecutions": 5\n}', "is 5, and 5 invocations are running", "put"),
        ("  ReservedConcurrentExecutions: 1", "is 1, and one invocation is running", "put"),
        ("  reserved_concurrent_executions = 20", "is 20, and 20 invocations are running", "put"),
        ('"ReservedConcurrentExecutions": 0', "is 0, which switches it off", "delete"),
        # Two functions, or no limit.
        ("reservedConcurrentExecutions: 5\nreservedConcurrentExecutions: 8", "used up, or is 0", "get"),
        ("reserved_concurrent_executions = -1", "used up, or is 0", "get"),
    ],
)
def test_reserved_concurrency_in_the_text(shown: str, said: str, command: str) -> None:
    text = f"{INVOKE}\nReason: ReservedFunctionConcurrentInvocationLimitExceeded\n{shown}"
    explanation = explain(text)
    assert said in explanation.summary
    assert f" lambda {command}-function-concurrency " in explanation.remedies[0].commands[0]
    assert not any("service-quotas" in each for remedy in explanation.remedies for each in remedy.commands)


def test_limit_of_the_account_is_not_that_of_the_function() -> None:
    text = f'{INVOKE}\nReason: ConcurrentInvocationLimitExceeded\n"ReservedConcurrentExecutions": 5'
    assert "the functions of the account" in explain(text).summary


@pytest.mark.parametrize("call", ["Promise.all", "Promise.allSettled", "asyncio.gather"])
def test_calls_that_start_at_once(call: str) -> None:
    text = (
        f"{INVOKE}\nReason: ReservedFunctionConcurrentInvocationLimitExceeded\n  at async {call} (index 37)"
    )
    assert f"({call} starts all" in explain(text).remedies[0].steps[0]


_FREE = '"UnreservedConcurrentExecutions": {}\n'


@check_rows(
    ("said", "value", "shown"),
    [
        (f"{_FREE.format(400)}about 80 workers call it at the same time", "VALUE", ""),
        (f"{_FREE.format(400)}about 80 calls at the same time", "80", "Of the account, 340 then stay unreserved."),
        (f"{_FREE.format(130)}about 80 calls at the same time", "VALUE", ""),
        ("~80 requests at once", "80", "of which 100 must stay unreserved"),
        ("We send 80 parallel requests every hour.", "80", "Or: run at most 20 invocations in parallel"),
        ("$ aws lambda get-account-settings --query AccountLimit.[ConcurrentExecutions,UnreservedConcurrentExecutions]\n[ 1000, 300 ]\n80 jobs in parallel", "80", "240 then stay unreserved"),
        ("We send 15 parallel requests.", "VALUE", ""),
        ("It should take 80 requests at once.", "VALUE", ""),
        ("80 requests at once, then 200 requests at once", "VALUE", ""),
        ("80 requests in a day", "VALUE", ""),
    ],
)  # fmt: skip
def test_number_of_calls_in_the_text(said: str, value: str, shown: str) -> None:
    text = f"{INVOKE}\nReason: ReservedFunctionConcurrentInvocationLimitExceeded\nreserved_concurrent_executions = 20\n"
    first = explain(text + said).remedies[0]
    assert f"--reserved-concurrent-executions {value} " in f"{first.commands[0]} "
    assert first.title.startswith("Raise the reserved concurrency to 80, or run fewer") is (value == "80")
    assert shown in " ".join(first.steps)
