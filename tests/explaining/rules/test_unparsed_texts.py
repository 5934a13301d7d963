"""Tests for texts that show a problem with AWS access, but no failure that ``parse`` reads."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain, parse
from tests.tables import check_rows

# Split, so that no secret scanner takes them for real.
KEY = "AKIA" + "RTX3GSDSVJNFUWS2"
SECRET = "q7Lw3Zt9" + "Bv1Xc5Nm" + "/8Ks2Jd6" + "Hf4Gp0Ra" + "+Ye7Ui3O"
PAIR = f"AWS_ACCESS_KEY_ID={KEY}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
GITHUB = """remote: error: GH013: Repository rule violations found for refs/heads/main.
remote: - GITHUB PUSH PROTECTION
remote:       —— {} ——————————————————————————
remote:        locations:
remote:          - commit: 5f0c2d7e9a1b3c4d6e8f0a2b4c6d8e0f1a3b5c7d
remote:            path: config/prod.env:3
"""
_BLOCKED = "< HTTP/2 403\n< server: {}\n<h1>403 Forbidden</h1>"
MOUNT = "Mounting arguments: -t efs -o {} fs-0a1b2c3d4e5f60718:/ /mnt\nOutput: mount.nfs4: access denied by server while mounting 127.0.0.1:/"


@check_rows(
    ("text", "says"),
    [
        pytest.param(
            f"{GITHUB.format('Amazon AWS Access Key ID')}$ cat config/prod.env\n{PAIR}",
            (
                f"GitHub blocked the push: commit 5f0c2d7e contains the access key {KEY} in config/prod.env.",
                "git rebase --interactive 5f0c2d7e^",
                f"--access-key-id {KEY} --status Inactive",
                "Do not bypass the check",
            ),
            id="push protection",
        ),
        pytest.param(
            f"$ cat .env\n{PAIR}",
            (f"The text shows the access key {KEY} with its secret, so treat it as stolen.",),
            id="a key pair",
        ),
        pytest.param(
            f"deploy/app.yml:4:key: {KEY}\n\n[ERROR] Matched one or more prohibited patterns",
            ("git-secrets rejected the commit", "in deploy/app.yml.", "git rm --cached deploy/app.yml"),
            id="git-secrets",
        ),
        pytest.param(
            "remote: PUSH BLOCKED: Secrets detected in code changes\nremote: -- config/creds.yml:7 | AWS access token",
            ("GitLab blocked the push: the change contains an AWS access key in config/creds.yml.",),
            id="GitLab",
        ),
        pytest.param(
            MOUNT.format("accesspoint=fsap-0a1b2c3d4e5f60718,tls"),
            (
                "denied the mount of fs-0a1b2c3d4e5f60718: the mount options lack iam",
                "options of the mount, next to tls",
                '"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"',
                "aws efs describe-file-system-policy --file-system-id fs-0a1b2c3d4e5f60718",
            ),
            id="anonymous mount",
        ),
        pytest.param(
            f"{MOUNT.format('tls,iam')}\nAWS credentials source used for IAM authentication: webidentity:arn:aws:iam::111122223333:role/volumes",
            ("denied the role volumes the mount", "put-role-policy --role-name volumes"),
            id="mount with a role",
        ),
        pytest.param(
            f"kubelet MountVolume.SetUp failed\nCould not start amazon-efs-mount-watchdog\n{MOUNT.format('tls')}",
            ("the role of efs-csi-node-sa or of the node", "watchdog is a warning", "mountOptions"),
            id="CSI driver",
        ),
        pytest.param(
            "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32",
            ("authorizationConfig.iam of the volume to ENABLED", "Attach the policy to the task role"),
            id="ECS",
        ),
    ],
)
def test_problem_without_a_failure(text: str, says: tuple[str, ...]) -> None:
    assert parse(text) is None
    explanation = explain(text)
    assert explanation.failure is None
    folded = " ".join(explanation.to_text().replace("\\\n", " ").split())
    assert [words for words in says if words not in folded] == []
    shown = explanation.to_text(detail="full") + json.dumps(explanation.to_dict()) + explanation.to_markdown()
    assert SECRET not in shown
    assert explain(text.encode()).summary == explanation.summary


@check_rows(
    ("text", "says"),
    [
        ("The connection to the server localhost:8080 was refused - did you specify the right host or port?", ("it called localhost", "aws eks update-kubeconfig --name CLUSTER")),
        ('Error: Kubernetes cluster unreachable: Get "http://localhost:8080/version": dial tcp [::1]:8080: connect: connection refused', ("it called localhost",)),
        ("$ sudo kubectl get pods\nThe connection to the server localhost:8080 was refused", ("run it without sudo",)),
        ('error: context "staging" does not exist', ('has no context "staging"', "kubectl config get-contexts")),
        ("error: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable", ("The client has no kubeconfig for a cluster. No",)),
        ('Error: Get "http://localhost/api/v1/namespaces/kube-system/configmaps/aws-auth": dial tcp [::1]:80: connect: connection refused', ("Terraform's Kubernetes provider has no address", "cluster_ca_certificate")),
        ("Error: Error message: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable", ("lacks the permission id-token: write", "id-token: write")),
    ],
)  # fmt: skip
def test_client_that_sends_no_request(text: str, says: tuple[str, ...]) -> None:
    shown = " ".join(str(explain(text)).split())
    assert [words for words in says if words not in shown] == []


@check_rows(
    "text",
    [
        pytest.param(
            'Get "http://localhost/health": dial tcp 127.0.0.1:80: connect: connection refused',
            id="another server",
        ),
        pytest.param('The context "checkout" does not exist in the test plan', id="another context"),
        pytest.param(
            "mount.nfs4: access denied by server while mounting 10.0.4.7:/srv", id="another NFS server"
        ),
        pytest.param(f"AWS_ACCESS_KEY_ID={KEY}", id="a key ID without a secret"),
        pytest.param(PAIR.replace(KEY, "AKIAIOSFODNN7EXAMPLE"), id="the example key"),
        pytest.param(GITHUB.format("Slack API Token"), id="a key of another vendor"),
        pytest.param("AWS is great", id="prose"),
        pytest.param(_BLOCKED.format("nginx"), id="403 of another server"),
        pytest.param(
            'failed to resolve reference "docker.io/acme/carts:7": pull access denied, repository does not exist. EKS 1.34',
            id="private image of Docker Hub",
        ),
        pytest.param("HTTP/1.1 502\nserver: awselb/2.0", id="another status of a load balancer"),
        pytest.param("HTTP/1.1 503\nserver: awselb/2.0\ntask 403 failed", id="403 that is no status"),
    ],
)
def test_nothing_is_found_in_other_texts(text: str) -> None:
    explanation = explain(text)
    assert (explanation.topic, explanation.causes) == ("nothing", ())


@check_rows(
    ("text", "says", "omits"),
    [
        pytest.param(
            "ERROR: permission denied for schema reporting (SQLSTATE 42501), psql -h db -U app",
            (
                "The database denied the user app access to the schema reporting",
                "GRANT USAGE ON SCHEMA reporting TO app;",
            ),
            ("rds-db:connect", "DEFAULT PRIVILEGES"),
            id="schema of PostgreSQL",
        ),
        pytest.param(
            "psycopg2.errors.InsufficientPrivilege: permission denied for relation stl_query\n"
            "app@sales.x1.eu-west-1.redshift.amazonaws.com",
            ("GRANT SELECT ON stl_query TO",),
            ("DEFAULT PRIVILEGES", "INSERT"),
            id="system table of Redshift",
        ),
        pytest.param(
            "psycopg2.errors.InsufficientPrivilege: permission denied for table sales.orders\n"
            "arn:aws:rds-db:eu-west-1:111122223333:dbuser:db-ABCDEFGHIJKLMNOPQRSTUVWXYZ/report",
            (
                "GRANT SELECT, INSERT, UPDATE, DELETE ON sales.orders TO report;",
                "FOR ROLE TABLE_OWNER_NAME IN SCHEMA sales",
                "rds-db:connect allows only logins",
            ),
            (),
            id="table of PostgreSQL with an IAM login",
        ),
        pytest.param(
            "ERROR: permission denied for table t\npolicy: arn:aws:rds-db:eu-west-1:111122223333:dbuser:*/*",
            ("TO DB_USER_NAME;",),
            (),
            id="any user in the policy",
        ),
        pytest.param(
            "ERROR 1142 (42000): SELECT command denied to user 'app'@'10.0.1.5' for table 'orders'",
            ("GRANT SELECT ON DATABASE_NAME.orders TO 'app'@'%';",),
            ("rds-db:connect",),
            id="MySQL",
        ),
        pytest.param(
            "ERROR 1143 (42000): SELECT command denied to user 'app'@'10.0.1.5' for column 'ssn' in table 'people'",
            ("GRANT SELECT ON DATABASE_NAME.people TO",),
            (".ssn",),
            id="column of MySQL",
        ),
        pytest.param(
            "ERROR 1370 (42000): execute command denied to user 'app'@'10.0.1.5' for routine 'my-db.close'",
            ("GRANT EXECUTE ON PROCEDURE `my-db`.close TO",),
            (),
            id="routine of MySQL",
        ),
        pytest.param(
            "SELECT, LOCK TABLES command denied to user 'dump'@'10.0.1.5' for table 'orders' when using LOCK TABLES",
            ("GRANT SELECT, LOCK TABLES ON DATABASE_NAME.* TO",),
            ("DATABASE_NAME.orders",),
            id="dump of MySQL",
        ),
        pytest.param(
            "ERROR 1044 (42000): Access denied for user 'app'@'10.0.%' to database 'octo-shop'",
            ("GRANT SELECT, INSERT, UPDATE, DELETE ON `octo-shop`.* TO 'app'@'10.0.%';", "The login worked"),
            ("rds-db:connect",),
            id="database of MySQL",
        ),
        pytest.param(
            "TOKEN=$(aws rds generate-db-auth-token --username app)\n"
            "Error 1044 (42000): Access denied for user 'app'@'%' to database 'octo'",
            ("ON `octo`.* TO 'app'@'%';", "rds-db:connect allows only logins"),
            ("IAM token of app",),
            id="database of MySQL after a login with a token",
        ),
        pytest.param(
            "mysqldump: Got error: 1044: Access denied for user 'dump'@'%' to database 'octo' when using LOCK TABLES",
            ("GRANT SELECT, SHOW VIEW, TRIGGER, LOCK TABLES ON `octo`.* TO",),
            (),
            id="dump of a database of MySQL",
        ),
        pytest.param(
            "(1044, \"Access denied for user 'admin'@'%' to database 'mysql'\")",
            ("Do without the database mysql",),
            ("GRANT SELECT",),
            id="database of the server",
        ),
        pytest.param(
            "Access denied for user ''@'localhost' to database 'octo'",
            ("Log in as a user that the server has",),
            ("GRANT SELECT",),
            id="anonymous user of MySQL",
        ),
        pytest.param(
            "ERROR:  permission denied for schema public\nLINE 1: CREATE TABLE orders (id int);",
            ("GRANT USAGE, CREATE ON SCHEMA public TO",),
            (),
            id="table that is created",
        ),
        pytest.param(
            "ERROR:  permission denied for database crm\nSTATEMENT:  CREATE SCHEMA reporting",
            ("GRANT CREATE ON DATABASE crm TO",),
            ("CONNECT",),
            id="schema that is created",
        ),
        pytest.param(
            'FATAL:  permission denied for database "crm-eu"\nDETAIL:  User does not have CONNECT privilege.',
            ('GRANT CONNECT ON DATABASE "crm-eu" TO',),
            ("CREATE",),
            id="connection",
        ),
        pytest.param(
            'permission denied for table Orders\n[SQL: SELECT * FROM sales."Orders"]\nWe logged in via SSO as usual.',
            ('GRANT SELECT ON sales."Orders" TO DB_USER_NAME;', "IN SCHEMA sales"),
            ("INSERT", "usual"),
            id="schema, capitals and statement",
        ),
        pytest.param(
            "ERROR: permission denied for table pg_authid",
            ("Do without pg_authid",),
            ("GRANT SELECT",),
            id="table of PostgreSQL itself",
        ),
        pytest.param(
            "ERROR: Permission to acme/shop.git denied to deploy key",
            ("Allow write access for the deploy key",),
            ("Give deploy",),
            id="deploy key of GitHub",
        ),
        pytest.param(
            f"{_BLOCKED.format('awselb/2.0')}\nSmall POSTs work, 40 KB do not. The role has AdministratorAccess.",
            (
                "The load balancer itself answered with 403: most likely, its AWS WAF web ACL",
                "SizeRestrictions_BODY",
                "such as AdministratorAccess, can be removed again",
            ),
            (),
            id="load balancer",
        ),
        pytest.param(
            "<h1>403 ERROR</h1>\nRequest blocked. We can't connect to the server.\nGenerated by cloudfront (CloudFront)",
            ("The CloudFront distribution itself answered with 403", "geo restriction"),
            ("listener", "SizeRestrictions"),
            id="CloudFront",
        ),
        pytest.param(
            "HttpError: Resource not accessible by integration",
            ("GitHub denied the request of github-actions[bot]", "contents: write"),
            (),
            id="GITHUB_TOKEN",
        ),
        pytest.param(
            "HttpError: Resource not accessible by integration\n  'x-accepted-github-permissions': 'issues=write; pull_requests=write'\n\n"
            "    permissions:\n      id-token: write\n      contents: read\n    steps:\n      - uses: actions/checkout@v4",
            (
                "the permissions in the workflow do not have pull-requests: write",
                "permissions: id-token: write contents: read pull-requests: write",
            ),
            ("contents: write",),
            id="GITHUB_TOKEN whose permissions the text lists",
        ),
        pytest.param(
            "HttpError: Resource not accessible by integration\n  url: 'https://api.github.com/repos/acme/shop/releases'",
            ("the permissions in GitHub decide", " contents: write"),
            ("pull-requests",),
            id="GITHUB_TOKEN and the call",
        ),
        pytest.param(
            "remote: Permission to acme/shop.git denied to ana.",
            ("Give ana write access to the repository acme/shop.git",),
            ("GITHUB_TOKEN",),
            id="user of GitHub",
        ),
        pytest.param(
            'Failed to pull image "carts:7": failed to resolve reference "docker.io/library/carts:7": pull access denied, repository does not exist\n'
            "I attached AmazonEC2ContainerRegistryPowerUser.\nvalues.yaml\nglobal:\n  imageRegistry: 111122223333.dkr.ecr.eu-west-1.amazonaws.com\n"
            'image:\n  repository: carts\ntemplates/carts.yaml\n  image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"',
            (
                "Docker Hub, not ECR, denied the pull of carts",
                "let the template use global.imageRegistry, which it ignores",
                "repository: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/carts",
                '"{{ .Values.global.imageRegistry }}/{{ .Values.image.repository }}',
                "Detach AmazonEC2ContainerRegistryPowerUser",
            ),
            ("imagePullSecret",),
            id="image without the registry in a chart",
        ),
        pytest.param(
            "CannotPullContainerError: failed to resolve ref docker.io/library/carts:7: pull access denied, repository does not exist",
            ("Docker Hub, not ECR", "image: ACCOUNT_ID.dkr.ecr.REGION.amazonaws.com/carts:7"),
            (),
            id="image without the registry in a task definition",
        ),
        pytest.param(
            "The push refers to repository [docker.io/library/carts]\ndenied: requested access to the resource is denied\n"
            "docker login 111122223333.dkr.ecr.eu-west-1.amazonaws.com: Login Succeeded",
            (
                "denied the push to carts",
                "docker tag carts:TAG 111122223333.dkr.ecr.eu-west-1.amazonaws.com/carts:TAG",
            ),
            (),
            id="push without the registry",
        ),
        pytest.param(
            "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
            ('sudo usermod -aG docker "$USER"',),
            (),
            id="Docker daemon",
        ),
        pytest.param(
            'Failed to pull image "public.ecr.aws/nginx/nginx:1.29": unexpected status code https://public.ecr.aws/v2/nginx/nginx/manifests/1.29: 429 Too Many Requests - Server message: toomanyrequests: Rate exceeded',
            ("no permission is missing", "create-pull-through-cache-rule"),
            ("put-role-policy",),
            id="ECR Public",
        ),
        pytest.param(
            "$ docker pull public.ecr.aws/nginx/nginx:1.29\n1.29: Pulling from nginx/nginx\ntoomanyrequests: Data limit exceeded",
            ("no permission is missing", "ecr-public get-login-password --region us-east-1"),
            ("put-role-policy",),
            id="ECR Public, next line",
        ),
        pytest.param(
            "google.auth.exceptions.OAuthError: ('Error code unauthorized_client: The given credential is rejected by the attribute condition.', '{}')\naudience //iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/films/providers/aws-films, arn:aws:sts::111122223333:assumed-role/exporter/i-1",
            (
                "describe aws-films --workload-identity-pool=films",
                "attribute.aws_role == 'arn:aws:sts::111122223333:assumed-role/exporter'",
            ),
            ("update-assume-role-policy", "exporter/i-1"),
            id="Google Cloud",
        ),
        pytest.param(
            "╷\n│ Error: retrieving Storage Account: unexpected status 403 with error: AuthorizationFailed: The client 'aaaa1111-bbbb-2222-cccc-333333333333' with object id\n│ 'dddd1111-bbbb-2222-cccc-333333333333' does not have authorization to\n│ perform action 'Microsoft.Storage/storageAccounts/read' over scope '/subscriptions/0000-1111/resourceGroups/films/providers/Microsoft.Storage/storageAccounts/reels' or the scope is invalid.\n╵\nThe AWS role has s3:* already.",
            (
                "Azure, not AWS, denied Microsoft.Storage/storageAccounts/read to the client",
                "allows it on reels.",
                "--assignee-object-id dddd1111-bbbb-2222-cccc-333333333333",
                "--role Reader",
                "--scope /subscriptions/0000-1111/resourceGroups/films Doc",
                "For changes, assign Storage Account Contributor instead.",
            ),
            ("\\u", "TF_LOG"),
            id="Azure",
        ),
        pytest.param(
            "(AuthorizationFailed) The client 'ana@example.com' does not have authorization to perform action 'Microsoft.Web/sites/write' over scope '/subscriptions/0000-1111'.",
            (
                "OBJECT_ID",
                "--assignee-principal-type User",
                "--role ROLE_NAME",
                "on /subscriptions/0000-1111.",
            ),
            ("Reader",),
            id="Azure without an ID",
        ),
        pytest.param(
            "╷\n│ Error: connecting to the film server\n│ \n│   with film.reels\n╵",
            ('The first error in the text: "Error: connecting',),
            ("\\u",),
            id="quoted without its box",
        ),
        pytest.param(
            "The film job fails with an error as stated below:\n\n```\nReelMismatch This reel is not for this projector\n```",
            ('The first error in the text: "ReelMismatch This reel',),
            ("as stated below",),
            id="the line after its announcement",
        ),
    ],
)
def test_denial_that_iam_did_not_decide(text: str, says: tuple[str, ...], omits: tuple[str, ...]) -> None:
    shown = " ".join(str(explain(text)).split())
    assert [words for words in says if words not in shown] == []
    assert [words for words in omits if words in shown] == []


@check_rows(
    ("text", "said"),
    [
        ("0/5 nodes are available: 3 Insufficient cpu.", "no node has enough cpu for a pod"),
        (
            "Error response from daemon: toomanyrequests: You have reached your pull rate limit.",
            "Docker Hub limits the pulls",
        ),
        (
            "public.ecr.aws/nginx/nginx:1.29 was pulled, docker.io/library/films: toomanyrequests: You have reached your pull rate limit.",
            "Docker Hub limits the pulls",
        ),
        ("fatal error: no space left on device", "a disk is full"),
        (
            'Error creating: pods "web-1" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
            "Pod Security admission, not RBAC, rejected the pod: its securityContext does not meet the level restricted",
        ),
        (
            'pods "web-1" is forbidden: exceeded quota: compute, requested: cpu=1, used: cpu=2, limited: cpu=2',
            "the ResourceQuota compute, not RBAC",
        ),
    ],
)
def test_failure_of_another_system(text: str, said: str) -> None:
    explanation = explain(text)
    assert explanation.topic == "nothing"
    assert said in explanation.notes[0]


@check_rows(
    ("said", "owner"),
    [
        ("The table was created by the migration job (user migrator).", "migrator"),
        ("It is owned by migrator.", "migrator"),
        ("The owner is the role migrator", "migrator"),
        ("It is owned by the billing team.", "TABLE_OWNER_NAME"),
        ("It was created by me", "TABLE_OWNER_NAME"),
    ],
)
def test_owner_of_a_table(said: str, owner: str) -> None:
    remedy = explain(f"ERROR: permission denied for table orders\n{said}").remedies[0]
    assert f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN" in (remedy.manifest or "")


_REGISTRY = "111122223333.dkr.ecr.us-west-2.amazonaws.com"
_PULL = f'Failed to pull image "{_REGISTRY}/{{0}}": failed to resolve reference "{_REGISTRY}/{{0}}": {_REGISTRY}/{{0}}: not found'
_ATTACHED = "$ aws iam list-attached-role-policies --role-name lab-node\nAmazonEC2ContainerRegistry"


@check_rows(
    ("text", "summary", "action"),
    [
        (_PULL.format("k8s/pause:3.9"), "most likely, the node role may pull what is in the cache", "ecr:CreateRepository"),
        (f"our pull-through cache\n{_PULL.format('mirror/pause:3.9')}\n{_ATTACHED}ReadOnly", "3.9: the role lab-node may pull what is in the cache, but not fetch a new image, for lack of ecr:BatchImportUpstreamImage and ecr:CreateRepository.", "ecr:BatchImportUpstreamImage"),
        (f"our pull-through cache\n{_PULL.format('mirror/pause:3.9')}\n{_ATTACHED}PullOnly", "for lack of ecr:CreateRepository.", "ecr:CreateRepository"),
        (f"CannotPullContainerError: {_REGISTRY}/quay/acme/api@sha256:{'0' * 64}: not found", "the task execution role may pull", "ecr:CreateRepository"),
        # Nothing shows a cache.
        (_PULL.format("orders/api:v3"), "has no image orders/api:v3 in us-west-2", None),
        (_PULL.format("quay:v3"), "has no image quay:v3 in us-west-2", None),
    ],
)  # fmt: skip
def test_image_that_a_registry_does_not_find(text: str, summary: str, action: str | None) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    first = explanation.remedies[0]
    assert (first.policy is None) == (action is None)
    if action is None:
        assert first.commands[0].startswith("aws ecr describe-images --registry-id 111122223333")
    else:
        assert action in str(first.policy)
        assert "repository/k8s/*" in str(first.policy) or "k8s" not in text


@pytest.mark.parametrize(
    "told",
    [
        "We use Docker Hub, not ECR, for this image.",
        "It has never been in ECR.",
        "We don't use ECR.",
    ],
)
def test_image_that_is_not_meant_to_be_in_ecr(told: str) -> None:
    denied = "pull access denied for acme/carts, repository does not exist or may require 'docker login'\n"
    assert "ECR" in explain(f"{denied}Is ECR down?").summary
    assert explain(denied + told).topic == "nothing"


def test_first_error_of_another_text_is_quoted() -> None:
    """Readers see which line was not understood, without its secrets."""
    shown = str(
        explain(
            "INFO pulling\nFailed to pull cart:1.4: manifest unknown password=hunter2hunter2\nERROR exit 1"
        )
    )
    assert "Failed to pull cart:1.4: manifest unknown" in shown
    assert "hunter2" not in shown
    assert "exit 1" not in shown
    assert str(explain("INFO pulling")).count("\n") == 0


def test_secrets_in_the_usage_of_a_quota() -> None:
    usage = "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzz12345678"
    text = (
        f'pods "api" is forbidden: exceeded quota: small, requested: {usage}, used: {usage}, limited: {usage}'
    )
    assert "wJalr" not in str(explain(text))
