"""Translate the commands of explanations from a POSIX shell to PowerShell.

Sources:
https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_environment_variables and
https://docs.aws.amazon.com/cli/latest/reference/configure/export-credentials.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

__all__ = ("to_powershell",)

_LOOKUP = lazy_pattern(
    r"(?P<export>export )?(?P<name>[A-Za-z_]\w*)=(?P<value>\"\$\(.*\)\"|\$\((?:(?! && ).)*\))", re.DOTALL
)
_VALUE = r"(?:'[^'\n]*'|\"[^\"$`\n]*\"|[\w./:@+,=-]*)"
_EXPORT = lazy_pattern(rf"export (?P<all>[A-Za-z_]\w*={_VALUE}(?: [A-Za-z_]\w*={_VALUE})*)")
_FOR_COMMAND = lazy_pattern(
    rf"(?P<all>[A-Z_][A-Z0-9_]*={_VALUE}(?: [A-Z_][A-Z0-9_]*={_VALUE})*) (?P<command>[a-z].*)", re.DOTALL
)
_ONE = lazy_pattern(rf"(?P<name>[A-Za-z_]\w*)=(?P<value>{_VALUE})")
_UNSET = lazy_pattern(r"unset (?P<names>[A-Za-z_]\w*(?: [A-Za-z_]\w*)*)")
# The name of a role, from its ARN.
_AFTER_SLASH = lazy_pattern(r"\$\{(?P<name>[A-Za-z_]\w*)##\*/\}")
_DISCARDED = " > /dev/null"
_EXPORTED_CREDENTIALS = lazy_pattern(
    r"eval \"\$\((?P<command>aws configure export-credentials [^()\"]{0,200}?--format )env\)\""
)


def to_powershell(command: str) -> str:
    """Return a command for PowerShell.

    Windows PowerShell has no "&&", and a variable of its environment is set in another way.

    >>> to_powershell("export AWS_PROFILE=orders && terraform init")
    "$env:AWS_PROFILE = 'orders'; terraform init"
    >>> to_powershell('role="$(aws iam list-roles)"')
    '$role = "$(aws iam list-roles)"'
    >>> to_powershell("policy=arn:aws:iam::111122223333:policy/guard")
    "$policy = 'arn:aws:iam::111122223333:policy/guard'"
    >>> to_powershell("unset AWS_PROFILE AWS_REGION")
    'Remove-Item Env:AWS_PROFILE, Env:AWS_REGION -ErrorAction SilentlyContinue'
    >>> print(to_powershell('aws iam get-role --role-name "${role##*/}" > /dev/null'))
    aws iam get-role --role-name "$($role.Split('/')[-1])" > $null
    """
    command = _AFTER_SLASH.sub(r"$($\g<name>.Split('/')[-1])", command)
    if command.endswith(_DISCARDED):
        command = f"{command.removesuffix(_DISCARDED)} > $null"
    if (found := _LOOKUP.fullmatch(command)) is not None:
        return _assign(found["name"], found["value"], is_exported=found["export"] is not None)
    # In quotes, it is not the shell's.
    parts = command.split(" && ") if not any(mark in command for mark in "'\"") else [command]
    return "; ".join(map(_convert, parts))


def _convert(command: str) -> str:
    if (found := _EXPORT.fullmatch(command)) is not None:
        return _assign_all(found["all"])
    if (found := _UNSET.fullmatch(command)) is not None:
        names = ", ".join(f"Env:{name}" for name in found["names"].split())
        return f"Remove-Item {names} -ErrorAction SilentlyContinue"
    if (found := _EXPORTED_CREDENTIALS.fullmatch(command)) is not None:
        return f"{found['command']}powershell | Invoke-Expression"
    if (found := _ONE.fullmatch(command)) is not None:
        return _assign(found["name"], found["value"], is_exported=False)
    if (found := _FOR_COMMAND.fullmatch(command)) is not None:
        return f"{_assign_all(found['all'])}; {found['command']}"
    return command


def _assign_all(assignments: str) -> str:
    found = _ONE.finditer(assignments)
    return "; ".join(_assign(each["name"], each["value"], is_exported=True) for each in found)


def _assign(name: str, value: str, *, is_exported: bool) -> str:
    # Without quotation marks, PowerShell assigns a list of lines.
    mark = '"' if value.startswith("$(") else "'"
    quoted = value if value[:1] in {"'", '"'} else f"{mark}{value}{mark}"
    return f"$env:{name} = {quoted}" if is_exported else f"${name} = {quoted}"
