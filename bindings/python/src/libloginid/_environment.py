"""The variables of the environment that the official package follows, through ``requests``."""

import os
from typing import Dict

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def settings() -> Dict[str, str]:
    """The fields of a configuration for proxies and trusted roots that the environment names."""
    fields: Dict[str, str] = {}
    if os.getuid() != os.geteuid() or os.getgid() != os.getegid():
        # The environment is that of a user with fewer rights.
        return fields
    if any(os.environ.get(name) or os.environ.get(name.upper()) for name in _PROXIES):
        fields["proxy"] = "env"
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    if bundle:
        fields["ca_file"] = bundle
    return fields
