"""Tests that untrusted text cannot inject commands into explanations or reveal secrets."""

from __future__ import annotations

import shlex
import string
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import explain, parse
from iamtriage.explaining import Facts
from iamtriage.explaining._rules.credentials.keys.access_keys import add_exposed_key
from iamtriage.explaining._rules.shared.cases import Case
from tests.explaining.golden.cases import CREDENTIALS as CASES
from tests.explaining.rules.aws_cli import check_call
from tests.explaining.rules.credentials.helpers import RULES, called, explained, words_of
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.explaining import Explanation

ROLE = "arn:aws:iam::111122223333:role/orders-api"

# A text for each kind, with `{}` where hostile text goes.
TEMPLATES = (
    "aws s3 ls --profile {}\nError when retrieving token from sso: Token has expired and refresh failed",
    "The config profile ({}) could not be found",
    'The source_profile "base" referenced in the profile "{}" does not exist',
    "Partial credentials found in {}, missing: {}",
    "aws iam create-access-key --user-name {}\nCannot exceed quota for AccessKeysPerUser: 2",
    "docker pull {}.dkr.ecr.{}.amazonaws.com/orders:1\nno basic auth credentials",
    "denied: Your authorization token has expired. Reauthenticate {}.dkr.ecr.eu-west-1.amazonaws.com/{}",
    "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://{}/{}",
    "InvalidIdentityToken: Incorrect token audience {}",
    "InvalidIdentityToken: Missing a required claim: {}",
    "getting credentials: exec: executable {} failed with exit code 255: aws",
    "getting credentials: exec: executable aws failed with exit code 255 {}",
    "An error occurred (InvalidClientTokenId) when calling the {} operation: The security token included in the request is invalid {}",
    "arn:aws-cn:iam::111122223333:role/{} An error occurred (InvalidClientTokenId) when calling the AssumeRoleWithWebIdentity operation: The security token included in the request is invalid",
    "https://sts.{}.amazonaws.com RegionDisabledException: STS is not activated in this region for account:111122223333 {}",
    "An error occurred (AuthorizationHeaderMalformed) when calling the ListObjects operation: the region '{}' is wrong; expecting '{}'",
    "SignatureDoesNotMatch: Credential should be scoped to a valid region, not '{}'. https://sts.amazonaws.com {}",
    "SignatureDoesNotMatch: Credential should be scoped to correct service: '{}'. ",
    "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. AWS4-HMAC-SHA256 Credential={}, Signature={}",
    'MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/{}"',
    'MalformedPolicyDocument: Invalid principal in policy: "{}":"{}"',
    "MalformedPolicyDocument: Has prohibited field {}",
    "An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: {}. --region {}",
    "An error occurred ({}Exception) when calling the {} operation: It is not so",
    "InvalidParameterException: Role with arn: arn:aws:iam::111122223333:role/{}, could not be assumed because it does not exist or the trusted entity is not correct",
    "An error occurred (KMSInvalidStateException) when calling the Decrypt operation: arn:aws:kms:eu-west-1:111122223333:key/{} is disabled.",
    'EndpointConnectionError: Could not connect to the endpoint URL: "https://{}.amazonaws.com/{}"',
    "WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post https://sts.{}.amazonaws.com/: i/o timeout",
    "An error occurred (ExpiredToken) when calling the {} operation: The provided token has expired. {}",
)
FACTS: tuple[str, ...] = (
    "cluster",
    "region",
    "kubernetes_version",
    "namespace",
    "service_account",
    "caller",
    "service",
    "resource",
)
HOSTILE = (
    "; touch x",
    "$(touch x)",
    "`touch x`",
    "x' ; touch x ; '",
    'x" ; touch x ; "',
    "x\ntouch x\n",
    "x && touch x",
    "x | touch x",
    "x > x",
    "-x",
    "--profile=x",
    "~",
    "*",
    "\\",
    "a b",
    "é\x1b[31m",
    "x\x00y",
    "${IFS}",
    "",
)
# Valid values, so that the rules reach their commands.
PLAIN = (
    "dev",
    "ana",
    "111122223333",
    "eu-west-1",
    "orders",
    "oidc.eks.eu-west-1.amazonaws.com",
    "aud",
    "sts",
    "Resource",
)
words = st.one_of(
    st.sampled_from(HOSTILE),
    st.sampled_from(PLAIN),
    st.builds(str.__add__, st.sampled_from(PLAIN), st.sampled_from(HOSTILE)),
    st.text(max_size=12),
)


