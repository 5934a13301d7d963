"""Check what the short explanation of a denial says, and what it must not say.

The cases follow questions that people ask about AWS errors, with fictional names.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain
from iamtriage.explaining._rules.denials.services.closed_resources import RESOURCES as RESOURCES_OF_SERVICES
from iamtriage.explaining._rules.denials.services.managed_services import ROLES
from iamtriage.explaining._rules.shared.messages.message_rules import MESSAGE_RULES
from tests.tables import check_rows

_OF_ROLE = "User: arn:aws:sts::111122223333:assumed-role/{}/run-7 is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::carts/{} because no identity-based policy allows the s3:PutObject action"
ACCOUNT, OTHER = "111122223333", "444455556666"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/orders-api/run-7"
GITHUB = "token.actions.githubusercontent.com"
OIDC_DENIED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def _trust(condition: dict[str, Any], effect: str = "Allow") -> dict[str, Any]:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
    return {
        "Effect": effect,
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _claims(subject: str) -> dict[str, str]:
    return {"iss": f"https://{GITHUB}", "sub": subject, "aud": "sts.amazonaws.com"}


def _subject(value: str, operator: str = "StringEquals") -> dict[str, Any]:
    return _trust({operator: {f"{GITHUB}:sub": value}})


def _details(action: str, resource: str, sid: str) -> dict[str, Any]:
    policy = f"arn:aws:organizations::{ACCOUNT}:policy/o-abc123def4/service_control_policy/p-7h2k9x0q"
    matched = {"uri": policy, "matchedStatements": [{"sid": sid, "evaluatedEffect": "DENY"}]}
    check = {
        "checkType": "SERVICE_CONTROL_POLICY",
        "evaluatedEffect": "EXPLICIT_DENY",
        "relevantPolicyTypes": ["SERVICE_CONTROL_POLICY"],
        "matchedPolicies": [matched],
    }
    evaluation = {
        "action": action,
        "resource": resource,
        "evaluatedEffect": "EXPLICIT_DENY",
        "checks": [check],
    }
    return {"requestContext": {"aws:RequestedRegion": "us-east-1"}, "evaluations": [evaluation]}


Case = tuple[str, str, dict[str, Any], tuple[str, ...], tuple[str, ...]]
# Name, text, facts, what the short explanation contains, what it does not.
LAKE_FORMATION: tuple[Case, ...] = (
    (
        "words of Athena before it",
        "Insufficient permissions to execute the query. Insufficient Lake Formation permission(s) on orders (Service: AWSGlue; Status Code: 400; Error Code: AccessDeniedException; Request ID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9; Proxy: null)",
        {},
        ("Lake Formation denied the caller access to the table orders",),
        ("s3:GetObject", "permissions of the caller"),
    ),
    (
        "catalog",
        "Insufficient Lake Formation permission(s): Required Create Database on Catalog (Service: AWSGlue; Status Code: 400; Error Code: AccessDeniedException)",
        {},
        (
            "CREATE_DATABASE on the Data Catalog",
            "--permissions CREATE_DATABASE",
            """--resource '{"Catalog": {}}'""",
        ),
        ("SELECT", "does not exist"),
    ),
    (
        "crawler",
        "[0a1b] ERROR : Insufficient Lake Formation permission(s) on sales (Database name: sales) (Service: AWSGlue; Status Code: 400; Error Code: AccessDeniedException)",
        {},
        ("CREATE_TABLE ALTER DESCRIBE", """'{"Database": {"Name": "sales"}}'""", "the crawler's role"),
        ("SELECT",),
    ),
    (
        "table of a database",
        "An error occurred (AccessDeniedException) when calling the GetTable operation: Insufficient Lake Formation permission(s): Required Select on sales.orders",
        {"caller": SESSION},
        (
            "The role orders-api lacks the Lake Formation permission SELECT on the table orders of the database sales.",
            f"DataLakePrincipalIdentifier=arn:aws:iam::{ACCOUNT}:role/orders-api",
            '"DatabaseName": "sales", "Name": "orders"',
        ),
        ("ROLE_ARN", "CREATE"),
    ),
    (
        "table of a source of dbt",
        "The role has AdministratorAccess since Monday (I attached it as a test).\nselect * from {{ source('sales', 'orders') }}\nAn error occurred (AccessDeniedException) when calling the GetTable operation: Insufficient Lake Formation permission(s): Required Describe on orders",
        {"caller": SESSION},
        (
            '"DatabaseName": "sales", "Name": "orders"',
            "remove AdministratorAccess again",
        ),
        ("DATABASE_NAME",),
    ),
    (
        "lock of Terraform beside a policy with a name",
        f'policy orders-state:\n{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::states/orders.tfstate"}}]}}\n\nError: Error acquiring the state lock\n\nError message: operation error S3: PutObject, https response error StatusCode: 403, api error AccessDenied: User: {SESSION} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::states/orders.tfstate.tflock" because no identity-based policy allows the s3:PutObject action',
        {},
        (
            "the policy orders-state allows it only on",
            "Add the statement below to the policy orders-state, or attach it",
            "s3:DeleteObject",
        ),
        ("to the Resource of the statement",),
    ),
    (
        "table by names",
        "Service Principal: glue.amazonaws.com: Insufficient Lake Formation permission(s) on orders (Database name: sales, Table name: orders) (Service: AWSGlue; Status Code: 400; Error Code: AccessDeniedException)",
        {},
        ("SELECT DESCRIBE", '"DatabaseName": "sales", "Name": "orders"'),
        ("DATABASE_NAME",),
    ),
    (
        "location",
        "An error occurred (AccessDeniedException) when calling the CreateTable operation: Insufficient Lake Formation permission(s) on s3://acme-lake/orders/",
        {"region": "cn-north-1"},
        ("DATA_LOCATION_ACCESS", '{"DataLocation": {"ResourceArn": "arn:aws-cn:s3:::acme-lake/orders/"}}'),
        ("TABLE",),
    ),
    (
        "unnamed",
        "PERMISSION_DENIED: Principal does not have any privilege on specified resource (Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException; Request ID: 3c2f1f0a-1111-4d11-a6fd-2c1b3ed5a7aa)",
        {},
        ("the database or table", "Replace ROLE_ARN, DATABASE_NAME and TABLE_NAME."),
        ("put-role-policy",),
    ),
)
FEDERATION: tuple[Case, ...] = (
    (
        "workflow",
        f"        role-to-assume: arn:aws:iam::{ACCOUNT}:role/deploy\nError: Could not assume role with OIDC: {OIDC_DENIED}",
        {},
        (
            "the role deploy",
            f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}",
            "environment:NAME",
            "repo:OWNER@ID/",
            "case-sensitive",
        ),
        ("ACCOUNT_ID", "ROLE_NAME"),
    ),
    (
        "GitLab job",
        f"$ aws sts assume-role-with-web-identity --role-arn arn:aws:iam::{ACCOUNT}:role/deploy --web-identity-token ${{GITLAB_OIDC_TOKEN}}\nAn error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: {OIDC_DENIED}\nERROR: Job failed: exit code 1",
        {},
        (
            "project_path:GROUP/PROJECT_NAME:ref_type:branch:ref:BRANCH_NAME",
            "oidc-provider/gitlab.com",
            "id_tokens",
        ),
        ("githubusercontent", "sts.amazonaws.com"),
    ),
    (
        "wildcard compared literally",
        f"Error: Could not assume role with OIDC: {OIDC_DENIED}\n\n{json.dumps(_policy(_subject('repo:acme/*')))}",
        {},
        (
            "StringEquals in the trust policy compares literally",
            f'"StringLike": {{"{GITHUB}:sub": "repo:acme/*"}}',
        ),
        ("BRANCH_NAME",),
    ),
    (
        "subject of a given policy",
        f"Error: Could not assume role with OIDC: {OIDC_DENIED}",
        {"trust_policy": _policy(_subject("repo:acme/orders:ref:refs/heads/main"))},
        ("expects the subject repo:acme/orders:ref:refs/heads/main.",),
        ("compares literally",),
    ),
    (
        "case",
        f"Error: Could not assume role with OIDC: {OIDC_DENIED}",
        {
            "trust_policy": _policy(_subject("repo:acme/orders:pull_request")),
            "token_claims": _claims("repo:Acme/orders:pull_request"),
        },
        ("and the token has repo:Acme/orders:pull_request (they differ in case).",),
        ("immutable",),
    ),
    (
        "immutable subject",
        f"Error: Could not assume role with OIDC: {OIDC_DENIED}",
        {
            "trust_policy": _policy(_subject("repo:acme/orders:pull_request")),
            "token_claims": _claims("repo:acme@12/orders@345:pull_request"),
        },
        ("immutable", '"repo:acme@12/orders@345:pull_request"'),
        ("differ in case",),
    ),
    (
        "immutable subject and a pattern",
        f"Error: Could not assume role with OIDC: {OIDC_DENIED}",
        {
            "trust_policy": _policy(_subject("repo:acme/orders:*", "StringLike")),
            "token_claims": _claims("repo:acme@12/orders@345:pull_request"),
        },
        ("immutable", '"repo:acme@12/orders@345:*"', "after July 15, 2026"),
        ('"repo:acme@12/orders@345:pull_request"',),
    ),
    (
        "braces of Bitbucket",
        f"Error: Could not assume role with OIDC: {OIDC_DENIED}",
        {
            "trust_policy": _policy(_subject("9e0f7c52-0b53:*", "StringLike")),
            "token_claims": _claims("{9e0f7c52-0b53}:{c3b7a0f4-2b8e}"),
        },
        ("the policy lacks the braces", '"{9e0f7c52-0b53}:*"'),
        ('c3b7a0f4-2b8e}"',),
    ),
    (
        "braces and another repository",
        f"Error: Could not assume role with OIDC: {OIDC_DENIED}",
        {
            "trust_policy": _policy(_subject("0f7c529e-530b:*", "StringLike")),
            "token_claims": _claims("{9e0f7c52-0b53}:{c3b7a0f4-2b8e}"),
        },
        ("expects the subject",),
        ("braces",),
    ),
    (
        "matching Deny",
        f"Error: Could not assume role with OIDC: {OIDC_DENIED}",
        {
            "trust_policy": _policy(
                _subject("repo:acme/*", "StringLike"),
                _trust({"StringEquals": {f"{GITHUB}:sub": "repo:acme/orders:pull_request"}}, "Deny"),
            ),
            "token_claims": _claims("repo:acme/orders:pull_request"),
        },
        (
            "a Deny statement of the trust policy matches it",
            "the Deny in the second statement",
            "or the Deny",
        ),
        ("expects the subject", "and the token has", "Accept the token"),
    ),
)
_IDENTITY = f"$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::{ACCOUNT}:user/ana\n"
_NONE_FOUND = "Unable to locate credentials"
_NO_PROFILE = "The config profile (prod-admin) could not be found"
_NO_TOKEN = (
    "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255"
)
OTHER_USERS: tuple[Case, ...] = (
    (
        "sudo",
        f"{_IDENTITY}$ sudo -u deploy aws s3 cp /srv/a.tgz s3://octo-exports/\nupload failed: {_NONE_FOUND}",
        {},
        (
            "under sudo, as deploy (your own user has those of user/ana)",
            "Do this first: Run the command without sudo, or pass your credentials to it",
            'eval "$(aws configure export-credentials --format env)"',
            "sudo -u deploy --preserve-env=AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_SESSION_TOKEN aws s3 cp /srv/a.tgz s3://octo-exports/",
        ),
        ("no profile, sign-in or access key",),
    ),
    (
        "sudo drops the keys of a shell",
        f"$ printenv | grep AWS | cut -d= -f1\nAWS_SECRET_ACCESS_KEY\nAWS_ACCESS_KEY_ID\n$ sudo aws s3 ls\n{_NONE_FOUND}",
        {},
        (
            "no credentials under sudo, which drops the AWS_ variables",
            "which are in variables of your shell",
            "--preserve-env=AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_SESSION_TOKEN aws s3 ls",
        ),
        ("AWS_SHARED_CREDENTIALS_FILE", "export-credentials"),
    ),
    (
        "sudo and variables without keys",
        f"$ printenv | grep AWS\nAWS_REGION=eu-west-1\n$ sudo aws s3 ls\n{_NONE_FOUND}",
        {},
        ("AWS_SHARED_CREDENTIALS_FILE",),
        ("--preserve-env", "variables of your shell", "which drops"),
    ),
    (
        "Ansible becomes root for a delegated task",
        f'- hosts: web\n  become: true\n  tasks:\n    - community.aws.sns_topic: {{name: octo}}\n      delegate_to: localhost\nfatal: [web3 -> localhost]: FAILED! => {{"msg": "Failed: {_NONE_FOUND}"}}\nIn my shell, `aws sns list-topics` works.',
        {},
        (
            "as root: Ansible becomes root for this task, too",
            "become: true also applies to a task that is delegated to localhost",
            "your own credentials are fine",
            "Do this first: Switch become off for the task",
        ),
        ("export AWS_PROFILE", "aws configure", "IAM policy"),
    ),
    (
        "Ansible becomes another user, for a profile",
        f'$ ansible-playbook -i hosts --become dump.yml\nbecome_user: "postgres"\nfatal: [localhost]: FAILED! => {{"msg": "{_NO_PROFILE}"}}',
        {},
        ("in the config and credentials files of postgres", "The option --become makes Ansible run the task"),
        ("delegated to localhost",),
    ),
    (
        "Ansible on the host of the play",
        f'fatal: [app7]: FAILED! => {{"msg": "Failed: {_NONE_FOUND}"}}\n- hosts: app\n  become: true',
        {},
        ("no credentials on app7", "delegate_to: localhost", "on EC2 that of the instance"),
        ("with sudo",),
    ),
    (
        "Ansible without become for the task",
        f'become: true\n- name: Record\n  become: false\nfatal: [web3 -> localhost]: FAILED! => {{"msg": "Failed: {_NONE_FOUND}"}}',
        {},
        ("Do this first: Select a profile",),
        ("as root", "Switch become off"),
    ),
    (
        "lookup of Ansible, which runs as the person",
        f'become: true\nfatal: [db1]: FAILED! => {{"msg": "An unhandled exception occurred while running the lookup plugin \'amazon.aws.ssm_parameter\'. {_NONE_FOUND}"}}',
        {},
        ("Do this first: Select a profile",),
        ("as root", "on db1"),
    ),
    (
        "become of a play for other hosts",
        f'- hosts: web\n  become: true\n- hosts: localhost\n  tasks: []\nfatal: [localhost]: FAILED! => {{"msg": "Failed: {_NONE_FOUND}"}}',
        {},
        ("Do this first: Select a profile",),
        ("as root", "Switch become off"),
    ),
    (
        "option of Ansible for the password of become",
        f'$ ansible-playbook site.yml -K\nfatal: [localhost]: FAILED! => {{"msg": "Failed: {_NONE_FOUND}"}}',
        {},
        ("become, for whose password -K asks, makes Ansible run the task with sudo as root",),
        ("The option -K makes",),
    ),
    (
        "connection of Ansible, which calls AWS itself",
        f'fatal: [app7]: UNREACHABLE! => {{"msg": "{_NONE_FOUND}", "unreachable": true}}',
        {},
        ("Do this first: Select a profile",),
        ("on app7",),
    ),
    (
        "connection of Ansible with Session Manager",
        f'ansible_connection: community.aws.aws_ssm\nfatal: [app7]: FAILED! => {{"msg": "{_NONE_FOUND}"}}',
        {},
        ("Do this first: Select a profile",),
        ("on app7",),
    ),
    (
        "sudo of an earlier command",
        f"$ sudo ./aws/install\n$ aws s3 ls\n{_NONE_FOUND}",
        {},
        ("Do this first: Select a profile",),
        ("under sudo", "./aws/install"),
    ),
    (
        "sudo with a secret",
        f"$ sudo terraform plan -var db_password=hunter2\n{_NONE_FOUND}",
        {},
        ('AWS_CONFIG_FILE="$HOME/.aws/config" aws sts get-caller-identity',),
        ("hunter2",),
    ),
    (
        "sudo with a secret of another name",
        f"$ sudo ./deploy.sh --pass hunter2\n{_NONE_FOUND}",
        {},
        ('AWS_CONFIG_FILE="$HOME/.aws/config" aws sts get-caller-identity',),
        ("hunter2",),
    ),
    (
        "root with a secret",
        f"[root@build ~]# curl -u ana:hunter2 https://ci.example.com/run\n{_NO_PROFILE}",
        {},
        ("in the config and credentials files of root", "aws sts get-caller-identity"),
        ("hunter2",),
    ),
    (
        "kubectl with sudo, for a profile",
        f"$ kubectl get svc -n shop\nNAME     TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)    AGE\norders   ClusterIP   172.20.180.21   <none>        8443/TCP   9d\n$ sudo -E kubectl port-forward -n shop svc/orders 443:8443\n{_NO_PROFILE}\n{_NO_TOKEN}",
        {},
        (
            "in the config and credentials files of root, under sudo",
            "Derived With sudo, the command runs as root, who reads other ~/.aws files. The text shows that kubectl works without sudo.",
            "Do this first: Run the command without sudo",
            " kubectl port-forward -n shop svc/orders 443:8443 If it requires the permissions of root: sudo AWS_SHARED_CREDENTIALS_FILE=",
        ),
        ("Possible", "aws configure sso", "On a server"),
    ),
    (
        "Terraform with sudo, for a profile",
        "$ sudo terraform plan\nError: failed to get shared config profile, prod-admin",
        {},
        ("of root, under sudo", "and it gets no AWS_ variables", "aws configure sso --profile prod-admin"),
        ("The profiles that root has",),
    ),
    (
        "other user, for a profile",
        f"$ sudo -u jenkins aws s3 ls --profile prod-admin\n{_NO_PROFILE}",
        {},
        (
            "files of jenkins",
            'eval "$(aws configure export-credentials --profile prod-admin --format env)"',
            "aws configure sso --profile prod-admin",
        ),
        ("The profiles that jenkins has",),
    ),
    (
        "variables passed to another user",
        f"$ sudo -u jenkins -E aws s3 ls --profile prod-admin\n{_NO_PROFILE}",
        {},
        ("files of jenkins", "who reads other ~/.aws files."),
        ("gets no AWS_ variables",),
    ),
    (
        "many options of sudo",  # which took exponential time
        f"$ sudo {'--user=ana ' * 60}!\n{_NO_PROFILE}",
        {},
        ("Use a profile that exists",),
        ("under sudo",),
    ),
    (
        "sudo that keeps the files",
        f"$ sudo HOME=/home/ana kubectl get pods\n{_NO_PROFILE}",
        {},
        ("Do this first: Use a profile that exists",),
        ("Do this first: Run the command without sudo",),
    ),
    (
        "key of root, under sudo",
        "$ aws s3 ls\n2026-01-01 00:00:00 octo-data\n$ sudo aws s3 ls\nAn error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records.",
        {},
        (
            "the credentials are those of root, under sudo",
            "The text shows that aws works without sudo.",
            "Do this first: Run the command without sudo",
        ),
        ("Possible",),
    ),
    (
        "key under sudo, without a comparison",
        "$ sudo aws s3 ls\nAn error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.",
        {},
        ("have expired.",),
        ("those of root",),
    ),
    (
        "helper under sudo",
        "$ sudo kubectl get pods\nUnable to connect to the server: getting credentials: exec: executable aws not found",
        {},
        (
            "was not found: sudo does not search the PATH of your shell",
            'write sudo env "PATH=$PATH" instead of sudo. kubectl get pods Documentation',
        ),
        ("Do this first: Install", "Replace"),
    ),
    (
        "shell of root, for a profile",
        f"root@ops-7:~# aws s3 ls --profile prod-admin\n{_NO_PROFILE}",
        {},
        (
            "files of root, whose shell this is",
            "AWS_CONFIG_FILE=/home/USER/.aws/config AWS_SHARED_CREDENTIALS_FILE=/home/USER/.aws/credentials aws s3 ls --profile prod-admin",
        ),
        ("aws configure sso",),
    ),
    (
        "shell of a container",
        f"root@orders-0:/app# aws s3 ls --profile prod-admin\n{_NO_PROFILE}",
        {},
        (),
        ("whose shell this is",),
    ),
    (
        "shell of root on Fedora",
        f"[root@ops-7 ~]# kubectl get pods\n{_NO_PROFILE}\n{_NO_TOKEN}",
        {},
        ("whose shell this is", "/home/USER/.aws/credentials kubectl get pods"),
        ("aws configure sso",),
    ),
    (
        "shell of a pod",
        f"root@orders-6d5f8c7b9-x2k4p:/app# aws s3 ls --profile prod-admin\n{_NO_PROFILE}",
        {},
        (),
        ("whose shell this is",),
    ),
    (
        "cron, for a profile",
        f"Nov 24 02:00:01 nas CRON[2211]: (root) CMD (/opt/sync.sh)\nNov 24 02:00:02 nas sync.sh[2213]: {_NO_PROFILE}",
        {},
        ("files of root, as whom the cron job runs", "runs as root", "sudo crontab -u root -e"),
        ("aws configure sso",),
    ),
    (
        "systemd, for a profile",
        f"Nov 24 02:00:02 nas sync[2213]: {_NO_PROFILE}\nNov 24 02:00:02 nas systemd[1]: sync.service: Failed",
        {},
        ("files that the systemd unit reads", "sudo systemctl edit sync"),
        ("aws configure sso",),
    ),
    (
        "kubectl with sudo, without credentials",
        f"$ sudo kubectl get pods\n{_NONE_FOUND}\n{_NO_TOKEN}",
        {},
        (
            "Do this first: Run the command without sudo",
            " kubectl get pods If it requires the permissions of root: sudo AWS_SHARED_",
        ),
        ("aws configure sso",),
    ),
    (
        "kubectl with sudo, without a sign-in",
        f"$ sudo kubectl get pods\nError loading SSO Token: Token for dev does not exist\n{_NO_TOKEN}",
        {},
        (
            "the token cache of root",
            ' kubectl get pods If it requires the permissions of root: sudo HOME="$HOME" kubectl get pods',
        ),
        ("On a server",),
    ),
    (
        "program without the credentials of the AWS CLI",
        f"{_IDENTITY}$ python3 app.py\nbotocore.exceptions.NoCredentialsError: {_NONE_FOUND}",
        {},
        ("in this process (your shell has those of user/ana)", "aws configure export-credentials"),
        ("aws configure sso",),
    ),
    (
        "identity of a profile",
        f"$ aws sts get-caller-identity --profile dev\narn:aws:iam::{ACCOUNT}:user/ana\n$ aws s3 ls\n{_NONE_FOUND}",
        {},
        (),
        ("in this process",),
    ),
    (
        "crontab",
        f"$ crontab -l\n*/5 * * * * /usr/local/bin/aws s3 sync /srv s3://octo-exports\n$ tail sync.log\n{_NONE_FOUND}",
        {},
        ("in the cron job", "crontab -e"),
        ("aws configure sso",),
    ),
    (
        "systemd",
        f"Nov 25 05:00:01 h systemd[1]: export.service: Main process exited\nNov 25 05:00:01 h export[7]: {_NONE_FOUND}",
        {},
        ("in the systemd unit", "sudo systemctl edit export sudo systemctl restart export"),
        ("UNIT",),
    ),
    (
        "systemd, with another user",
        f"$ systemctl cat export\n[Service]\nUser=exporter\n#ProtectHome=yes\n$ journalctl -u export -n 1\nexport[7]: {_NONE_FOUND}",
        {},
        (
            "runs as exporter (User=), reads that user's ~/.aws",
            "set User= to the user who has the credentials",
        ),
        ("unless User=", "/etc/export"),
    ),
    (
        "systemd, without home directories",
        f"[Service]\nProtectHome=true\nUser=exporter\n$ journalctl -u export -n 1\nexport[7]: {_NONE_FOUND}",
        {},
        (
            "runs as exporter (User=), cannot read /home and /root (ProtectHome=true)",
            "such as /etc/export,",
        ),
        ("unless User=", "set User= to the user who"),
    ),
    (
        "systemd, with two settings of home directories",
        f"[Service]\nProtectHome=true\n[Service]\nProtectHome=no\n$ journalctl -u export -n 1\nexport[7]: {_NONE_FOUND}",
        {},
        ("set User= to the user who has the credentials",),
        ("cannot read /home",),
    ),
)
_ANONYMOUS_SEARCH = '{"Message":"User: anonymous is not authorized to perform: es:ESHttpPost because no resource-based policy allows the es:ESHttpPost action"}'
RESOURCES: tuple[Case, ...] = (
    (
        "Deny for an unsigned request",
        '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:abc123def4/prod/GET/orders with an explicit deny"}',
        {},
        (
            "a Deny statement in the API's resource policy matches",
            "Do this first: Find the Deny statement",
            "Redeploy the API",
            "--rest-api-id abc123def4",
        ),
        ("Do this first: Sign",),
    ),
    (
        "unsigned request that the API's policy does not allow",
        'POST failed\n{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:abc123def4/live/POST/carts"}',
        {},
        (
            "the API's resource policy does not allow this unsigned request",
            "Do this first: Read the API's resource policy, then let the caller sign, or allow its network",
            "(Signature Version 4, service execute-api): set the authorization of POST /carts to AWS_IAM",
            '"Resource": "execute-api:/live/POST/carts"',
            '"Condition": {"IpAddress": {"aws:SourceIp": "CALLER_CIDR"}}',
            "get-rest-api --rest-api-id abc123def4",
            "create-deployment --rest-api-id abc123def4 --stage-name live --region eu-west-1",
        ),
        ("Do this first: Sign",),
    ),
    (
        "unsigned request to a search domain",
        '$ curl -s "https://search-carts-abc.eu-west-1.es.amazonaws.com/_cat/indices"\n{"Message":"User: anonymous is not authorized to perform: es:ESHttpGet"}',
        {},
        (
            "curl --aws-sigv4 aws:amz:eu-west-1:es",
            "https://search-carts-abc.eu-west-1.es.amazonaws.com/_cat/indices",
        ),
        (),
    ),
    *(
        (name, f"{before}{_ANONYMOUS_SEARCH}{after}", facts, expected, ("internal user database",))
        for name, before, after, facts, expected in (
            (
                "Fluent Bit does not sign",
                "[error] [output:es:es.0] HTTP status=403 URI=/_bulk, response:\n",
                "\n    Host vpc-carts-abc.eu-west-1.es.amazonaws.com",
                {"namespace": "logs", "service_account": "shipper"},
                (
                    "Let Fluent Bit sign",
                    "AWS_Auth On, AWS_Region eu-west-1 and AWS_Service_Name es",
                    "the service account logs/shipper (IRSA or EKS Pod Identity)",
                    "as a backend role",
                ),
            ),
            (
                "Fluentd does not sign",
                "<match **>\n  @type opensearch\n  host vpc-carts-abc.eu-west-1.es.amazonaws.com\n</match>\n",
                "",
                {},
                ("Let Fluentd sign", "<endpoint> instead of host: url https://ENDPOINT, region eu-west-1"),
            ),
            (
                "Logstash does not sign",
                "[ERROR][logstash.outputs.opensearch] error code: 403 body: ",
                "",
                {"region": "eu-west-1"},
                ("auth_type => { type => 'aws_iam' region => 'eu-west-1' service_name => 'es' }",),
            ),
            (
                "Vector does not sign",
                "ERROR sink{component_id=os component_type=elasticsearch}: vector::sinks: Request failed body=",
                "",
                {"region": "eu-west-1"},
                ('auth.strategy = "aws" and aws.region = "eu-west-1"',),
            ),
            (
                "opensearch-py does not sign",
                "opensearchpy.exceptions.AuthorizationException: AuthorizationException(403, '",
                "')",
                {"region": "eu-west-1"},
                ('RequestsAWSV4SignerAuth(boto3.Session().get_credentials(), "eu-west-1", "es")',),
            ),
            (
                "the JavaScript client does not sign",
                "ResponseError at onBody (/app/node_modules/@opensearch-project/opensearch/lib/Transport.js:425:23)\n",
                "",
                {"region": "eu-west-1"},
                ('AwsSigv4Signer({ region: "eu-west-1", service: "es"',),
            ),
        )
    ),
    (
        "Deny of a queue",
        f"User: {SESSION} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:carts with an explicit deny in a resource-based policy",
        {},
        (
            f"| tee policy.json Then, with the statement changed in policy.json: jq -Rs '{{Policy: .}}' policy.json | aws sqs set-queue-attributes --queue-url https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/carts --attributes file:///dev/stdin --region eu-west-1",
        ),
        ("put-role-policy",),
    ),
    (
        "action in lowercase",
        f"User: {SESSION} is not authorized to perform: sqs:receivemessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:carts with an explicit deny in a service control policy",
        {},
        ("was denied sqs:ReceiveMessage on",),
        ("sqs:receivemessage",),
    ),
    (
        "Deny of a function, to which add-permission adds only an Allow",
        f"User: {SESSION} is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:{ACCOUNT}:function:carts with an explicit deny in a resource-based policy",
        {},
        ("aws lambda get-policy",),
        ("add-permission", "policy.json"),
    ),
    (
        "function of another account",
        f"User: {SESSION} is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:{OTHER}:function:orders because no resource-based policy allows the lambda:InvokeFunction action",
        {},
        (
            "--statement-id LambdaInvokeFunction --action lambda:InvokeFunction",
            f"--principal arn:aws:iam::{ACCOUNT}:role/orders-api",
        ),
        ("Replace",),
    ),
    (
        "secret of another account",
        f"User: {SESSION} is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:{OTHER}:secret:db-AbCdEf because no resource-based policy allows the secretsmanager:GetSecretValue action",
        {},
        (
            "KMS key must be customer managed, and allow it kms:Decrypt",
            f"Then, as an administrator of {ACCOUNT}, which must allow the call, too, if it does not yet:",
        ),
        (),
    ),
    (
        "key of a service-linked role",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling is not authorized to perform: kms:GenerateDataKeyWithoutPlaintext on resource: arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab because no resource-based policy allows the kms:GenerateDataKeyWithoutPlaintext action",
        {},
        (
            "so Auto Scaling cannot start instances with volumes under this key",
            "Only its service can change the policies of a service-linked role",
            "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
            "kms:CreateGrant",
            "kms:GrantIsForAWSResource",
        ),
        ("PATH", "put-role-policy"),
    ),
    (
        "key and a service-linked role that launches nothing",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForRDS/rds is not authorized to perform: kms:DescribeKey on resource: arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab because no resource-based policy allows the kms:DescribeKey action",
        {},
        (
            "the key policy does not allow it.",
            "Only its service can change the policies of a service-linked role",
        ),
        ("start instances", "KeyManager"),
    ),
    (
        "key of a service-linked role, identity-based",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForEC2Spot/spot is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab because no identity-based policy allows the kms:Decrypt action",
        {},
        (
            "so only the key policy, or a grant, can allow it. Until it does, EC2 Spot cannot start instances",
            "kms:GrantIsForAWSResource",
        ),
        ("PATH", "put-role-policy"),
    ),
    (
        "key and a service-linked role that launches nothing, identity-based",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForRDS/rds is not authorized to perform: kms:DescribeKey on resource: arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab because no identity-based policy allows the kms:DescribeKey action",
        {},
        ("only its service can change the policies of a service-linked role",),
        ("start instances", "put-role-policy"),
    ),
    (
        "key of another account and a service-linked role",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling is not authorized to perform: kms:CreateGrant on resource: arn:aws:kms:eu-west-1:{OTHER}:key/1234abcd-12ab-34cd-56ef-1234567890ab because no identity-based policy allows the kms:CreateGrant action",
        {},
        (f"arn:aws:iam::{ACCOUNT}:root", "put-key-policy"),
        ("put-role-policy", "GrantIsForAWSResource"),
    ),
    (
        "key of another account and a service-linked role, three reasons",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling is not authorized to perform: kms:CreateGrant on resource: arn:aws:kms:eu-west-1:{OTHER}:key/1234abcd-12ab-34cd-56ef-1234567890ab because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
        {},
        (
            f"arn:aws:iam::{ACCOUNT}:root",
            "put-key-policy",
            f"Allow account {ACCOUNT} in the key policy, in account {OTHER}",
            f"Then, as an administrator of account {ACCOUNT}, grant the key to the role",
            "aws kms create-grant",
            "the key is not in this Region",
        ),
        ("put-role-policy", "an identity-based policy of the caller must allow", "both must allow"),
    ),
    (
        "record of a key of another account, in its Region",
        f'{{"userIdentity":{{"type":"AssumedRole","arn":"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForEC2Spot/spot","accountId":"{ACCOUNT}"}},"eventSource":"kms.amazonaws.com","eventName":"Decrypt","awsRegion":"eu-west-1","errorCode":"AccessDenied","errorMessage":"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForEC2Spot/spot is not authorized to perform: kms:Decrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access","requestParameters":null,"resources":[{{"accountId":"{OTHER}","type":"AWS::KMS::Key","ARN":"arn:aws:kms:eu-west-1:{OTHER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"}}],"eventType":"AwsApiCall"}}\n\nWhy does it fail?',
        {},
        (
            f"the key policy in account {OTHER} does not allow it, a Deny there matches, or the key does not exist",
        ),
        ("not in this Region", "more denial", "no reason is given"),
    ),
    (
        "bucket and a service-linked role, no reason",
        f"An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForRDS/x is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::orders/a",
        {},
        (
            "most likely, the bucket policy does not allow it",
            "role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS",
        ),
        ("put-role-policy", "identity-based policy of the caller", "A policy that the message does not name"),
    ),
    (
        "federated user, no reason",
        f"User: arn:aws:sts::{ACCOUNT}:federated-user/kiosk is not authorized to perform: lambda:ListFunctions on resource: *",
        {},
        (
            "the session policy or the policies of the IAM user do not allow it",
            "Without a session policy, the session has almost no permissions",
        ),
        ("no identity-based policy allows it",),
    ),
)
SERVICES: tuple[Case, ...] = (
    (
        "user without permissions in Amazon Keyspaces",
        'cassandra.Unauthorized: Error from server: code=2100 [Unauthorized] message="User arn:aws:iam::111122223333:user/ana has no permissions."\ncassandra.eu-west-1.amazonaws.com:9142',
        {},
        (
            "Amazon Keyspaces denied the user ana the connection",
            "arn:aws:cassandra:eu-west-1:111122223333:/keyspace/system*",
            "put-user-policy --user-name ana",
        ),
        ("Find the caller",),
    ),
    (
        "role that App Runner cannot assume",
        "An error occurred (InvalidRequestException) when calling the CreateService operation: Error in assuming access role arn:aws:iam::111122223333:role/octo-ecr",
        {},
        ("cannot assume the role octo-ecr", '"Service": "build.apprunner.amazonaws.com"'),
        ("the service says", "ecs:CreateService"),
    ),
    (
        "role that App Runner cannot assume, without its name",
        "Failed to pull your application image. Reason: Invalid Access Role in AuthenticationConfiguration",
        {},
        ("cannot assume the role", '"Service": "build.apprunner.amazonaws.com"'),
        ("names no action",),
    ),
    (
        "role that Glue cannot assume",
        "An error occurred (InvalidInputException) when calling the CreateCrawler operation: Service is unable to assume provided role. Please verify role's TrustPolicy",
        {},
        ("glue.amazonaws.com cannot assume the role", '"Service": "glue.amazonaws.com"'),
        ("SERVICE.amazonaws.com", "gives a reason of its own"),
    ),
    (
        "role of a schedule",
        "ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
        {},
        ('"Service": "scheduler.amazonaws.com"',),
        ("sts get-caller-identity",),
    ),
    (
        "web identity is no service",
        f"Error: Unable to assume role: {OIDC_DENIED}",
        {},
        ("STS rejected the token",),
        ("SERVICE.amazonaws.com",),
    ),
    (
        "state machine",
        f"An error occurred (AccessDeniedException) when calling the CreateStateMachine operation: 'arn:aws:iam::{ACCOUNT}:role/orders-workflow' is not authorized to create managed-rule.",
        {"region": "eu-west-1"},
        (
            "events:PutTargets",
            f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/StepFunctionsGetEvent*",
            "--role-name orders-workflow",
        ),
        ("states:CreateStateMachine", "Replace"),
    ),
    (
        "logs of a state machine",
        "An error occurred (AccessDeniedException) when calling the CreateStateMachine operation: The state machine IAM Role is not authorized to access the Log Destination",
        {},
        ("logs:CreateLogDelivery", "logs:PutResourcePolicy"),
        ("states:CreateStateMachine",),
    ),
    (
        "artifact of a pipeline",
        "Unable to access the artifact with Amazon S3 object key 'orders/Build/a1B2c3D' located in the Amazon S3 artifact bucket 'orders-artifacts'. The provided role does not have sufficient permissions.",
        {},
        ("arn:aws:s3:::orders-artifacts/orders/Build/*", "kms:Decrypt", "get-pipeline --name orders --query"),
        ("BUCKET", "get-caller-identity", "PIPELINE_NAME"),
    ),
    (
        "deployment of a pipeline to ECS",
        f'The provided role does not have sufficient permissions to access ECS\n$ aws codepipeline get-pipeline --name orders --query pipeline.roleArn\n"arn:aws:iam::{ACCOUNT}:role/service-role/pl"',
        {},
        ('"ecs:RegisterTaskDefinition"', "--role-name pl ", "most likely lacks iam:PassRole"),
        ("get-caller-identity",),
    ),
    (
        "deployment of a pipeline with CodeDeploy",
        "The provided role does not have sufficient permissions to access CodeDeploy",
        {},
        ('"codedeploy:CreateDeployment"', "get-pipeline --name PIPELINE_NAME --query"),
        ("get-caller-identity",),
    ),
    (
        "artifact of a pipeline with a long name",
        "Unable to access the artifact with Amazon S3 object key 'orders-pipeline-prod/Build/a1B2c3D' located in the Amazon S3 artifact bucket 'orders-artifacts'. The provided role does not have sufficient permissions.",
        {},
        ("get-pipeline --name PIPELINE_NAME --query",),
        ("get-caller-identity",),
    ),
    (
        "service role of a deployment",
        f"The IAM role arn:aws:iam::{ACCOUNT}:role/deploy does not give you permission to perform operations in the following AWS service: AmazonAutoScaling.",
        {},
        ("attach-role-policy --role-name deploy", "service-role/AWSCodeDeployRole"),
        ("policy.json",),
    ),
    (
        "service role of a deployment to Amazon ECS",
        f"The IAM role arn:aws:iam::{ACCOUNT}:role/deploy does not give you permission to perform operations in the following AWS service: AmazonECS. Contact your AWS administrator if you need help.\nattached: AWSCodeDeployRole",
        {},
        ("attach-role-policy --role-name deploy", "arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS"),
        ("service-role/AWSCodeDeployRole",),
    ),
    (
        "service role of a deployment of a function",
        f"The IAM role arn:aws:iam::{ACCOUNT}:role/deploy does not give you permission to perform operations in the following AWS service: AWSLambda.",
        {},
        ("attach-role-policy --role-name deploy", "policy/service-role/AWSCodeDeployRoleForLambda"),
        ("policy.json",),
    ),
    (
        "service role of a deployment to a group with a launch template",
        f"AWSCodeDeployRole is attached, the group has the launch template lt-0a1b2c3d4e5f60718 and the instance role app-node.\nThe IAM role arn:aws:iam::{ACCOUNT}:role/deploy does not give you permission to perform operations in the following AWS service: AmazonAutoScaling.",
        {},
        (
            '"ec2:RunInstances"',
            f"arn:aws:iam::{ACCOUNT}:role/app-node",
            "ec2.amazonaws.com",
            "put-role-policy --role-name deploy",
        ),
        ("attach-role-policy", "Replace"),
    ),
    (
        "service role of a deployment that has its policy",
        f"We attached AWSCodeDeployRole, and the instance role is missing nothing.\nThe IAM role arn:aws:iam::{ACCOUNT}:role/deploy does not give you permission to perform operations in the following AWS service: AmazonAutoScaling.",
        {},
        ('"ec2:RunInstances"', "role/INSTANCE_ROLE_NAME"),
        ("attach-role-policy", "role/missing"),
    ),
    (
        "bucket of AWS Config",
        "An error occurred (InsufficientDeliveryPolicyException) when calling the PutDeliveryChannel operation: Insufficient delivery policy to s3 bucket: acme-config, unable to write to bucket",
        {},
        (
            "The bucket policy of acme-config does not allow config.amazonaws.com",
            "arn:aws:s3:::acme-config/AWSLogs/ACCOUNT_ID/Config/*",
            "s3:ListBucket",
        ),
        ("config:PutDeliveryChannel", "BUCKET"),
    ),
    (
        "bucket of AWS Config with the role of the recorder",
        "An error occurred (InsufficientDeliveryPolicyException) when calling the PutDeliveryChannel operation: Insufficient delivery policy to s3 bucket: acme-config, unable to assume role: arn:aws:iam::444455556666:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig.",
        {},
        ("arn:aws:s3:::acme-config/AWSLogs/444455556666/Config/*",),
        ("ACCOUNT_ID",),
    ),
    (
        "bucket of AWS Config whose policy has the folder of another account, and no prefix",
        """In account 444455556666: An error occurred (InsufficientDeliveryPolicyException) when calling the PutDeliveryChannel operation: Insufficient delivery policy to s3 bucket: acme-config, unable to write to bucket, provided s3 key prefix is 'null', provided kms key is 'null'.
{"Version": "2012-10-17", "Statement": [{"Sid": "Write", "Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-config/AWSLogs/111122223333/Config/*"}]}""",
        {},
        (
            "to deliver files below AWSLogs/444455556666/. It allows arn:aws:s3:::acme-config/AWSLogs/111122223333/Config/*",
            "Add the folder AWSLogs/444455556666/ to the statement Write",
            "--arg new 'arn:aws:s3:::acme-config/AWSLogs/444455556666/Config/*'",
        ),
        ("acme-config/is/", "Replace", '"Effect": "Allow"'),
    ),
    (
        "bucket of a load balancer",
        'Error: InvalidConfigurationRequest: Access Denied for bucket: web-logs. Please check S3bucket permission\n status code: 400\naccess_logs {\n  bucket = "web-logs"\n  prefix = "edge"\n}\nBucket policy, account 111122223333:\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::web-logs/*"}]}',
        {},
        (
            "does not allow logdelivery.elasticloadbalancing.amazonaws.com to write access logs. It allows arn:aws:iam::111122223333:root (your own account) instead",
            "arn:aws:s3:::web-logs/edge/AWSLogs/111122223333/*",
            "The caller's permissions are not the problem",
        ),
        ("Replace", "key prefix"),
    ),
    (
        "bucket of a load balancer whose policy has another folder",
        'CREATE_FAILED AWS::ElasticLoadBalancing::LoadBalancer Access Denied for bucket: web-logs. Please check S3bucket permission (Service: AmazonElasticLoadBalancing; Status Code: 409; Error Code: InvalidConfigurationRequest; Request ID: 1a2b)\n  S3BucketPrefix: web\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::web-logs/AWSLogs/111122223333/*"}]}',
        {},
        (
            "to write access logs below web/. It allows arn:aws:s3:::web-logs/AWSLogs/111122223333/*",
            "arn:aws:s3:::web-logs/web/AWSLogs/111122223333/*",
        ),
        ("Replace", "instead"),
    ),
    (
        "bucket of a Kubernetes ingress",
        "Failed deploy model due to InvalidConfigurationRequest: Access Denied for bucket: web-logs. Please check S3bucket permission status code: 400 access_logs.s3.enabled=true,access_logs.s3.bucket=web-logs,access_logs.s3.prefix=api",
        {},
        ("logdelivery.elasticloadbalancing.amazonaws.com", "web-logs/api/AWSLogs/ACCOUNT_ID/*"),
        ("It allows",),
    ),
    (
        "bucket of a Network Load Balancer",
        'resource "aws_lb" "n" {\n load_balancer_type = "network"\n}\nError: InvalidConfigurationRequest: Access Denied for bucket: web-logs. Please check S3bucket permission\n status code: 400',
        {},
        ("does not allow delivery.logs.amazonaws.com to deliver files", "key prefix"),
        ("logdelivery",),
    ),
    (
        "bucket of a trail",
        "An error occurred (InsufficientS3BucketPolicyException) when calling the CreateTrail operation: Incorrect S3 bucket policy is detected for bucket: acme-trail",
        {},
        ("cloudtrail.amazonaws.com", "--bucket acme-trail"),
        ("s3:ListBucket", "s3:::policy"),
    ),
    (
        "image of a function",
        "Lambda does not have permission to access the ECR image. Check the ECR permissions.",
        {},
        ('"Service": "lambda.amazonaws.com"', "ecr:GetDownloadUrlForLayer", "set-repository-policy"),
        ("sts get-caller-identity",),
    ),
    (
        "function of an API",
        "Execution failed due to configuration error: Invalid permissions on Lambda function",
        {},
        ("aws lambda add-permission", "apigateway.amazonaws.com"),
        ("sts get-caller-identity",),
    ),
    (
        "function in a VPC",
        "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
        {},
        ("Do this first: Attach AWSLambdaVPCAccessExecutionRole", "aws iam attach-role-policy"),
        ("put-role-policy",),
    ),
)
SESSIONS: tuple[Case, ...] = (
    (
        "session without a document",
        f"$ aws ssm start-session --target i-0a1b2c3d4e5f60718\nAn error occurred (AccessDeniedException) when calling the StartSession operation: User: {SESSION} is not authorized to perform: ssm:StartSession on resource: arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0a1b2c3d4e5f60718 because no identity-based policy allows the ssm:StartSession action",
        {},
        (f'"arn:aws:ssm:eu-west-1:{ACCOUNT}:document/SSM-SessionManagerRunShell"',),
        ("AWS-StartPortForwardingSession",),
    ),
    (
        "Helm and a namespace",
        f'$ helm upgrade --install shop ./chart -n shop --create-namespace\nError: failed to create namespace: namespaces is forbidden: User "{SESSION}" cannot create resource "namespaces" in API group "" at the cluster scope',
        {},
        ("--verb=create --resource=namespaces",),
        ("delete",),
    ),
)
DENIES: tuple[Case, ...] = (
    (
        "managed policy of AWS that denies everything",
        f"User: {SESSION} is not authorized to perform: sqs:ReceiveMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSDenyAll",
        {},
        (
            "Do this first: Find out who attached AWSDenyAll and why, then detach it",
            "AWSDenyAll explicitly denies it, as it does every action",
            "It is an AWS managed policy, which only AWS changes.",
            "AttributeValue=AttachRolePolicy",
            "aws iam list-entities-for-policy --policy-arn arn:aws:iam::aws:policy/AWSDenyAll",
            "Then, if the reason no longer applies:",
        ),
        ("scopes it down or removes it for all that", "get-policy-version"),
    ),
    (
        "managed policy of AWS on a role of IAM Identity Center",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana is not authorized to perform: sqs:ReceiveMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSDenyAll",
        {},
        (
            "[organization administrator]",
            "detach-managed-policy-from-permission-set",
            "provision-permission-set",
        ),
        ("detach-role-policy",),
    ),
    (
        "managed policy of AWS in another partition",
        f"User: arn:aws-cn:iam::{ACCOUNT}:user/ana is not authorized to perform: sqs:ReceiveMessage on resource: arn:aws-cn:sqs:cn-north-1:{ACCOUNT}:jobs with an explicit deny in an identity-based policy: arn:aws-cn:iam::aws:policy/AWSDenyAll",
        {},
        ("aws cloudtrail lookup-events --region cn-north-1",),
        ("us-east-1",),
    ),
    (
        "managed policy of AWS on a user or a group",
        f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: sqs:ReceiveMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSDenyAll",
        {},
        ("AttributeValue=AttachUserPolicy", "remove-user-from-group --group-name GROUP_NAME --user-name ana"),
        (),
    ),
    (
        "IAM users by the name of the statement",
        f"User: {SESSION} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::{ACCOUNT}:user/ftp with an explicit deny in a service control policy",
        {
            "authorization_details": _details(
                "iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/ftp", "DenyIamUsersAndKeys"
            )
        },
        ("Do this first: Use a role instead of an IAM user, as the name DenyIamUsersAndKeys suggests",),
        ("permissions boundary",),
    ),
    (
        "guardrail of the audit trail",
        f"User: {SESSION} is not authorized to perform: cloudtrail:StopLogging on resource: arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/all with an explicit deny in a service control policy",
        {},
        ("usually meant to protect the audit trail", "and drop the call"),
        ("another principal, make the call",),
    ),
    (
        "guardrail of the monitoring",
        f"User: {SESSION} is not authorized to perform: securityhub:DisableSecurityHub on resource: arn:aws:securityhub:eu-west-1:{ACCOUNT}:hub/default with an explicit deny in a service control policy",
        {},
        ("usually meant to protect the security monitoring",),
        ("another principal, make the call",),
    ),
    (
        "call of a service with a guardrail that switches nothing off",
        f"User: {SESSION} is not authorized to perform: cloudtrail:LookupEvents on resource: * with an explicit deny in a service control policy",
        {},
        (),
        ("usually meant to protect",),
    ),
    (
        "Deny on Regions and a service with one endpoint",
        f"User: {SESSION} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::{ACCOUNT}:role/ftp with an explicit deny in a service control policy",
        {
            "authorization_details": _details(
                "iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/ftp", "DenyOutsideEu"
            )
        },
        (
            "Do this first: Have the Deny exempt IAM, which has one endpoint for all Regions",
            "Only an administrator of the organization can change the policy",
        ),
        ("Change the Region of the call",),
    ),
    (
        "key of an object in an exception of S3",
        f"software.amazon.awssdk.services.s3.model.S3Exception: User: {SESSION} is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 with an explicit deny in a resource control policy (Service: S3, Status Code: 403, Request ID: 7QK2M4P6R8S0T2V4)",
        {},
        ("The object would be encrypted with this key: the call to S3 itself was not denied",),
        (),
    ),
    (
        "key of a parameter that a command reads",
        "$ aws ssm get-parameter --name /prod/db --with-decryption\nAn error occurred (AccessDeniedException) when calling the GetParameter operation: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)",
        {},
        ("GetParameter itself was not denied.",),
        ("Derived The parameter is encrypted",),
    ),
    (
        "update of a stack",
        f'UPDATE_FAILED: SessionsTable (AWS::DynamoDB::Table)\nResource handler returned message: "User: arn:aws:sts::{ACCOUNT}:assumed-role/cfn-deploy/AWSCloudFormation is not authorized to perform: dynamodb:UpdateTimeToLive on resource: arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/sessions because no identity-based policy allows the dynamodb:UpdateTimeToLive action"',
        {},
        ("Retry the deployment afterwards.",),
        ("ROLLBACK_COMPLETE",),
    ),
    (
        "subject of a service account that an add-on creates",
        OIDC_DENIED,
        {
            "trust_policy": _policy(_subject("system:serviceaccount:kube-system:ebs-csi-controller")),
            "token_claims": _claims("system:serviceaccount:kube-system:ebs-csi-controller-sa"),
        },
        (
            '"system:serviceaccount:kube-system:ebs-csi-controller-sa"',
            "The installation creates the service account ebs-csi-controller-sa",
        ),
        ('"system:serviceaccount:kube-system:ebs-csi-controller",', "Or run the pod as"),
    ),
    (
        "Region of a request",
        f"User: {SESSION} is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:ap-south-1:{ACCOUNT}:instance/* with an explicit deny in a service control policy",
        {},
        ("The request went to ap-south-1.",),
        ("put-role-policy",),
    ),
    (
        "global inference profile",
        f"User: {SESSION} is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:::foundation-model/example.model-v1 with an explicit deny in a service control policy",
        {"region": "us-east-1"},
        (
            "This is a global inference profile",
            "list-inference-profiles --region us-east-1",
            "Next Have the service control policy",
        ),
        ("put-role-policy",),
    ),
    (
        "model of another Region",
        f"User: {SESSION} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-west-2::foundation-model/example.model-v1 with an explicit deny in an identity-based policy",
        {},
        ("The request was sent to us-west-2.", "inference profile"),
        ("global inference profile",),
    ),
    (
        "policy named for MFA",
        f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: ec2:DescribeInstances with an explicit deny in an identity-based policy: arn:aws:iam::{ACCOUNT}:policy/ForceMFA",
        {},
        (
            "Do this first: Call with MFA",
            "--serial-number SERIAL_NUMBER",
            f"policy=arn:aws:iam::{ACCOUNT}:policy/ForceMFA",
        ),
        ("console", "A program that nobody attends", "list-entities-for-policy"),
    ),
    (
        "policy named for MFA, call of a program",
        f'PHP Fatal error:  Uncaught Aws\\Ec2\\Exception\\Ec2Exception: Error executing "StopInstances" on "https://ec2.eu-west-1.amazonaws.com"; AWS HTTP error: Client error: `POST https://ec2.eu-west-1.amazonaws.com` resulted in a `403 Forbidden` response: UnauthorizedOperation (client): You are not authorized to perform this operation. User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: ec2:StopInstances with an explicit deny in an identity-based policy: arn:aws:iam::{ACCOUNT}:policy/ForceMFA',
        {},
        ("A program that nobody attends cannot enter a code",),
        (),
    ),
    (
        "policy named for MFA, with the device in the text",
        f"$ aws iam list-mfa-devices --profile ops\narn:aws:iam::{ACCOUNT}:mfa/ana-phone\nUser: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: ec2:DescribeInstances with an explicit deny in an identity-based policy: arn:aws:iam::{ACCOUNT}:policy/ForceMFA",
        {},
        (
            f"get-session-token --serial-number arn:aws:iam::{ACCOUNT}:mfa/ana-phone --token-code TOKEN_CODE --profile ops",
        ),
        ("list-mfa-devices", "SERIAL_NUMBER"),
    ),
    *(
        (
            f"policy named for MFA, {name}",
            f"User: arn:aws:sts::{ACCOUNT}:{caller} is not authorized to perform: ec2:DescribeInstances with an explicit deny in an identity-based policy: arn:aws:iam::{ACCOUNT}:policy/ForceMFA",
            {},
            (
                "Do this first: Have the Deny exempt",
                "the name ForceMFA suggests that it requires MFA",
                "get-session-token is only for IAM users",
                shown,
            ),
            ("aws sts get-session-token", "list-mfa-devices"),
        )
        for name, caller, shown in (
            ("role", "assumed-role/ops/ana", f'"aws:PrincipalArn": "arn:aws:iam::{ACCOUNT}:role/ops"'),
            (
                "Identity Center",
                "assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ana",
                "even if the sign-in requires it",
            ),
            ("federated user", "federated-user/ana", "GetFederationToken does not support MFA"),
        )
    ),
    *(
        (
            f"{call} in a session",
            f"An error occurred (AccessDenied) when calling the {call} operation: Cannot call {call} with session credentials",
            {},
            (f"STS accepts {call} only with the long-term access key of an IAM user", shown),
            ("Do what the message says",),
        )
        for call, shown in (
            ("GetSessionToken", "For MFA, call with the access key of the IAM user whose device it is"),
            ("GetFederationToken", "call AssumeRole with a session policy"),
        )
    ),
    (
        "GetSessionToken with a profile of Identity Center",
        "$ export AWS_PROFILE=shop\n$ aws sso login\nI also added sts:GetSessionToken to the permission set.\n$ aws sts get-session-token --serial-number arn:aws:iam::111122223333:mfa/ana --token-code 123456\nAn error occurred (AccessDenied) when calling the GetSessionToken operation: Cannot call GetSessionToken with session credentials",
        {},
        (
            "use the credentials of the profile shop as they are",
            "Remove the Allow for sts:GetSessionToken again",
            "aws configure export-credentials --format env --profile shop",
        ),
        ("access key of the IAM user whose device",),
    ),
    (
        "cluster that rejects the only denied role",
        f"{_OF_ROLE.format('web', 'a')}\nerror: You must be logged in to the server (Unauthorized)",
        {"cluster": "shop", "region": "eu-west-1", "authentication_mode": "API"},
        (
            "Then: Check whether the role web has an access entry, and create one",
            "aws eks create-access-entry --cluster-name shop --region eu-west-1 --principal-arn arn:aws:iam::111122223333:role/web",
        ),
        ("Find out which identity",),
    ),
    (
        "cluster that rejects one of two denied roles",
        f"{_OF_ROLE.format('web', 'a')}\n{_OF_ROLE.format('jobs', 'b')}\nerror: You must be logged in to the server (Unauthorized)",
        {"cluster": "shop", "region": "eu-west-1", "authentication_mode": "API"},
        ("Find out which identity",),
        ("create-access-entry",),
    ),
    (
        "session that expired while Terraform waited",
        f"│ Error: creating Amazon S3 Object: {_OF_ROLE.format('web', 'a')}\n╵\n│ Error: waiting for ElastiCache Replication Group (carts) create: operation error ElastiCache: DescribeReplicationGroups, https response error StatusCode: 403, RequestID: 0, api error ExpiredToken: The security token included in the request is expired\n╵",
        {},
        ("The ElastiCache Replication Group carts may exist by now",),
        (),
    ),
    (
        "role of DMS for another purpose in the code",
        'Error: creating DMS Replication Instance (shop): AccessDeniedFault: The IAM Role arn:aws:iam::111122223333:role/dms-vpc-role is not configured properly.\n\nresource "aws_iam_role" "app" {\n  name = "shop-app"\n  assume_role_policy = jsonencode({ Statement = [{ Principal = { Service = "ec2.amazonaws.com" } }] })\n}',
        {},
        ("aws iam create-role --role-name dms-vpc-role",),
        ("shop-app",),
    ),
    (
        "role of DMS for its endpoint in the code",
        'Error: creating DMS Replication Instance (shop): AccessDeniedFault: The IAM Role arn:aws:iam::111122223333:role/dms-vpc-role is not configured properly.\n\nresource "aws_iam_role" "s3" {\n  name = "shop-dms"\n  assume_role_policy = jsonencode({ Statement = [{ Principal = { Service = "dms.amazonaws.com" } }] })\n}\nresource "aws_dms_s3_endpoint" "out" {\n  service_access_role_arn = aws_iam_role.s3.arn\n}',
        {},
        ("aws iam create-role --role-name dms-vpc-role",),
        ("shop-dms",),
    ),
    (
        "function that a database calls",
        "mysql> SELECT lambda_sync('arn:aws:lambda:eu-west-1:111122223333:function:bill', '{}');\nERROR 63996 (HY000): Lambda API returned error: Access Denied",
        {},
        (
            "the role of the Aurora cluster",
            '"Action": "lambda:InvokeFunction"',
            ":function:bill",
        ),
        ("names no action",),
    ),
    (
        "role of DMS for its logs in the code",
        'Error: creating DMS Replication Instance (shop): AccessDeniedFault: The IAM Role arn:aws:iam::111122223333:role/dms-vpc-role is not configured properly.\n\nresource "aws_iam_role" "logs" {\n  name = "dms-cloudwatch-logs-role"\n  assume_role_policy = jsonencode({ Statement = [{ Principal = { Service = "dms.amazonaws.com" } }] })\n}\n\nresource "aws_iam_role_policy_attachment" "logs" {\n  role       = aws_iam_role.logs.name\n  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonDMSCloudWatchLogsRole"\n}',
        {},
        ("aws iam create-role --role-name dms-vpc-role",),
        ("aws_iam_role.logs",),
    ),
    (
        "GetSessionToken with an instance role",
        "The task role calls it:\nAn error occurred (AccessDenied) when calling the GetSessionToken operation: Cannot call GetSessionToken with session credentials",
        {},
        (
            "call AssumeRole with a session policy",
            "only the access key of an IAM user here",
            "at most one hour",
        ),
        ("MFA", "no effect"),
    ),
    (
        "GetSessionToken with a named instance role",
        "The front end gets them. Before, we had static keys. instance role `shop-web`, DurationSeconds=43200\nAn error occurred (AccessDenied) when calling the GetSessionToken operation: Cannot call GetSessionToken with session credentials",
        {},
        (
            '"arn:aws:iam::ACCOUNT_ID:role/shop-web"',
            "aws iam create-role",
            "not DurationSeconds 43200",
            "- To let a browser",
            "such keys are long-term",
        ),
        ("get-caller-identity",),
    ),
    (
        "guest of an identity pool",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/guests/CognitoIdentityCredentials is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/app because no session policy allows the ssm:GetParameter action",
        {},
        ("enhanced flow", "basic flow"),
        ('"Effect"', "PolicyArns"),
    ),
)


def _implicit(action: str, resource: str, policy: str, role: str = "orders-api/run-7") -> str:
    return f"AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/{role} is not authorized to perform: {action} on resource: {resource} because no {policy} allows the {action} action"


COMPANIONS: tuple[Case, ...] = (
    (
        "command on an instance",
        f"$ aws ssm send-command --document-name AWS-RunShellScript --instance-ids i-0a1b2c3d4e5f60718\n{_implicit('ssm:SendCommand', f'arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0a1b2c3d4e5f60718', 'identity-based policy')}",
        {},
        (
            f'"Resource": ["arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0a1b2c3d4e5f60718", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"]',
            "ssm:SendCommand is required on the document and on the instance.",
        ),
        ("add their ARNs", "Replace"),
    ),
    (
        "document of a session",
        _implicit(
            "ssm:StartSession",
            "arn:aws:ssm:eu-west-1::document/AWS-StartPortForwardingSession",
            "identity-based policy",
        ),
        {},
        (
            f'"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/INSTANCE_ID"]',
            "Replace INSTANCE_ID (aws ec2 describe-instances).",
        ),
        ("The denial names one of the two",),
    ),
    (
        "queue that Terraform names by its URL",
        f"Error: reading SQS Queue (https://sqs.cn-north-1.amazonaws.com.cn/{ACCOUNT}/carts): operation error SQS: GetQueueAttributes, https response error StatusCode: 403, RequestID: 0a1b, api error AccessDenied: Access to the resource https://sqs.cn-north-1.amazonaws.com.cn/ is denied.",
        {},
        (f'"Resource": "arn:aws-cn:sqs:cn-north-1:{ACCOUNT}:carts"',),
        ("QUEUE_NAME",),
    ),
    (
        "secret that External Secrets names",
        f"could not get secret data from provider: fetching arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:carts-Ab12Cd: api error AccessDeniedException: User is not authorized to perform: secretsmanager:GetSecretValue because no identity-based policy allows the secretsmanager:GetSecretValue action",
        {},
        (f'"Resource": "arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:carts-Ab12Cd"',),
        ("SECRET",),
    ),
    (
        "task that ECS could not prepare",
        f"ResourceInitializationError: unable to pull secrets or registry auth: User: arn:aws:sts::{ACCOUNT}:assumed-role/carts-exec/0a1b is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/carts because no identity-based policy allows the ssm:GetParameters action",
        {},
        ("Then start a new task: aws ecs update-service",),
        (),
    ),
    (
        "role of cdk bootstrap",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-deploy-role-{ACCOUNT}-eu-west-1/aws-cdk-ana is not authorized to perform: cloudformation:DeleteStack on resource: arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/carts/* because no identity-based policy allows the cloudformation:DeleteStack action",
        {},
        ("cdk bootstrap owns the role: change its template, too",),
        (),
    ),
    (
        "deployment with Pulumi",
        f"  aws:sqs:Queue (carts):\n    error: creating SQS Queue (carts): operation error SQS: CreateQueue, https response error StatusCode: 403, RequestID: 0a1b, api error AccessDenied: User: {SESSION} is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:carts because no identity-based policy allows the sqs:createqueue action: provider=aws@6.66.2",
        {},
        ("Run pulumi up again after the fix.",),
        (),
    ),
    (
        "key of a secret that a wrapper names",
        f"unable to retrieve secret from asm: failed to fetch secret arn:aws-us-gov:secretsmanager:us-gov-west-1:{ACCOUNT}:secret:carts-Ab12Cd from secrets manager: AccessDeniedException: Access to KMS is not allowed status code: 400, request id: 0a1b2c3d-0000-1111-2222-333344445555",
        {},
        (
            "the KMS key with which the secret carts-Ab12Cd is encrypted",
            '"Resource": "KEY_ARN"',
            '"kms:ViaService": "secretsmanager.us-gov-west-1.amazonaws.com"',
            f"describe-secret --secret-id arn:aws-us-gov:secretsmanager:us-gov-west-1:{ACCOUNT}:secret:carts-Ab12Cd --query KmsKeyId --output text --region us-gov-west-1",
            "Replace ROLE_ARN.",
        ),
        (),
    ),
    (
        "key of a secret that an ExternalSecret names",
        'could not get secret data from provider: key "carts/db" from ExternalSecret "carts": AccessDeniedException: Access to KMS is not allowed',
        {"region": "eu-west-1", "namespace": "shop"},
        (
            "describe-secret --secret-id carts/db --query KmsKeyId --output text --region eu-west-1",
            "kubectl get externalsecret carts --namespace shop",
            '"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"',
        ),
        ("SECRET_ID", "NAMESPACE", "REGION"),
    ),
    (
        "key of a secret in an event of an ExternalSecret",
        "$ kubectl -n shop describe externalsecret cart-db\nEvents:\n  Warning  UpdateFailed  9s  external-secrets  error retrieving secret at .data[0], key: carts/db, err: AccessDeniedException: Access to KMS is not allowed",
        {},
        (
            "the KMS key with which the secret carts/db is encrypted",
            "describe-secret --secret-id carts/db ",
            "kubectl get externalsecret cart-db --namespace shop ",
            "If the role of the SecretStore is not in the key's account, the key's owner must add this statement",
            "Replace REGION and ROLE_ARN.",
        ),
        (),
    ),
    (
        "key of a secret in a JSON entry of External Secrets Operator",
        '{"level":"error","msg":"Reconciler error","ExternalSecret":{"name":"cart-db","namespace":"shop"},"error":"error processing spec.data[0] (key: carts/db), err: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: 0a1b, api error AccessDeniedException: Access to KMS is not allowed"}',
        {"region": "eu-west-1"},
        (
            "The role that External Secrets Operator uses for its SecretStore is",
            "describe-secret --secret-id carts/db ",
            "kubectl get externalsecret cart-db --namespace shop ",
            "Replace ROLE_ARN.",
        ),
        (),
    ),
    (
        "key of a secret in the manifest of an ExternalSecret",
        "Message: error processing spec.dataFrom[0].extract, err: AccessDeniedException: Access to KMS is not allowed\n$ kubectl get es cart-db -n shop -o yaml\n  dataFrom:\n  - extract:\n      key: carts/db",
        {"region": "eu-west-1"},
        (
            "describe-secret --secret-id carts/db ",
            "kubectl get externalsecret cart-db --namespace shop ",
            "Replace ROLE_ARN.",
        ),
        (),
    ),
    *(
        (
            f"key of a secret in a call: {call}",
            f"{call}\nAn error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed",
            {},
            ("the secret carts/db is encrypted", "describe-secret --secret-id carts/db "),
            ("SECRET_ID",),
        )
        for call in (
            '    client.get_secret_value(SecretId="carts/db")',
            "new GetSecretValueCommand({ SecretId: 'carts/db' })",
            'GetSecretValueRequest.builder().secretId("carts/db").build()',
            "Get-SECSecretValue -SecretId carts/db",
            '{"eventName": "GetSecretValue", "requestParameters": {"secretId": "carts/db"}}',
        )
    ),
    (
        "key of a secret that the Secrets Store CSI driver mounts",
        "failed to mount secrets store objects for pod shop/cart-1, err: rpc error: code = Unknown desc = eu-west-1: Failed to fetch secret from all regions. Verify secret exists and required permissions are granted for: carts/db: AccessDeniedException: Access to KMS is not allowed",
        {},
        ("describe-secret --secret-id carts/db ",),
        ("SECRET_ID",),
    ),
    (
        "key of a secret in a SecretProviderClass",
        "objects: |\n  - objectName: carts/db\nfailed to mount secrets store objects: AccessDeniedException: Access to KMS is not allowed",
        {},
        ("describe-secret --secret-id carts/db ",),
        ("SECRET_ID",),
    ),
    (
        "key of a secret that the command names",
        "$ aws secretsmanager get-secret-value --secret-id carts/db --region eu-west-1\nAn error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed",
        {},
        (
            "describe-secret --secret-id carts/db --query KmsKeyId",
            "describe-key --key-id KEY_ID --region eu-west-1",
        ),
        ("SECRET_ID",),
    ),
    (
        "Glue catalog and databases",
        "\n".join(
            f"User: {SESSION} is not authorized to perform: glue:{name} on resource: arn:aws:glue:eu-west-1:{ACCOUNT}:catalog because no identity-based policy allows the glue:{name} action"
            for name in ("UpdateTable", "GetDatabases")
        ),
        {},
        (f'"arn:aws:glue:eu-west-1:{ACCOUNT}:database/DATABASE_NAME"]}}, {{',),
        (),
    ),
    (
        "request of fog to S3",
        'Excon::Error::Forbidden (Expected(200) <=> Actual(403 Forbidden)\n  :headers => {\n    "Server" => "AmazonS3"\n    "x-amz-request-id" => "0A1B2C3D4E5F6071"\n  }\n  :host => "carts.s3.amazonaws.com"\n  :method => "HEAD"',
        {},
        ("s3:GetObject", "HEAD"),
        (),
    ),
    (
        "Glue table",
        f"User: {SESSION} is not authorized to perform: glue:GetTable on resource: arn:aws:glue:eu-west-1:{ACCOUNT}:database/sales because no identity-based policy allows the glue:GetTable action",
        {},
        (
            "AWS Glue requires the action on the catalog, the database and what it contains.",
            f'"Resource": ["arn:aws:glue:eu-west-1:{ACCOUNT}:database/sales", "arn:aws:glue:eu-west-1:{ACCOUNT}:catalog", "arn:aws:glue:eu-west-1:{ACCOUNT}:table/sales/TABLE_NAME"]',
            "Replace TABLE_NAME.",
        ),
        (),
    ),
    (
        "table of a query",
        f"> select total from shop.carts where id = 1\nInsufficient permissions to execute the query. User: {SESSION} is not authorized to perform: glue:GetTable on resource: arn:aws:glue:eu-west-1:{ACCOUNT}:catalog because no identity-based policy allows the glue:GetTable action",
        {},
        (
            f'"Resource": ["arn:aws:glue:eu-west-1:{ACCOUNT}:catalog", "arn:aws:glue:eu-west-1:{ACCOUNT}:database/shop", "arn:aws:glue:eu-west-1:{ACCOUNT}:table/shop/carts"]',
        ),
        ("TABLE_NAME", "Replace"),
    ),
    (
        "model that a profile of the text sends to another Region",
        f"INFO region=eu-west-1 model=eu.example.model-v1\nUser: {SESSION} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:eu-west-3::foundation-model/example.model-v1 because no identity-based policy allows the bedrock:InvokeModel action",
        {},
        (
            f'"Resource": ["arn:aws:bedrock:*::foundation-model/example.model-v1", "arn:aws:bedrock:eu-west-1:{ACCOUNT}:inference-profile/eu.example.model-v1"]',
        ),
        ("If the call uses",),
    ),
    (
        "model in a Region that a policy denies",
        f"INFO region=eu-west-1 model=eu.example.model-v1\nUser: {SESSION} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:eu-west-3::foundation-model/example.model-v1 with an explicit deny in a service control policy: arn:aws:organizations::{OTHER}:policy/o-a1b2c3d4e5/service_control_policy/p-regions01",
        {},
        (
            "denies it in eu-west-3, where the inference profile eu.example.model-v1 sent the call made in eu-west-1.",
            "Do this first: Exempt the calls through the inference profile from the Deny",
            "get-inference-profile --region eu-west-1",
            "as long as one is denied, calls fail, some or all of them",
            f"In the management account {OTHER} (or a delegated administrator), add to the Condition of the Deny",
            "aws organizations describe-policy --policy-id p-regions01",
            "aws bedrock list-foundation-models --region eu-west-1 --by-inference-type ON_DEMAND",
        ),
        ("as the name", "Change the Region of the call"),
    ),
    (
        "log group of a stack that the CDK creates",
        f'Error: The stack named carts-qa failed creation, it may need to be manually deleted from the AWS console: ROLLBACK_COMPLETE: Resource handler returned message: "User: {SESSION} is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/carts/qa:log-stream: because no identity-based policy allows the logs:CreateLogGroup action (Service: CloudWatchLogs, Status Code: 400)"',
        {},
        (
            f"on arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/carts/qa: no identity-based policy",
            f'"Resource": "arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/carts/qa:*"',
            "cannot be updated: delete the stack carts-qa, then deploy again.",
        ),
        (":log-stream",),
    ),
    (
        "update of a stack",
        f'UPDATE_ROLLBACK_COMPLETE: Resource handler returned message: "User: {SESSION} is not authorized to perform: sqs:SetQueueAttributes on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:carts because no identity-based policy allows the sqs:SetQueueAttributes action"',
        {},
        ("Retry the deployment afterwards.",),
        ("delete",),
    ),
    (
        "function in the Glue Data Catalog",
        f"User: {SESSION} is not authorized to perform: glue:GetUserDefinedFunction on resource: arn:aws:glue:eu-west-1:{ACCOUNT}:userDefinedFunction/sales/vat because no identity-based policy allows the glue:GetUserDefinedFunction action",
        {},
        (
            f'"arn:aws:glue:eu-west-1:{ACCOUNT}:database/sales", "arn:aws:glue:eu-west-1:{ACCOUNT}:catalog"]',
            "on the catalog, the database and what it contains.",
        ),
        ("also needs", "TABLE_NAME"),
    ),
    (
        "Glue table in the policy of the catalog",
        f"User: {SESSION} is not authorized to perform: glue:GetTable on resource: arn:aws:glue:eu-west-1:{OTHER}:table/sales/carts because no resource-based policy allows the glue:GetTable action",
        {},
        (f'"arn:aws:glue:eu-west-1:{OTHER}:database/sales", "arn:aws:glue:eu-west-1:{OTHER}:catalog"]',),
        ("TABLE_NAME",),
    ),
    (
        "settings of the Glue Data Catalog",
        f"User: {SESSION} is not authorized to perform: glue:GetDataCatalogEncryptionSettings on resource: arn:aws:glue:eu-west-1:{ACCOUNT}:catalog because no identity-based policy allows the glue:GetDataCatalogEncryptionSettings action",
        {},
        ('"glue:GetDataCatalogEncryptionSettings"',),
        ("DATABASE_NAME",),
    ),
    (
        "inference profile",
        f"User: {SESSION} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:eu-central-1:{ACCOUNT}:inference-profile/eu.example.model-v1 because no identity-based policy allows the bedrock:InvokeModel action",
        {},
        ("arn:aws:bedrock:*::foundation-model/example.model-v1",),
        (),
    ),
    (
        "roles of the CDK",
        f"User: {SESSION} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-deploy-role-{ACCOUNT}-eu-west-1",
        {},
        (f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-*",),
        (),
    ),
    (
        "parameter of the CDK",
        f"User: {SESSION} is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/cdk-bootstrap/hnb659fds/version because no identity-based policy allows the ssm:GetParameter action",
        {},
        ("sts:AssumeRole on the roles cdk-QUALIFIER-*",),
        (),
    ),
    (
        "condition of a trust policy",
        f"User: arn:aws:iam::{ACCOUNT}:user/vendor is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{OTHER}:role/VendorAccess",
        {},
        ("external ID or MFA",),
        (),
    ),
)
_ALLOW_AND_DENY = (
    _implicit(
        "codeartifact:GetAuthorizationToken",
        f"arn:aws:codeartifact:eu-west-1:{ACCOUNT}:domain/shop",
        "identity-based policy",
    ),
    f"AccessDenied: User: {SESSION} is not authorized to perform: ssm:PutParameter on resource: arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/carts with an explicit deny in a permissions boundary: arn:aws:iam::{ACCOUNT}:policy/team/ci-limits",
)
CASES = (*LAKE_FORMATION, *FEDERATION, *OTHER_USERS, *RESOURCES, *SERVICES, *DENIES, *COMPANIONS)
_BARE_S3 = 'err="AccessDenied: Access Denied\\n\\tstatus code: 403, request id: 4668X6ZVNE5AK5TK, host id: ww3eaV1A9pk="\n'
BUCKETS: tuple[Case, ...] = (
    (
        "program without a call, list on the objects only",
        f'{_BARE_S3}The blocks are uploaded.\nlevel=error component=compactor err="failed"\npolicy on role tempo-s3:\n{{"Statement": [{{"Sid": "Store", "Effect": "Allow", "Action": ["s3:ListObjectsV2", "s3:ListBucket", "s3:GetObject"], "Resource": "arn:aws:s3:::octo-tempo/*"}}]}}',
        {},
        (
            "most likely, to s3:ListBucket on arn:aws:s3:::octo-tempo,",
            'The text says "The blocks are uploaded": the credentials are those of the role.',
            '"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::octo-tempo"}',
            '"Action": ["s3:GetObject", "s3:DeleteObject"]',
            "s3:ListObjectsV2 is no IAM action",
            "put-role-policy --role-name tempo-s3",
        ),
        ("service account", "list-buckets", "BUCKET"),
    ),
    (
        "program without a call, everything on the bucket only",
        f'{_BARE_S3}{{"Statement": [{{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::octo-tempo"}}]}}',
        {},
        (
            "most likely, to s3:GetObject on arn:aws:s3:::octo-tempo/*,",
            '"Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::octo-tempo/*"}',
        ),
        ('"s3:*"',),
    ),
    (
        "nothing compacts",
        f'{_BARE_S3}There is no compactor, and retention is disabled.\n{{"Statement": [{{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "arn:aws:s3:::octo-tempo/*"}}]}}',
        {},
        ("most likely, to s3:ListBucket on arn:aws:s3:::octo-tempo,",),
        ("s3:DeleteObject",),
    ),
    (
        "objects arrive, so that the policy is not all",
        f'{_BARE_S3}Uploads work.\n{{"Statement": [{{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::octo-tempo"}}]}}',
        {},
        ("S3 answered 403 on arn:aws:s3:::octo-tempo without a reason.",),
        ("most likely",),
    ),
    (
        "both levels in two statements",
        f'{_BARE_S3}{{"Statement": [{{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "arn:aws:s3:::octo-tempo/*"}}, {{"Effect": "Allow", "Action": "s3:List*", "Resource": "arn:aws:s3:::octo-*"}}]}}',
        {},
        ("without a reason.",),
        ("most likely",),
    ),
    (
        "call that another action of the policy is for",
        'upload failed: ./a to s3://octo-tempo/a An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n{"Statement": [{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "arn:aws:s3:::octo-tempo/*"}]}',
        {},
        ("the policy in the text does not allow this action",),
        ("on the bucket itself",),
    ),
    (
        "every cause of a bare denial",
        "upload failed: ./r.csv to s3://acme-reports/r.csv An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
        {},
        (
            "No identity-based policy",
            "An account outside your organization owns the bucket",
            "The bucket policy, an SCP",
            "If the owner's get-bucket-encryption prints a KMS key, also allow kms:GenerateDataKey on it.",
            "arn:aws:s3:::acme-reports/r.csv",
            "Check the bucket policy (aws s3api get-bucket-policy --bucket acme-reports)",
        ),
        ("Public Access",),
    ),
    (
        "deletion, which needs no key",
        "delete failed: s3://acme-reports/r.csv An error occurred (AccessDenied) when calling the DeleteObject operation: Access Denied",
        {},
        ("Check the bucket policy [resource owner]", "aws s3api get-bucket-policy --bucket acme-reports"),
        ("KMS", "the object's owner"),
    ),
    (
        "endpoint in front of a queue of another account",
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:444455556666:orders because no VPC endpoint policy allows the sqs:SendMessage action",
        {},
        ("The resource's policy must allow the call, too, in account 444455556666.",),
        ("if another account owns",),
    ),
    (
        "endpoint in front of a bucket, whose account the message does not state",
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::octo-in/a.csv because no VPC endpoint policy allows the s3:GetObject action",
        {},
        ("The resource's policy must allow the call, too, if another account owns the resource.",),
        ("in account",),
    ),
    (
        "service-linked role that EKS looks up",
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:CreateServiceLinkedRole on resource: arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS because no identity-based policy allows the iam:CreateServiceLinkedRole action",
        {},
        ("only iam:GetRole on the role. If IAM says that its name has been taken, it exists already.",),
        (),
    ),
    (
        "service-linked role of another service",
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:CreateServiceLinkedRole on resource: arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling because no identity-based policy allows the iam:CreateServiceLinkedRole action",
        {},
        ("most likely does not exist in the account yet",),
        ("iam:GetRole",),
    ),
    (
        "resource control policy in the own organization",
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::octo-in/a.csv with an explicit deny in a resource control policy",
        {},
        (
            "If you can, change the call instead.",
            "Then, for each POLICY_ID (list-targets-for-policy prints where it is attached):",
        ),
        (),
    ),
    (
        "public bucket policy",
        "operation error S3: PutBucketPolicy, https response error StatusCode: 403, RequestID: 5TZ, HostID: abc=, api error AccessDenied: Access Denied",
        {"resource": "arn:aws:s3:::acme-site"},
        (
            "Do this first: If the policy makes data public, check Block Public Access",
            "get-public-access-block --bucket acme-site",
            "turn off BlockPublicPolicy and RestrictPublicBuckets for this bucket only",
        ),
        ("Most likely", "encryption key"),
    ),
    (
        "bucket policy with a public name",
        "Error: putting S3 Bucket (acme-site) Policy: operation error S3: PutBucketPolicy, https response error StatusCode: 403, RequestID: 5TZ, HostID: abc=, api error AccessDenied: Access Denied\n  with aws_s3_bucket_policy.allow_public_read,",
        {},
        (
            "Most likely, BlockPublicPolicy of S3 Block Public Access rejects the policy",
            "public_read",
            "CloudFront with origin access control",
        ),
        (),
    ),
    (
        "bucket policy after a setting",
        "aws_s3_bucket_public_access_block.site: Modifying...\nError: putting S3 Bucket (acme-site) Policy: operation error S3: PutBucketPolicy, https response error StatusCode: 403, RequestID: 5TZ, HostID: abc=, api error AccessDenied: Access Denied\n  with aws_s3_bucket_policy.logs,",
        {},
        ("If the policy makes data public",),
        ("Most likely",),
    ),
    (
        "public ACL of an object",
        "$ aws s3api put-object-acl --bucket acme-site --key a.html --acl public-read\nAn error occurred (AccessDenied) when calling the PutObjectAcl operation: Access Denied",
        {},
        (
            "BlockPublicAcls of S3 Block Public Access rejects the ACL",
            "turn off BlockPublicAcls and IgnorePublicAcls",
        ),
        ("RestrictPublicBuckets=false",),
    ),
)
_READS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}]}'
_FEDERATED = f"An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User: arn:aws:sts::{ACCOUNT}:federated-user/ana is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::reports because no session policy allows the s3:ListBucket action"


def _denied_call(action: str, resource: str | None = None, role: str = "ci", why: str | None = None) -> str:
    on = f" on resource: {resource}" if resource else ""
    why = why or f"because no identity-based policy allows the {action} action"
    return f"An error occurred (AccessDeniedException) when calling the {action.partition(':')[2]} operation: User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/SageMaker is not authorized to perform: {action}{on} {why}"


def _passes(role: str, passed: str) -> str:
    text = _denied_call("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:{passed}", role)
    return text.replace("the PassRole operation", "the CreateTrainingJob operation")


SETTINGS: tuple[Case, ...] = (
    (
        "aws login",
        "CredentialsProviderError: Unable to refresh credentials due to insufficient permissions. You may be missing permission for the 'CreateOAuth2Token' action.\n    at LoginCredentialsFetcher.refresh (/app/index.js:130:15)",
        {},
        (
            "is not allowed to call signin:CreateOAuth2Token",
            "--policy-arn arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess",
            "Then, as the user or role: aws login",
        ),
        ("own reason", "expired."),
    ),
    (
        "role that passes itself",
        _passes("nb", "role/service-role/nb"),
        {},
        (
            "allows it to pass itself to sagemaker.amazonaws.com.",
            "passes the same role to",
            "Allow the role nb to pass itself",
        ),
        ("Check that",),
    ),
    (
        "role that passes another one",
        _passes("nb", "role/service-role/nb-2"),
        {},
        ("Allow the role nb to pass the role nb-2",),
        ("itself to sagemaker", "the same role"),
    ),
    (
        "call of a version of a function",
        _denied_call("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:bill:$LATEST"),
        {},
        ('function:bill:$LATEST"}', "an Allow on the function's ARN without :$LATEST does not match."),
        ("${$}",),
    ),
    (
        "call of a function without a version",
        _denied_call("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:bill"),
        {},
        ('function:bill"}',),
        ("does not match",),
    ),
    (
        "list of all secrets",
        _denied_call("secretsmanager:ListSecrets"),
        {},
        (
            "The call prints the names of all secrets. If you know the secret, secretsmanager:GetSecretValue on it is enough.",
        ),
        (),
    ),
    (
        "service-linked role for a controller",
        '{"level":"ERROR","logger":"controller","message":"Reconciler error","controller":"nodeclaim.lifecycle","controllerKind":"NodeClaim","error":"launching nodeclaim, creating instance, with fleet error(s), AuthFailure.ServiceLinkedRoleCreationNotPermitted: The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances."}',
        {},
        (
            "the role of Karpenter is not allowed to create it",
            "Or allow iam:CreateServiceLinkedRole for the role of Karpenter",
        ),
        ("the caller",),
    ),
    (
        "Deny in the policy of another resource",
        f"{_denied_call('sqs:SendMessage', f'arn:aws:sqs:eu-west-1:{ACCOUNT}:bills')}\n{_denied_call('secretsmanager:GetSecretValue', f'arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:bills-AbCdEf', why='with an explicit deny in a resource-based policy')}",
        {},
        (
            f"has to change it (aws secretsmanager get-resource-policy --secret-id arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:bills-AbCdEf --region eu-west-1)",
        ),
        (),
    ),
    (
        "permission set under a service control policy",
        _denied_call(
            "sqs:SendMessage",
            f"arn:aws:sqs:eu-west-1:{ACCOUNT}:bills",
            "AWSReservedSSO_Ops_0123456789abcdef",
            "with an explicit deny in a service control policy",
        ),
        {},
        ("not even an administrator's Allow, the queue policy or the root user.",),
        (),
    ),
    (
        "account to be verified",
        "╷\n│ Error: creating CloudFront Distribution: operation error CloudFront: CreateDistributionWithTags, https response error StatusCode: 403, RequestID: 0a1b2c3d, AccessDenied: Your account must be verified before you can add new CloudFront resources. To verify your account, please contact AWS Support (https://console.aws.amazon.com/support/home#/) and include this error message.\n│ \n│   with aws_cloudfront_distribution.shop,\n╵",
        {},
        (
            "no IAM permission is missing, although the code is AccessDenied: Your account must be verified",
            "Open a support case with AWS that includes this message [account administrator]",
            "after AWS has confirmed",
        ),
        ("get-caller-identity", "a policy may be"),
    ),
    (
        "suspended account",
        "An error occurred (AccessDeniedException) when calling the CreateFleet operation: Your AWS account has been suspended. Please contact AWS Support.",
        {},
        ("Your AWS account has been suspended.", "Open a support case"),
        ("a policy may be",),
    ),
    (
        "service without new customers",
        "An error occurred (AccessDeniedException) when calling the DescribeEndpoints operation: Only existing Timestream for LiveAnalytics customers can access the service. Reach out to AWS support for more information.",
        {},
        (
            "The service accepts no new customers, and no IAM permission is missing",
            "an account that has used it before",
        ),
        ("a policy may be", "get-caller-identity", "is suspended"),
    ),
    (
        "setting of a declarative policy",
        "An error occurred (UnauthorizedOperation) when calling the EnableSerialConsoleAccess operation: This functionality has been disabled by a declarative policy. Contact ops@octo.example",
        {},
        (
            "a declarative policy of the organization enforces the setting",
            'The organization says: "Contact ops@octo.example"',
            "describe-effective-policy",
        ),
        ("put-user-policy", "put-role-policy"),
    ),
    (
        "account without load balancers",
        "An error occurred (OperationNotPermitted) when calling the CreateLoadBalancer operation: This AWS account currently does not support creating load balancers. For more information, please contact AWS Support.",
        {},
        ("currently does not support creating load balancers.", "Open a support case"),
        ("Look up the error code",),
    ),
    (
        "message about another account's bucket",
        "An error occurred (AccessDeniedException) when calling the PutReport operation: Reports of this account are closed on Sundays.",
        {},
        ('the service says "Reports of this account are closed on Sundays"',),
        ("support case",),
    ),
    (
        "SSE-C",
        f'User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::acme/a" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type',
        {},
        (
            "the bucket blocks uploads with customer-provided keys (SSE-C).",
            "get-bucket-encryption --bucket acme",
        ),
        ("put-user-policy", "its own reason"),
    ),
    (
        "member account",
        "An error occurred (AccessDeniedException) when calling the ListAccounts operation: You don't have permissions to access this resource.",
        {},
        ("neither the management account", "describe-organization"),
        ("Several services",),
    ),
    (
        "CloudFront",
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>A1</RequestId><HostId>b2=</HostId></Error>\nx-cache: Error from cloudfront",
        {"resource": "arn:aws:s3:::acme-site/index.html"},
        ('"Service": "cloudfront.amazonaws.com"', "arn:aws:s3:::acme-site/*", "default root object"),
        ("put-role-policy",),
    ),
    (
        "query",
        "Insufficient permissions to execute the query. Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: A1; S3 Extended Request ID: x=; Proxy: null), S3 Extended Request ID: x= (Path: s3://acme-data/orders/part-0.parquet)",
        {},
        ('"Resource": "arn:aws:s3:::acme-data/orders/*"', "s3:GetBucketLocation", "s3:PutObject"),
        ("BUCKET",),
    ),
    (
        "role of a function re-created",
        "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS key settings. KMS Exception: UnrecognizedClientException KMS Message: The security token included in the request is invalid.",
        {},
        ("its role was re-created", "update-function-configuration"),
        (),
    ),
    (
        "HEAD of Hadoop's client",
        "java.nio.file.AccessDeniedException: s3a://acme-lake/raw/a.parquet: getFileStatus on s3a://acme-lake/raw/a.parquet: software.amazon.awssdk.services.s3.model.S3Exception: (Service: S3, Status Code: 403, Request ID: 4KZAZ961HQGG0RSG, Extended Request ID: 4GjELy99Qdktrl9G):null",
        {"region": "us-gov-west-1"},
        (
            "403 to HeadObject (getFileStatus) on arn:aws-us-gov:s3:::acme-lake/raw/a.parquet: the response to a HEAD request has no body, and so no reason",
            "Without s3:ListBucket on arn:aws-us-gov:s3:::acme-lake, S3 also answers 403 for a missing object",
            "With the credentials of S3A (fs.s3a.aws.credentials.provider",
            "without s3:ListBucket, S3 answers 403, not 404",
            "For all files that the job reads, use arn:aws-us-gov:s3:::acme-lake/raw/* as Resource.",
        ),
        ("s3a://", "changes from run to run"),
    ),
    (
        "HEAD of Hadoop's client with the scheme s3",
        "java.nio.file.AccessDeniedException: s3://acme-lake/raw/a.parquet: getFileStatus on s3://acme-lake/raw/a.parquet: com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden",
        {},
        ("Without s3:ListBucket on the bucket acme-lake, S3 also answers 403 for a missing object",),
        ("on s3:,",),
    ),
    (
        "HEAD of one file",
        "$ aws s3api head-object --bucket acme-lake --key raw/a.parquet\nAn error occurred (403) when calling the HeadObject operation: Forbidden",
        {},
        ("aws s3api get-object --bucket acme-lake --key raw/a.parquet",),
        ("For all files",),
    ),
    (
        "HEAD of Hadoop's client on an instance",
        "java.nio.file.AccessDeniedException: s3a://logs-raw/a/b.orc: getFileStatus on s3a://logs-raw/a/b.orc: com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden; request: HEAD https://logs-raw.s3.amazonaws.com a/b.orc {} Hadoop 3.3.4; Request ID: 4KZAZ961HQGG0RSG, Cloud Provider: AWS, Instance ID: i-0123456789abcdef0 (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: 4KZAZ961HQGG0RSG)",
        {},
        (
            "The caller is the cluster (fs.s3a.aws.credentials.provider, or the role of i-0123456789abcdef0), not you.",
        ),
        ("container or instance",),
    ),
    (
        "federated session that Vault issued",
        _FEDERATED.replace("/ana ", "/vault-1764500000-Zx81kQ "),
        {},
        ("in policy_document of its Vault role", "vault read aws/creds/VAULT_ROLE_NAME", "aws/config/root"),
        ("AssumeRole", "[you]"),
    ),
    (
        "federated session of a Vault role in the text",
        f"$ vault read -format=json team/aws/sts/reports\n{_FEDERATED}",
        {},
        (
            "in policy_document of the Vault role reports",
            "vault read team/aws/roles/reports",
            "team/aws/config/root",
        ),
        ("AssumeRole", "GetFederationToken needs"),
    ),
    *(
        (
            f"policy_document of a Vault role, {form}",
            f"$ vault read aws/creds/reports\n{_FEDERATED}\n$ vault read aws/roles/reports\n{shown}",
            {},
            (
                "session policy, does not allow this action",
                "allows only s3:GetObject",
                "vault write aws/roles/reports policy_document=@policy.json",
                '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}',
            ),
            ("GetFederationToken needs", "the policy in the text"),
        )
        for form, shown in (
            (
                "in a table",
                f"credential_types    [federation_token]\npolicy_arns         []\npolicy_document     {_READS}\n",
            ),
            (
                "as JSON",
                json.dumps(
                    {"data": {"credential_types": ["federation_token"], "policy_document": _READS}}, indent=2
                ),
            ),
        )
    ),
    (
        "federated session with a name of an own Vault",
        _FEDERATED.replace("/ana ", "/vault-reports-1764500000 "),
        {},
        ("Add the statement to the session policy of GetFederationToken", "Or use AssumeRole"),
        ("vault read", "Vault"),
    ),
    *(
        (f"federated session, {name}", f"{call}\n{_FEDERATED}", {}, says, omits)
        for name, call, says, omits in (
            ("no call", "", ("its session policy does not allow it", "Add the statement"), ("aws sts",)),
            (
                "call without a policy",
                'creds = sts.get_federation_token(Name=shorten("ana"), DurationSeconds=900)',
                (
                    "GetFederationToken was called without a session policy",
                    "ana is the name of the session, not of an IAM user",
                    "The IAM user whose keys call GetFederationToken needs s3:ListBucket",
                    '{"Version": "2012-10-17",',
                    'pass it: sts.get_federation_token(Name=shorten("ana"), DurationSeconds=900, Policy=open("policy.json").read())',
                ),
                ("the policies of the federated user", "aws sts get-federation-token"),
            ),
            (
                "call of a new client in a notebook",
                'ClientError  Traceback\n----> 1 c = boto3.client("sts").get_federation_token(Name="ana")["Credentials"]',
                (
                    'pass it: boto3.client("sts").get_federation_token(Name="ana", Policy=open("policy.json").read())',
                ),
                ("json.dumps",),
            ),
            (
                "call with a policy",
                'creds = sts.get_federation_token(Name=shorten("ana"), Policy=json.dumps(scope))',
                ("its session policy does not allow it",),
                ("without a session policy,", "aws sts"),
            ),
            (
                "call with variables",
                "creds = sts.getFederationToken(request)",
                ("its session policy does not allow it",),
                ("aws sts",),
            ),
            (
                "command",
                "$ aws sts get-federation-token \\\n    --name ana",
                (
                    "called without a session policy",
                    "aws sts get-federation-token --name ana --policy file://policy.json",
                ),
                ("json.dumps",),
            ),
            (
                "command with a policy",
                "$ aws sts get-federation-token \\\n    --name ana --policy-arns arn=arn:aws:iam::aws:policy/ReadOnlyAccess",
                ("its session policy does not allow it",),
                (),
            ),
        )
    ),
    (
        "federated session",
        f"User: arn:aws:sts::{ACCOUNT}:federated-user/ana is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::{ACCOUNT}:user/x because no session policy allows the iam:CreateUser action",
        {},
        ("Use a role instead of a federated session", "AssumeRole instead of GetFederationToken"),
        ('"Effect"',),
    ),
    (
        "boundary",
        f"User: {SESSION} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::{ACCOUNT}:role/app with an explicit deny in an identity-based policy: arn:aws:iam::{ACCOUNT}:policy/RequireBoundary",
        {},
        (
            "Do this first: Create app with a permissions boundary, as the name ",
            "--permissions-boundary",
        ),
        (),
    ),
    (
        "Deny of a permission set",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:orders with an explicit deny in an identity-based policy",
        {},
        ("has to change the permission set Dev",),
        ("an IAM administrator",),
    ),
)
_NO_AGENT = "$ aws ecs execute-command --region eu-west-1 --cluster shop --task 0a1b2c3d4e5f60718293a4b5c6d7e8f9 --command sh --interactive\nAn error occurred (TargetNotConnectedException) when calling the ExecuteCommand operation: The execute command failed due to an internal error. Try again later."
TASKS: tuple[Case, ...] = (
    (
        "role that assumes itself",
        f"User: {SESSION} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{ACCOUNT}:role/orders-api",
        {},
        (
            "the caller has this role already",
            "Do this first: Use the credentials that the role orders-api has",
        ),
        (),
    ),
    (
        "command on instances",
        f"User: {SESSION} is not authorized to perform: ssm:SendCommand on resource: arn:aws:ssm:eu-west-1::document/AWS-RunShellScript because no identity-based policy allows the ssm:SendCommand action",
        {},
        ("on the document and on the instance",),
        (),
    ),
    (
        "permission set",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ana is not authorized to perform: iam:CreateOpenIDConnectProvider on resource: arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB} because no identity-based policy allows the iam:CreateOpenIDConnectProvider action",
        {},
        ("changes the permission set Dev", "get-inline-policy-for", f"--target-id {ACCOUNT}"),
        ("put-role-policy",),
    ),
    (
        "secret of a task",
        f"ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: arn:aws:sts::{ACCOUNT}:assumed-role/ecsTaskExecutionRole/0f1e2d3c is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action",
        {},
        ("task execution role (executionRoleArn)", "kms:Decrypt on that key"),
        (),
    ),
    (
        "lock of a state",
        f"Error: Error acquiring the state lock: AccessDeniedException: User: arn:aws:iam::{ACCOUNT}:user/ci is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/tf-lock because no identity-based policy allows the dynamodb:PutItem action",
        {},
        ('["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:DeleteItem"]',),
        (),
    ),
    (
        "denials with companions in one policy",
        "An error occurred (AccessDenied) when calling the ReceiveMessage operation: "
        + _implicit(
            "sqs:ReceiveMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:mail-out", "identity-based policy"
        )
        + "\nAn error occurred (KMS.AccessDeniedException) when calling the SendMessage operation: "
        + _implicit(
            "kms:GenerateDataKey",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/2b6f0a0e-3f0c-4d51-9a3e-0c5a5b1d2e3f",
            "identity-based policy",
        )
        + " (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: aa11; Proxy: null)",
        {},
        (
            "Do this first: Allow kms:GenerateDataKey and sqs:ReceiveMessage for the role orders-api",
            "SendMessage requires kms:Decrypt, too.",
            '"Action": ["kms:Decrypt", "kms:GenerateDataKey"]',
        ),
        (),
    ),
    (
        "two tasks in one policy",
        _implicit(
            "logs:PutLogEvents",
            f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/x:log-stream:y",
            "identity-based policy",
        )
        + "\nAn error occurred (AccessDeniedException) when calling the InitiateLayerUpload operation: "
        + _implicit(
            "ecr:InitiateLayerUpload",
            f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/ui",
            "identity-based policy",
        ),
        {},
        (
            "Allow ecr:InitiateLayerUpload and logs:PutLogEvents",
            '"ecr:GetAuthorizationToken"',
            '"logs:CreateLogStream", "logs:PutLogEvents"',
            '"ecr:UploadLayerPart"',
        ),
        (),
    ),
    (
        "the lock in one policy",
        "Error acquiring the state lock\n"
        + "\n".join(
            _implicit(
                f"dynamodb:{name}", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/tf", "identity-based policy"
            )
            for name in ("DescribeTable", "PutItem", "GetItem")
        ),
        {},
        (
            "Allow dynamodb:DescribeTable, dynamodb:GetItem and dynamodb:PutItem",
            '"dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"',
        ),
        ("more denials",),
    ),
)


def test_full_explanation_has_the_policy_for_all_denials() -> None:
    """The short one has it, too. Its command reads a file of its own."""
    first, second = (f"{_BY_BOUNDARY}\n{_BY_NO_POLICY}\n{_LOGS}", f"{_BY_NO_POLICY}\n{_LOGS}")
    full = explain(first).to_text(detail="full")
    assert "Allow ecr:CreateRepository and logs:CreateLogGroup" in full
    assert "file://allow.json" in full
    assert "Allow ecr:CreateRepository and logs:CreateLogGroup" in explain(second).to_text(detail="full")


# Denials of one user for different reasons.
_BY_BOUNDARY = f"AccessDenied: User: {SESSION} is not authorized to perform: ecs:CreateService on resource: arn:aws:ecs:eu-west-1:{ACCOUNT}:service/prod/carts because no permissions boundary allows the ecs:CreateService action"
_BY_DENY = f'AccessDenied: User: {SESSION} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/a.csv" with an explicit deny in an identity-based policy'
_BY_NO_POLICY = f"AccessDenied: User: {SESSION} is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/carts because no identity-based policy allows the ecr:CreateRepository action"
_LAUNCH = (
    "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ec2:RunInstances on resource: "
)
_NO_LAUNCH = "because no identity-based policy allows the ec2:RunInstances action"
_LOGS = f"AccessDenied: User: {SESSION} is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:carts:log-stream: because no identity-based policy allows the logs:CreateLogGroup action"
_OF_JOBS = _LOGS.replace("assumed-role/orders-api/", "assumed-role/jobs/")
OTHERS: tuple[Case, ...] = (
    *TASKS,
    (
        "boxes without their last line",
        (
            f"│ Error: creating ECR Repository: {_BY_NO_POLICY}\n│   with aws_ecr_repository.a\n"
            "╷\n│ Error: creating S3 Bucket (logs): operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: 7, BucketAlreadyExists:\n"
            f"╷\n│ Error: creating log group: {_OF_JOBS}\n"
        ),
        {},
        ("Already exists (BucketAlreadyExists, CreateBucket logs)", "logs:CreateLogGroup for the role jobs"),
        (),
    ),
    (
        "pod without a role next to a denial",
        f'2026-01-05T10:00:00Z ERROR {_BY_NO_POLICY}\n2026-01-05T10:00:01Z WARN FailedMount pod/pay MountVolume.SetUp failed for volume "s": rpc error: code = Unknown desc = eu-west-1: An IAM role must be associated with service account pay (namespace: shop)',
        {},
        (
            "Also The service account shop/pay has no IAM role:",
            "First: Give the pod's service account a role [cluster administrator].",
        ),
        ("missing credentials",),
    ),
    (
        "two policies with other faults",
        'Error: putting S3 policy: MalformedPolicy: Invalid principal in policy\n\tstatus code: 400, request id: 2f0e\n\nError: creating IAM Policy reader: MalformedPolicyDocument: Resource orders must be in ARN format or "*".\n\tstatus code: 400, request id: 3a1f',
        {},
        ("cannot find a principal", "Also AWS rejects the policy document: a Resource is neither"),
        (),
    ),
    (
        "two policies with the same fault",
        "Error: putting S3 policy: MalformedPolicy: Invalid principal in policy\n\tstatus code: 400, request id: 2f0e\n\nError: putting S3 policy: MalformedPolicy: Invalid principal in policy\n\tstatus code: 400, request id: 3a1f",
        {},
        ("cannot find a principal",),
        ("Also", "Others"),
    ),
    (
        "an error of the provider of credentials around the denial",
        f"CredentialRetrievalError: Error when retrieving credentials from container-role: Error retrieving metadata: Received non 200 response 400 from container metadata: [1b2c]: {_OF_JOBS}",
        {},
        ("The role jobs was denied logs:CreateLogGroup",),
        ("Also", "More"),
    ),
    (
        "an error of the provider of credentials before a denial in another line",
        f"CredentialRetrievalError: Error when retrieving credentials from container-role: Error retrieving metadata: Received non 200 response 400 from container metadata: timeout\n{_OF_JOBS}",
        {},
        ("The role jobs was denied logs:CreateLogGroup", "Also The SDK"),
        (),
    ),
    (
        "policies of two roles",
        f"{_BY_NO_POLICY}\n{_OF_JOBS}",
        {},
        (
            "The text has 2 denials of 2 principals (orders-api and jobs).",
            "Do this first: Allow ecr:CreateRepository for the role orders-api",
            "Then: Allow logs:CreateLogGroup for the role jobs [account administrator]",
            "put-role-policy --role-name jobs",
        ),
        # It would be about the first role.
        ("Others", "Also", "CreateLogGroup was denied because"),
    ),
    (
        "policies of roles with the same name in two accounts",
        f"{_BY_NO_POLICY}\n{_LOGS.replace(ACCOUNT, '444455556666')}",
        {},
        (
            f"of 2 principals (orders-api in {ACCOUNT} and orders-api in 444455556666)",
            f"Allow ecr:CreateRepository for the role orders-api, with credentials of account {ACCOUNT}",
            "Then: Allow logs:CreateLogGroup for the role orders-api, with credentials of account 444455556666",
        ),
        ("Also",),
    ),
    (
        "the same action on objects of a folder",
        "\n".join(
            _implicit("s3:GetObject", f"arn:aws:s3:::carts/2026/03/{name}.csv", "identity-based policy")
            for name in ("a", "b")
        ),
        {},
        (
            "The same call on arn:aws:s3:::carts/2026/03/b.csv was denied for the same reason.",
            "use arn:aws:s3:::carts/2026/03/* as Resource",
            '"Resource": ["arn:aws:s3:::carts/2026/03/a.csv", "arn:aws:s3:::carts/2026/03/b.csv"]',
        ),
        ("Also", "carts/*/", "2 denials"),
    ),
    (
        "objects without a folder, and another action",
        "\n".join(
            _implicit(action, resource, "identity-based policy")
            for action, resource in (
                ("s3:PutObject", "arn:aws:s3:::carts/app.1f.js"),
                ("s3:PutObject", "arn:aws:s3:::carts/app.1f.css"),
                ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:built"),
            )
        ),
        {},
        ("If the object key changes from run to run, use arn:aws:s3:::carts/* as Resource.",),
        (),
    ),
    (
        "an object, and another action",
        "\n".join(
            _implicit(action, resource, "identity-based policy")
            for action, resource in (
                ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:built"),
                ("s3:PutObject", "arn:aws:s3:::carts/2026/03/a.csv"),
            )
        ),
        {},
        ("If the object key changes from run to run, use arn:aws:s3:::carts/*/a.csv as Resource.",),
        (),
    ),
    (
        "the same action on many resources",
        "\n".join(
            _implicit(
                "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q-{number}", "identity-based policy"
            )
            for number in range(8)
        ),
        {},
        (f'"Resource": "arn:aws:sqs:eu-west-1:{ACCOUNT}:q-0"', "7 more denials in this text"),
        ("The same call",),
    ),
    (
        "policies of three roles",
        f"{_BY_NO_POLICY}\n{_OF_JOBS}\n{_OF_JOBS.replace('/jobs/', '/mail/')}",
        {},
        (
            "of 3 principals (orders-api, jobs and mail)",
            "Then: Allow logs:CreateLogGroup for the role jobs [account administrator]",
            "Also The role mail was denied logs:CreateLogGroup",
            "More iamtriage explain --all also explains it; iamtriage explain --policy prints one policy per principal.",
        ),
        ("Also The role jobs", "for the role mail"),
    ),
    (
        "a policy of another role beside its Deny",
        f"{_BY_NO_POLICY}\n{_OF_JOBS}\n{_BY_DENY.replace('/orders-api/', '/jobs/')}",
        {},
        (
            "Then: Allow logs:CreateLogGroup for the role jobs [account administrator]",
            "an Allow does not override. More iamtriage explain --all also explains it.",
        ),
        ("Also The role jobs was denied logs:",),
    ),
    (
        "policy next to a boundary",
        f"{_BY_BOUNDARY}\n{_BY_NO_POLICY}\n{_LOGS}",
        {},
        (
            "The text has 3 different denials with 2 causes, so one change does not fix all.",
            "Do this first: Allow ecs:CreateService in the permissions boundary",
            "Then: Allow ecr:CreateRepository and logs:CreateLogGroup for the role orders-api [account administrator]",
            "--policy-document file://allow.json",
            '"Resource": "arn:aws:ecr:eu-west-1:111122223333:repository/carts"',
            "aws iam put-role-policy --role-name orders-api",
        ),
        ("Also", "more denials"),
    ),
    (
        "policy next to a Deny",
        f"{_BY_DENY}\n{_BY_NO_POLICY}",
        {},
        (
            "The text has 2 different denials with 2 causes, so one change does not fix all.",
            "Do this first: Find the Deny statement",
            "Then: Allow ecr:CreateRepository for the role orders-api",
        ),
        ("Also", "Allow s3:DeleteObject"),
    ),
    (
        "Deny and boundary next to a policy",
        f"{_BY_NO_POLICY}\n{_BY_DENY}\n{_BY_BOUNDARY}",
        {},
        (
            "The text has 3 different denials with 3 causes, so one change does not fix all.",
            "Do this first: Allow ecr:CreateRepository for the role orders-api",
            "explicit deny in an identity-based policy, which an Allow does not override.",
            "no permissions boundary allows it, so its administrator must add it: an identity-based Allow alone does not help (aws iam get-role",
        ),
        ("Then:", "one policy per principal"),
    ),
    (
        "expired credentials and a boundary next to what a policy allows",
        f"{_BY_NO_POLICY}\n{_LOGS}\n{_BY_DENY.replace('an identity-based policy', 'a permissions boundary: arn:aws:iam::111122223333:policy/limits')}\nAn error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.",
        {},
        (
            "The text has 4 failures with 3 causes, so one change does not fix all.",
            "The permissions boundary arn:aws:iam::111122223333:policy/limits must allow these actions, too.",
            "if it is not intended, its administrator has to change it.",
            "Also Expired credentials (ExpiredToken, PutObject): no permission is missing",
        ),
        (),
    ),
    (
        "a throttled call next to a boundary",
        f"{_BY_NO_POLICY}\n{_BY_DENY.replace('an identity-based policy', 'a permissions boundary: arn:aws:iam::111122223333:policy/limits')}\nAn error occurred (ThrottlingException) when calling the DescribeLogStreams operation: Rate exceeded",
        {},
        ("The text has 3 failures with 3 causes, so one change does not fix all.",),
        (),
    ),
    (
        "repeated code of a tool",
        f"{_LOGS}\nError: deployment failed: AccessDenied",
        {},
        ("Do this first: Allow logs:CreateLogGroup",),
        ("Others", "The text has"),
    ),
    (
        "launch from an image",
        f"{_LAUNCH}arn:aws:ec2:eu-central-1::image/ami-0a1b2c3d4e5f60718 {_NO_LAUNCH}",
        {},
        (
            "A launch is checked on all these resources, and AWS names one, here the image",
            "Add a key pair, if any",
            '"arn:aws:ec2:eu-central-1::image/ami-0a1b2c3d4e5f60718", "arn:aws:ec2:eu-central-1:111122223333:instance/*"',
        ),
        ("image/*", "REGION", "IMAGE_ID"),
    ),
    (
        "launch into a subnet",
        f"{_LAUNCH}arn:aws-cn:ec2:cn-north-1:111122223333:subnet/subnet-0a1b2c3d {_NO_LAUNCH}",
        {},
        (
            "arn:aws-cn:ec2:cn-north-1::image/IMAGE_ID",
            "subnet/subnet-0a1b2c3d",
            "Replace IMAGE_ID and SECURITY_GROUP_ID.",
        ),
        ("REGION",),
    ),
    (
        "launch by a command",
        f"$ aws ec2 describe-subnets --filters Name=subnet-id,Values=subnet-0f0f0f0f\n$ aws ec2 run-instances --image-id ami-0a1b2c3d4e5f60718 --security-group-ids sg-0a1b2c3d sg-0a1b2c3e --key-name ops\n{_LAUNCH}arn:aws:ec2:eu-central-1:111122223333:volume/* {_NO_LAUNCH}",
        {},
        (
            "image/ami-0a1b2c3d4e5f60718",
            "security-group/sg-0a1b2c3d",
            "security-group/sg-0a1b2c3e",
            "key-pair/ops",
            "Replace SUBNET_ID.",
        ),
        ("subnet-0f0f0f0f", "Add a key pair"),
    ),
    (
        "launch by code",
        f'ec2.run_instances(ImageId="ami-0a1b2c3d", SubnetId="subnet-0a1b2c3d", SecurityGroupIds=["sg-0a1b2c3d"])\nbotocore.exceptions.ClientError: An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. {_LAUNCH}arn:aws:ec2:eu-central-1:111122223333:network-interface/* {_NO_LAUNCH}',
        {},
        ("image/ami-0a1b2c3d", "subnet/subnet-0a1b2c3d", "security-group/sg-0a1b2c3d", "volume/*"),
        ("_ID",),
    ),
    (
        "code in a module's result",
        f'{_LOGS}\nfatal: [localhost]: FAILED! => {{"changed": false, "error": {{"code": "AccessDenied", "type": "Sender"}}, "msg": "Failed"}}\n{{"status": "error", "code": "AccessDeniedException", "statusCode": 403}}\n{{"error": {{"code": "AccessDenied", "message": "Access Denied"}}, "response_metadata": {{"http_status_code": 403, "request_id": "0a1b2c3d-4e5f-6789-abcd-ef0123456789"}}}}',
        {},
        ("Do this first: Allow logs:CreateLogGroup",),
        ("Others", "The text has"),
    ),
    (
        "operation of a handler",
        "orders-table | CREATE_FAILED | AWS::DynamoDB::Table | Resource handler returned message: \"Access denied for operation 'CreateTable'.\" (RequestToken: 0b1c, HandlerErrorCode: AccessDenied)",
        {},
        ("The role that CloudFormation uses was denied dynamodb:CreateTable",),
        ("The call None", "sts get-caller-identity"),
    ),
    (
        "subject of a pod",
        f"An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: {OIDC_DENIED}",
        {"namespace": "shop", "service_account": "cart", "cluster": "orders"},
        (
            "Do this first: Allow the token",
            "system:serviceaccount:shop:cart",
            "describe-cluster --name orders",
        ),
        ("SUBJECT",),
    ),
    (
        "image of the text",
        "An error occurred (AuthFailure) when calling the RunInstances operation: Not authorized for images: [ami-0a1b2c3d4e5f60718]",
        {"region": "eu-west-1"},
        ("the image ami-0a1b2c3d4e5f60718.", "--image-ids ami-0a1b2c3d4e5f60718"),
        ("REGION",),
    ),
    (
        "role that CloudFormation passes",
        f"orders-fn | CREATE_FAILED | AWS::Lambda::Function | User: arn:aws:sts::{ACCOUNT}:assumed-role/cfn-exec/AWSCloudFormation is not authorized to perform: iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/orders-fn because no identity-based policy allows the iam:PassRole action (Service: Lambda, Status Code: 403, Request ID: 8a6e2f0b)",
        {},
        ('"iam:PassedToService": "lambda.amazonaws.com"',),
        ("SERVICE",),
    ),
    (
        "role of the CDK for CloudFormation",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1/AWSCloudFormation is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:bills because no identity-based policy allows the sqs:CreateQueue action",
        {},
        (
            "cdk bootstrap with the ARNs of all in --cloudformation-execution-policies",
            "aws iam list-attached-role-policies",
            "policy=POLICY_ARN",
        ),
        ("--show-template", "put-role-policy"),
    ),
    (
        "policy that the bootstrap gave the role",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1/AWSCloudFormation is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:bills because no identity-based policy allows the sqs:CreateQueue action\n\ncdk bootstrap --cloudformation-execution-policies arn:aws:iam::{ACCOUNT}:policy/ops/Deploys\nbills | UPDATE_ROLLBACK_IN_P | AWS::CloudFormation::Stack | bills",
        {},
        (
            "Allow sqs:CreateQueue in the policy Deploys, which cdk bootstrap gave the role",
            f"policy=arn:aws:iam::{ACCOUNT}:policy/ops/Deploys",
            'create-policy-version --policy-arn "$policy"',
        ),
        ("put-role-policy", "ROLLBACK_COMPLETE"),
    ),
    (
        "profile and team of a bootstrap",
        f"shop | CREATE_FAILED | AWS::SQS::Queue | Bills | User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1/AWSCloudFormation is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:bills because no identity-based policy allows the sqs:CreateQueue action\n$ cdk deploy --profile ops\nOur cloud team bootstrapped it: cdk bootstrap --cloudformation-execution-policies arn:aws:iam::{ACCOUNT}:policy/Deploys",
        {},
        (
            "which CloudFormation uses instead of the profile ops to create Bills",
            "not the profile ops",
            "The cloud team bootstrapped the environment",
            "--type-name AWS::SQS::Queue",
        ),
        ("person",),
    ),
    (
        "profile that bootstrapped",
        f"shop | CREATE_FAILED | AWS::SQS::Queue | Bills | User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1/AWSCloudFormation is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:bills because no identity-based policy allows the sqs:CreateQueue action\n$ cdk bootstrap --profile ops --cloudformation-execution-policies arn:aws:iam::{ACCOUNT}:policy/Deploys",
        {},
        ("which CloudFormation uses to create Bills", "Agree the change with whoever bootstrapped"),
        ("profile ops",),
    ),
    (
        "AWS managed policy of the bootstrap",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1/AWSCloudFormation is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:bills because no identity-based policy allows the sqs:CreateQueue action\n\ncdk bootstrap --cloudformation-execution-policies arn:aws:iam::aws:policy/PowerUserAccess",
        {},
        ("list-attached-role-policies", "policy=POLICY_ARN", "create-policy-version"),
        ("put-role-policy", "which cdk bootstrap gave"),
    ),
    (
        "two policies of the bootstrap",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1/AWSCloudFormation is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:bills because no identity-based policy allows the sqs:CreateQueue action\n\ncdk bootstrap --cloudformation-execution-policies arn:aws:iam::{ACCOUNT}:policy/A,arn:aws:iam::{ACCOUNT}:policy/B",
        {},
        ("list-attached-role-policies", "policy=POLICY_ARN", "create-policy-version"),
        ("put-role-policy", "which cdk bootstrap gave"),
    ),
    (
        "bootstrap of another Region",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1/AWSCloudFormation is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:bills because no identity-based policy allows the sqs:CreateQueue action\n\ncdk bootstrap --cloudformation-execution-policies arn:aws:iam::{ACCOUNT}:policy/A aws://{ACCOUNT}/us-east-1",
        {},
        ("list-attached-role-policies", "policy=POLICY_ARN", "create-policy-version"),
        ("put-role-policy", "which cdk bootstrap gave"),
    ),
    (
        "bootstrap with another qualifier",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1/AWSCloudFormation is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:bills because no identity-based policy allows the sqs:CreateQueue action\n\ncdk bootstrap --cloudformation-execution-policies arn:aws:iam::{ACCOUNT}:policy/A --qualifier tools",
        {},
        ("list-attached-role-policies", "policy=POLICY_ARN", "create-policy-version"),
        ("put-role-policy", "which cdk bootstrap gave"),
    ),
    (
        "policy of the bootstrap of another account",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1/AWSCloudFormation is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:bills because no identity-based policy allows the sqs:CreateQueue action\n\ncdk bootstrap --cloudformation-execution-policies arn:aws:iam::999988887777:policy/Deploys",
        {},
        ("list-attached-role-policies", "policy=POLICY_ARN", "create-policy-version"),
        ("put-role-policy", "which cdk bootstrap gave"),
    ),
    (
        "default role that the CDK passes",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-deploy-role-{ACCOUNT}-eu-west-1/aws-cdk-kim is not authorized to perform: iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1 because no identity-based policy allows the iam:PassRole action",
        {},
        ("cdk bootstrap owns the role",),
        ("without -r",),
    ),
    (
        "other role that the CDK passes",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cdk-hnb659fds-deploy-role-{ACCOUNT}-eu-west-1/aws-cdk-kim is not authorized to perform: iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/stacks because no identity-based policy allows the iam:PassRole action",
        {},
        (
            "cdk bootstrap owns the role",
            "Only its policies count, not those of the user or of the passed role.",
            "Or deploy without -r (--role-arn)",
        ),
        (),
    ),
    (
        "role that a person passes to CloudFormation",
        f"aws cloudformation deploy --role-arn arn:aws:iam::{ACCOUNT}:role/stacks\nUser: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/stacks because no identity-based policy allows the iam:PassRole action",
        {},
        ("cloudformation.amazonaws.com",),
        ("cdk bootstrap", "Only its policies count"),
    ),
    (
        "key of another account after another denial",
        f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: sqs:ListQueues on resource: * because no identity-based policy allows the sqs:ListQueues action\nUser: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:999988887777:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f because no resource-based policy allows the kms:Decrypt action",
        {},
        (
            "the key policy in account 999988887777 does not allow it, which its owner has to change. An identity-based policy of the user ana must allow it, too",
        ),
        ("owner of the resource",),
    ),
    (
        "details before a search for the Deny",
        f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::{ACCOUNT}:user/x with an explicit deny in an identity-based policy. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/7k2q9d0x4m1z8w5r3t6y0u2i4 for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: 7k2q9d0x4m1z8w5r3t6y0u2i4",
        {},
        (
            "Do this first: Get all details within 24 hours (requires iam:GetRequestAuthorizationDetails)",
            "Next Try the call with MFA, or find and change the Deny statement",
        ),
        (),
    ),
    *(
        (
            f"details of an implicit denial by a {policy}",
            f"{_implicit('iam:AttachRolePolicy', 'role app-web', policy)}. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/7k2q9d0x4m1z8w5r3t6y0u2i4 for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: 7k2q9d0x4m1z8w5r3t6y0u2i4",
            {},
            (
                "Next: Get all details within 24 hours (requires iam:GetRequestAuthorizationDetails)",
                "get-request-authorization-details --authorization-id 7k2q9d0x4m1z8w5r3t6y0u2i4",
            ),
            (),
        )
        for policy in ("permissions boundary", "service control policy", "session policy")
    ),
    *(
        (
            f"boundary that {way} does not set",
            (
                f"{before}\n{_implicit('iam:CreateRole', f'arn:aws:iam::{ACCOUNT}:role/app-cart', 'identity-based policy')}\nBut we have\n"
                f'{{"Effect": "Allow", "Action": "iam:CreateRole", "Resource": "arn:aws:iam::{ACCOUNT}:role/app-*", "Condition": {{"StringEquals": {{"iam:PermissionsBoundary": "arn:aws:iam::{ACCOUNT}:policy/Fence"}}}}}}'
            ),
            {},
            ("allows it only if iam:PermissionsBoundary is", says),
            (omits,),
        )
        for way, before, says, omits in (
            (
                "a command",
                "$ aws iam create-role --role-name app-cart --assume-role-policy-document file://trust.json",
                f"but the request has none. Derived The action and the resource match the statement: only the condition does not. Do this first: Create app-cart with a permissions boundary [you] - In the CLI, pass --permissions-boundary arn:aws:iam::{ACCOUNT}:policy/Fence. The policy can stay as it is. aws iam create-role --role-name app-cart --assume-role-policy-document file://trust.json --permissions-boundary",
                "change the condition",
            ),
            (
                "Terraform",
                'resource "aws_iam_role" "cart" {\n  name = "app-cart"\n}\nError: creating IAM Role (app-cart): operation error IAM: CreateRole, api error',
                f'set permissions_boundary = "arn:aws:iam::{ACCOUNT}:policy/Fence". The policy can stay',
                "has none",
            ),
            (
                "code",
                'iam.create_role(RoleName="app-cart")',
                f"Pass arn:aws:iam::{ACCOUNT}:policy/Fence:",
                "has none",
            ),
        )
    ),
    (
        "policy that a condition does not let a role have",
        (
            f"$ aws iam attach-role-policy --role-name app-cart --policy-arn arn:aws:iam::aws:policy/PowerUserAccess\n{_implicit('iam:AttachRolePolicy', 'role app-cart', 'identity-based policy')}\n"
            f'{{"Effect": "Allow", "Action": "iam:AttachRolePolicy", "Resource": "arn:aws:iam::{ACCOUNT}:role/app-*", "Condition": {{"ArnEquals": {{"iam:PolicyARN": "arn:aws:iam::{ACCOUNT}:policy/app-read"}}}}}}'
        ),
        {},
        (
            "but the request has arn:aws:iam::aws:policy/PowerUserAccess",
            f"aws iam attach-role-policy --role-name app-cart --policy-arn arn:aws:iam::{ACCOUNT}:policy/app-read",
        ),
        ("allows it only on", "put-role-policy"),
    ),
    (
        "endpoint of a call that assumes a role",
        _implicit("sts:AssumeRole", "arn:aws:iam::444455556666:role/lake", "VPC endpoint policy"),
        {},
        (
            "An Allow in the caller's policies and the role's trust policy alone does not help: the endpoint's policy must allow it, too.",
        ),
        (),
    ),
    (
        "Deny that can be that of a group",
        f"User: arn:aws:iam::{ACCOUNT}:user/temps/mia is not authorized to perform: glue:StartJobRun on resource: arn:aws:glue:us-east-1:{ACCOUNT}:job/load with an explicit deny in an identity-based policy",
        {},
        ("policy of the user mia, or of one of its groups", "list-attached-group-policies"),
        (),
    ),
    (
        "external ID and a resource control policy",
        f"User: arn:aws:sts::444455556666:assumed-role/scan/1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{ACCOUNT}:role/Audit with an explicit deny in a resource control policy",
        {"external_id": "acme-1"},
        (
            "nor the role's trust policy overrides it, and neither does an external ID.",
            "ask whether account 444455556666",
        ),
        ("they can say",),
    ),
    (
        "deleted principal, with the caller's own Allow in the text",
        'User: arn:aws:sts::444455556666:assumed-role/backup/1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Target\nbackup itself has\n{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::111122223333:role/Target"}\nThe trust policy of Target:\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "AROA3XFRBF23EXAMPLE77"}, "Action": "sts:AssumeRole"}]}',
        {},
        (
            "the unique ID of a deleted role",
            "Account 444455556666 must allow the call, too: by the text, it does.",
        ),
        ("put-role-policy", "which must allow the call, too, if it does not yet"),
    ),
    (
        "role that was created again, with the same policy",
        "User: arn:aws:sts::444455556666:assumed-role/backup/1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/Target\nSince terraform replaced the role, every run fails. The policy on backup is the same as before.",
        {
            "trust_policy": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "AROA3XFRBF23EXAMPLE77"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        },
        (
            "the unique ID of a deleted role",
            "Account 444455556666 must allow the call, too: by the text, it does.",
        ),
        ("put-role-policy",),
    ),
    *(
        (
            f"boundary that is required, {name}",
            f"{_implicit('iam:CreateRole', f'arn:aws:iam::{ACCOUNT}:role/app-cart', 'identity-based policy')}\n{said}",
            {},
            says,
            omits,
        )
        for name, said, says, omits in (
            (
                "with its name",
                "Our policy only lets us create roles with the boundary DevBoundary. I ran: aws iam create-role --role-name app-cart --assume-role-policy-document file://trust.json",
                (
                    "most likely because the call passes no permissions boundary",
                    f"Do this first: Create app-cart with the permissions boundary DevBoundary [you] - Pass arn:aws:iam::{ACCOUNT}:policy/DevBoundary",
                    f"file://trust.json --permissions-boundary arn:aws:iam::{ACCOUNT}:policy/DevBoundary",
                ),
                ("put-role-policy",),
            ),
            (
                "without a name",
                "Roles here must have a permissions boundary.",
                ("Do this first: Create app-cart with a permissions boundary [you]",),
                ("put-role-policy",),
            ),
            (
                "of the caller",
                "My own role has the permissions boundary TeamBoundary attached.",
                ("put-role-policy",),
                ("most likely",),
            ),
            (
                "that the call passes",
                "Roles must have a permissions boundary. I ran aws iam create-role --role-name app-cart --permissions-boundary arn:aws:iam::111122223333:policy/Fence",
                ("put-role-policy",),
                ("passes no",),
            ),
        )
    ),
    (
        "variable and a user without an ARN",
        (
            f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: iam:UpdateAccessKey on resource: user bob because no identity-based policy allows the iam:UpdateAccessKey action\n"
            '{"Effect": "Allow", "Action": "iam:UpdateAccessKey", "Resource": "arn:aws:iam::*:user/${aws:username}"}'
        ),
        {},
        ("allows it only on the user's own arn:aws:iam::*:user/ana, and the call is for bob.",),
        ("put-user-policy",),
    ),
    *(
        (
            f"Deny on {name}",
            (
                f"User: arn:aws:sts::{ACCOUNT}:assumed-role/dev/kim is not authorized to perform: iam:AttachRolePolicy on resource: role {name} with an explicit deny in an identity-based policy\n"
                f'{{"Sid": "NoProd", "Effect": "Deny", "Action": "iam:*", "Resource": "arn:aws:iam::{ACCOUNT}:role/prod-*"}}'
            ),
            {},
            says,
            omits,
        )
        for name, says, omits in (
            ("prod-web", ("has a Deny statement NoProd that matches it",), ()),
            (
                "test-web",
                ("an identity-based policy explicitly denies it",),
                ("has a Deny statement NoProd",),
            ),
        )
    ),
    *(
        (
            f"listed policy {name} of {command.split()[-1]}",
            (
                f"User: arn:aws:{caller} is not authorized to perform: glue:StartJobRun on resource: arn:aws:glue:us-east-1:{ACCOUNT}:job/load with an explicit deny in an identity-based policy\n$ aws iam {command}\n"
                f'{{"AttachedPolicies": [{{"PolicyName": "{name}", "PolicyArn": "arn:aws:iam::{ACCOUNT}:policy/{name}"}}, {{"PolicyName": "Work", "PolicyArn": "arn:aws:iam::{ACCOUNT}:policy/Work"}}]}}'
            ),
            {},
            says,
            omits,
        )
        for caller, command, name, says, omits in (
            (
                f"iam::{ACCOUNT}:user/mia",
                "list-attached-group-policies --group-name temps",
                "DenyGlue",
                (
                    "most likely DenyGlue, which the text lists.",
                    f"aws iam get-policy --policy-arn arn:aws:iam::{ACCOUNT}:policy/DenyGlue",
                ),
                (),
            ),
            (
                f"iam::{ACCOUNT}:user/mia",
                "list-attached-user-policies --user-name mia",
                "Extra",
                ("an identity-based policy explicitly denies it.",),
                ("most likely",),
            ),
            (
                f"sts::{ACCOUNT}:assumed-role/etl/1",
                "list-attached-role-policies --role-name web",
                "DenyGlue",
                ("an identity-based policy explicitly denies it.",),
                ("most likely",),
            ),
        )
    ),
    *(
        (
            f"boundary that a role must have, {name}",
            f"{_implicit('iam:PutRolePolicy', 'role app-cart', 'identity-based policy')}\n"
            f'{{"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "arn:aws:iam::{ACCOUNT}:role/app-*", "Condition": {{"StringEquals": {{"iam:PermissionsBoundary": "arn:aws:iam::{ACCOUNT}:policy/Fence"}}}}}}'
            + after,
            {},
            (
                says,
                "Set the permissions boundary of the role app-cart",
                f"aws iam put-role-permissions-boundary --role-name app-cart --permissions-boundary arn:aws:iam::{ACCOUNT}:policy/Fence",
            ),
            ("Create the role with",),
        )
        for name, after, says in (
            ("unknown", "", "allows it only if iam:PermissionsBoundary is"),
            (
                "none",
                "\n$ aws iam get-role --role-name app-cart --query Role.PermissionsBoundary\nnull\n",
                "but the role has none",
            ),
        )
    ),
    (
        "key policy for a service",
        "events.amazonaws.com is not authorized to access the key because no resource-based policy allows the kms:GenerateDataKey action",
        {},
        ('"Service": "events.amazonaws.com"',),
        ("an identity-based policy of the caller",),
    ),
    (
        "results of Athena",
        "Access denied when writing output to url: s3://orders-results/daily/7.csv . Please ensure you are allowed to access the S3 bucket. If you are encrypting query results with KMS key, please ensure you are allowed to access your KMS key",
        {},
        (
            "cannot write query results to the bucket orders-results",
            "s3:GetBucketLocation",
            '"arn:aws:s3:::orders-results/daily/*"',
        ),
        ("Replace", "names no action"),
    ),
    (
        "bucket of Athena's results",
        "An error occurred (InvalidRequestException) when calling the StartQueryExecution operation: Unable to verify/create output bucket orders-results",
        {},
        (
            "cannot write query results to the bucket orders-results",
            '"arn:aws:s3:::orders-results"',
            '"arn:aws:s3:::orders-results/*"',
        ),
        ("Replace", "invalid"),
    ),
    (
        "unnamed bucket of Athena's results",
        "An error occurred (InvalidRequestException) when calling the StartQueryExecution operation: Unable to verify/create output bucket.",
        {},
        ("cannot write query results to S3", "Replace BUCKET."),
        (),
    ),
    (
        "Git and CodeCommit",
        "fatal: unable to access 'https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/orders/': The requested URL returned error: 403",
        {},
        (
            "Git access to the repository orders",
            "codecommit:GitPull",
            "credential.https://git-codecommit.cn-north-1.amazonaws.com.cn.helper",
        ),
        ("cloudtrail", "REGION"),
    ),
    (
        "bare denial of AWS Backup",
        "An error occurred (AccessDeniedException) when calling the StartBackupJob operation: Insufficient privileges to perform this action.",
        {},
        ("backup:StartBackupJob",),
        ("The service says", "Do what the message says"),
    ),
    (
        "destination of notifications",
        "creating S3 Bucket (orders) Notification: operation error S3: PutBucketNotificationConfiguration, https response error StatusCode: 400, RequestID: K2J4M6P8R0S2T4V6, HostID: Example0hostId1of2S3==, api error InvalidArgument: Unable to validate the following destination configurations",
        {},
        (
            "most often, its policy does not allow s3.amazonaws.com",
            "Do this first: Allow s3.amazonaws.com in the policy of the destination",
            '"Principal": {"Service": "s3.amazonaws.com"}',
            "another Region",
        ),
        ("not a denial", "invalid"),
    ),
)
_VOLUME = "arn:aws:ec2:eu-west-1:111122223333:volume/*"
_LOG = (
    f"E1 ebs-csi: Could not create volume: User: arn:aws:sts::{ACCOUNT}:assumed-role/disks/1764 is not authorized to perform: ec2:CreateVolume on resource: {_VOLUME} because no identity-based policy allows the ec2:CreateVolume action\n"
    f"E2 scaler: AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/scaler/1765 is not authorized to perform: autoscaling:DescribeAutoScalingGroups because no identity-based policy allows the autoscaling:DescribeAutoScalingGroups action\n"
    'E3 reflector.go:150] Failed to watch *v1.CSINode: csinodes.storage.k8s.io is forbidden: User "system:serviceaccount:kube-system:scaler" cannot list resource "csinodes" in API group "storage.k8s.io" at the cluster scope'
)
_NOT_SENT = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/cart-web/i-0a1b2c3d4e5f60718 is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:orders because no identity-based policy allows the sqs:SendMessage action"
CONTEXTS: tuple[Case, ...] = (
    (
        "action that another role got",
        f"I already added sqs:SendMessage to the role cart-deploy.\n{_NOT_SENT}",
        {},
        (
            "The text says that cart-deploy got sqs:SendMessage, but the caller is the role cart-web.",
            "Remove it there again, unless cart-deploy needs it.",
            "put-role-policy --role-name cart-web",
        ),
        (),
    ),
    (
        "action that no role got",
        f"I have not added sqs:SendMessage to the role cart-deploy.\n{_NOT_SENT}",
        {},
        ("put-role-policy --role-name cart-web",),
        ("cart-deploy got", "Remove it there"),
    ),
    (
        "question about a grant to another role",
        f"Should I have added sqs:SendMessage to the role cart-deploy?\n{_NOT_SENT}",
        {},
        ("put-role-policy --role-name cart-web",),
        ("cart-deploy got", "Remove it there"),
    ),
    (
        "condition of a grant to another role",
        f"If we added sqs:SendMessage to the role cart-deploy, would that help?\n{_NOT_SENT}",
        {},
        ("put-role-policy --role-name cart-web",),
        ("cart-deploy got", "Remove it there"),
    ),
    (
        "role that a function does not use",
        f'We gave the role cart-fn AmazonSQSFullAccess.\n[ERROR] ClientError: An error occurred (AccessDenied) when calling the SendMessage operation: User: arn:aws:sts::{ACCOUNT}:assumed-role/cart-old/cart is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:orders because no identity-based policy allows the sqs:SendMessage action\nFile "/var/task/app.py"\nEND RequestId: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9',
        {},
        (
            f"aws lambda update-function-configuration --function-name cart --role arn:aws:iam::{ACCOUNT}:role/cart-fn --region eu-west-1",
            "Or allow sqs:SendMessage for the role cart-old",
        ),
        (),
    ),
    (
        "role that a job does not use",
        f"We created the role etl-new with AmazonS3FullAccess.\nAn error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::{ACCOUNT}:assumed-role/etl-old/GlueJobRunnerSession is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::lake-out/a because no identity-based policy allows the s3:PutObject action",
        {},
        (
            "Let AWS Glue use the role etl-new",
            "Set it as the role of the job",
            "Or allow s3:PutObject for the role etl-old",
        ),
        (),
    ),
    (
        "action that the caller got already",
        f"I added sqs:* to the role cart-web an hour ago, same error.\n{_NOT_SENT}",
        {},
        (
            "sqs:*, which the text says that it got, is not in effect on this resource",
            "aws iam list-role-policies --role-name cart-web",
            "Or allow sqs:SendMessage for the role cart-web on this resource",
        ),
        ("has no effect here",),
    ),
    *(
        (
            said,
            f"{said}\n{_NOT_SENT}",
            {},
            ("Allow sqs:SendMessage for the role cart-web",),
            ("is not in effect",),
        )
        for said in (
            "Have I added sqs:* to the role cart-web correctly?",
            "I added sqs:SendMessage to the role cart-web, then removed it.",
        )
    ),
    (
        "action that the caller got a moment ago",
        f"I just added sqs:SendMessage to the role cart-web two minutes ago.\n{_NOT_SENT}",
        {},
        ("first repeat the call",),
        ("is not in effect",),
    ),
    (
        "action that the caller got in the policy of the text",
        f'I added sqs:SendMessage to the role cart-web.\n{_NOT_SENT}\n{{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:{ACCOUNT}:mails"}}',
        {},
        ("the policy in the text allows it only on",),
        ("is not in effect",),
    ),
    (
        "other action that the caller got already",
        f"I added sqs:ReceiveMessage to the role cart-web.\n{_NOT_SENT}",
        {},
        ("Do this first: Allow sqs:SendMessage",),
        ("is not in effect",),
    ),
    (
        "policy that a user got, in another order",
        f"We gave the user ana AmazonSQSFullAccess.\n{_NOT_SENT}",
        {},
        ("the policy that allows it is that of the user ana", "put-role-policy --role-name cart-web"),
        (),
    ),
    (
        "action that both roles got",
        f"I added sqs:SendMessage to the role cart-deploy and cart-web.\n{_NOT_SENT}",
        {},
        (),
        ("The text says that", "does not count"),
    ),
    (
        "action of another service",
        f"I added s3:GetObject to the role cart-deploy.\n{_NOT_SENT}",
        {},
        (),
        ("The text says that",),
    ),
    (
        "words with a hyphen",
        f"We added sqs:SendMessage to cross-account access, to user-data and to self-hosted runners.\nWe put sqs:SendMessage on long-lived workers.\n{_NOT_SENT}",
        {},
        (),
        ("The text says that",),
    ),
    (
        "ARN of another role",
        f"We added sqs:SendMessage to the role arn:aws:iam::111122223333:role/ops/cart.\n{_NOT_SENT}",
        {},
        ("The text says that cart got sqs:SendMessage",),
        (),
    ),
    (
        "no name of a role",
        f"I attached a policy to the role with sqs:SendMessage.\n{_NOT_SENT}",
        {},
        (),
        ("The text says that",),
    ),
    (
        "others-by-principal",
        _LOG,
        {},
        (
            "The role disks of the EBS CSI driver was denied ec2:CreateVolume",
            "AmazonEBSCSIDriverPolicy",
            'Also The role scaler was denied autoscaling:DescribeAutoScalingGroups: no identity-based policy allows it; allow it with {"Effect": "Allow", "Action": "autoscaling:DescribeAutoScalingGroups", "Resource": "*"}.',
            "Then: Allow the service account kube-system/scaler to list csinodes.storage.k8s.io with a ClusterRole",
            "prints one policy per principal",
        ),
        (),
    ),
    (
        "watch",
        _LOG.splitlines()[2],
        {},
        ("--verb=get,list,watch --resource=csinodes.storage.k8s.io",),
        (),
    ),
    (
        "API errors next to a denial",
        f"{_LOG.splitlines()[0]}\n╷\n│ Error: creating Amazon SNS Topic (carts): ThrottlingException: Rate exceeded\n╵\nE5 An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name carts cannot be found.\nE6 An error occurred (InternalError) when calling the GetObject operation: We encountered an internal error.",
        {},
        (
            "Throttled (ThrottlingException, creating Amazon SNS Topic): retry with backoff, no permission is missing",
            "Not found (NoSuchEntity, GetRole)",
            "Service error (InternalError, GetObject): retry, no permission is missing",
            "iamtriage explain --all explains each",
        ),
        ("AWS error",),
    ),
    (
        "secret of another account next to a denial",
        f"{_LOG.splitlines()[0]}\nUser: arn:aws:sts::111122223333:assumed-role/disks/1764 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:444455556666:secret:carts-AbCdEf because no resource-based policy allows the secretsmanager:GetSecretValue action",
        {},
        (
            "the secret's resource policy in account 444455556666 does not allow it, which its owner has to change. An identity-based policy of the role disks must allow it, too. The secret needs a customer managed KMS key",
        ),
        (),
    ),
    *(
        (
            f"throttled command that {name}",
            f"{_LOG.splitlines()[0]}\n$ aws eks update-kubeconfig --name prod\nAn error occurred (ThrottlingException) when calling the DescribeCluster operation: Rate exceeded\n$ aws eks update-kubeconfig --name {cluster}\nUpdated context prod in /root/.kube/config\n$ ./logs\n{_LOG.splitlines()[2]}",
            {},
            (f"Throttled (ThrottlingException, DescribeCluster): {fix}.",),
            (),
        )
        for name, cluster, fix in (
            ("worked later", "prod", "the command worked when it was repeated"),
            ("was not repeated", "stage", "retry with backoff, no permission is missing"),
        )
    ),
    (
        "error and a denial of another principal",
        f"{_LOG.splitlines()[0]}\n{_LOG.splitlines()[2]}\nE5 An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name carts cannot be found.",
        {},
        (
            "Then: Allow the service account kube-system/scaler to list csinodes.storage.k8s.io with a ClusterRole: no RBAC role allows it [cluster administrator] kubectl create clusterrole",
            "1 more failure in this text: not found (NoSuchEntity, GetRole): check the name, account and Region.",
        ),
        ("below",),
    ),
    (
        "denial of a node next to another one",
        (
            'Error from server (Forbidden): nodes is forbidden: User "system:node:i-0a1b2c3d4e5f60718" cannot list resource "nodes" in API group "" at the cluster scope\n'
            "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The provided execution role does not have permissions to call CreateNetworkInterface on EC2"
        ),
        {},
        ("AWSLambdaVPCAccessExecutionRole", "The user system:node:i-0a1b2c3d4e5f60718 may not list nodes"),
        ("kubectl create serviceaccount",),
    ),
    (
        "Deny of a boundary next to what an Allow fixes",
        "\n".join(_ALLOW_AND_DENY),
        {},
        (
            '"Action": "sts:GetServiceBearerToken"',
            f"explicit deny in the permissions boundary arn:aws:iam::{ACCOUNT}:policy/team/ci-limits, which an Allow does not override: if it is not intended, its administrator has to change it.",
        ),
        ('"ssm:PutParameter"',),
    ),
    (
        "log group that a tool creates",
        "\n".join(
            (
                "Error: creating CloudWatch Logs Log Group (/shop/web): operation error CloudWatch Logs: CreateLogGroup",
                f"AccessDeniedException: User: {SESSION} is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/shop/web:log-stream: because no identity-based policy allows the logs:CreateLogGroup action",
                "  with aws_cloudwatch_log_group.web,",
            )
        ),
        {},
        ("logs:ListTagsForResource", "logs:PutRetentionPolicy"),
        ("Writing logs",),
    ),
    (
        "action that the cells of a table break",
        f"AccessDenied: User: {SESSION} is not authorized to perform: lambda:TagReso\nurce on resource: arn:aws:lambda:eu-west-1:{ACCOUNT}:function:carts because no identity-based policy allows the lambda:TagReso\nurce action",
        {},
        ("was denied lambda:TagResource on", "no identity-based policy allows it."),
        ("TagReso.",),
    ),
    (
        "options of an upload whose denial has a reason",
        f"$ aws s3 sync out s3://acme-web/a/ --delete --acl bucket-owner-read\nupload failed: out/b to s3://acme-web/a/b An error occurred (AccessDenied) when calling the PutObject operation: User: {SESSION} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::acme-web/a/b because no identity-based policy allows the s3:PutObject action",
        {},
        (
            '"Action": ["s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject"], "Resource": "arn:aws:s3:::acme-web/a/*"',
        ),
        (),
    ),
    (
        "Region that the name of a policy limits",
        f"AuthorizationError: User: {SESSION} is not authorized to perform: sns:CreateTopic on resource: arn:aws:sns:us-east-2:{ACCOUNT}:carts with an explicit deny in an identity-based policy: arn:aws:iam::{ACCOUNT}:policy/team/RegionGuard",
        {},
        (
            "Do this first: Call in a Region that the Deny exempts, as the name RegionGuard suggests [you]",
            "The call was made in us-east-2. Change the Region of the call: --region, AWS_REGION, region_name in boto3",
        ),
        (),
    ),
    (
        "MFA, with the policy that only an administrator can read",
        f"AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/lea is not authorized to perform: sns:ListTopics on resource: arn:aws:sns:us-east-2:{ACCOUNT}:* with an explicit deny in an identity-based policy: arn:aws:iam::{ACCOUNT}:policy/RequireMFA",
        {},
        (
            "Do this first: Call with MFA, as the name RequireMFA suggests [you]",
            "To see the Deny itself (account administrator): policy=",
        ),
        (),
    ),
    (
        "Identity Center role that a Deny can exempt",
        f"AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ana is not authorized to perform: sns:ListTopics on resource: arn:aws:sns:us-east-2:{ACCOUNT}:* with an explicit deny in a service control policy",
        {},
        (f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Dev_0123456789abcdef",),
        ("role/AWSReservedSSO_",),
    ),
    (
        "Identity Center role in the policy of an endpoint",
        f"AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ana is not authorized to perform: sns:ListTopics on resource: arn:aws:sns:us-east-2:{ACCOUNT}:* because no VPC endpoint policy allows the sns:ListTopics action",
        {},
        (
            f'"ArnLike": {{"aws:PrincipalArn": "arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Dev_0123456789abcdef"',
        ),
        ("PATH", "get-role"),
    ),
    (
        "encryption of a file system that the name of a policy requires",
        f"AccessDenied: User: {SESSION} is not authorized to perform: elasticfilesystem:CreateFileSystem on resource: arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/* with an explicit deny in an identity-based policy: arn:aws:iam::{ACCOUNT}:policy/RequireEncryption",
        {},
        ("Pass --encrypted in the CLI, or set encrypted = true in Terraform.",),
        ("--storage-encrypted", "at_rest"),
    ),
    (
        "Deny of a boundary before what an Allow fixes",
        "\n".join(_ALLOW_AND_DENY[::-1]),
        {},
        ("policy/team/ci-limits explicitly denies it", '"Action": "sts:GetServiceBearerToken"'),
        ('"ssm:PutParameter"',),
    ),
    (
        "policy for several services",
        "\n".join(
            (
                "$ docker push 111122223333.dkr.ecr.eu-west-1.amazonaws.com/carts:1",
                _implicit(
                    "ecr:PutImage",
                    f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/carts",
                    "identity-based policy",
                ),
                _ALLOW_AND_DENY[0],
            )
        ),
        {},
        (
            "A push requires all of these ecr: actions.",
            "The login to CodeArtifact requires sts:GetServiceBearerToken, too.",
            "--policy-name AllowGetAuthorizationToken-",
        ),
        (),
    ),
    (
        "denials that one policy allows, and one that it does not",
        "\n".join(
            f"10:0{number} ERROR {denial}"
            for number, denial in enumerate(
                [
                    _implicit(
                        "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:carts", "identity-based policy"
                    ),
                    _implicit(
                        "sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:carts", "identity-based policy"
                    ),
                    _implicit(
                        "sqs:DeleteQueue", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:carts", "permissions boundary"
                    ),
                ]
            )
        ),
        {},
        (
            "Allow sns:Publish and sqs:SendMessage for the role orders-api",
            "iamtriage explain --all also explains it.",
            "sqs:DeleteQueue on",
            "no permissions boundary allows it, so its administrator must add it: an identity-based Allow alone does not help (aws iam get-role --role-name",
            "--query Role.PermissionsBoundary names it).",
        ),
        ("(below)",),
    ),
    (
        "five failures of other kinds",
        (
            f"{_LOG.splitlines()[0]}\n"
            "E2 An error occurred (AccessDeniedException) when calling the GetItem operation: User: arn:aws:sts::111122223333:assumed-role/disks/1764 is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:444455556666:table/carts with an explicit deny in a resource control policy\n"
            "E3 An error occurred (ThrottlingException) when calling the GenerateDataKey operation: You have exceeded the rate at which you may call KMS.\n"
            "E4 fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n"
            "E5 An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name carts cannot be found.\n"
            "E6 An error occurred (AccessDeniedException) when calling the ListTables operation: User: arn:aws:sts::111122223333:assumed-role/disks/1764 is not author"
        ),
        {},
        (
            "5 more failures in this text: dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:444455556666:table/carts: explicit deny in a resource control policy, which only an administrator of the organization of account 444455556666 can change: send them this denial; throttled (ThrottlingException, GenerateDataKey): retry with backoff, no permission is missing; S3 answered 403 to HeadObject: the response to a HEAD request has no body, and so no reason; not found (NoSuchEntity, GetRole): check the name, account and Region; ListTables: the message is cut off.",
        ),
        ("…",),
    ),
    (
        "leader election",
        'E4 leaderelection.go:332] error retrieving resource lock shop/carts: leases.coordination.k8s.io "carts" is forbidden: User "system:serviceaccount:shop:carts" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "shop"',
        {},
        (
            "a leader election gets, creates and updates its lock.",
            "--verb=get,create,update --resource=leases.coordination.k8s.io",
        ),
        ("--resource-name", "resourceNames"),
    ),
    (
        "lease of another task",
        'error: leases.coordination.k8s.io "carts" is forbidden: User "system:serviceaccount:shop:carts" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "shop"',
        {},
        ("--verb=get --resource=leases.coordination.k8s.io --resource-name=carts",),
        ("update",),
    ),
    (
        "list-without-watch",
        _LOG.splitlines()[2]
        .replace("Failed to watch *v1.CSINode", "error")
        .replace("reflector.go", "main.go"),
        {},
        ("--verb=list --resource=csinodes.storage.k8s.io",),
        ("--verb=get",),
    ),
    (
        "disks-as-node",
        _LOG.splitlines()[0].replace("disks/1764", "eks-node-group/i-0a1b2c3d4e5f60718"),
        {},
        ("ttach the AWS managed policy AmazonEBSCSIDriverPolicy to the pod's role",),
        (),
    ),
)


def _decoded(values: list[str], requested: str) -> dict[str, Any]:
    return {
        "decoded_message": {
            "allowed": False,
            "explicitDeny": True,
            "matchedStatements": {
                "items": [
                    {
                        "statementId": "OnlySmall",
                        "effect": "DENY",
                        "conditions": {
                            "items": [
                                {
                                    "key": "rds:DatabaseClass",
                                    "values": {"items": [{"value": each} for each in values]},
                                }
                            ]
                        },
                    }
                ]
            },
            "context": {
                "principal": {"arn": SESSION},
                "action": "rds:CreateDBInstance",
                "resource": f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:orders",
                "conditions": {
                    "items": [{"key": "rds:DatabaseClass", "values": {"items": [{"value": requested}]}}]
                },
            },
        }
    }


_ENCODED = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: 3xAmPlE-encoded_message0123456789"
_MODEL = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"
_BOUNDARY = "arn:aws:iam::111122223333:policy/team-boundary"
GUARDRAILS: tuple[Case, ...] = (
    (
        "boundary of a deployment",
        f"$ sam deploy\nUser: arn:aws:iam::{ACCOUNT}:user/ci is not authorized to perform: cloudformation:DescribeStacks on resource: arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/octo/* because no permissions boundary allows the cloudformation:DescribeStacks action",
        {},
        ("only one of the calls of a deployment",),
        ("is from AWS",),
    ),
    (
        "boundary of a single call",
        f"User: arn:aws:iam::{ACCOUNT}:user/ci is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:orders because no permissions boundary allows the sqs:SendMessage action",
        {},
        (),
        ("of a deployment",),
    ),
    (
        "type that a client adds to a presigned upload",
        (
            "const command = new PutObjectCommand({ Bucket: 'acme-in', Key: 'a.png', ContentType: 'image/png' }); getSignedUrl(s3, command)\nawait fetch(url, { method: 'PUT', body })\n"
            "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. X-Amz-SignedHeaders=content-type%3Bhost\n<CanonicalRequest>PUT\n/a.png\nX-Amz-Expires=900\ncontent-type:application/octet-stream\nhost:acme-in.s3.eu-west-1.amazonaws.com\n\ncontent-type;host\nUNSIGNED-PAYLOAD</CanonicalRequest>"
        ),
        {},
        (
            "(fetch: headers: { 'Content-Type': 'image/png' } in the options)",
            "Or leave ContentType out in the code that signs",
        ),
        ("write ContentType",),
    ),
    (
        "state-of-terraform",
        f'Error: Error refreshing state: Unable to list objects in S3 bucket "tf-state": operation error S3: ListObjectsV2, https response error StatusCode: 403, RequestID: 0A1B2C3D4E5F6071, HostID: x=, api error AccessDenied: {_implicit("s3:ListBucket", "arn:aws:s3:::tf-state", "identity-based policy")}',
        {},
        ("s3:GetObject and s3:PutObject on the file", "with .tflock at the end"),
        ("To read or write the objects",),
    ),
    (
        "model-of-a-profile",
        _implicit("bedrock:InvokeModel", _MODEL, "identity-based policy"),
        {},
        ("cross-Region inference profile, the Resource also needs the profile's ARN",),
        (),
    ),
    (
        "public-policy",
        f'AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::orders" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
        {},
        (
            "the policy is public, and the setting BlockPublicPolicy",
            "aws s3api get-public-access-block --bucket orders",
            f"aws s3control get-public-access-block --account-id {ACCOUNT}",
            "put-public-access-block --bucket orders --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false",
        ),
        ("public-read", "Terraform", "aws_s3_bucket"),
    ),
    (
        "public-policy-and-the-account",
        (
            f"$ aws s3api put-public-access-block --bucket orders --public-access-block-configuration BlockPublicAcls=false,IgnorePublicAcls=false,BlockPublicPolicy=false,RestrictPublicBuckets=false\n"
            f'AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::orders" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.'
        ),
        {},
        (
            "the policy is public, and the setting BlockPublicPolicy",
            "It is off for the bucket, so it is on for the account or the organization",
            "or turn BlockPublicPolicy off for the account",
            "aws s3control put-public-access-block --account-id",
        ),
        ("the ACL is public", "s3api put-public-access-block"),
    ),
    (
        "public-acl-in-terraform",
        f'Error: creating S3 bucket ACL for orders: with aws_s3_bucket_acl.orders, AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: s3:PutBucketAcl on resource: "arn:aws:s3:::orders" because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.',
        {},
        (
            "the ACL is public, and the setting BlockPublicAcls",
            "block_public_acls = false and ignore_public_acls = false in aws_s3_bucket_public_access_block of this bucket, and add it to depends_on of the ACL",
        ),
        ("Name accounts, roles",),
    ),
    (
        "head-object",
        "download failed: s3://orders/2026/may.csv to ./may.csv An error occurred (403) when calling the HeadObject operation: Forbidden",
        {},
        (
            "aws s3api get-object --bucket orders --key 2026/may.csv --range bytes=0-0 /dev/null",
            "A KMS key also requires kms:Decrypt",
            "The key does not exist (or has a typo)",
        ),
        ("s3:HeadObject",),
    ),
    (
        "head-version",
        "$ aws s3api head-object --bucket orders --key may.csv --version-id 3sL4kqtJ\n\nAn error occurred (403) when calling the HeadObject operation: Forbidden",
        {},
        (
            "aws s3api get-object --bucket orders --key may.csv --version-id 3sL4kqtJ --range bytes=0-0 /dev/null",
        ),
        (),
    ),
    (
        "region-of-control-policy",
        _implicit("ec2:CreateVpc", f"arn:aws:ec2:eu-south-2:{ACCOUNT}:vpc/*", "service control policy"),
        {},
        (
            "or the policies omit eu-south-2 (aws:RequestedRegion)",
            f"aws organizations list-parents --child-id {ACCOUNT}",
        ),
        (),
    ),
    (
        "boundary-for-new-role",
        _implicit("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/batch", "permissions boundary"),
        {},
        ('{"StringEquals": {"iam:PermissionsBoundary": "BOUNDARY_ARN"}}', "Keep the condition"),
        ("create-policy-version",),
    ),
    (
        "boundary-without-arn",
        _implicit("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders", "permissions boundary"),
        {},
        (
            "--query Role.PermissionsBoundary.PermissionsBoundaryArn --output text)",
            'aws iam get-policy-version --policy-arn "$boundary"',
            'aws iam create-policy-version --policy-arn "$boundary" --policy-document file://policy.json',
        ),
        ("BOUNDARY_ARN",),
    ),
    (
        "boundary-with-arn",
        f"AccessDenied: User: {SESSION} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::{ACCOUNT}:role/batch with an explicit deny in a permissions boundary: {_BOUNDARY}",
        {},
        ("Do this first: Create batch with a permissions boundary, if the Deny requires one",),
        # A change would affect every principal with this boundary.
        ("create-policy-version",),
    ),
    (
        "session-of-tenant",
        _implicit(
            "dynamodb:Query",
            f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders/index/by-day",
            "session policy",
        ),
        {},
        (
            "only if nothing has to limit the session",
            f"which the table does not cover. arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders/index/*",
        ),
        ("or omit it", "needs its own ARN"),
    ),
    (
        "endpoint-of-instance",
        _implicit("s3:GetObject", "arn:aws:s3:::orders/1", "VPC endpoint policy", "web/i-0a1b2c3d4e5f60718"),
        {"region": "eu-west-1"},
        ("aws ec2 describe-instances --region eu-west-1 --instance-ids i-0a1b2c3d4e5f60718",),
        (),
    ),
    *(
        (
            f"key-{name}",
            f"$ aws kms encrypt --key-id {key} --plaintext fileb://seed --region eu-west-1\nAn error occurred (AccessDeniedException) when calling the Encrypt operation: User: {SESSION} is not authorized to perform: kms:Encrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
            {},
            says,
            ("Find the key", "KmsKeyId", "For a key in another account", "KEY_ID"),
        )
        for name, key, says in (
            (
                "of-another-account",
                "arn:aws:kms:eu-west-1:444455556666:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
                (
                    f"The key is in account 444455556666, the caller in {ACCOUNT}: both must allow it.",
                    "in the key policy, in account 444455556666 [resource owner]",
                    f"Then, as an administrator of {ACCOUNT}, which must allow the call, too, if it does not yet: aws iam put-role-policy",
                ),
            ),
            (
                "with-an-alias",
                "alias/seeds",
                (
                    "Do this first: Check the key's Region and policy, then allow the role orders-api",
                    "aws kms describe-key --key-id alias/seeds --region eu-west-1",
                    "--query KeyMetadata.Arn --output text)",
                ),
            ),
        )
    ),
    (
        "endpoint-of-a-pull",
        f"CannotPullContainerError: {_implicit('ecr:BatchGetImage', f'arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop/cart', 'VPC endpoint policy')}",
        {},
        (
            "Values=com.amazonaws.eu-west-1.ecr*",
            '"Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]',
            "A pull requires all of these actions, and ecr:GetAuthorizationToken on *.",
        ),
        (),
    ),
    (
        "call-that-the-sdk-makes",
        _implicit("timestream:DescribeEndpoints", "*", "identity-based policy"),
        {},
        ("The SDK makes this call itself", "timestream:WriteRecords on the table to write"),
        (),
    ),
    *(
        (
            f"endpoint-name-{action}",
            _implicit(
                action, f"arn:aws:{action.partition(':')[0]}:eu-west-1:{ACCOUNT}:x/y", "VPC endpoint policy"
            ),
            {},
            (f"Name=service-name,Values={name}",),
            (),
        )
        for action, name in (
            ("cloudwatch:PutMetricData", "com.amazonaws.eu-west-1.monitoring"),
            ("kinesis:PutRecord", "com.amazonaws.eu-west-1.kinesis-streams"),
            ("states:StartExecution", "com.amazonaws.eu-west-1.states"),
        )
    ),
    (
        "endpoint-of-another-service",
        _implicit("mq:DescribeBroker", f"arn:aws:mq:eu-west-1:{ACCOUNT}:broker:b", "VPC endpoint policy"),
        {},
        ("--filters 'Name=service-name,Values=com.amazonaws.eu-west-1.mq*'",),
        (),
    ),
    (
        "boundary-of-a-push",
        f"$ docker push {ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop/cart:7\n{_implicit('ecr:PutImage', f'arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop/cart', 'permissions boundary')}",
        {},
        (
            '"ecr:CompleteLayerUpload"',
            "A push requires all of these actions, and ecr:GetAuthorizationToken on *.",
        ),
        (),
    ),
    *(
        (
            f"mfa-{name}",
            f"{before}\nAn error occurred (AccessDenied) when calling the GetSessionToken operation: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
            {},
            says,
            omits,
        )
        for name, before, says, omits in (
            (
                "of-a-user",
                f"$ aws sts get-session-token --serial-number arn:aws:iam::{ACCOUNT}:user/staff/ivo --token-code 123456",
                (
                    f"the serial number arn:aws:iam::{ACCOUNT}:user/staff/ivo is the ARN of a user, not of an MFA device",
                    "Do this first: Pass the serial number of the user's own MFA device [you]",
                    "aws iam list-mfa-devices --user-name ivo",
                ),
                ("next code", "DEVICE_ARN", "too old"),
            ),
            (
                "of-a-key",
                f"[profile ops]\nmfa_serial = arn:aws:iam::{ACCOUNT}:u2f/user/ivo/key",
                ("is that of a passkey or security key, which STS does not accept",),
                ("next code", "DEVICE_ARN"),
            ),
            (
                "of-a-device",
                f"Enter MFA code for arn:aws:iam::{ACCOUNT}:mfa/ivo:",
                (
                    "the serial number must be that of a device of this user",
                    f"aws sts get-session-token --serial-number arn:aws:iam::{ACCOUNT}:mfa/ivo --token-code",
                ),
                ("next code", "DEVICE_ARN"),
            ),
            ("unnamed", "", ("Pass the serial number of the user's own MFA device",), ("next code",)),
        )
    ),
    (
        "decoded-accepted",
        _ENCODED,
        _decoded(["db.t4g.*", "db.m7g.large"], "db.r7g.16xlarge"),
        (
            "the statement OnlySmall denies it explicitly because rds:DatabaseClass is db.r7g.16xlarge",
            "Call with db.t4g.* or db.m7g.large as rds:DatabaseClass",
        ),
        (),
    ),
    (
        "decoded-denied",
        _ENCODED,
        _decoded(["db.r7g.*"], "db.r7g.16xlarge"),
        ("Call with another database class than db.r7g.*",),
        (),
    ),
    (
        "decoded-number",
        _ENCODED,
        _decoded(["100"], "200"),
        ("The decoded message omits the operator",),
        ("Call with 100",),
    ),
)
_KEY = "arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
_IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/team/cart:2.1"
_PULL = f"unexpected status from HEAD request to https://{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/v2/team/cart/manifests/2.1: 403 Forbidden"
CALLED_SERVICES: tuple[Case, ...] = (
    (
        "key-of-object",
        f"An error occurred (AccessDenied) when calling the GetObject operation: {_implicit('kms:Decrypt', _KEY, 'resource-based policy').partition(': ')[2]}",
        {},
        (
            "is encrypted with this key (SSE-KMS): GetObject itself was not denied",
            "aws kms get-key-policy --key-id arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 --policy-name default --query Policy --output text --region eu-west-1",
        ),
        ("s3:GetObject",),
    ),
    (
        "key-of-queue",
        f"An error occurred (KMS.AccessDeniedException) when calling the SendMessage operation: {_implicit('kms:GenerateDataKey', _KEY.replace(OTHER, ACCOUNT), 'identity-based policy').partition(': ')[2]}",
        {},
        ("The queue is encrypted with this key: SendMessage itself was not denied",),
        (),
    ),
    (
        "call-of-kms",
        f"An error occurred (AccessDeniedException) when calling the Decrypt operation: {_implicit('kms:Decrypt', _KEY, 'resource-based policy').partition(': ')[2]}",
        {},
        ("The role orders-api was denied kms:Decrypt",),
        ("is encrypted with this key",),
    ),
    (
        "key-of-secret",
        "could not get secret data from provider: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9, api error AccessDeniedException: Access to KMS is not allowed",
        {"region": "eu-west-1"},
        (
            "The role that External Secrets Operator uses for its SecretStore is not allowed to use the KMS key with which the secret is encrypted.",
            '"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"',
        ),
        ("queue", "bucket", "parameter", "kms:GenerateDataKey"),
    ),
    (
        "key-of-environment",
        "An error occurred (KMSAccessDeniedException) when calling the Invoke operation: Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Exception: AccessDeniedException KMS Message: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
        {},
        (
            "Lambda could not decrypt the function's environment variables: the KMS key is missing or in another Region, or does not allow the execution role.",
        ),
        ("lambda:InvokeFunction",),
    ),
    (
        "pull-by-node",
        f'Failed to pull image "{_IMAGE}": failed to pull and unpack image: {_PULL}',
        {},
        (
            "denied the pull of team/cart without a reason. The kubelet pulls images with the node role (on Fargate, the pod execution role).",
            f"If the role is not in account {ACCOUNT}, allow it there in the repository policy",
        ),
        ("docker", "ECS"),
    ),
    (
        "pull-by-node of another account, with a policy",
        f'Failed to pull image "{_IMAGE}": failed to pull and unpack image: {_PULL}\nNodes have AmazonEC2ContainerRegistryPullOnly.',
        {"account": "444455556666"},
        (
            "most likely, the repository policy does not allow the node role",
            "needs that in addition to AmazonEC2ContainerRegistryPullOnly",
            "The kubelet pulls with the node role, not with the pod's role.",
        ),
        ("Allow the node role to pull the image", "No policy of the node role"),
    ),
    (
        "pull by a node group of another account",
        f'Failed to pull image "{_IMAGE}": failed to pull and unpack image: {_PULL}\nThe node group role arn:aws:iam::444455556666:role/cart-nodes has AmazonEC2ContainerRegistryPullOnly.',
        {},
        ("allow the role cart-nodes to pull in the repository policy", "has no policy yet, write"),
        ("describe-nodegroup", "ROLE_ARN"),
    ),
    (
        "pull-by-node of another account, without a policy",
        f'Failed to pull image "{_IMAGE}": failed to pull and unpack image: {_PULL}\nNodes do not have AmazonEC2ContainerRegistryPullOnly.',
        {"account": "444455556666"},
        ("No policy of the node role allows", "Allow the node role to pull the image"),
        ("in addition to",),
    ),
    (
        "pull-by-ecs",
        f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {_IMAGE}: {_PULL}",
        {},
        ("ECS pulls images with the task execution role", "--role-name EXECUTION_ROLE_NAME"),
        ("docker", "kubelet"),
    ),
    (
        "pull-by-docker",
        f"docker pull {_IMAGE}\nError response from daemon: {_PULL}",
        {},
        (
            "The client pulls as the user or role of its login.",
            "Sign docker in to the registry",
        ),
        (),
    ),
    (
        "pull-by-runner-of-docker",
        f'WARNING: Failed to pull image with policy "always": Error response from daemon: {_PULL} (manager.go:250:0s)\nERROR: Job failed: failed to pull image "{_IMAGE}" with specified policies [always]: {_PULL}',
        {},
        ("Sign docker in to the registry",),
        ("The kubelet pulls images with the node role",),
    ),
    (
        "route",
        '$ curl -X DELETE https://0a1b2c3d4e.execute-api.eu-west-1.amazonaws.com/test/carts/7\n{"message":"Missing Authentication Token"}',
        {},
        (
            "API Gateway has no route /carts/7 in the stage test of the API 0a1b2c3d4e, or the method requires a signature.",
            "SigV4 for execute-api",
        ),
        ("API_ID", "STAGE", "--no-sign-request"),
    ),
    (
        "api-policy",
        f"User: {SESSION} is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:444455556666:0a1b2c3d4e/test/GET/carts because no resource-based policy allows the execute-api:Invoke action",
        {},
        (
            "aws apigateway get-rest-api --rest-api-id 0a1b2c3d4e --query policy --output text --region eu-west-1",
        ),
        (),
    ),
)
_DENIED_TARGET = f'{{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","errorCode":"AccessDenied","errorMessage":"User: arn:aws:sts::{ACCOUNT}:assumed-role/pods/eks-prod-cart-1a2b3c4d is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{OTHER}:role/cart-data","sourceIPAddress":"eks-auth.amazonaws.com"}}'
_ASSOCIATION = f'{{"association": {{"roleArn": "arn:aws:iam::{ACCOUNT}:role/pods", "tags": {{}}, "targetRoleArn": "arn:aws:iam::{OTHER}:role/cart-data", "externalId": "e-new"}}}}'
_EXPECTS_OLD = {
    "trust_policy": {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/pods"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "e-old"}},
        }
    }
}
FRAMES: tuple[Case, ...] = (
    (
        "frame of a call with a web identity token",
        "InvalidClientTokenId: The security token included in the request is invalid.\n    at de_AssumeRoleWithWebIdentityCommandError (/app/node_modules/@aws-sdk/client-sts/dist-cjs/index.js:4:1)\n# env | grep AWS\nAWS_ROLE_ARN=arn:aws-us-gov:iam::111122223333:role/cart\nAWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
        {"region": "us-gov-east-1", "namespace": "shop"},
        ("neither AWS_REGION nor AWS_DEFAULT_REGION is set", "AWS_REGION=us-gov-east-1"),
        ("access key ID", "AWS_SESSION_TOKEN", "aws configure list"),
    ),
    (
        "frame of a throttled call that assumes a role",
        "software.amazon.awssdk.services.sts.model.StsException: Rate exceeded (Service: Sts, Status Code: 400, Request ID: 1d2c3b4a-5f6e-4d7c-8b9a-0f1e2d3c4b5a)\n\tat software.amazon.awssdk.services.sts.DefaultStsClient.assumeRole(DefaultStsClient.java:312)",
        {},
        ("AWS throttled the call AssumeRole", "StsAssumeRoleCredentialsProvider", "regional STS endpoint"),
        ("GetCallerIdentity",),
    ),
    (
        "job on an instance",
        f"[Pipeline] sh\nAn error occurred (AccessDenied) when calling the ListQueues operation: User: arn:aws:sts::{ACCOUNT}:assumed-role/build/i-0a1b2c3d4e5f60718 is not authorized to perform: sqs:ListQueues because no identity-based policy allows the sqs:ListQueues action",
        {},
        ("The role build of the agent's instance i-0a1b2c3d4e5f60718 was",),
        (),
    ),
    (
        "job with a session of a person",
        f"[Pipeline] sh\nAn error occurred (AccessDenied) when calling the ListQueues operation: User: arn:aws:sts::{ACCOUNT}:assumed-role/build/ana is not authorized to perform: sqs:ListQueues because no identity-based policy allows the sqs:ListQueues action",
        {},
        ("The role build was denied",),
        ("instance",),
    ),
    (
        "throttled call of STS that assumes no role",
        "An error occurred (Throttling) when calling the GetCallerIdentity operation (reached max retries: 4): Rate exceeded",
        {},
        ("AWS throttled the call GetCallerIdentity",),
        ("Reuse the credentials",),
    ),
)
DOMAINS: tuple[Case, ...] = (
    (
        "session that cannot be scoped down",
        "An error occurred (InvalidSubjectCredentials) when calling the GetScopedCredentials operation: The session could not be resolved",
        {},
        ("requires those of a valid session",),
        ("deleted", "ACCESS_KEY_ID"),
    ),
    (
        "message of outbound federation without a code",
        "Outbound web identity federation is disabled for your account",
        {},
        ("aws iam enable-outbound-web-identity-federation",),
        ("debug",),
    ),
    (
        "OpenSearch domain in a VPC",
        f"User: {SESSION} is not authorized to perform: es:ESHttpPost with an explicit deny in a resource-based policy\nhost=vpc-carts-a1b2c3d4e5.eu-west-1.es.amazonaws.com",
        {},
        (
            "the access policy of the domain carts explicitly denies it",
            "--domain-name carts",
            "--region eu-west-1",
            '"ArnNotLike": {"aws:PrincipalArn"',
        ),
        ("aws:SourceVpce", "aws:SourceIp", "Replace"),
    ),
    (
        "OpenSearch domain that the text does not show",
        f"User: {SESSION} is not authorized to perform: es:ESHttpPost with an explicit deny in a resource-based policy",
        {},
        ("aws:SourceIp, if the domain is not in a VPC", "--domain-name DOMAIN"),
        ("aws:SourceVpce",),
    ),
    (
        "OpenSearch domains of which one was called",
        f"User: {SESSION} is not authorized to perform: es:ESHttpPost because no resource-based policy allows the es:ESHttpPost action\nvpc-carts-a1b2c3d4e5.eu-west-1.es.amazonaws.com or search-bills-a1b2c3d4e5.eu-west-1.es.amazonaws.com",
        {},
        ("--domain-name DOMAIN",),
        ("carts", "bills"),
    ),
)
ASSOCIATIONS: tuple[Case, ...] = (
    (
        "external ID of another association",
        f"{_DENIED_TARGET}\n{_ASSOCIATION}",
        _EXPECTS_OLD,
        (
            "requires the external ID e-old, and the Pod Identity association has e-new",
            '"sts:ExternalId": "e-new"',
            "update-assume-role-policy --role-name cart-data",
        ),
        ("--external-id", "unknown"),
    ),
    (
        "external ID of an association that is not shown",
        _DENIED_TARGET,
        _EXPECTS_OLD,
        ("--query association.externalId", "update-assume-role-policy --role-name cart-data"),
        ("--external-id", "ExternalId in the code"),
    ),
    (
        "external ID that a program passes",
        _DENIED_TARGET.replace("eks-auth.amazonaws.com", "192.0.2.7"),
        _EXPECTS_OLD,
        ("Pass the external ID e-old",),
        ("association",),
    ),
    (
        "session tags of an association for a role that its owner does not change",
        f"We moved from IRSA to Pod Identity. User: arn:aws:sts::{ACCOUNT}:assumed-role/pods/eks-prod-cart-1a2b3c4d is not authorized to perform: sts:TagSession on resource: arn:aws:iam::{OTHER}:role/cart-data",
        {"cluster": "prod", "namespace": "shop", "service_account": "cart", "region": "eu-west-1"},
        (
            "Do this first: Turn off the session tags",
            "--disable-session-tags",
            "--namespace shop --service-account cart",
            "Allow sts:TagSession",
        ),
        ("ASSOCIATION_ID",),
    ),
    (
        "session tags of an association for another account",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/pods/eks-prod-cart-1a2b3c4d is not authorized to perform: sts:TagSession on resource: arn:aws:iam::{OTHER}:role/cart-data",
        {},
        ("Do this first: Allow sts:TagSession", "Or turn off the session tags"),
        (),
    ),
    (
        "session tags of an association in the same account",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/pods/eks-prod-cart-1a2b3c4d is not authorized to perform: sts:TagSession on resource: arn:aws:iam::{ACCOUNT}:role/cart-data",
        {},
        ("Do this first: Allow sts:TagSession", "Or turn off the session tags"),
        (),
    ),
    (
        "session policies are too long",
        "An error occurred (PackedPolicyTooLarge) when calling the AssumeRole operation: Packed policy consumes 113% of allotted space, please use smaller policy.",
        {},
        ("113%", "managed policies by ARN"),
        ("--disable-session-tags",),
    ),
)
CASES = (
    *CASES,
    *ASSOCIATIONS,
    *FRAMES,
    *DOMAINS,
    *SESSIONS,
    *BUCKETS,
    *SETTINGS,
    *OTHERS,
    *CONTEXTS,
    *GUARDRAILS,
    *CALLED_SERVICES,
)
_LIMIT = 32


@check_rows(("name", "text", "facts", "says", "omits"), CASES, ids=[case[0] for case in CASES])
def test_short_explanation(
    name: str, text: str, facts: dict[str, Any], says: tuple[str, ...], omits: tuple[str, ...]
) -> None:
    shown = explain(text, facts=facts or None).to_text()
    folded = " ".join(shown.replace("\\\n", " ").split())
    for words in says:
        assert words in folded, name
    for words in omits:
        assert words not in folded, name
    assert len(shown.splitlines()) <= _LIMIT


@pytest.mark.parametrize(
    ("rows", "functions"),
    [
        (ROLES, {"stated_needs.explain_weak_role"}),
        (
            RESOURCES_OF_SERVICES,
            {
                "closed_resources.explain_closed_resource",
                "delivery_statuses.explain_closed_bucket",
                "delivery_statuses.explain_delivery_status",
            },
        ),
    ],
)
def test_each_fragment_has_a_row(rows: dict[str, object], functions: set[str]) -> None:
    rules = {f"denials.services.{each}" for each in functions}
    routed = {fragment for fragment, rule in MESSAGE_RULES if rule in rules}
    assert routed == set(rows)


@pytest.mark.parametrize(
    "name", [each[0] for each in RESOURCES if each[0].startswith("key of another account")]
)
def test_grant_for_a_service_linked_role_in_another_account(name: str) -> None:
    text = next(each[1] for each in RESOURCES if each[0] == name)
    lines = [command for remedy in explain(text).remedies for command in remedy.commands]
    assert any(
        line.startswith("aws kms create-grant") and "autoscaling.amazonaws.com" in line for line in lines
    )


@pytest.mark.parametrize(
    ("words", "account"),
    [
        ("", "ADMINISTRATOR_ACCOUNT_ID"),
        ("The stack set is in account 999988887777.", "999988887777"),
        ("Accounts 999988887777 and 888877776666 are fine.", "ADMINISTRATOR_ACCOUNT_ID"),
    ],
)
def test_role_of_stack_sets_in_the_target_account(words: str, account: str) -> None:
    role, caller = "AWSCloudFormationStackSetExecutionRole", "AWSCloudFormationStackSetAdministrationRole"
    shown = explain(
        f"aws cloudformation list-stack-instances --stack-set-name jobs\nAccount {OTHER} should have '{role}' role with trust relationship to Role '{caller}'. {words}"
    )
    assert shown.summary.startswith(f"StackSets cannot assume the role {role} in account {OTHER}: ")
    create, correct, managed = shown.remedies
    assert "service-managed permissions" in managed.title
    assert any(command.startswith(f"aws iam create-role --role-name {role} ") for command in create.commands)
    principal = f"arn:aws:iam::{account}:role/{caller}"
    assert create.policy is not None
    assert create.policy["Statement"][0]["Principal"] == {"AWS": principal}
    assert f"Use credentials of account {OTHER} for it." in create.steps[0]
    assert f"where {caller} needs sts:AssumeRole on the role:" in str(shown).replace("\n  ", " ")
    repeat = "aws cloudformation update-stack-instances --stack-set-name jobs --accounts"
    assert create.commands[-1] == f"{repeat} {OTHER} --regions REGION"
    # A role that does not exist has no policy to change.
    assert not any("old-trust.json" in line for line in create.commands)
    assert correct.commands[0].startswith(f"aws iam get-role --role-name {role} ")


@check_rows(
    ("instances", "works"),
    [
        ('{"Account": "333322221111", "Region": "us-east-2", "Status": "SUCCEEDED"}', True),
        ('{"Region": "us-east-2", "Account": "333322221111",\n "Status": "CURRENT"}', True),
        ("|  333322221111  |  us-east-2  |  CURRENT  |", True),
        ('{"Account": "333322221111", "Status": "OUTDATED"}, {"Status": "CURRENT"}', False),
        ("|  333322221111  |  us-east-2  |  FAILED  | CURRENT |", False),
        ("333322221111 is the account, and FAILED is not SUCCEEDED", False),
    ],
)
def test_account_in_which_stack_sets_succeeded(instances: str, works: bool) -> None:  # noqa: FBT001
    failed = f'{{"Account": "{OTHER}", "Region": "us-east-2", "Status": "FAILED", "StatusReason": "Account {OTHER} should have \'Runs\' role with trust relationship to Role \'Starts\'."}}'
    shown = explain(f"$ aws cloudformation list-stack-instances --stack-set-name jobs\n{instances}\n{failed}")
    create = shown.remedies[0]
    assert ("Starts works: StackSets succeeded in account 333322221111." in shown.summary) is works
    assert ("where Starts needs sts:AssumeRole" in str(shown)) is not works
    assert ("no-identity-allow" in {each.code for each in shown.causes}) is not works
    assert create.commands[-1].endswith(f"--accounts {OTHER} --regions us-east-2")


def test_administration_role_of_stack_sets() -> None:
    role = "AWSCloudFormationStackSetAdministrationRole"
    shown = explain(
        f"Account {OTHER} should have '{role}' role with trust relationship to CloudFormation service."
    )
    assert shown.summary == (
        f"StackSets cannot use the role {role} in account {OTHER}: it does not exist, or does not trust cloudformation.amazonaws.com."
    )
    [create] = shown.remedies
    assert create.policy is not None
    assert create.policy["Statement"][0]["Principal"] == {"Service": "cloudformation.amazonaws.com"}
    assert "role/AWSCloudFormationStackSetExecutionRole" in create.commands[-1]


def test_key_behind_an_alias_of_the_three_reasons() -> None:
    """get-key-policy and put-key-policy accept no alias."""
    alias = "arn:aws:kms:eu-west-1:111122223333:alias/app"
    text = f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: kms:DescribeKey on resource: {alias} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
    show, *_, change = explain(text).remedies[0].commands
    look_up = f'"$({show} --query KeyMetadata.Arn --output text)"'
    assert change == (
        f"aws kms put-key-policy --key-id {look_up} --policy-name default --region eu-west-1 --policy file://policy.json"
    )


def test_other_account_of_an_unknown_key_is_in_the_short_explanation() -> None:
    text = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
    shown = " ".join(str(explain(text)).split())
    assert shown.count("must allow kms:Decrypt on the key's ARN, too") == 1
    assert "If a Deny matches, scope it down" in shown


def test_role_that_the_cdk_passes_must_trust_cloudformation() -> None:
    text = next(text for name, text, *_ in CASES if name == "other role that the CDK passes")
    steps = explain(text).remedies[0].steps
    assert any("The role stacks must trust cloudformation.amazonaws.com, too." in step for step in steps)


_FORWARD = """$ helm list
NAME  NAMESPACE
web   shop
$ sudo {} -c ~/.kube/config -n shop
The config profile (lab/dev) could not be found
Get "https://0A1B.gr7.eu-west-1.eks.amazonaws.com/version": getting credentials: exec: executable aws failed with exit code 255
      env:
      - name: AWS_PROFILE
        value: lab/dev
