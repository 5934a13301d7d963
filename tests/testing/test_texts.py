"""``parse`` finds a sample's failure in every envelope that can hold it."""

from __future__ import annotations

import json

from hypothesis import given

from iamtriage import explain, parse, testing, to_record
from iamtriage.testing import ENVELOPES, EnvelopeName, Sample, denial
from tests.tables import check_rows
from tests.testing.samples import SAMPLES, denials, expected_facts, find_differences

# These messages do not show that they are from AWS, and these bodies have no code.
UNREADABLE = {
    ("bare-ec2", "message"),
    ("bare-organizations", "message"),
    ("expired-ec2", "message"),
    ("throttled", "body"),
    ("throttled-lambda", "body"),
    ("entry", "body"),
    *((name, "message") for name in SAMPLES if name.startswith(("throttled", "not-found"))),
}


def check(sample: Sample, envelope: EnvelopeName) -> None:
    """Check that the text states the sample's failure and the facts of the envelope."""
    text = sample.text(envelope)
    failure = parse(text)
    assert failure is not None, text
    actual, expected = to_record(failure), sample.record
    if envelope == "cloudtrail" and expected["principal"] is None:
        # The record names the caller even if the message does not.
        expected["principal"] = actual["principal"]
        expected["account"] = expected["account"] or actual["account"]
    assert find_differences(actual, expected) == {}, text
    facts = expected_facts(sample, envelope)
    assert {name: actual[name] for name in facts} == facts, text  # type: ignore[literal-required]


@check_rows("name", SAMPLES)
def test_each_kind_is_found_in_each_envelope(name: str) -> None:
    sample = SAMPLES[name]
    assert sample.envelopes
    for envelope in sample.envelopes:
        if (name, envelope) in UNREADABLE:
            assert parse(sample.text(envelope)) is None
        else:
            check(sample, envelope)


@given(denials())
def test_any_denial_is_found_in_any_envelope(sample: Sample) -> None:
    for envelope in sample.envelopes:
        check(sample, envelope)


@given(denials())
def test_any_denial_is_found_in_exceptions_responses_and_documents(sample: Sample) -> None:
    for error in (sample.exception(), sample.response):
        failure = parse(error)
        assert failure is not None
        expected = {**sample.record}
        if error is not sample.response and not isinstance(error, Exception):
            expected["operation"] = None  # a response does not name its operation
        assert {**to_record(failure)} == expected
    failure = parse(sample.cloudtrail())
    assert failure is not None
    assert failure.kind == "access_denied"


@check_rows("name", SAMPLES)
def test_the_record_is_the_exceptions(name: str) -> None:
    sample = SAMPLES[name]
    if sample.kind.startswith("kubernetes"):
        failure = parse(sample.kubernetes_status())
        assert failure is not None
        assert find_differences(to_record(failure), sample.record) == {}
        return
    failure = parse(sample.exception())
    assert failure is not None
    assert to_record(failure) == sample.record


def test_every_envelope_is_tried() -> None:
    assert {envelope for sample in SAMPLES.values() for envelope in sample.envelopes} == set(ENVELOPES)


def test_every_sample_can_be_explained() -> None:
    for sample in SAMPLES.values():
        kind = parse(sample.text(sample.envelopes[1]))
        assert kind is not None
        assert explain(kind).summary


@check_rows(
    ("sample", "words"),
    [
        (
            denial("s3:GetObject", resource="arn:aws:s3:::orders/a.csv", deny=None),
            'is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::orders/a.csv"',
        ),
        (
            denial("eks:DescribeCluster", deny="explicit", policy_type="service_control"),
            "eks:DescribeCluster with an explicit deny in a service control policy",
        ),
        (
            denial("sts:AssumeRole", policy_type="role_trust", deny="explicit"),
            "with an explicit deny in the role trust policy",
        ),
        (
            denial("iam:GetUser", policy_type="permissions_boundary"),
            "because no permissions boundary allows the iam:GetUser action",
        ),
        (denial("kms:Decrypt"), "kms:Decrypt on the resource associated with this ciphertext because no"),
        (denial("sqs:SendMessage", deny="explicit", policy_type=None), "sqs:SendMessage with an explicit deny"),
        (denial("ecr:PutImage", principal="anonymous"), "User: anonymous is not authorized to perform: ecr:"),
        (denial("glue:GetTable", principal="glue.amazonaws.com"), "Service Principal: glue.amazonaws.com is not"),
        (denial("sts:AssumeRoleWithWebIdentity"), "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        (
            denial("ec2:RunInstances", encoded="aB3_-"),
            "because no identity-based policy allows the ec2:RunInstances action. Encoded authorization failure message: aB3_-",
        ),
        (
            denial("ec2:RunInstances", encoded="aB3_-", bare=True),
            "You are not authorized to perform this operation. Encoded authorization failure message: aB3_-",
        ),
        (
            denial("iam:GetUser", authorization_id="a1b2", region="us-east-1"),
            "Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/a1b2 for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: a1b2",
        ),
    ],
)  # fmt: skip
def test_messages_are_those_of_aws(sample: Sample, words: str) -> None:
    assert words in sample.message


