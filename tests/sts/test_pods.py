"""The EKS webhook: environment, token, and the effect of the annotation by cluster version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage.exceptions import EndpointError
from iamtriage.sts import (
    StsDefault,
    TokenSettings,
    eks_webhook_flags,
    parse_go_bool,
    pod_environment,
    sts_default,
    token_settings,
)
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

ARN = "arn:aws:iam::111122223333:role/team/app"
ROLE = {"eks.amazonaws.com/role-arn": ARN}
STS = "eks.amazonaws.com/sts-regional-endpoints"
TOKEN = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"
IRSA = {"AWS_ROLE_ARN": ARN, "AWS_WEB_IDENTITY_TOKEN_FILE": TOKEN}
POD_IDENTITY = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": (
        "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"
    ),
}
REGIONAL = {"AWS_STS_REGIONAL_ENDPOINTS": "regional"}
REGION = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-1"}
INSTANCE = {"accountID": "111122223333", "region": "eu-west-1"}


# Id -> (annotations, other arguments, environment)
ENVIRONMENTS: dict[str, tuple[Mapping[str, str] | None, dict[str, Any], dict[str, str]]] = {
    "nothing": ({}, {"region": "eu-west-1"}, {}),
    "unknown service account": (None, {"region": "eu-west-1"}, {}),
    "empty role": ({"eks.amazonaws.com/role-arn": ""}, {}, {}),
    "the annotation alone": ({STS: "true"}, {}, {}),
    "role": (ROLE, {}, IRSA),
    "region": (ROLE, {"region": "eu-west-1"}, REGION | IRSA),
    "region's flag": (ROLE, {"webhook_flags": {"aws-default-region": "eu-west-1"}}, REGION | IRSA),
    "the flag before the argument": (
        ROLE,
        {"region": "us-east-1", "webhook_flags": {"--aws-default-region": "eu-west-1"}},
        REGION | IRSA,
    ),
    "EKS's flags": (ROLE, {"webhook_flags": eks_webhook_flags("eu-west-1")}, REGIONAL | REGION | IRSA),
    "EKS's flags in old clusters": (
        ROLE,
        {"webhook_flags": eks_webhook_flags("eu-west-1", "1.21")},
        REGION | IRSA,
    ),
    "true": (ROLE | {STS: "true"}, {}, REGIONAL | IRSA),
    "false before the flag": (
        ROLE | {STS: "false"},
        {"webhook_flags": {"sts-regional-endpoint": True}},
        IRSA,
    ),
    "true before the flag": (
        ROLE | {STS: "1"},
        {"webhook_flags": {"sts-regional-endpoint": False}},
        REGIONAL | IRSA,
    ),
    "no boolean, flag": (
        ROLE | {STS: "global"},
        {"webhook_flags": {"sts-regional-endpoint": "t"}},
        REGIONAL | IRSA,
    ),
    "no boolean, no flag": (ROLE | {STS: "regional"}, {}, IRSA),
    "blanks are no boolean": (ROLE | {STS: " true"}, {}, IRSA),
    "Pod Identity": ({}, {"pod_identity": True}, POD_IDENTITY),
    "Pod Identity beats the role": (
        ROLE,
        {"pod_identity": True, "region": "eu-west-1"},
        REGION | POD_IDENTITY,
    ),
    "Pod Identity and the annotation": ({STS: "T"}, {"pod_identity": True}, REGIONAL | POD_IDENTITY),
    "Pod Identity, unknown service account": (
        None,
        {"pod_identity": True, "webhook_flags": {"sts-regional-endpoint": True}},
        POD_IDENTITY,
    ),
    "one of the pair is there": (ROLE, {"container_env": {"AWS_ROLE_ARN": "mine"}}, {}),
    "the other of the pair is there": (ROLE, {"container_env": {"AWS_WEB_IDENTITY_TOKEN_FILE": ""}}, {}),
    "one region is there": (
        ROLE,
        {"region": "eu-west-1", "container_env": {"AWS_REGION": "us-east-1"}},
        IRSA,
    ),
    "the setting is there": (
        ROLE | {STS: "true"},
        {"container_env": {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}},
        IRSA,
    ),
    "the other pair does not matter": (ROLE, {"container_env": POD_IDENTITY}, IRSA),
    "skipped": (
        ROLE,
        {"pod_annotations": {"eks.amazonaws.com/skip-containers": "a,sidecar"}, "container": "sidecar"},
        {},
    ),
    "not skipped": (
        ROLE,
        {"pod_annotations": {"eks.amazonaws.com/skip-containers": "a,sidecar"}, "container": "app"},
        IRSA,
    ),
    "blanks belong to the name": (
        ROLE,
        {"pod_annotations": {"eks.amazonaws.com/skip-containers": "a, sidecar"}, "container": "sidecar"},
        IRSA,
    ),
    "Windows": (
        ROLE,
        {"windows": True},
        IRSA
        | {"AWS_WEB_IDENTITY_TOKEN_FILE": "C:\\var\\run\\secrets\\eks.amazonaws.com\\serviceaccount\\token"},
    ),
    "another path": (
        ROLE,
        {"webhook_flags": {"token-mount-path": "//var/./run//x/"}},
        IRSA | {"AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/x/token"},
    ),
    "no path": (
        ROLE,
        {"webhook_flags": {"token-mount-path": ""}},
        IRSA | {"AWS_WEB_IDENTITY_TOKEN_FILE": "token"},
    ),
    "another prefix": (
        {"iam.example.com/role-arn": ARN, STS: "true"},
        {"webhook_flags": {"annotation-prefix": "iam.example.com"}},
        IRSA,
    ),
    "a wrong ARN is injected": (
        {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:user/x"},
        {},
        IRSA | {"AWS_ROLE_ARN": "arn:aws:iam::1:user/x"},
    ),
    "a bare name is injected": ({"eks.amazonaws.com/role-arn": "app"}, {}, IRSA | {"AWS_ROLE_ARN": "app"}),
    "a bare name is composed": (
        {"eks.amazonaws.com/role-arn": "team/app"},
        {"webhook_flags": {"compose-role-arn": True}, "instance_identity": INSTANCE},
        IRSA,
    ),
    "composing leaves ARNs alone": (ROLE, {"webhook_flags": {"compose-role-arn": True}}, IRSA),
}


@check_rows(("annotations", "others", "expected"), ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def test_environment(
    annotations: Mapping[str, str] | None, others: dict[str, Any], expected: dict[str, str]
) -> None:
    assert pod_environment(annotations, **others) == expected


@check_rows(
    ("region", "partition"),
    {
        "eu-west-1": "aws",
        "cn-north-1": "aws-cn",
        "us-gov-west-1": "aws-us-gov",
        "us-iso-east-1": "aws-iso",
        "us-isob-east-1": "aws-iso-b",
        "eusc-de-east-1": "aws-eusc",
        # What the webhook does, which is wrong.
        "us-isof-east-1": "aws",
        "eu-isoe-west-1": "aws",
    }.items(),
)
def test_partition_of_composed_roles(region: str, partition: str) -> None:
    environment = pod_environment(
        {"eks.amazonaws.com/role-arn": "app"},
        webhook_flags={"compose-role-arn": "true"},
        instance_identity={"accountID": "111122223333", "region": region},
    )

    assert environment["AWS_ROLE_ARN"] == f"arn:{partition}:iam::111122223333:role/app"


# The annotation's text -> the names that Go's encoding/csv reads from its first line.
SKIPPED: dict[str, set[str]] = {
    "a": {"a"},
    "a,b": {"a", "b"},
    '"a","b,c"': {"a", "b,c"},
    '"a""b"': {'a"b'},
    "\n\na\nb": {"a"},
    "a\r\nb": {"a"},
    "a,": {"a", ""},
    "": set(),
    # Each of these is an error to Go, after which no container is skipped.
    'a,"b': set(),
    'a"b,c': set(),
    '"a"b,c': set(),
}


@check_rows(("annotation", "names"), SKIPPED.items(), ids=map(ascii, SKIPPED))
def test_skipped_containers(annotation: str, names: set[str]) -> None:
    pod = {"eks.amazonaws.com/skip-containers": annotation}
    skipped = {
        name
        for name in ("a", "b", "c", "b,c", 'a"b', "")
        if not pod_environment(ROLE, pod_annotations=pod, container=name)
    }

    assert skipped == names


LIFE = "eks.amazonaws.com/token-expiration"
# Service account's annotation, pod's annotation, flag -> seconds
LIVES: dict[str, tuple[str | None, str | None, object, int]] = {
    "default": (None, None, None, 86400),
    "flag": (None, None, 7200, 7200),
    "flag as text": (None, None, "7200", 7200),
    "flag too short": (None, None, 1, 600),
    "annotation before flag": ("3600", None, 7200, 3600),
    "pod before annotation": ("3600", "1800", 7200, 1800),
    "too short": ("599", None, None, 600),
    "negative": ("-5", None, None, 600),
    "a plus is a sign": ("+3600", None, None, 3600),
    "no number": ("1h", None, 7200, 7200),
    "no number on the pod": ("3600", "", None, 3600),
    "no underscores": ("3_600", None, None, 86400),
    "no other digits": ("٣٦٠٠", None, None, 86400),
    "too large": (str(2**63), None, None, 86400),
    "the largest": (str(2**63 - 1), None, None, 2**63 - 1),
    "the smallest": (str(-(2**63)), None, None, 600),
    "many digits": ("9" * 5000, None, None, 86400),
    "many zeros": ("0" * 5000 + "3600", None, None, 3600),
}


@check_rows(("account", "pod", "flag", "seconds"), LIVES.values(), ids=LIVES.keys())
def test_token_life(account: str | None, pod: str | None, flag: object, seconds: int) -> None:
    settings = token_settings(
        {} if account is None else {LIFE: account},
        {} if pod is None else {LIFE: pod},
        None if flag is None else {"token-expiration": flag},
    )

    assert settings == TokenSettings("sts.amazonaws.com", seconds, seconds)


def test_audience() -> None:
    own = {"eks.amazonaws.com/audience": "mine"}

    assert token_settings(own).audience == "mine"
    assert token_settings({}, webhook_flags={"token-audience": "theirs"}).audience == "theirs"
    assert token_settings(own, webhook_flags={"token-audience": "theirs"}).audience == "mine"
    # The service account has no effect on Pod Identity's audience.
    assert token_settings(own, pod_identity=True).audience == "pods.eks.amazonaws.com"
    assert token_settings(None).audience == "sts.amazonaws.com"


def test_only_the_default_lifetime_of_pod_identity_varies() -> None:
    assert token_settings({}, pod_identity=True).shortest_expiration_seconds == 79200
    assert token_settings({LIFE: "3600"}, pod_identity=True).shortest_expiration_seconds == 3600
    assert token_settings(None, webhook_flags={"token-expiration": 3600}).expiration_seconds == 86400


# Version, platform, annotation -> (adds_variable, default, knows_annotation)
DEFAULTS: list[tuple[str | None, str | None, str | None, tuple[bool | None, str | None, bool | None]]] = [
    ("1.31", None, None, (True, "regional", True)),
    ("1.31", None, "true", (True, "regional", True)),
    ("1.31", None, "false", (False, "regional", True)),
    ("1.31", None, "global", (True, "regional", True)),
    ("v1.22.17-eks-0a21954", None, None, (True, "regional", True)),
    ("1.22+", None, "F", (False, "regional", True)),
    ("1.21", "eks.3", None, (False, "global", True)),
    ("1.21", "eks.3", "true", (True, "global", True)),
    ("1.21", "eks.2", "true", (False, "global", False)),
    ("1.19", "eks.7", "true", (True, "global", True)),
    ("1.18", "eks.8", "true", (False, "global", False)),
    ("1.20", None, "true", (None, "global", None)),
    ("1.20", None, "false", (False, "global", None)),
    ("1.20", None, None, (False, "global", None)),
    ("1.17", "eks.9", "true", (False, "global", False)),
    (None, None, None, (None, None, None)),
    (None, None, "true", (True, None, None)),
    (None, None, "false", (False, None, None)),
    (None, None, "yes", (None, None, None)),
]


@check_rows(("version", "platform", "annotation", "expected"), DEFAULTS)
def test_default_of_cluster_versions(
    version: str | None,
    platform: str | None,
    annotation: str | None,
    expected: tuple[bool | None, str | None, bool | None],
) -> None:
    found = sts_default(version, annotation, platform_version=platform)

    assert (found.adds_variable, found.default, found.knows_annotation) == expected
    assert isinstance(found, StsDefault)
    assert found.reason
    assert found.annotation == (None if annotation is None else parse_go_bool(annotation))


@check_rows("version", ["", "1", "1.", "1.x", "2.31", "1.31\n", "١.٣١", "1." + "3" * 5000, "latest"])
def test_invalid_versions(version: str) -> None:
    with pytest.raises(EndpointError) as caught:
        sts_default(version)

    assert caught.value.setting == "kubernetes_version"
    assert len(str(caught.value)) < 300


def test_invalid_platform_versions() -> None:
    with pytest.raises(EndpointError, match=r"platform_version must be like 'eks\.3'"):
        sts_default("1.21", "true", platform_version="3")


@check_rows(
    ("flags", "setting"),
    [
        ({"sts-regional-endpoint": "yes"}, "sts-regional-endpoint"),
        ({"sts-regional-endpoint": 1}, "sts-regional-endpoint"),
        ({"compose-role-arn": "maybe"}, "compose-role-arn"),
        ({"compose-role-arn": True}, "instance_identity"),
    ],
)
def test_invalid_flags(flags: dict[str, object], setting: str) -> None:
    with pytest.raises(EndpointError) as caught:
        pod_environment({"eks.amazonaws.com/role-arn": "app"}, webhook_flags=flags)

    assert caught.value.setting == setting


@check_rows("value", ["1h", True, None, 1.5])
def test_invalid_lifetimes(value: object) -> None:
    with pytest.raises(EndpointError):
        token_settings({}, webhook_flags={"token-expiration": value})


WRONG_TYPES: list[dict[str, Any]] = [
    {"annotations": "text"},
    {"annotations": {"a": 1}},
    {"annotations": {1: "a"}},
    {"annotations": {}, "webhook_flags": ["sts-regional-endpoint"]},
    {"annotations": {}, "webhook_flags": {1: True}},
    {"annotations": {}, "container_env": {"AWS_REGION": None}},
    {"annotations": {}, "pod_annotations": 1},
    {"annotations": {}, "region": 1},
    {"annotations": ROLE, "webhook_flags": {"aws-default-region": None}},
]


@check_rows("arguments", WRONG_TYPES, ids=str)
def test_wrong_types(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        pod_environment(**arguments)


_NAMES = st.sampled_from(
    [
        *("role-arn", "audience", "sts-regional-endpoints", "token-expiration", "skip-containers"),
    ]
).map("eks.amazonaws.com/".__add__)
_ANNOTATIONS = st.dictionaries(
    _NAMES | st.text(), st.text() | st.sampled_from(["true", "0", "3600", 'a,"b"', "a"])
)
_ENVIRONMENT = st.dictionaries(
    st.sampled_from([*IRSA, *POD_IDENTITY, *REGION, *REGIONAL]) | st.text(), st.text()
)


@given(
    _ANNOTATIONS | st.none(), _ANNOTATIONS, _ENVIRONMENT, st.text(max_size=3), st.booleans(), st.booleans()
)
def test_any_texts(
    annotations: dict[str, str] | None,
    pod: dict[str, str],
    own: dict[str, str],
    container: str,
    pod_identity: bool,  # noqa: FBT001 (drawn)
    windows: bool,  # noqa: FBT001 (drawn)
) -> None:
    """Nothing raises, no variable of the container changes, and pairs are complete."""
    added = pod_environment(
        annotations,
        region="eu-west-1",
        pod_annotations=pod,
        container=container,
        container_env=own,
        pod_identity=pod_identity,
        windows=windows,
    )
    settings = token_settings(annotations, pod, pod_identity=pod_identity)

    assert added.keys().isdisjoint(own)
    for pair in (IRSA, POD_IDENTITY, REGION):
        assert added.keys() >= pair.keys() or added.keys().isdisjoint(pair)
    assert added.keys().isdisjoint(IRSA if pod_identity else POD_IDENTITY)
    assert settings.expiration_seconds >= settings.shortest_expiration_seconds >= 600


@given(st.text(max_size=6))
def test_booleans_of_go(text: str) -> None:
    expected = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}.get(text.lower())
    cased = text in {text.lower(), text.upper(), text.title()}

    assert parse_go_bool(text) == (expected if cased else None)
