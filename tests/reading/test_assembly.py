"""Which failure is chosen when a text holds several, and that ``scan`` keeps them apart."""

from __future__ import annotations

import itertools

import pytest

from tests.tables import (
    ANA,
    APP,
    DENIAL,
    DENIED,
    REQUEST,
    ROLE,
    Facts,
    Row,
    all_facts_in,
    check_rows,
    denied,
    expect,
    facts_in,
    rows,
)

_BOTO = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}"
_FIRST: Facts = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_OTHER = f"An error occurred (AccessDenied) when calling the ListRoles operation: User: {ANA} is not authorized to perform: iam:ListRoles on resource: {ROLE} with an explicit deny in a permissions boundary"
_SECOND: Facts = denied(
    code="AccessDenied",
    operation="ListRoles",
    principal=ANA,
    action="iam:ListRoles",
    resource=ROLE,
    deny="explicit",
    policy_type="permissions_boundary",
)
_THROTTLED = "An error occurred (ThrottlingException) when calling the ListClusters operation: Rate exceeded"
_SLOW: Facts = expect("aws_error", code="ThrottlingException", operation="ListClusters")
_EXPIRED = "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token included in the request is expired"
_OLD: Facts = expect("expired_credentials", code="ExpiredToken", operation="GetCallerIdentity")
_RBAC = 'Error from server (Forbidden): pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope'
_BOB: Facts = expect(
    "kubernetes_forbidden",
    principal="bob",
    k8s_user="bob",
    k8s_verb="list",
    k8s_resource="pods",
    k8s_api_group="",
)
_SCOPED = "Credential should be scoped to a valid region."
_SCOPE: Facts = expect("credential_scope", code="SignatureDoesNotMatch")
_CALLED = "An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: Check your key"
_CALLED_FACTS: Facts = expect("signature_mismatch", code="SignatureDoesNotMatch", operation="PutObject")

_TRACEBACK = 'Traceback (most recent call last):\n  File "/app/main.py", line 3, in main\n    call()\nbotocore.exceptions.ClientError: {}\n'
_DURING = "\nDuring handling of the above exception, another exception occurred:\n\n"
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"

# Denials of two tools, whose facts would supplement each other.
_LISTING = (
    "fatal error: An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied"
)
_LISTED: Facts = denied(code="AccessDenied", operation="ListObjectsV2")
_CREATING = f"Error: creating function: {{}}: \n\tstatus code: 403, request id: {REQUEST}"
_CREATED: Facts = denied(status_code=403, request_id=REQUEST)

