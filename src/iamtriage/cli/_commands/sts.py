"""Define the command ``sts``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from iamtriage._text import escape_controls
from iamtriage.cli._input import read_text
from iamtriage.cli._options import add_color
from iamtriage.cli._output import ERROR, FOUND, NOT_FOUND, bold, format_rows, print_error
from iamtriage.exceptions import ConfigFileError, EndpointError, UnknownRegionError

if TYPE_CHECKING:
    import argparse

    from iamtriage.cli._output import Commands
    from iamtriage.sts._endpoints import StsEndpoint
    from iamtriage.sts._settings import StsSettings

__all__ = ("add_commands",)

_SWITCHES = {"--fips": "use_fips_endpoint", "--dual-stack": "use_dualstack_endpoint"}


def add_commands(commands: Commands) -> None:
    """Add the command."""
    from iamtriage.sts._sdks import SDKS

    command = commands.add_parser(
        "sts",
        help="show which STS endpoint a client calls, and why",
        description="Show which STS endpoint a client calls, and why. Without doctor, only the options are "
        "used, not the settings of this machine.",
        epilog="Exit status: 0 on success, 2 on an error; with doctor, 0 if a problem was found, 1 if none "
        "was.",
    )
    command.add_argument(
        "mode",
        nargs="?",
        choices=("doctor",),
        metavar="doctor",
        help="read the environment and the config file of this machine, and diagnose them",
    )
    command.add_argument("--region", help="the client's Region; a client without the option has none")
    for option, setting in _SWITCHES.items():
        command.add_argument(option, dest=setting, action="store_true", help=f"set {setting}")
    command.add_argument("--legacy", action="store_true", help="set sts_regional_endpoints=legacy")
    sdks = sorted(SDKS)
    command.add_argument(
        "--sdk",
        choices=sdks,
        default="boto3",
        metavar="SDK",
        help=f"the SDK whose defaults apply (default: %(default)s): {', '.join(sdks)}",
    )
    command.add_argument("--profile", help="doctor: the profile in the config file")
    command.add_argument(
        "--error", metavar="FILE", help="doctor: a file with the error message, or - for standard input"
    )
    command.add_argument("--explain", action="store_true", help="print the source of each setting")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    add_color(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.mode is None and (arguments.error or arguments.profile):
        print_error(f"{'--error' if arguments.error else '--profile'} requires doctor")
        return ERROR
    try:
        if arguments.mode == "doctor":
            return _diagnose(arguments)
        settings = _build_settings({}, arguments)
        return _print_endpoint(settings, settings.resolve(), arguments)
    except (ConfigFileError, EndpointError, UnknownRegionError) as error:
        print_error(error)
        return ERROR


def _build_settings(
    env: dict[str, str],
    arguments: argparse.Namespace,
    *,
    config: str | None = None,
    credentials: str | None = None,
) -> StsSettings:
    from iamtriage.sts._settings import StsSettings

    client_arguments: dict[str, object] = {}
    if arguments.region is not None:
        client_arguments["region_name"] = arguments.region
    client_config = {setting: True for setting in _SWITCHES.values() if getattr(arguments, setting)}
    if client_config:
        client_arguments["config"] = client_config
    if arguments.legacy:
        # Clients have no argument for this setting.
        env = env | {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}
    return StsSettings.from_sources(
        env, config, arguments.profile, credentials=credentials, sdk=arguments.sdk, **client_arguments
    )


def _print_endpoint(settings: StsSettings, endpoint: StsEndpoint, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print(json.dumps(endpoint._asdict(), ensure_ascii=True))
    elif arguments.explain:
        print(settings.explain())
    else:
        published = {True: "yes", False: "no", None: "unknown"}[endpoint.published]
        rows = [("signing region", endpoint.signing_region), ("partition", endpoint.partition)]
        rows += [("published", published), ("why", endpoint.reason)]
        print(format_rows(bold(endpoint.url), rows))
    return FOUND


def _diagnose(arguments: argparse.Namespace) -> int:
    """Print this machine's settings and their problems."""
    from iamtriage.sts._diagnosis import diagnose_sts

    env = dict(os.environ)
    settings = _build_settings(
        env,
        arguments,
        config=_read_settings_file(env, "AWS_CONFIG_FILE", "~/.aws/config"),
        credentials=_read_settings_file(env, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    )
    region = settings.region.value
    diagnosis = diagnose_sts(
        None if arguments.error is None else read_text(arguments.error),
        env=env,
        region=region if isinstance(region, str) else None,
        sdk=arguments.sdk,
    )
    if arguments.json:
        print(json.dumps({"diagnosis": diagnosis.to_dict()}, ensure_ascii=True))
    else:
        print(settings.explain())
        if diagnosis.causes:
            print("\n" + "\n".join(map(escape_controls, str(diagnosis).split("\n"))))
    try:
        settings.resolve()
    except (EndpointError, UnknownRegionError):
        # These settings have no endpoint. The table says so, too.
        return FOUND
    return FOUND if diagnosis.causes else NOT_FOUND


def _read_settings_file(env: dict[str, str], variable: str, default: str) -> str | None:
    path = Path(env.get(variable) or default).expanduser()
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
