"""Advise programs that make too many calls at the same time, such as calls of Bedrock models, and notebooks.

Sources:
https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-runtime.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-token-burndown.html and
https://docs.aws.amazon.com/boto3/latest/guide/retries.html
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.failures._failures import AwsError

_MODEL_CALL = lazy_pattern(r"(?:Converse(?:Stream)?|InvokeModel(?:WithResponseStream)?)\Z")
MODEL_LIMITS = "Bedrock limits the requests and the tokens per minute of an account for each model in a Region, all callers together."
"""Whose calls of a model count."""
FEWER_AT_ONCE = "Run fewer calls at the same time."
FEWER_TOKENS = (
    "Set maxTokens no higher than needed: while a model answers, it counts against the quota of tokens."
)
RAISE_MODEL_QUOTA = account_remedy(
    "If that is not enough, request a higher quota of the model, or use its cross-Region inference profile",
    "Service Quotas lists the quotas per minute by model, under Amazon Bedrock. For many prompts whose answers are not urgent, use batch inference.",
    url=pages.QUOTAS,
)
# In code, or as the option of a command in a shell.
_WORKERS = lazy_pattern(
    r"(?a)\b(?:max_workers|n_jobs|max_?[cC]oncurrency|concurrency)[\"']?\s?[:=]\s?(?P<value>\d{1,4})\b"
    r"|\b(?:ThreadPoolExecutor|ProcessPoolExecutor|(?:Thread)?Pool|(?:Bounded)?Semaphore|pLimit|newFixedThreadPool)\((?:processes=)?(?P<pool>\d{1,4})\)"
    r"|\b(?:xargs [^\n|;]{0,80}?-P|parallel [^\n|;]{0,80}?-j) ?(?P<jobs>\d{1,4})\b"
)
_MANY = 16


def calls_model(case: Case[AwsError]) -> bool:
    """Return whether the throttled call is of a model of Bedrock."""
    return _MODEL_CALL.match(case.operation or "") is not None


def describe_workers(text: str) -> str | None:
    """Return how a text sets the number of calls at the same time to a lower one, if it sets only one.

    >>> describe_workers("with ThreadPoolExecutor(max_workers=32) as pool:")
    'Run fewer calls at the same time: lower max_workers=32, such as to 4.'
    """
    found = {each[0]: int(each[each.lastgroup or 0]) for each in _WORKERS.finditer(text)}
    if len(found) != 1:
        return None
    [(words, count)] = found.items()
    lower = f", such as to {count // 8}" if count >= _MANY else ""
    return f"{FEWER_AT_ONCE[:-1]}: lower {clip_text(words)}{lower}." if count > 1 else None


def set_in_notebook(made: int, attempts: int) -> str:
    """Return how a notebook sets the retries: it does not see variables that are set later.

    Args:
        made: How many attempts the SDK made, 0 if that is unknown.
        attempts: How many it should make, 0 for as many as before.
    """
    gave_up = f"The SDK gave up after {made} attempts. " if made else ""
    more = f', "max_attempts": {attempts}' if attempts else ""
    return f'{gave_up}The retry mode adaptive backs off with jitter and sends more slowly: create the client again with config=botocore.config.Config(retries={{"mode": "adaptive"{more}}}).'
