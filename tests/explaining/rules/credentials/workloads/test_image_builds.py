"""A step of an image build is repeated as the Dockerfile has it, and the file can be downloaded before."""

from __future__ import annotations

from iamtriage import explain

HEADING = " > [3/4] RUN aws s3 cp s3://acme-data/v2.tar /srv/v2.tar:\n0.913 fatal error: Unable to locate credentials\n"
SOLVE = 'ERROR: failed to solve: process "/bin/sh -c aws s3 cp s3://acme-data/v2.tar /srv/v2.tar" did not complete successfully: exit code: 1\n'


def test_command_that_downloads_nothing() -> None:
    explanation = explain(HEADING.replace("cp s3://acme-data/v2.tar /srv/v2.tar", "ls") + SOLVE)
    assert not any("COPY v2" in each for each in explanation.remedies[0].steps)