"""


def test_profile_that_root_does_not_have() -> None:
    needs_root, other = (explain(_FORWARD.format(each)) for each in ("kubefwd svc", "stern web"))
    for each in (needs_root, other):
        assert each.summary.startswith(
            "The profile lab/dev does not exist in the config and credentials files of root, under sudo, but the kubeconfig names it."
        )
        assert "helm works without sudo" in str(each)
        assert "gets no AWS_ variables" not in str(each)
    assert needs_root.remedies[0].title == "Let the command read your files"
    assert needs_root.remedies[0].commands[0].endswith(" kubefwd svc -c ~/.kube/config -n shop")
    assert other.remedies[0].commands[0] == "stern web -c ~/.kube/config -n shop"


def test_role_that_the_kubeconfig_sets() -> None:
    host = "https://0A1B.gr7.eu-west-1.eks.amazonaws.com"
    denied = f"An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{ACCOUNT}:role/ops\n"
    explanation = explain(f'{denied}Get "{host}/api": {_NO_TOKEN}')
    assert "the kubeconfig (--role-arn) or its profile" in explanation.summary
    other = explanation.remedies[1]
    assert (
        other.title
        == "Or, if the user ana has access to the cluster, update the kubeconfig without --role-arn"
    )
    assert other.commands == ("aws eks update-kubeconfig --name CLUSTER --region eu-west-1",)
    # Another call is not that of the role.
    describe = denied.replace("sts:AssumeRole", "eks:DescribeCluster").replace(
        "AssumeRole", "DescribeCluster"
    )
    assert "--role-arn" not in explain(f"{describe}{_NO_TOKEN}").to_text(detail="full")


def test_spark_looks_up_the_default_database() -> None:
    glue = "arn:aws:glue:eu-west-1:111122223333:database"
    spark = "\n at org.apache.spark.sql.hive.HiveExternalCatalog.databaseExists"

    def explain_call(action: str, name: str, stack: str = spark) -> str:
        return str(explain(f"{_implicit(action, f'{glue}/{name}', 'identity-based policy')}{stack}"))

    assert "USE does not avoid it" in explain_call("glue:GetDatabase", "default")
    assert "somebody else creates it once" in explain_call("glue:CreateDatabase", "default")
    for shown in (
        explain_call("glue:GetDatabase", "default", ""),
        explain_call("glue:GetDatabase", "raw"),
        explain_call("glue:GetTables", "default"),
    ):
        assert "Spark" not in shown


_KEY_OF_BILLS = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-4a7b-8c9d-0e1f2a3b4c5d"


@pytest.mark.parametrize(
    ("words", "is_offered"),
    [
        (f"The value is encrypted with {_KEY_OF_BILLS}.", True),
        # Another denial of the text, with a remedy of its own.
        (f"User: arn:aws:sts::111122223333:assumed-role/bills/run is not authorized to perform: kms:Decrypt on resource: {_KEY_OF_BILLS} with an explicit deny in a resource-based policy", False),
    ],
    ids=["stated", "denied"],
)  # fmt: skip
def test_key_of_another_denial_is_not_offered(words: str, *, is_offered: bool) -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/shop/run is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/shop/db because no identity-based policy allows the ssm:GetParameter action\n"
    first = explain(f"AccessDeniedException: {denied}\n{words}\n").remedies[0]
    assert any(_KEY_OF_BILLS in each for each in first.steps) is is_offered


@pytest.mark.parametrize(
    "denied",
    ["ecr:InitiateLayerUpload", "ecr:BatchGetImage"],
)
def test_images_of_a_denied_repository_are_allowed_once(denied: str) -> None:
    login, repository = "ecr:GetAuthorizationToken", "arn:aws:ecr:eu-west-1:111122223333:repository/shop"
    text = "\n".join(
        f"User: arn:aws:sts::111122223333:assumed-role/build/run is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
        for action, resource in ((login, "*"), (denied, repository))
    )
    alone = explain(text.partition("\n")[0]).remedies[0]
    assert "To push and pull images, the caller also needs" in " ".join(alone.steps)
    short = str(explain(text))
    assert f'"Resource": "{repository}"' in short
    assert "also needs" not in short


@check_rows(
    ("action", "resource", "stem"),
    [
        ("rds:DeleteDBSnapshot", "rds:eu-west-1:111122223333:snapshot:cart-20261130", "cart-"),
        ("dynamodb:Scan", "dynamodb:eu-west-1:111122223333:table/clicks_2026_11_30", "clicks_"),
        ("sns:Publish", "sns:eu-west-1:111122223333:runs-2026-11-30", "runs-"),
        # A number, no day, a date alone, an object, and a role.
        ("rds:DeleteDBSnapshot", "rds:eu-west-1:111122223333:snapshot:cart-20269930", None),
        ("sns:Publish", "sns:eu-west-1:111122223333:runs-2026", None),
        ("dynamodb:Scan", "dynamodb:eu-west-1:111122223333:table/20261130", None),
        ("s3:GetObject", "s3:::cart/dumps-20261130", None),
        ("iam:GetRole", "iam::111122223333:role/cart-20261130", None),
    ],
)  # fmt: skip
def test_name_of_one_day(action: str, resource: str, stem: str | None) -> None:
    text = f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: {action} on resource: arn:aws:{resource} because no identity-based policy allows the {action} action"
    shown = " ".join(explain(text).to_text(detail="full").split())
    assert ("ends in a date" in shown) is (stem is not None)
    assert stem is None or f"end the ARN with {stem}*." in shown


_DROP = 'An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::444455556666:assumed-role/exporter/e is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::acme-drop/x.csv" because no {}-based policy allows the s3:PutObject action'


@check_rows(
    ("text", "account"),
    [
        ("Our bucket acme-drop (account 111122223333) is the target.", "111122223333"),
        ("The bucket `acme-drop` is in the data account 111122223333.", "111122223333"),
        ("acme-drop belongs to account 111122223333.", "111122223333"),
        # Another bucket, the account of something else, and two accounts.
        ("acme-drop-old is in account 111122223333.", None),
        ("We write to acme-drop. The job is in account 111122223333.", None),
        ("acme-drop is in account 111122223333. Or acme-drop is in account 777788889999.", None),
    ],
)
def test_account_of_a_bucket_in_a_sentence(text: str, account: str | None) -> None:
    explanation = explain(f"{text}\n{_DROP.format('resource')}")
    first = explanation.remedies[0]
    assert first.title.endswith(", in account 111122223333") is (account is not None)
    assert any("put-role-policy" in each for each in first.commands) is (account is not None)
    if account is not None:
        first = explain(f"{text}\n{_DROP.format('identity')}").remedies[0]
        assert first.title.endswith(", in account 444455556666")
        assert "account 111122223333 must allow it, too" in str(first.steps)


@check_rows(
    ("text", "caller"),
    [
        ("The caller is role/worker in account 444455556666.", "the role worker, in account 444455556666"),
        ("It runs as the role `worker` of account 444455556666.", "the role worker, in account 444455556666"),
        ("The caller is allowed to use role/worker in account 444455556666.", "the caller"),
    ],
)
def test_caller_with_its_account_in_a_sentence(text: str, caller: str) -> None:
    queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"
    denied = f"An error occurred (AccessDenied) when calling the SendMessage operation: Access to the resource {queue} is denied."
    explanation = explain(f"{text}\n{denied}")
    assert explanation.remedies[0].title == f"Allow sqs:SendMessage for {caller}"
    assert ("111122223333 must allow it, too" in str(explanation.remedies[0].steps)) is ("role" in caller)
