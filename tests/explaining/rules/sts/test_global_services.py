"""Signatures for another Region than the one of a service that has one endpoint for all Regions."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_XML = "<Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region, not '{}'. </Message></Error>\n"
_CURL = 'curl -s --aws-sigv4 "aws:amz:{}:iam" --user "$KEY:$SECRET" "https://iam.amazonaws.com/?Action=ListRoles&Version=2010-05-08"'


@check_rows(
    ("text", "summary", "title", "shown"),
    [
        (f"$ {_CURL.format('eu-south-1')}\n{_XML.format('eu-south-1')}With sqs it works.", "IAM has one endpoint for all Regions, iam.amazonaws.com, which accepts only signatures for us-east-1", "Sign for us-east-1 (curl", _CURL.format("us-east-1")),
        (f"$ awscurl --service route53 --region eu-south-1 https://route53.amazonaws.com/2013-04-01/hostedzone\n{_XML.format('eu-south-1')}", "Route 53 has one endpoint", "Sign for us-east-1 (awscurl", "awscurl --region us-east-1 --service route53 https://route53.amazonaws.com/2013-04-01/hostedzone"),
        (f"AWS4Auth(key, secret, 'eu-south-1', 'cloudfront')\nrequests.get('https://cloudfront.amazonaws.com/2020-05-31/distribution')\n{_XML.format('eu-south-1')}", "CloudFront has one endpoint", "Set the Region of AWS4Auth to us-east-1", None),
        ("com.amazonaws.AmazonServiceException: Credential should be scoped to a valid Region, not 'eu-south-1'. (Service: AmazonIdentityManagement; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: 1)", "IAM has one endpoint", "Let the SDK choose the endpoint, or sign for us-east-1", None),
        (f"$ curl --aws-sigv4 aws:amz:us-east-1:iam --user $KEY:$SECRET https://iam.us-gov.amazonaws.com/\n{_XML.format('us-east-1')}", "accepts only signatures for us-gov-west-1", "Sign for us-gov-west-1 (curl", None),
        # EC2 has an endpoint in each Region.
        (f'$ curl --aws-sigv4 "aws:amz:us-east-1:ec2" --user "$KEY:$SECRET" "https://ec2.eu-south-1.amazonaws.com/?Action=DescribeVpcs"\n{_XML.format("us-east-1")}', "the endpoint ec2.eu-south-1.amazonaws.com is in eu-south-1", "Sign for eu-south-1 (curl", None),
    ],
    ids=["curl", "awscurl", "Python", "Java", "GovCloud", "regional"],
)  # fmt: skip
def test_region_of_the_only_endpoint(text: str, summary: str, title: str, shown: str | None) -> None:
    explanation = explain(text)
    first = explanation.remedies[0]
    assert summary in explanation.summary
    assert first.title.startswith(title)
    assert shown is None or shown in (first.manifest, *first.commands)
    # A URL is what such a command needs, and nobody needs another key.
    assert "remove the URL" not in str(explanation)
    assert "before it checks permissions" in " ".join(explanation.notes)
