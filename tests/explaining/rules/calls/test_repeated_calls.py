"""Throttled programs that make a call for each value."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_THROTTLED = "An error occurred (ThrottlingException) when calling the {} operation (reached max retries: 4): Rate exceeded\n"
_TITLE = "Read the values in fewer calls, and retry with backoff and jitter"


@check_rows(
    ("operation", "shown", "says"),
    [
        ("GetParameter", 'Traceback (most recent call last):\n  File "load.py", line 7, in load\n    ssm.get_parameter(Name=f"/till/live/{key}", WithDecryption=True)\n', 'Path="/till/live"'),
        ("GetParameter", "$ for p in a b c; do aws ssm get-parameter --name /till/live/$p; done\n", "aws ssm get-parameters-by-path --path /till/live --recursive"),
        ("GetParameter", "const v = await ssm.send(new GetParameterCommand({ Name: `/till/live/${key}` }))\n", "reads up to 10 parameters below /till/live in a call"),
        ("GetParameter", 'ssm.getParameter(GetParameterRequest.builder().name("/till/live/" + key).build());\n', "below /till/live in a call"),
        ("GetParameter", "loading 40 parameters\nfor name in names:\n    values[name] = ssm.get_parameter(Name=name)\n", "for each of 40 parameters. GetParameters reads up to 10 names"),
        ("GetSecretValue", "for s in secrets:\n    client.get_secret_value(SecretId=s)\n", "BatchGetSecretValue reads up to 20 secrets"),
        ("GetSecretValue", "ids.map(async (id) => client.getSecretValue({SecretId: id}))\n", "shows a call of GetSecretValue for each secret"),
        ("GetParameter", "while read -r name; do\n  aws ssm get-parameter --name $name\ndone\n", "shows a call of GetParameter for each parameter"),
        ("GetParameter", 'ssm.get_parameter(Name=f"/till/live/{key}")\n', "most likely it calls GetParameter for each parameter"),
    ],
    ids=["Python", "shell", "JavaScript", "Java", "loop", "secrets", "map", "lines", "composed name"],
)  # fmt: skip
def test_call_for_each_value(operation: str, shown: str, says: str) -> None:
    first = explain(_THROTTLED.format(operation) + shown).remedies[0]
    assert first.title == _TITLE
    assert says in " ".join((*first.steps, *first.commands, first.manifest or ""))
    # Retries come second.
    assert "The SDK gave up" in first.steps[1]


@check_rows(
    ("operation", "shown"),
    [
        ("GetParameter", 'ssm.get_parameter(Name="/till/live/key")\n'),
        ("GetParameter", "$ aws ssm get-parameter --name /till/live/key\n"),
        # A loop around another call.
        ("GetParameter", "for name in names:\n    print(name)\n\n\n\nssm.get_parameter(Name='/till/key')\n"),
        # A call that is tried again, words, and a name that differs in each environment.
        ("GetParameter", "for attempt in range(3):\n    value = ssm.get_parameter(Name='/till/key')\n"),
        ("GetParameter", "Looking for a way out of this: get_parameter of the library fails\n"),
        ("GetSecretValue", "It failed for most of the day:\nget_secret_value(SecretId='till')\n"),
        ("GetParameter", 'ssm.get_parameter(Name=f"/till/{stage}/key")\n'),
        ("GetParametersByPath", 'ssm.get_parameters_by_path(Path=f"/till/{stage}")\n'),
        ("DescribeInstances", "for i in ids:\n    ec2.describe_instances(InstanceIds=[i])\n"),
    ],
    ids=[
        "one name",
        "one command",
        "another call",
        "attempts",
        "words",
        "more words",
        "stage",
        "path",
        "another operation",
    ],
)
def test_no_call_for_each_value(operation: str, shown: str) -> None:
    assert explain(_THROTTLED.format(operation) + shown).remedies[0].title != _TITLE


_FAILED = "/till/{} An error occurred (ThrottlingException) when calling the GetParameter operation (reached max retries: 4): Rate exceeded\n"


@check_rows(
    ("text", "path"),
    [
        (_FAILED.format("live/key") + _FAILED.format("live/user"), "/till/live"),
        (_FAILED.format("live/key") + _FAILED.format("live/key"), None),
        (_FAILED.format("live/key") + _FAILED.format("qa/key"), None),
        ((_FAILED.format("a.py") + _FAILED.format("b.py")), None),
        (("File: " + _FAILED.format("live/key").replace(" An", "\nAn")) * 2, None),
    ],
)
def test_path_of_the_parameters_that_failed(text: str, path: str | None) -> None:
    steps = " ".join(explain(text).remedies[0].steps)
    assert (f"--path {path} --recursive" in steps) is (path is not None)
    assert ("a path with GetParametersByPath" in steps) is (path is None)


_LOOP = "for name in names:\n    values[name] = ssm.get_parameter(Name=name)\n"


@check_rows(
    ("shown", "says"),
    [
        (f"parallelism: 200 since Monday, before that 10.\n# 12 names\n{_LOOP}", "200 copies of the program (before: 10) with 12 calls each make 2400 calls at once."),
        (f"all 80 workers start at 06:00\nloading 30 parameters\n{_LOOP}", "80 workers with 30 calls each make 2400 calls at once."),
        (f"replicas: 200\n15 of 200 pods failed at startup\n{_LOOP}", "200 pods make such calls at the same time."),
        # What failed, what rests, and other numbers.
        (f"15 pods are Pending, 20 workers were idle\n{_LOOP}", None),
        (f"replicas: 1\n{_LOOP}", None),
        (f"replicas: 1\n---\nreplicas: 50\n{_LOOP}", None),
        (f"replicas: 40\n---\nreplicas: 50\n{_LOOP}", None),
        (f"all 80 workers start at 06:00\n300 keys in the cache\n{_LOOP}", "80 workers make such calls at the same time."),
        (f"the queue has 3000 tasks\n{_LOOP}", None),
        ('parallelism: 200\nssm.get_parameter(Name="/till/live/key")\n', None),
    ],
    ids=["setting", "words", "both", "other counts", "one", "one of two", "two programs", "other keys", "queue", "one call"],
)  # fmt: skip
def test_copies_of_a_program_that_call_at_once(shown: str, says: str | None) -> None:
    explanation = explain(_THROTTLED.format("GetParameter") + shown)
    assert ("at once" in explanation.causes[0].text or "same time" in explanation.causes[0].text) is (
        says is not None
    )
    steps = " ".join(explanation.remedies[0].steps)
    assert ("Start fewer copies at once" in steps) is (says is not None)
    if says is not None:
        assert explanation.causes[0].text.endswith(says)
        assert "CloudTrail" not in steps
