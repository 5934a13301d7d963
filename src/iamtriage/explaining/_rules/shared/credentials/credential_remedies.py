"""Build the remedies that several credential failures share.

Sources: the pages of the AWS CLI and SDK guides that the remedies link to.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import Labelled
from iamtriage.explaining._context.readers.command_runs import selects_profile_itself
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.failures._failures import Failure

# The prompts of cmd and PowerShell, paths in stack traces of .NET, and the name that Windows gets on EC2.
WINDOWS = lazy_pattern(
    r"(?:^| )(?:PS )?[A-Z]:\\[^<>|\n]{0,200}>|\bin [A-Z]:\\|\bPowerShell\b|\bEC2AMAZ-[A-Z0-9]"
)
WSL = lazy_pattern(r"microsoft-standard|\bWSL ?2?\b|\bwsl(?:\.exe)?\b")
# The end of an error of Terraform: "on main.tf line 1, in provider \"aws\":".
_PROVIDER_BLOCK = lazy_pattern(
    r"(?a)\bon (?P<file>[\w./-]{1,120}\.tf(?:\.json)?) line (?P<line>\d{1,6}), in provider \"aws\""
)
_BACKEND = lazy_pattern(r"\b[Bb]ackend\b")
NO_CALL_MADE = "An IAM policy does not help: no request was sent to AWS."


def with_profile(profile: str | None, line: str) -> str:
    """Return a command with the profile, if one is known.

    >>> with_profile("dev", "aws sts get-caller-identity"), with_profile(None, "aws login")
    ('aws sts get-caller-identity --profile dev', 'aws login')
    """
    return line if profile is None else fill_command(f"{line} --profile {{}}", commands.profile(profile))


SHOW_IDENTITY = your_remedy(
    "Check which credentials are used",
    "Run the commands where the failing call runs: same user, same container, same profile.",
    "The command aws configure list prints where the AWS CLI finds its credentials: environment variables take precedence over files, and files over the role of the machine. aws sts get-caller-identity prints whose they are.",
    commands=("aws configure list", "aws sts get-caller-identity"),
    url=pages.CLI_CREDENTIALS,
)
_OUTCOMES = (
    "Run the commands where the failing call runs: same user, same container, same profile.",
    "If get-caller-identity works, the failing call uses other credentials, another endpoint, or a Region that is not enabled for the account.",
)
_BY_TYPE = (
    Labelled.required("If it fails with the type sso (add --profile if the call has one):", "aws sso login"),
    Labelled.required(
        "If it fails with the type shared-credentials-file, enter an active key that begins with AKIA:",
        "aws configure",
    ),
)
SSO_LOGIN = your_remedy(
    "Sign in to IAM Identity Center again",
    "Sign in with the profile that the failing call uses (AWS_PROFILE or --profile): each sso_session has its own token.",
    "Then retry the call. A running program may need a restart.",
    commands=("aws sso login --profile PROFILE", "aws sts get-caller-identity --profile PROFILE"),
    url=pages.SSO_LOGIN,
)
CONSOLE_LOGIN = your_remedy(
    "Sign in with aws login again",
    "The command opens a browser. Its credentials refresh automatically for up to 12 hours. Then retry the call.",
    commands="aws login",
    url=pages.CLI_LOGIN,
)
# What assumes a role once and refreshes its credentials, by the SDK that printed the error.
REFRESHING_PROVIDERS = {
    "java-v2": "StsAssumeRoleCredentialsProvider",
    "js-v3": "fromTemporaryCredentials",
    "go-v2": "aws.NewCredentialsCache around stscreds.NewAssumeRoleProvider",
    "botocore": "a profile with role_arn",
    "ruby": "Aws::AssumeRoleCredentials",
    "dotnet": "AssumeRoleAWSCredentials",
}
_UNSET = Labelled("If it prints env:", "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN")
_WITH_MFA = Labelled(
    "As an IAM user with MFA, with the profile of the user's access key:",
    "aws sts get-session-token --serial-number MFA_DEVICE_ARN --token-code MFA_CODE --profile USER_PROFILE",
)
_SIGN_IN = (
    Labelled("With IAM Identity Center:", "aws sso login --profile PROFILE"),
    Labelled("Or, with a console user:", "aws login"),
)
_ASSUME = Labelled(
    "Or, with credentials that can assume the role:",
    "aws sts assume-role --role-arn ROLE_ARN --role-session-name SESSION_NAME",
)


def new_credentials(
    *, is_of_profile: bool = False, with_mfa: bool = False, again: str | None = None
) -> Remedy:
    """Return how to get new credentials, without the environment if the call selects a profile.

    A session with MFA is most likely that of a user, not of a role.

    Args:
        is_of_profile: Whether the call selects a profile.
        with_mfa: Whether the text is about MFA.
        again: The call with a profile, if the old credentials are in the environment.
    """
    title = "Get new credentials from where the old ones came from"
    where = "they came from. Environment variables (env) take precedence over profiles: unset old ones"
    step = f"Run aws configure list where the program runs: it prints where {'the profile gets them' if is_of_profile else where}."
    lines = ("aws configure list", None if is_of_profile else _UNSET)
    if again is not None:
        title, again = "Get new credentials, and unset the old ones", Labelled.required("Then, with the profile:", again)  # fmt: skip
        step, lines = "Use a profile, or set all three variables to new values.", (str(_UNSET), None)
    return your_remedy(
        title,
        step,
        "After a new call of AssumeRole, replace all three values: access key ID, secret access key and session token.",
        commands=(
            *lines,
            _WITH_MFA if with_mfa else None,
            _SIGN_IN[0],
            again,
            _SIGN_IN[1],
            None if with_mfa else _ASSUME,
        ),
        url=pages.TEMPORARY_CREDENTIALS,
    )


NEW_CREDENTIALS = new_credentials()
CLEAR_ENVIRONMENT = your_remedy(
    "Remove the old credentials",
    "Unset the variables in the shell or service that makes the call. They take precedence over profiles.",
    "Delete old keys with an aws_session_token from ~/.aws/credentials. An old token makes a new key invalid.",
    commands="unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN",
    url=pages.CLI_CREDENTIALS,
)


def used_credentials_remedy(program: str | None, failure: Failure) -> Remedy:
    """Return the remedy that finds out which credentials a program uses, its own settings first.

    Args:
        program: What made the call, from :func:`iamtriage.explaining._rules.shared.clues.find_program`.
        failure: The failure, whose text can name the place of Terraform's provider block.
    """
    text = failure.text
    if program is None:
        clear = Labelled.required(
            "If it fails, and aws configure list shows the type env:", CLEAR_ENVIRONMENT.commands[0]
        )
        # Keys in the environment have no effect on a call with a profile.
        by_type = _BY_TYPE if selects_profile_itself(failure) else (clear, *_BY_TYPE)
        return attrs.evolve(SHOW_IDENTITY, steps=_OUTCOMES, commands=(*SHOW_IDENTITY.commands, *by_type))
    place = _PROVIDER_BLOCK.search(text)
    block = "the block backend" if place is None and _BACKEND.search(text) else 'the block provider "aws"'
    line = f" ({place['file']} line {place['line']})" if place else ""
    # https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration
    # https://www.pulumi.com/registry/packages/aws/installation-configuration/ https://developer.hashicorp.com/packer/integrations/hashicorp/amazon
    settings = {
        "Terraform": f"access_key, profile, shared_credentials_files and assume_role in {block}{line}",
        "Packer": "access_key, secret_key, token and profile in the builder (temporary keys need all three values; without any, Packer reads the environment)",
        # https://developer.hashicorp.com/vault/api-docs/secret/aws
        "Vault": f"the keys of the Vault server (vault read {text_signs.find_vault_settings(text)} prints the key ID)",
        "Prometheus": "access_key, secret_key, profile and role_arn in ec2_sd_configs of its configuration file",
        "Grafana": "the authentication provider and the keys of its AWS data source",
        # https://github.com/mitchellh/vagrant-aws#configuration
        "Vagrant": "aws.access_key_id, aws.secret_access_key and aws.session_token in the Vagrantfile",
        # https://s3tools.org/kb/item14.htm, https://rclone.org/s3/#authentication and, for mc,
        # https://min.io/docs/minio/linux/reference/minio-mc/mc-alias-set.html
        "s3cmd": "access_key and secret_key in ~/.s3cfg (s3cmd --configure replaces them)",
        "mc": "the access key and the URL of the alias in what mc alias list prints (mc alias set replaces both)",
        "rclone": "access_key_id and env_auth of the remote in what rclone config show prints",
        "Pulumi": "aws:profile and aws:accessKey in what pulumi config prints, and for an explicit provider in the program",
        # https://laravel.com/docs/configuration#configuration-caching
        "PHP": "keys in the code, .env, the cached configuration (Laravel: php artisan config:clear), and PHP-FPM's environment",
    }.get(program, "keys or a profile in its code and configuration")
    show = "aws sts get-access-key-info --access-key-id ACCESS_KEY_ID"
    account = Labelled(
        "This prints the account of a key that you find (run it with credentials that work):", show
    )
    return attrs.evolve(
        SHOW_IDENTITY,
        title=f"Check which credentials {program} uses",
        steps=(
            f"Look for {settings}. If there are none, run the commands as the user that runs {program}.",
            "A key ID with AKIA belongs to a user: if it is deleted or inactive, replace it, best by a role. One with ASIA is temporary, and needs its session token.",
        ),
        commands=(*SHOW_IDENTITY.commands, account),
    )


# What Argo CD reports if it cannot read the charts of an application, without a login of Docker's, and its Secrets.
_ARGO_CD = lazy_pattern(
    r"\bComparisonError\b|argocd\.argoproj\.io/secret-type|[Ff]ailed to (?:load target state|generate manifest)|\bargocd-repo-server\b|\bapplication=argocd/"
)


_METADATA = lazy_pattern(r"(?m)^metadata:[ \t]*\n(?P<rows>(?:[ \t]{1,8}[^\n]{0,300}\n){1,20})")
_OF_REPOSITORY = lazy_pattern(r"argocd\.argoproj\.io/secret-type: *[\"']?repo")
_ROW = lazy_pattern(
    r"(?m)^[ \t]{1,4}(?P<key>name|namespace): *[\"']?(?P<value>[a-z0-9][a-z0-9.-]{0,252})[\"']?[ \t]*$"
)


def uses_argo_cd(text: str) -> bool:
    """Return whether Argo CD pulls, with the password in a Secret instead of a login of Docker's."""
    return _ARGO_CD.search(text) is not None


