"""A step of an image build is repeated as the Dockerfile has it, and the file can be downloaded before."""

from __future__ import annotations

import pytest

from iamtriage import explain

HEADING = " > [3/4] RUN aws s3 cp s3://acme-data/v2.tar /srv/v2.tar:\n0.913 fatal error: Unable to locate credentials\n"
SOLVE = 'ERROR: failed to solve: process "/bin/sh -c aws s3 cp s3://acme-data/v2.tar /srv/v2.tar" did not complete successfully: exit code: 1\n'


@pytest.mark.parametrize(
    ("said", "is_answered"),
    [
        ("", False),
        ("Would ARG AWS_SECRET_ACCESS_KEY help?", True),
        ("docker build --build-arg AWS_ACCESS_KEY_ID .", True),
    ],
)
def test_heading_of_a_step(said: str, *, is_answered: bool) -> None:
    explanation = explain(f"{HEADING}{SOLVE}{said}")
    first = explanation.remedies[0]
    assert (first.manifest or "").endswith("aws s3 cp s3://acme-data/v2.tar /srv/v2.tar\n")
    assert any("write COPY v2.tar /srv/v2.tar" in each for each in first.steps)
    assert any("ARG and ENV are not the way" in each for each in explanation.notes) == is_answered


def test_command_that_downloads_nothing() -> None:
    explanation = explain(HEADING.replace("cp s3://acme-data/v2.tar /srv/v2.tar", "ls") + SOLVE)
    assert not any("COPY v2" in each for each in explanation.remedies[0].steps)
