"""Make ``src/iamtriage/sts/_endpoint_table.py`` of the installed botocore's data; not part of the package.

Prints the table, or compares it with the one that is checked in::

    python tools/sync_sts.py                      # print it
    python tools/sync_sts.py --write              # put it in its place
    python tools/sync_sts.py --check              # exit status 1, and a diff, where they differ

Three files of botocore are read: ``partitions.json`` (regions, patterns, suffixes), ``endpoints.json`` (which
hosts are listed, and what a client refuses) and the rule set of STS (how hosts are written).
"""  # noqa: INP001 (run as a file)

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore
from botocore.args import LEGACY_GLOBAL_STS_REGIONS
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointVariantError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TABLE = Path(__file__).resolve().parents[1] / "src" / "iamtriage" / "sts" / "_endpoint_table.py"
_WIDTH = 110

_HEAD = '''\
"""What botocore's data say of partitions and STS hosts; generated, so not for editing and not for rules.

By ``tools/sync_sts.py`` from botocore {version}. A test compares this file with the installed botocore.
"""

from __future__ import annotations

from typing import NamedTuple

BOTOCORE = "{version}"


class Partition(NamedTuple):
    """A partition and its STS hosts.

    ``regions`` are those for which endpoints.json lists an STS host, ``unlisted`` those that only
    partitions.json knows, ``pseudo`` the names that stand for no region. ``fips_regions`` are those for
    which endpoints.json lists a FIPS host. ``refuses_dual_stack``: clients raise EndpointVariantError.
    """

    name: str
    pattern: str
    dns_suffix: str
    dual_stack_suffix: str
    fips_label: str
    refuses_dual_stack: bool
    regions: tuple[str, ...]
    unlisted: tuple[str, ...]
    pseudo: tuple[str, ...]
    fips_regions: tuple[str, ...]


'''


class _Data(NamedTuple):
    """The data files, and the engines that read them."""

    partitions: list[dict[str, Any]]
    endpoints: dict[str, dict[str, Any]]
    rules: EndpointProvider
    resolver: EndpointResolver

    def host(self, region: str, *, fips: bool = False, dual_stack: bool = False) -> str:
        """Give the host that the rule set makes."""
        answer = self.rules.resolve_endpoint(
            Region=region, UseFIPS=fips, UseDualStack=dual_stack, UseGlobalEndpoint=False
        )
        return str(answer.url).removeprefix("https://")


def table() -> str:
    """Give the text of the table for the installed botocore.

    Raises:
        ValueError: the data do not fit the table's form; it and ``sts_endpoints`` have to learn more.
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
    # In the order of endpoints.json, which clients follow.
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
    return _HEAD.format(version=botocore.__version__) + "\n".join(lines) + "\n"


def _partition(data: _Data, row: dict[str, Any]) -> list[str]:
    name, outputs = row["id"], row["outputs"]
    old = data.endpoints[name]
    listed = old["services"]["sts"]["endpoints"]
    if old["regionRegex"] != row["regionRegex"] or old["dnsSuffix"] != outputs["dnsSuffix"]:
        _unfit(f"endpoints.json and partitions.json differ about {name}")
    if not (outputs["supportsFIPS"] and outputs["supportsDualStack"]):
        _unfit(f"the rule set refuses variants of {name}")
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
        f"        refuses_dual_stack={_refuses_dual_stack(data, regions[0])},",
        *_collection("        regions=", regions, ","),
        *_collection("        unlisted=", unlisted, ","),
        *_collection("        pseudo=", pseudo, ","),
        *_collection("        fips_regions=", _fips_regions(listed, regions, f"{label}.{{}}.{suffix}"), ","),
        "    ),",
    ]


def _fips_regions(listed: dict[str, Any], regions: Iterable[str], template: str) -> list[str]:
    """Give the regions with a listed FIPS host; each host must be the one that clients build."""
    found: list[str] = []
    for region in regions:
        for variant in listed[region].get("variants", ()):
            if variant["tags"] != ["fips"] or variant["hostname"] != template.format(region):
                _unfit(f"endpoints.json lists {variant} for {region}")
            found.append(region)
    return found


def _refuses_dual_stack(data: _Data, region: str) -> bool:
    """Tell whether a client refuses dual stack in a partition; the same must hold together with FIPS."""
    refused: list[bool] = []
    for fips in (False, True):
        refusal = False
        try:
            data.resolver.construct_endpoint(
                "sts", region, use_dualstack_endpoint=True, use_fips_endpoint=fips
            )
        except EndpointVariantError:
            refusal = True
        refused.append(refusal)
    if refused[0] != refused[1]:
        _unfit(f"dual stack depends on FIPS in {region}")
    return refused[0]


def _unfit(reason: str) -> None:
    msg = f"the table has no place for this: {reason}"
    raise ValueError(msg)


def _collection(before: str, names: Iterable[str], behind: str) -> list[str]:
    """Write names as the formatter does: in one line where it fits, else one in a line."""
    names = list(names)
    one = ", ".join(f'"{name}"' for name in names)
    if "frozenset" in before:
        opening, closing = "{", "}"
    else:
        opening, closing = "(", ",)" if len(names) == 1 else ")"
    line = f"{before}{opening}{one}{closing}{behind}"
    if len(line) <= _WIDTH:
        return [line]
    indent = " " * (len(before) - len(before.lstrip()))
    rows = [f'{indent}    "{name}",' for name in names]
    if "frozenset" in before:
        rows = [f"    {row}" for row in rows]
        return [f"{indent}{before.strip()}", f"{indent}    {{", *rows, f"{indent}    }}", f"{indent}{behind}"]
    return [f"{before}{opening}", *rows, f"{indent}{closing}{behind}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; give the exit status."""
    parser = argparse.ArgumentParser(description="The STS table of the installed botocore.")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--check", action="store_true", help="compare with the checked-in table")
    group.add_argument("--write", action="store_true", help="overwrite the checked-in table")
    options = parser.parse_args(arguments)
    new = table()
    if options.write:
        TABLE.write_text(new, encoding="utf-8")
    elif options.check:
        old = TABLE.read_text(encoding="utf-8")
        diff = difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), str(TABLE), "installed botocore"
        )
        sys.stdout.writelines(diff)
        return int(old != new)
    else:
        sys.stdout.write(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
