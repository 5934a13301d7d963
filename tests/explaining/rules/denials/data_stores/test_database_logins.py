"""Tests for logins to databases that reject an IAM token: host, user, ID and token command in the text decide."""

from __future__ import annotations

import pytest

from iamtriage import explain, scan
from tests.tables import check_rows

HOST = "orders-db.{}a1b2c3d4e5f6.eu-west-1.rds.amazonaws.com"
MADE = "$ aws rds generate-db-auth-token --hostname {} --port 6432 --region {} --username {}"
FAILED = 'psql: error: connection to server at "{}" (10.0.4.18), port 6432 failed: FATAL:  PAM authentication failed for user "report_ro"'
CALLER = "$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/report-task/9f3c"
IDS = "DbiResourceId: db-ABCDEFGHIJKL01234\nDbClusterResourceId: cluster-MNOPQRSTUVWX56789"


@check_rows(
    ("kind", "resource", "show"),
    [
        ("", "db-ABCDEFGHIJKL01234", "describe-db-instances --db-instance-identifier orders-db"),
        ("cluster-", "cluster-MNOPQRSTUVWX56789", "describe-db-clusters --db-cluster-identifier orders-db"),
        ("cluster-ro-", "cluster-MNOPQRSTUVWX56789", "describe-db-clusters"),
        ("proxy-", "DBI_RESOURCE_ID", "describe-db-proxies --db-proxy-name orders-db"),
    ],
    ids=["instance", "cluster", "reader", "proxy"],
)
def test_login_is_allowed_on_the_database_of_the_host(kind: str, resource: str, show: str) -> None:
    explanation = explain("\n".join((FAILED.format(HOST.format(kind)), CALLER, IDS)))
    allow, make, check = explanation.remedies
    assert explanation.summary == (
        f"The database {HOST.format(kind)} rejected the IAM token of report_ro: the role report-task may lack"
        " rds-db:connect, or the token is not for this login."
    )
    assert allow.policy is not None
    [statement] = allow.policy["Statement"]
    assert statement["Action"] == "rds-db:connect"
    assert statement["Resource"] == f"arn:aws:rds-db:eu-west-1:111122223333:dbuser:{resource}/report_ro"
    assert f"--hostname {HOST.format(kind)} " in make.commands[-1]
    assert show in check.commands[0]


@pytest.mark.parametrize("client", ["psql: error: ", "psycopg2.OperationalError: ", "PSQLException: "])
def test_message_alone_states_user_host_and_region(client: str) -> None:
    """What the message lacks is looked up by commands with what it has."""
    message = FAILED.format(HOST.format("")).removeprefix("psql: error: ")
    allow = explain(client + message).remedies[0]
    assert allow.policy is not None
    assert allow.policy["Statement"][0]["Resource"] == (
        "arn:aws:rds-db:eu-west-1:ACCOUNT_ID:dbuser:DBI_RESOURCE_ID/report_ro"
    )
    assert allow.commands[0].startswith("aws sts get-caller-identity")
    assert "--db-instance-identifier orders-db --region eu-west-1" in allow.commands[1]


_CALL = 'token = rds.generate_db_auth_token(DBHostname="{}", Port=6432, DBUsername="{}", Region="eu-west-1")'


@pytest.mark.parametrize(
    ("host", "user", "difference"),
    [
        (HOST.format(""), "reporting", "the token is for the user reporting"),
        ("db.example.org", "report_ro", "the token is for the host db.example.org"),
        (HOST.format(""), "report_ro", "the caller may lack rds-db:connect, or the token is not for this login"),
    ],
    ids=["user", "host", "same"],
)  # fmt: skip
def test_token_of_code_for_another_login(host: str, user: str, difference: str) -> None:
    explanation = explain(f"{_CALL.format(host, user)}\n{FAILED.format(HOST.format(''))}")
    assert explanation.summary.endswith(f"rejected the IAM token of report_ro: {difference}.")


def test_client_in_code_is_not_another_system() -> None:
    failed = 'psycopg2.OperationalError: FATAL:  PAM authentication failed for user "app"'
    code = f"{_CALL.format(HOST.format(''), 'app')}\nconnection = psycopg2.connect(host=host, password=token)"
    assert explain(f"{failed}\n{code}").topic == "database-login"


