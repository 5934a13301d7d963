"""Select a profile for a program that runs on a person's computer, such as in an IDE.

An IDE that is not started in a terminal gets no variables of one. For profiles of IAM Identity Center, some SDKs need
packages: https://docs.aws.amazon.com/sdk-for-net/v4/developer-guide/sso.html and
https://docs.aws.amazon.com/sdk-for-java/latest/developer-guide/credentials-temporary-idc.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._context.readers.statements import LOCALLY, find_said, find_working
from iamtriage.explaining._rules.basics import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy

_JETBRAINS = r"(?:JetBrains )?(?:IntelliJ(?: IDEA)?|PyCharm|GoLand|WebStorm|PhpStorm|RubyMine|CLion|RustRover)|(?<=\b[Ii]n )Rider|(?<=\b[Ff]rom )Rider|JetBrains Rider"
_CODE = r"(?:VS ?Code|Visual Studio Code)"
_STUDIO = r"Visual Studio(?! Code)(?: 20\d\d)?"
_ECLIPSE = r"(?<=\b[Ii]n )Eclipse|(?<=\b[Ff]rom )Eclipse|Eclipse IDE"
_IDE = lazy_pattern(
    rf"\b(?:(?P<jetbrains>{_JETBRAINS})|(?P<code>{_CODE})|(?P<studio>{_STUDIO})|(?P<eclipse>{_ECLIPSE})|(?P<xcode>Xcode))\b(?![-/])"
)
# The Visual Studio of a build agent, and containers and hosts that an IDE connects to.
_REMOTE = lazy_pattern(
    r"\b(?i:dev ?container|remote[- ](?:ssh|host|development|containers?)|code ?spaces?)\b"
)
# Where the variables of a program are set.
_SETTINGS = {
    "jetbrains": "In Run > Edit Configurations > Environment variables, add AWS_PROFILE={}.",
    "code": 'In .vscode/launch.json, add "env": {{"AWS_PROFILE": "{}"}} to the configuration.',
    "studio": 'In Properties/launchSettings.json, add "AWS_PROFILE": "{}" to environmentVariables of the profile that you start.',
    "xcode": "In Product > Scheme > Edit Scheme > Run > Arguments > Environment Variables, add AWS_PROFILE with the value {}.",
    "eclipse": "In Run > Run Configurations > Environment, add AWS_PROFILE with the value {}.",
}
_DOTNET = lazy_pattern(r"\bAmazon\.(?:Runtime|[A-Z]\w{1,30})\.|\bAWSSDK\b|\bat Amazon\.")
_JAVA_2 = lazy_pattern(r"\bsoftware\.amazon\.awssdk\b")


# A computer that somebody got or set up anew lacks the files of the old one.
_NEW_COMPUTER = lazy_pattern(
    r"(?i:\b(?:new|replacement|fresh(?:ly (?:installed|set up))?|reinstalled|re-?imaged|wiped) (?:[a-z]{2,12} ){0,2}?(?:laptop|notebook computer|macbook|imac|mac|pc|computer|workstation)\b(?!s? runner))"
)
_CLAUSE_END = lazy_pattern(r"[,.;:!?\n]")
_WORKS = lazy_pattern(r"(?i:\b(?:works?|worked|fine|succeed(?:s|ed)?|ok)\b)")
# The prompts of laptops, and the home directories of macOS and Windows, but not those of CI runners and of servers. Programs of Go, Rust
# and .NET print where they were built.
_OWN_HOME = lazy_pattern(
    r"\b[\w.-]{1,40}@[\w.-]{0,60}(?:MacBook|iMac|Mac-?[Mm]ini|Mac-?[Ss]tudio)[\w.-]{0,40}"
    r"|(?m:^\(?[\w. ()-]{0,40}[\w.-]@[\w-]{0,40}(?i:laptop|thinkpad|notebook(?!-\d)|zenbook|elitebook|latitude|\bxps)[\w-]{0,20}(?::| )[~/][^\n$#%]{0,200}[$#%])"
    r"|\b(?:DESKTOP|LAPTOP)-(?=[A-Z0-9]{0,6}\d)[A-Z0-9]{7}\b"
    # WSL, whose files of Windows are in /mnt.
    r"|(?<![\w/])/private/(?:tmp|var)\b"
    r"|(?<![\w/])/mnt/[a-z]/(?:[Uu]sers|work|src|dev|code|projects?|repos?|git)/"
    r"|(?<![\w/.])/Users/(?!(?:runner|ec2-user|distiller|builder|jenkins|administrator|Shared|vagrant|admin)\b)[\w.-]{1,40}/(?![^\s\"':]{0,300}\.(?:go|rs|cs|cpp|swift):)"
    r"|\b[A-Z]:\\{1,2}Users\\{1,2}(?!(?i:administrator|runneradmin|container\w*|vssadministrator|jenkins|default|public|system)\b)[\w.-]{1,40}\\(?![^\n\"':]{0,300}\.(?:go|rs|cs|cpp|vb|fs):)"
)


def find_ide(text: str) -> tuple[str, str] | None:
    """Return the kind and the name of the IDE in which a program runs, if somebody says it.

    >>> find_ide("I start it in PyCharm."), find_ide("It works in PyCharm.")
    (('jetbrains', 'PyCharm'), None)
    """
    found = next(find_said(text, _IDE), None)
    if found is None or found.lastgroup is None or _REMOTE.search(text) is not None:
        return None
    return found.lastgroup, found[0]


def find_computer(text: str) -> str | None:
    """Return what shows that a program runs on a person's computer: words, its prompt or home directory, or the name of its IDE."""
    ide = find_ide(text)
    if ide is not None or _REMOTE.search(text) is not None:
        return None if ide is None else ide[1]
    said = next(find_said(text, LOCALLY), None) or _OWN_HOME.search(text) or _find_new_computer(text)
    return None if said is None else said[0]