# Flux has such URLs, too.
_HELM = lazy_pattern(r"(?i)\bhelm\b")
_OCI = lazy_pattern(r"\boci://[^\s\"'`]{0,100}dkr\.ecr\.")


def _find_repository_secret(text: str) -> tuple[str, str] | None:
    """Return name and namespace of the only repository Secret of Argo CD whose manifest a text contains."""
    found = [each["rows"] for each in _METADATA.finditer(text) if _OF_REPOSITORY.search(each["rows"])]
    rows = {each["key"]: each["value"] for each in _ROW.finditer(found[0])} if len(found) == 1 else {}
    return (rows["name"], rows.get("namespace", "argocd")) if "name" in rows else None


def docker_login(registry: str, region: str, text: str = "") -> Remedy:
    """Return the remedy that logs Docker, Helm or Argo CD in to an ECR registry.

    Args:
        registry: The host, from :func:`iamtriage.explaining._rules.shared.clues.find_registry`.
        region: The region, from the same function.
        text: The text of the failure, which can show that Helm or Argo CD pulls.
    """
    if uses_argo_cd(text):
        password = fill_command("$(aws ecr get-login-password --region {})", region)
        stated = _find_repository_secret(text)
        name, namespace = stated or ("SECRET_NAME", "argocd")
        patch = f'--patch "{{\\"stringData\\":{{\\"password\\":\\"{password}\\"}}}}"'
        return cluster_remedy(
            "Renew the password in Argo CD's repository Secret",
            "ECR fixes the 12 hours: a longer session of a role changes nothing. Argo CD sends the stored password, and neither renews it nor uses a role for it.",
            "Renew it every 6 hours: with a CronJob that runs the command, or with the generator ECRAuthorizationToken of External Secrets Operator and an ExternalSecret with creationPolicy: Merge. Only their service account needs a role, which allows ecr:GetAuthorizationToken and the pull.",
            commands=(
                "kubectl get secrets --namespace argocd --selector 'argocd.argoproj.io/secret-type in (repository, repo-creds)'"
                if stated is None
                else None,
                f"{fill_command('kubectl patch secret {} --namespace {}', name, namespace)} {patch}",
            ),
            url="https://external-secrets.io/latest/api/generator/ecr/",
        )
    tool, login = (
        ("Helm", "helm registry") if _HELM.search(text) and _OCI.search(text) else ("docker", "docker")
    )
    login = f"aws ecr get-login-password --region {{}} | {login} login --username AWS --password-stdin {{}}"
    return your_remedy(
        f"Sign {tool} in to the registry",
        "Sign in as the user, and on the machine, that pulls or pushes. A login lasts for 12 hours.",
        "Let builds sign in each time, or use amazon-ecr-credential-helper, which does it automatically.",
        commands=fill_command(login, region, registry),
        url=pages.ECR_LOGIN,
    )


