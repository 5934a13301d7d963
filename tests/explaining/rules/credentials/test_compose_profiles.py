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


_REGION = "      AWS_REGION: eu-west-1\n      TABLE: items\n"


@check_rows(
    ("settings", "said", "finding", "passed"),
    [
        (_REGION, "On my laptop, `AWS_PROFILE=lab aws sts get-caller-identity` works.", "those of the profile lab, which works on your computer", "only AWS_REGION and TABLE"),
        ("      - TABLE=items\n", "aws s3 ls --profile lab works on the host.", "those of the profile lab, which works on your computer", "only TABLE"),
        (_REGION, "", "it gets none from the computer", "only AWS_REGION and TABLE"),
        # It can get credentials in another way, or the profile does not work.
        (f"{_REGION}    env_file: .env\n", "", "", ""),
        ("      AWS_ACCESS_KEY_ID: ${AWS_ACCESS_KEY_ID}\n", "", "", ""),
        (f"{_REGION}    volumes:\n      - ~/.aws:/root/.aws:ro\n", "", "", ""),
        (_REGION, "aws s3 ls --profile lab does not work either.", "it gets none from the computer", "only AWS_REGION"),
    ],
)  # fmt: skip
def test_service_that_passes_no_credentials(settings: str, said: str, finding: str, passed: str) -> None:
    explanation = explain(f"{_FAILED}{_FILE.format(settings)}\n{said}\n")
    has_gap = f"The service sync passes {passed}" in explanation.causes[1].text
    assert has_gap is bool(passed)
    assert finding in explanation.summary
    profile = "lab" if "profile lab" in finding else "PROFILE"
    assert f"-e AWS_PROFILE={profile} sync" in explanation.remedies[0].commands[0]


def test_settings_of_another_service_do_not_count() -> None:
    other = "  web:\n    image: octo/web\n    environment:\n      AWS_PROFILE_NAME: lab\n    env_file: .env\n"
    explanation = explain(f"{_FAILED}{_FILE.format(_REGION)}{other}")
    assert "The service sync passes only AWS_REGION and TABLE to the container" in explanation.causes[1].text


@pytest.mark.parametrize("up", ["docker compose up", "docker compose up sync", "docker compose logs"])
def test_service_is_named_without_the_number_of_its_container(up: str) -> None:
    text = f"{_FILE.format('      AWS_PROFILE: lab')}\n$ {up}\nsync-1  | botocore.exceptions.ProfileNotFound: The config profile (lab) could not be found\n"
    commands = explain(text).remedies[0].commands
    assert any(str(each).endswith(" -e AWS_PROFILE=lab sync") for each in commands)
