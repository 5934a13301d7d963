"""Settings of endpoints that name a host of another partition or Region, in any form and with any SDK."""

from __future__ import annotations

import pytest

from iamtriage import explain

_BOTOCORE = 'Could not connect to the endpoint URL: "https://{}/"\n'
_GO = 'Get "https://{0}/": dial tcp: lookup {0} on 172.20.0.10:53: no such host\n'
_JAVA = "SdkClientException: Unable to execute HTTP request: {}: Name or service not known\n"
_NODE = (
    "Error: getaddrinfo ENOTFOUND {}\n    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:107:26)\n"
)
_CHINA = "kms.cn-north-1.amazonaws.com"


@pytest.mark.parametrize(
    ("text", "summary", "title"),
    [
        (_BOTOCORE.format(_CHINA) + "env:\n- name: AWS_ENDPOINT_URL_KMS\n  value: https://kms.$(AWS_REGION).amazonaws.com\n", "end with amazonaws.com.cn, not with amazonaws.com, and AWS_ENDPOINT_URL_KMS sets this one", "Remove AWS_ENDPOINT_URL_KMS, or set it to https://kms.cn-north-1.amazonaws.com.cn"),
        (_GO.format(_CHINA) + "environment:\n  - AWS_ENDPOINT_URL=https://kms.cn-north-1.amazonaws.com", "and AWS_ENDPOINT_URL sets this one", "Remove AWS_ENDPOINT_URL, or"),
        (_NODE.format(_CHINA) + "new KMSClient({ region, endpoint: `https://kms.${region}.amazonaws.com` })", "and the setting endpoint sets this one", "Remove the setting endpoint, or"),
        (_JAVA.format(_CHINA), "endpoints in cn-north-1 end with amazonaws.com.cn", "Remove the endpoint URL, or"),
        (_JAVA.format("kms.eu-west-1.amazonaws.com.cn"), "endpoints in eu-west-1 end with amazonaws.com, not with amazonaws.com.cn", "set it to https://kms.eu-west-1.amazonaws.com"),
        (_JAVA.format("vpce-0a1b-2c3d.sts.cn-north-1.vpce.amazonaws.com"), "end with amazonaws.com.cn, not with amazonaws.com.", "https://vpce-0a1b-2c3d.sts.cn-north-1.vpce.amazonaws.com.cn"),
        (_BOTOCORE.format("sts.us-east-1.amazonaws.com") + "AWS_REGION=eu-north-1\nAWS_ENDPOINT_URL_STS=https://sts.us-east-1.amazonaws.com\n", "AWS_ENDPOINT_URL_STS sends the call to us-east-1, but the Region of the program is eu-north-1", "Remove AWS_ENDPOINT_URL_STS, or set it to https://sts.eu-north-1.amazonaws.com"),
        (_BOTOCORE.format("kms.eu-west-1.amazonaws.com") + "AWS_REGION=us-gov-west-1\nAWS_ENDPOINT_URL_KMS=https://kms.eu-west-1.amazonaws.com\n", "but the Region of the program is us-gov-west-1, in another partition", "Remove AWS_ENDPOINT_URL_KMS, or set it to https://kms.us-gov-west-1.amazonaws.com"),
        (_BOTOCORE.format("sqs.eu-west-1.amazonaws.com") + "AWS_REGION=cn-north-1\nAWS_ENDPOINT_URL=https://sqs.eu-west-1.amazonaws.com\n", "in another partition", "set it to https://sqs.cn-north-1.amazonaws.com.cn"),
    ],
)  # fmt: skip
def test_setting_of_another_endpoint(text: str, summary: str, title: str) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    assert title in explanation.remedies[0].title


_UNANSWERED = "operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 0, RequestID: , request send failed, Post {0}https://sts.eu-west-1.amazonaws.com/{0}: dial tcp: lookup sts.eu-west-1.amazonaws.com: no such host"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"level": "error", "msg": "failed to assume role", "error": "{_UNANSWERED}"}}'.replace(
            "{0}", '\\"'
        ),
        f"failed to assume role: {_UNANSWERED}".replace("{0}", '"'),
        'Unable to assume role: Could not connect to the endpoint URL: "https://sts.eu-west-1.amazonaws.com/"',
    ],
    ids=["members of an entry", "sentence", "botocore"],
)
def test_role_that_no_response_kept_from_being_assumed(text: str) -> None:
    """The words of the program about the role are no denial: STS did not answer."""
    assert explain(text).topic == "no-answer"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_BOTOCORE.format(f"{_CHINA}.cn"), id="the right domain"),
        pytest.param(_JAVA.format("sts.us-gov-west-1.amazonaws.com"), id="GovCloud has the usual domain"),
        pytest.param(
            _BOTOCORE.format("sts.eu-west-1.amazonaws.com")
            + "AWS_REGION=eu-west-1\nAWS_ENDPOINT_URL_STS=https://sts.eu-west-1.amazonaws.com\n",
            id="the endpoint of its Region",
        ),
        pytest.param(
            _BOTOCORE.format("sts.us-east-1.amazonaws.com")
            + "AWS_REGION=eu-west-1\n# AWS_ENDPOINT_URL_STS=https://sts.us-east-1.amazonaws.com\n",
            id="a comment",
        ),
        pytest.param(
            _BOTOCORE.format("sqs.us-east-1.amazonaws.com")
            + "AWS_REGION=eu-west-1\nAWS_ENDPOINT_URL_SQS=https://sqs.us-east-1.amazonaws.com\n",
            id="a queue can be in another Region",
        ),
    ],
)
def test_network_is_tested_first(text: str) -> None:
    assert explain(text).remedies[0].title == "Test the connection to the endpoint"