_EMPTY_ID: Facts = denied(code="UnauthorizedOperation", status_code=403)
INDEPENDENT: tuple[tuple[str, str, list[Facts], Facts], ...] = (
    (
        "list-with-empty-id",
        f"* aws_vpc.main: UnauthorizedOperation: You are not authorized to perform this operation.\n\tstatus code: 403, request id:\n* aws_eks_cluster.demo: AccessDenied: {DENIAL}",
        [_EMPTY_ID, {**DENIED, "code": "AccessDenied"}],
        _EMPTY_ID,
    ),
    (
        "heading-of-another-code",
        "## AssumeRole fails with ExpiredToken\n\nSignatureDoesNotMatch: Credential should be scoped to a valid region.\n",
        [
            expect("expired_credentials", code="ExpiredToken"),
            expect("credential_scope", code="SignatureDoesNotMatch"),
        ],
        expect("expired_credentials", code="ExpiredToken"),
    ),
    *(
        (f"two-tools-{code}-{order}", text, each, each[0])
        for code in ("AccessDenied", "AccessDeniedException")
        for order, text, each in (
            ("cli-first", f"{_LISTING}\n\n{_CREATING.format(code)}", [_LISTED, {**_CREATED, "code": code}]),
            ("go-first", f"{_CREATING.format(code)}\n\n{_LISTING}", [{**_CREATED, "code": code}, _LISTED]),
        )
    ),
    (
        "one-tool-two-codes",
        f"{_CREATING.format('AccessDeniedException')}\n\nError: reading queue: AccessDenied: Access to the resource https://sqs.eu-west-1.amazonaws.com/ is denied.",
        [
            {**_CREATED, "code": "AccessDeniedException"},
            denied(code="AccessDenied", resource="https://sqs.eu-west-1.amazonaws.com/", service="sqs"),
        ],
        {**_CREATED, "code": "AccessDeniedException"},
    ),
    ("two-denials", f"{_BOTO}\n\n{_OTHER}\n", [_FIRST, _SECOND], _FIRST),
    ("two-denials-adjacent", f"{_BOTO}\n{_OTHER}\n", [_FIRST, _SECOND], _FIRST),
    ("denial-behind-an-error", f"{_THROTTLED}\n\n{_BOTO}\n", [_SLOW, _FIRST], _FIRST),
    ("denial-behind-credentials", f"{_EXPIRED}\n\n{_BOTO}\n", [_OLD, _FIRST], _FIRST),
    ("credentials-behind-an-error", f"{_THROTTLED}\n\n{_EXPIRED}\n", [_SLOW, _OLD], _OLD),
    ("denial-behind-rbac", f"{_RBAC}\n\n{_BOTO}\n", [_BOB, _FIRST], _FIRST),
    ("rbac-before-credentials", f"{_RBAC}\n\n{_EXPIRED}\n", [_BOB, _OLD], _BOB),
    (
        "two-errors",
        f"{_THROTTLED}\n\n{_THROTTLED.replace('ListClusters', 'ListNodegroups')}\n",
        [_SLOW, {**_SLOW, "operation": "ListNodegroups"}],
        _SLOW,
    ),
    (
        "another-code-mentioned",
        f"The upload failed with ExpiredToken.\n\nSignatureDoesNotMatch: {_SCOPED}",
        [expect("expired_credentials", code="ExpiredToken"), _SCOPE],
        expect("expired_credentials", code="ExpiredToken"),
    ),
    (
        "two-signatures",
        f"{_CALLED}\n\nSignatureDoesNotMatch: {_SCOPED}",
        [_CALLED_FACTS, _SCOPE],
        _CALLED_FACTS,
    ),
    (
        "two-actions-of-one",
        f"{DENIAL}\n\n{DENIAL.replace('eks:DescribeCluster', 'eks:ListUpdates')}\n",
        [DENIED, {**DENIED, "action": "eks:ListUpdates"}],
        DENIED,
    ),
    (
        "two-sentences-on-lines",
        f"{DENIAL}\n{DENIAL.replace('eks:DescribeCluster', 'eks:ListUpdates')}\n",
        [DENIED, {**DENIED, "action": "eks:ListUpdates"}],
        DENIED,
    ),
    (
        "request-ids-stay-with-theirs",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}\nThrottling: Rate exceeded\n\tstatus code: 400, request id: 11111111-2222-3333-4444-555555555555\n",
        [
            {**DENIED, "code": "AccessDenied", "status_code": 403, "request_id": REQUEST},
            expect(
                "aws_error",
                code="Throttling",
                status_code=400,
                request_id="11111111-2222-3333-4444-555555555555",
            ),
        ],
        {**DENIED, "code": "AccessDenied", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "two-bodies",
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>EXAMPLE0REQUEST1</RequestId></Error>\n<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><RequestId>EXAMPLE0REQUEST2</RequestId></Error>",
        [
            denied(code="AccessDenied", request_id="EXAMPLE0REQUEST1"),
            expect("expired_credentials", code="ExpiredToken", request_id="EXAMPLE0REQUEST2"),
        ],
        denied(code="AccessDenied", request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "two-objects",
        '{"__type":"ThrottlingException","message":"Rate exceeded"}\n{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}',
        [
            expect("aws_error", code="ThrottlingException"),
            expect("expired_credentials", code="ExpiredTokenException"),
        ],
        expect("expired_credentials", code="ExpiredTokenException"),
    ),
)
SAME: tuple[Row, ...] = (
    (
        "heading-and-message",
        "## AssumeRole fails with SignatureDoesNotMatch\n\n**Symptom:**\n\nSignatureDoesNotMatch: Credential should be scoped to a valid region.\n",
        expect("credential_scope", code="SignatureDoesNotMatch"),
    ),
    # Someone who masks the ID of a body overlooks the header.
    (
        "masked-request-id",
        f"HTTP Response Received: aws.operation=GetUser aws.service=IAM\n  | <ErrorResponse><Error><Code>InvalidClientTokenId</Code>\n  |     <Message>The security token included in the request is invalid.</Message>\n  |   </Error>\n  |   <RequestId>XXXX</RequestId>\n  | </ErrorResponse>\n   http.status_code=403 http.response.header.x_amzn_requestid={REQUEST}",
        expect(
            "invalid_credentials",
            code="InvalidClientTokenId",
            operation="GetUser",
            service="iam",
            request_id="XXXX",
            status_code=403,
        ),
    ),
    ("traceback-and-summary", _TRACEBACK.format(_BOTO) + f"\nERROR {_BOTO}\n", _FIRST),
    ("three-times", f"{_BOTO}\n\n{_BOTO}\n\n{_BOTO}\n", _FIRST),
    *(
        (f"mentioned-in-{name}", f"{words}\n\nSignatureDoesNotMatch: {_SCOPED}", _SCOPE)
        for name, words in (
            ("heading", "## sts fails with SignatureDoesNotMatch"),
            ("title", "# Error: SignatureDoesNotMatch"),
            ("prose", "The upload failed with SignatureDoesNotMatch, in one region only."),
        )
    ),
    ("heading-in-first-person", f"+ I am not authorized to perform iam:PassRole\n\n{DENIAL}", DENIED),
    (
        "mentioned-behind",
        f"SignatureDoesNotMatch: {_SCOPED}\n\nSo it failed with SignatureDoesNotMatch.",
        _SCOPE,
    ),
    (
        "truncated-repetition",
        (
            "Warning  Failed  9s  dns  operation error Route 53: ListHostedZones, https response error StatusCode: 403, RequestID: EXAMPLE0REQUEST1, api error ExpiredToken: The security token included in the request is expired\n"
            "Warning  Failed  8s  dns  operation error Route 53: ListHostedZones, https response error StatusCode: 403, Requ"
        ),
        expect(
            "expired_credentials",
            code="ExpiredToken",
            operation="ListHostedZones",
            service="route53",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
        ),
    ),
    ("sentence-then-call", f"{DENIAL}\n\n{_BOTO}\n", _FIRST),
    (
        "union",
        f"{_BOTO}\n\nAccessDeniedException: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}\n",
        {**_FIRST, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "ec2-twice",
        f"You are not authorized to perform this operation. User: {APP} is not authorized to perform: ec2:RunInstances",
        denied(principal=APP, action="ec2:RunInstances"),
    ),
)
CHAINS: tuple[Row, ...] = (
    *(
        (f"{name}-far-before", f"{words} {'orders ' * 120}{_LISTING}", _LISTED)
        for name, words in (
            ("host", "GET https://orders.s3.eu-west-1.amazonaws.com/q1"),
            ("status", "403 Forbidden"),
        )
    ),
    (
        "code-of-the-sentence",
        "ExpiredToken: AccessDenied. User doesn't have permission to call sqs:SendMessage",
        denied(code="AccessDenied", action="sqs:SendMessage"),
    ),
    ("denial-in-the-next-log-entry", f"ExpiredToken:\n2026-10-07 09:00:00 INFO {DENIAL}", DENIED),
    (
        "denial-while-an-error-is-handled",
        f"{_TRACEBACK.format(_THROTTLED)}{_DURING}{_TRACEBACK.format(_OTHER)}",
        _SECOND,
    ),
    (
        "chain-that-begins-elsewhere",
        f"{_DURING}{_TRACEBACK.format(_OTHER)}\n\n{_TRACEBACK.format(_BOTO)}",
        _SECOND,
    ),
    (
        "request-id-of-another-call",
        f"AccessDenied: {DENIAL} status code: 403, request id: {REQUEST} status code: 400, request id: 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
        {**DENIED, "code": "AccessDenied", "status_code": 403, "request_id": REQUEST},
    ),
    ("code-without-a-message", f"ExpiredToken:\n{DENIAL}", DENIED),
    (
        "second-sentence-of-rbac",
        f'{_RBAC}: User "bob" cannot get resource "jobs" in API group "batch"',
        _BOB,
    ),
    (
        "go-v1",
        f"WebIdentityErr: failed to retrieve credentials\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\tstatus code: 403, request id: {REQUEST}",
        denied(
            code="AccessDenied", action="sts:AssumeRoleWithWebIdentity", status_code=403, request_id=REQUEST
        ),
    ),
    (
        "go-v2",
        (
            f"operation error EKS: DescribeCluster, get identity: get credentials: failed to refresh cached credentials, operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: {REQUEST}, "
            f"api error AccessDenied: User: {APP} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
        ),
        denied(
            code="AccessDenied",
            operation="AssumeRole",
            principal=APP,
            action="sts:AssumeRole",
            resource=ROLE,
            status_code=403,
            request_id=REQUEST,
        ),
    ),
    (
        "go-v2-expired",
        f"operation error EKS: DescribeCluster, get identity: get credentials: failed to refresh cached credentials, operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: {REQUEST}, api error ExpiredToken: The security token included in the request is expired",
        expect(
            "expired_credentials",
            code="ExpiredToken",
            operation="AssumeRole",
            service="sts",
            status_code=403,
            request_id=REQUEST,
        ),
    ),
    (
        "pod-identity",
        f"unable to tell the account: operation error STS: GetCallerIdentity, get identity: get credentials: failed to refresh cached credentials, failed to load credentials, : [{REQUEST}]: (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client",
        denied(code="AccessDeniedException", request_id=REQUEST),
    ),
    (
        "java",
        f"com.amazonaws.SdkClientException: Unable to execute request\nCaused by: com.amazonaws.services.eks.model.AmazonEKSException: {DENIAL} (Service: AmazonEKS; Status Code: 403; Error Code: AccessDeniedException; Request ID: {REQUEST}; Proxy: null)",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "python-during",
        _TRACEBACK.format(_BOTO)
        + _DURING
        + 'Traceback (most recent call last):\n  File "/app/main.py", line 9, in main\n    raise DeployError("no")\napp.DeployError: cluster demo is gone\n',
        _FIRST,
    ),
    ("python-cause", _TRACEBACK.format(_BOTO) + _CAUSE + _TRACEBACK.format(_THROTTLED), _FIRST),
    ("python-two-denials", _TRACEBACK.format(_OTHER) + _CAUSE + _TRACEBACK.format(_BOTO), _SECOND),
    (
        "cloudformation",
        f'Resource handler returned message: "{DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST})" (RequestToken: 11111111-2222-3333-4444-555555555555, HandlerErrorCode: AccessDenied)',
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "kubectl-exec",
        f"{_EXPIRED}\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 255",
        _OLD,
    ),
    (
        "token-helper",
        f"could not get token: AccessDenied: User: {APP} is not authorized to perform: sts:AssumeRole on resource: {ROLE}\n\tstatus code: 403, request id: {REQUEST}",
        denied(
            code="AccessDenied",
            principal=APP,
            action="sts:AssumeRole",
            resource=ROLE,
            status_code=403,
            request_id=REQUEST,
        ),
    ),
    (
        "token-helper-expired",
        f"could not get token: ExpiredToken: The security token included in the request is expired\n\tstatus code: 403, request id: {REQUEST}",
        expect("expired_credentials", code="ExpiredToken", status_code=403, request_id=REQUEST),
    ),
    (
        "lambda-kms",
        (
            "An error occurred (KMSAccessDeniedException) when calling the Invoke operation: Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS key settings. "
            f"KMS Exception: AccessDeniedException KMS Message: User: {APP} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/example"
        ),
        denied(
            code="AccessDeniedException",
            principal=APP,
            action="kms:Decrypt",
            resource="arn:aws:kms:eu-west-1:111122223333:key/example",
        ),
    ),
    (
        "network-inside",
        'WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post "https://sts.eu-west-1.amazonaws.com/": dial tcp: i/o timeout',
        expect("missing_credentials", code="RequestError", service="sts"),
    ),
)


@check_rows(
    ("text", "each", "cause"),
    [pytest.param(text, each, cause, id=name) for name, text, each, cause in INDEPENDENT],
)
def test_independent_failures(text: str, each: list[Facts], cause: Facts) -> None:
    """``parse`` gives the first denial, else the first that is no aws_error; ``scan`` all, mixing no facts."""
    assert all_facts_in(text) == each
    assert facts_in(text) == cause


@check_rows(("text", "expected"), rows(SAME))
def test_prints_of_the_same_failure(text: str, expected: Facts) -> None:
    """Repeated prints are one failure, with the union of what they state."""
    assert all_facts_in(text) == [expected]
    assert facts_in(text) == expected


@check_rows(("text", "expected"), rows(CHAINS))
def test_chain_gives_the_innermost(text: str, expected: Facts) -> None:
    """Of a wrapped chain the failure that AWS reported, without the outer call's facts."""
    assert facts_in(text) == expected


def test_order_of_independent_failures_is_the_texts() -> None:
    """``scan`` goes from the front to the back, and spans do not overlap."""
    from iamtriage import scan

    found = list(scan(f"{_RBAC}\n\n{_THROTTLED}\n\n{_BOTO}\n\n{_EXPIRED}\n"))
    assert [f.kind for f in found] == [
        "kubernetes_forbidden",
        "aws_error",
        "access_denied",
        "expired_credentials",
    ]
    spans = [f.span for f in found]
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


def test_many_different_denials_stay_apart() -> None:
    """No number of failures makes any of them lose or gain a fact."""
    actions = [f"eks:DescribeThing{n}" for n in range(60)]
    text = "\n".join(
        f"2026-01-02T03:04:05Z ERROR {DENIAL.replace('eks:DescribeCluster', action)}" for action in actions
    )
    assert all_facts_in(text) == [{**DENIED, "action": action} for action in actions]


@check_rows(
    ("beside", "service"),
    [
        ("$ curl https://s3.amazonaws.com/tools/install.sh -o install.sh", None),
        ("+ aws iam get-role --role-name app --endpoint-url https://sqs.eu-west-1.amazonaws.com", None),
        ("git clone https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop", None),
        ("Downloading https://shop-tools.s3.amazonaws.com/plugin.zip", None),
        ("See also https://s3.amazonaws.com/shop-docs/roles.html", None),
        ("Connecting to database on host orders.example.eu-west-1.rds.amazonaws.com", None),
        ("ssh_host:bastion.example.com", None),
        ('DEBUG request to "https://iam.amazonaws.com/"', "iam"),
        (r'String to sign: "GET\n/\n\nhost:iam.amazonaws.com\nx-amz-date:20260102T030405Z"', "iam"),
        ("The Canonical String should have been 'GET /  host:iam.amazonaws.com user-agent:app'", "iam"),
    ],
)
@check_rows("order", ["{0}\n{1}", "{1}\n{0}"])
def test_a_host_that_somebody_typed_or_points_to_is_not_the_one_that_answered(
    beside: str, service: str | None, order: str
) -> None:
    error = "An error occurred (AccessDenied) when calling the GetRole operation: Access Denied"
    found = facts_in(order.format(beside, error))
    assert found is not None
    assert found.get("service") == service


@check_rows("between", [" ", "\n", "\n\n", "\n```\n"])
def test_a_title_without_facts_is_not_the_cause(between: str) -> None:
    """A denial that states nothing gives way to one that does, in a question about both."""
    title = '#### What does "Access Denied" or "User is not authorized" mean?'
    message = "AccessDeniedException: User is not authorized to perform: iot:CreateThing"
    assert facts_in(f"{title}{between}{message}") == denied(
        code="AccessDeniedException", action="iot:CreateThing"
    )


def test_a_quoted_policy_is_not_the_cause() -> None:
    """The words on a policy alone are a quotation if a denial follows that states who or what."""
    quoted = "Skip those that end `with an explicit deny in a service control policy`, such as\n\n"
    message = "AccessDenied: User: Ana is not authorized to perform: iam:ListUsers"
    assert facts_in(quoted + message) == denied(code="AccessDenied", principal="Ana", action="iam:ListUsers")


_NO_METADATA = (
    "failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata"
)
_STS_CALL = "operation error STS: AssumeRole, https response error StatusCode: 403, "


@check_rows(
    ("message", "cause"),
    [
        (_EXPIRED, _OLD),
        (
            f"{_STS_CALL}RequestID: {REQUEST}, api error AccessDenied: {DENIAL}",
            {**DENIED, "code": "AccessDenied", "operation": "AssumeRole", "status_code": 403, "request_id": REQUEST},
        ),
        (
            f"{_STS_CALL}RequestID: {REQUEST}, api error AccessDenied: Access denied",
            denied(code="AccessDenied", operation="AssumeRole", service="sts", status_code=403, request_id=REQUEST, resource=ROLE),
        ),
        (
            f"operation error STS: AssumeRole, get identity: get credentials: {_NO_METADATA}",
            expect("missing_credentials", operation="AssumeRole", service="sts"),
        ),
        (
            "NoCredentialProviders: no valid providers in chain. Deprecated.",
            expect("missing_credentials", code="NoCredentialProviders"),
        ),
    ],
)  # fmt: skip
@check_rows("box", ["│ ", ""])
def test_the_titles_of_terraform_are_not_failures_beside_the_error(
    message: str, cause: Facts, box: str
) -> None:
    lines = (
        "Error: Cannot assume IAM Role",
        "",
        "  with provider, on providers.tf line 14:",
        "",
        f"IAM Role ({ROLE}) cannot be assumed.",
        "",
        "There are several possible causes, such as credentials that are invalid.",
        "",
        f"Error: {message}",
    )
    text = "".join(f"{box}{line}\n" for line in lines)
    assert all_facts_in(text) == [cause]
    assert facts_in(text) == cause


@pytest.mark.parametrize(
    "between", [". Error code: ", "\nError ID:\n    7\nError Code: \n    ", "\nReason: none\nCode: "]
)
def test_a_message_that_any_system_has_takes_the_code_after_it(between: str) -> None:
    assert facts_in(f"Access Denied{between}AccessDenied") == denied(code="AccessDenied")


@pytest.mark.parametrize("code", ["ExpiredToken", "NotFound"])
def test_such_a_message_takes_no_code_of_another_kind(code: str) -> None:
    assert (facts_in(f"Access Denied. Error code: {code}") or {}).get("kind") != "access_denied"


def test_a_handler_of_cloudformation_has_its_own_codes() -> None:
    text = f'Resource handler returned message: "Access Denied" (RequestToken: {REQUEST}, HandlerErrorCode: AccessDenied)'
    assert facts_in(text) == denied()


def test_missing_credentials_wrap_the_call_that_should_have_returned_them() -> None:
    call = "software.amazon.awssdk.services.sts.model.StsException: The security token included in the request is invalid (Service: Sts, Status Code: 403)"
    text = f"Unable to load credentials from any of the providers in the chain\n{call}"
    assert facts_in(text) == expect("invalid_credentials", service="sts", status_code=403)


def test_missing_credentials_are_no_wrapper_of_the_next_entry() -> None:
    text = (
        'time="2031-04-05T06:07:08Z" level=error msg="operation error ECR: GetAuthorizationToken, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found"\n'
        'time="2031-04-05T06:07:09Z" level=error msg="GET https://111122223333.dkr.ecr.eu-west-2.amazonaws.com/v2/web/manifests/1: unexpected status code 401 Unauthorized: Not Authorized"'
    )
    assert facts_in(text) == expect("missing_credentials", operation="GetAuthorizationToken", service="ecr")


def test_a_runner_puts_its_time_before_the_lines_of_a_dumped_error() -> None:
    """Without it, they are the lines of one error, not entries of a log."""
    lines = [
        "error: creating: InvalidParameterException: no such subnet",
        "{",
        "  RespMetadata: {",
        "    StatusCode: 400,",
        f'    RequestID: "{REQUEST}"',
        "  }",
        "}",
    ]
    text = "\n".join(f"2031-04-05T06:07:08.1234567Z {line}" for line in lines)
    assert facts_in(text) == expect(
        "aws_error", code="InvalidParameterException", status_code=400, request_id=REQUEST
    )


@pytest.mark.parametrize("between", ["\n", "\n\n", ". "])
def test_a_role_that_a_service_cannot_assume_is_no_title_of_a_later_failure(between: str) -> None:
    first = f"Error: Batch is unable to assume role {ROLE}"
    assert all_facts_in(f"{first}{between}{_EXPIRED}") == [denied(resource=ROLE), _OLD]


def test_a_body_goes_on_in_indented_lines_with_a_time() -> None:
    """A runner that puts the time before each line does not cut a printed error in two."""
    lines = [
        "AccessDenied: Access Denied",
        "    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:388:20) {",
        "  '$fault': 'client',",
        f"  '$metadata': {{ httpStatusCode: 403, requestId: '{REQUEST}' }},",
        "}",
    ]
    text = "\n".join(f"2031-04-05T06:07:08.1234567Z {line}" for line in lines)
    assert facts_in(text) == denied(code="AccessDenied", status_code=403, request_id=REQUEST)
