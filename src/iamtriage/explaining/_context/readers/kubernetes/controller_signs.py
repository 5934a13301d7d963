"""Recognize texts that can name a controller, so that other texts need neither the table of controllers nor its patterns."""

from __future__ import annotations

# Each match of a controller's patterns contains one of these in lower case.
_FRAGMENTS = (
    "argo", "assumeroleforpodidentity", "autoscaler", "aws-node", "backup", "balancer", "cert-manager", "cloudwatch", "controller",
    "create volume", "csi", "cwagent", "decryption failed", "dns01", "external", "failed to pull", "failedbuildmodel", "faileddeploymodel",
    "fluent", "flux ", "hosted zones", "introspect", "ipamd", "k8s",
    "karpenter", "kubelet", ".go:", "record", "regenerate asg", "s-plugin", "tach volume", "velero", "vpc",
)  # fmt: skip


# By a character that few texts have: searching for one character takes a third of the time.
_RARE_CHARACTERS = "xkv0zfg"
_FRAGMENTS_BY_CHARACTER: dict[str, list[str]] = {}
for _fragment in _FRAGMENTS:
    _character = next(filter(_fragment.__contains__, _RARE_CHARACTERS), "")
    _FRAGMENTS_BY_CHARACTER.setdefault(_character, []).append(_fragment)


def may_name_controller(text: str) -> bool:
    """Return whether a text can name a controller, which is faster than to find it.

    >>> may_name_controller("ebs.csi.aws.com"), may_name_controller("arn:aws:s3:::orders")
    (True, False)
    """
    text = text.lower()
    for character in filter(text.__contains__, _FRAGMENTS_BY_CHARACTER):
        if any(map(text.__contains__, _FRAGMENTS_BY_CHARACTER[character])):
            return True
    return False
