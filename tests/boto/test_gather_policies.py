"""Gather policies with moto's server: what is read, what is refused, and bounds."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import quote

import boto3
import botocore.session
import pytest
from botocore.config import Config

from iamtriage import explain
from iamtriage.boto import GatheredPolicies, Refusal, gather_policies
from iamtriage.boto._queries.resource_policies import READERS
from iamtriage.policies import PolicyDocument, evaluate, verify
from tests.boto.fake_aws import Request, json_document, query_result, run_fake_aws, xml_elements
from tests.boto.moto_server import ACCOUNT, run_moto
from tests.boto.wires import Reply, query

if TYPE_CHECKING:
    from collections.abc import Iterator

ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/build-7"
OBJECT = "arn:aws:s3:::orders/2026.csv"
QUICK = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})


def doc(action: str, effect: str = "Allow", **more: object) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def denied(principal: str = ANA, resource: str = OBJECT, action: str = "s3:GetObject") -> str:
    return (
        f"User: {principal} is not authorized to perform: {action} on resource: {resource} because no "
        f"identity-based policy allows the {action} action"
    )


class World(NamedTuple):
    auditor: Any
    stranger: Any
    queue: str
    secret: str
    key: str
    member: str
    topic: str
    repository: str


@pytest.fixture(scope="module")
def world(aws_environment: pytest.MonkeyPatch) -> Iterator[World]:
    """An account with a user, a role and resources, and sessions that can and cannot read policies."""
    names: dict[str, str] = {}

    def prepare(url: str) -> dict[str, tuple[str, str]]:
        session = boto3.Session("AKIDEXAMPLE", "example-secret", region_name="eu-west-1")

        def client(service: str) -> Any:  # noqa: ANN401 (boto3 has no types)
            return closing(session.client(service, endpoint_url=url))

        with client("iam") as iam:
            keys = _create_principals(iam)
        with client("s3") as s3:
            s3.create_bucket(Bucket="orders", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            s3.put_bucket_policy(Bucket="orders", Policy=doc("s3:ListBucket", Principal={"AWS": ANA}))
            for name, policy in (("bare", None), ("faulty", '{"Statement": 3}'), ("other", '{"a": 1}')):
                s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
                if policy is not None:
                    s3.put_bucket_policy(Bucket=name, Policy=policy)
        with client("sqs") as sqs:
            url_of_queue = sqs.create_queue(QueueName="jobs", Attributes={"Policy": doc("sqs:SendMessage", Principal="*")})["QueueUrl"]  # fmt: skip
            found = sqs.get_queue_attributes(QueueUrl=url_of_queue, AttributeNames=["QueueArn"])
            names["queue"] = found["Attributes"]["QueueArn"]
        with client("secretsmanager") as secrets:
            names["secret"] = secrets.create_secret(Name="db", SecretString="x")["ARN"]
            secrets.put_resource_policy(SecretId="db", ResourcePolicy=doc("secretsmanager:*", Principal="*"))
        with client("sns") as sns:
            names["topic"] = sns.create_topic(Name="t")["TopicArn"]
        with client("ecr") as ecr:
            names["repository"] = ecr.create_repository(repositoryName="images")["repository"][
                "repositoryArn"
            ]
            ecr.set_repository_policy(repositoryName="images", policyText=doc("ecr:*", Principal="*"))
        with client("kms") as kms:
            names["key"] = kms.create_key()["KeyMetadata"]["Arn"]
        with client("organizations") as organizations:
            names["member"] = _create_organization(organizations)
        return keys

    with run_moto(prepare) as (url, keys):
        aws_environment.setenv("AWS_ENDPOINT_URL", url)
        auditor, stranger = (
            boto3.Session(*keys[name], region_name="eu-west-1") for name in ("auditor", "stranger")
        )
        yield World(auditor, stranger, **names)
        aws_environment.delenv("AWS_ENDPOINT_URL")


def _create_principals(iam: Any) -> dict[str, tuple[str, str]]:  # noqa: ANN401 (boto3 has no types)
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=doc("s3:*"))["Policy"]["Arn"]
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="list", PolicyDocument=doc("s3:ListBucket"))
    iam.attach_group_policy(GroupName="readers", PolicyArn=limit)
    iam.create_user(UserName="ana")
    iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=doc("s3:GetObject", "Deny"))
    iam.add_user_to_group(UserName="ana", GroupName="readers")
    trust = {"Effect": "Allow", "Principal": {"AWS": ANA}, "Action": "sts:AssumeRole"}
    trusting = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(
        RoleName="app", Path="/team/", AssumeRolePolicyDocument=trusting, PermissionsBoundary=limit
    )
    iam.put_role_policy(RoleName="app", PolicyName="write", PolicyDocument=doc("s3:PutObject"))
    iam.attach_role_policy(RoleName="app", PolicyArn=limit)
    keys: dict[str, tuple[str, str]] = {}
    for name, action in (("auditor", "*"), ("stranger", "ec2:*")):
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=doc(action))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = key["AccessKeyId"], key["SecretAccessKey"]
    return keys


def _create_organization(organizations: Any) -> str:  # noqa: ANN401 (boto3 has no types)
    """Create a member account in an OU with an SCP, and return its ID."""
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    unit = organizations.create_organizational_unit(ParentId=root, Name="apps")["OrganizationalUnit"]["Id"]
    created = organizations.create_account(AccountName="app", Email="app@example.com")["CreateAccountStatus"]
    member: str = created["AccountId"]
    organizations.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    content = doc("sqs:*", "Deny")
    policy = organizations.create_policy(Content=content, Description="", Name="guard", Type="SERVICE_CONTROL_POLICY")  # fmt: skip
    organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=unit)
    return member


def gather(text: str, session: Any, **more: Any) -> GatheredPolicies:  # noqa: ANN401
    result = gather_policies(text, session, config=QUICK, **more)
    assert isinstance(result, GatheredPolicies)
    return result


def names_of(documents: Any) -> list[str | None]:  # noqa: ANN401
    return [cast("PolicyDocument", each).name for each in documents or ()]


@pytest.mark.unmeasured
def test_the_policies_of_a_user(world: World) -> None:
    asked: list[str] = []
    result = gather(denied(), world.auditor, progress=asked.append)
    limit = f"arn:aws:iam::{ACCOUNT}:policy/limit"
    assert names_of(result.policies.identity) == ["own", "list", limit]
    assert result.policies.permissions_boundary is None
    assert names_of(result.policies.resource) == [OBJECT]
    assert result.is_complete, result.refusals
    assert result.calls == len(asked)
    assert evaluate(result.request, result.policies).deny == "explicit"
    cause = explain(denied(), facts=result.facts).causes[0]
    assert (cause.code, cause.evidence) == ("stated-policy-denies", "supplied")
    assert verify(explain(denied()), result.policies).fixes is False


def test_the_policies_of_a_role_and_its_trust_policy(world: World) -> None:
    asked: list[str] = []
    result = gather(denied(SESSION), world.auditor, progress=asked.append)
    assert names_of(result.policies.permissions_boundary) == [f"arn:aws:iam::{ACCOUNT}:policy/limit"]
    # The policy that is also the boundary is read once.
    assert asked.count("iam:GetPolicy") == 1
    assert names_of(result.policies.identity) == ["write", f"arn:aws:iam::{ACCOUNT}:policy/limit"]
    assert evaluate(result.request, result.policies).allowed is True
    assumed = denied(resource=f"arn:aws:iam::{ACCOUNT}:role/team/app", action="sts:AssumeRole")
    decision = gather(assumed, world.auditor)
    assert evaluate(decision.request, decision.policies).statements[0].policy_type == "role_trust"


def test_the_policies_of_resources(world: World) -> None:
    bucket = gather(denied(resource="arn:aws:s3:::bare/a"), world.auditor)
    assert bucket.policies.resource is None
    assert bucket.is_complete
    for action, resource in (
        ("sqs:SendMessage", world.queue),
        ("secretsmanager:GetSecretValue", world.secret),
        ("kms:Decrypt", world.key),
        ("sns:Publish", world.topic),
        ("ecr:BatchGetImage", world.repository),
    ):
        result = gather(denied(resource=resource, action=action), world.auditor)
        assert names_of(result.policies.resource) == [resource], result.refusals


@pytest.mark.parametrize(
    ("resource", "action", "refused"),
    [
        ("ecr:eu-west-1:{}:repository/none", "ecr:BatchGetImage", "ecr:GetRepositoryPolicy"),
        ("dynamodb:eu-west-1:{}:table/none", "dynamodb:GetItem", "dynamodb:GetResourcePolicy"),
        ("sqs:eu-west-1:{}:none", "sqs:SendMessage", "sqs:GetQueueUrl"),
        ("sns:eu-west-1:{}:none", "sns:Publish", "sns:GetTopicAttributes"),
        ("secretsmanager:eu-west-1:{}:secret:none", "secretsmanager:GetSecretValue", "secretsmanager:GetResourcePolicy"),
        ("iam::{}:role/none", "sts:AssumeRole", "iam:GetRole"),
        ("kms:eu-west-1:{}:alias/a", "kms:Decrypt", ""),
        ("elasticfilesystem:eu-west-1:{}:file-system/fs-1", "elasticfilesystem:ClientMount", "elasticfilesystem:GetResourcePolicy"),
    ],
)  # fmt: skip
def test_resources_without_a_policy(resource: str, action: str, refused: str, world: World) -> None:
    result = gather(denied(resource=f"arn:aws:{resource.format(ACCOUNT)}", action=action), world.auditor)
    assert result.policies.resource is None
    assert [each.asked for each in result.refusals] == ([refused] if refused else []), result.refusals


def test_policies_that_cannot_be_parsed(world: World) -> None:
    faulty = gather(denied(resource="arn:aws:s3:::faulty/a"), world.auditor)
    assert "cannot be parsed" in faulty.refusals[-1].reason
    assert faulty.policies.identity == ()
    other = gather(denied(resource="arn:aws:s3:::other/a"), world.auditor)
    assert other.refusals[-1].reason == "The response is not a policy."


def test_the_control_policies_of_a_member_account(world: World) -> None:
    member = world.member
    text = denied(ANA.replace(ACCOUNT, member), world.queue.replace(ACCOUNT, member), "sqs:SendMessage")
    result = gather(text, world.auditor)
    levels = result.policies.service_control
    assert levels is not None
    assert [names_of(each) for each in levels] == [
        ["FullAWSAccess"],
        ["FullAWSAccess", "guard"],
        ["FullAWSAccess"],
    ]
    assert evaluate(result.request, result.policies).layer == "service_control"
    # The session's account has a user of the same name, which is not the caller.
    assert any("in another one" in each.reason for each in result.refusals)
    # The management account is exempt.
    assert gather(denied(), world.auditor).policies.service_control is None


def test_services_without_policies_and_those_that_cannot_be_read(world: World) -> None:
    instance = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0a1b2c3d"
    assert gather(denied(resource=instance, action="ec2:StopInstances"), world.auditor).is_complete
    listing = f"User: {ANA} is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action"  # fmt: skip
    assert gather(listing, world.auditor).policies.resource is None
    layer = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:tools"
    assert gather(denied(resource=layer, action="lambda:GetLayerVersion"), world.auditor).policies.resource is None  # fmt: skip


def test_what_is_refused_is_a_value(world: World) -> None:
    result = gather(denied(), world.stranger)
    assert {each.asked for each in result.refusals} >= {"iam:GetUser", "s3:GetBucketPolicy"}
    assert result.policies.identity == ()
    assert result.facts.policies is None
    assert all(isinstance(each, Refusal) for each in result.refusals)


def test_without_a_usable_region_everything_is_refused(world: World) -> None:
    result = gather_policies(denied(), world.auditor, region_name="no region")
    assert isinstance(result, GatheredPolicies)
    assert (result.calls, result.is_complete) == (0, False)


def test_any_limit_leaves_a_refusal(world: World) -> None:
    for text in (denied(), denied(SESSION)):
        needed = gather(text, world.auditor).calls
        for limit in range(needed):
            result = gather(text, world.auditor, max_calls=limit)
            assert (result.calls, len(result.refusals)) == (limit, 1)
            assert result.facts.policies is None
    member = denied(ANA.replace(ACCOUNT, world.member), world.queue, "sqs:SendMessage")
    for limit in range(gather(member, world.auditor).calls):
        result = gather(member, world.auditor, max_calls=limit)
        assert result.calls == limit
        # Levels that are not known completely are left out.
        assert result.policies.service_control is None or len(result.policies.service_control) == 3


def test_pages(world: World) -> None:
    """IAM returns long lists in pages."""
    del world
    answers = {
        "GetUser": "<User>"
        + xml_elements(Path="/", UserName="ana", UserId="AIDAEXAMPLE", Arn=ANA)
        + "</User>",
        "ListUserPolicies": "<PolicyNames><member>one</member></PolicyNames>"
        + xml_elements(IsTruncated="true", Marker="next"),
        "GetUserPolicy": xml_elements(UserName="ana", PolicyName="p", PolicyDocument=quote(doc("s3:*"))),
    }

    def respond(request: Request) -> Reply:
        if request.form.get("Marker") == "next":
            second = "<PolicyNames><member>two</member></PolicyNames>" + xml_elements(IsTruncated="false")
            return query_result("ListUserPolicies", second)
        if request.action in answers:
            return query_result(request.action, answers[request.action])
        return query(403, "AccessDenied", "no")

    with run_fake_aws() as server, pytest.MonkeyPatch.context() as patch:
        server.respond = respond
        patch.setenv("AWS_ENDPOINT_URL", server.url)
        session = boto3.Session("AKIDEXAMPLE", "example-secret", region_name="eu-west-1")
        result = gather(denied(), session)
    assert names_of(result.policies.identity) == ["one", "two"]
    assert "iam:ListGroupsForUser" in {each.asked for each in result.refusals}


@pytest.mark.parametrize("has_policy", [True, False])
def test_the_policy_of_a_function(world: World, *, has_policy: bool) -> None:
    """A function without a policy is reported as not found."""
    del world
    function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:tool"

    def respond(request: Request) -> Reply:
        if "/functions/" not in request.path:
            return query(403, "AccessDenied", "no")
        if has_policy:
            return json_document({"Policy": doc("lambda:*", Principal="*")})
        body = b'{"Message": "The resource you requested does not exist."}'
        return Reply(404, body, {"X-Amzn-ErrorType": "ResourceNotFoundException"})

    with run_fake_aws() as server, pytest.MonkeyPatch.context() as patch:
        server.respond = respond
        patch.setenv("AWS_ENDPOINT_URL", server.url)
        session = boto3.Session("AKIDEXAMPLE", "example-secret", region_name="eu-west-1")
        result = gather(denied(resource=function, action="lambda:InvokeFunction"), session)
    assert names_of(result.policies.resource) == ([function] if has_policy else [])
    assert "lambda:GetPolicy" not in {each.asked for each in result.refusals}


@pytest.mark.unmeasured
def test_the_number_of_calls_is_bounded(world: World) -> None:
    result = gather(denied(), world.auditor, max_calls=3)
    assert result.calls == 3
    assert [each.reason for each in result.refusals] == ["The limit of 3 calls was reached."]


def test_a_service_calls(world: World) -> None:
    text = denied(resource=world.queue, action="sqs:SendMessage").replace(ANA, "sns.amazonaws.com")
    result = gather(text, world.auditor)
    assert result.calls == 2
    assert names_of(result.policies.resource) == [world.queue]


def test_another_partition_is_not_called(world: World) -> None:
    text = denied().replace("arn:aws:", "arn:aws-cn:")
    result = gather(text, world.auditor)
    assert any("partition" in each.reason for each in result.refusals)


def test_what_has_no_request() -> None:
    session = botocore.session.Session()
    bare = "An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied"
    assert "does not state the caller" in str(gather_policies(bare, session))
    assert not gather_policies("no failure", session)


def test_invalid_arguments() -> None:
    session = botocore.session.Session()
    with pytest.raises(TypeError, match="endpoint_url applies to one service"):
        gather_policies(denied(), session, endpoint_url="http://127.0.0.1:1")
    with pytest.raises(TypeError, match="progress must be callable"):
        gather_policies(denied(), session, progress=cast("Any", 3))


def test_every_reader_calls_operations_that_botocore_has() -> None:
    session = botocore.session.Session()
    for reader in READERS.values():
        assert reader.client in session.get_available_services()
