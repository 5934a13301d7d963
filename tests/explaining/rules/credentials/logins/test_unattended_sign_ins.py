"""A job of cron or systemd is told to use a role in place of a sign-in that only a person can renew."""

from __future__ import annotations

from iamtriage import explain
from iamtriage.explaining._rules.credentials.profiles.environment_files import find_instance_role
from tests.tables import check_rows

_SSO = "aws: [ERROR]: Error when retrieving token from sso: Token has expired and refresh failed\n"
_LOGIN = "Your session has expired. Please reauthenticate using 'aws login'.\n"
_CRONTAB = "crontab of user feeds:\nAWS_PROFILE=lake\n15 3 * * * /opt/feed.sh\n"
_ROLE = "$ curl http://169.254.169.254/latest/meta-data/iam/security-credentials/\nfeeds-node\n"


@check_rows(
    ("text", "summary", "step"),
    [
        (_SSO + _CRONTAB + _ROLE, "The cron job can use the instance's role feeds-node", "Remove AWS_PROFILE=lake from the crontab of feeds."),
        (_SSO + "$ journalctl -u feed.service\n[Service]\nEnvironment=AWS_PROFILE=lake\nThe instance has the role feeds-node.", "The systemd unit can use the instance's role feeds-node", "Remove AWS_PROFILE=lake from the unit."),
        (_SSO + "OnCalendar=daily\nAWS_PROFILE=lake in /opt/feed.env\n" + _ROLE, "role feeds-node", "Remove what selects the profile lake"),
        (_SSO + "# crontab -l\n@daily aws s3 ls --profile lake\n[ec2-user@ip-10-0-3-7 ~]$\n", "the instance's role instead", "Remove what selects the profile lake"),
        (_SSO + _CRONTAB, "The cron job can use a role instead", "On AWS, use the role of the instance or container"),
        (_LOGIN + "from a cron job\n" + _ROLE, "The session of aws login has expired, and only a person can renew it", "Remove what selects the profile (AWS"),
        (_SSO, None, None),
        (_SSO + "It's not a cron job.\n", None, None),
        (_SSO + "Python 3.12.4 * 2 * 3\n", None, None),
    ],
)  # fmt: skip
def test_job_of_nobody(text: str, summary: str | None, step: str | None) -> None:
    explanation = explain(text)
    found = {each.code for each in explanation.causes}
    assert ("unattended-sign-in" in found) is (summary is not None)
    if summary is not None and step is not None:
        assert summary in explanation.summary
        assert explanation.remedies[0].steps[0].startswith(step)


@check_rows(
    ("command", "allowed"),
    [
        ("aws s3 cp /srv/a.gz s3://feeds-raw/", "such as s3:PutObject on arn:aws:s3:::feeds-raw/*:"),
        ("aws s3 cp s3://feeds-raw/a.gz .", "such as s3:GetObject on arn:aws:s3:::feeds-raw/*:"),
        ("aws s3 cp a s3://feeds-raw/; aws s3 cp s3://other/b .", "what the job does:"),
        ("aws sqs list-queues", "what the job does:"),
    ],
)
def test_what_the_role_must_allow(command: str, allowed: str) -> None:
    remedy = explain(f"+ {command}\n{_SSO}{_CRONTAB}{_ROLE}").remedies[0]
    assert (
        f"The role feeds-node must itself allow what the job does{allowed.removeprefix('what the job does') if 'such' not in allowed else f', {allowed}'}"
        in " ".join(remedy.steps)
    )
    assert remedy.commands == (
        "sudo crontab -u feeds -e",
        "env -u AWS_PROFILE aws sts get-caller-identity",
        "aws sso login --profile lake",
    )


@check_rows(
    ("text", "role"),
    [(_ROLE, "feeds-node"), ("The server has an IAM role.", ""), ("The server has no role.", None)],
)
def test_role_of_the_instance(text: str, role: str | None) -> None:
    assert find_instance_role(text) == role


_NONE_IN_CLI = 'Unable to locate credentials. You can configure credentials by running "aws configure".'
_NONE_IN_CDK = (
    "Error: Need to perform AWS calls for account 111122223333, but no credentials have been configured"
)


@check_rows(
    ("text", "passes_profile", "works"),
    [
        (f"$ export AWS_PROFILE=dev && sudo ./deploy.sh\n{_NONE_IN_CLI}", True, False),
        (f"$ export AWS_PROFILE=dev; sudo cdk deploy\n{_NONE_IN_CDK}", True, False),
        (f'$ AWS_PROFILE=dev aws sts get-caller-identity --query Account\n"111122223333"\n$ export AWS_PROFILE=dev; sudo cdk deploy\n{_NONE_IN_CDK}', True, True),
        # It failed, or ran with sudo.
        (f"$ aws sts get-caller-identity\n{_NONE_IN_CLI}\n$ sudo cdk deploy\n{_NONE_IN_CDK}", False, False),
        (f'$ sudo -E aws sts get-caller-identity --query Account\n"111122223333"\n$ sudo cdk deploy\n{_NONE_IN_CDK}', False, False),
    ],
)  # fmt: skip
def test_profile_and_credentials_without_sudo(text: str, *, passes_profile: bool, works: bool) -> None:
    remedy = explain(text).remedies[0]
    assert remedy.title == "Run the command without sudo, or let it read your files"
    assert any('AWS_PROFILE="$AWS_PROFILE"' in each for each in remedy.commands) is passes_profile
    assert remedy.steps[0].endswith(", which work.") is works
    assert ('set HOME="$HOME"' in str(remedy.steps)) is works