REREAD_TOKEN = your_remedy(
    "Read the token file again for each STS call",
    "Restart the program now, such as its pod. It then reads a new token, as Kubernetes replaces the file that AWS_WEB_IDENTITY_TOKEN_FILE names before the token expires.",
    "For a lasting fix, let the web identity provider of a current SDK assume the role: it reads the file for each call. Your own code must not keep the token or a copy of the file.",
    "The commands, where the program runs, print when the token in the file was issued (iat) and expires (exp), and the time, in seconds. If this token has expired, too, nothing renews the file, or a clock is wrong.",
    "In a CI job, get the token right before you assume the role, or assume the role at the start of the job if it gets one token only.",
    commands=(
        'cut -d. -f2 "$AWS_WEB_IDENTITY_TOKEN_FILE" | base64 -d 2>/dev/null | grep -oE \'"(iat|exp)":[0-9]*\'',
        "date +%s",
    ),
    url=pages.EKS_IRSA_SDK,
)


def check_endpoint(*, is_other_software: bool = False) -> Remedy:
    """Return the remedy that checks which endpoint is called.

    Args:
        is_other_software: Whether software other than AWS can be at the endpoint.
    """
    keys = "Keys of MinIO, LocalStack and similar software work only at their own endpoints, and AWS keys only at AWS endpoints."
    return your_remedy(
        "Check which endpoint is called",
        keys if is_other_software else None,
        "Look for AWS_ENDPOINT_URL, its variants for one service such as AWS_ENDPOINT_URL_STS, endpoint_url in the profile, and an endpoint in the code.",
        commands=("env | grep AWS_ENDPOINT_URL", "aws configure get endpoint_url"),
        url=pages.SDK_ENDPOINTS,
    )


