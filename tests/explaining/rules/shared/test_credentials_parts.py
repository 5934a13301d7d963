"""Tests for the shared parts of the credential rules: clues, clocks and trust policies."""

from __future__ import annotations

from typing import Any

import pytest

from iamtriage.explaining import Facts, explain
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import (
    find_access_key,
    find_aws_hosts,
    find_option,
    find_partition,
    find_region,
    find_registry,
    find_user,
)
from iamtriage.explaining._rules.shared.credentials.clocks import describe_duration, find_clock_skew
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.sts.trust.trust_findings import evaluate_trust_policy
from iamtriage.failures import AwsError, MissingCredentials
from tests.tables import check_rows

ROLE = "arn:aws:iam::111122223333:role/orders-api"
SAID = "no basic auth credentials"


def _case(before: str, facts: Facts | None = None, resource: str | None = None) -> Case[Any]:
    """Build a case whose failure follows some text."""
    text = f"{before}\n{SAID}"
    return Case(
        MissingCredentials(text=text, span=(len(text) - len(SAID), len(text)), resource=resource),
        facts or Facts(),
    )


@check_rows(
    ("before", "value"),
    [
        ("aws s3 ls --profile dev", "dev"),
        ("aws s3 ls --profile=dev --region x", "dev"),
        ("aws s3 ls --profile 'dev'", "dev"),
        ("aws s3 ls --profile one\naws s3 ls --profile two", "two"),
        ("aws s3 ls --profiles dev", None),
        ("aws s3 ls x--profile dev", None),
        (f"aws s3 ls --profile {'k7' * 20}", None),
        ("aws s3 ls --profile", None),
    ],
    ids=[
        "blank",
        "equals sign",
        "quoted",
        "the last",
        "another option",
        "within a word",
        "a secret",
        "no value",
    ],
)
def test_option(before: str, value: str | None) -> None:
    assert find_option(_case(before), "profile") == value


def test_option_after_the_failure_is_ignored() -> None:
    text = f"{SAID}\naws s3 ls --profile dev"
    assert find_option(Case(AwsError(text=text, span=(0, len(SAID))), Facts()), "profile") is None


@check_rows(
    ("text", "profile"),
    [
        ("AWS_PROFILE=dev terraform plan", "dev"),
        ("The config profile (staging) could not be found", "staging"),
        ('the profile "ops/eu" is used', "ops/eu"),
        ("--profile AdministratorAccess-111122223333", "AdministratorAccess-111122223333"),
        ("--profile AdministratorAccessOfTheWholeOrganization", "AdministratorAccessOfTheWholeOrganization"),
        ("my profile page", None),
        ("", None),
    ],
)
def test_profile(text: str, profile: str | None) -> None:
    assert find_profile(_case(text)) == profile


def test_user_in_the_command_takes_precedence_over_the_caller() -> None:
    facts = Facts(caller="arn:aws:iam::111122223333:user/team/bob")
    assert find_user(_case("aws iam create-access-key --user-name ana", facts)) == "ana"
    assert find_user(_case("", facts)) == "bob"
    assert find_user(_case("", Facts(caller=ROLE))) is None


@check_rows(
    ("text", "key"),
    [
        ("key AKIARTX3GSDSVJNFUWS2!", "AKIARTX3GSDSVJNFUWS2"),
        ("<AWSAccessKeyId>ASIARTX3GSDSVJNFUWS2</AWSAccessKeyId>", "ASIARTX3GSDSVJNFUWS2"),
        ("xAKIARTX3GSDSVJNFUWS2", None),
        ("AKIARTX3GSDSVJNFUWS2A", None),
        ("AKIA", None),
    ],
)
def test_access_key(text: str, key: str | None) -> None:
    assert find_access_key(_case(text)) == key


@check_rows(
    ("text", "hosts"),
    [
        ('Post "https://sts.eu-west-1.amazonaws.com/": EOF', ("sts.eu-west-1.amazonaws.com",)),
        ('xmlns="https://sts.amazonaws.com/doc/2011-06-15/"', ()),
        ("https://eks.cn-north-1.amazonaws.com.cn/clusters", ("eks.cn-north-1.amazonaws.com.cn",)),
        (
            "ec2.eusc-de-east-1.amazonaws.eu and ec2.eusc-de-east-1.amazonaws.eu",
            ("ec2.eusc-de-east-1.amazonaws.eu",),
        ),
        ("sts.eu-west-1.api.aws.", ("sts.eu-west-1.api.aws",)),
        ("evil.amazonaws.com.example.org", ()),
        ("amazonaws.com", ()),
    ],
)
def test_hosts(text: str, hosts: tuple[str, ...]) -> None:
    assert find_aws_hosts(text) == hosts


