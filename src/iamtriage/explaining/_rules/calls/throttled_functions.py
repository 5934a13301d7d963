"""Explain that Lambda throttled the invocation of a function.

Lambda throttles invocations mostly by concurrency: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
(TooManyRequestsException), https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html and
https://repost.aws/knowledge-center/lambda-troubleshoot-throttling.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.calls import error_kind
from iamtriage.explaining._rules.calls.api_error_kinds import THROTTLED
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import AwsError

_CONCURRENCY = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html"
_INVOKE = lazy_pattern(r"Invoke(?:Async|WithResponseStream)?")
_REASON = lazy_pattern(
    r"\b(?P<of>Reserved|)(?:Function)?(?:ConcurrentInvocation|InvocationRate)LimitExceeded\b"
)
FUNCTION_CONCURRENCY = CauseType(
    "function-concurrency",
    title="The reserved concurrency of the Lambda function is used up",
    text="The function's reserved concurrency is used up. If it is 0, the function is switched off, and every invocation fails.",
    recognised_by="Lambda gives the reason ReservedFunctionConcurrentInvocationLimitExceeded.",
    fix="Raise or delete the function's reserved concurrency, or invoke it less in parallel.",
    of="throttled",
    sources=(_CONCURRENCY,),
)
ACCOUNT_CONCURRENCY = CauseType(
    "account-concurrency",
    title="The functions of the account use up its concurrency in the Region",
    text="The functions of the account together use up its concurrency in the Region: 1000 by default, often 10 in a new account.",
    recognised_by="Lambda gives the reason ConcurrentInvocationLimitExceeded.",
    fix="Invoke functions less in parallel, or request a higher quota for concurrent executions.",
    of="throttled",
    sources=(_CONCURRENCY,),
)


def _is_invocation(case: Case[AwsError]) -> bool:
    """Return whether Lambda throttled an invocation, not another call of its API."""
    operation, service = case.operation, case.service
    if "TooManyRequests" not in clues.error_code(case.failure) or "CallerRateLimitExceeded" in case.text:
        return False
    is_invocation = operation is not None and _INVOKE.fullmatch(operation) is not None
    if service == "lambda":
        # Step Functions reports no operation.
        return operation is None or is_invocation
    return service is None and (is_invocation or _REASON.search(case.text) is not None)


def explain_throttled_invocation(case: Case[AwsError]) -> Explanation | None:
    """Explain which limits an invocation can have exceeded, or the one that Lambda names."""
    if not _is_invocation(case):
        return None
    found = _REASON.search(case.text)
    reason = (
        "its concurrency, or that of the account in the Region, is used up, or the calls are too frequent"
    )
    because = error_kind.code_evidence(case.failure)
    causes = [FUNCTION_CONCURRENCY.cause(), ACCOUNT_CONCURRENCY.cause()]
    text = "Lambda did not run the function."
    if found is not None:
        because += (f"The text states the reason {found[0]}.",)
        if "Rate" in found[0]:
            reason = "it is invoked too often: the limit is 10 invocations a second for each unit of its concurrency"
        else:
            cause = FUNCTION_CONCURRENCY if found["of"] else ACCOUNT_CONCURRENCY
            causes = [cause.cause("derived", because[-1:])]
            reason = "its reserved concurrency is used up, or is 0"
            if not found["of"]:
                reason = "the functions of the account use up its concurrency in the Region"
    name = _name_function(case)
    title = "Invoke less in parallel, or raise the limit"
    called = "the function" if name == "FUNCTION" else f"the function {name}"
    return case.explain(
        f"Lambda throttled the invocation of {called}: {reason}. No permission is missing.",
        THROTTLED.cause("reported", because, text=text),
        *causes,
        remedies=(
            your_remedy(
                title if found else "Find out which limit is reached, and invoke less in parallel",
                "The first command prints the function's reserved concurrency (nothing, if it has none), the second what the account has in the Region. Compare them with the metrics ConcurrentExecutions (maximum) and Throttles (sum) of the function and of the Region in CloudWatch.",
                "If the reserved concurrency is 0, someone switched the function off: no retry helps. Otherwise, run fewer callers in parallel and retry with exponential backoff and jitter.",
                "If nobody waits for the response, invoke asynchronously (--invocation-type Event) or through an SQS queue: Lambda then retries. A faster function needs less concurrency.",
                commands=(
                    f"aws lambda get-function-concurrency --function-name {name} --region REGION",
                    "aws lambda get-account-settings --query AccountLimit --region REGION",
                ),
                url=_CONCURRENCY,
            ),
            account_remedy(
                "Raise the limit that is reached: the function's reserved concurrency or the account's quota",
                "Reserved concurrency is taken from that of the account, of which 100 must stay unreserved.",
                "The command delete-function-concurrency lets the function use the unreserved concurrency again. The last command requests a higher quota for the account.",
                commands=(
                    f"aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions VALUE --region REGION",
                    "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value VALUE --region REGION",
                ),
                url=_CONCURRENCY,
            ),
        ),
    )


def _name_function(case: Case[AwsError]) -> str:
    """Return the function that was invoked; a log group is that of the calling function."""
    stated = case.context.function
    is_called = stated is not None and not stated.words.startswith(("/aws/lambda/", "AWS_LAMBDA"))
    if stated is None or not is_called or re.fullmatch(r"[\w-]{1,64}", stated.value, re.ASCII) is None:
        return "FUNCTION"
    return stated.value