@pytest.mark.parametrize(
    ("host", "region", "user", "difference"),
    [
        (HOST.format(""), "eu-west-1", "reporting", "the token is for the user reporting"),
        ("db.example.org", "eu-west-1", "report_ro", "the token is for the host db.example.org"),
        (HOST.format(""), "us-east-1", "report_ro", "the token is for the Region us-east-1"),
    ],
    ids=["user", "host", "region"],
)
def test_token_for_another_login(host: str, region: str, user: str, difference: str) -> None:
    explanation = explain(f"{MADE.format(host, region, user)}\n{FAILED.format(HOST.format(''))}")
    assert explanation.summary.endswith(f"rejected the IAM token of report_ro: {difference}.")
    assert (explanation.causes[0].code, explanation.causes[0].evidence) == (
        "database-token-not-for-login",
        "derived",
    )
    assert explanation.remedies[0].commands[-1] == (
        f"aws rds generate-db-auth-token --hostname {HOST.format('')} --port 6432 --username report_ro --region eu-west-1"
    )


def test_policy_with_the_name_of_the_database() -> None:
    """The ARN needs the resource ID: with the name, the policy allows nothing."""
    policy = '{"Statement": [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "arn:aws:rds-db:eu-west-1:111122223333:dbuser:orders-db/report_ro"}]}'
    explanation = explain("\n".join((FAILED.format(HOST.format("")), CALLER, IDS, policy)))
    assert "because the policy in the text has the name where the resource ID belongs" in explanation.summary
    assert "dbuser:orders-db/" not in str(explanation.remedies[0].policy)


@pytest.mark.parametrize(
    ("settings", "stated"),
    [
        (
            "orders=> \\du report_ro\n report_ro |  | {rds_iam}\nIAMDatabaseAuthenticationEnabled: true",
            "the user has rds_iam, and IAM authentication is enabled.",
        ),
        ("IAMDatabaseAuthenticationEnabled: true", "change: IAM authentication is enabled."),
        ("IAMDatabaseAuthenticationEnabled: false", None),
        ("Is rds_iam missing?", None),
    ],
    ids=["both", "enabled", "disabled", "question"],
)
def test_inline_policy_with_the_name_of_the_database(settings: str, stated: str | None) -> None:
    """The inline policy is corrected under its name, and the text shows whether the database needs a change."""
    arn = "arn:aws:rds-db:eu-west-1:111122223333:dbuser:{}/report_ro"
    show = f'$ aws iam get-role-policy --role-name report-task --policy-name db --query PolicyDocument.Statement\n[{{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "{arn.format("orders-db")}"}}]\n'
    ids = "DbiResourceId: db-ABCDEFGHIJKL01234\n"
    explanation = explain("\n".join((FAILED.format(HOST.format("")), CALLER, ids, show, settings)))
    first = explanation.remedies[0]
    assert first.commands[-1].endswith(
        "--role-name report-task --policy-name db --policy-document file://policy.json"
    )
    assert (first.policy or {})["Statement"][0]["Resource"] == arn.format("db-ABCDEFGHIJKL01234")
    shown = " ".join(explanation.causes[0].because)
    assert ("The database needs no change" in shown) is (stated is not None)
    assert (stated or "") in shown


def test_other_database_is_not_of_aws() -> None:
    assert not list(scan('psql: error: FATAL:  PAM authentication failed for user "bob"'))


def test_user_name_is_quoted() -> None:
    explanation = explain(FAILED.format(HOST.format("")).replace("report_ro", "$(id);x"))
    assert "--username '$(id);x'" in explanation.remedies[1].commands[-1]


GO = '{}\ntoken, err := auth.BuildAuthToken({}"eu-west-1", "report_ro", creds)\npq: PAM authentication failed for user "report_ro"'


