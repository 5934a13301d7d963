"""Generate ``src/iamtriage/sts/_endpoint_table.py`` from the installed botocore.

::

    python tools/sync_sts.py                      # print the table
    python tools/sync_sts.py --write              # replace the checked-in table
    python tools/sync_sts.py --check              # exit status 1 and a diff if they differ

Three data files of botocore are read: ``partitions.json`` (regions, patterns, suffixes), ``endpoints.json``
(listed hosts, and the settings that clients reject) and the endpoint rule set of STS (how hosts are built).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import botocore
from botocore.args import LEGACY_GLOBAL_STS_REGIONS
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointVariantError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

_ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":  # run as a file, Python searches only its folder
    sys.path.insert(0, str(_ROOT))

from tools.generated import add_options, update_file  # noqa: E402 (needs the path above)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TABLE = _ROOT / "src" / "iamtriage" / "sts" / "_endpoint_table.py"
_WIDTH = 110

_HEADER = '''\
"""List botocore's partitions and STS hosts. This file is generated: do not edit it.

``tools/sync_sts.py`` generated it from botocore {version}. A test compares it with the installed botocore.
"""

from __future__ import annotations

from iamtriage._typing import NamedTuple

BOTOCORE = "{version}"


class Partition(NamedTuple):
    """A partition and its STS hosts.

    Attributes:
        regions: The Regions for which endpoints.json lists an STS host.
        unlisted: The Regions that only partitions.json lists.
        pseudo: Region names that are not Regions, such as ``aws-global``.
        fips_regions: The Regions for which endpoints.json lists a FIPS host.
        rejects_dual_stack: Whether clients raise EndpointVariantError for dual stack.
    """

    name: str
    pattern: str
    dns_suffix: str
    dual_stack_suffix: str
    fips_label: str
    rejects_dual_stack: bool
    regions: tuple[str, ...]
    unlisted: tuple[str, ...]
    pseudo: tuple[str, ...]
    fips_regions: tuple[str, ...]


'''


class _Data(NamedTuple):
    """The data files, and the objects that evaluate them."""

    partitions: list[dict[str, Any]]
    endpoints: dict[str, dict[str, Any]]
    rules: EndpointProvider
    resolver: EndpointResolver

    def host(self, region: str, *, fips: bool = False, dual_stack: bool = False) -> str:
        """Return the host name that the rule set determines."""
        answer = self.rules.resolve_endpoint(
            Region=region, UseFIPS=fips, UseDualStack=dual_stack, UseGlobalEndpoint=False
        )
        return str(answer.url).removeprefix("https://")


def build_table() -> str:
    """Return the text of the table for the installed botocore.

    Raises:
        ValueError: The table cannot express the data, so its format and ``iamtriage.sts`` must change.
    """
    loader = Loader()
    partitions = loader.load_data("partitions")
    endpoints = loader.load_data("endpoints")
    data = _Data(
        partitions["partitions"],
        {partition["partition"]: partition for partition in endpoints["partitions"]},
        EndpointProvider(loader.load_service_model("sts", "endpoint-rule-set-1"), partitions),
        EndpointResolver(endpoints, uses_builtin_data=True),
    )
    # Clients follow the order of endpoints.json.
    order = list(data.endpoints)
    rows = sorted(data.partitions, key=lambda partition: order.index(partition["id"]))
    [pseudo] = [
        name
        for name, endpoint in data.endpoints["aws"]["services"]["sts"]["endpoints"].items()
        if endpoint.get("hostname") == "sts.amazonaws.com"
    ]
    scope = data.endpoints["aws"]["services"]["sts"]["endpoints"][pseudo]["credentialScope"]["region"]
    lines = [
        "PARTITIONS = (",
        *(line for row in rows for line in _partition(data, row)),
        ")",
        "# The pseudo-region of the global endpoint, its host, and the region that signs for it.",
        f'GLOBAL_REGION = "{pseudo}"',
        f'GLOBAL_HOST = "{data.host(pseudo)}"',
        f'GLOBAL_SIGNING_REGION = "{scope}"',
        "# Regions whose calls go to the global endpoint in legacy mode.",
        *_collection("LEGACY_GLOBAL_REGIONS = frozenset(", LEGACY_GLOBAL_STS_REGIONS, ")"),
    ]
    return _HEADER.format(version=botocore.__version__) + "\n".join(lines) + "\n"


def _partition(data: _Data, row: dict[str, Any]) -> list[str]:
    name, outputs = row["id"], row["outputs"]
    old = data.endpoints[name]
    listed = old["services"]["sts"]["endpoints"]
    if old["regionRegex"] != row["regionRegex"] or old["dnsSuffix"] != outputs["dnsSuffix"]:
        _reject(f"endpoints.json and partitions.json differ about {name}")
    if not (outputs["supportsFIPS"] and outputs["supportsDualStack"]):
        _reject(f"the rule set rejects variants of {name}")
    regions = [region for region in row["regions"] if region in listed and region in old["regions"]]
    pseudo = [region for region in row["regions"] if region.endswith("-global")]
    unlisted = [region for region in row["regions"] if region not in {*regions, *pseudo}]
    suffix = outputs["dnsSuffix"]
    label = data.host(regions[0], fips=True).split(".")[0]
    return [
        "    Partition(",
        f'        name="{name}",',
        f'        pattern=r"{row["regionRegex"]}",',
        f'        dns_suffix="{suffix}",',
        f'        dual_stack_suffix="{outputs["dualStackDnsSuffix"]}",',
        f'        fips_label="{label}",',
        f"        rejects_dual_stack={_rejects_dual_stack(data, regions[0])},",
        *_collection("        regions=", regions, ","),
        *_collection("        unlisted=", unlisted, ","),
        *_collection("        pseudo=", pseudo, ","),
        *_collection("        fips_regions=", _fips_regions(listed, regions, f"{label}.{{}}.{suffix}"), ","),
        "    ),",
    ]


def _fips_regions(listed: dict[str, Any], regions: Iterable[str], template: str) -> list[str]:
    """Return the regions with a listed FIPS host; each host must be the one that clients build."""
    found: list[str] = []
    for region in regions:
        for variant in listed[region].get("variants", ()):
            if variant["tags"] != ["fips"] or variant["hostname"] != template.format(region):
                _reject(f"endpoints.json lists {variant} for {region}")
            found.append(region)
    return found


def _rejects_dual_stack(data: _Data, region: str) -> bool:
    """Return whether clients reject dual stack in a partition, regardless of FIPS."""
    rejected: list[bool] = []
    for fips in (False, True):
        is_rejected = False
        try:
            data.resolver.construct_endpoint(
                "sts", region, use_dualstack_endpoint=True, use_fips_endpoint=fips
            )
        except EndpointVariantError:
            is_rejected = True
        rejected.append(is_rejected)
    if rejected[0] != rejected[1]:
        _reject(f"dual stack depends on FIPS in {region}")
    return rejected[0]


def _reject(reason: str) -> NoReturn:
    msg = f"the table cannot express the source data: {reason}"
    raise ValueError(msg)


def _collection(before: str, names: Iterable[str], after: str) -> list[str]:
    """Format names like the formatter: on one line if they fit, else one per line."""
    names = list(names)
    one = ", ".join(f'"{name}"' for name in names)
    if "frozenset" in before:
        opening, closing = "{", "}"
    else:
        opening, closing = "(", ",)" if len(names) == 1 else ")"
    line = f"{before}{opening}{one}{closing}{after}"
    if len(line) <= _WIDTH:
        return [line]
    indent = " " * (len(before) - len(before.lstrip()))
    rows = [f'{indent}    "{name}",' for name in names]
    if "frozenset" in before:
        rows = [f"    {row}" for row in rows]
        return [f"{indent}{before.strip()}", f"{indent}    {{", *rows, f"{indent}    }}", f"{indent}{after}"]
    return [f"{before}{opening}", *rows, f"{indent}{closing}{after}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(description="Generate the STS table from the installed botocore.")
    add_options(parser)
    options = parser.parse_args(arguments)
    return update_file(TABLE, build_table(), options, source="the installed botocore")


if __name__ == "__main__":
    sys.exit(main())