@check_rows(
    ("case", "region"),
    [
        (_case("aws eks list-clusters --region eu-west-1", Facts(region="us-east-2")), "us-east-2"),
        (_case("aws eks list-clusters --region eu-west-1"), "eu-west-1"),
        (_case('Post "https://sts.ap-south-1.amazonaws.com/"'), "ap-south-1"),
        (_case("", resource="arn:aws:eks:us-gov-west-1:111122223333:cluster/orders"), "us-gov-west-1"),
        (_case("", resource="arn:aws:eks"), None),
        (_case("", Facts(region="moon-base-1")), None),
        (_case("", Facts(region="eu-west-1; x")), None),
        (_case("aws eks list-clusters --region $REGION"), None),
    ],
    ids=["facts", "option", "host", "resource", "no ARN", "no such region", "no region at all", "a variable"],
)
def test_region(case: Case[Any], region: str | None) -> None:
    assert find_region(case) == region


@check_rows(
    ("facts", "partition"),
    [
        (Facts(), "aws"),
        (Facts(region="cn-north-1"), "aws-cn"),
        (Facts(region="cn-north-1", caller="arn:aws-us-gov:iam::111122223333:user/ana"), "aws-us-gov"),
        (Facts(region="eusc-de-east-1", caller="lambda.amazonaws.com"), "aws-eusc"),
    ],
)
def test_partition(facts: Facts, partition: str) -> None:
    assert find_partition(_case("", facts)) == partition


@check_rows(
    ("before", "facts", "registry"),
    [
        (
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/a:1",
            Facts(),
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1"),
        ),
        (
            "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/a",
            Facts(),
            ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ),
        (
            "111122223333.dkr-ecr.eu-west-1.on.aws/a",
            Facts(),
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1"),
        ),
        ("", Facts(region="eu-west-1"), ("ACCOUNT_ID.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1")),
        ("", Facts(), ("ACCOUNT_ID.dkr.ecr.REGION.amazonaws.com", "REGION")),
        (
            "https://***.dkr.ecr.eu-west-1.amazonaws.com/v2/a",
            Facts(region="us-east-1"),
            ("ACCOUNT_ID.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1"),
        ),
        (
            "x111122223333.dkr.ecr.eu-west-1.amazonaws.com",
            Facts(),
            ("ACCOUNT_ID.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1"),
        ),
    ],
    ids=["aws", "China", "dual stack", "region of the facts", "nothing known", "masked", "no registry"],
)
def test_registry(before: str, facts: Facts, registry: tuple[str, str]) -> None:
    assert find_registry(_case(before, facts)) == registry


# ------------------------------------------------ clocks


@check_rows(
    ("text", "seconds"),
    [
        (
            "Signature expired: 20260803T101500Z is now earlier than 20260803T104500Z (20260803T105000Z - 5 min.)",
            2100,
        ),
        (
            "Signature not yet current: 20260803T105000Z is still later than 20260803T102000Z (20260803T101500Z + 5 min.)",
            -2100,
        ),
        ("<RequestTime>20260803T101500Z</RequestTime><ServerTime>2026-08-03T10:45:00Z</ServerTime>", 1800),
        (
            "<RequestTime>Mon, 03 Aug 2026 10:15:00 GMT</RequestTime><ServerTime>2026-08-03T10:45:00.123Z</ServerTime>",
            1800,
        ),
        ("'RequestTime': '20260803T101500Z', 'ServerTime': '2026-08-03T09:45:00Z'", -1800),
        ('"RequestTime":"20260803T101500Z","ServerTime":"2026-08-03T10:15:00Z"', 0),
        ("Signature expired: 20260803T101500Z is now earlier than 20260803T104500Z", None),
        (
            "Signature expired: 20260231T101500Z is now earlier than 20260803T104500Z (20260803T105000Z - 5 min.)",
            None,
        ),
        ("<RequestTime>20260803T101500Z</RequestTime>", None),
        (
            "<RequestTime>Mon, 03 Foo 2026 10:15:00 GMT</RequestTime><ServerTime>2026-08-03T10:45:00Z</ServerTime>",
            None,
        ),
    ],
    ids=[
        "behind",
        "ahead",
        "S3",
        "S3 with a mail's date",
        "as Python shows it",
        "none",
        "cut",
        "no such day",
        "one time",
        "no such month",
    ],
)
def test_skew(text: str, seconds: float | None) -> None:
    skew = find_clock_skew(text)
    assert (None if skew is None else skew.seconds) == seconds


