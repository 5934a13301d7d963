"""Explain sessions of role chaining, and others that expired when the text says, and let the SDK renew them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, line_start
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.session_renewal import (
    CHARS_BEFORE,
    JOB_STEPS,
    find_issuing_command,
    find_operation,
    raise_maximum_command,
)
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.credentials.clocks import describe_duration
from iamtriage.explaining._rules.shared.credentials.coded_chains import (
    CHAIN_LIMIT,
    NOTEBOOK,
    find_chain_in_code,
    find_duration,
    find_fixed_keys,
)
from iamtriage.explaining._rules.shared.credentials.logged_chains import (
    DAY,
    HOUR,
    ROLE_ARN,
    SESSION,
    TIME_OF_DAY,
    RoleChain,
    find_chain_in_log,
    seconds_of,
)
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn, underlying_role
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import ExpiredCredentials

ROLE_CHAINING = CauseType(
    "role-chaining",
    title="The session is from role chaining, which limits sessions to one hour",
    fix="Use a profile that assumes the role, or assume it again every hour.",
    recognised_by="The text shows that the session of a role assumes another role.",
    of="expired-session",
)
LONG_RUNNING = CauseType(
    "credentials-outlived",
    title="The program runs longer than its credentials last",
    fix="Let the SDK get the credentials from a provider that refreshes them.",
    recognised_by="The text says that the program has been running for hours, or shows a stage of Spark after the first.",
    sign=r"\b(?:elapsed|running for|ran for|lasted|after|runtime|uptime)[:= ]{1,3}\d{1,3} ?h(?:ours?)?\b\w{0,4}|\belapsed \d{1,3}h\w{0,4}|\bLost task [\d.]{3,12} in stage [1-9]\d{0,4}\.\d",
    remedy="Let the SDK refresh",
    of="expired-session",
)
FIXED_KEYS = CauseType(
    "session-keys-in-client",
    title="The code gives the client the keys of a session, which nothing renews",
    text="A client that is created with the keys of a session keeps them: the SDK renews only credentials that it got itself.",
    fix="Let the SDK assume the role: with a profile that has role_arn, or with the SDK's provider for it.",
    recognised_by="The code in the text calls AssumeRole and passes the session token to a client.",
    sources=(pages.CLI_ROLES,),
    of="expired-session",
)
_IN_IMAGE = " Put the profile into a config file in the image, and name that with AWS_CONFIG_FILE if it is not ~/.aws/config."
_NO_LONGER = "No setting raises the limit: with role chaining, STS rejects more than 3600 seconds, whatever the role's maximum session duration is."
_AN_HOUR = "Or request a longer session: with role chaining, STS accepts at most 3600 seconds."
_NO_LONGER_SESSION = "A longer --duration-seconds or maximum session duration does not help: with role chaining, STS rejects more than 3600."
# The session names of EC2 instances and ECS tasks.
_SOURCES = (
    (lazy_pattern(r"i-[0-9a-f]{8,17}"), "Ec2InstanceMetadata"),
    (lazy_pattern(r"[0-9a-f]{32}"), "EcsContainer"),
)
_PROFILE = lazy_pattern(r"(?a)[A-Za-z][\w.-]{0,63}")

_CLIENT = lazy_pattern(r"\bboto3\.(?:client|resource)\(\s{0,20}[\"'](?!sts[\"'])([a-z][a-z0-9-]{1,30})[\"']")
_SESSION_NAME = lazy_pattern(
    r"\b(?i:role_?session_?name)[\"']?\s?(?:=>?|:|\()\s?(?:aws\.String\()?[\"'](?P<name>[A-Za-z][\w.-]{0,63})[\"']"
)
# How code lets each SDK renew the session of a role.
_RENEWING_CODE = (
    ("boto3", 'boto3.Session(profile_name="{profile}").client("{service}")'),
    ("@aws-sdk", "credentials: fromTemporaryCredentials({{ params: {{ RoleArn }} }})"),
    ("software.amazon.awssdk", "StsAssumeRoleCredentialsProvider"),
    ("AssumeRoleInput{", "aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(…))"),
)
# An Expiration that Python or JSON prints.
_END = lazy_pattern(
    r"(?a)\bExpiration\b[^\n]{0,80}\n?[^\n]{0,20}?(?:\bdatetime\((?P<parts>20\d\d(?:, \d{1,2}){4,5}), tzinfo=tzutc\(\)|(?P<time>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?:Z|\+00:00))"
)
# When a session ends, in a line about it that is not about the sign-in or the token with which it was opened.
_STATED_END = lazy_pattern(
    r"(?am)^(?![^\n]{0,600}(?i:\bsso\b|\blog ?in\b|web.?identity|certificate|\bcookie))"
    r"(?=[^\n]{0,600}(?i:\brole\b|\bsession\b|credential|assum(?:e|ing)|\bAWS_[A-Z]|\bSTS\b))[^\n]{0,600}?"
    r"\b(?i:expir(?:es?|y|ation|ing)(?:_?at)?|(?:valid|good) until)\b[^\n\d]{0,12}(?P<date>20\d\d-\d\d-\d\d)[T ](?P<time>[0-2]\d:[0-5]\d:[0-5]\d)(?:\.\d{1,9})?(?: ?(?:Z|UTC|GMT)\b|\+00:?00)"
)
_IN_LINE = lazy_pattern(ROLE_ARN)
# The minimum and the maximum duration of a role session.
_MIN_LASTS, _MAX_LASTS = 900, 12 * HOUR


def _name_end(text: str) -> str:
    """Return when the session ended, as its Expiration says, as a sentence."""
    ends = {
        "{}-{:0>2}-{:0>2}T{:0>2}:{:0>2}:{:0>2}".format(*each["parts"].split(", "), *"0")
        if each["parts"]
        else each["time"]
        for each in _END.finditer(text)
    }
    end = only_one(ends)
    return f" Its Expiration was {end}Z." if end else ""


def _find_chain(case: Case[ExpiredCredentials]) -> RoleChain | None:
    """Return the role chain that issued the credentials of the call, if the text shows both of its roles."""
    text, start = case.failure.text, case.failure.span[0]
    issued = find_issuing_command(case)
    if case.failure.envelope.operation == "AssumeRole":
        return None
    if issued is None:
        return find_chain_in_log(case) or find_chain_in_code(case)
    at, command = issued
    target, seconds = command.option("role-arn"), command.option("duration-seconds")
    arn = try_parse_arn(target.value) if target is not None else None
    is_hour = seconds is None or seconds.value == str(HOUR)
    # Another profile has other credentials than the session that the text shows.
    is_same = command.words[1] == "assume-role" and command.option("profile") is None
    if arn is None or not is_same or not is_hour:
        return None
    sessions = list(SESSION.finditer(text, max(at - CHARS_BEFORE, 0), at))
    caller = underlying_role(case.principal)
    name = str(arn).rpartition("/")[2]
    if not sessions or sessions[-1]["role"] == name or (caller is not None and caller.name != name):
        return None
    times = [TIME_OF_DAY.match(text, line_start(text, each)) for each in (at, max(start, at))]
    stated = [each and each["time"] for each in times]
    source, session = sessions[-1]["role"], sessions[-1]["session"]
    late = stated[0] is not None and _starts_late(case, at, stated[0])
    return RoleChain(source, session, str(arn), command, stated[0], stated[1], starts_late=late)


def _starts_late(case: Case[ExpiredCredentials], at: int, issued: str) -> bool:
    """Return whether the failed command began when the session that a command opened had expired already."""
    text, failed = case.failure.text, case.context.command
    shown = find_commands(text, at, case.failure.span[0])
    starts = [place for place, each in shown if failed is not None and each.text == failed.text]
    begun = TIME_OF_DAY.match(text, line_start(text, starts[-1])) if starts else None
    return begun is not None and (seconds_of(begun["time"]) - seconds_of(issued)) % DAY >= HOUR


def explain_chain(case: Case[ExpiredCredentials], expired: Cause) -> Explanation | None:
    """Explain an expired session from role chaining, or return ``None`` if the text does not show both roles."""
    chain = _find_chain(case)
    if chain is None:
        fixed = find_fixed_keys(case)
        return _explain_stated_end(case, expired) or (fixed and _explain_fixed_keys(case, fixed, expired))
    times = f" at {chain.issued}" if chain.issued and (chain.failed or chain.is_logged) else ""
    if times:
        ended = (seconds_of(chain.issued or "") + chain.lasts) % DAY
        times += (
            f", and the call failed at {chain.failed}"
            if chain.failed
            else f", so it ended at {ended // HOUR:02}:{ended // 60 % 60:02}:{ended % 60:02}"
        )
    name = (chain.role or "").rpartition("/")[2]
    by = f"the role {chain.source}" if chain.source else "another role"
    because = f"{capitalize_start(by)} assumes {name}."
    after = f"{describe_duration(chain.lasts)}, as requested"
    if chain.lasts == HOUR:
        after = "one hour, the limit of role chaining"
    if chain.is_logged:
        session = clip_text(f"{chain.source}/{chain.session}")
        because = f"The log says that the session {session} assumed {name}, so a role assumed the role."
    elif chain.command is not None:
        session = clip_text(f"{chain.source}/{chain.session}")
        because = f"The text shows the session {session} before the command that assumes {name}, so a role assumed the role."
    elif CHAIN_LIMIT in case.failure.text:
        because = f'STS says "{CHAIN_LIMIT}".'
    proposed = find_duration(case.failure.text, is_proposed=True)
    if proposed is not None:
        because = f"{because} {proposed[0]} does not help: STS then rejects the call."
    return case.explain(
        f"The session of the role {name} expired after {after}: {by} assumed it{times}.{'' if times else _name_end(case.failure.text)} No permission is missing.",
        expired,
        ROLE_CHAINING.cause("derived", because),
        remedies=(_move_remedy(case, chain) if chain.starts_late else None, _chain_remedy(case, chain, name)),
    )


def _explain_stated_end(case: Case[ExpiredCredentials], expired: Cause) -> Explanation | None:
    """Explain that the session of a role ended when the text says, or return ``None`` if it does not say that."""
    text, start = case.failure.text, case.failure.span[0]
    ends = list(_STATED_END.finditer(text, max(start - CHARS_BEFORE, 0), start))
    if not ends or case.context.runtime_kind in JOB_STEPS or find_operation(case) == "AssumeRole":
        return None
    end, stated, command = ends[-1], case.context.role_arn, case.context.command
    named = {each.rstrip(".,") for line in ends for each in _IN_LINE.findall(line[0])}
    arn = only_one(named) or (stated.value if stated and not named else "")
    issued, failed = (TIME_OF_DAY.match(text, line_start(text, each)) for each in (end.start(), start))
    ended = seconds_of(end["time"])
    is_other = find_issuing_command(case) or (command is not None and command.option("profile") is not None)
    day, gap = (failed["date"], seconds_of(failed["time"]) - ended) if failed else (None, -1)
    is_next = day is not None and day.replace("/", "-") != end["date"]
    is_other = is_other or (day is not None and is_next is not (gap < 0)) or gap % DAY > _MAX_LASTS
    if not arn or is_other or failed is None or failed["zone"]:
        # Another remedy repeats the command, the call used other credentials, or the log has another time zone.
        return None
    lasted = 0 if issued is None else (ended - seconds_of(issued["time"])) % DAY
    is_known = _MIN_LASTS <= lasted <= _MAX_LASTS
    words, name = "one hour" if lasted == HOUR else describe_duration(lasted), arn.rpartition("/")[2]
    return case.explain(
        f"The session of the role {name} ended at {end['time']} UTC{f', after {words}' if is_known else ''}, and the call failed at {failed['time']}. No permission is missing.",
        expired,
        LONG_RUNNING.cause("derived", text="The program ran longer than the session, which nothing renewed."),
        remedies=_renewal_remedy(case, arn, name, min(2 * lasted, _MAX_LASTS) if is_known else _MAX_LASTS),
    )


def _renewal_remedy(case: Case[ExpiredCredentials], arn: str, name: str, seconds: int) -> Remedy:
    """Return how a program without a person keeps the session of a role for as long as it runs."""
    profile = name if _PROFILE.fullmatch(name) else "assumed"
    configure = f"aws configure set {{}} {{}} --profile {profile}"
    return remedies.your_remedy(
        "Assume the role again right before the step that failed, or let the AWS CLI or SDK renew the session",
        "Nothing renews exported keys. With the profile, the AWS CLI and the SDKs assume the role, and do so again before the session ends. SOURCE_PROFILE is a profile with the credentials that may assume it.",
        f"To get longer sessions, pass --duration-seconds {seconds}, after an administrator has run the last command. If the session of another role assumes the role (role chaining), the limit stays one hour.",
        "Then repeat what failed: aws s3 sync transfers only what is missing."
        if "s3://" in case.text
        else None,
        commands=(
            commands.fill_command(configure, "role_arn", commands.arn(arn, "ROLE_ARN")),
            commands.fill_command(configure, "source_profile", "SOURCE_PROFILE"),
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
            f"export AWS_PROFILE={profile}",
            Labelled("For longer sessions, as an administrator:", raise_maximum_command(name, seconds)),
        ),
        url=pages.CLI_ROLES,
    )


def _move_remedy(case: Case[ExpiredCredentials], chain: RoleChain) -> Remedy:
    """Return the remedy that opens the session only when the command that failed needs it."""
    failed = case.context.command
    words = "the failed command" if failed is None else " ".join((failed.program, *failed.words[:2]))
    return remedies.your_remedy(
        f"Assume the role right before {clip_text(words)}",
        f"Move the line with aws sts assume-role there, behind what takes long: the session starts with it. It needs the credentials of {chain.source}, so export no others before.",
        _NO_LONGER_SESSION,
        url=pages.SESSION_DURATION,
    )


def _explain_fixed_keys(case: Case[ExpiredCredentials], chain: RoleChain, expired: Cause) -> Explanation:
    """Explain that code assumes a role and gives a client the keys of its session, which nothing renews."""
    stated = _SESSION_NAME.search(case.failure.text)
    name = chain.role.rpartition("/")[2] if chain.role else ""
    role = f"role {name}, which the code assumes," if name else "role that the code assumes"
    lasts = "one hour, unless the code requests a longer one"
    chaining = ROLE_CHAINING.cause()
    if chain.place:
        lasts = "one hour at most (role chaining)"
        place = f"{chain.place} notebook" if chain.place == NOTEBOOK else chain.place
        text = (
            f"The session of a role, here that of the {place}, assumes the role: this limits it to one hour."
        )
        chaining = ROLE_CHAINING.cause("derived", text=text)
    return case.explain(
        f"The session of the {role} has expired: it lasts {lasts}, and the code gives its keys to a client, where nothing renews them. No permission is missing.",
        expired,
        FIXED_KEYS.cause("derived"),
        chaining,
        remedies=_chain_remedy(case, chain, stated["name"] if stated else name, is_chained=bool(chain.place)),
    )


def _chain_remedy(
    case: Case[ExpiredCredentials], chain: RoleChain, name: str, *, is_chained: bool = True
) -> Remedy:
    source = next((setting for pattern, setting in _SOURCES if pattern.fullmatch(chain.session)), None)
    sources = {"ec2": "Ec2InstanceMetadata", "ecs": "EcsContainer"}
    source = chain.setting or source or sources.get(case.context.runtime_kind)
    profile = name if _PROFILE.fullmatch(name) else "assumed"
    configure = f"aws configure set {{}} {{}} --profile {profile}"
    external = None if chain.command is None else chain.command.option("external-id")
    setting = ("credential_source", source) if source else ("source_profile", "SOURCE_PROFILE")
    first = (
        f"of {chain.source or 'the first role'}" if is_chained else "with which the code assumes the role now"
    )
    of_source = "" if source else f" SOURCE_PROFILE is a profile with the credentials {first}."
    lines = (
        commands.fill_command(configure, "role_arn", commands.arn(chain.role, "ROLE_ARN")),
        commands.fill_command(configure, *setting),
        None if external is None else commands.fill_command(configure, "external_id", external.value),
    )
    stored = _IN_IMAGE if source == "EcsContainer" else ""
    if chain.place == NOTEBOOK:
        stored = " In SageMaker Studio, its credential_source is EcsContainer; in a notebook instance, Ec2InstanceMetadata."
    if chain.command is None:
        own = None if chain.is_logged else find_duration(case.failure.text, is_proposed=False)
        client = _CLIENT.search(case.failure.text)
        service = client[1] if client else case.service
        service = "…" if service in {None, "sts"} else service
        code = next((each for sign, each in _RENEWING_CODE if sign in case.failure.text), None)
        created = f"Create the client with the profile {profile} instead"
        if code is not None:
            code = code.format(profile=profile, service=service)
            created = f"{created} ({code})" if "boto" in code else f"{created}, or with {code}"
        return remedies.your_remedy(
            "Let the SDK assume the role: it then refreshes the session",
            f"Nothing refreshes keys that code passes to a client. {created}: the SDK assumes the role again before the session expires.{of_source}{stored}",
            f"{f'Remove {own[0]}. ' if own else ''}{_NO_LONGER if chain.lasts == HOUR else _AN_HOUR}"
            if is_chained
            else "Or assume the role again, and create a new client, a few minutes before Expiration. If the first credentials are those of a role, a longer DurationSeconds does not help: role chaining is limited to one hour.",
            None
            if chain.role is None or not is_chained
            else f"Or avoid the chain: let {chain.source or 'the first role'} call the service itself, which a resource policy of the other account must allow, such as a bucket policy.",
            commands=remedies.present(*lines),
            url=pages.CLI_ROLES,
        )
    return remedies.your_remedy(
        f"{'Or let' if chain.starts_late else 'Let'} the AWS CLI or SDK assume the role: it then refreshes the session",
        f"Nothing refreshes keys in environment variables, and they take precedence over AWS_PROFILE: unset them. With the profile, each program assumes the role and renews the session.{of_source}",
        None if chain.starts_late else _NO_LONGER_SESSION,
        f"Or assume the role {'' if chain.starts_late else 'again before each part of the work, or '}without chaining, such as with the ID token (OIDC) of a CI job, for up to the role's maximum session duration.",
        commands=remedies.present(
            *lines,
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
            f"export AWS_PROFILE={profile}",
            commands.repeat_command(case.context.command),
        ),
        url=pages.CLI_ROLES,
    )
