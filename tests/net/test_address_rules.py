"""The rules against server-side request forgery, with real name resolution."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ocr_service.errors import AddressRefused
from ocr_service.net.address_rules import AddressRules, check_url, is_allowed, resolve

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/a.pdf",  # a name that resolves to 127.0.0.1
        "https://127.0.0.1/",
        "https://2130706433/",  # decimal
        "https://0177.0.0.1/",  # octal
        "https://0x7f.1/",  # hexadecimal, short
        "https://127.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",  # IPv4 mapped
        "https://[::ffff:a9fe:a9fe]/",
        "https://[64:ff9b::7f00:1]/",  # NAT64
        "https://[2002:7f00:1::]/",  # 6to4
        "https://[fe80::1]/",
        "https://[fd00:ec2::254]/",  # AWS metadata over IPv6
        "https://169.254.169.254/latest/meta-data/",
        "https://168.63.129.16/",  # Azure
        "https://100.100.100.200/",  # Alibaba metadata, shared address space
        "https://10.0.0.8/",
        "https://172.16.3.4/",
        "https://192.168.1.1/",
        "https://224.0.0.1/",
        "https://192.0.0.192/",  # Oracle's metadata
        "https://192.0.0.10/",
        "https://192.88.99.1/",  # 6to4 relay
        "https://[64:ff9b:1::7f00:1]/",  # NAT64 of a local network
        "https://[64:ff9b::c000:c0]/",  # NAT64 of 192.0.0.192
        "https://[fec0::1]/",  # site-local, deprecated
        "https://[::127.0.0.1]/",  # IPv4-compatible
        "https://[::ffff:0:127.0.0.1]/",  # IPv4-translated
        "https://[::ffff:0:a9fe:a9fe]/",
        "https://[3fff::1]/",  # documentation
        "https://[2001:db8::1]/",
        "https://[5f00::1]/",  # segment routing
        "https://[4000::1]/",  # given to nobody
        "https://[100::1]/",
        "https://[ff0e::1]/",
    ],
)
async def test_address_inside_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused, match=r"not a (public address|valid URL)"):
        await resolve(url, AddressRules())


@pytest.mark.parametrize(
    "url", ["http://8.8.8.8/", "file:///etc/passwd", "ftp://8.8.8.8/", "gopher://8.8.8.8/", "https://", "8.8.8.8", ""]
)
def test_only_https_is_allowed(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, AddressRules())


@pytest.mark.parametrize("url", ["https://user@8.8.8.8/", "https://user:pass@8.8.8.8/", "https://8.8.8.8@10.0.0.1/"])
def test_user_names_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused, match="user name"):
        check_url(url, AddressRules(trusted=("8.8.8.8", "10.0.0.1")))


async def test_public_address_is_pinned_and_keeps_its_name() -> None:
    target = await resolve("https://8.8.8.8:8443/a?b=c", AddressRules())
    assert (str(target.pinned), target.host_header) == ("https://8.8.8.8:8443/a?b=c", "8.8.8.8:8443")


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(ip_address(address))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.8", "fd00::1", "::ffff:127.0.0.1"])
def test_inside_addresses_are_for_trusted_hosts_alone(address: str) -> None:
    assert is_allowed(ip_address(address), private=True)
    assert not is_allowed(ip_address(address))


async def test_unknown_name_is_refused() -> None:
    with pytest.raises(AddressRefused, match="not known"):
        await resolve("https://no-such-name.invalid/", AddressRules())


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("8.8.8.8", True), ("a.example.com", True), ("example.com", False), ("evil-example.com", False), ("x.org", False)],
)
def test_allow_list_holds(host: str, allowed: bool) -> None:
    rules = AddressRules(hosts=("8.8.8.8", "*.example.com"))
    if allowed:
        assert check_url(f"https://{host}/", rules).host == host
    else:
        with pytest.raises(AddressRefused, match="URL_HOSTS"):
            check_url(f"https://{host}/", rules)


async def test_trusted_host_may_be_inside_but_never_metadata() -> None:
    rules = AddressRules(hosts=("files.example.com",), trusted=("localhost:8000", "169.254.169.254"))
    assert str((await resolve("http://localhost:8000/hook", rules)).ip) in ("127.0.0.1", "::1")
    for url in ("http://localhost:8001/hook", "http://169.254.169.254/"):
        with pytest.raises(AddressRefused):
            await resolve(url, rules)
