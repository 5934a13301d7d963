"""Tests for logins with IAM tokens that databases, caches and brokers of Kafka reject in their own words."""

from __future__ import annotations

import pytest

from iamtriage import explain, parse
from tests.tables import check_rows

MYSQL = "pymysql.err.OperationalError: (1045, \"Access denied for user 'reports'@'10.0.1.2' (using password: YES)\")\n"
TOKEN = 'token = boto3.client("rds").generate_db_auth_token("orders.abcdefghijkl.eu-west-1.rds.amazonaws.com", 3306, "reports")\n'
START = "arn:aws:rds-db:eu-west-1:111122223333:dbuser:"
SASL = "unable to initialize sasl: SASL_AUTHENTICATION_FAILED: SASL Authentication failed.\n"
BROKER = "brokers: [b-1.orders.a1b2c3.c4.kafka.eu-west-1.amazonaws.com:9098], sasl mechanism: AWS_MSK_IAM\n"


@pytest.mark.parametrize(
    ("written", "verdict", "command"),
    [
        ("arn:aws:rds:eu-west-1:111122223333:db:orders-replica-1", "on orders-replica-1, because the policy in the text has an ARN", "--db-instance-identifier orders-replica-1"),
        ("arn:aws:rds:eu-west-1:111122223333:cluster:orders", "on orders, because the policy in the text has an ARN", "--db-cluster-identifier orders"),
        ("orders-db", "on orders-db, because the policy in the text has the name", "--db-instance-identifier orders-db"),
    ],
    ids=["ARN", "cluster", "name"],
)  # fmt: skip
def test_an_arn_without_a_resource_id(written: str, verdict: str, command: str) -> None:
    statement = f'{{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "{START}{written}/reports"}}'
    explanation = explain(f"{MYSQL}{TOKEN}{statement}")
    assert explanation.causes[0].code == "database-user-arn"
    assert verdict in explanation.summary
    assert command in explanation.remedies[0].commands[0]
    assert f"{START}RESOURCE_ID/reports" in str(explanation.remedies[0].policy)


@check_rows("written", ["db-ABCDEFGHIJKL01234567890123", "prx-0a1b2c3d4e5f60718", "*", "cluster-*"])
def test_a_resource_id_is_no_name(written: str) -> None:
    statement = f'{{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "{START}{written}/reports"}}'
    codes = {cause.code for cause in explain(f"{MYSQL}{TOKEN}{statement}").causes}
    assert "database-user-arn" not in codes


def test_the_statement_of_a_user() -> None:
    statement = f'{{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "{START}orders/*"}}'
    caller = '{"UserId": "AIDAEXAMPLEEXAMPLEAB", "Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ana"}'
    explanation = explain(f"{MYSQL}{TOKEN}{statement}\n{caller}")
    assert explanation.summary.startswith("The database rejected the IAM token of reports:")
    assert f"{START}RESOURCE_ID/reports" in str(explanation.remedies[0].policy)
    assert explanation.remedies[0].commands[-1].startswith("aws iam put-user-policy --user-name ana")


def test_a_replica_of_the_cdk() -> None:
    arn = f"{START}arn:aws:rds:eu-west-1:111122223333:db:orders-replica/reports"
    text = f'{MYSQL}The primary works.\nreplica.grantConnect(fn, "reports")\n{{"Action": "rds-db:connect", "Effect": "Allow", "Resource": "{arn}"}}\n{TOKEN}'
    full = " ".join(explain(text).to_text(detail="full").split())
    assert "update aws-cdk-lib" in full
    assert "fn.addToRolePolicy(" in full
    shown = full.index("Then, with RESOURCE_ID filled in:")
    assert full.index("aws rds describe-db-instances") < shown < full.index("addToRolePolicy(")
    assert f"resources: ['{START}RESOURCE_ID/reports']" in full
    assert "It works with the other database" in full


@check_rows("user", ["*", "app?", "x'], actions: ['rds-db:connect"])
@check_rows("call", ["", "\ndb.grantConnect(fn)"], ids=["policy", "code"])
def test_a_user_with_wildcards_or_quotes(user: str, call: str) -> None:
    """Such a name would allow other users, or end the string of the code."""
    statement = f'{{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "{START}orders/*"}}'
    error = f'FATAL: PAM authentication failed for user "{user}"'
    [remedy] = explain(f"psycopg2.OperationalError: {error}\n{statement}{call}").remedies
    assert f"{START}RESOURCE_ID/DB_USER_NAME'" in f"{remedy.policy}{remedy.manifest}"


