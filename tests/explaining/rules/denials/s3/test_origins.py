"""What S3 denies to CloudFront: the bucket policy, another distribution, the key policy, or a missing object."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ANSWER = "$ curl -i https://d111111abcdef8.cloudfront.net/a.webp\nHTTP/2 403\nserver: AmazonS3\nx-cache: Error from cloudfront\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>5KZ2</RequestId></Error>\n"
_ARN = "arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE3QK9"
_ALLOW = f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "cloudfront.amazonaws.com"}}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-web/*", "Condition": {{"StringEquals": {{"AWS:SourceArn": "{_ARN}"}}}}}}]}}\n'
_KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_ENCRYPTED = f"$ aws s3api head-object --bucket acme-web --key a.webp --query '[ServerSideEncryption,SSEKMSKeyId]' --output text\naws:kms\t{_KEY}\n"
_OLD = _ALLOW.replace(f', "Condition": {{"StringEquals": {{"AWS:SourceArn": "{_ARN}"}}}}', "").replace(
    '{"Service": "cloudfront.amazonaws.com"}',
    '{"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLEOAI"}',
)
_LIST = "$ aws cloudfront list-distributions --query \"DistributionList.Items[?contains(Aliases.Items, 'acme.example')].Id\" --output text\n"
_ALL = (
    "$ aws cloudfront list-distributions --query 'DistributionList.Items[].[Id,DomainName]' --output text\n"
)
_FULL = "$ aws cloudfront list-distributions\n"
_ROWS = "E2EXAMPLE3QK9\td222222abcdef8.cloudfront.net\nE3EXAMPLE7NEW\td111111abcdef8.cloudfront.net\n"
_TURNED = "d222222abcdef8.cloudfront.net\tE2EXAMPLE3QK9\nd111111abcdef8.cloudfront.net\tE3EXAMPLE7NEW\n"
_LISTED = [f"{_ALL}{_ROWS}", f"{_ALL.replace('Id,DomainName', 'DomainName,Id')}{_TURNED}"]
_AS_JSON = '{"DistributionList": {"Items": [\n{"Id": "E2EXAMPLE3QK9",\n"Status": "Deployed",\n"DomainName": "d222222abcdef8.cloudfront.net"},\n{"Id": "E3EXAMPLE7NEW",\n"Status": "Deployed",\n"DomainName": "d111111abcdef8.cloudfront.net"}]}}\n'
_AS_LISTS = '[\n    [\n        "E2EXAMPLE3QK9",\n        "d222222abcdef8.cloudfront.net"\n    ],\n    [\n        "E3EXAMPLE7NEW",\n        "d111111abcdef8.cloudfront.net"\n    ]\n]\n'
_AS_TABLE = "----------\n|  ListDistributions  |\n+-----+-----+\n|  E2EXAMPLE3QK9  |  d222222abcdef8.cloudfront.net  |\n|  E3EXAMPLE7NEW  |  d111111abcdef8.cloudfront.net  |\n+-----+-----+\n"
_NOT_THE_NEW = "allows the distribution E2EXAMPLE3QK9, and not E3EXAMPLE7NEW"
_KEY_POLICY = _ALLOW.replace("s3:GetObject", "kms:Decrypt").replace("arn:aws:s3:::acme-web/*", "*")


@check_rows(
    ("shown", "says", "action"),
    [
        (f"{_ENCRYPTED}{_ALLOW}", "CloudFront cannot decrypt the object", "kms:Decrypt"),
        (_ENCRYPTED, "most likely, CloudFront cannot decrypt the object", "kms:Decrypt"),
        (f"{_ENCRYPTED}{_ALLOW}{_KEY_POLICY}", "without a reason", "s3:GetObject"),
        (_ALLOW, "most likely, the object does not exist", None),
        (
            f"{_ALLOW}The objects are not encrypted with aws:kms.",
            "most likely, the object does not exist",
            None,
        ),
        (f"{_ALLOW}{_ENCRYPTED.replace('a.webp', 'b.webp')}", "most likely, the object does not exist", None),
        (
            f"{_ALLOW}The distribution E3EXAMPLE7NEW of the other site works.",
            "most likely, the object does not exist",
            None,
        ),
        (
            f"{_ALLOW}We deleted the distribution E3EXAMPLE7NEW.",
            "most likely, the object does not exist",
            None,
        ),
        (
            f"{_ALLOW}The distribution is E3EXAMPLE7NEW.",
            "allows the distribution E2EXAMPLE3QK9, and not E3EXAMPLE7NEW",
            "s3:GetObject",
        ),
        (
            f"{_ALLOW}The site is https://acme.example.\n{_LIST}E3EXAMPLE7NEW\n",
            "allows the distribution E2EXAMPLE3QK9, and not E3EXAMPLE7NEW",
            "s3:GetObject",
        ),
        (f"{_ALLOW}{_LIST}E2EXAMPLE3QK9\n", "most likely, the object does not exist", None),
        # The query is for another site.
        (
            f"{_ALLOW}The site is https://shop.example.\n{_LIST}E3EXAMPLE7NEW\n",
            "most likely, the object does not exist",
            None,
        ),
        (f"{_ALLOW}{_LIST}E3EXAMPLE7NEW  E4EXAMPLE8NEW\n", "most likely, the object does not exist", None),
        (f"{_ALLOW}We replaced it, and the id is now E3EXAMPLE7NEW.", "allows the distribution E2EXAMPLE3QK9, and not E3EXAMPLE7NEW", "s3:GetObject"),
        (f"{_ALLOW}The key of the page is now E3EXAMPLE7NEW.html", "most likely, the object does not exist", None),
        (f"{_ALLOW}The distribution is E2EXAMPLE3QK9.", "most likely, the object does not exist", None),
        # A listing has the domain of the URL.
        *((f"{_ALLOW}{each}", _NOT_THE_NEW, "s3:GetObject") for each in (*_LISTED, f"{_ALL}{_AS_LISTS}", f"{_ALL}{_AS_TABLE}")),
        (f"{_FULL}{_AS_JSON}$ aws s3api get-bucket-policy --bucket acme-web --query Policy --output text\n{_ALLOW}", _NOT_THE_NEW, "s3:GetObject"),
        # The policy has the distribution of the domain, the listing lacks it, or the text says which one it is.
        *((f"{_ALLOW}{each.replace('d1', 'd0').replace('d222222', 'd111111')}", "most likely, the object does not exist", None) for each in _LISTED),
        (f"{_ALLOW}{_ALL}{_ROWS.replace('d1', 'd3')}", "most likely, the object does not exist", None),
        (f"{_ALLOW}{_ALL}{_ROWS}The distribution is E2EXAMPLE3QK9.", "most likely, the object does not exist", None),
        (f"{_OLD}We switched to OAC. {_ARN}", "denied the request: the distribution uses", "s3:GetObject"),
        (f"{_OLD}{_ARN}", "most likely, the distribution uses origin access control", "s3:GetObject"),
        (f"{_OLD}{_ALLOW}We switched to OAC.", "most likely, the object does not exist", None),
    ],
)  # fmt: skip
def test_origin_of_cloudfront(shown: str, says: str, action: str | None) -> None:
    explanation = explain(_ANSWER + shown)
    assert says in explanation.summary
    if action is None:
        assert explanation.remedies[0].policy is None
        return
    (statement,) = (explanation.remedies[0].policy or {})["Statement"]
    assert statement["Action"] == action
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    source = statement["Condition"]["StringEquals"]["AWS:SourceArn"]
    wanted = _ARN.replace("E2EXAMPLE3QK9", "E3EXAMPLE7NEW") if "E3EXAMPLE7NEW" in says else _ARN
    assert (source == wanted) is (shown != _ENCRYPTED)


@pytest.mark.parametrize(
    ("shown", "replaces"),
    [
        (f"{_ALLOW}{_ALL}{_ROWS.splitlines()[1]}\n", True),
        (f"{_ALLOW}The distribution is E3EXAMPLE7NEW. We rebuilt the distribution on Friday.", True),
        (f"{_ALLOW}{_ALL}{_ROWS}", False),
        (f"{_ALLOW}The distribution is E3EXAMPLE7NEW.", False),
    ],
    ids=["listed", "rebuilt", "both listed", "unknown"],
)
def test_former_distribution(shown: str, *, replaces: bool) -> None:
    """A statement for a distribution that exists no more is corrected."""
    explanation = explain(f"{_ANSWER}{shown}\nThe bucket uses SSE-S3.\n")
    first = explanation.remedies[0]
    assert _NOT_THE_NEW in explanation.summary
    assert any("--arg new " in each for each in first.commands) is replaces
    assert (first.policy is None) is replaces
    assert "kms-key" not in {each.code for each in explanation.causes}


@pytest.mark.parametrize(
    ("asked", "is_answered"),
    [
        ("Block public access is on. Should I turn that off for the website?", True),
        ("Do I have to make the bucket public?", True),
        ("Block public access is on. What else can it be?", False),
    ],
)
def test_question_about_public_access(asked: str, *, is_answered: bool) -> None:
    explanation = explain(f"{_ANSWER}{_ALLOW}The distribution is E3EXAMPLE7NEW.\n{asked}\n")
    assert (
        any(each.startswith("No, leave Block Public Access on") for each in explanation.notes) is is_answered
    )


_BODY = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


@check_rows(
    ("told", "says", "remedies"),
    [
        (
            f"$ curl -si https://www.example.com/about/\nx-cache: Error from cloudfront\n{_BODY}\n{_ALLOW}",
            "no object with the key about/, and no index documents for folders",
            ["Add index.html to"],
        ),
        (
            f"CloudFront: https://www.example.com/docs/ answers\n{_BODY}\nhttps://www.example.com/docs/index.html works.",
            "no object with the key docs/",
            ["Add index.html to"],
        ),
        (
            f"Our React app behind CloudFront: a reload of https://www.example.com/carts/7 answers\n{_BODY}\n{_ALLOW}",
            "no object with the key carts/7: the path exists only in the program in the browser",
            ["Answer 403 with the page", "Add index.html to"],
        ),
        # Nothing shows that the distribution may read other objects.
        (
            f"CloudFront: https://www.example.com/docs/ answers\n{_BODY}",
            "denied the request without a reason",
            ["Allow the distribution in the bucket policy"],
        ),
    ],
)
def test_pages_without_object(told: str, says: str, remedies: list[str]) -> None:
    explanation = explain(told)
    assert says in explanation.summary
    titles = [each.title for each in explanation.remedies]
    assert all(title.startswith(start) for title, start in zip(titles, remedies, strict=True))


@check_rows(
    ("resource", "deny", "is_missing"),
    [
        ("films/*", "", True),
        ("films/*", '"Bool": {"aws:SecureTransport": "false"}', True),
        ("films/*", '"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}', False),
        ("films/public/*", "", False),
    ],
    ids=["all objects", "TLS", "Deny", "some objects"],
)
def test_policy_that_may_not_allow_the_path(resource: str, deny: str, *, is_missing: bool) -> None:
    """Only an Allow on all objects, without a Deny, shows that the object is missing."""
    other = (
        f', {{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {{{deny}}}}}'
        if deny
        else ""
    )
    policy = f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"Service": "cloudfront.amazonaws.com"}}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{resource}"}}{other}]}}'
    text = f"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\ncurl https://films.example.com/about, server: AmazonS3, via cloudfront\n{policy}"
    assert ("it has no object with the key about" in explain(text).summary) is is_missing


@pytest.mark.parametrize(
    ("listed", "exists"),
    [
        ("$ aws s3 ls s3://acme-web/a.webp\n2026-11-18 16:02:31      48213 a.webp\n", True),
        # A path is a prefix, of another object, bucket or folder.
        ("$ aws s3 ls s3://acme-web/a.webp\n2026-11-18 16:02:31      48213 a.webp.bak\n", False),
        ("$ aws s3 ls s3://acme-web/old/a.webp\n2026-11-18 16:02:31      48213 a.webp\n", False),
    ],
)
def test_listed_object_exists(listed: str, *, exists: bool) -> None:
    explanation = explain(f"{_ANSWER}{listed}{_ALLOW}The distribution is E3EXAMPLE7NEW.")
    assert ("missing-object" not in [each.code for each in explanation.causes]) is exists
    assert any("The object exists." in each for each in explanation.remedies[0].steps) is exists
    assert (
        "most likely, the object does not exist" in str(explain(f"{_ANSWER}{listed}{_ALLOW}"))
    ) is not exists


_ROWS_WITH_ORIGINS = "E4EXAMPLEOTHER\td4.cloudfront.net\tother.example\nE3EXAMPLE7NEW\td3.cloudfront.net\t{}.s3.eu-west-1.amazonaws.com\n"
_WITH_ORIGINS = _ALL.replace("DomainName]", "DomainName,Origins.Items[0].DomainName]") + _ROWS_WITH_ORIGINS


@check_rows(
    ("listing", "is_known"),
    [
        (_WITH_ORIGINS.format("acme-web"), True),
        # Two distributions have the bucket, or none has it.
        (_WITH_ORIGINS.format("acme-web").replace("other.example", "acme-web.s3.amazonaws.com"), False),
        (_WITH_ORIGINS.format("acme-web").replace(".s3.eu-west-1.amazonaws.com", ".example"), False),
    ],
)
def test_distribution_whose_origin_is_the_bucket(listing: str, *, is_known: bool) -> None:
    """Without the URL of the request, the origin in a listing shows which distribution it was."""
    answer = "CloudFront answers 403 for /a.webp:\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\n"
    explanation = explain(f"{answer}bucket policy:\n{_ALLOW}{listing}")
    assert explanation is not None
    assert (_NOT_THE_NEW in explanation.summary) is is_known
