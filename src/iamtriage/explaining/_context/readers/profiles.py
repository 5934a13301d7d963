"""Find the profiles that a text contains: sections of AWS config and credentials files, lists, and ``aws configure list``.

How the files name their sections: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Literal, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern, only_one, search_last
from iamtriage._rendering.values import Value
from iamtriage._typing import NamedTuple

File: TypeAlias = Literal["config", "credentials"]

_SECTION = lazy_pattern(
    r"(?am)^[ \t]{0,8}\[(?P<kind>profile[ \t]{1,4})?(?P<name>[\w.@+:/-]{1,64})\][ \t\r]{0,8}$"
)
_FILE = lazy_pattern(r"[.]aws[/\\](config|credentials)\b|\bAWS_(CONFIG|SHARED_CREDENTIALS)_FILE\b")
# Settings that only the config file can have.
_OF_CONFIG = lazy_pattern(
    r"sso_\w+|role_arn|source_profile|credential_source|credential_process|region|output|login_session|duration_seconds"
)
# What settings of profiles have in their names, also misspelled ones.
_OF_AWS = lazy_pattern(r"aws|key|token|role|region|sso|profile|credential|session|output|mfa|endpoint")
_SETTING = lazy_pattern(r"(?am)^[ \t]{0,8}(\w{1,60})[ \t]{0,4}=[ \t]{0,4}([^\r\n]{0,1000})")
# What aws configure list prints of the profile and the access key, with colons in newer versions.
_LISTED_KEY = lazy_pattern(
    r"(?am)(?:^[ \t]{0,20}profile[ \t]{1,40}(?::[ \t]{1,9})?(?:<not set>|(?P<profile>[\w.@+:/-]{1,64}))[ \t:][^\n]{0,200}\n[ \t]{0,20})?^[ \t]{0,20}access_key[ \t]{1,40}(?::[ \t]{1,9})?(?P<value>\S{1,40})[ \t]{1,40}(?::[ \t]{1,9})?(?P<kind>[a-z][\w-]{1,60})\b"
)
# The command prints one name per line: https://docs.aws.amazon.com/cli/latest/reference/configure/list-profiles.html.
# People also look for the headers in the files.
_LIST_COMMAND = lazy_pattern(
    r"\baws configure list-profiles\b[^\n]{0,80}\n"
    r"|\bgrep (?:-\w{1,5} ){0,2}['\"]?\^?\\?\[(?:\.\*)?(?:\\?\])?\$?['\"]? (?P<file>[\w~$/-]{1,40}/[.]aws/(?:config|credentials))[ \t\r]*\n"
)
_LISTED_NAME = lazy_pattern(r"(?a)[ \t]{0,8}[\w.@+:/-]{1,64}[ \t\r]{0,8}")
_MAX_CHARS, _MAX_SECTIONS = 32_000, 32


@attrs.frozen(eq=False, repr=False)
class ProfileSection(Value):
    """The section of a profile in a file that a text contains.

    Attributes:
        name: The name of the profile.
        has_prefix: Whether the section begins with the word ``profile``.
        file: The file, if the text or the settings show it.
        settings: The settings, such as ``role_arn``.
    """

    name: str
    has_prefix: bool
    file: File | None
    settings: dict[str, str] = attrs.field(factory=dict[str, str])

    @property
    def is_sso(self) -> bool:
        """Whether the profile uses IAM Identity Center."""
        return any(each.startswith("sso_") for each in self.settings)

    @property
    def header(self) -> str:
        """The header line of the section."""
        return f"[profile {self.name}]" if self.has_prefix else f"[{self.name}]"

    @property
    def correct_header(self) -> str:
        """The header line that the file requires."""
        is_plain = self.file == "credentials" or self.name == "default"
        return f"[{self.name}]" if is_plain else f"[profile {self.name}]"


def find_listed_profiles(text: str) -> tuple[str, ...]:
    r"""Return the profiles that ``aws configure list-profiles`` printed.

    >>> find_listed_profiles("$ aws configure list-profiles\ndefault\nshop-prod\n$ kubectl get pods\n")
    ('default', 'shop-prod')
    >>> find_listed_profiles("$ grep -F '[' ~/.aws/config\n[profile shop]\n[sso-session corp]\n")
    ('shop',)
    """
    command = _LIST_COMMAND.search(text)
    if command is None:
        return ()
    lines = text[command.end() : command.end() + _MAX_CHARS].split("\n")[:_MAX_SECTIONS]
    if command["file"]:
        printed = takewhile(lambda each: each.lstrip("0123456789: ").startswith("["), lines)
        headers = filter(None, (_SECTION.match(each.lstrip("0123456789: ")) for each in printed))
        # In the config file, a header without the word is none of a profile.
        return tuple(
            each["name"]
            for each in headers
            if each["kind"] or command["file"].endswith("credentials") or each["name"] == "default"
        )
    names = takewhile(_LISTED_NAME.fullmatch, lines)
    return tuple(name.strip() for name in names)


def describe_missing_default(text: str) -> str:
    """Return that the profiles in a text do not include the one named default, as the end of a sentence, or nothing."""
    command, listed = _LIST_COMMAND.search(text), find_listed_profiles(text)
    is_part = command is not None and "|" in command[0]
    if command is None or is_part or not listed or "default" in listed or "[default]" in text:
        return ""
    return (
        f", and {command['file']} has no [default]"
        if command["file"]
        else ", and there is no profile default"
    )


def find_profile_sections(text: str) -> tuple[ProfileSection, ...]:
    r"""Return the sections of profiles that a text contains.

    >>> [each.header for each in find_profile_sections("~/.aws/config\n[profile dev]\nregion=eu-west-1\n")]
    ['[profile dev]']
    >>> find_profile_sections("[www]\nuser = nginx\npm = static\n")
    ()
    """
    if "[" not in text or "\n" not in text:
        return ()
    text = text[:_MAX_CHARS]
    found = list(_SECTION.finditer(text))[:_MAX_SECTIONS]
    sections: list[ProfileSection] = []
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(text)
        # The settings of a section end at the first empty line or prompt.
        body = re.split(r"\n[ \t]*\n|\n[^\n=]*[$#%>] ", text[match.end() : end], maxsplit=1)[0]
        if "=" not in body:
            continue
        named = search_last(_FILE, text, 0, match.start())
        settings = {name.lower(): value.strip() for name, value in _SETTING.findall(body)}
        file: File | None = "config" if any(map(_OF_CONFIG.fullmatch, settings)) else None
        if named:
            file = "credentials" if "credentials" in named[0].lower() else "config"
        if file is None and match["kind"] is None and not any(map(_OF_AWS.search, settings)):
            continue  # of another program, such as a pool of PHP-FPM
        sections.append(ProfileSection(match["name"], match["kind"] is not None, file, settings))
    return tuple(sections)


class ListedKey(NamedTuple):
    """The access key that ``aws configure list`` printed, or that a section of a file has.

    Attributes:
        ending: Its last characters.
        kind: Where it is from, such as ``"env"`` or ``"shared-credentials-file"``.
        profile: The profile that the command used, if a variable or an option selects one.
        is_listed: Whether the command printed it.
    """

    ending: str
    kind: str
    profile: str | None
    is_listed: bool = True

    @property
    def file(self) -> str | None:
        """The file that has the key, or ``None`` if it is not from a file."""
        return {"config-file": "~/.aws/config", "shared-credentials-file": "~/.aws/credentials"}.get(
            self.kind
        )

    @property
    def shown(self) -> str:
        """What shows where the key is from, as a sentence."""
        if not self.is_listed:
            return f"The text shows the keys under [{self.profile or 'default'}]."
        profile = f"the profile {self.profile}" if self.profile else "no profile"
        return f"aws configure list shows {profile}, and the type {self.kind}."

    @property
    def section(self) -> str:
        """The section of the profile in the file with keys, in words."""
        return f"[{self.profile or 'default'}] in {self.file}"


def find_listed_key(text: str) -> ListedKey | None:
    """Return the access key that ``aws configure list`` printed.

    >>> find_listed_key("access_key     ****************H7XQ              env")
    ListedKey(ending='H7XQ', kind='env', profile=None, is_listed=True)
    """
    found = _LISTED_KEY.search(text) if "access_key" in text else None
    return found and ListedKey(found["value"].lstrip("*"), found["kind"], found["profile"])


# The path of a file, and the lines up to the one with a key, without those of a shell prompt.
_KEY_FILE = r"(?<![\w./~-])(?P<file>(?:~|/[\w.-]{{1,60}}|\.{{1,2}})(?:/[\w.-]{{1,60}}){{0,8}}|\.env(?:rc|\.[\w-]{{1,30}})?)[:\"']?[ \t]*\r?\n(?:(?![^\n]{{0,40}}[$#] )[^\n]{{0,200}}\n){{0,6}}?(?![^\n]{{0,40}}[$#] )[^\n]{{0,200}}{}"
# "terraform.tfvars: access_key = ...", as grep prints it
_FILE_OF_LINE = r"(?m)^(?P<file>[\w./~-]{{1,100}}\.(?:tfvars|env|ini|ya?ml|json|properties|conf|cfg|toml|tf|sh|py|js))(?::\d{{1,6}})?:[^\n]{{0,100}}{}"
# "/srv/app/.env still has it"
_SAID_FILE = lazy_pattern(
    r"(?<![\w./~-])(?P<file>(?:~|/[\w.-]{1,60})(?:/[\w.-]{1,60}){0,8})[`\"']? (?:still |also )?(?:has|contains|uses|holds) (?:it|(?:this|that|the(?: old| inactive)?) key)\b"
)


def find_key_file(text: str, key: str) -> str | None:
    r"""Return the only file that a text shows to have a key: a command prints its lines, or they follow its name.

    >>> find_key_file("$ grep key_id ~/.aws/credentials\naws_access_key_id = AKIA2", "AKIA2")
    '~/.aws/credentials'
    """
    text = text[:_MAX_CHARS]
    forms = (_KEY_FILE, _FILE_OF_LINE)
    shown = [found for form in forms for found in re.finditer(form.format(re.escape(key)), text)]
    shown += _SAID_FILE.finditer(text)
    return only_one({each["file"] for each in shown})