def enable_region(region: str | None, account: str | None = None, *, works_elsewhere: bool = False) -> Remedy:
    """Return the remedy that enables a region for an account, which can be another one than the caller's."""
    name = commands.region(region)
    with_credentials = " If the first command fails in the same way, no Region accepts the credentials."
    mistaken = f"If you did not mean {'this Region' if region is None else name}, correct the Region of the call instead. "
    if works_elsewhere:
        with_credentials = ""
        mistaken = f"If you do not need {name}, leave it out, such as of a loop over Regions: nothing can run in a Region that was never enabled. "
    if account is not None:
        with_credentials = f" Run the commands with credentials of account {account}."
    if account is not None:
        mistaken = ""
    return account_remedy(
        f"Check whether {'the Region' if region is None else name} is enabled for the account{'' if account is None else f' {account}'}",
        # Else the cause says so.
        None
        if works_elsewhere and account is None
        else f"Regions that AWS opened since March 2019 must be enabled for each account.{with_credentials}",
        f"{mistaken}Enabling {'the Region' if account else 'one'} requires account:EnableRegion and takes minutes to hours, until the status is ENABLED.",
        commands=(
            fill_command("aws account get-region-opt-status --region-name {}", name),
            Labelled(
                "If the status is DISABLED and you need the Region:",
                fill_command("aws account enable-region --region-name {}", name),
            ),
        ),
        url=pages.ENABLE_REGION,
    )


