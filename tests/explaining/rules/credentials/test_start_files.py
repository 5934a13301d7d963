"""Test what is said of jobs whose variables only a file of a shell sets."""

from __future__ import annotations

import pytest

from iamtriage import explain

_CRON = "Subject: Cron <etl@a1> /opt/sync.sh\nfatal error: Unable to locate credentials\n\n"
_UNIT = (
    "$ journalctl -u sync.service\nsystemd[1]: sync.service: fatal error: Unable to locate credentials\n\n"
)
_LISTED = "$ aws configure list-profiles\n{}\n"


@pytest.mark.parametrize(
    ("text", "reason", "title", "line"),
    [
        (
            f"{_CRON}$ grep AWS ~/.profile\nexport AWS_PROFILE=orders\n{_LISTED.format('orders')}",
            "cron does not read ~/.profile, so AWS_PROFILE=orders is set only in your shell, and there is no profile default.",
            "Select the profile orders in the crontab",
            "AWS_PROFILE=orders",
        ),
        (
            f"{_UNIT}$ grep AWS ~/.bashrc\nexport AWS_PROFILE=orders\n{_LISTED.format('default')}",
            "systemd does not read ~/.bashrc, so AWS_PROFILE=orders is set only in your shell.",
            "Select the profile orders in the unit",
            "Environment=AWS_PROFILE=orders",
        ),
        (
            f"{_CRON}$ grep AWS ~/.bashrc\nexport AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n",
            "cron does not read ~/.bashrc, whose AWS_ variables only your shell gets.",
            "Store the credentials in a profile in ~/.aws, and select it in the crontab",
            "AWS_PROFILE=job",
        ),
    ],
)
def test_what_only_a_shell_reads(text: str, reason: str, title: str, line: str) -> None:
    explanation = explain(text)
    remedy = explanation.remedies[0]
    assert reason in explanation.summary
    assert remedy.title == title
    assert line in (remedy.manifest or "").splitlines()


def test_job_that_reads_the_file() -> None:
    text = f"{_CRON}$ cat /opt/sync.sh\nsource ~/.profile\n$ grep AWS ~/.profile\nexport AWS_PROFILE=orders\n"
    assert "does not read" not in explain(text).summary