@st.composite
def cases(draw: st.DrawFn, filling: st.SearchStrategy[str] = words) -> tuple[str, dict[str, str]]:
    template = draw(st.sampled_from(TEMPLATES))
    text = "".join(
        part if part != "\0" else draw(filling) for part in template.replace("{}", "\1\0\1").split("\1")
    )
    facts = draw(st.dictionaries(st.sampled_from(FACTS), filling, max_size=4))
    return text, facts


def _explained(text: str, facts: dict[str, str]) -> Explanation | None:
    failure = parse(text)
    return None if failure is None or failure.kind not in RULES else explained(failure, facts)


@given(cases())
def test_shell_runs_only_the_written_commands(case: tuple[str, dict[str, str]]) -> None:
    """No text ends a word, a command or a line, or adds an option."""
    explanation = _explained(*case)
    if explanation is None:
        return
    commands = [command for remedy in explanation.remedies for command in remedy.commands]
    written = [
        shlex.split(call.partition(" > ")[0])
        for command in commands
        for call in ([command] if "'" in command else command.split(" | "))
        if not call.startswith("unset ")
    ]
    assert sorted(called(explanation)) == sorted(written)
    for command in commands:
        assert command.isprintable()
        assert "touch" not in command


@given(cases())
def test_every_text_is_explained(case: tuple[str, dict[str, str]]) -> None:
    explanation = _explained(*case)
    if explanation is not None:
        assert explanation.causes
        assert explanation.summary.endswith(".")


claims: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(("iss", "aud", "sub", "exp")),
    st.one_of(words, st.lists(words, max_size=2), st.integers(), st.none(), st.just({})),
)


@given(
    st.sampled_from(("Incorrect token audience", "No OpenIDConnect provider found in your account")), claims
)
def test_token_claims_do_not_get_into_commands(said: str, token: dict[str, Any]) -> None:
    explanation = explained(
        f"InvalidIdentityToken: {said}", {"token_claims": token, "resource": ROLE, "trust_policy": "{}"}
    )
    commands = [command for remedy in explanation.remedies for command in remedy.commands]
    assert called(explanation) == [shlex.split(command.partition(" > ")[0]) for command in commands]


# ------------------------------------------------ secrets

_LETTERS = string.ascii_letters + string.digits + "/+"
_BASE64 = string.ascii_letters + string.digits + "+/"
_URL = string.ascii_letters + string.digits + "-_"
secret_keys = st.text(_LETTERS, min_size=38, max_size=38).map(lambda body: f"k7{body}")
session_tokens = st.text(_BASE64, min_size=80, max_size=200).map(lambda body: f"IQoJb3JpZ2luX2Vj{body}==")
signatures = st.text("0123456789abcdef", min_size=64, max_size=64)
jwts = st.tuples(*[st.text(_URL, min_size=30, max_size=60)] * 3).map(
    lambda parts: f"eyJ{parts[0]}.eyJ{parts[1]}.{parts[2]}"
)
secrets = st.one_of(secret_keys, session_tokens, signatures, jwts)
CONTEXTS = (
    "aws_secret_access_key = {}",
    "export AWS_SECRET_ACCESS_KEY={}",
    'AWS_SESSION_TOKEN: "{}"',
    '{{"SecretAccessKey": "{}", "AccessKeyId": "AKIARTX3GSDSVJNFUWS2"}}',
    "AKIARTX3GSDSVJNFUWS2:{}",
    "<SessionToken>{}</SessionToken>",
    "https://orders.s3.amazonaws.com/a?X-Amz-Security-Token={}&X-Amz-Signature={}",
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIARTX3GSDSVJNFUWS2/20260803/eu-west-1/s3/aws4_request, Signature={}",
    "--web-identity-token {}",
    "--profile {}",
    "--user-name {}",
    "AWS_PROFILE={}",
    "the config profile ({})",
)


