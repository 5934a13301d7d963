"""Explain logins with a password or API key instead of a signature: SMTP to Amazon SES, CodeArtifact and Amazon Bedrock.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html. Clients of other providers of models send
their key to Amazon Bedrock, too.
"""

from __future__ import annotations

import re
from itertools import islice

import attrs

from iamtriage._patterns import REGION, cached_pattern, lazy_pattern
from iamtriage._text import lower_first
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import InvalidCredentials, MissingCredentials

_SMTP_PAGE = "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html"
_REJECTED = "Authentication Credentials Invalid"
_UNCHECKED = "Temporary authentication failure"
_HOST = lazy_pattern(rf"\bemail-smtp(?:-fips)?\.(?P<region>{REGION})\.amazonaws\.com\b")
# "The SMTP credentials were created in us-east-1."
_MADE_FOR = lazy_pattern(
    rf"\b(?i:smtp (?:credentials|password|user)|(?:credentials|password)) (?:(?:is|are|was|were) )?(?:from|for|(?:created|generated|made|calculated|derived) (?:in|for|from))(?: the Region)? ({REGION})\b"
)
# A login, or the setting of a password, with the name of a secret access key.
_KEY_IN_LOGIN = r"\bpass(?:word|wd)?[\"']?\s?(?:[:=]|is)\s?(?:the |my |our |its ){0,2}secret (?:access )?key\b|\bsecret (?:access )?key\b[^\n.;]{0,40}? as (?:the |its |our |my )?(?:SMTP )?password\b|(?:\blogin\(|\bpass(?:word|wd)?[\"']?\s?[:=])[^\n]{0,160}?(?i:aws_?secret_?(?:access_?)?key|secret_?access_?key)[\"'\])]{0,4}"
# The key of the login works in a call of the API, which signs with the secret access key.
_KEY_WORKS = (
    r"(?i:\bsame (?:access |secret )?(?:keys?|credentials|pair)\b[^\n]{0,120}?\b(?:fine|ok|sends?|works?)\b)"
)
_TEMPORARY_KEY = r"(?:\blogin\(|(?i:user(?:_?name)?)[\"']?\s?[:=])\s?[\"']?ASIA[A-Z0-9]{8,40}"
_CALCULATE = "eep the access key ID as the user name, and calculate the password from the secret access key: save the script of the page below as smtp_credentials_generate.py, and run the command."
_RAW = "This requires the key of an IAM user (AKIA…) with ses:SendRawEmail."
SMTP_LOGIN_REJECTED = CauseType(
    "smtp-login-rejected",
    title="Amazon SES does not accept the SMTP user name and password",
    text="The SMTP credentials were created for another Region, or their access key was deleted, or the password is not that of SMTP credentials.",
    recognised_by='The reply "535 Authentication Credentials Invalid" of an email-smtp host.',
    fix="Create SMTP credentials in the Region of the host.",
    sources=(_SMTP_PAGE,),
)
SMTP_LOGIN_UNCHECKED = CauseType(
    "smtp-login-unchecked",
    title="Amazon SES cannot check the SMTP user name and password at the moment",
    recognised_by='The reply "454 Temporary authentication failure" of an email-smtp host.',
    fix="Repeat the login later. If it stays, create SMTP credentials in the Region of the host.",
    sources=("https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html",),
)
SECRET_KEY_AS_SMTP_PASSWORD = CauseType(
    "secret-key-as-smtp-password",
    title="A secret access key is used as the SMTP password",
    text="The SMTP password is calculated from the secret access key for one Region. Only the SES API takes the key itself.",
    recognised_by="The code or the settings in the text use a secret access key as the password, or the same key works with the API.",
    fix="Use the password of SMTP credentials.",
    sign=f"{_KEY_IN_LOGIN}|{_KEY_WORKS}",
    remedy="the SMTP password",
    of="smtp-login-rejected",
)
TEMPORARY_KEY_FOR_SMTP = CauseType(
    "temporary-key-for-smtp",
    title="The user name is a temporary access key ID",
    text="SMTP credentials cannot come from temporary credentials, such as those of a role.",
    recognised_by="The text shows a login whose user name is an access key ID that begins with ASIA.",
    fix="Create SMTP credentials, which belong to an IAM user, or send with the SES API.",
    sign=_TEMPORARY_KEY,
    remedy="Create SMTP credentials",
    of="smtp-login-rejected",
)
SMTP_LOGIN_MISSING = CauseType(
    "smtp-login-missing",
    title="The mail client sends no SMTP user name and password",
    recognised_by='The reply "530 Authentication required" of an email-smtp host.',
    fix="Set the user name and password of SMTP credentials in the mail client.",
    sources=(_SMTP_PAGE,),
)
NOT_LOGGED_IN = r"\b530[\s,-]{1,3}Authentication required"