CONFIGURE_CREDENTIALS = your_remedy(
    "Select a profile, or create one whose credentials refresh automatically",
    "Access keys (aws configure, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY) are the last resort. To sign in, the AWS CLI (aws --version) must be version 2 and, for aws login, 2.32 or later.",
    commands=(
        "aws configure list-profiles",
        Labelled("If one fits, select it where the call runs:", "export AWS_PROFILE=PROFILE"),
        Labelled(
            "If none fits, and you use an AWS access portal (its administrator knows the start URL):",
            "aws configure sso --profile PROFILE",
        ),
        Labelled(
            "Or, if you sign in to the console (an IAM user needs SignInLocalDevelopmentAccess):",
            "aws login --profile PROFILE",
        ),
        Labelled(
            "Then select that profile and check it. If the sign-in has expired, first run aws sso login:",
            "aws sts get-caller-identity",
        ),
    ),
    url=pages.CLI_CREDENTIALS,
)
# Without files, no profile can fit.
CREATE_PROFILE = attrs.evolve(
    CONFIGURE_CREDENTIALS,
    title="Create a profile whose credentials refresh automatically",
    commands=(
        Labelled(
            "If you use an AWS access portal (its administrator knows the start URL):",
            str(CONFIGURE_CREDENTIALS.commands[2]),
        ),
        CONFIGURE_CREDENTIALS.commands[3],
        Labelled.required("Then select it where the call runs, and check it:", "export AWS_PROFILE=PROFILE"),
        "aws sts get-caller-identity",
    ),
)
_WITHOUT_LOGIN = tuple(each for each in CONFIGURE_CREDENTIALS.commands if not each.startswith("aws login"))
# Since 2.32, the message says "aws login". Version 1 has no list-profiles.
CONFIGURE_OLD_CLI = attrs.evolve(
    CONFIGURE_CREDENTIALS,
    steps=(
        "Access keys (aws configure, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY) are the last resort. aws configure sso requires version 2 of the AWS CLI.",
    ),
    commands=("grep '^\\[' ~/.aws/config ~/.aws/credentials", *_WITHOUT_LOGIN[1:]),
)
# https://github.com/hashicorp/terraform-provider-aws/issues/45316 and
# https://github.com/hashicorp/aws-sdk-go-base/issues/1433: the provider did not read what aws login stores.
CREDENTIALS_FOR_TERRAFORM = attrs.evolve(
    CONFIGURE_CREDENTIALS,
    commands=_WITHOUT_LOGIN,
    title="Set up credentials for Terraform",
    steps=(
        "In CI, let the job assume a role with OIDC. Don't write access keys into .tf files: they end up in the repository.",
        "If Terraform does not read the credentials of aws login, use a profile whose credential_process is aws configure export-credentials --profile NAME --format process.",
    ),
    url="https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration",
)


_ACTION = lazy_pattern(r"(?a)\baws-actions/configure-aws-credentials@([\w.-]{1,64})")


def write_action(text: str, *settings: str) -> str:
    """Return the step of a workflow of GitHub Actions that assumes a role, with the version of the action in a text.

    >>> print(write_action("Run aws-actions/configure-aws-credentials@v5", "role-duration-seconds: 7200"))
    - uses: aws-actions/configure-aws-credentials@v5
      with:
        role-to-assume: ROLE_ARN
        aws-region: REGION
        role-duration-seconds: 7200
    <BLANKLINE>
    """
    found = _ACTION.search(text)
    version = "v6" if found is None else found[1].rstrip(".")
    inputs = ("role-to-assume: ROLE_ARN", "aws-region: REGION", *settings)
    return f"- uses: aws-actions/configure-aws-credentials@{version}\n  with:\n{''.join(f'    {each}{chr(10)}' for each in inputs)}"
