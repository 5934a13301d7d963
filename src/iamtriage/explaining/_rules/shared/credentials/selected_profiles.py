"""Find which profile the text around a failure selects: in a shell, in code, by an option, or by a sign-in."""

from __future__ import annotations

from typing import Literal, TypeAlias

from iamtriage._patterns import lazy_pattern, only_one, search_last
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.profiles import (
    ListedKey,
    find_listed_key,
    find_profile_sections,
)
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import find_option, safe_name
from iamtriage.explaining._rules.shared.common_causes import USES_PROFILE
from iamtriage.failures._failures import Failure

_PROFILES = lazy_pattern(
    r"(?a)AWS_(?:DEFAULT_)?PROFILE[=:][ ]?[\"']?([\w.@:+/-]{1,64})|config profile \(([\w.@:+/-]{1,64})\)"
    r"|(?:shared config profile, |(?<!from ProfileCredentialsProvider: )(?<!Suppressed: aws\.sdk\.kotlin\.runtime\.auth\.credentials\.ProviderConfigurationException: )could not find source profile |failed to get profile, )([\w.@:+/-]{0,63}[\w@+/-])|find the \"([\w.@:+/-]{1,64})\" profile in CredentialProfileStoreChain|credentials using profile: \[([\w.@:+/-]{1,64})\]"
    r"|(?<!nstance )[Pp]rofile [`'\"]?([\w.@:+/-]{1,64})[`'\"]? (?:was not (?:found|defined)|could not be found|not found in \[|does not exist in \S|did not include |requires multi-factor)|'([\w.@:+/-]{1,64})' not found in credentials file|No AWS profile named '([\w.@:+/-]{1,64})'|AWS profile \"([\w.@:+/-]{1,64})\" doesn't seem|contained no credentials for profile '(?!default')([\w.@:+/-]{1,64})'"
    r"|(?:the|config|AWS|with) profile:? [\"'(]([\w.@:+/-]{1,64})[\"')]|\baws (?:sso )?login --profile[= ]([\w.@:+/-]{0,63}[\w@+/-])|\bload from profile ([\w.@:+/-]{1,64}) which|Credentials: Local, \"([\w.@:+/-]{1,64})\" profile|(?:referenced in|session found for) profile ([\w.@:+/-]{0,63}[\w@+/-])"
)
_MISSING = lazy_pattern(r"(?a)config profile \(([\w.@:+/-]{1,64})\) could not be found")
# A variable in a listing, or one that a shell sets for all its commands.
_SHELL_VARIABLE = r"^(?:[^\n]{0,60}[$%#>»] )?(?:export |set |\$env:)?"
# A section of the config file, and the argument of a provider or backend of Terraform.
_CONFIGURED_PROFILE = lazy_pattern(
    r"(?am)^[ \t]{0,8}\[profile[ \t]{1,4}([\w.@+:/-]{1,64})\]|^[ \t]{0,20}profile[ \t]{0,20}=[ \t]{0,4}\"([\w.@:+/-]{1,64})\""
)
_SHELL_PROFILE = lazy_pattern(
    rf"(?iam){_SHELL_VARIABLE}AWS_(?:DEFAULT_)?PROFILE ?= ?[\"']?([\w.@:+/-]{{1,64}})[\"']?[ \t\r]*(?:;|&&|$)"
    # What aws configure list prints, with colons in newer versions.
    r"|^[ \t]{0,20}profile[ \t]{1,40}(?::[ \t]{1,9})?([\w.@:+/-]{1,64})[ \t]{1,40}(?::[ \t]{1,9})?(?:env|manual)\b"
)
_SHELL_KEY = lazy_pattern(
    # Lowercase is the setting of a file.
    rf"(?im){_SHELL_VARIABLE}(?-i:AWS_ACCESS_KEY_ID) ?= ?[^\s;]{{1,64}}[ \t\r]*(?:;|&&|$)"
    r"|^[ \t]{0,20}access_key[ \t]{1,40}(?::[ \t]{1,9})?\S{1,40}[ \t]{1,40}(?::[ \t]{1,9})?env\b"
)
# What a command lists of the variables of a shell, a process or a container, also without their values.
_LISTED = (
    r"(?im)^(?P<shown>[^\n]{{0,80}}?(?:[$#%>❯»][ \t]?(?:(?:env|printenv|compgen|set)\b|export -p\b|declare -p?x\b|(?:gci|dir|ls|Get-ChildItem|Get-Item)[ \t](?:-Path[ \t])?Env:)|\b(?:exec|run)\b[^\n]{{1,160}}?[ \t](?:env|printenv)\b|\b(?:docker|podman)(?: container)? inspect\b|/proc/[0-9a-z$]{{1,10}}/environ\b)[^\n]{{0,160}})\n"
    r"(?:(?![^\n]{{0,80}}[$#%❯] |PS [^\n]{{0,80}}>|[A-Z]:\\[^\n]{{0,80}}>)[^\n]{{0,400}}\n){{0,16}}?"
    r"[ \t]{{0,24}}(?:declare -x |export |-e |- )?[\"']?{}(?:=(?![\"']{{0,2}}[ \t\r]*$)|[\"']?:[ \t]?\S|[ \t]{{1,40}}(?!(?:are|has|is|not|unset|was)\b)\S|[ \t\r]*$)"
)
_LISTED_KEY = lazy_pattern(_LISTED.format("AWS_ACCESS_KEY_ID"))
_LISTED_SESSION = lazy_pattern(_LISTED.format("AWS_SESSION_TOKEN"))
_UNSET = lazy_pattern(
    r"\bunset AWS_|\bRemove-Item Env:|\bset -e[gx]* AWS_|\bset AWS_SESSION_TOKEN=[ \t\r]*\n"
)
_PROMPT = lazy_pattern(r"\A[^\n$#%>❯»]{0,80}[$#%>❯»][ \t]?")
_PROMPTED = lazy_pattern(
    r"(?m)^(?:[^\n$#%❯»]{0,80}[$❯»]|[^\n$#%❯»]{0,80}[\w~/\])][#%]|PS [^\n>]{0,80}>|[A-Z]:\\[^\n>]{0,80}>)[ \t]?(?P<line>\S[^\n]{0,400})"
)
# A command that runs or shows something in a container, and in which one.
_IN_CONTAINER = lazy_pattern(
    r"(?a)\b(?:docker|nerdctl|oc|kubectl|podman)\b[^\n]{0,120}?[ \t](?:attach|exec|inspect|logs|run)\b(?:[ \t]{1,4}(?:(?:-[ceflnuw]|--(?:container|context|env|format|namespace|selector|since|tail|user))[= ]\S{1,80}|-\S{1,80})){0,8}[ \t]{1,4}(?:[a-z]{1,20}/)?(?P<name>[\w./:@-]{2,200})"
)
_SIGNED_IN = lazy_pattern(
    r"(?a)\baws (?:sso )?login\b[^\n]{0,80}? --profile[ =](?P<profile>[\w.@:+/-]{1,64})[^$]{0,400}?(?i:success)"
    # What people say that they did before, and what works.
    r"|\b(?:(?:I|[Ww]e)(?:'ve| have)?(?: \w{2,7}ly| just| also| then)? (?:did|done|ran|run|used|executed)|(?:[Ll]ogged|[Ss]igned) in)\b(?:(?!\bnot\b|n't\b)[^\n.;]){0,60}?\baws (?:sso )?login\b[^\n]{0,80}? --profile[ =](?P<said>[\w.@:+/-]{0,63}[\w@+/-])(?![^\n.;]{0,60}\b(?i:fail|error))"
    r"|\baws [^\n`]{0,120}? --profile[ =](?P<works>[\w.@:+/-]{0,63}[\w@+/-])[`'\"]{0,2} (?:works|succeeds|is fine|lists|returns|prints)\b"
    # saml2aws, gimme-aws-creds, okta-aws-cli and aws-azure-login, whose profile a call must select.
    r"|\(e\.g\. aws --profile (?P<saml>[\w.@:+/-]{1,64}) |\b(?:[Ww]rote|[Ww]ritten|[Uu]pdated) profile [\"']?(?P<written>[\w.@:+/-]{1,64})[\"']? (?:to|in) [^\n]{0,100}(?:credentials|config)\b"
)
_SIGN_IN = lazy_pattern(
    r"(?a)\baws sso login\b[^\n]{0,80}? --(?P<kind>profile|sso-session)[ =](?P<name>[\w.@:+/-]{1,64})"
)
# A command at a prompt, or what people say that they ran. Messages of SDKs tell to run it.
_BARE_SIGN_IN = lazy_pattern(
    r"(?m)(?:[$%>#❯] |\b(?:ran|did|done|executed|tried|used|run(?= [^\n.;]{0,60}\b(?:ago|already|before|again|works?|twice)\b))[ :]{1,2}(?:a |an |just |only |plain )?[`'\"]?)aws sso login(?=[`'\"]|[ \t]*$|[,;.)]| (?:again|already|before|and|two|a|just|twice|today|this)\b)(?![`'\"]? (?:with|for|--))"
)
_SIGNED_IN_URL = lazy_pattern(
    r"\bSuccessfully logged into Start URL: ?(https://[\w.-]{4,100}(?:/[\w-]{1,40})?)"
)
_SELECTED = lazy_pattern(
    r"(?am)\bprofile[ \t]{0,20}= ?\"(?P<block>[\w.@+-]{1,64})\"|\bAWS_PROFILE ?= ?[\"']?(?P<variable>[\w.@+-]{1,64})"
    r"|\b(?:terraform|aws(?! sso login| sts get-caller))\b[^\n]{0,200} --profile[ =](?P<option>(?!(?:and|for|in|is|or|the|to|with)\b)[\w.@+-]{1,64})"
    # In Python, JavaScript, Java, .NET and Go.
    r"|(?:\bprofile_name\s?=\s?|\bfrom(?:Ini|SSO)\(\{\s?profile:\s?|\bWithSharedConfigProfile\(|\bProfileCredentialsProvider(?:\.create)?\(|\.profileName\(|\bStoredProfileAWSCredentials\()[\"'](?P<code>[\w.@+-]{1,64})[\"']"
    # Options of other programs, and the configuration file of one.
    r"|(?<=[\w\"'] )(?:--aws-profile[ =]|-ProfileName )[\"']?(?P<other>[\w.@+-]{1,64})|^[ \t]{0,20}aws[_-]profile\s?[:=]\s?[\"']?(?P<setting>[\w.@+-]{1,64})[\"']?[ \t]*$"
)
# An error of aws-vault, or its command.
_VAULT_PROFILE = lazy_pattern(
    r"\baws-vault: error: [^\n]{0,80}credentials for (?P<profile>[\w.@+-]{1,64}):|\baws-vault (?:-\S+ ){0,4}(?:exec|login) (?:-\S+ ){0,4}(?P<other>[\w.@+-]{1,64})"
)