def explain_missing_smtp_login(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a mail client did not log in to the SMTP interface of Amazon SES."""
    return case.explain(
        "Amazon SES requires a login: the mail client sent no SMTP user name and password.",
        clues.reported_cause(SMTP_LOGIN_MISSING, message, "Authentication required"),
        topic="smtp-login",
        remedies=(
            your_remedy(
                "Set the user name and password of SMTP credentials in the mail client",
                "Check the entry for exactly this host and port: a mail server such as Postfix sends no login to a host without an entry. Many clients only log in after STARTTLS.",
            ),
            account_remedy(
                "If there are none, create SMTP credentials",
                "In the SES console, in the Region of the host, choose SMTP settings, then Create SMTP credentials.",
            ),
        ),
        notes="An IAM policy does not help: a sender without permission gets 554 Access denied.",
    )


def explain_rejected_login(case: Case[InvalidCredentials], message: str) -> Explanation | None:
    """Explain a login that an SMTP server, Bedrock or CodeArtifact rejects: its password, API key or token."""
    if _REJECTED in message:
        return _explain_smtp_login(case)
    if _UNCHECKED in message:
        return _explain_unchecked_login(case)
    if (rejected := explain_rejected_key(case, message)) is not None:
        return rejected
    envelope = case.failure.envelope
    is_of_packages = envelope.service == "codeartifact" and not envelope.operation
    return explain_no_packages(case) if is_of_packages and envelope.status_code == _STATUS else None


def _explain_unchecked_login(case: Case[InvalidCredentials]) -> Explanation:
    """Explain that the SMTP interface of Amazon SES could not check a login at the moment."""
    first = _explain_smtp_login(case).remedies[0]
    repeat = your_remedy(
        "Repeat the login later, and wait longer each time",
        "SES answers 454 if it cannot check the login at the moment. Wait 5, 10 and 30 seconds, then 20 minutes.",
    )
    password = attrs.evolve(first, title=f"If it stays, {lower_first(first.title)}")
    return case.explain(
        "Amazon SES could not check the SMTP user name and password at the moment.",
        clues.reported_cause(SMTP_LOGIN_UNCHECKED, case.text, _UNCHECKED),
        SECRET_KEY_AS_SMTP_PASSWORD.cause(),
        topic="smtp-login",
        remedies=(repeat, password),
        notes="An IAM policy does not help: a sender without permission gets 554 Access denied.",
    )


def _explain_smtp_login(case: Case[InvalidCredentials]) -> Explanation:
    """Explain that the SMTP interface of Amazon SES rejects a login."""
    host = _HOST.search(case.text)
    region = host["region"] if host else case.facts.region
    where = f" in {region}" if region else ""
    verdict = "SMTP credentials have their own password, which is valid in one Region"
    is_temporary = cached_pattern(_TEMPORARY_KEY).search(case.text) is not None
    made = next((each[1] for each in find_said(case.failure.text, _MADE_FOR) if each[1] != region), None)
    is_key = cached_pattern(SECRET_KEY_AS_SMTP_PASSWORD.sign).search(case.text) is not None
    if is_key:
        verdict = "the program sends a secret access key, which is not an SMTP password"
    elif is_temporary:
        verdict = "the user name is a temporary access key ID, which SMTP does not accept"
    elif made is not None and region is not None:
        verdict = f"they were created for {made}, and the host is in {region}"
    is_allowed = "ses:SendRawEmail" in case.failure.text
    raw = None if is_allowed else _RAW
    script = fill_command("python3 smtp_credentials_generate.py SECRET_ACCESS_KEY {}", region or "REGION")
    calculate = None
    if is_key and not is_temporary:
        calculate = your_remedy(
            f"Calculate the SMTP password{where.replace(' in ', ' for ')} from the secret access key",
            f"K{_CALCULATE} It prints the password, which is valid{where or ' in one Region'} only.",
            raw,
            "Set it as the password in the SMTP settings of the program. Then delete the command from the history of the shell.",
            commands=script,
            url=_SMTP_PAGE,
        )
    can_calculate = calculate is None and not is_temporary
    return case.explain(
        f"Amazon SES does not accept the SMTP user name and password: {verdict}.",
        None if is_key else clues.reported_cause(SMTP_LOGIN_REJECTED, case.text, _REJECTED),
        SECRET_KEY_AS_SMTP_PASSWORD.cause("derived" if is_key else "possible"),
        None if "AKIA" in case.text else TEMPORARY_KEY_FOR_SMTP.cause(),
        topic="smtp-login",
        remedies=(
            calculate,
            account_remedy(
                f"{'Or create' if calculate else 'Create'} SMTP credentials in the SES console{where}, and use their user name and password",
                "Choose SMTP settings, then Create SMTP credentials. SES creates an IAM user that is allowed ses:SendRawEmail, and shows the password once.",
                *((f"Or k{_CALCULATE}", raw) if can_calculate else ()),
                "Set both in the SMTP settings of the program.",
                commands=script if can_calculate else None,
                url=_SMTP_PAGE,
            ),
            your_remedy(
                "Or send with the SES API instead of SMTP",
                "SDKs sign SendEmail with the credentials of a role, which need no password. The role needs ses:SendEmail and ses:SendRawEmail on the identity.",
                url="https://docs.aws.amazon.com/ses/latest/dg/send-email-api.html",
            ),
        ),
        notes=f"An IAM policy does not help{', and the one in the text is sufficient' if is_allowed else ''}: a sender without permission gets 554 Access denied.",
    )


NO_CODEARTIFACT_LOGIN = CauseType(
    "no-codeartifact-login",
    title="The CodeArtifact authorization token is missing or has expired",
    text="The authorization token is missing, belongs to another domain, or has expired: it is valid for at most 12 hours.",
    recognised_by="A package manager reports status 401 of a CodeArtifact host, or npm the code ENEEDAUTH.",
    fix="Run aws codeartifact login again, or get a new token.",
    sources=("https://docs.aws.amazon.com/codeartifact/latest/ug/tokens-authentication.html",),
)
_STATUS = 401
# A list of indexes is seldom longer.
_MAX_ENDPOINTS = 20
_ENDPOINT = lazy_pattern(
    r"(?a)(?:\b(?P<domain>[a-z][a-z0-9-]{0,48}[a-z0-9])-(?P<account>[0-9]{12})\.d\.)?\bcodeartifact\.(?P<region>[a-z0-9-]{4,30})"
    r"\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|(?P<dual_stack>on\.aws))(?::443)?"
    r"(?:/(?P<format>[a-z]{3,10})(?:/(?P<repository>[A-Za-z0-9][A-Za-z0-9._-]{1,99}))?)?"
)
_PHRASES = (
    *("401 Error, Credentials not correct", "401 Client Error: Unauthorized", "401 Unauthorized"),
    *("401 (Unauthorized)", "status code 401", "status code: 401", "status: 401", "Return code is: 401"),
    *("Unauthorized - 401", "Unauthorized 401", "got 401", "E401", "ENEEDAUTH"),
)
# The tools that aws codeartifact login configures, by the package format.
_TOOLS = {"pypi": "pip", "npm": "npm", "nuget": "dotnet", "swift": "swift"}
# A token that somebody put into the settings of a CI system.
_STORED_TOKEN = lazy_pattern(
    r"(?i:\b(?:GitLab|GitHub|Bitbucket|Jenkins|CircleCI|Azure DevOps|CI(?:/CD)?|pipeline|project|repo(?:sitory)?|organi[sz]ation|actions)(?:'s)?(?: [\w/-]{1,20}){0,2} (?:variables?|secrets?)\b)"
    r"|\$\{\{ ?(?:secrets|vars)\.\w{0,40}(?i:codeartifact)"
)
_NPM_LOGIN = lazy_pattern(r"\bnpm (?:log(?:in|out)|adduser)\b")


NO_NPM_LOGIN = r"\bcode ENEEDAUTH\b"


def explain_no_packages(
    case: Case[InvalidCredentials] | Case[MissingCredentials], _message: str = ""
) -> Explanation:
    """Explain that a package manager has no authorization token that CodeArtifact accepts."""
    message = clues.message_text(case)
    endpoint = _find_endpoint(message) or _find_endpoint(case.text)
    where = f" to the repository {endpoint['repository']}" if endpoint and endpoint["repository"] else ""
    where += f" in the domain {endpoint['domain']}" if endpoint and endpoint["domain"] else ""
    summary, text = (
        f"CodeArtifact rejected a request{where}: the authorization token is missing or has expired.",
        "",
    )
    if case.failure.kind == "missing_credentials":
        summary = f"npm has no authorization token for CodeArtifact, and sent no request{where}."
        text = "No npmrc file has a token for exactly this URL."
    return case.explain(
        summary,
        NO_CODEARTIFACT_LOGIN.cause("reported", clues.quote_phrases(message, *_PHRASES)[:1], text=text),
        remedies=_login_remedy(case, endpoint),
        notes="No permission is missing: for that, the status would be 403. The login requires codeartifact:GetAuthorizationToken and sts:GetServiceBearerToken, and a download requires codeartifact:ReadFromRepository.",
    )


def _answer_npm(case: Case[InvalidCredentials] | Case[MissingCredentials]) -> str | None:
    """Return what ``npm login``, which npm proposes itself, does not do, and which token takes precedence."""
    if _NPM_LOGIN.search(case.failure.text) is None:
        return None
    return "npm login and npm logout do not help: AWS issues the token, for AWS credentials (if they have expired, sign in first). An _authToken for this host in the .npmrc of the project takes precedence over the new one in ~/.npmrc: remove it."


def _find_endpoint(text: str) -> re.Match[str] | None:
    found = list(islice(_ENDPOINT.finditer(text), _MAX_ENDPOINTS))
    return next((each for each in found if each["format"]), found[0] if found else None)


def _login_remedy(
    case: Case[InvalidCredentials] | Case[MissingCredentials], endpoint: re.Match[str] | None
) -> Remedy:
    parts: dict[str, str | None] = {} if endpoint is None else endpoint.groupdict()
    tool = "twine" if "Uploading distributions" in case.text else _TOOLS.get(parts.get("format") or "")
    of_domain = fill_command(
        "--domain {} --domain-owner {} --region {}",
        parts.get("domain") or "DOMAIN",
        commands.account(parts.get("account")),
        commands.region(parts.get("region") or clues.find_region(case)),
    )
    token = f'export CODEARTIFACT_AUTH_TOKEN="$(aws codeartifact get-authorization-token {of_domain} --query authorizationToken --output text)"'
    login = f"aws codeartifact login --tool {tool} {of_domain} --repository {parts.get('repository') or 'REPOSITORY'}"
    login += " --endpoint-type dualstack" if parts.get("dual_stack") else ""
    if _STORED_TOKEN.search(case.failure.text):
        title = "Get a new token at the start of each job, in place of the stored one"
        who = "The token in the variable or secret expires after at most 12 hours. Remove it, and run the commands in each job, with the job's own AWS credentials (a role by OIDC, or the runner's role)."
        where = "With docker build, pass the token as a secret of the build."
    else:
        title = (
            "Log in to CodeArtifact again"
            if tool
            else "Get a new authorization token for the package manager"
        )
        who = "Log in as the user, and on the machine, that runs the package manager."
        where = "With --duration-seconds, a token can be valid for less time. Get one in each CI job and each image build, and pass it to docker build as a secret."
    return your_remedy(
        title,
        who,
        _answer_npm(case) if tool == "npm" else None,
        "Package managers that this command does not configure, such as Maven, Gradle, Poetry, uv and Yarn 2, get a token (aws codeartifact get-authorization-token --query authorizationToken) as the password of the user aws, usually in CODEARTIFACT_AUTH_TOKEN.",
        where,
        commands=(login, token) if tool else (token,),
    )


_BEDROCK_KEYS = "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html"
_WRONG_FORM = "Must start with pre-defined prefix"
_NOT_VALID = "make sure your API Key is valid"
NO_AUTHORIZATION = r"Authorization header is missing"
BEDROCK_KEY_REJECTED = CauseType(
    "bedrock-key-rejected",
    title="Amazon Bedrock does not accept the API key",
    text="The API key has expired, was deleted, or was generated in another Region.",
    recognised_by='The message "Authentication failed: Please make sure your API Key is valid", or that the API key must start with a prefix.',
    fix="Set a valid API key of Amazon Bedrock, or none, so that the client signs with AWS credentials.",
    sources=(_BEDROCK_KEYS,),
)
NOT_A_BEDROCK_KEY = CauseType(
    "not-a-bedrock-key",
    title="The API key is not one of Amazon Bedrock",
    text="The client sends an API key of another service, or another token, as the API key of Amazon Bedrock.",
    recognised_by='The message "Invalid API Key format: Must start with pre-defined prefix".',
    fix="Remove the API key from the settings of the client, or set one of Amazon Bedrock.",
    of="bedrock-key-rejected",
)
BEDROCK_KEY_MISSING = CauseType(
    "bedrock-key-missing",
    title="A request to Amazon Bedrock has neither an API key nor a signature",
    recognised_by='The message "Authorization header is missing".',
    fix="Set an API key of Amazon Bedrock or AWS credentials for the client.",
    sources=(_BEDROCK_KEYS,),
)


def explain_rejected_key(case: Case[InvalidCredentials], message: str) -> Explanation | None:
    """Explain that Amazon Bedrock rejects an API key, or return ``None`` for other messages."""
    if _WRONG_FORM in message:
        return case.explain(
            "Amazon Bedrock does not accept the API key: it is not one of Amazon Bedrock. No permission is missing.",
            clues.reported_cause(NOT_A_BEDROCK_KEY, message, _WRONG_FORM),
            topic="bedrock-keys",
            remedies=(
                _credentials_remedy("Remove the API key, so that the client signs"),
                _key_remedy("Or set"),
            ),
        )
    if _NOT_VALID in message:
        return case.explain(
            "Amazon Bedrock does not accept the API key. No permission is missing.",
            clues.reported_cause(BEDROCK_KEY_REJECTED, message, _NOT_VALID),
            topic="bedrock-keys",
            remedies=(_key_remedy(), _credentials_remedy("Or remove the API key, so that the client signs")),
        )
    return None


def explain_missing_key(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a request to Amazon Bedrock has no Authorization header."""
    return case.explain(
        "Amazon Bedrock rejected a request without an Authorization header: the client sent neither an API key nor a signature.",
        clues.reported_cause(BEDROCK_KEY_MISSING, message, NO_AUTHORIZATION),
        topic="bedrock-keys",
        remedies=(_key_remedy(), _credentials_remedy("Or let the client sign")),
        notes="AWS does not know the caller, so it evaluated no policy.",
    )


def _key_remedy(verb: str = "Set") -> Remedy:
    return your_remedy(
        f"{verb} an API key of Amazon Bedrock",
        "Generate it in the Bedrock console, under API keys, in the Region that the client calls.",
        "Set it as AWS_BEARER_TOKEN_BEDROCK where the client runs, and start the client again. A short-term key is valid for at most 12 hours, and only in its Region.",
        url=_BEDROCK_KEYS,
    )


def _credentials_remedy(title: str) -> Remedy:
    return your_remedy(
        f"{title} with AWS credentials",
        "Unset the variable, and remove the API key from the settings of the client and of a proxy such as LiteLLM. SDKs prefer the variable to a profile or role.",
        "Then select a profile, or use the role of the machine. The last command must print the caller.",
        commands=("unset AWS_BEARER_TOKEN_BEDROCK", "aws sts get-caller-identity"),
        url=_BEDROCK_KEYS,
    )
