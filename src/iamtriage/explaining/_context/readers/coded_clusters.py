"""Find the EKS clusters that Terraform's code names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.terraform_code import find_blocks
from iamtriage.explaining._context.values import Stated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._context.readers.terraform_code import Block

_CLUSTER = "aws_eks_cluster"
_MODULE = "terraform-aws-modules/eks/aws"
_MAX_WORDS = 400
_NAME = lazy_pattern(r"(?a)[0-9A-Za-z][\w-]{0,99}")


def find_coded_clusters(text: str) -> Iterator[Stated]:
    r"""Yield the names of clusters that Terraform creates or reads.

    >>> [each.value for each in find_coded_clusters('data "aws_eks_cluster" "main" {\n  name = "orders"\n}')]
    ['orders']
    """
    blocks = (
        *find_blocks(text, "resource", _CLUSTER),
        *find_blocks(text, "data", _CLUSTER, f"{_CLUSTER}_auth"),
        # Since version 21, the module has no prefix before its variables.
        *(each for each in find_blocks(text, "module") if each.text_of("source") == _MODULE),
    )
    for block in blocks:
        name = block.text_of("name")
        if name is not None and _NAME.fullmatch(name):
            yield Stated(name, _quote(text, block, name))


def _quote(text: str, block: Block, name: str) -> str:
    """Return the words of a block up to its name, or only the latter if they are many."""
    end = text.index(f'"{name}"', block.start) + len(name) + 2
    words = text[block.start : end]
    return " ".join(words.split()) if len(words) <= _MAX_WORDS else f'name = "{name}"'
