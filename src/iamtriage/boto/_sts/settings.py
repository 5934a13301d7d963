"""The settings that a session would make an STS client with; not for what they mean, see ``StsSettings``.

The session's sources are read here, the environment and the files, and handed on as texts.
"""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import botocore
from botocore.config import Config

from iamtriage.boto._sessions import core_of
from iamtriage.exceptions import ConfigFileError
from iamtriage.sts._settings import StsSettings

if TYPE_CHECKING:
    from typing import Any

__all__ = ("sts_settings",)

# What a session may be told in code, and what a client's Config calls it. In botocore's order a Config comes
# before it, the environment after it.
_IN_CODE = {
    "region": "region_name",
    "use_fips_endpoint": "use_fips_endpoint",
    "use_dualstack_endpoint": "use_dualstack_endpoint",
    "ignore_configured_endpoint_urls": "ignore_configured_endpoint_urls",
}


def sts_settings(session: object, **client_args: Any) -> StsSettings:  # noqa: ANN401 (botocore's)
    """Tell with which settings a session would make its STS client, and where each of them comes from.

    Reads the environment of the process, and the files that the session reads. Nothing is called, and no
    client made. What the session was told in code counts as part of the client's ``config``.

    Args:
        session: a ``boto3.Session`` or a ``botocore.session.Session``; its profile counts.
        client_args: what ``session.client("sts", …)`` would be given; ``config`` too.

    Raises:
        ConfigFileError: a file is malformed, or lacks what the settings name.
        TypeError: not a session, or an argument that ``session.client`` does not have.

    >>> import botocore.session
    >>> session = botocore.session.Session()
    >>> settings = sts_settings(session, region_name="eu-west-1", endpoint_url="https://sts.example.com")
    >>> settings.endpoint_url.value, settings.endpoint_url.source
    ('https://sts.example.com', 'client argument endpoint_url')

    Where settings come from: https://docs.aws.amazon.com/sdkref/latest/guide/creds-config-files.html.
    """
    core = core_of(session)
    in_code: dict[str, Any] = core.instance_variables()
    config = Config(**{name: in_code[told] for told, name in _IN_CODE.items() if told in in_code})
    for more in (core.get_default_client_config(), client_args.pop("config", None)):
        if more is not None:
            config = config.merge(more)
    return StsSettings.from_sources(
        dict(os.environ),
        _text_of(core.get_config_variable("config_file")),
        in_code.get("profile"),  # where the environment names it, the settings tell so
        credentials=_text_of(core.get_config_variable("credentials_file")),
        sdk="boto3" if _version() >= (1, 40) else "boto3-1.39",
        config=config,
        **client_args,
    )


def _version() -> tuple[int, ...]:
    """Give the version of botocore, whose default for regional endpoints changed with 1.40."""
    return tuple(int(part) for part in str(botocore.__version__).split(".")[:2])


def _text_of(name: str | None) -> str | None:
    """Read a file of settings as botocore does: there may be none."""
    if not name:
        return None
    path = Path(os.path.expandvars(name)).expanduser()
    if not path.is_file():
        return None
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        msg = f"{path} is not text in UTF-8: line {line}"
        raise ConfigFileError(msg, line=line) from error
