"""What makes fewer calls depends on the call: for one cluster, for one resource or for many."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_THROTTLED = "botocore.exceptions.ClientError: An error occurred (ThrottlingException) when calling the {} operation (reached max retries: 4): Rate exceeded"


@check_rows(
    ("operation", "facts", "words"),
    [
        ("DescribeCluster", {"cluster": "prod", "region": "us-east-1"}, "aws eks update-kubeconfig once"),
        ("DescribeInstances", {}, "for many resources in one call"),
        ("DescribeTable", {}, "keep the response"),
        # EMR and Redshift have clusters, too.
        ("DescribeCluster", {}, "keep the response"),
    ],
)
def test_fewer_calls(operation: str, facts: dict[str, str], words: str) -> None:
    steps = " ".join(explain(_THROTTLED.format(operation), facts=facts).remedies[0].steps)
    assert words in steps


_SCRIPT = "ThrottlingException: Rate exceeded\n    at de_CommandError ({}/node_modules/@aws-sdk/client-{}/dist-cjs/index.js:4512:14)\n    at async load ({}/app.js:18:15)   // {}\n{{ '$metadata': {{ httpStatusCode: 400, attempts: 3, totalRetryDelay: 412 }} }}"


@check_rows(
    ("place", "client", "comment", "words", "other"),
    [
        ("/var/task", "ssm", "14 x GetParameterCommand", "up to 10 names with GetParameters", "not there"),
        ("/var/task", "ssm", "new GetParameterCommand({})", "Secrets Lambda Extension", "not there"),
        ("/srv", "secrets-manager", "GetSecretValueCommand", "cache the secret", "Extension"),
        ("/srv", "ssm", "GetParameterCommand, PutParameterCommand", "cache results", "up to 10 names"),
    ],
)
def test_fewer_calls_of_a_command_class(
    place: str, client: str, comment: str, words: str, other: str
) -> None:
    steps = " ".join(explain(_SCRIPT.format(place, client, place, comment)).remedies[0].steps)
    assert words in steps
    assert other not in steps
    assert "gave up after 3 attempts" in steps


@check_rows(
    ("call", "words"),
    [
        ("SecretsManager.getSecretValue", "cache the secret"),
        ("ssm.get_parameter", "up to 10 names with GetParameters"),
        ("SsmClient.getParameter, once per request", "up to 10 names with GetParameters"),
        # These are no calls of AWS.
        ("Vault.getSecretValue", "cache results"),
        ("ssm.loadAll", "cache results"),
        ("ssm.getParameter and kms.decryptAll, kms.reEncrypt", "cache results"),
    ],
)
def test_fewer_calls_of_a_method(call: str, words: str) -> None:
    steps = " ".join(
        explain(f"ThrottlingException: Rate exceeded\n  at {call} in the Region us-east-1").remedies[0].steps
    )
    assert words in steps


@check_rows(
    ("words", "says"),
    [
        ("We set maxRetries to 20 already.", "The SDK already has 20 attempts."),
        ("AWS_MAX_ATTEMPTS=12 is set.", "The SDK already has 12 attempts."),
        ('{"max_attempts": 3}', "The SDK gave up after 5 attempts."),
        ("", "The SDK gave up after 5 attempts."),
    ],
)
def test_attempts_that_the_text_sets(words: str, says: str) -> None:
    steps = explain(f"{_THROTTLED.format('GetParametersByPath')}\n{words}").remedies[0].steps
    assert steps[0].startswith(says)
    assert "at most 10 parameters for each call" in steps[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("(ssm GetParameterCommand, in a loop over 12 names)", "up to 10 names with GetParameters"),
        ("await client.send(new GetSecretValueCommand(input))", "cache the secret in the program"),
        ("aws ssm:SendCommand was fine", "cache results, use filters and large pages"),
    ],
)
def test_command_of_the_sdk_for_javascript(words: str, says: str) -> None:
    """The class is named after the operation, also without the package of the client."""
    entry = '2026-11-27T07:00:04.913Z 9f3e1c52 ERROR Invoke Error {"errorType":"ThrottlingException","errorMessage":"Rate exceeded"}'
    assert says in " ".join(explain(f"{entry}\n\n{words}").remedies[0].steps)


@check_rows(
    ("shown", "operation", "is_repeated"),
    [
        ("describe_volumes(VolumeIds=['vol-0a1b2c3d4e5f60718']) ok\ndescribe_volumes(VolumeIds=['vol-0a1b2c3d4e5f60719']) ok", "DescribeVolumes", True),
        ("+ aws ec2 describe-volumes --volume-ids vol-0a1b2c3d\n+ aws ec2 describe-volumes --volume-ids vol-0a1b2c3e", "DescribeVolumes", True),
        # The same volume again and again, several in one call, another operation, and one name at a time.
        ("describe_volumes(VolumeIds=['vol-0a1b2c3d']) ok\ndescribe_volumes(VolumeIds=['vol-0a1b2c3d']) ok", "DescribeVolumes", False),
        ("describe_volumes(VolumeIds=['vol-0a1b2c3d', 'vol-0a1b2c3e']) ok\ndescribe_volumes(VolumeIds=['vol-0a1b2c3f']) ok", "DescribeVolumes", False),
        ("delete_volume(VolumeId='vol-0a1b2c3d') ok\ndelete_volume(VolumeId='vol-0a1b2c3e') ok", "DescribeVolumes", False),
        ("for v in volumes:\n    ec2.describe_volumes(Filters=[mine])", "DescribeVolumes", False),
        ("describe_volumes req-0a1b2c3d\ndescribe_volumes req-0a1b2c3e", "DescribeVolumes", False),
        ("describe_table(TableName='a-0a1b2c3d')\ndescribe_table(TableName='a-0a1b2c3e')", "DescribeTable", False),
    ],
)  # fmt: skip
def test_calls_for_one_resource_after_another(shown: str, operation: str, *, is_repeated: bool) -> None:
    explanation = explain(f"{shown}\n{_THROTTLED.format(operation)}")
    assert ("one for each resource" in explanation.summary) is is_repeated
    assert ("Pass a list of IDs" in explanation.remedies[0].steps[0]) is is_repeated


@pytest.mark.parametrize(
    ("code", "says"), [("RequestLimitExceeded", "quota of instances"), ("ThrottlingException", "Region")]
)
def test_limit_of_ec2_is_not_a_quota(code: str, says: str) -> None:
    text = _THROTTLED.format("DescribeInstances").replace("ThrottlingException", code)
    assert says in str(explain(text).causes[0].text)


_BURST = "start the same job at"


@check_rows(
    ("words", "says", "step"),
    [
        ("# crontab on all 80 hosts\n30 4 * * * /opt/scan", "All 80 hosts start the same job at 04:30", "sleep $((RANDOM \\% 1800));"),
        ("each of our 60 servers runs\n*/5 * * * * root /opt/scan", "All 60 servers start", "RANDOM \\% 270"),
        ("We start it by cron (0 * * * *) on 200 EC2 instances.", "All 200 instances start", "one job ask for all"),
        ("scan.timer on every machine:\n[Timer]\nOnCalendar=daily", "All machines start", "RandomizedDelaySec=30m"),
        ("kind: CronJob\nspec:\n  schedule: '0 2 * * *'\n  jobTemplate:\n    spec:\n      parallelism: 50\n", "50 pods", "lower parallelism: 50"),
    ],
)  # fmt: skip
def test_burst_of_a_schedule(words: str, says: str, step: str) -> None:
    """Who calls is in the text, so that nobody has to look it up."""
    explanation = explain(f"{_THROTTLED.format('DescribeInstances')}\n{words}")
    assert says in explanation.causes[0].text
    assert step in explanation.remedies[0].steps[0]
    assert not any("cloudtrail" in each for each in explanation.remedies[0].commands)


@check_rows(
    "words",
    [
        "crontab of one host\n0 2 * * * /opt/scan",
        "crontab of one of the 80 hosts\n0 2 * * * /opt/scan",
        "It was on all 80 hosts until May\n0 2 * * * /opt/scan",
        "all 80 hosts\n0 2 * * * sleep $((RANDOM \\% 600)); /opt/scan",
        "all 80 hosts\n[Timer]\nOnCalendar=daily\nRandomizedDelaySec=1h",
        "all 80 hosts: 1 2 3 4 5 6",
        "schedule: '0 2 * * *'\nparallelism: 1",
        "all 80 hosts run it",
    ],
)
def test_no_burst(words: str) -> None:
    explanation = explain(f"{_THROTTLED.format('DescribeInstances')}\n{words}")
    assert _BURST not in explanation.causes[0].text
    assert any("cloudtrail" in each for each in explanation.remedies[0].commands)
