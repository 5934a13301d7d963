"""The command ``sts``; not for the rules: see ``sts_endpoints``, ``sts_settings`` and ``sts_diagnosis``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from iamtriage._text import escape_controls
from iamtriage.cli._output import FOUND, NOTHING, WRONG_USE, bold, complain, rows
from iamtriage.exceptions import ConfigFileError, EndpointError, UnknownRegionError

if TYPE_CHECKING:
    import argparse

    from iamtriage.cli._output import Commands
    from iamtriage.sts._endpoints import StsEndpoint
    from iamtriage.sts._settings import StsSettings

__all__ = ("add_command",)


def add_command(commands: Commands) -> None:
    """Add the command."""
    from iamtriage.sts._sdks import SDKS

    words = "tell which STS host a client calls, and why"
    command = commands.add_parser("sts", help=words, description=words.capitalize() + ".")
    command.add_argument(
        "what",
        nargs="?",
        choices=("doctor",),
        help="doctor: use the environment and config file of this machine, and say what is wrong with them",
    )
    command.add_argument("--region", help="the client's region; without it, the client has none")
    command.add_argument("--fips", action="store_true", help="use_fips_endpoint")
    command.add_argument("--dual-stack", action="store_true", help="use_dualstack_endpoint")
    command.add_argument("--legacy", action="store_true", help="sts_regional_endpoints=legacy")
    command.add_argument("--sdk", choices=sorted(SDKS), default="boto3", help="whose defaults hold")
    command.add_argument("--profile", help="doctor: the profile of the config file")
    command.add_argument(
        "--error", metavar="FILE", help="doctor: a file with the error text; - standard input"
    )
    command.add_argument("--explain", action="store_true", help="print where each setting comes from")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        if arguments.what == "doctor":
            return _doctor(arguments)
        settings = _settings({}, arguments)
        return _print(settings, settings.resolve(), arguments)
    except (ConfigFileError, EndpointError, UnknownRegionError) as error:
        complain(error)
        return WRONG_USE


def _settings(
    env: dict[str, str],
    arguments: argparse.Namespace,
    *,
    config: str | None = None,
    credentials: str | None = None,
) -> StsSettings:
    from iamtriage.sts._settings import StsSettings

    client: dict[str, object] = {}
    if arguments.region is not None:
        client["region_name"] = arguments.region
    switches = {
        name: True
        for name, wanted in (
            ("use_fips_endpoint", arguments.fips),
            ("use_dualstack_endpoint", arguments.dual_stack),
        )
        if wanted
    }
    if switches:
        client["config"] = switches
    if arguments.legacy:
        # A client has no argument for it.
        env = env | {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}
    return StsSettings.from_sources(
        env, config, arguments.profile, credentials=credentials, sdk=arguments.sdk, **client
    )


def _print(settings: StsSettings, endpoint: StsEndpoint, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print(json.dumps(endpoint._asdict(), ensure_ascii=True))
    elif arguments.explain:
        print(settings.explain())
    else:
        published = {True: "yes", False: "no", None: "unknown"}[endpoint.published]
        shown: list[tuple[str, object]] = [
            ("signing region", endpoint.signing_region),
            ("partition", endpoint.partition),
            ("published", published),
            ("why", endpoint.reason),
        ]
        print("\n".join([bold(endpoint.url), *rows(shown)]))
    return FOUND


def _doctor(arguments: argparse.Namespace) -> int:
    """Look at this machine's settings; the only place of this command that reads the world."""
    from iamtriage.sts._diagnosis import diagnose_sts

    env = dict(os.environ)
    settings = _settings(
        env,
        arguments,
        config=_file_of(env, "AWS_CONFIG_FILE", "~/.aws/config"),
        credentials=_file_of(env, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    )
    region = settings.region.value
    diagnosis = diagnose_sts(
        _text_of(arguments.error),
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
        # The table says so already: these settings lead to no host.
        return FOUND
    return FOUND if diagnosis.causes else NOTHING


def _file_of(env: dict[str, str], variable: str, default: str) -> str | None:
    path = Path(env.get(variable) or default).expanduser()
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _text_of(file: str | None) -> str | None:
    if file is None:
        return None
    if file == "-":
        return sys.stdin.buffer.read().decode(errors="replace")
    return Path(file).read_text(encoding="utf-8", errors="replace")
