"""A text that says that others can have an access key is about that key, whatever the words."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows


@check_rows(
    "text",
    [
        "My access key AKIARTX3GSDSVJNFUWS2 was committed to GitHub by accident. What now?",
        "We pushed an AWS access key to a public repository",
        "AWS wrote: your AWS Access Key AKIARTX3GSDSVJNFUWS2, along with its Secret Key, is publicly available online",
        "I accidentally shared my access key in a chat",
        "We have posted our access key in a forum",
        "I accidentally shared our access key with a contractor",
        "My AWS access key was stolen. Who used it?",
    ],
)
def test_key_that_others_can_have(text: str) -> None:
    explanation = explain(text)
    assert explanation.topic == "exposed-access-key"
    assert explanation.summary.startswith("The text says that others can have ")
    assert "--status Inactive" in explanation.remedies[0].commands[1]


@check_rows(
    "text",
    [
        "The access key was not committed anywhere. How do I rotate access keys?",
        "The shared access keys file is ~/.aws/credentials",
        "Never commit access keys to AWS repositories",
        "How do I give a colleague an access key for AWS?",
        "We never pushed our access keys to git",
        "Our access key policy was published on the intranet (AWS)",
        "My AWS access key is in the shared credentials file. Where do I put the Region?",
        "I pasted my access keys into aws configure. What next?",
        "I pasted our AWS access key into the GitHub secrets",
        "We have shared the AWS access keys with nobody. How do I rotate access keys?",
        "Is the ID of an access key public?",
        "Can the access key of an IAM user be shared in a team's channel?",
        "My access key is exposed as an environment variable to the container",
        "I accidentally deleted the access key that we shared",
        "I posted a question about access keys in a forum",
        "I pushed an image, and its layers are encrypted with an AWS key of KMS",
    ],
)
def test_other_words_about_keys(text: str) -> None:
    assert explain(text).topic == "nothing"


_DENIED = "An error occurred (AccessDenied) when calling the ListBuckets operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action"
_KEY, _SECRET = "AKIARTX3GSDSVJNFUWS2", "b7Rk2mVx/QQAMPLE0nLt9ZbWc4YhUa+Pd5SfGjK1"


@check_rows(
    ("lines", "is_traced"),
    [
        ("+ export AWS_ACCESS_KEY_ID={}\n+ export AWS_SECRET_ACCESS_KEY={}\n+ aws s3 ls", True),
        ("++ AWS_ACCESS_KEY_ID={}\n++ AWS_SECRET_ACCESS_KEY={}\n++ aws s3 ls", True),
        ("10:04:11 + declare -x AWS_ACCESS_KEY_ID={}\n10:04:11 + declare -x AWS_SECRET_ACCESS_KEY={}", True),
        ("$ export AWS_ACCESS_KEY_ID={}\n$ export AWS_SECRET_ACCESS_KEY={}\n$ aws s3 ls", False),
        ("AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}", False),
        # A diff marks what it adds in the same way.
        ("--- a/x\n+++ b/x\n+ export AWS_ACCESS_KEY_ID={}\n+ export AWS_SECRET_ACCESS_KEY={}", False),
        ("@@ -1,2 +1,4 @@\n+ export AWS_ACCESS_KEY_ID={}\n+ export AWS_SECRET_ACCESS_KEY={}", False),
    ],
)
def test_key_that_a_shell_printed(lines: str, *, is_traced: bool) -> None:
    explanation = explain(f"{lines.format(_KEY, _SECRET)}\n{_DENIED}")
    assert "--status Inactive" in explanation.remedies[0].commands[-1]
    assert ("(set -x)" in " ".join(explanation.remedies[0].steps)) is is_traced
    assert _SECRET not in explanation.to_text(detail="full")


_TOKEN = "IQoJb3JpZ2luX2VjEXAMPLEtokenEXAMPLEtokenEXAMPLEtoken=="
_SESSION = "arn:aws:sts::111122223333:assumed-role/packer/leo"
_SHOWN = f"AWS_ACCESS_KEY_ID=ASIARTX3GSDSVJNFUWS2\nAWS_SECRET_ACCESS_KEY=b7Rk/EXAMPLE3nLt9ZbWc4YhUaQPd5SfGjK1mVxQ\nAWS_SESSION_TOKEN={_TOKEN}\n"
_OF_ROLE = _DENIED.replace("arn:aws:iam::111122223333:user/ana", _SESSION)
_IN_JSON = (
    f'{{"AccessKeyId": "ASIARTX3GSDSVJNFUWS2", "SecretAccessKey": "{_SECRET}", "SessionToken": "{_TOKEN}"}}\n'
)
_OF_INSTANCE = _IN_JSON.replace("SessionToken", "Token")
_IN_FILE = f"aws_access_key_id = ASIARTX3GSDSVJNFUWS2\naws_secret_access_key = {_SECRET}\naws_session_token = {_TOKEN}\n"


@check_rows(
    ("text", "who", "how"),
    [
        (_SHOWN + _OF_ROLE, "the role packer", "tab Revoke sessions of the role"),
        (_IN_FILE + _OF_ROLE, "the role packer", "tab Revoke sessions of the role"),
        (_OF_INSTANCE + _OF_ROLE, "the role packer", "tab Revoke sessions of the role"),
        (_SHOWN + _DENIED, "the user ana", "in the policies of the user"),
        (
            _SHOWN + _OF_ROLE.replace("packer", "AWSReservedSSO_Pack_0123456789abcdef"),
            "the Identity Center role AWSReservedSSO_Pack_0123456789abcdef",
            "in the inline policy of the permission set Pack",
        ),
        # The caller has assumed another role, whose credentials the text shows.
        (
            f'"Arn": "arn:aws:sts::111122223333:assumed-role/shipper/leo"\n{_IN_JSON}{_OF_ROLE}',
            "the role behind the credentials",
            "tab Revoke sessions of the role",
        ),
    ],
)
def test_temporary_credentials_in_the_text(text: str, who: str, how: str) -> None:
    explanation = explain(text)
    assert explanation.summary.endswith(
        "The text also shows temporary credentials: whoever reads it can use them until they expire."
    )
    revoke = explanation.remedies[1]
    assert revoke.title == f"Revoke the sessions of {who} if others can read the text"
    assert how in revoke.steps[0]
    shown = explanation.to_text(detail="full")
    assert "delete-access-key" not in shown
    assert _TOKEN not in shown
    assert _SECRET not in shown


@check_rows(
    "text",
    [
        _SHOWN.replace("ASIARTX3GSDSVJNFUWS2", "ASIAIOSFODNN7EXAMPLE") + _OF_ROLE,
        # Nobody can use a part of the credentials.
        _SHOWN.replace(_TOKEN, "IQoJb3JpZ2luX2VjEJr...") + _OF_ROLE,
        _SHOWN.replace(_TOKEN, f"{_TOKEN.strip('=')}...") + _OF_ROLE,
        _SHOWN.replace(_TOKEN, "$TOKEN") + _OF_ROLE,
        _SHOWN.replace("b7Rk/EXAMPLE3nLt9ZbWc4YhUaQPd5SfGjK1mVxQ", "****") + _OF_ROLE,
        _SHOWN
        + "An error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.",
    ],
)
def test_temporary_credentials_that_nobody_can_use(text: str) -> None:
    assert "temporary credentials: whoever reads it" not in explain(text).summary
