"""Another part of the text than the error decides the cause: a policy, a listing, a log line or a setting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from iamtriage import explain
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT = "111122223333"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9"
GITHUB = "token.actions.githubusercontent.com"
WEB = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"


def _trust(issuer: str, **conditions: str | list[str]) -> dict[str, object]:
    keys = {f"{issuer}:{claim}": value for claim, value in conditions.items()}
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": keys},
            }
        ]
    }


POD, JOB = "system:serviceaccount:orders:api", "repo:acme/shop:ref:refs/heads/main"


@check_rows(
    ("issuer", "stated", "fixed"),
    [
        (EKS, {"aud": POD}, {"sub": POD, "aud": "sts.amazonaws.com"}),
        (GITHUB, {"aud": JOB}, {"sub": JOB, "aud": "sts.amazonaws.com"}),
        (EKS, {"sub": "sts.amazonaws.com", "aud": POD}, {"sub": POD, "aud": "sts.amazonaws.com"}),
        (
            "gitlab.example.com",
            {"aud": "project_path:a/b:ref_type:branch:ref:main"},
            {"sub": "project_path:a/b:ref_type:branch:ref:main"},
        ),
    ],
    ids=["pod", "job", "swapped", "gitlab"],
)
def test_subject_under_the_key_of_the_audience(
    issuer: str, stated: dict[str, str], fixed: dict[str, str]
) -> None:
    explanation = explain(f"{WEB}\n{json.dumps(_trust(issuer, **stated))}")
    has_audience = "aud" in fixed and "sub" not in stated
    verdict = "The token's audience is sts.amazonaws.com" if has_audience else "no token matches"
    assert verdict in explanation.summary
    first = explanation.remedies[0]
    assert ("also requires :aud = sts.amazonaws.com" in first.steps[0]) is has_audience
    assert first.policy is not None
    assert first.policy["Statement"] == _trust(issuer, **fixed)["Statement"]


@pytest.mark.parametrize("audience", ["https://gitlab.example.com", [POD, "sts.amazonaws.com"]])
def test_audience_that_can_match(audience: str | list[str]) -> None:
    explanation = explain(f"{WEB}\n{json.dumps(_trust(EKS, aud=audience, sub=POD))}")
    assert "but it is a subject" not in explanation.summary


DENY = {
    "Sid": "NeedImds",
    "Effect": "Deny",
    "Action": "ec2:RunInstances",
    "Resource": "arn:aws:ec2:*:*:instance/*",
    "Condition": {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}},
}
SCP = f"operation error EC2: RunInstances, https response error StatusCode: 403, RequestID: 1, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::{ACCOUNT}:assumed-role/nodes/s1 is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/* with an explicit deny in a service control policy"


@check_rows(
    ("start", "setting", "title", "sends"),
    [
        (
            'karpenter: "controller":"nodeclass.validation" ',
            "httpTokens: required",
            "Turn off Karpenter's dry run",
            False,
        ),
        (
            "",
            'resource "aws_launch_template" "a" {\n metadata_options { http_tokens = "required" }\n}',
            "Send ec2:MetadataHttpTokens = required with this request",
            False,
        ),
        ("karpenter: ", "httpTokens: optional", "Launch the instance with IMDSv2 required", True),
        ("karpenter: ", "", "Launch the instance with IMDSv2 required", None),
    ],
    ids=["karpenter", "terraform", "another-value", "no-setting"],
)
def test_setting_that_the_request_does_not_send(
    start: str, setting: str, title: str, *, sends: bool | None
) -> None:
    explanation = explain(f"{start}{SCP}\n{setting}\nThe SCP: {json.dumps(DENY)}")
    assert "the statement NeedImds of the service control policy in the text denies it" in explanation.summary
    assert ("because the request has no ec2:MetadataHttpTokens" in explanation.summary) is (sends is False)
    assert explanation.remedies[0].title.startswith(title)
    nulls = [each for each in explanation.remedies[0].steps if '"Null"' in each]
    assert bool(nulls) is (sends is False)


@pytest.mark.parametrize(
    "setting",
    [
        'resource "aws_instance" "a" {\n metadata_options { http_tokens = "required" }\n}',
        "$ aws ec2 run-instances --launch-template LaunchTemplateName=a --metadata-options HttpTokens=required",
    ],
)
def test_setting_that_the_request_may_send(setting: str) -> None:
    explanation = explain(f"{setting}\n{SCP}\nThe SCP: {json.dumps(DENY)}")
    assert "because the request has no" not in explanation.summary


def _provider(region: str, suffix: str = "") -> tuple[str, str, str]:
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(
        region.rpartition("-")[0].rpartition("-")[0], "aws"
    )
    host = f"oidc.eks.{region}.amazonaws.com{suffix}/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9"
    message = (
        f"InvalidIdentityTokenException: No OpenIDConnect provider found in your account for https://{host}"
    )
    listing = f'$ aws iam list-open-id-connect-providers\n{{"OpenIDConnectProviderList": [{{"Arn": "arn:{partition}:iam::{ACCOUNT}:oidc-provider/{host}"}}]}}'
    return partition, message, listing


@check_rows(
    ("region", "suffix", "log", "place"),
    [
        (
            "cn-northwest-1",
            ".cn",
            "resolveRegion accepting first of: undefined (provider) us-east-1 (STS default)",
            "China",
        ),
        ("us-gov-west-1", "", "POST https://sts.amazonaws.com/", "AWS GovCloud"),
        ("us-gov-east-1", "", "fromTokenFile({ roleSessionName: name })", "AWS GovCloud"),
        ("eu-west-1", "", "AWS_REGION=cn-north-1", "the commercial Regions"),
    ],
)
def test_sts_of_another_partition(region: str, suffix: str, log: str, place: str) -> None:
    partition, message, listing = _provider(region, suffix)
    explanations = [explain(each) for each in (f"{log}\n{message}", f"{message}\n\n{log}\n{listing}")]
    for explanation in explanations:
        assert f"{place} ({partition})" in explanation.summary
        (first,) = explanation.remedies
        assert f"AWS_REGION={region} AWS_DEFAULT_REGION={region}" in first.commands[0]
    assert "need not be created" in str(explanations[1])


@pytest.mark.parametrize(
    ("region", "suffix", "shown", "is_likely"),
    [
        ("cn-north-1", ".cn", "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/token\nTZ=UTC\n", True),
        (
            "cn-north-1",
            ".cn",
            "AWS_REGION=cn-north-1\nAWS_WEB_IDENTITY_TOKEN_FILE=/var/run/token\n",
            False,
        ),
        ("eu-west-1", "", "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/token\n", False),
    ],
)
def test_environment_without_region(region: str, suffix: str, shown: str, *, is_likely: bool) -> None:
    _, message, listing = _provider(region, suffix)
    explanation = explain(f"{message}\n\n$ kubectl exec deploy/app -- env | sort\n{shown}{listing}")
    assert explanation.summary.startswith("Most likely, the call went to STS in us-east-1") is is_likely


def test_provider_that_exists_elsewhere() -> None:
    _, message, listing = _provider("eu-west-1")
    same = explain(f"AWS_ROLE_ARN=arn:aws:iam::{ACCOUNT}:role/app\n{message}\n\n{listing}")
    assert f"although account {ACCOUNT} has it" in same.summary
    assert not any("Create" in each.title for each in same.remedies)
    other = explain(f"AWS_ROLE_ARN=arn:aws:iam::444455556666:role/app\n{message}\n\n{listing}")
    assert "in account 444455556666, that of the role app" in other.summary
    assert other.remedies[0].title == "Create the IAM OIDC provider in account 444455556666"
    # The Region of the call is that of the issuer's partition, and another provider is none of this issuer.
    unlisted = explain(f"AWS_REGION=us-east-1\n{message}\n\n{listing.replace('0A1B', 'FFFF')}")
    assert unlisted.summary.startswith("IAM has no OIDC provider")


def _zones(action: str, *zones: str) -> str:
    arns = [f"arn:aws:route53:::hostedzone/{each}" for each in zones]
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": f"route53:{action}", "Resource": arns}]})


ZONE = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/dns/1 is not authorized to perform: route53:ListResourceRecordSets on resource: arn:aws:route53:::hostedzone/Z0NEW because no identity-based policy allows the route53:ListResourceRecordSets action"


def test_zone_filter() -> None:
    explanation = explain(f"external-dns: {ZONE}\nargs: [--provider=aws]\n{_zones('*', 'Z0OWN')}")
    assert "only on the hosted zone Z0OWN, and no filter limits ExternalDNS to it" in explanation.summary
    first, second, *_ = explanation.remedies
    assert "--zone-id-filter=Z0OWN" in first.title
    assert second.policy is not None
    assert "hostedzone/*" not in str(second.policy)
    two = explain(f"external-dns: {ZONE}\n{_zones('List*', 'Z0OWN', 'Z0TWO')}")
    assert "--zone-id-filter=Z0OWN --zone-id-filter=Z0TWO" in two.remedies[0].title
    assert "no filter" not in two.summary
    # It writes only what somebody wants to have in the zone.
    written = explain(f"external-dns: {ZONE.replace('ListR', 'ChangeR')}\n{_zones('*', 'Z0OWN')}")
    assert written.remedies[0].layer == "identity"
    assert "limit it instead: --zone-id-filter=Z0OWN" in (written.causes[0].text or "")


@check_rows(
    "text",
    [
        f"external-dns: {ZONE}\nargs: [--zone-id-filter=Z0NEW]\n{_zones('*', 'Z0OWN')}",
        f"cert-manager: {ZONE}\n{_zones('*', 'Z0OWN')}",
        f"external-dns: {ZONE}\n{_zones('GetChange', 'Z0OWN')}",
        f"external-dns: {ZONE}\n{_zones('*', '*')}",
    ],
    ids=["filter", "another-controller", "another-action", "all-zones"],
)
def test_no_zone_filter(text: str) -> None:
    assert not any("--zone-id-filter" in each.title for each in explain(text).remedies)


REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
TAGS = f'could not fetch tags: GET "https://{REGISTRY}/v2/charts/app/tags/list?n=1000": unexpected status code 403: Forbidden'
ATTACHED = '$ aws iam list-attached-role-policies --role-name nodes\n["{}"]'


def test_listing_tags_is_no_pull() -> None:
    explanation = explain(f"{TAGS}\n{ATTACHED.format('AmazonEC2ContainerRegistryPullOnly')}")
    assert "AmazonEC2ContainerRegistryPullOnly does not contain it" in explanation.summary
    assert explanation.causes[0].evidence == "derived"
    first = explanation.remedies[0]
    assert "--role-name nodes" in first.commands[0]
    assert first.policy is not None
    assert first.policy["Statement"][0]["Action"] == "ecr:ListImages"
    other = explain(f"{TAGS}\n{ATTACHED.format('AmazonEC2ContainerRegistryReadOnly')}")
    assert other.causes[0].evidence == "possible"
    pull = explain(TAGS.replace("tags/list?n=1000", "manifests/1.4.2"))
    assert "denied the pull of charts/app" in pull.summary


HCL = """data "aws_iam_policy_document" "endpoint" {
  statement {
    effect = "Deny"
    actions = ["*"]
    resources = ["*"]
    principals {
      type = "*"
      identifiers = ["*"]
    }
    condition {
      test = "StringNotEquals"
      variable = "aws:SourceVpc"
      values = [module.vpc.vpc_id]
    }
  }
}
"""
PULL = f'Failed to pull image "{REGISTRY}/shop/api:1.4.2": failed to resolve reference "{REGISTRY}/shop/api:1.4.2": pulling from host {REGISTRY} failed with status code [manifests 1.4.2]: 403 Forbidden'
ANY_DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
QUEUE = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/app/s1 is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:orders because no VPC endpoint policy allows the sqs:SendMessage action"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            f"{PULL}\nvpc_endpoints policy:\n{HCL}",
            "calls ecr:GetAuthorizationToken on * and ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository",
        ),
        (
            f"{PULL}\nfrom eu-central-1 it works\nvpc-endpoints:\n{HCL}",
            "Requests to eu-central-1 do not go through the endpoints of eu-west-1",
        ),
        (f"{QUEUE}\nThe endpoint policy: {json.dumps(ANY_DENY)}", '"Effect": "Allow"'),
    ],
    ids=["terraform", "regions", "json"],
)
def test_endpoint_policy_without_allow(text: str, words: str) -> None:
    explanation = explain(text)
    assert "has a Deny and no Allow" in explanation.summary
    assert words in " ".join(explanation.to_text(detail="full").split())
    (first,) = explanation.remedies
    # It allows the denied action only.
    assert (first.statement or {}).get("Action") in {None, "sqs:SendMessage"}
    assert any("--reset-policy" in each for each in first.commands)


@check_rows(
    "policy",
    [
        HCL.replace('"Deny"', '"Allow"'),
        json.dumps({"Statement": [ANY_DENY, {**ANY_DENY, "Effect": "Allow"}]}),
        json.dumps({"Statement": {**ANY_DENY, "Resource": "arn:aws:s3:::logs/*"}}),
        json.dumps(ANY_DENY),
    ],
)
def test_other_policy_near_an_endpoint(policy: str) -> None:
    assert "has a Deny and no Allow" not in explain(f"{PULL}\nvpc endpoint:\n{policy}").summary


_STREAM = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/app/s1 is not authorized to perform: kinesis:PutRecords on resource: arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/logs because no VPC endpoint policy allows the kinesis:PutRecords action"
_ONE_RECORD = {"Effect": "Allow", "Principal": "*", "Action": "kinesis:PutRecord", "Resource": "*"}


@pytest.mark.parametrize(
    ("said", "is_answered"),
    [
        ("`aws kinesis put-record --stream-name logs` works from there.", True),
        ("`aws kinesis put-record --stream-name logs` fails, too.", False),
        ("`aws kinesis list-streams` works from there.", False),
    ],
    ids=["other action", "fails", "other command"],
)
def test_call_that_the_endpoint_lets_through(said: str, *, is_answered: bool) -> None:
    explanation = explain(f"{_STREAM}\n{said}\nThe endpoint policy: {json.dumps(_ONE_RECORD)}")
    answer = "aws kinesis put-record works because it requires kinesis:PutRecord, which the policy has."
    assert (answer in explanation.causes[0].text) is is_answered


LISTING = 'Error: Failed to get existing workspaces: Unable to list objects in S3 bucket "states"{}: operation error S3: ListObjectsV2, https response error StatusCode: 403, RequestID: 1, HostID: 2, api error AccessDenied: Access Denied'
MESSAGE = ' with prefix "teams/a/"'
LS = "$ aws s3 ls s3://states{}\n\nAn error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied"


def _prefixes(*prefixes: str) -> str:
    condition = {"StringLike": {"s3:prefix": list(prefixes)}}
    return json.dumps(
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::states",
            "Condition": condition,
        }
    )


@check_rows(
    ("text", "listed", "words"),
    [
        (f"{LISTING.format('')}\n{_prefixes('net/*')}", "env:/", '["net/*", "env:/"]'),
        (
            f"{LISTING.format(MESSAGE)}\n{_prefixes('net/*')}",
            "teams/a/",
            '["net/*", "teams/a/"]',
        ),
        (
            f'{LISTING.format("")}\nbackend "s3" {{\n workspace_key_prefix = "ws"\n}}\n{_prefixes("net/*")}',
            "ws/",
            '["net/*", "ws/"]',
        ),
        (f"{LS.format('/logs/')}\n{_prefixes('home/*')}", "logs/", '["home/*", "logs/"]'),
        (f"{LS.format('')}\n{_prefixes('home/*')}", "the whole bucket", "aws s3 ls s3://states/home/"),
    ],
    ids=["env", "message", "workspace-prefix", "folder", "bucket"],
)
def test_prefix_that_the_policy_does_not_allow(text: str, listed: str, words: str) -> None:
    explanation = explain(text)
    assert explanation.summary.endswith(f"but the call lists {listed}.")
    assert words in explanation.to_text(detail="full")


@pytest.mark.parametrize(
    "text", [f"{LISTING.format('')}\n{_prefixes('*')}", f"{LS.format('/home/ana/')}\n{_prefixes('home/*')}"]
)
def test_prefix_that_the_policy_allows(text: str) -> None:
    assert "but the call lists" not in explain(text).summary


GROUP = f"arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:targetgroup/k8s-web/"


def _tagging(
    resource: str, condition: Mapping[str, object], action: str = "elasticloadbalancing:AddTags"
) -> str:
    denied = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/lbc/s1 is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
    return f"{denied}\n{json.dumps({'Effect': 'Allow', 'Action': action, 'Resource': '*', 'Condition': condition})}"


def test_tag_of_a_resource_that_is_being_created() -> None:
    tag = "elbv2.k8s.aws/cluster"
    condition = {"Null": {f"aws:RequestTag/{tag}": "true", f"aws:ResourceTag/{tag}": "false"}}
    explanation = explain(_tagging(f"{GROUP}*", condition))
    assert (
        "already has the tag elbv2.k8s.aws/cluster, and this one is only being created" in explanation.summary
    )
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Condition"] == {
        "Null": {f"aws:RequestTag/{tag}": "false"},
        "StringEquals": {"elasticloadbalancing:CreateAction": "CreateTargetGroup"},
    }
    logged = f'{{"logger":"controllers.ingress","LB SGs":[{{"$ref":"#/resources/AWS::EC2::SecurityGroup/ManagedLBSecurityGroup/status/groupID"}}]}}\n{_tagging(f"{GROUP}*", condition)}'
    assert "The AWS Load Balancer Controller then retries automatically." in explain(logged).remedies[0].steps
    existing = explain(_tagging(f"{GROUP}0a1b2c3d", condition))
    assert "only being created" not in existing.summary


def test_tag_of_resources_that_exist() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "web"}}
    path = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/web/*"
    assert "only being created" not in explain(_tagging(path, condition, "ssm:GetParametersByPath")).summary


def test_tag_of_an_instance_that_is_being_created() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "web"}}
    explanation = explain(
        _tagging(f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*", condition, "ec2:RunInstances")
    )
    assert "the tag team = web, and this one is only being created" in explanation.summary
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Condition"] == {"StringEquals": {"aws:RequestTag/team": "web"}}


VANISHED = "Could not create volume \"pvc-1\": operation error EC2: DescribeVolumes, https response error StatusCode: 400, RequestID: 1, api error InvalidVolume.NotFound: The volume 'vol-0a1b2c3d4e5f60718' does not exist."
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000003"
CREATED = '$ aws ec2 create-volume --size 8{}\n{{"VolumeId": "vol-0a1b2c3d4e5f60718"}}\n$ aws ec2 describe-volumes --volume-ids vol-0a1b2c3d4e5f60718\n\nAn error occurred (InvalidVolume.NotFound) when calling the DescribeVolumes operation: The volume \'vol-0a1b2c3d4e5f60718\' does not exist.'


@pytest.mark.parametrize("text", [CREATED.format(""), CREATED.partition("$ aws ec2 describe")[2]])
def test_volume_that_does_not_exist(text: str) -> None:
    assert "discarded" not in explain(text).summary


KUBELET = 'kubelet[31]: E0608 16:02:38.214410 31 kubelet_node_status.go:96] "Unable to register node with API server" err="Unauthorized" node="ip-10-0-3-4.ec2.internal"'
UNMAPPED = 'time="2023-06-08T16:02:40Z" level=warning msg="access denied" arn="arn:aws:iam::111122223333:role/{}" client="127.0.0.1:43716" error="ARN is not mapped" method=POST path=/authenticate'


def test_role_that_the_authenticator_does_not_find() -> None:
    explanation = explain(
        f"{KUBELET}\n\n{UNMAPPED.format('nodes')}", facts={"authentication_mode": "CONFIG_MAP"}
    )
    assert "no IAM permission is missing, but the role nodes has no entry in aws-auth" in explanation.summary
    first = explanation.remedies[0]
    assert first.manifest is not None
    assert "- rolearn: arn:aws:iam::111122223333:role/nodes" in first.manifest
    assert "kubectl get nodes" in first.steps[-1]
    assert "explain --all" not in str(explanation)
    assert not any(each.evidence == "possible" for each in explanation.causes)
    two = explain(f"{KUBELET}\n\n{UNMAPPED.format('nodes')}\n\n{UNMAPPED.format('other')}")
    assert "explain --all" in str(two)
    alone = explain(KUBELET)
    assert "most likely" in alone.summary
    assert any(each.evidence == "possible" for each in alone.causes)


@pytest.mark.parametrize("words", ["Our launch template requires IMDSv2.", ""])
def test_limit_in_the_launch_template(words: str) -> None:
    text = 'arn:aws:sts::111122223333:assumed-role/agent/i-0a1b2c3d4e5f60718\n$ docker run app\nUnable to locate credentials\n"HttpPutResponseHopLimit": 1'
    remedy = explain(f"{words}\n{text}").remedies[0]
    assert remedy.title == "Raise the hop limit of the instance metadata to 2"
    assert any("launch template (Terraform: metadata_options)" in each for each in remedy.steps)


@check_rows(
    ("words", "has_role", "falls_back"),
    [
        ("On the host, aws s3 ls is ok.", True, False),
        ('On the host, aws s3 ls works. Before, HttpTokens was "optional".', True, True),
        ("On the host it does not work either.", False, False),
        ("The instance is new.", False, False),
    ],
)
def test_host_that_works_has_a_role(words: str, *, has_role: bool, falls_back: bool) -> None:
    text = 'worker-1 | botocore.exceptions.NoCredentialsError: Unable to locate credentials\nin the container of docker compose\n"HttpPutResponseHopLimit": 1, "HttpTokens": "required"'
    explanation = explain(f"{words}\n{text}")
    assert ("no-instance-profile" not in {each.code for each in explanation.causes}) is has_role
    assert ("fall back to IMDSv1" in " ".join(str(explanation).split())) is falls_back


@pytest.mark.parametrize(("version", "is_old"), [("1.14", True), ("1.30", False)])
def test_token_that_only_root_can_read(version: str, *, is_old: bool) -> None:
    text = f"EKS {version}\nWebIdentityErr: unable to read file at /var/run/secrets/eks.amazonaws.com/serviceaccount/token\ncaused by: open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: permission denied"
    steps = [step for each in explain(text).remedies for step in each.steps]
    assert any("Kubernetes 1.19" in each for each in steps) is is_old


_NO_KEY = "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"


@check_rows(
    ("issuer", "subject", "keys", "is_private"),
    [
        ("https://git.acme.example", "project_path:a/b:ref_type:branch:ref:main", "/oauth/discovery/keys", True),
        ("https://oidc.k8s.acme.example", POD, "JWKS_URI", True),
        (f"https://{EKS}", POD, f"{EKS}/keys", False),
        (f"https://{GITHUB}", JOB, "JWKS_URI", False),
        ("https://keys.s3.eu-west-1.amazonaws.com", POD, "JWKS_URI", False),
        ("https://gitlab.com", "project_path:a/b:ref_type:branch:ref:main", "gitlab.com/oauth/", False),
    ],
)  # fmt: skip
def test_issuer_that_can_be_private(issuer: str, subject: str, keys: str, *, is_private: bool) -> None:
    claims = {"iss": issuer, "sub": subject, "aud": "sts.amazonaws.com"}
    trust = _trust(issuer.removeprefix("https://"), sub=subject, aud="sts.amazonaws.com")
    explanation = explain(_NO_KEY, facts={"token_claims": claims, "trust_policy": trust})
    assert ("most likely, it is not reachable" in explanation.summary) == is_private
    fetch = next(each for each in explanation.remedies if each.commands)
    assert keys in fetch.commands[1]
    assert "matches the token already" in " ".join(explanation.notes)
    other = {**claims, "sub": "other"}
    explanation = explain(_NO_KEY, facts={"token_claims": other, "trust_policy": trust})
    assert "matches the token already" not in " ".join(explanation.notes)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (f"{_NO_KEY}\nOIDC issuer: https://{EKS}", f"https://{EKS}"),
        (f"{_NO_KEY}\nkube-apiserver --service-account-issuer=https://oidc.acme.example/k8s", "https://oidc.acme.example/k8s"),
        (f"{_NO_KEY}\nold issuer: https://{EKS}, new issuer: https://oidc.acme.example", "ISSUER_URL"),
    ],
)  # fmt: skip
def test_issuer_that_the_text_states(text: str, url: str) -> None:
    fetch = next(
        each for each in explain(text).remedies if each.title == "Fetch the issuer's keys as STS does"
    )
    assert f"{url}/.well-known/openid-configuration" in fetch.commands[0]


@pytest.mark.parametrize(
    ("host", "subject", "words"),
    [
        ("oidc.acme.internal", POD, ("names that end with .internal", "kubectl get --raw", "--service-account-issuer")),
        ("git.acme.lan", "project_path:a/b:ref_type:branch:ref:main", (".lan", "oauth/discovery/keys", "ci_id_tokens_issuer_url")),
        ("10.0.3.4", "client", ("10.0.3.4 is no public address", "client-id-list AUDIENCE", "Set PUBLIC_URL as the issuer")),
    ],
)  # fmt: skip
def test_issuer_with_a_private_name(host: str, subject: str, words: tuple[str, ...]) -> None:
    claims = {"iss": f"https://{host}", "sub": subject, "aud": "sts.amazonaws.com"}
    shown = " ".join(explain(_NO_KEY, facts={"token_claims": claims}).to_text().split())
    assert all(each in shown for each in words)
    assert "Retry" not in shown


@check_rows(
    ("shown", "reason", "first"),
    [
        ("$ curl -s https://octo-oidc.s3.eu-west-1.amazonaws.com/a/.well-known/openid-configuration\n<Error><Code>AccessDenied</Code>\nsecurity blocked public access for the whole account", "S3 denies everyone the objects in octo-oidc, most likely because of Block Public Access of the account", "aws s3control put-public-access-block --account-id ACCOUNT_ID "),
        ("$ curl -i https://s3.eu-west-1.amazonaws.com/octo-oidc/openid/v1/jwks\nHTTP/1.1 403 Forbidden", "S3 denies everyone the objects in octo-oidc.", "aws s3control get-public-access-block --account-id ACCOUNT_ID"),
        ("$ curl -i https://oidc.acme.example/.well-known/openid-configuration\nHTTP/2 403", "the host does not serve them to everyone", "curl --silent"),
        ("$ curl -s https://octo-oidc.s3.eu-west-1.amazonaws.com/a/.well-known/openid-configuration\n{}", "", "curl --silent"),
        ("$ aws s3 ls s3://octo\nAn error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied", "", ""),
    ],
    ids=["account", "path", "other host", "served", "other call"],
)  # fmt: skip
def test_documents_of_an_issuer_that_are_not_public(shown: str, reason: str, first: str) -> None:
    """What a request for them got is the reason, and not another failure."""
    explanation = explain(f"{_NO_KEY}\n\n{shown}\n")
    assert reason in explanation.summary
    assert ("STS could not get the issuer's keys from https://" in explanation.summary) is bool(reason)
    assert explanation.remedies[0].commands[0].startswith(first)
    if "S3" in reason:
        assert "Sign the request" not in str(explanation)


@pytest.mark.parametrize("mode", [None, "API", "CONFIG_MAP"])
def test_console_needs_access_to_the_cluster(mode: str | None) -> None:
    text = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/Auditor/mei is not authorized to perform: eks:AccessKubernetesApi on resource: arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/live because no identity-based policy allows the eks:AccessKubernetesApi action"
    given = explain(text, facts={"authentication_mode": mode} if mode else None).remedies[1]
    assert ("aws eks create-access-entry --cluster-name live" in given.commands[0]) == (mode != "CONFIG_MAP")
    assert any("aws-auth does not count" in each for each in given.steps) == (mode == "API")
    works = f"$ kubectl get pods\nNAME  READY\napi-1 1/1\n{text}"
    assert all(
        "create-access-entry" not in line for each in explain(works).remedies for line in each.commands
    )


@pytest.mark.parametrize(
    ("service", "has_other_way"), [("pods.eks.amazonaws.com", True), ("ec2.amazonaws.com", False)]
)
def test_role_for_pod_identity(service: str, *, has_other_way: bool) -> None:
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole"]}]
    }
    facts = {
        "trust_policy": trust,
        "cluster": "live",
        "namespace": "orders",
        "service_account": "api",
        "token_claims": {"iss": f"https://{EKS}", "sub": POD, "aud": "sts.amazonaws.com"},
    }
    commands = [each for remedy in explain(WEB, facts=facts).remedies for each in remedy.commands]
    found = [each for each in commands if "create-pod-identity-association" in each]
    assert bool(found) == has_other_way
    assert all("--service-account api --role-arn " in each for each in found)


def test_access_point_of_another_account() -> None:
    denied = "$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::{}:assumed-role/reader/ana\n$ aws s3 ls s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/team-b/\nAn error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied"
    other, same = explain(denied.format("444455556666")), explain(denied.format(ACCOUNT))
    assert "in account 444455556666, the access point in 111122223333" in other.causes[1].text
    assert other.causes[1].evidence == "derived"
    assert "444455556666" not in str(same)
    assert all("must all allow it" not in each.text for each in same.causes)


@check_rows(
    ("text", "code"),
    [
        ("updating urn:pulumi:prod::shop::aws:eks/cluster:Cluster::old: ", "In the Pulumi code"),
        ("Error: updating\n  with aws_eks_cluster.old,\n  on eks.tf line 3:\n", "In the Terraform code"),
        ("", None),
    ],
)
@check_rows("mode", ["API", "API_AND_CONFIG_MAP"])
def test_jump_of_the_authentication_mode(text: str, code: str | None, mode: str) -> None:
    change = "from CONFIG_MAP to API" if mode == "API" else "from API_AND_CONFIG_MAP to CONFIG_MAP"
    error = f"operation error EKS: UpdateClusterConfig, https response error StatusCode: 400, RequestID: 0a1b, InvalidParameterException: Unsupported authentication mode update {change}"
    first = explain(text + error, facts={"cluster": "old", "region": "eu-west-1"}).remedies[0]
    start = code or ("With" if mode == "API" else "A principal's access entry takes precedence")
    assert any(each.startswith(start) for each in first.steps)
    if mode == "API":
        is_terraform = code == "In the Terraform code"
        ending = "terraform apply" if is_terraform else "authenticationMode=API_AND_CONFIG_MAP"
        assert first.commands[0].endswith(ending)
        assert "aws-auth migrate" in first.commands[-1]
    else:
        assert not any("update-cluster-config" in each for each in first.commands)
        assert "delete-access-entry" in first.commands[-1]


_ASSOCIATE = "$ aws eks associate-access-policy --cluster-name live --principal-arn arn:aws:iam::111122223333:role/orders --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy --access-scope type=cluster\nAn error occurred (ResourceNotFoundException) when calling the AssociateAccessPolicy operation: The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.\n"


@pytest.mark.parametrize(
    ("entry", "options"),
    [
        (
            "- rolearn: arn:aws:iam::111122223333:role/orders\n  username: orders\n  groups:\n    - readers\n    - system:masters\n",
            ("--username orders", "--kubernetes-groups readers"),
        ),
        (
            "- rolearn: arn:aws:iam::111122223333:role/billing\n  username: billing\n  groups:\n    - admins\n",
            (),
        ),
    ],
    ids=["own", "another role"],
)
def test_groups_of_the_map_for_a_new_entry(entry: str, options: tuple[str, ...]) -> None:
    explanation = explain(f"{_ASSOCIATE}$ kubectl -n kube-system get cm aws-auth -o yaml\n{entry}")
    create = explanation.remedies[0].commands[1]
    assert all(each in create for each in options)
    assert ("--kubernetes-groups" in create) == bool(options)
    assert "masters" not in create
    assert "in the same run" not in str(explanation)


def test_name_that_the_kubelet_registers_with() -> None:
    error = 'kubelet[2874]: E1120 06:12:31.219903    2874 kubelet_node_status.go:108] "Unable to register node with API server" err="nodes \\"worker-a\\" is forbidden: node \\"ip-10-0-3-9.eu-west-1.compute.internal\\" is not allowed to modify node \\"worker-a\\"" node="worker-a"\n'
    assert explain(error).remedies[0].title.startswith("Let the kubelet")


@pytest.mark.parametrize(
    ("frame", "step"),
    [
        (
            '  with provider["registry.terraform.io/hashicorp/aws"],\n  on main.tf line 7, in provider "aws":\n',
            "provider block of Terraform (main.tf line 7)",
        ),
        ("Initializing the backend...\nError configuring S3 Backend\n", "backend block of Terraform"),
        ("", "role_arn in the profile, backend or Airflow connection"),
    ],
)
def test_setting_by_which_a_role_assumes_itself(frame: str, step: str) -> None:
    error = "operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 0a1b, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/deploy/run is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/deploy"
    assert step in explain(frame + error).remedies[0].steps[0]


@pytest.mark.parametrize(
    ("policy", "is_allowed"),
    [
        ({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"}, False),
        (None, False),
    ],
)
def test_policy_that_allows_what_the_boundary_does_not(
    policy: dict[str, str] | None, *, is_allowed: bool
) -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/orders/run is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs because no permissions boundary allows the sqs:SendMessage action"
    text = denied if policy is None else f"{denied}\n{json.dumps({'Statement': [policy]})}"
    explanation = explain(text)
    known = " ".join(each.text for each in explanation.causes)
    assert ("allows the action already" in known) == is_allowed
    steps = " ".join(explanation.remedies[0].steps)
    assert ("an identity-based policy must allow the action, too" in steps) != is_allowed


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        ("AmazonEKSAdminPolicy", "AmazonEKSAdminPolicy covers only built-in types, no custom resources"),
        ("", "access policies such as AmazonEKSAdminPolicy do not cover custom resources"),
    ],
)
def test_access_policy_without_custom_resources(policy: str, verdict: str) -> None:
    error = 'Error from server (Forbidden): certificates.cert-manager.io is forbidden: User "arn:aws:sts::111122223333:assumed-role/orders/ana" cannot list resource "certificates" in API group "cert-manager.io" in the namespace "shop"\n'
    shown = f"arn:aws:eks::aws:cluster-access-policy/{policy}\tnamespace\tshop\n" if policy else ""
    assert verdict in explain(error + shown).summary


def test_policy_that_allows_next_to_a_deny() -> None:
    user = "arn:aws:iam::111122223333:user/ana"
    policies = [
        {"uri": "arn:aws:iam::111122223333:policy/Guard", "matchedStatements": [{"sid": "NoUsers", "evaluatedEffect": "DENY"}]},
        {"uri": "arn:aws:iam::aws:policy/IAMFullAccess", "matchedStatements": [{"sid": "", "evaluatedEffect": "ALLOW"}]},
    ]  # fmt: skip
    check = {"checkType": "PRINCIPAL", "evaluatedEffect": "EXPLICIT_DENY", "relevantPolicyTypes": ["IDENTITY_BASED_POLICY"]}  # fmt: skip
    evaluation = {"action": "iam:CreateUser", "resource": f"{user}2", "context": {}, "evaluatedEffect": "EXPLICIT_DENY"}  # fmt: skip
    text = f"An error occurred (AccessDenied) when calling the CreateUser operation: User: {user} is not authorized to perform: iam:CreateUser on resource: {user}2 with an explicit deny in an identity-based policy"
    for matched, words in (
        (policies, "the policy IAMFullAccess already allows the action"),
        (policies[:1], None),
    ):
        details = {
            "requestContext": {"aws:PrincipalArn": user},
            "evaluations": [{**evaluation, "checks": [{**check, "matchedPolicies": matched}]}],
            "policies": [],
        }
        shown = " ".join(str(explain(text, facts={"authorization_details": details})).split())
        assert (words or "already allows") in shown or words is None
        assert ("already allows" in shown) == (words is not None)


def test_action_of_a_trust_policy_that_matches_otherwise() -> None:
    trust = _trust(EKS, sub=POD, aud="sts.amazonaws.com")
    trust["Statement"][0]["Action"] = "sts:AssumeRole"  # type: ignore[index]
    claims = {"iss": f"https://{EKS}", "sub": POD, "aud": "sts.amazonaws.com"}
    same = explain(WEB, facts={"trust_policy": trust, "token_claims": claims}).causes[0]
    other = explain(WEB, facts={"trust_policy": trust, "token_claims": {**claims, "sub": "x"}}).causes[0]
    assert same.text == "Apart from that, the trust policy matches the token."
    assert "matches the token" not in other.text


def test_issuer_of_the_token_decides_between_two_in_the_policy() -> None:
    issuer = EKS.replace(EKS[-4:], "0000")
    trust = _trust(issuer, sub=POD, aud="sts.amazonaws.com")
    trust["Statement"][0]["Principal"] = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{EKS}"}  # type: ignore[index]
    claims = {"iss": f"https://{EKS}", "sub": POD, "aud": "sts.amazonaws.com"}
    same = explain(WEB, facts={"trust_policy": trust, "token_claims": claims}).causes[0]
    assert same.text == f"Apart from that, the trust policy matches the token, whose issuer is {EKS}."


def test_tags_of_several_new_resources() -> None:
    tag = "elbv2.k8s.aws/cluster"
    resources = [
        "arn:aws:elasticloadbalancing:*:*:targetgroup/*/*",
        "arn:aws:elasticloadbalancing:*:*:loadbalancer/app/*/*",
    ]
    condition = {"Null": {f"aws:RequestTag/{tag}": "true", f"aws:ResourceTag/{tag}": "false"}}
    text = _tagging(f"{GROUP}*", condition).replace('"Resource": "*"', f'"Resource": {json.dumps(resources)}')
    explanation = explain(f"aws-load-balancer-controller:v2.4.2\n{text}")
    first, *_ = explanation.remedies
    assert first.policy is not None
    assert first.policy["Statement"][0]["Resource"] == resources
    assert "which the old one excludes" in " ".join(first.steps)
    assert any("v2.4.7" in each.title for each in explanation.remedies)
    assert not any(
        "v2.4.7" in each.title for each in explain(f"aws-load-balancer-controller:v2.7.0\n{text}").remedies
    )


@pytest.mark.parametrize(
    ("principal", "is_account"), [(f"arn:aws:iam::{ACCOUNT}:root", True), (f"arn:aws:iam::{ACCOUNT}:user/mia", False)]
)  # fmt: skip
def test_account_in_a_trust_policy_with_a_condition(principal: str, *, is_account: bool) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    text = f"$ aws sts assume-role --role-arn arn:aws:iam::{ACCOUNT}:role/admin --role-session-name mia\nAn error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::{ACCOUNT}:user/mia is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{ACCOUNT}:role/admin"
    explanation = explain(text, facts={"trust_policy": {"Statement": [statement]}})
    assert explanation.remedies[0].title == "Assume the role with MFA"
    # A trust policy that names the caller is enough within one account.
    titles = [each.title for each in explanation.remedies]
    assert ("If the call is still denied, allow the user mia to assume the role" in titles) == is_account
    assert not any("Within one account" in each for each in explanation.notes)