_Place: TypeAlias = Literal["block", "code", "option", "other", "setting", "variable"]


class SignIn(NamedTuple):
    """A sign-in to IAM Identity Center that a text shows, by the name of a profile or of a session."""

    kind: str
    name: str


_USED_PROFILE = lazy_pattern(rf"{USES_PROFILE}([\w.-]{{0,63}}\w)")


def find_profile(case: Case[Failure]) -> str | None:
    """Return the profile that the text names."""
    command = case.context.command
    signs_in = command is not None and command.words[:2] == ("sso", "login")
    if signs_in and (used := _USED_PROFILE.search(case.text)) is not None:
        # Somebody signed in with another profile than the one of the call.
        return safe_name(used[1])
    in_code = list_selected_profiles(case.failure.text, "code") if signs_in else set[str]()
    if len(in_code) == 1:
        return safe_name(in_code.pop())
    if (option := find_option(case, "profile")) is not None:
        return option
    if (missing := _MISSING.search(case.text)) is not None:
        return safe_name(missing[1])
    stated = case.context.profile
    if stated is not None:
        return safe_name(stated.value)
    text = case.text
    # Each match contains one of these.
    may_match = any(map(text.__contains__, ("rofile", "PROFILE", "credentials file")))
    if may_match and (found := _PROFILES.search(text)) is not None:
        return safe_name(next(filter(None, found.groups()), None))
    whole = case.failure.text
    if "rofile" not in whole:
        return None
    selected = list_selected_profiles(whole, "code", "other", "setting")
    # A call without a profile uses the default one, if there is one.
    if not selected and "[default]" not in whole:
        selected = {each[1] or each[2] for each in _CONFIGURED_PROFILE.finditer(whole)}
    return safe_name(only_one(selected))


