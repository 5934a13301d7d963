"""Explain that Lambda throttled the invocation of a function.

Lambda throttles invocations mostly by concurrency: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
(TooManyRequestsException), https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html and
https://repost.aws/knowledge-center/lambda-troubleshoot-throttling.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import lower_first
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
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
# The limit in an output of the AWS CLI, in a template or in code.
_RESERVED = lazy_pattern(
    r"\b(?:[Rr]eservedConcurrentExecutions|reserved_concurrent_executions)\b[\"']?\s{0,20}[:=]\s{0,4}[\"']?(\d{1,5})\b"
)
_ALL_AT_ONCE = lazy_pattern(r"\b(?:Promise\.all(?:Settled)?|asyncio\.gather)\b")
# How many calls people say come at the same time. The match ends before "once", which otherwise begins a condition.
_CALLS = r"(?:calls?|clients?|events?|executions?|invocations?|items?|jobs?|messages?|requests?|tasks?|threads?|users?|workers?)"
_NEEDED = lazy_pattern(
    rf"(?i)(?<![\w.,:-])~?(?P<calls>\d{{2,4}}) (?:\w{{1,12}} )?{_CALLS}(?= (?:all )?(?:at once|at the same time|concurrently|in parallel|simultaneously)\b)"
    rf"|(?<![\w.,:-])~?(?P<parallel>\d{{2,4}}) (?:concurrent|parallel|simultaneous) {_CALLS}\b"
)
# What get-account-settings prints, also of both values.
_UNRESERVED = lazy_pattern(
    r"\bUnreservedConcurrentExecutions(?:[\"']?\s?[:=]\s?|\][\"']?[^\n]{0,80}\n\s{0,8}\[?\s{0,8}\d{1,6},?\s{1,8})(\d{1,6})\b"
)
_KEPT_UNRESERVED = 100
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
    name = _name_function(case)
    remedies: tuple[Remedy, ...] = (_find_limit(name, is_known=found is not None), _raise_limit(name))
    if found is not None:
        because += (f"The text states the reason {found[0]}.",)
        if "Rate" in found[0]:
            reason = "it is invoked too often: the limit is 10 invocations a second for each unit of its concurrency"
        elif found["of"]:
            reserved = only_one({int(each) for each in _RESERVED.findall(case.failure.text)})
            reason = "its reserved concurrency is used up, or is 0"
            text = "It is the limit of the function itself: the account's quota and the rate of calls are not the cause."
            if reserved == 0:
                reason = "its reserved concurrency is 0, which switches it off"
                text = "Every invocation fails: no retry helps."
            elif reserved:
                reason = f"its reserved concurrency is {reserved}, and {'one invocation is' if reserved == 1 else f'{reserved} invocations are'} running"
            causes = [FUNCTION_CONCURRENCY.cause("derived", because[-1:], text=text)]
            remedies = (_raise_reserved(case, name, reserved),)
        else:
            causes = [ACCOUNT_CONCURRENCY.cause("derived", because[-1:])]
            reason = "the functions of the account use up its concurrency in the Region"
    called = "the function" if name == "FUNCTION" else f"the function {name}"
    return case.explain(
        f"Lambda throttled the invocation of {called}: {reason}. No permission is missing.",
        THROTTLED.cause("reported", because, text="Lambda did not run the function."),
        *causes,
        remedies=remedies,
    )


_WITHOUT_WAITING = "If nobody waits for the response, invoke asynchronously (--invocation-type Event) or through an SQS queue: Lambda then retries. A faster function needs less concurrency."


def _raise_reserved(case: Case[AwsError], name: str, reserved: int | None) -> Remedy:
    """Return how to stay within the reserved concurrency of a function, which Lambda names, or to raise it."""
    show = f"aws lambda get-function-concurrency --function-name {name} --region REGION"
    if reserved == 0:
        return account_remedy(
            "Ask why the function was switched off, and delete its reserved concurrency",
            commands=f"aws lambda delete-function-concurrency --function-name {name} --region REGION",
            url=_CONCURRENCY,
        )
    at_once = _ALL_AT_ONCE.search(case.failure.text)
    calls = f" ({at_once[0]} starts all its calls at once)" if at_once else ""
    most = f"at most {reserved}" if reserved else "fewer"
    step = f"Run {most} invocations in parallel{calls}. Retry with exponential backoff and jitter."
    purpose = "Before you raise the limit, or remove it with delete-function-concurrency, ask whether it protects something, such as a database."
    zero = "" if reserved else " If it is 0, someone switched the function off: no retry helps."
    title = "Run fewer invocations at the same time, or raise the reserved concurrency"
    steps = (step, _WITHOUT_WAITING, f"{purpose}{zero}")
    needed, fits = _find_needed(case.failure.text, reserved)
    value = str(needed or "VALUE")
    if needed:
        title = f"Raise the reserved concurrency to {value}, or run fewer invocations at the same time"
        steps = (f"{purpose} {fits}", f"Or: {lower_first(step)}", _WITHOUT_WAITING)
    change = f"aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions {value} --region REGION"
    return your_remedy(
        title,
        *steps,
        commands=(None if reserved else show, change if reserved else Labelled("To raise it:", change)),
        url=_CONCURRENCY,
    )


def _find_needed(text: str, reserved: int | None) -> tuple[int | None, str]:
    """Return how many invocations the text says come at once, if the account can reserve as many, and what it takes."""
    stated = {int(each["calls"] or each["parallel"]) for each in _NEEDED.finditer(text)}
    needed = only_one(stated) if any(find_said(text, _NEEDED)) else None
    free = only_one({int(each) for each in _UNRESERVED.findall(text)})
    if not reserved or needed is None or needed <= reserved:
        return None, ""
    if free is None:
        return (
            needed,
            f"It is taken from that of the account, of which {_KEPT_UNRESERVED} must stay unreserved.",
        )
    left = free - needed + reserved
    return (
        (needed, f"Of the account, {left} then stay unreserved.") if left >= _KEPT_UNRESERVED else (None, "")
    )


def _find_limit(name: str, *, is_known: bool) -> Remedy:
    title = "Run fewer invocations at the same time, or raise the limit"
    return your_remedy(
        title if is_known else "Find out which limit is reached, and run fewer invocations at the same time",
        "Compare the limits with the metrics ConcurrentExecutions (maximum) and Throttles (sum) of the function and of the Region in CloudWatch.",
        "If the reserved concurrency is 0, someone switched the function off: no retry helps. Otherwise, run fewer callers in parallel and retry with exponential backoff and jitter.",
        _WITHOUT_WAITING,
        commands=(
            {
                "The function's reserved concurrency (nothing, if it has none):": f"aws lambda get-function-concurrency --function-name {name} --region REGION",
                "What the account has in the Region:": "aws lambda get-account-settings --query AccountLimit --region REGION",
            },
        ),
        url=_CONCURRENCY,
    )


def _raise_limit(name: str) -> Remedy:
    return account_remedy(
        "Raise the limit that is reached: the function's reserved concurrency or the account's quota",
        "Reserved concurrency is taken from that of the account, of which 100 must stay unreserved.",
        "The command delete-function-concurrency lets the function use the unreserved concurrency again.",
        commands=(
            f"aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions VALUE --region REGION",
            Labelled(
                "Or request a higher quota for the account:",
                "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value VALUE --region REGION",
            ),
        ),
        url=_CONCURRENCY,
    )


def _name_function(case: Case[AwsError]) -> str:
    """Return the function that was invoked; a log group is that of the calling function."""
    stated = case.context.function
    is_called = stated is not None and not stated.words.startswith(("/aws/lambda/", "AWS_LAMBDA"))
    if stated is None or not is_called or re.fullmatch(r"[\w-]{1,64}", stated.value, re.ASCII) is None:
        return "FUNCTION"
    return stated.value
