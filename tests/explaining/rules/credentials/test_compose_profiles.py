"""Test that a service of Docker Compose with a profile, and without the files that define it, is explained."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_FAILED = "$ docker compose up sync\nsync-1  | Error: Could not load credentials from any providers\n"
_FILE = "$ cat compose.yaml\nservices:\n  sync:\n    image: octo/sync\n    environment:\n{}"


@check_rows(
    ("settings", "profile"),
    [
        ("      - AWS_REGION=eu-west-1\n      - AWS_PROFILE=lab\n", "lab"),
        ('      AWS_PROFILE: "lab"\n', "lab"),
        ("      - AWS_PROFILE=lab\n    volumes:\n      - ~/.aws:/root/.aws\n", None),
        ("      - AWS_REGION=eu-west-1\n", None),
        ("      # - AWS_PROFILE=lab\n", None),
    ],
)
def test_profile_of_a_service(settings: str, profile: str | None) -> None:
    explanation = explain(f"{_FAILED}{_FILE.format(settings)}")
    found = f"AWS_PROFILE names the profile {profile}, but ~/.aws is not mounted"
    assert (found in explanation.summary) is (profile is not None)
    if profile is not None:
        mount = f'docker compose run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE={profile} sync'
        assert explanation.remedies[0].commands == (mount,)


@pytest.mark.parametrize("up", ["docker compose up", "docker compose up sync", "docker compose logs"])
def test_service_is_named_without_the_number_of_its_container(up: str) -> None:
    text = f"{_FILE.format('      AWS_PROFILE: lab')}\n$ {up}\nsync-1  | botocore.exceptions.ProfileNotFound: The config profile (lab) could not be found\n"
    commands = explain(text).remedies[0].commands
    assert any(str(each).endswith(" -e AWS_PROFILE=lab sync") for each in commands)