@given(cases(), secrets, st.sampled_from(CONTEXTS), st.sampled_from(("before", "after")))
def test_no_secret_in_the_text_is_shown(
    case: tuple[str, dict[str, str]], secret: str, context: str, place: str
) -> None:
    text, facts = case
    planted = context.format(secret, secret)
    explanation = _explained(f"{planted}\n{text}" if place == "before" else f"{text}\n{planted}", facts)
    if explanation is not None:
        assert not [words for words in words_of(explanation) if secret in words]


def test_a_token_in_place_of_a_role_name_is_not_shown() -> None:
    token = ".".join(("eyJ" + "0" * 30, "eyJ" + "0" * 30, "0" * 39 + "A"))
    explanation = explained(
        f'MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/{token}"'
    )
    assert not [words for words in words_of(explanation) if token in words]


@given(cases(secrets))
def test_no_secret_in_place_of_a_name_is_shown(case: tuple[str, dict[str, str]]) -> None:
    """A secret pasted in place of a profile, a program or a code is not shown."""
    text = case[0]
    explanation = _explained(text, {})
    if explanation is None:
        return
    for row in "".join(c if c in f"{_LETTERS}=" else " " for c in text).split():
        if len(row) >= 40 and "/" not in row and any(c.isdigit() for c in row) and not row.isdigit():
            assert not [words for words in words_of(explanation) if row in words], row


# ------------------------------------------------ exposed keys

MISMATCH = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
KEY, SECRET = "AKIARTX3GSDSVJNFUWS2", "k7Yp2Qw9Lm4Zx8Vb1Nc6Rt3Hs5Jd0Fg7Ka+/Ue2T"
TEXTS_THAT_LEAK = {
    "credentials file": f"aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}",
    "environment": f"export AWS_ACCESS_KEY_ID={KEY} AWS_SECRET_ACCESS_KEY='{SECRET}'",
    "JSON": f'{{"AccessKeyId": "{KEY}", "SecretAccessKey": "{SECRET}"}}',
    "JSON within JSON": f'{{"log": "{{\\"AccessKeyId\\":\\"{KEY}\\",\\"SecretAccessKey\\":\\"{SECRET}\\"}}"}}',
    "XML": f"<AccessKeyId>{KEY}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>",
    "YAML": f"accessKey: {KEY}\nsecretKey: {SECRET}",
    "code": f'boto3.client("s3", aws_access_key_id="{KEY}", aws_secret_access_key="{SECRET}")',
    "side by side": f"{KEY}:{SECRET}",
    "table": f"{KEY},{SECRET}",
    "words of an example": f"AWS_ACCESS_KEY_ID={KEY}\nAWS_SECRET_ACCESS_KEY=b7Rk/EXAMPLE3nLt9ZbWc4YhUaQPd5SfGjK1mVxQ",
}
TEXTS_THAT_DO_NOT = {
    "key id alone": f"aws_access_key_id = {KEY}",
    "masked": f"aws_access_key_id = {KEY}\naws_secret_access_key = ****************",
    "no key id": f"aws_secret_access_key = {SECRET}",
    "temporary": f"aws_access_key_id = ASIARTX3GSDSVJNFUWS2\naws_secret_access_key = {SECRET}",
    "AWS's example": "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS's other example": "AKIAI44QH8DHBEXAMPLE je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY secret je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
    "a hash": f"{KEY} commit 0123456789abcdef0123456789abcdef01234567",
    "a signature": f"Credential={KEY}/20260803/eu-west-1/s3/aws4_request, Signature={'0a1b' * 16}",
    "a host id": f"<AWSAccessKeyId>{KEY}</AWSAccessKeyId><HostId>{SECRET}{SECRET}=</HostId>",
}
INVALID = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid"


def _case(text: str, caller: str | None = None) -> Case[Any]:
    failure = parse(f"{text}\n{MISMATCH}")
    assert failure is not None
    return Case(failure, Facts(caller=caller))