def has_key_in_shell(text: str) -> bool:
    """Return whether the text shows an access key in a variable of the shell.

    It takes precedence over ``AWS_PROFILE``, not over ``--profile``: ``create_credential_resolver`` in
    botocore/credentials.py.
    """
    return _SHELL_KEY.search(text) is not None


def lists_key_in_shell(text: str) -> bool:
    """Return whether the text shows an access key in a variable of the shell, or only the name of the variable."""
    return has_key_in_shell(text) or _LISTED_KEY.search(text) is not None


def find_key_of_call(case: Case[Failure]) -> ListedKey | None:
    """Return the access key that ``aws configure list`` or the credentials file shows, if the call has the same profile."""
    text = case.failure.text
    listed = find_listed_key(text) or _find_stored_key(case)
    if listed is None:
        return None
    from iamtriage.explaining._context.readers.command_runs import selects_profile_itself

    if selects_profile_itself(case.failure):
        return listed if find_option(case, "profile") == listed.profile else None
    selected = list_selected_profiles(text, "block", "code", "other", "setting", "variable")
    selects = bool(selected) or listed.is_listed or listed.profile is None
    return listed if selects and selected <= {listed.profile} else None


def _find_stored_key(case: Case[Failure]) -> ListedKey | None:
    """Return the access key of the only section of the credentials file that has keys, if nothing else gives the profile credentials."""
    text = case.failure.text
    sections = find_profile_sections(text)
    name = "aws_session_token" if case.failure.kind == "expired_credentials" else "aws_access_key_id"
    stored = [each for each in sections if name in each.settings and each.file != "config"]
    if len(stored) != 1 or lists_key_in_shell(text):
        return None
    [section] = stored
    if any(
        _OTHER_SOURCE.match(setting)
        for each in sections
        if each.name == section.name
        for setting in each.settings
    ):
        return None
    profile = None if section.name == "default" else section.name
    return ListedKey(
        section.settings.get("aws_access_key_id", ""), "shared-credentials-file", profile, is_listed=False
    )