def test_a_login_of_mysql_is_not_that_of_postgresql() -> None:
    full = explain(MYSQL + TOKEN).to_text(detail="full")
    assert "AWSAuthenticationPlugin" in full
    assert "--port 3306" in full
    assert "rds_iam" not in full


def test_a_user_without_rds_iam() -> None:
    message = 'FATAL: password authentication failed for user "reports"\n'
    explanation = explain(message + TOKEN)
    assert "lacks the role rds_iam" in explanation.summary
    assert explanation.remedies[0].manifest == "GRANT rds_iam TO reports;"


@pytest.mark.parametrize("text", [MYSQL, SASL, SASL + "mechanism: SCRAM-SHA-512\n"])
def test_a_login_without_a_sign_of_iam(text: str) -> None:
    assert parse(text) is None
    assert explain(text).topic == "nothing"


def test_a_broker_denies_the_connection() -> None:
    cluster = "arn:aws:kafka:eu-west-1:111122223333:cluster/orders/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-4"
    policy = f'Role kowl, inline:\n{{"Effect": "Allow", "Action": "kafka:*", "Resource": "{cluster}"}}'
    explanation = explain(f"{SASL}{BROKER}{policy}")
    assert explanation.failure is None
    assert explanation.summary.startswith(f"The role kowl was denied kafka-cluster:Connect on {cluster}")
    resources = [each["Resource"] for each in (explanation.remedies[0].policy or {})["Statement"]]
    assert resources == [
        cluster,
        f"{cluster.replace(':cluster/', ':topic/')}/TOPIC_NAME",
        f"{cluster.replace(':cluster/', ':group/')}/GROUP_NAME",
    ]
    assert "proves only the identity" in " ".join(explanation.remedies[0].steps)
    assert "--role-name kowl" in explanation.remedies[0].commands[-1]


def test_an_unknown_cluster_has_only_the_connection() -> None:
    policy = explain(SASL + BROKER).remedies[0].policy or {}
    assert [each["Action"] for each in policy["Statement"]] == ["kafka-cluster:Connect"]


WRITER = (
    'Policy of role pub: {"Effect": "Allow", "Action": ["kafka-cluster:Connect", "kafka-cluster:WriteData"], "Resource": '
    '"arn:aws:kafka:eu-west-1:111122223333:cluster/orders/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-4"}\n'
)
PORT = "bootstrap.servers = [b-1.orders.a1b2c3.c4.kafka.eu-west-1.amazonaws.com:{}]\n"


@check_rows(
    ("message", "action"),
    [
        ("2026-11-20 16:40:03 ERROR send failed\norg.apache.kafka.common.errors.ClusterAuthorizationException: Cluster authorization failed.", "WriteDataIdempotently"),
        ("Fatal error: Broker: Cluster authorization failed: Failed to acquire idempotence PID from broker", "WriteDataIdempotently"),
        ('KafkaError{code=CLUSTER_AUTHORIZATION_FAILED,val=31,str="Broker: Cluster authorization failed"}', "WriteDataIdempotently"),
        ("KafkaJSProtocolError: Cluster authorization failed", "WriteDataIdempotently"),
        ('KafkaError{code=TOPIC_AUTHORIZATION_FAILED,val=29,str="Broker: Topic authorization failed"}', "DescribeTopic"),
        ("kafka.errors.GroupAuthorizationFailedError: [Error 30] GroupAuthorizationFailedError: app", "AlterGroup"),
    ],
)  # fmt: skip
def test_a_broker_denies_a_request(message: str, action: str) -> None:
    for text in (f"2026-11-20 16:40:02 INFO {PORT.format(9098)}{message}\n{WRITER}", f"{WRITER}{message}\n"):
        explanation = explain(text)
        assert f"kafka-cluster:{action}" in explanation.summary
        assert "kafka-cluster:Connect is allowed" in str(explanation)
        assert ("enable.idempotence=false" in str(explanation)) == (action == "WriteDataIdempotently")
    assert explain(PORT.format(9096) + message).topic == "nothing"