@check_rows(
    ("action", "operation", "service", "code", "status"),
    [
        ("s3:ListAllMyBuckets", "ListBuckets", "s3", "AccessDenied", 403),
        ("s3:ListBucket", "ListObjectsV2", "s3", "AccessDenied", 403),
        ("ec2:RunInstances", "RunInstances", "ec2", "UnauthorizedOperation", 403),
        ("iam:PassRole", "CreateFunction", "lambda", "AccessDeniedException", 403),
        ("lambda:InvokeFunction", "Invoke", "lambda", "AccessDeniedException", 403),
        ("dynamodb:GetItem", "GetItem", "dynamodb", "AccessDeniedException", 400),
        ("SNS:Publish", "Publish", "sns", "AuthorizationError", 403),
        ("sts:TagSession", "AssumeRole", "sts", "AccessDenied", 403),
        ("xray:PutTraceSegments", "PutTraceSegments", "xray", "AccessDeniedException", 403),
    ],
)  # fmt: skip
def test_the_operation_is_the_one_that_requires_the_action(
    action: str, operation: str, service: str, code: str, status: int
) -> None:
    sample = denial(action)
    assert (sample.operation, sample.service, sample.code, sample.status) == (
        operation,
        service,
        code,
        status,
    )


@given(denials())
def test_documents_are_json(sample: Sample) -> None:
    assert json.loads(sample.text("cloudtrail")) == sample.cloudtrail()
    assert json.loads(sample.text("cli-json").partition("[ERROR]: ")[2])["Code"] == sample.code


@check_rows(
    ("sample", "code", "category"),
    [
        (denial("s3:GetObject"), "AccessDenied", "Data"),
        (denial("s3:GetObject", operation="HeadObject"), "AccessDenied", "Data"),
        (denial("s3:ListBucket"), "AccessDenied", "Management"),
        (denial("states:StartExecution"), "AccessDenied", "Management"),
        (denial("organizations:ListAccounts", bare=True), "AccessDenied", "Management"),
        (denial("lambda:InvokeFunction"), "AccessDenied", "Data"),
        (denial("lambda:GetFunction"), "AccessDenied", "Management"),
        (denial("ec2:RunInstances"), "Client.UnauthorizedOperation", "Management"),
        (testing.throttled("GetItem", "dynamodb"), "ProvisionedThroughputExceededException", "Data"),
    ],
)
def test_cloudtrail_has_its_own_codes_and_categories(sample: Sample, code: str, category: str) -> None:
    event = sample.cloudtrail()
    assert (event["errorCode"], event["eventCategory"]) == (code, category)
    assert event["managementEvent"] is (category == "Management")


@check_rows(
    ("sample", "written"),
    [
        (denial("sts:AssumeRole"), "com.amazonaws.services.securitytoken.model.AWSSecurityTokenServiceException: "),
        (denial("dynamodb:GetItem"), "com.amazonaws.services.dynamodbv2.model.AmazonDynamoDBException: "),
        (denial("dynamodb:GetItem"), "(Service: AmazonDynamoDBv2; Status Code: 400; "),
        (denial("iam:GetRole"), "com.amazonaws.services.identitymanagement.model.AmazonIdentityManagementException: "),
        (denial("s3:GetObject"), "com.amazonaws.services.s3.model.AmazonS3Exception: "),
    ],
)  # fmt: skip
def test_java_v1_texts_have_the_package_names(sample: Sample, written: str) -> None:
    assert written in sample.text("java-v1")