@check_rows("text", TEXTS_THAT_LEAK.values(), ids=TEXTS_THAT_LEAK)
def test_exposed_key_is_found(text: str) -> None:
    before = explained(MISMATCH)
    explanation = add_exposed_key(_case(text, caller="arn:aws-us-gov:iam::111122223333:user/ana"), before)
    assert not any(SECRET in words for words in words_of(explanation))
    commands = [command for remedy in explanation.remedies for command in remedy.commands]
    assert commands[0] == f"aws iam update-access-key --user-name ana --access-key-id {KEY} --status Inactive"
    assert "aws iam create-access-key --user-name ana" in explanation.remedies[0].steps[0]
    assert f"aws iam delete-access-key --user-name ana --access-key-id {KEY}" in commands
    assert (
        "aws iam attach-user-policy --user-name ana --policy-arn arn:aws-us-gov:iam::aws:policy/AWSDenyAll"
        in commands
    )
    assert (
        f"aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue={KEY}"
        in commands
    )
    assert explanation.remedies[0].title == "Deactivate the exposed key, and replace it"
    first, *others = before.remedies
    assert explanation.remedies[1] == first
    assert [each for each in explanation.remedies[2:] if each in others] == others
    assert "treat it as stolen" in explanation.remedies[0].steps[0]


@pytest.mark.parametrize(
    "error",
    [INVALID, "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records."],
)
def test_exposed_key_that_aws_does_not_know(error: str) -> None:
    """It may have been deleted."""
    explanation = explain(f"{TEXTS_THAT_LEAK['environment']}\n{error}")
    assert explanation.summary.endswith(" The text also shows the secret of an access key.")
    first = explanation.remedies[0]
    assert first.title == "Deactivate the exposed key"
    assert "If AWS knows no such key any more, nothing is left to deactivate." in first.steps[1]
    assert first.commands[0] == f"aws iam get-access-key-last-used --access-key-id {KEY}"
    assert "treat it as stolen" in explanation.notes[0]


@check_rows("text", TEXTS_THAT_DO_NOT.values(), ids=TEXTS_THAT_DO_NOT)
def test_other_keys_are_not_reported_as_exposed(text: str) -> None:
    explanation = explained(MISMATCH)
    assert add_exposed_key(_case(text), explanation) is explanation


# ------------------------------------------------ commands


@pytest.mark.unmeasured
def test_every_aws_command_exists() -> None:
    """Every command is an operation in botocore's models with valid options, or the AWS CLI's own."""
    seen = set()
    explanations = [explained(text, facts) for _, text, facts in CASES]
    explanations.append(add_exposed_key(_case(TEXTS_THAT_LEAK["YAML"]), explained(MISMATCH)))
    for explanation in explanations:
        for remedy in explanation.remedies:
            for command in remedy.commands:
                for part in command.split(" | "):
                    if part.startswith("aws ") and part not in seen:
                        seen.add(part)
                        check_call(shlex.split(part)[1:])
                    assert "file:///" not in part, explanation.summary
    assert len(seen) > 60


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        (f'export AWS_SECRET_ACCESS_KEY="{SECRET} "', "ends with a space inside the quotes"),
        (f"secretKey: ' {SECRET}'", "begins with a space inside the quotes"),
        (f"aws_secret_access_key = {SECRET[:-2]}", "has 38 characters instead of 40"),
    ],
)
def test_problem_of_a_shown_secret(setting: str, problem: str) -> None:
    """The clause describes the secret, and repeats no part of it."""
    explanation = explained(f"{setting}\nSignatureDoesNotMatch: {MISMATCH}")
    assert explanation.summary == (
        f"AWS rejected the signature: the secret access key in the text {problem}. No permission is missing."
    )
    assert ("wrong-secret", "derived") in [(cause.code, cause.evidence) for cause in explanation.causes]
    assert SECRET[:-2] not in words_of(explanation)


@pytest.mark.parametrize(
    "setting",
    [f'AWS_SECRET_ACCESS_KEY="{SECRET}"', "AWS_SECRET_ACCESS_KEY=****************", "secret key: none"],
)
def test_shown_secret_without_a_problem(setting: str) -> None:
    summary = explained(f"{setting}\nSignatureDoesNotMatch: {MISMATCH}").summary
    assert "most often, the secret access key is wrong" in summary
