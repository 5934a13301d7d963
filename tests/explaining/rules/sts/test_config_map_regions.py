"""A ConfigMap that sets the wrong Region for a program is corrected itself."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

WRONG = "S3Exception: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1' (Service: S3, Status Code: 400)\n"
GET = "$ kubectl {}get cm sync-env -o yaml\n"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: sync-env\n{}data:\n{}"
ENV = "  AWS_REGION: us-east-1\n  MODE: fast\n"
BOTH = "  MODE: fast\n  AWS_REGION: us-east-1\n  AWS_DEFAULT_REGION: us-east-1\n"
FILE = "  app.yaml: |\n    region: us-east-1\n    mode: fast\n"
PATCH = """kubectl patch configmap sync-env --namespace shop --type merge --patch '{"data": {"AWS_REGION": "eu-west-1"}}'"""


@check_rows(
    ("shown", "facts", "first"),
    [
        (GET.format("-n shop ") + MAP.format("", ENV), {}, PATCH),
        (MAP.format("  namespace: shop\n", ENV), {}, PATCH),
        (GET.format("") + MAP.format("", ENV), {"namespace": "shop"}, PATCH),
        (GET.format("") + MAP.format("", ENV), {}, PATCH.replace("shop", "NAMESPACE")),
        (MAP.format("  namespace: shop\n", BOTH), {}, PATCH.replace('"}}', '", "AWS_DEFAULT_REGION": "eu-west-1"}}')),
        (MAP.format("  namespace: shop\n", FILE), {}, "kubectl edit configmap sync-env --namespace shop"),
    ],
    ids=["kubectl", "manifest", "facts", "no namespace", "both variables", "a file in it"],
)  # fmt: skip
def test_config_map_with_the_wrong_region(shown: str, facts: dict[str, str], first: str) -> None:
    explanation = explain(WRONG + shown, facts=facts)
    assert explanation is not None
    assert "us-east-1 in the ConfigMap sync-env is wrong." in explanation.summary
    change, restart = explanation.remedies[0].commands[:2]
    assert change == first
    assert "rollout restart" in restart


@pytest.mark.parametrize(
    "text",
    [
        WRONG + MAP.format("  namespace: shop\n", ENV).replace("us-east-1", "eu-west-1"),
        WRONG + MAP.format("  namespace: shop\n", ENV).replace("ConfigMap", "Secret"),
        "$ aws s3api get-object --bucket acme --key a out\n" + WRONG + MAP.format("  namespace: shop\n", ENV),
    ],
    ids=["right Region", "a Secret", "command of a person"],
)
def test_config_map_that_is_not_the_cause(text: str) -> None:
    explanation = explain(text)
    assert explanation is not None
    assert "ConfigMap" not in explanation.to_text(detail="full")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("S3_ENDPOINT: https://s3.eu-west-1.amazonaws.com", "The setting S3_ENDPOINT is for eu-west-1 already."),
        ("endpoint: s3.dualstack.eu-west-1.amazonaws.com", "The setting endpoint is for eu-west-1 already."),
        ("endpoint: s3.eu-west-2.amazonaws.com", "An endpoint URL in code or settings must be for that Region, too."),
        ("S3_ENDPOINT: http://minio:9000", "An endpoint URL in code or settings must be for that Region, too."),
        ("docs: https://s3.eu-west-1.amazonaws.com", "An endpoint URL in code or settings must be for that Region, too."),
    ],
)  # fmt: skip
def test_endpoint_beside_the_wrong_region(setting: str, words: str) -> None:
    explanation = explain(f"{WRONG}config:\n  {setting}\n")
    assert explanation is not None
    assert words in explanation.remedies[0].steps