@check_rows(
    ("assigned", "first", "changed"),
    [
        (f'host := "{HOST.format("")}"', "ctx, host, ", 'ctx, fmt.Sprintf("%s:%d", host, 5432), '),
        ("", f'"{HOST.format("")}", ', f'"{HOST.format("")}:5432", '),
        (f'host := "{HOST.format("")}:5432"', "ctx, host, ", None),
        (f'host := "{HOST.format("")}"', 'fmt.Sprintf("%s:%d", host, port), ', None),
    ],
    ids=["variable", "literal", "port", "formatted"],
)
def test_token_in_go_needs_the_port(assigned: str, first: str, changed: str | None) -> None:
    explanation = explain(GO.format(assigned, first))
    is_found = explanation.causes[0].code == "database-token-not-for-login"
    assert is_found is (changed is not None)
    if changed is not None:
        assert explanation.remedies[0].steps[0] == (
            f'Change the call: BuildAuthToken({changed}"eu-west-1", "report_ro", creds)'
        )


def test_account_is_that_of_the_stated_policy() -> None:
    """A placeholder of an own ARN is not compared with the account of a policy."""
    policy = '{"Statement": [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "arn:aws:rds-db:eu-west-1:111122223333:dbuser:db-ABCDEFGHIJKL01234/report_ro"}]}'
    explanation = explain("\n".join((FAILED.format(HOST.format("")), policy)))
    assert explanation.causes[0].code == "stated-policy-allows"
    assert "ACCOUNT_ID" not in explanation.to_text(detail="full")


_AS_PASSWORD = FAILED.format(HOST.format("")).replace("PAM", "password") + "\ntoken: generate-db-auth-token\n"
_OF_ROLE = "select pg_has_role('report_ro', 'rds_iam', 'member');\n pg_has_role\n-------------\n {}\n"
_MEMBERS = "\\du\n Role name | Attributes | Member of\n-----------+---+---\n report_ro |  | {}\n"
_LACKS, _OFF = "the user lacks the role rds_iam", "the database does not allow IAM authentication"


@check_rows(
    ("shown", "reason", "remedy"),
    [
        (_OF_ROLE.format("f"), _LACKS, "Grant rds_iam to report_ro"),
        (_MEMBERS.format("{}"), _LACKS, "Grant rds_iam"),
        (_MEMBERS.format("{readers}"), _LACKS, "Grant rds_iam"),
        ("The user is not a member of rds_iam.", _LACKS, "Grant rds_iam"),
        ('"IAMDatabaseAuthenticationEnabled": true', _LACKS, "Grant rds_iam"),
        ("IAM database authentication is enabled", _LACKS, "Grant rds_iam"),
        (_OF_ROLE.format("t"), _OFF, "Enable IAM authentication"),
        ('"IAMDatabaseAuthenticationEnabled": false', _OFF, "Enable IAM authentication"),
        (
            f'{_OF_ROLE.format("f")}"IAMDatabaseAuthenticationEnabled": false',
            f"{_LACKS}, and {_OFF}",
            "Grant rds_iam",
        ),
        (_MEMBERS.format("{rds_iam}"), _OFF, "Enable IAM authentication"),
        (_OF_ROLE.format("t") + "IAM auth is on", "although the user has rds_iam", "Check the database"),
        ("", f"most likely, {_LACKS}, or {_OFF}", "Grant rds_iam"),
        ("Is it that the user is not in rds_iam?", f"most likely, {_LACKS}, or {_OFF}", "Grant rds_iam"),
    ],
)
def test_token_that_is_checked_as_a_password(shown: str, reason: str, remedy: str) -> None:
    """What the text shows of the role and the database decides, and no token is older or of another login."""
    explanation = explain(_AS_PASSWORD + shown)
    assert reason in explanation.summary
    assert explanation.remedies[0].title.startswith(remedy)
    assert [each.code for each in explanation.causes] == ["database-user-has-password"]
    assert (explanation.causes[0].evidence == "possible") is reason.startswith("most likely")
    assert explanation.remedies[-1].policy is not None


@check_rows("user", ["report_ro", "*"])
def test_policy_that_allows_the_user_stays(user: str) -> None:
    arn = f"arn:aws:rds-db:eu-west-1:111122223333:dbuser:{'*' if user == '*' else 'db-ABCDEFGHIJKL01234'}/report_ro"
    explanation = explain(f"{_AS_PASSWORD}{CALLER}\n{IDS}\nrds-db:connect on {arn}")
    assert all(each.policy is None for each in explanation.remedies)
    assert "in the text fits" in str(explanation)
