"""Check what a throttled program is told about the calls that it makes at the same time, and in a notebook."""

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "ThrottlingException: An error occurred (ThrottlingException) when calling the {} operation (reached max retries: 4): Too many requests, please wait before trying again.\n"
_PROGRAM = "Traceback (most recent call last):\n"


def _steps(text: str) -> str:
    return " ".join(explain(text).remedies[0].steps)


@check_rows(
    ("code", "lower"),
    [
        ("with ThreadPoolExecutor(max_workers=32) as ex:\n", "lower max_workers=32, such as to 4."),
        ("pool = multiprocessing.Pool(processes=24)\n", "lower Pool(processes=24), such as to 3."),
        ("const limit = pLimit(20)\n", "lower pLimit(20), such as to 2."),
        ("slots = asyncio.Semaphore(50)\n", "lower Semaphore(50), such as to 6."),
        ("$ cat ids | xargs -n 1 -P 16 ./tag.sh\n", "lower xargs -n 1 -P 16, such as to 2."),
        ("map(rows, label, { concurrency: 8 })\n", "lower concurrency: 8."),
        # One worker, two settings, and none.
        ("with ThreadPoolExecutor(max_workers=1) as ex:\n", None),
        ("ThreadPoolExecutor(max_workers=4)\nThreadPoolExecutor(max_workers=64)\n", None),
        ("for row in rows:\n", None),
    ],
)
@check_rows("operation", ["Converse", "PutRule"])
def test_number_of_calls_at_the_same_time(code: str, lower: str | None, operation: str) -> None:
    steps = _steps(f"{_PROGRAM}{code}{_DENIED.format(operation)}")
    assert (f"Run fewer calls at the same time: {lower}" in steps) is (lower is not None)
    assert ("count the events of the operation" in steps) is (lower is None)


@check_rows(
    ("operation", "is_of_model"),
    [
        ("Converse", True),
        ("InvokeModelWithResponseStream", True),
        ("InvokeAgent", False),
        ("GetQueueUrl", False),
    ],
)
def test_quota_of_a_model(operation: str, *, is_of_model: bool) -> None:
    explanation = explain(f"{_PROGRAM}{_DENIED.format(operation)}")
    shown = explanation.to_text(detail="full")
    assert ("for each model in a Region" in explanation.causes[0].text) is is_of_model
    assert ("use batch inference" in shown) is is_of_model
    assert ("Set maxTokens" in shown) is is_of_model


_TOKENS = _DENIED.replace("Too many requests", "Too many tokens")


@check_rows(
    ("code", "says"),
    [
        ('{"inferenceConfig": {"maxTokens": 4096}}\n', "Set maxTokens: 4096 no higher than"),
        (".inferenceConfig(c -> c.maxTokens(6000))\n", "Set maxTokens(6000) no higher than"),
        ("body = {'max_tokens': 900}\n", "Set max_tokens: 900 no higher than"),
        # Two values, and none.
        ("maxTokens=100\nmaxTokens=200\n", "Set maxTokens no higher than"),
        ("temperature=0.2\n", "Set maxTokens no higher than"),
    ],
)
def test_tokens_of_a_model(code: str, says: str) -> None:
    assert says in _steps(f"{_PROGRAM}{code}{_TOKENS.format('Converse')}")


@check_rows(
    ("text", "many"),
    [
        (_TOKENS.format("Converse"), "tokens"),
        (_DENIED.format("Converse"), "calls"),
        (_TOKENS.format("PutRule"), "calls"),
        (f"Too many tokens in the cache\n{_DENIED.format('Converse')}", "calls"),
    ],
)
def test_what_is_too_much(text: str, many: str) -> None:
    assert f": too many {many} in a short time" in explain(f"{_PROGRAM}{text}").summary


@check_rows(
    ("before", "is_notebook"),
    [
        ("Cell In[7], line 4\n----> 4 label(row)\n", True),
        ("In [3]: label(row)\n", True),
        (_PROGRAM, False),
    ],
)
@check_rows("operation", ["Converse", "ListQueues"])
def test_notebook_sets_the_retries_in_its_client(before: str, operation: str, *, is_notebook: bool) -> None:
    steps = _steps(f"{before}{_DENIED.format(operation)}")
    config = 'config=botocore.config.Config(retries={"mode": "adaptive", "max_attempts": 10})'
    assert (config in steps) is is_notebook
    assert ("in the environment" in steps) is not is_notebook


def test_notebook_with_enough_attempts_only_slows_down() -> None:
    text = f"In [3]: label(row)\n{_DENIED.format('Converse').replace('retries: 4', 'retries: 11')}"
    assert 'Config(retries={"mode": "adaptive"})' in _steps(text)


_FRAMES = "ThrottlingException: Rate exceeded\n    at de_CommandError (/srv/node_modules/@aws-sdk/client-{}/dist-cjs/index.js:12:3)\n    at async Promise.all (index {})\n    at async {} (/srv/app.js:4:5)\n{}"


@check_rows(
    ("service", "index", "function", "more", "says"),
    [
        ("ssm", 14, "readSettings", "", "The program makes at least 15 calls at once (Promise.all)."),
        ("ssm", 5, "loadParams", "scaling up from 2 to 30 pods\n", "at least 6 calls at once (Promise.all), and 28 more pods started at the same time."),
        ("ssm", 0, "fetchConfig", "service scaled 4 -> 60 tasks\n", "56 more tasks started at the same time."),
        ("ssm", 0, "loadConfig", "", None),
        ("ssm", 0, "loadConfig", "service scaled 60 -> 4 tasks\n", None),
        ("ssm", 9, "runCommands", "", None),
        ("ssm", 9, "getEnvironments", "", None),
        ("ec2", 9, "loadConfig", "", None),
    ],
)  # fmt: skip
def test_parameters_that_a_program_reads_at_its_start(
    service: str, index: int, function: str, more: str, says: str | None
) -> None:
    explanation = explain(_FRAMES.format(service, index, function, more))
    is_read = service == "ssm" and function not in {"runCommands", "getEnvironments"}
    assert ("a call of SSM" in explanation.summary) is (service == "ssm")
    assert ("GetParametersByPath" in " ".join(explanation.remedies[0].steps)) is is_read
    assert ("high-throughput-enabled" in explanation.to_text(detail="full")) is is_read
    assert (says or "at once") in explanation.causes[0].text or says is None
    assert ("Start fewer copies at once" in " ".join(explanation.remedies[0].steps)) is (says is not None)
