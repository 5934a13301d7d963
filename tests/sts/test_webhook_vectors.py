"""The shared vectors of the pod identity webhook, from its tests and code.

Every row that speaks of environment or tokens is right; the others are listed here with the reason.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamtriage.sts import pod_environment, token_settings

_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "webhook.jsonl"

pytestmark = pytest.mark.skipif(not _VECTORS.is_file(), reason="the shared vectors are not on this machine")

_ROWS: list[dict[str, Any]] = (
    [json.loads(line) for line in _VECTORS.read_text("utf-8").splitlines() if line.strip()]
    if _VECTORS.is_file()
    else []
)

# Of container_credentials in a row: its key -> the flag of the webhook that says the same.
_CREDENTIAL_FLAGS = {
    "uri": "container-credentials-full-uri",
    "audience": "container-credentials-audience",
    "mountPath": "container-credentials-token-mount-path",
    "tokenPath": "container-credentials-token-path",
}
REVIEWS = "a malformed admission review: there is no pod, and so no environment"
CONFIG_MAPS = "the answer comes from the webhook's own ConfigMap, which EKS does not use"


def reason_to_leave_out(row: dict[str, Any]) -> str | None:
    """Return why a row does not apply, or ``None`` if it does."""
    given = row["input"]
    if row["kind"] == "review":
        return REVIEWS
    # With a ConfigMap and an annotated service account the annotations win, and the row is ours.
    if given.get("configmap") and not given.get("service_account_annotations"):
        return CONFIG_MAPS
    return None


def _name(row: dict[str, Any]) -> str:
    return str(row["source"]).split(" ", 1)[1]


_OURS = [row for row in _ROWS if reason_to_leave_out(row) is None]
_PODS = [row for row in _OURS if row["kind"] == "pod" and "containers" in row["expect"]]
_ENTRIES = [row for row in _OURS if row not in _PODS]


def test_what_is_left_out() -> None:
    left = [reason_to_leave_out(row) for row in _ROWS]

    assert left.count(REVIEWS) == 2
    assert left.count(CONFIG_MAPS) == 4
    assert len(_PODS) + len(_ENTRIES) == len(_ROWS) - 6


def _flags(row: dict[str, Any]) -> dict[str, Any]:
    credentials = row["input"].get("container_credentials") or {}
    return {
        **(row["input"].get("flags") or {}),
        **{flag: credentials[key] for key, flag in _CREDENTIAL_FLAGS.items() if key in credentials},
    }


@pytest.mark.parametrize("row", _PODS, ids=_name)
def test_pods(row: dict[str, Any]) -> None:
    """The environment of each container, in order, and the token's settings in the volume."""
    given, expected = row["input"], row["expect"]
    flags, pod_identity = _flags(row), given["container_credentials"] is not None
    selector = given["node_selector"] or {}
    for kind in ("containers", "initContainers"):
        for container in given[kind]:
            own = {variable["name"]: variable["value"] for variable in container["env"]}
            added = pod_environment(
                given["service_account_annotations"],
                webhook_flags=flags,
                pod_annotations=given["pod_annotations"],
                container=container["name"],
                container_env=own,
                pod_identity=pod_identity,
                windows="windows"
                in {selector.get("kubernetes.io/os"), selector.get("beta.kubernetes.io/os")},
            )
            wanted = expected[kind][container["name"]]

            assert own | added == wanted["env"]
            # The row lists no order where it changes nothing or where the peer's cache decides.
            assert not wanted["env_order"] or wanted["env_order"] == [*own, *added]

    volume = expected["volume"]
    if volume is not None:
        settings = token_settings(
            given["service_account_annotations"], given["pod_annotations"], flags, pod_identity=pod_identity
        )
        assert settings.audience == volume["audience"]
        assert settings.shortest_expiration_seconds == volume["expirationSeconds"]


@pytest.mark.parametrize("row", _ENTRIES, ids=_name)
def test_entries(row: dict[str, Any]) -> None:
    """The webhook's cache for a service account determines the environment and the token."""
    given, expected = row["input"], row["expect"]
    annotations, flags = given["service_account_annotations"], _flags(row)
    # The peer's "common" rows ask what holds for Pod Identity too, which needs no role.
    common = row["kind"] == "common"
    environment = pod_environment(
        annotations,
        webhook_flags=flags,
        pod_identity=common,
        instance_identity=given.get("instance_identity"),
    )
    settings = token_settings(annotations, webhook_flags=flags)
    shown = {
        "role_arn": environment.get("AWS_ROLE_ARN", ""),
        "regional_sts": environment.get("AWS_STS_REGIONAL_ENDPOINTS") == "regional",
        # Of a service account that it does not know the peer's cache tells no audience.
        "audience": settings.audience if environment else "",
        "token_expiration": settings.expiration_seconds,
        "found": annotations is not None,
        "allowed": True,
        "patch": environment or None,
    }

    assert {key: shown[key] for key in expected} == expected
