"""Which addresses a client may make us call (URL input, webhooks): the rules against server-side request forgery.

https only, no user names, a host from the allow list if there is one, and every address that the name resolves to must
be a public one. The check comes after DNS and the connection goes to the address that was checked, so that a name
cannot point elsewhere a moment later; decimal, octal and hexadecimal spellings are resolved before they are judged.

Rules after OWASP's "Server-Side Request Forgery Prevention Cheat Sheet"; metadata addresses from the clouds' manuals.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from ocr_service.errors import AddressRefused

Address = IPv4Address | IPv6Address

# Public by their number, yet inside a cloud: Azure's metadata and DNS; Oracle's metadata is in 192.0.0.0/24, which IANA
# keeps for protocols, as it keeps the relay addresses of 6to4 (RFC 7526). Python 3.11 takes most of them for public.
_NEVER = tuple(map(IPv4Network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
# The only IPv6 addresses that IANA gives to networks (RFC 4291, 2.4), but for documentation (RFC 3849, RFC 9637).
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_DOCUMENTATION = IPv6Network("3fff::/20")
# Prefixes whose last 32 bits are an IPv4 address: NAT64, IPv4-compatible, IPv4-translated (RFC 6052, 4291, 2765).
_LAST_32_BITS = tuple(map(IPv6Network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))


@dataclass(frozen=True, slots=True)
class AddressRules:
    """``hosts``: the only ones allowed (``files.example.com``, ``*.example.com``); empty means any public one.

    ``trusted``: ``host`` or ``host:port`` of the operator's own, where plain http and private addresses are allowed
    too (never link-local ones, where metadata services live).
    """

    hosts: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """An address that passed: ``url`` as given, and the IP address to connect to."""

    url: httpx.URL
    ip: Address

    @property
    def pinned(self) -> httpx.URL:
        """The same address with the IP in the host's place."""
        return self.url.copy_with(host=str(self.ip))

    @property
    def host_header(self) -> str:
        return self.url.netloc.decode("ascii")


def check_url(url: str, rules: AddressRules) -> httpx.URL:
    """What can be told without DNS. Raises AddressRefused."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as exc:
        raise AddressRefused("not a valid URL") from exc
    if parsed.scheme not in ("https", "http") or not parsed.host:
        raise AddressRefused("only https:// addresses are allowed")
    if parsed.userinfo:
        raise AddressRefused("a user name or password in the address is not allowed")
    if _is_trusted(parsed, rules):
        return parsed
    if parsed.scheme != "https":
        raise AddressRefused("only https:// addresses are allowed")
    if rules.hosts and not any(_matches(parsed.host, pattern) for pattern in rules.hosts):
        raise AddressRefused(f"{parsed.host} is not in the list of allowed hosts (URL_HOSTS)")
    return parsed


async def resolve(url: str, rules: AddressRules) -> Target:
    """Checks the URL, and every address behind its name. Raises AddressRefused, also for a name that is not known."""
    parsed = check_url(url, rules)
    trusted = _is_trusted(parsed, rules)
    port = parsed.port or {"https": 443, "http": 80}[parsed.scheme]
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(parsed.host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as exc:
        raise AddressRefused(f"{parsed.host}: the name is not known") from exc
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if not is_allowed(address, private=trusted):
            raise AddressRefused(f"{parsed.host} leads to {address}, which is not a public address")
    return Target(url=parsed, ip=addresses[0])


def is_allowed(address: Address, *, private: bool = False) -> bool:
    """Whether we may connect there; ``private`` allows loopback and private networks."""
    address = _embedded(address)
    if address.is_link_local or address.is_multicast or address.is_unspecified or _is_in(address, _NEVER):
        return False
    if private and (address.is_private or address.is_loopback):
        return True
    if isinstance(address, IPv6Address) and (address not in _GLOBAL_UNICAST or address in _DOCUMENTATION):
        return False
    return address.is_global


def _is_in(address: Address, networks: tuple[IPv4Network, ...] | tuple[IPv6Network, ...]) -> bool:
    return any(address in network for network in networks)


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries (mapped, NAT64, 6to4, Teredo, …), else the address itself."""
    if isinstance(address, IPv4Address) or address.is_loopback or address.is_unspecified:
        return address
    if _is_in(address, _LAST_32_BITS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def _is_trusted(url: httpx.URL, rules: AddressRules) -> bool:
    with_port = f"{url.host}:{url.port or {'https': 443, 'http': 80}.get(url.scheme, 0)}"
    return url.host in rules.trusted or with_port in rules.trusted


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
