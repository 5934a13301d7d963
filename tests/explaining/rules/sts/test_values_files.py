"""Test where the Region of a signature is corrected: in which file, below which keys, and what applies the file."""

from __future__ import annotations

import pytest

from iamtriage import explain

_ERROR = (
    'level=error msg="store put chunk: AuthorizationHeaderMalformed: The authorization header is malformed; '
    "the region 'us-east-1' is wrong; expecting 'eu-south-1'\"\n\n"
)
_VALUES = "tempo:\n  storage:\n    s3:\n      bucket: shop-traces\n      region: us-east-1\n"
_UPGRADE = "helm upgrade --install tempo grafana/tempo -n tempo -f values-prod.yaml"


@pytest.mark.parametrize(
    ("shown", "where", "then"),
    [
        (f"values.yaml\n{_VALUES}", " under tempo.storage.s3 in values.yaml", "run helm upgrade"),
        (f"$ cat values-prod.yaml\n{_VALUES}", " under tempo.storage.s3 in values-prod.yaml", "run helm upgrade"),
        (f"USER-SUPPLIED VALUES:\n{_VALUES}", " under tempo.storage.s3 in the Helm values", "run helm upgrade"),
        (f"# tempo.yaml\n{_VALUES}", " under tempo.storage.s3 in tempo.yaml", "restart the program"),
        (_VALUES, " in s3", "restart the program"),
        ("values.yaml\nregion: us-east-1\n", " in values.yaml", "run helm upgrade"),
        ("docker-compose.yml\nservices:\n  app:\n    environment:\n      - AWS_REGION=us-east-1\n", " under services.app.environment in docker-compose.yml", "run docker compose up -d"),
        (".github/workflows/release.yml\njobs:\n  a:\n    steps:\n      - uses: x/y@v1\n        with:\n          aws-region: us-east-1\n", " in .github/workflows/release.yml", "push it, and run the workflow again"),
        # A file of the AWS CLI below the values of a chart.
        ("values.yaml\nreplicas: 2\n\n[profile a]\nregion = us-east-1\n", " in [profile a]", "restart the program"),
    ],
)  # fmt: skip
def test_place_of_region(shown: str, where: str, then: str) -> None:
    """A changed values file needs helm upgrade: a restart alone keeps the old value."""
    remedy = explain(_ERROR + shown).remedies[0]
    assert remedy.title.startswith("Set ")
    assert remedy.title.endswith(f"eu-south-1{where}")
    assert then in remedy.steps[0]


def test_shown_upgrade() -> None:
    """The command that the text shows is repeated, and the first bucket in a map is named."""
    values = _VALUES.replace("bucket: shop-traces", "bucketNames: { chunks: shop-chunks, ruler: shop-ruler }")
    explanation = explain(f"{_ERROR}values-prod.yaml:\n{values}$ {_UPGRADE}\n")
    assert _UPGRADE in explanation.remedies[0].commands
    assert "the bucket shop-chunks is in eu-south-1" in explanation.summary


def test_shown_option_of_helm() -> None:
    """A value that helm upgrade sets is corrected in the command."""
    line = "helm upgrade tempo grafana/tempo --set tempo.storage.s3.region={}"
    remedy = explain(f"{_ERROR}$ {line.format('us-east-1')}\n").remedies[0]
    assert remedy.commands == (line.format("eu-south-1"),)


_SET = 'resource "helm_release" "tempo" {{\n  set {{\n    name  = "{}"\n    value = "us-east-1"\n  }}\n}}\n'
_LIST = 'resource "helm_release" "tempo" {\n  set = [{ name = "tempo.s3.region", value = "us-east-1" }]\n}\n'
_RESOURCE = "kind: {}\nmetadata:\n  name: main\n{}spec:\n  config:\n    region: us-east-1\n"


@pytest.mark.parametrize(
    ("shown", "title", "command"),
    [
        (_SET.format("tempo.s3.region"), "Set tempo.s3.region to eu-south-1 in helm_release.tempo", None),
        (_LIST, "Set tempo.s3.region to eu-south-1 in helm_release.tempo", None),
        ("parameters:\n  - name: tempo.s3.region\n    value: us-east-1\n", "Set tempo.s3.region to eu-south-1", None),
        (_RESOURCE.format("BackupStorageLocation", "  namespace: velero\n"), "Set region: eu-south-1 in spec.config of the BackupStorageLocation main", "kubectl patch backupstoragelocation main --namespace velero --type merge"),
        ('BackupStorageLocation "main" is unavailable\nspec:\n  config:\n    region: us-east-1\n', "Set region: eu-south-1 in spec.config of the BackupStorageLocation main", "kubectl patch backupstoragelocation main --namespace velero --type merge"),
        (_RESOURCE.format("ClusterSecretStore", ""), "Set region: eu-south-1 in spec.config of the ClusterSecretStore main", "kubectl patch clustersecretstore main --type merge"),
        # A setting of another service, a workload and the manifest of another object.
        (_SET.format("queue.sqs.region"), "Set the client's Region to eu-south-1", None),
        (_RESOURCE.format("Deployment", ""), "Set region: eu-south-1 in config", None),
        (f"{_RESOURCE.format('SecretStore', '').replace('us-east-1', 'eu-north-1')}---\nregion: us-east-1\n", "Set region: eu-south-1", None),
    ],
)  # fmt: skip
def test_region_that_a_chart_or_a_resource_has(shown: str, title: str, command: str | None) -> None:
    remedy = explain(_ERROR + shown).remedies[0]
    assert remedy.title == title
    assert any(each.startswith("kubectl patch") for each in remedy.commands) is (command is not None)
    assert command is None or remedy.commands[0].startswith(command)