@check_rows(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (172_800, "2 days"),
    ],
)
def test_span(seconds: float, words: str) -> None:
    assert describe_duration(seconds) == words


# ------------------------------------------------ supplied trust policies

ALLOW: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
    "Action": "sts:AssumeRole",
}
TRUST = {"Version": "2012-10-17", "Statement": [ALLOW]}


@check_rows(
    ("facts", "code"),
    [
        (Facts(trust_policy=TRUST, caller="arn:aws:iam::444455556666:user/ana"), "trust-policy-allows"),
        (Facts(trust_policy=TRUST, caller="arn:aws:iam::111122223333:user/ana"), "trust-policy-checked"),
        (
            Facts(trust_policy="no JSON", caller="arn:aws:iam::111122223333:user/ana"),
            "trust-policy-unreadable",
        ),
        (Facts(trust_policy=TRUST, caller="ana"), "trust-policy-unreadable"),
        (Facts(trust_policy=TRUST), None),
        (Facts(caller="arn:aws:iam::111122223333:user/ana"), None),
    ],
    ids=["fits", "does not", "no policy", "no caller", "caller unknown", "policy unknown"],
)
def test_supplied_trust_policy(facts: Facts, code: str | None) -> None:
    found = evaluate_trust_policy(facts, "sts:AssumeRole", ROLE)
    assert (None if found is None else found.cause.code) == code


