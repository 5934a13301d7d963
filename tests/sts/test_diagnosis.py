"""Causes of failed STS calls: their codes, their certainty, and no invented ones."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, get_args

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import parse
from iamtriage.exceptions import EndpointError
from iamtriage.sts import (
    Certainty,
    Place,
    StsCause,
    StsCauseCode,
    StsDiagnosis,
    diagnose_sts,
    eks_webhook_flags,
    pod_environment,
)
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

CALL = "An error occurred ({}) when calling the GetCallerIdentity operation: {}"
SCOPE = CALL.format("SignatureDoesNotMatch", "Credential should be scoped to a valid region")
DISABLED = CALL.format(
    "RegionDisabledException",
    "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in "
    "this region using the IAM Console.",
)
TOKEN = CALL.format("InvalidClientTokenId", "The security token included in the request is invalid")
DENIED = CALL.format(
    "AccessDenied", "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: a:B"
)
TIMEOUT = (
    'botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: "https://sts.{}amazonaws.com/"'
)
LOOKUP = "dial tcp: lookup {} on 10.100.0.10:53: no such host"
NO_REGION = "botocore.exceptions.NoRegionError: You must specify a region."
VALUE = (
    "botocore.exceptions.InvalidSTSRegionalEndpointsConfigError: STS regional endpoints option global is invalid. "
    'Valid options are: "legacy", "regional"'
)
OTHER_SERVICE = (
    "operation error DynamoDB: ListTables, https response error StatusCode: 400, RequestID: A1, "
    "api error InvalidSignatureException: Credential should be scoped to a valid region. "
)
GLOBAL = "https://sts.amazonaws.com"
ROLE, STS = "eks.amazonaws.com/role-arn", "eks.amazonaws.com/sts-regional-endpoints"
ARN, CHINA = "arn:aws:iam::111122223333:role/app", "arn:aws-cn:iam::111122223333:role/app"
ACCOUNT = {ROLE: ARN}
POD = pod_environment(ACCOUNT, webhook_flags=eks_webhook_flags("eu-west-1"))
HALF = {"AWS_STS_REGIONAL_ENDPOINTS": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": ""}
BARE = {name: value for name, value in POD.items() if name not in HALF}
PAIR = pod_environment(ACCOUNT, pod_identity=True, region="eu-west-1")
OPT_IN = {"AWS_REGION": "ap-east-1"}

Found = dict[str, str]

# ID -> (failure, other arguments, code -> certainty of the causes in order)
CASES: dict[str, tuple[Any, dict[str, Any], Found]] = {
    # Nothing is known, or there is no problem.
    "nothing": (None, {}, {}),
    "empty": ("", {"env": {}, "annotations": {}, "region": "", "endpoint": ""}, {}),
    "another failure": (DENIED, {"env": POD, "annotations": ACCOUNT}, {}),
    "no failure": ("all is well", {"env": POD, "annotations": ACCOUNT}, {}),
    "a correct pod": (
        None,
        {"env": POD, "annotations": ACCOUNT | {STS: "true"}, "kubernetes_version": "1.31"},
        {},
    ),
    "a correct pod with Pod Identity": (None, {"env": PAIR, "annotations": {}, "pod_identity": True}, {}),
    "another service's scope": (
        OTHER_SERVICE,
        {"endpoint": "https://sts.eu-west-1.amazonaws.com"},
        {},
    ),
    "another service's scope, by its operation": (
        SCOPE.replace("GetCallerIdentity", "ListTables"),
        {},
        {},
    ),
    # Signatures.
    "scope alone": (SCOPE, {}, {"wrong-scope": "reported"}),
    "scope as a failure": (parse(SCOPE), {}, {"wrong-scope": "reported"}),
    "scope as bytes": (SCOPE.encode(), {}, {"wrong-scope": "reported"}),
    "scope as a mapping": (
        {
            "Error": {
                "Code": "SignatureDoesNotMatch",
                "Message": "Credential should be scoped to a valid region",
            }
        },
        {},
        {"wrong-scope": "reported"},
    ),
    "the documented case": (
        SCOPE,
        {"endpoint": GLOBAL, "env": POD},
        {"wrong-scope": "reported", "global-host-regional-credentials": "derived"},
    ),
    "the documented case without the endpoint": (
        SCOPE,
        {"env": POD},
        {"wrong-scope": "reported", "global-host-regional-credentials": "possible"},
    ),
    "the documented case from the annotation": (
        SCOPE,
        {"annotations": {STS: "true"}},
        {"wrong-scope": "reported", "global-host-regional-credentials": "possible"},
    ),
    "the documented case from the version": (
        SCOPE,
        {"kubernetes_version": "1.22"},
        {"wrong-scope": "reported", "global-host-regional-credentials": "possible"},
    ),
    "global host, region": (
        None,
        {"endpoint": GLOBAL + "/", "region": "eu-west-1"},
        {"global-host-regional-credentials": "derived"},
    ),
    "global host, no region": (None, {"endpoint": GLOBAL}, {"global-host-regional-credentials": "possible"}),
    "global host in the environment": (
        None,
        {"env": POD | {"AWS_ENDPOINT_URL_STS": "HTTPS://STS.amazonaws.com:443"}},
        {"global-host-regional-credentials": "derived"},
    ),
    "global host, us-east-1": (None, {"endpoint": GLOBAL, "region": "us-east-1"}, {}),
    "ignored global host": (
        None,
        {"env": POD | {"AWS_ENDPOINT_URL": GLOBAL, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}},
        {},
    ),
    "a variable that the SDK does not read": (
        None,
        {"env": POD | {"AWS_ENDPOINT_URL": GLOBAL}, "sdk": "java-v1"},
        {},
    ),
    "another region's host": (
        None,
        {"endpoint": "https://sts.us-west-2.amazonaws.com", "region": "eu-west-1"},
        {"wrong-scope": "derived"},
    ),
    "the region with FIPS": (
        None,
        {"endpoint": "https://sts-fips.us-west-2.amazonaws.com", "region": "us-west-2-fips"},
        {},
    ),
    "a VPC endpoint's own name": (
        None,
        {"endpoint": "https://vpce-0a1b.sts.us-west-2.vpce.amazonaws.com", "region": "us-west-2"},
        {},
    ),
    # Regions.
    "no region": (NO_REGION, {}, {"missing-region": "reported"}),
    "no region in the environment": (None, {"env": BARE}, {"missing-region": "possible"}),
    "a region in the code": (None, {"env": BARE, "region": "eu-west-1"}, {}),
    "a variable that boto3 does not read": (
        None,
        {"env": BARE | {"AWS_REGION": "eu-west-1"}, "sdk": "boto3"},
        {"missing-region": "possible"},
    ),
    "a variable that others read": (None, {"env": BARE | {"AWS_REGION": "eu-west-1"}, "sdk": "go-v2"}, {}),
    "an environment without AWS": (None, {"env": {"PATH": "/bin"}}, {}),
    "an unknown region": (None, {"env": {"AWS_REGION": "us_east_1"}}, {"unknown-region": "derived"}),
    "China without region": (
        None,
        {"env": BARE | {"AWS_ROLE_ARN": CHINA}},
        {"missing-region": "possible", "china-without-region": "possible"},
    ),
    "China at the global host": (
        None,
        {"annotations": {ROLE: CHINA}, "endpoint": GLOBAL, "region": "us-east-1"},
        {"china-without-region": "derived"},
    ),
    "China, time-out": (
        TIMEOUT.format(""),
        {"annotations": {ROLE: CHINA}, "vpc_endpoint": False},
        {"china-without-region": "derived"},
    ),
    "China with region": (None, {"env": POD | {"AWS_ROLE_ARN": CHINA, "AWS_REGION": "cn-north-1"}}, {}),
    "China, SDK that requires a region": (
        None,
        {"env": BARE | {"AWS_ROLE_ARN": CHINA}, "sdk": "go-v2"},
        {"missing-region": "possible"},
    ),
    "GovCloud without region": (
        None,
        {"env": BARE | {"AWS_ROLE_ARN": "arn:aws-us-gov:iam::111122223333:role/app"}},
        {"missing-region": "possible", "partition-without-region": "possible"},
    ),
    "no such partition": (
        None,
        {"endpoint": GLOBAL, "region": "us-east-1", "annotations": {ROLE: "arn:aws-x"}},
        {},
    ),
    "disabled": (DISABLED, {"region": "ap-east-1"}, {"region-disabled": "reported"}),
    "v1 token": (
        TOKEN,
        {"region": "ap-east-1", "endpoint": GLOBAL},
        {"global-host-regional-credentials": "derived", "v1-token-in-opt-in-region": "possible"},
    ),
    "v1 token, endpoint unknown": (TOKEN, {"env": OPT_IN}, {"v1-token-in-opt-in-region": "possible"}),
    "v1 token, regional": (TOKEN, {"env": OPT_IN | {"AWS_STS_REGIONAL_ENDPOINTS": "regional"}}, {}),
    "v1 token, default region": (TOKEN, {"region": "eu-west-1"}, {}),
    "v1 token, default region declared as opt-in": (
        TOKEN,
        {"region": "eu-west-1", "opt_in": True},
        {"v1-token-in-opt-in-region": "possible"},
    ),
    "v1 token, opt-in Region declared as default": (TOKEN, {"region": "ap-east-1", "opt_in": False}, {}),
    "v1 token, client without region": (
        None,
        {"env": {"AWS_PAGER": "less"}, "cluster_region": "ap-east-1", "sdk": "boto3"},
        {"missing-region": "possible", "v1-token-in-opt-in-region": "possible"},
    ),
    "v1 token, China": (TOKEN, {"region": "cn-north-1"}, {}),
    # The network.
    "time-out at the global host": (TIMEOUT.format(""), {}, {"private-dns-regional-only": "possible"}),
    "private DNS": (TIMEOUT.format(""), {"vpc_endpoint": True}, {"private-dns-regional-only": "derived"}),
    "no VPC endpoint": (TIMEOUT.format(""), {"vpc_endpoint": False}, {}),
    "private DNS, own region": (
        TIMEOUT.format("eu-west-1."),
        {"vpc_endpoint": True, "cluster_region": "eu-west-1"},
        {},
    ),
    "private DNS, other region": (
        TIMEOUT.format("us-east-1."),
        {"vpc_endpoint": True, "cluster_region": "eu-west-1"},
        {"private-dns-regional-only": "derived"},
    ),
    "private DNS, legacy SDK": (
        None,
        {"vpc_endpoint": True, "region": "eu-west-1", "sdk": "boto3-1.39"},
        {"private-dns-regional-only": "possible"},
    ),
    "private DNS, legacy variable": (
        None,
        {"vpc_endpoint": True, "env": POD | {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}},
        {"private-dns-regional-only": "possible"},
    ),
    "private DNS, SDK without the setting": (
        None,
        {"vpc_endpoint": True, "env": POD | {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, "sdk": "java-v2"},
        {},
    ),
    "private DNS, legacy in a newer region": (
        None,
        {"vpc_endpoint": True, "region": "ap-northeast-2", "sdk": "cli-v1"},
        {},
    ),
    "private DNS, legacy with FIPS": (
        None,
        {
            "vpc_endpoint": True,
            "env": POD | {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_REGION": "us-east-1"},
            "sdk": "go-v1",
        },
        {},
    ),
    "FIPS host not resolved": (
        LOOKUP.format("sts-fips.eu-west-1.amazonaws.com"),
        {},
        {"unpublished-fips-host": "derived"},
    ),
    "FIPS host in the code": (
        None,
        {"endpoint": "https://sts-fips.eu-west-1.amazonaws.com", "region": "eu-west-1"},
        {"unpublished-fips-host": "possible"},
    ),
    "FIPS by the environment": (
        None,
        {"env": POD | {"AWS_USE_FIPS_ENDPOINT": "true"}},
        {"unpublished-fips-host": "possible"},
    ),
    "FIPS host that exists": (LOOKUP.format("sts-fips.us-east-1.amazonaws.com"), {}, {}),
    "FIPS in GovCloud": (None, {"env": {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_REGION": "us-gov-west-1"}}, {}),
    "FIPS with an endpoint": (
        None,
        {"env": POD | {"AWS_USE_FIPS_ENDPOINT": "true"}, "endpoint": "https://sts.eu-west-1.amazonaws.com"},
        {},
    ),
    # Kubernetes.
    "false": (None, {"annotations": {STS: "false"}}, {"annotation-false-has-no-effect": "possible"}),
    "false, regional SDK": (
        None,
        {"annotations": {STS: "F"}, "sdk": "boto3 1.40"},
        {"annotation-false-has-no-effect": "derived"},
    ),
    "false, SDK without the setting": (
        None,
        {"annotations": {STS: "0"}, "sdk": "js-v3"},
        {"annotation-false-has-no-effect": "derived"},
    ),
    "false, legacy SDK": (None, {"annotations": {STS: "false"}, "sdk": "Java v1"}, {}),
    "false, old botocore": (None, {"annotations": {STS: "false"}, "sdk": "botocore-1.39.17"}, {}),
    "false, legacy variable": (
        None,
        {
            "annotations": {STS: "false"},
            "env": {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"},
            "region": "eu-west-1",
        },
        {},
    ),
    "annotation global": (None, {"annotations": {STS: "global"}}, {"annotation-value-not-known": "derived"}),
    "annotation legacy": (None, {"annotations": {STS: "legacy"}}, {"annotation-value-not-known": "derived"}),
    "variable global": (
        None,
        {"env": POD | {"AWS_STS_REGIONAL_ENDPOINTS": "global"}},
        {"annotation-value-not-known": "derived"},
    ),
    "variable in upper case": (
        None,
        {"env": POD | {"AWS_STS_REGIONAL_ENDPOINTS": "REGIONAL"}},
        {"annotation-value-not-known": "derived"},
    ),
    "variable empty": (None, {"env": POD | {"AWS_STS_REGIONAL_ENDPOINTS": ""}}, {}),
    "variable that the SDK does not read": (
        None,
        {"env": POD | {"AWS_STS_REGIONAL_ENDPOINTS": "global"}, "sdk": "cli-v2"},
        {},
    ),
    "value rejected": (VALUE, {}, {"annotation-value-not-known": "reported"}),
    "annotation newer than the pod": (
        None,
        {"env": BARE, "region": "eu-west-1", "annotations": ACCOUNT | {STS: "true"}},
        {"pods-not-recreated": "possible"},
    ),
    "false newer than the pod": (
        None,
        {"env": POD, "annotations": ACCOUNT | {STS: "false"}},
        {"pods-not-recreated": "possible", "annotation-false-has-no-effect": "possible"},
    ),
    "default newer than the pod": (
        None,
        {"env": BARE, "region": "eu-west-1", "annotations": ACCOUNT, "kubernetes_version": "1.31"},
        {"pods-not-recreated": "possible"},
    ),
    "annotation that the cluster does not read": (
        None,
        {
            "env": BARE,
            "region": "eu-west-1",
            "annotations": ACCOUNT | {STS: "true"},
            "kubernetes_version": "1.17",
        },
        {},
    ),
    "role newer than the pod": (
        None,
        {"env": {"AWS_REGION": "eu-west-1"}, "annotations": ACCOUNT},
        {"pods-not-recreated": "possible"},
    ),
    "another role": (
        None,
        {"env": POD, "annotations": {ROLE: ARN + "2"}},
        {"pods-not-recreated": "possible"},
    ),
    "a bare name, composed": (None, {"env": POD, "annotations": {ROLE: "app"}}, {}),
    "the annotation without a role": (
        None,
        {"env": {"AWS_REGION": "eu-west-1"}, "annotations": {STS: "true"}},
        {},
    ),
    "Pod Identity before IRSA": (
        None,
        {"env": PAIR, "annotations": ACCOUNT},
        {"pod-identity-wins": "derived"},
    ),
    "Pod Identity's association": (
        None,
        {"annotations": ACCOUNT, "pod_identity": True},
        {"pod-identity-wins": "derived"},
    ),
    "both in the environment": (None, {"env": POD | PAIR}, {"pod-identity-wins": "possible"}),
    # Several at once, the most certain first.
    "all at once": (
        DISABLED,
        {"endpoint": GLOBAL, "env": POD | PAIR | OPT_IN, "annotations": ACCOUNT | {STS: "yes"}},
        {
            "region-disabled": "reported",
            "global-host-regional-credentials": "derived",
            "annotation-value-not-known": "derived",
            "pod-identity-wins": "possible",
            "v1-token-in-opt-in-region": "possible",
        },
    ),
}


@check_rows(("failure", "known", "expected"), CASES.values(), ids=CASES.keys())
def test_causes(failure: Any, known: dict[str, Any], expected: Found) -> None:  # noqa: ANN401 (any accepted type)
    found = diagnose_sts(failure, **known)

    assert {cause.code: cause.certainty for cause in found.causes} == expected
    assert found.codes == tuple(expected)
    assert bool(found) == bool(expected)
    check(found)


def check(found: StsDiagnosis) -> None:
    """Check that a diagnosis is complete and printable, and that its commands are valid."""
    for cause in found.causes:
        assert cause.code in get_args(StsCauseCode)
        assert cause.certainty in get_args(Certainty)
        assert cause.title.endswith(".")
        assert cause.evidence
        assert cause.fixes
        for fix in cause.fixes:
            assert fix.where in get_args(Place)
            assert fix.text
            for command in fix.commands:
                assert shlex.split(command)[0] in {"kubectl", "aws"}
    assert not set(str(found)) & set(map(chr, (*range(10), *range(11, 32), *range(127, 160))))
    data = found.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert [cause["code"] for cause in data["causes"]] == list(found.codes)


def test_every_cause_has_a_case() -> None:
    assert {code for _, _, expected in CASES.values() for code in expected} == set(get_args(StsCauseCode))


def only(code: str, *arguments: Any, **known: Any) -> StsCause:  # noqa: ANN401 (like diagnose_sts)
    (cause,) = (cause for cause in diagnose_sts(*arguments, **known).causes if cause.code == code)
    return cause


def commands(cause: StsCause) -> list[str]:
    return [command for fix in cause.fixes for command in fix.commands]


def test_fixes_name_what_is_known() -> None:
    cause = only(
        "private-dns-regional-only",
        TIMEOUT.format(""),
        vpc_endpoint=True,
        cluster_region="cn-north-1",
        namespace="shop",
        service_account="cart",
        workload="statefulset/cart",
    )

    assert cause.fixes[0].text == "call the regional endpoint: https://sts.cn-north-1.amazonaws.com.cn"
    assert commands(cause) == [
        f"kubectl annotate serviceaccount cart --namespace shop --overwrite {STS}=true",
        "kubectl rollout restart statefulset/cart --namespace shop",
        (
            "aws ec2 describe-vpc-endpoints --region cn-north-1"
            " --filters Name=service-name,Values=cn.com.amazonaws.cn-north-1.sts"
        ),
    ]


def test_fixes_have_placeholders_for_unknown_names() -> None:
    cause = only("missing-region", NO_REGION)

    assert commands(cause) == [
        "kubectl set env deployment/NAME --namespace NAMESPACE AWS_REGION=REGION AWS_DEFAULT_REGION=REGION",
        "kubectl rollout restart deployment/NAME --namespace NAMESPACE",
    ]


@check_rows(
    ("known", "accounts"),
    [
        ({"region": "ap-east-1"}, ["aws account enable-region --region-name ap-east-1"]),
        ({"region": "eu-west-1"}, []),
        ({"region": "eu-west-1", "opt_in": True}, ["aws account enable-region --region-name eu-west-1"]),
        ({}, ["aws account enable-region --region-name REGION"]),
        (
            {"endpoint": "https://sts.af-south-1.amazonaws.com"},
            ["aws account enable-region --region-name af-south-1"],
        ),
        ({"cluster_region": "me-south-1"}, ["aws account enable-region --region-name me-south-1"]),
    ],
)
def test_regions_are_enabled_or_activated(known: dict[str, Any], accounts: list[str]) -> None:
    assert commands(only("region-disabled", DISABLED, **known)) == accounts


def test_exceptions() -> None:
    class NoRegionError(Exception):
        pass

    class Hostile(Exception):  # noqa: N818 (a name for a test)
        def __str__(self) -> str:
            raise RuntimeError

    assert diagnose_sts(NoRegionError("You must specify a region.")).codes == ("missing-region",)
    assert diagnose_sts(Hostile()).codes == ()
    assert diagnose_sts(ExceptionGroup("several", [ValueError(SCOPE)])).codes == ("wrong-scope",)


def test_other_failures() -> None:
    assert diagnose_sts({"a": "b"}) == StsDiagnosis()
    assert diagnose_sts(b"You must specify a region").codes == ("missing-region",)
    assert str(diagnose_sts()) == "No cause found."


def test_cards() -> None:
    """A notebook shows each cause with its fixes, and whatever evidence there is."""
    assert "No cause found." in StsDiagnosis()._repr_markdown_()
    found = diagnose_sts(SCOPE, env=POD)
    for cause in (found.causes[0], attrs.evolve(found.causes[0], evidence=())):
        card = StsDiagnosis((cause,))._repr_markdown_()
        assert cause.title in card
        assert all(fix.where in card for fix in cause.fixes)
        assert ("scoped to a valid region" in card) is bool(cause.evidence)


def test_names_of_sdks() -> None:
    for name in ("botocore", "botocore-1.40.0", "boto3_1.44", " BOTO3 "):
        assert diagnose_sts(sdk=name, annotations={STS: "false"}).codes == ("annotation-false-has-no-effect",)


@pytest.mark.unmeasured
def test_a_failure_far_into_a_log() -> None:
    found = diagnose_sts("noise\n" * 100_000 + SCOPE)

    assert found.codes == ("wrong-scope",)
    assert "scoped to a valid region" in found.causes[0].evidence[0]


def test_secrets_are_left_out() -> None:
    found = diagnose_sts(
        SCOPE,
        endpoint="https://ana:hunter2@sts.amazonaws.com/?key=hunter2",
        env=POD | {"AWS_SESSION_TOKEN": "hunter2"},
    )

    assert "global-host-regional-credentials" in found.codes
    assert "hunter2" not in str(found) + json.dumps(found.to_dict())


@check_rows(
    "url",
    ["https://[::1", "//", "https://", "sts.amazonaws.com.evil.example", "http://[x]/", "a" * 10_000, "\x00"],
)
def test_odd_endpoints(url: str) -> None:
    assert diagnose_sts(endpoint=url, region="eu-west-1").codes == ()


HOSTILE = [
    "$(id)",
    "a; rm -rf /",
    "`id`",
    "-n",
    "--all",
    "a\nb",
    "\x1b[31m",
    "'",
    '"',
    "",
    "a" * 300,
    "ä",
    "a b",
]


@check_rows("value", HOSTILE, ids=ascii)
def test_hostile_values(value: str) -> None:
    """No value adds an argument or option to a command, or reaches the terminal unescaped."""
    known: dict[str, Any] = {
        "env": {
            "AWS_REGION": value,
            "AWS_ROLE_ARN": f"arn:aws-cn:{value}",
            "AWS_USE_FIPS_ENDPOINT": value,
            **PAIR,
        },
        "annotations": {ROLE: value + "x", STS: value},
        "region": value,
        "endpoint": GLOBAL,
        "cluster_region": value,
        "vpc_endpoint": True,
    }
    found = diagnose_sts(SCOPE + value, namespace=value, service_account=value, workload=value, **known)
    without_names = diagnose_sts(SCOPE + value, **known)

    check(found)
    assert found.codes == without_names.codes
    for cause, plain in zip(found.causes, without_names.causes, strict=True):
        for command, placeholders in zip(commands(cause), commands(plain), strict=True):
            words = shlex.split(command)
            assert len(words) == len(shlex.split(placeholders))
            assert not value.startswith("-") or value not in words


@check_rows(
    "known",
    [
        {"env": "text"},
        {"env": {"AWS_REGION": 1}},
        {"env": {1: "a"}},
        {"annotations": []},
        {"region": 1},
        {"endpoint": b"https://sts.amazonaws.com"},
        {"sdk": 1},
        {"vpc_endpoint": "true"},
        {"opt_in": 1},
        {"pod_identity": "no"},
        {"kubernetes_version": 1.31},
        {"namespace": 1},
        {"failure": 1},
    ],
    ids=str,
)
def test_wrong_types(known: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        diagnose_sts(**known)


def test_wrong_values() -> None:
    with pytest.raises(EndpointError):
        diagnose_sts(kubernetes_version="latest")
    for name in ("cobol", "", "boto", "java", "x" * 10_000):
        with pytest.raises(ValueError, match=r"unknown sdk .*; expected one of boto3, "):
            diagnose_sts(sdk=name)


_VARIABLES = st.sampled_from(
    [*POD, *PAIR, "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL", "AWS_USE_FIPS_ENDPOINT"]
)
_VALUES = st.sampled_from(
    ["", "true", "global", "legacy", "eu-west-1", "ap-east-1", GLOBAL, ARN, CHINA, *HOSTILE]
)
_ENV = st.dictionaries(_VARIABLES | st.text(), _VALUES | st.text())
_ANNOTATIONS = st.dictionaries(st.sampled_from([ROLE, STS]) | st.text(), _VALUES | st.text())
_FAILURES = (
    st.sampled_from([SCOPE, DISABLED, TOKEN, TIMEOUT.format(""), NO_REGION, VALUE]) | st.text() | st.binary()
)


@given(
    _FAILURES,
    _ENV,
    _ANNOTATIONS,
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(
                ("region", "endpoint", "cluster_region", "namespace", "service_account", "workload"),
                _VALUES | st.text(),
            ),
            **dict.fromkeys(("vpc_endpoint", "opt_in", "pod_identity"), st.booleans()),
            "sdk": st.sampled_from(["boto3", "boto3-1.39", "go-v1", "go-v2", "java-v2", "cli-v2"]),
            "kubernetes_version": st.sampled_from(["1.17", "1.21", "1.31"]),
        },
    ),
)
def test_any_texts(
    failure: str | bytes, env: Mapping[str, str], annotations: Mapping[str, str], known: dict[str, Any]
) -> None:
    check(diagnose_sts(failure, env=env, annotations=annotations, **known))
