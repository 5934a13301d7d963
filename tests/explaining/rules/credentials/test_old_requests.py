"""Test what explains a request that is too old: a clock that the text states, or old keys in the environment."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_ERROR = (
    "An error occurred (RequestExpired) when calling the DescribeVolumes operation: Request has expired.\n"
)
_LISTED = "   profile               {}   env   ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE']\naccess_key     ****************7QAB   {}\n"


@check_rows(
    ("text", "is_overridden"),
    [
        (
            f"$ export AWS_PROFILE=audit\n$ aws ec2 describe-volumes\n{_ERROR}{_LISTED.format('audit', 'env')}",
            True,
        ),
        (
            f"AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nAWS_PROFILE=audit\n$ aws ec2 describe-volumes\n{_ERROR}",
            True,
        ),
        (
            f"$ export AWS_PROFILE=audit\n$ aws ec2 describe-volumes\n{_ERROR}{_LISTED.format('audit', 'sso')}",
            False,
        ),
        (f"$ aws ec2 describe-volumes --profile audit\n{_ERROR}{_LISTED.format('audit', 'env')}", False),
        (f"AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\n$ aws ec2 describe-volumes\n{_ERROR}", False),
    ],
)
def test_keys_in_the_environment(text: str, *, is_overridden: bool) -> None:
    explanation = explain(text)
    assert ("takes precedence over the profile audit" in explanation.summary) is is_overridden
    if is_overridden:
        assert explanation.remedies[0].commands[0].startswith("unset AWS_ACCESS_KEY_ID")


@check_rows(
    ("kind", "commands"),
    [
        ("shared-credentials-file", ("aws sts get-caller-identity", "sed -i.bak")),
        ("iam-role", ("aws sts get-caller-identity", "unset AWS_ACCESS_KEY_ID")),
    ],
)
def test_command_that_prints_the_source_of_credentials(kind: str, commands: tuple[str, ...]) -> None:
    listed = f"$ aws configure list\naccess_key     ****************7QAB   {kind}\n"
    found = explain(f"$ aws ec2 describe-volumes\n{_ERROR}{listed}").remedies[0].commands
    assert all(map(str.startswith, found, commands))


@check_rows(
    ("shown", "difference"),
    [
        ("$ chronyc tracking\nSystem time     : 1260.000000000 seconds slow of NTP time", "21 minutes behind"),
        ("$ chronyc tracking\nSystem time     : 7260.000000000 seconds fast of NTP time", "2 hours 1 minute ahead"),
        ("$ ntpdate -q pool.ntp.org\nserver 192.0.2.1, stratum 2, offset +1100.250000, delay 0.03", "18 minutes behind"),
        ("$ sntp pool.ntp.org\n-1100.250000 +/- 0.012 pool.ntp.org 192.0.2.1", "18 minutes ahead"),
        ("The clock of the build host is about 20 min slow.", "20 minutes behind"),
        ("It was suspended, the clock is 2 days behind", "2 days behind"),
        ("System time     : 0.000041000 seconds slow of NTP time", ""),
        ("If the clock is 20 minutes slow, this happens, too.", ""),
        ("The clock was 20 minutes slow last year.", ""),
        ("The clock is 3 days behind on the other server.", ""),
        ("My phone's clock is 20 minutes slow.", ""),
        ("A colleague's clock is 20 minutes slow.", ""),
        ("The clock of the database server is 20 minutes slow.", ""),
        ("The docs say it happens after the clock is 20 minutes slow.", ""),
        ("Could it be that the clock is 20 minutes slow?", ""),
        ("I doubt the clock is 20 minutes slow.", ""),
        ("System time     : 1260.000000000 seconds slow of NTP time\n$ chronyc makestep\nSystem time     : 0.000041000 seconds slow of NTP time", ""),
    ],
)  # fmt: skip
def test_a_stated_clock_comes_before_keys_in_the_environment(shown: str, difference: str) -> None:
    text = f"$ export AWS_PROFILE=audit\n$ aws ec2 describe-volumes\n{_ERROR}{_LISTED.format('audit', 'env')}{shown}\n"
    summary = explain(text).summary
    assert (f"the clock of the machine is {difference}." in summary) is bool(difference)
    assert ("takes precedence over the profile audit" in summary) is (not difference)