@check_rows(
    ("tool", "kind", "action"),
    [
        ("kafka-topics.sh --bootstrap-server b-1:9098 --create --topic orders", "Topic", "CreateTopic"),
        ("kafka-topics --delete --topic orders", "Topic", "DeleteTopic"),
        ("kafka-configs.sh --entity-type brokers --describe", "Cluster", "DescribeClusterDynamicConfiguration"),
        ("kafka-configs.sh --alter --entity-type topics", "Topic", "AlterTopicDynamicConfiguration"),
        ("kafka-acls.sh --list", "Cluster", "DescribeCluster"),
        ("kafka-console-producer.sh --topic orders", "Cluster", "WriteDataIdempotently"),
    ],
)  # fmt: skip
def test_a_broker_denies_a_tool(tool: str, kind: str, action: str) -> None:
    error = f"org.apache.kafka.common.errors.{kind}AuthorizationException: {f'{kind} a' if kind == 'Cluster' else 'A'}uthorization failed."
    explanation = explain(f"$ bin/{tool}\nsasl.mechanism=AWS_MSK_IAM\n{error}")
    assert explanation.summary.startswith(f"The caller was denied kafka-cluster:{action}: most likely")
    assert ("enable.idempotence" in str(explanation)) == (action == "WriteDataIdempotently")


CACHE = (
    "redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.\n"
)
SHOWN = "$ aws elasticache describe-users --user-id web --query 'Users[0].[UserId,UserName,Status,Authentication.Type]'\n"
ELASTICACHE = "arn:aws:elasticache:eu-west-1:111122223333:"


def _allow(action: str, *resources: str) -> str:
    listed = ", ".join(f'"{each}"' for each in resources)
    return f'{{"Effect": "Allow", "Action": "{action}", "Resource": [{listed}]}}\n'


@check_rows(
    ("told", "says", "allowed"),
    [
        (
            _allow("elasticache:Connect", f"{ELASTICACHE}replicationgroup:carts") + f'{SHOWN}["web", "web", "active", "iam"]\n',
            f"denied elasticache:Connect on {ELASTICACHE}user:web",
            f"{ELASTICACHE}user:web",
        ),
        (
            _allow("elasticache:Connect", f"{ELASTICACHE}user:web") + "aws elasticache describe-serverless-caches --serverless-cache-name carts",
            f"denied elasticache:Connect on {ELASTICACHE}serverlesscache:carts",
            f"{ELASTICACHE}serverlesscache:carts",
        ),
        (
            _allow("memorydb:connect", "arn:aws:memorydb:eu-west-1:111122223333:cluster/carts"),
            "the policy in the text allows it only on arn:aws:memorydb:eu-west-1:111122223333:cluster/carts",
            "arn:aws:memorydb:eu-west-1:111122223333:user/USER_ID",
        ),
        ("We use IAM authentication for ElastiCache.", "The cache rejected the IAM token", f"{ELASTICACHE[:20]}REGION:ACCOUNT_ID:user:USER_ID"),
        (_allow("elasticache:Connect", f"{ELASTICACHE}user:web", f"{ELASTICACHE}replicationgroup:carts"), "the token, the user or the caller's policies", None),
    ],
)  # fmt: skip
def test_a_cache_rejects_a_token(told: str, says: str, allowed: str | None) -> None:
    explanation = explain(CACHE + told)
    assert says in explanation.summary
    policy = explanation.remedies[0].policy
    assert (policy is None) is (allowed is None)
    assert allowed is None or f"'{allowed}'" in str(policy)
    assert "WRONGPASS is all that the server says" in explanation.to_text(detail="full")


def test_a_deny_and_another_cache() -> None:
    """A Deny overrides each Allow, and an Allow on one cache is none on another."""
    both = _allow("elasticache:Connect", f"{ELASTICACHE}replicationgroup:films", f"{ELASTICACHE}user:web")
    explanation = explain(CACHE + both.replace("Allow", "Deny"))
    assert "the Deny for elasticache:Connect in the text applies" in explanation.summary
    assert not any(each.policy for each in explanation.remedies)
    explanation = explain(f"{CACHE}--replication-group-id trips\n{both}")
    assert f"{ELASTICACHE}replicationgroup:trips" in str(explanation.remedies[0].policy)


@check_rows(
    "told",
    [
        *("", "The password is in Secrets Manager.", "redis-cli -a hunter2"),
        *(
            "ElastiCache with a static password, no IAM.",
            "We don't use IAM auth.",
            "The IAM token is for RDS.",
        ),
    ],
)
def test_a_password_of_a_cache(told: str) -> None:
    assert explain(CACHE + told).topic == "nothing"