def _find_new_computer(text: str) -> re.Match[str] | None:
    """Return the words for a new computer on which the program does not work, as far as the text says.

    >>> _find_new_computer("I got a new laptop, on the old one it worked.")[0]
    'new laptop'
    >>> _find_new_computer("On the new laptop it works, on the server it does not.") is None
    True
    """
    for found in _NEW_COMPUTER.finditer(text):
        before = _CLAUSE_END.split(text[max(found.start() - 100, 0) : found.start()])[-1]
        after = _CLAUSE_END.split(text[found.end() : found.end() + 100], maxsplit=1)[0]
        if _WORKS.search(before) is None and _WORKS.search(after) is None:
            return found
    return None


_IN_WSL = lazy_pattern(r"\bWSL ?2?\b|\bwsl(?:\.exe)?\b|microsoft-standard|(?<![\w/])/mnt/[a-z]/")
_IN_WINDOWS = lazy_pattern(r"(?i:\b(?:power ?shell|cmd(?:\.exe)?|(?:on|in|from) (?:the )?windows)\b)")


def explain_wsl(text: str) -> tuple[str, str, Remedy] | None:
    """Return where a program in WSL finds no credentials although it does in Windows, why, and how to share the files."""
    works = find_working(text, _IN_WINDOWS) if _IN_WSL.search(text) else None
    if works is None:
        return None
    why = f"WSL has its own home directory: programs there read its ~/.aws, and not %USERPROFILE%\\.aws. The text says {quote_words(works)}."
    remedy = your_remedy(
        "Let WSL read the files of Windows",
        "Run the commands in WSL. If it has its own ~/.aws, move that away first. wslvar is from the package wslu.",
        "Or sign in in WSL, too, with the AWS CLI that is installed there (aws configure sso). Variables of Windows, such as AWS_PROFILE, do not get there, unless WSLENV lists them.",
        commands=('ln -s "$(wslpath "$(wslvar USERPROFILE)")/.aws" ~/.aws', "aws sts get-caller-identity"),
        url=pages.CLI_PROFILES,
    )
    return " in WSL", why, remedy


def describe_ide(text: str) -> str | None:
    """Return how to select a profile in the IDE that starts a program, if a text names one."""
    ide = find_ide(text)
    if ide is None:
        return None
    kind, called = ide
    return f"Started from the desktop, {called} does not get the variables of a terminal. {_SETTINGS[kind].format('PROFILE')}"


def describe_modules(text: str) -> str | None:
    """Return which modules the SDK of a program needs for profiles of IAM Identity Center, if it needs any."""
    if _DOTNET.search(text):
        return "For a profile of IAM Identity Center, the project needs the packages AWSSDK.SSO and AWSSDK.SSOOIDC."
    if _JAVA_2.search(text):
        return "For a profile of IAM Identity Center, the class path needs the modules sso and ssooidc of software.amazon.awssdk, in the version of its other modules."
    return None


def select_profile(profile: str, text: str) -> Remedy:
    """Return the remedy that selects a profile with a sign-in for a program, in its IDE if the text names one."""
    name, ide = commands.profile(profile), find_ide(text)
    packages: tuple[str, ...] = ()
    needs = describe_modules(text) if "sso login" in text else None
    own = None
    if _DOTNET.search(text):
        own = f'Or, with AWSSDK.Extensions.NETCore.Setup, add "AWS": {{"Profile": "{name}"}} to appsettings.Development.json.'
        if needs is not None:
            packages = ("dotnet add package AWSSDK.SSO", "dotnet add package AWSSDK.SSOOIDC")
    title, check = f"Select the profile {profile}", None
    lines: tuple[str, ...] = (f"export AWS_PROFILE={name}", "aws sts get-caller-identity")
    step = "Set AWS_PROFILE in the shell that makes the call, or pass --profile to each command."
    if ide is not None:
        title += f" where {ide[1]} starts the program"
        step = f"{_SETTINGS[ide[0]].format(name)} Started from the desktop, {ide[1]} does not get the variables of a terminal."
        check = "The first command checks the sign-in. If it has expired, sign in again."
        lines = (f"aws sts get-caller-identity --profile {name}",)
    elif needs is not None or own is not None:
        step = "Set AWS_PROFILE in the shell or the run configuration that starts the program."
    return your_remedy(title, step, own, needs, check, commands=(*lines, *packages), url=pages.CLI_PROFILES)