# Settings of a profile that the AWS CLI or an SDK can use in place of keys.
_OTHER_SOURCE = lazy_pattern(r"sso_|role_arn|credential_|login_session|web_identity_|source_profile")
LIST_COMMAND = "aws configure list"
"""The command that prints where the AWS CLI finds credentials."""


def find_listed_session(failure: Failure) -> tuple[str, bool] | None:
    """Return the command that lists the session token that the call must have used, and whether it is that of a container."""
    text, start = failure.text, failure.span[0]
    key = find_listed_key(text)
    found = _LISTED_SESSION.search(text) if "AWS_SESSION_TOKEN" in text else None
    if (found is None and key is None) or (key is not None and key.kind != "env"):
        return None
    # Most texts list no variables.
    from iamtriage.explaining._context.readers.command_runs import selects_profile_itself

    if selects_profile_itself(failure):
        return None
    if found is None:
        return LIST_COMMAND, False
    if _UNSET.search(text, found.end(), max(start, found.end())):
        return None
    # The call can have run in another place than the listed variables are in.
    called = search_last(_PROMPTED, text, 0, start)
    place = _IN_CONTAINER.search(found["shown"])
    if called is not None and not found.start() <= called.start() < found.end():
        other = _IN_CONTAINER.search(called["line"])
        names = [each["name"] for each in (place, other) if each is not None]
        # The name of a pod begins with that of its workload.
        if (place is None) != (other is None) or not max(names, default="").startswith(
            min(names, default="")
        ):
            return None
    return _PROMPT.sub("", found["shown"].strip()), place is not None


def find_shell_profile(text: str) -> str | None:
    """Return the profile that a variable of the shell selects, if the text shows it."""
    found = _SHELL_PROFILE.search(text)
    return None if found is None else safe_name(found[1] or found[2])


def selects_profile_in_shell(text: str) -> bool:
    """Return whether the text shows a variable of the shell that selects the profile."""
    return "PROFILE" in text and _SHELL_PROFILE.search(text) is not None


def find_signed_in_profile(text: str) -> str | None:
    r"""Return the profile with which the text shows a sign-in that succeeded.

    >>> find_signed_in_profile("$ aws sso login --profile dev\\nSuccessfully logged into Start URL: x")
    'dev'
    """
    found = _SIGNED_IN.search(text)
    return None if found is None else next(filter(None, found.groups()))


def list_sign_ins(text: str) -> list[SignIn]:
    """Return the sign-ins to IAM Identity Center, whether they succeeded or not.

    >>> list_sign_ins("$ aws sso login --sso-session shop")
    [SignIn(kind='sso-session', name='shop')]
    """
    return [SignIn(each["kind"], each["name"]) for each in _SIGN_IN.finditer(text)]


def signs_in_with_default(text: str) -> bool:
    r"""Return whether a text shows ``aws sso login`` without a profile, and no variable that selects one.

    >>> signs_in_with_default("I ran `aws sso login` twice."), signs_in_with_default("To refresh, run aws sso login.")
    (True, False)
    """
    return (
        _BARE_SIGN_IN.search(text) is not None
        and not selects_profile_in_shell(text)
        and "AWS_PROFILE" not in text
    )


def list_signed_in_urls(text: str) -> set[str]:
    """Return the start URLs for which the AWS CLI printed that a sign-in succeeded."""
    return {each[1].lower() for each in _SIGNED_IN_URL.finditer(text)}


def list_selected_profiles(text: str, *places: _Place) -> set[str]:
    """Return the profiles that variables, blocks of Terraform, code or options of commands other than sign-ins select.

    >>> list_selected_profiles("AWS_PROFILE=dev terraform plan", "variable")
    {'dev'}
    """
    return {name for each in _SELECTED.finditer(text) for place in places if (name := each[place])}


def find_vault_profile(text: str) -> str | None:
    """Return the profile that aws-vault used.

    >>> find_vault_profile("$ aws-vault --debug exec dev -- aws s3 ls")
    'dev'
    """
    found = _VAULT_PROFILE.search(text)
    return None if found is None else safe_name(found["profile"] or found["other"])
