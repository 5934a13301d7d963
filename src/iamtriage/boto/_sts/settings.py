"""Read the settings of a session's STS client from code, environment and files."""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import botocore
from botocore.config import Config

from iamtriage.boto._sessions import get_botocore_session
from iamtriage.exceptions import ConfigFileError
from iamtriage.sts._settings import StsSettings

if TYPE_CHECKING:
    from typing import Any

__all__ = ("sts_settings",)

# Settings that code can set in a session, and their names in a client's Config. In botocore's order, a Config
# takes precedence over them, and they take precedence over the environment.
_CODE_SETTINGS = {
    "region": "region_name",
    "use_fips_endpoint": "use_fips_endpoint",
    "use_dualstack_endpoint": "use_dualstack_endpoint",
    "ignore_configured_endpoint_urls": "ignore_configured_endpoint_urls",
}


def sts_settings(session: object, **client_args: Any) -> StsSettings:  # noqa: ANN401 (botocore's)
    """Return the settings of a session's STS client, and the source of each.

    This reads the environment and the files that the session reads. It creates no client and makes no AWS API
    calls. Settings that code has set in the session are reported as part of the client's ``config``.

    Args:
        session: A ``boto3.Session`` or a ``botocore.session.Session``. Its profile is used.
        client_args: The arguments for ``session.client("sts", …)``, including ``config``.

    Raises:
        ConfigFileError: A file is malformed, or lacks a section that the settings refer to.
        TypeError: The session is not a session, or ``session.client`` does not accept an argument.

    >>> import botocore.session
    >>> session = botocore.session.Session()
    >>> settings = sts_settings(session, region_name="eu-west-1", endpoint_url="https://sts.example.com")
    >>> settings.endpoint_url.value, settings.endpoint_url.source
    ('https://sts.example.com', 'client argument endpoint_url')

    Sources of settings: https://docs.aws.amazon.com/sdkref/latest/guide/creds-config-files.html.
    """
    core = get_botocore_session(session)
    in_code: dict[str, Any] = core.instance_variables()
    config = Config(
        **{name: in_code[variable] for variable, name in _CODE_SETTINGS.items() if variable in in_code}
    )
    for override in (core.get_default_client_config(), client_args.pop("config", None)):
        if override is not None:
            config = config.merge(override)
    return StsSettings.from_sources(
        dict(os.environ),
        _read_config_file(core.get_config_variable("config_file")),
        in_code.get("profile"),  # a profile from the environment is reported as such
        credentials=_read_config_file(core.get_config_variable("credentials_file")),
        sdk="boto3" if _get_botocore_version() >= (1, 40) else "boto3-1.39",
        config=config,
        **client_args,
    )


def _get_botocore_version() -> tuple[int, ...]:
    """Return the version of botocore, because its default for regional endpoints changed in 1.40."""
    return tuple(int(part) for part in str(botocore.__version__).split(".")[:2])


def _read_config_file(name: str | None) -> str | None:
    """Read a config file as botocore does, or return ``None`` if it does not exist."""
    if not name:
        return None
    path = Path(os.path.expandvars(name)).expanduser()
    if not path.is_file():
        return None
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        msg = f"{path}: expected UTF-8, got other bytes in line {line}"
        raise ConfigFileError(msg, line=line) from error