def test_trust_policy_with_an_unknown_condition_key() -> None:
    statement = {**ALLOW, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    found = evaluate_trust_policy(
        Facts(trust_policy=policy, caller="arn:aws:iam::444455556666:user/ana"), "sts:AssumeRole", ROLE
    )
    assert found is not None
    assert (found.allowed, found.cause.code, found.cause.evidence) == (None, "trust-policy-open", "possible")


def test_token_takes_precedence_over_the_caller() -> None:
    facts = Facts(
        trust_policy=TRUST,
        caller="arn:aws:iam::444455556666:user/ana",
        token_claims={"iss": "https://login.example.com"},
    )
    found = evaluate_trust_policy(facts, "sts:AssumeRoleWithWebIdentity", ROLE)
    assert found is not None
    assert found.allowed is False
    assert found.remedy is not None
    assert found.remedy.who == "account administrator"


def test_trust_policy_is_not_evaluated_for_other_actions() -> None:
    facts = Facts(trust_policy=TRUST, caller="arn:aws:iam::444455556666:user/ana")
    assert evaluate_trust_policy(facts, "eks:DescribeCluster", ROLE) is None


@pytest.mark.parametrize(
    "text",
    [
        'Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = unable to get tags: GET "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/charts/orders/tags/list": response status code 403: denied: Your authorization token has expired. Reauthenticate and try again.',
        'level=error msg="failed to generate manifest: helm pull oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com/charts/orders failed exit status 1: Error: unexpected status from HEAD request: 401 Unauthorized" application=argocd/orders',
    ],
    ids=["expired", "rejected"],
)
def test_argo_cd_uses_no_docker_login(text: str) -> None:
    remedy = explain(text).remedies[0]
    assert remedy.title == "Renew the password in Argo CD's repository Secret"
    assert remedy.commands[1] == (
        "kubectl patch secret SECRET_NAME --namespace argocd --patch "
        '"{\\"stringData\\":{\\"password\\":\\"$(aws ecr get-login-password --region eu-west-1)\\"}}"'
    )


@check_rows(
    ("label", "namespace"), [("repository", "cd"), ("repo-creds", None), ("cluster", "argocd"), (None, "cd")]
)
def test_argo_cd_secret(label: str | None, namespace: str | None) -> None:
    """The Secret of the repository is that of the manifest with its label, and no other."""
    labels = f"  labels:\n    argocd.argoproj.io/secret-type: {label}\n" if label else ""
    placed = f"  namespace: {namespace}\n" if namespace else ""
    manifest = f"kind: Secret\nmetadata:\n  name: charts-login\n{placed}{labels}stringData:\n  name: other\n"
    text = f'ComparisonError: GET "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/c/tags/list": response status code 403: denied: Your authorization token has expired. Reauthenticate and try again.\n\n{manifest}'
    shown = "\n".join(explain(text).remedies[0].commands)
    if (label or "").startswith("repo"):
        assert f"kubectl patch secret charts-login --namespace {namespace or 'argocd'} " in shown
        assert "get secrets" not in shown
    else:
        assert "SECRET_NAME" in shown


LOGS = "$ kubectl -n shop logs deploy/cart\n"
ACCOUNT = "$ kubectl -n shop get sa cart -o jsonpath='{.metadata.annotations}'\n\n"
ASSOCIATIONS = "$ aws eks list-pod-identity-associations --cluster-name live --region us-east-2 --namespace shop --query associations\n[]\n"
OPTIONS = "$ aws ec2 describe-instances --query 'Reservations[].Instances[].MetadataOptions.[HttpTokens,HttpPutResponseHopLimit]' --output text\nrequired\t1\n"
NOT_FOUND = "botocore.exceptions.NoCredentialsError: Unable to locate credentials\n"
NO_ANSWER = "operation error DynamoDB: GetItem, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded\n"


@check_rows(
    ("text", "verdict", "first"),
    [
        (LOGS + NO_ANSWER + ACCOUNT + ASSOCIATIONS + OPTIONS, "nor a Pod Identity association, and the hop limit of the instance metadata is 1", "aws eks create-pod-identity-association"),
        (LOGS + NOT_FOUND + ASSOCIATIONS + ACCOUNT, "nor a Pod Identity association. No request", "aws eks create-pod-identity-association"),
        (LOGS + NOT_FOUND + ASSOCIATIONS + ACCOUNT.replace("\n\n", '\n{"meta.helm.sh/release-name":"cart"}\n'), "nor a Pod Identity association. No request", "aws eks create-pod-identity-association"),
        # One of the places has a role, or the text does not show it.
        (LOGS + NOT_FOUND + ACCOUNT, "found no credentials. No request", "aws eks list-pod-identity-associations"),
        (LOGS + NOT_FOUND + ACCOUNT + ASSOCIATIONS.replace("[]", '[{"serviceAccount": "cart"}]'), "it is older than the association, or the agent is not on its node", "kubectl rollout restart"),
        (LOGS + NOT_FOUND + ACCOUNT.replace("\n\n", '\n{"eks.amazonaws.com/role-arn":"arn:aws:iam::111122223333:role/cart"}\n') + ASSOCIATIONS, "found no credentials. No request", "kubectl rollout restart"),
    ],
    ids=["no answer", "other order", "other annotations", "association unknown", "association", "annotation"],
)  # fmt: skip
def test_service_account_without_a_role(text: str, verdict: str, first: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    assert explanation.remedies[0].commands[0].startswith(first)


@check_rows(
    ("printed", "evidence"),
    [("required\t1", "derived"), ("required\t2", None), ("required\t10", None)],
)
def test_queried_hop_limit(printed: str, evidence: str | None) -> None:
    options = OPTIONS.replace("required\t1", printed)
    causes = {
        each.code: each.evidence for each in explain(f"$ docker run --rm cart\n{NO_ANSWER}{options}").causes
    }
    assert causes.get("metadata-hop-limit") == evidence


_RETRIEVED = "Unhandled exception. Amazon.Runtime.AmazonClientException: The retrieved credentials have already expired: Now = 03/02/2026 18:00:01, Credentials expiration = 03/02/2026 14:11:09\n   at Amazon.Runtime.RefreshingAWSCredentials.GetCredentials()"


@check_rows(
    ("text", "verdict", "lines", "other"),
    [
        (f"Computer: EC2AMAZ-1A2B3C4\n{_RETRIEVED}", "The credential source, such as the instance metadata service, returned credentials that have expired by the machine's clock: they ended at 03/02/2026 14:11:09, and the machine's clock showed 03/02/2026 18:00:01.", ("w32tm /query /status", "w32tm /resync", "| select Code, Expiration"), "python3"),
        (f"[ec2-user@ip-10-0-4-18 ~]$ dotnet run\n{_RETRIEVED}", "The credential source, such as the instance metadata service,", ("date -u", "sudo chronyc makestep", "grep -e Code -e Expiration"), "w32tm"),
        (f"[profile a]\ncredential_process = /opt/a\n\n$ AWS_PROFILE=a dotnet run\n{_RETRIEVED}", "The credential process /opt/a of the profile a returned", ("get credential_process --profile a",), "169.254"),
        ("Error: Profile batch credential_process returned expired credentials.\n    at validated (/app/node_modules/@aws-sdk/credential-provider-process/dist-cjs/index.js:41:13)", "The credential process of the profile batch returned credentials that have expired by the machine's clock: they are old", ("date -u", "get credential_process --profile batch"), "169.254"),
        ("PHP Fatal error:  Uncaught Aws\\Exception\\CredentialsException: credential_process returned expired credentials in /srv/vendor/aws/aws-sdk-php/src/Credentials/CredentialProvider.php:640", "The credential process returned credentials", ("get credential_process)",), "--profile"),
        ("PS C:\\srv> python run.py\nRuntimeError: Credentials were refreshed, but the refreshed credentials are still expired.", "The credential source returned", ("w32tm /resync", "get_credentials().method", "irm -Method Put"), "curl"),
        # What another source returned.
        ('$ date -u\nTue Mar  3 07:00:00 UTC 2026\n$ curl 169.254.169.254/latest/meta-data/iam/security-credentials/web\n{"Expiration": "2026-03-01T06:00:00Z"}\nError: Profile batch credential_process returned expired credentials.', "they are old, or the clock is ahead", ("get credential_process --profile batch",), "cache"),
    ],
    ids=[".NET on Windows", ".NET on Linux", ".NET with a process", "JavaScript", "PHP", "Python on Windows", "JavaScript on EC2"],
)  # fmt: skip
def test_sdks_that_retrieve_expired_credentials(
    text: str, verdict: str, lines: tuple[str, ...], other: str
) -> None:
    explanation = explain(text)
    assert explanation.topic == "expired-session"
    assert verdict in explanation.summary
    commands = "\n".join(explanation.remedies[0].commands)
    assert all(each in commands for each in lines)
    assert other not in commands
    assert not any(each.policy for each in explanation.remedies)
    assert "sso login" not in str(explanation)


_PROFILE = "[profile a]\ncredential_process = /opt/a --role x\n[profile b]\nregion = eu-west-1\n\n"
_REFRESHED = "RuntimeError: Credentials were refreshed, but the refreshed credentials are still expired."


@check_rows(
    ("before", "source", "command"),
    [
        (f"{_PROFILE}$ AWS_PROFILE=a ./run\n", "The credential process /opt/a of the profile a", 'sh -c "$(aws configure get credential_process --profile a)" | grep'),
        ("[profile a]\ncredential_process = rm -rf /srv\n\n$ AWS_PROFILE=a ./run\n", "The credential process rm of the profile a", 'sh -c "$(aws configure get credential_process --profile a)" | grep'),
        (f"{_PROFILE}$ AWS_PROFILE=b ./run\n", "The credential source returned", "T=$(curl"),
        ('[default]\ncredential_process = sh -c "$(id)"\n\n$ ./run\n', "The credential process of the profile default", 'sh -c "$(aws configure get credential_process --profile default)" | grep'),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/0a\n$ ./run\n", "The credential endpoint of the container", 'curl -s "169.254.170.2$AWS_'),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials\n$ ./run\n", "The credential endpoint of the container", 'curl -s "$AWS_CONTAINER_CREDENTIALS_FULL_URI"'),
        ("[ec2-user@ip-10-0-4-18 ~]$ ./run\n", "The credential source, such as the instance metadata service, returned", "T=$(curl"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set\n$ ./run\n", "The credential source returned", "T=$(curl"),
    ],
    ids=["process", "hostile process", "process of another profile", "shell", "ECS", "EKS Pod Identity", "EC2", "no container"],
)  # fmt: skip
def test_the_source_of_expired_credentials_is_the_one_in_the_text(
    before: str, source: str, command: str
) -> None:
    explanation = explain(before + _REFRESHED)
    assert source in explanation.summary
    is_instance = "T=$(" in command
    assert explanation.remedies[0].commands[4 if is_instance else 3].startswith(command)
    # Only the reader's own config file says what to run.
    assert not any("/opt/a" in each or "rm -rf" in each for each in explanation.remedies[0].commands)
    assert any("instance profile" in each.title for each in explanation.remedies) == is_instance
    # The credentials are those of the source, whoever is signed in.
    assert not any("not yours" in each for each in explanation.notes)
