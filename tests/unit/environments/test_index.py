"""Which package index, certificates and proxies this host is set up with."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.environments.index import IndexSettings, host_settings, scrub

if TYPE_CHECKING:
    from collections.abc import Mapping

UV_TOML = '[[index]]\nurl = "https://extra/simple"\n\n[[index]]\nurl = "{url}"\ndefault = true\n'


class FakeHost:
    """A home and an /etc below one folder, and variables."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.etc = root / "etc"

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file such as ``etc/pip.conf``."""
        path = self.home.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def pip_conf(self, name: str, url: str, section: str = "global") -> None:
        """Write a configuration of pip that names an index."""
        self.write(name, f"[{section}]\nindex-url = {url}\n")

    def settings(self, variables: Mapping[str, str] | None = None) -> IndexSettings:
        """What samebits reads from it."""
        return host_settings(variables or {}, self.home, self.etc)


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


# the index


def test_a_host_without_settings_has_none(host: FakeHost) -> None:
    assert host.settings() == IndexSettings()


SOURCES = [
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "home/.config/uv/uv.toml",
    "etc/uv/uv.toml",
    "PIP_INDEX_URL",
    "home/.config/pip/pip.conf",
    "home/.pip/pip.conf",
    "etc/pip.conf",
    "etc/xdg/pip/pip.conf",
]


@pytest.mark.parametrize("first", range(len(SOURCES)), ids=SOURCES)
def test_each_source_wins_over_those_below_it(host: FakeHost, first: int) -> None:
    variables = {}
    for name in SOURCES[first:]:
        url = f"https://{name}/"
        if name.endswith(".toml"):
            host.write(name, UV_TOML.format(url=url))
        elif name.endswith(".conf"):
            host.pip_conf(name, url)
        else:
            variables[name] = url
    assert host.settings(variables).url == f"https://{SOURCES[first]}/"


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        pytest.param("UV_CONFIG_FILE", "own/uv.toml", id="uv's own file"),
        pytest.param("PIP_CONFIG_FILE", "own/pip.conf", id="pip's own file"),
    ],
)
def test_a_file_that_a_variable_names_wins_over_the_usual_places(
    host: FakeHost, variable: str, name: str
) -> None:
    for folder in ("home/.config/uv", "own"):
        host.write(f"{folder}/uv.toml", UV_TOML.format(url=f"https://{folder}/uv.toml"))
    for folder in ("home/.config/pip", "own"):
        host.pip_conf(f"{folder}/pip.conf", f"https://{folder}/pip.conf")
    if name.endswith(".conf"):
        (host.home / ".config/uv/uv.toml").unlink()
    assert host.settings({variable: str(host.home.parent / name)}).url == f"https://{name}"


def test_configuration_lies_where_xdg_says(host: FakeHost) -> None:
    host.pip_conf("elsewhere/pip/pip.conf", "https://pip/")
    host.pip_conf("system/pip/pip.conf", "https://system/")
    host.pip_conf("home/.config/pip/pip.conf", "https://not-read/")
    folders = {"XDG_CONFIG_HOME": str(host.home.parent / "elsewhere")}
    assert host.settings(folders).url == "https://pip/"
    host.write("elsewhere/uv/uv.toml", UV_TOML.format(url="https://uv/"))
    assert host.settings(folders).url == "https://uv/"
    host.write("home/.config/pip/pip.conf", "")
    system = f"{host.home.parent}/none:{host.home.parent}/system"
    assert host.settings({"XDG_CONFIG_DIRS": system}).url == "https://system/"


def test_an_empty_xdg_variable_is_no_folder(
    host: FakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.pip_conf("here/pip/pip.conf", "https://a-checkout-must-not-decide/")
    monkeypatch.chdir(host.home.parent / "here")
    assert host.settings({"XDG_CONFIG_DIRS": "", "XDG_CONFIG_HOME": ""}).url is None


def test_pip_without_configuration_reads_variables_only(host: FakeHost) -> None:
    host.pip_conf("etc/pip.conf", "https://etc/")
    assert host.settings({"PIP_CONFIG_FILE": "/dev/null"}).url is None
    variables = {"PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": "https://variable/"}
    assert host.settings(variables).url == "https://variable/"


@pytest.mark.parametrize("later", ["global", "install"])
def test_what_is_said_of_installing_wins_over_what_is_said_in_general(
    host: FakeHost, later: str
) -> None:
    earlier = "install" if later == "global" else "global"
    host.pip_conf("etc/pip.conf", f"https://{earlier}/", earlier)
    host.pip_conf("home/.config/pip/pip.conf", f"https://{later}/", later)
    assert host.settings().url == "https://install/"


def test_underscores_are_dashes(host: FakeHost) -> None:
    host.write("etc/pip.conf", "[global]\nindex_url = https://etc/\n")
    assert host.settings().url == "https://etc/"


def test_a_second_index_is_never_taken(host: FakeHost) -> None:
    host.write("home/.config/uv/uv.toml", '[[index]]\nurl = "https://extra/"\n')
    host.write("etc/pip.conf", "[global]\nextra-index-url = https://extra/\n")
    variables = {
        "UV_INDEX": "https://extra/",
        "UV_EXTRA_INDEX_URL": "https://extra/",
        "PIP_EXTRA_INDEX_URL": "https://extra/",
        "UV_FIND_LINKS": "https://extra/",
    }
    assert host.settings(variables) == IndexSettings()


def test_the_older_key_of_uv_is_read(host: FakeHost) -> None:
    host.write("etc/uv/uv.toml", 'index-url = "https://older/"\n')
    assert host.settings().url == "https://older/"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("home/.config/uv/uv.toml", "[[index]\n", id="no TOML"),
        pytest.param("home/.config/uv/uv.toml", b"\xff\xfe", id="TOML that is no UTF-8"),
        pytest.param("home/.config/uv/uv.toml", 'index = "https://x/"\n', id="index as text"),
        pytest.param("home/.config/uv/uv.toml", 'index = ["https://x/"]\n', id="index as texts"),
        pytest.param("home/.config/pip/pip.conf", "index-url = https://x/\n", id="no section"),
        pytest.param("home/.config/pip/pip.conf", "[global]\nx = 1\nx = 2\n", id="repeated key"),
        pytest.param("home/.config/pip/pip.conf", b"[global]\nx = \xff\n", id="INI, no UTF-8"),
        pytest.param("home/.config/pip/pip.conf/folder", "", id="a folder"),
        pytest.param("home/.config/uv/uv.toml/folder", "", id="a folder for uv"),
    ],
)
def test_a_broken_file_is_passed_over(host: FakeHost, name: str, content: str | bytes) -> None:
    host.write(name, content)
    host.pip_conf("etc/pip.conf", "https://etc/")
    assert host.settings().url == "https://etc/"


def test_percent_signs_are_text(host: FakeHost) -> None:
    host.pip_conf("etc/pip.conf", "https://user:p%40ss%(x)s@host/")
    assert host.settings().url == "https://user:p%40ss%(x)s@host/"


# certificates, netrc, proxies, hosts, timeouts

CERTIFICATES = ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]


@pytest.mark.parametrize("first", range(len(CERTIFICATES) + 1), ids=[*CERTIFICATES, "pip.conf"])
def test_the_first_certificates_that_exist(host: FakeHost, first: int) -> None:
    paths = {name: host.write(name, "pem") for name in [*CERTIFICATES[first:], "pip"]}
    host.write("etc/pip.conf", f"[global]\ncert = {paths['pip']}\n")
    named = ["SSL_CERT_FILE", *CERTIFICATES[first:]]
    variables = {name: str(host.home.parent / name) for name in named}
    assert host.settings(variables).certificates == next(iter(paths.values()))


@pytest.mark.parametrize("path", ["", "/nowhere/ca.pem", "."], ids=["empty", "missing", "folder"])
def test_certificates_that_are_no_file_are_none(host: FakeHost, path: str) -> None:
    assert host.settings({"SSL_CERT_FILE": path}).certificates is None


def test_netrc_of_the_home_or_of_the_variable(host: FakeHost) -> None:
    assert host.settings().netrc is None
    of_home = host.write("home/.netrc", "machine a")
    assert host.settings().netrc == of_home
    other = host.write("other", "machine b")
    assert host.settings({"NETRC": str(other)}).netrc == other
    assert host.settings({"NETRC": "/nowhere"}).netrc is None


@pytest.mark.parametrize(
    ("variables", "passed"),
    [
        pytest.param({"HTTPS_PROXY": "http://a"}, {"HTTPS_PROXY": "http://a"}, id="upper case"),
        pytest.param({"https_proxy": "http://a"}, {"HTTPS_PROXY": "http://a"}, id="lower case"),
        pytest.param(
            {"https_proxy": "http://a", "HTTPS_PROXY": "http://b"},
            {"HTTPS_PROXY": "http://b"},
            id="both",
        ),
        pytest.param(
            {"http_proxy": "a", "ALL_PROXY": "b", "no_proxy": "c"},
            {"HTTP_PROXY": "a", "ALL_PROXY": "b", "NO_PROXY": "c"},
            id="the others",
        ),
        pytest.param({"HTTP_PROXY": ""}, {}, id="empty"),
        pytest.param({"UV_HTTP_TIMEOUT": "7"}, {"UV_HTTP_TIMEOUT": "7"}, id="timeout of uv"),
        pytest.param({"PIP_TIMEOUT": "8"}, {"UV_HTTP_TIMEOUT": "8"}, id="timeout of pip"),
        pytest.param({"PIP_DEFAULT_TIMEOUT": "9"}, {"UV_HTTP_TIMEOUT": "9"}, id="default timeout"),
        pytest.param(
            {"UV_HTTP_TIMEOUT": "7", "PIP_DEFAULT_TIMEOUT": "9"},
            {"UV_HTTP_TIMEOUT": "7"},
            id="both timeouts",
        ),
        pytest.param(
            {"PIP_TRUSTED_HOST": "a\n  b:8080"}, {"UV_INSECURE_HOST": "a b:8080"}, id="pip's hosts"
        ),
        pytest.param(
            {"UV_INSECURE_HOST": "a", "PIP_TRUSTED_HOST": "b"},
            {"UV_INSECURE_HOST": "a"},
            id="uv's hosts",
        ),
        pytest.param({"HOME": "/root", "AWS_SECRET_ACCESS_KEY": "x"}, {}, id="nothing else"),
    ],
)
def test_what_is_passed_on(
    host: FakeHost, variables: dict[str, str], passed: dict[str, str]
) -> None:
    assert dict(host.settings(variables).variables) == passed


def test_hosts_that_pip_trusts_may_stand_on_several_lines(host: FakeHost) -> None:
    host.write("etc/pip.conf", "[global]\ntrusted-host =\n    a\n    b\n")
    assert dict(host.settings().variables) == {"UV_INSECURE_HOST": "a b"}


# what others are given

ALL = IndexSettings(
    url="https://index/simple",
    certificates=Path("/ca.pem"),
    netrc=Path("/netrc"),
    variables=(("HTTPS_PROXY", "http://proxy"),),
)


def test_variables_for_uv_on_this_host() -> None:
    assert ALL.uv_variables() == {
        "HTTPS_PROXY": "http://proxy",
        "UV_DEFAULT_INDEX": "https://index/simple",
        "SSL_CERT_FILE": "/ca.pem",
        "NETRC": "/netrc",
    }
    assert IndexSettings().uv_variables() == {}


def test_shell_text_names_no_file_of_this_host() -> None:
    assert ALL.shell_text() == (
        "export HTTPS_PROXY=http://proxy\nexport UV_DEFAULT_INDEX=https://index/simple\n"
    )
    assert IndexSettings().shell_text() == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://user:p'a\"ss@host/simple",
        "https://host/a b\tc",
        "https://host/$(touch pwned)`touch pwned`${HOME}",
        "https://host/;touch pwned&touch pwned|cat",
        "https://host/a\nb",
        "https://host/\\n!#~*?[x]",
        "https://host/ü",
    ],
    ids=["quotes", "spaces", "substitution", "commands", "line break", "special", "no ASCII"],
)
def test_shell_text_survives_a_shell(tmp_path: Path, url: str) -> None:
    settings = tmp_path / "settings"
    settings.write_text(IndexSettings(url=url).shell_text(), encoding="utf-8")
    said = subprocess.run(
        ["/bin/sh", "-c", '. ./settings; printf %s "$UV_DEFAULT_INDEX"'],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        env={},
    )
    assert said.stdout.decode() == url
    assert [path.name for path in tmp_path.iterdir()] == ["settings"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("https://host/simple", "https://host/simple", id="nothing secret"),
        pytest.param("https://u:p@host/simple", "https://***@host/simple", id="both"),
        pytest.param("https://token@host/", "https://***@host/", id="a token"),
        pytest.param("https://u:p@ss@host/", "https://***@host/", id="a password with @"),
        pytest.param(
            "a https://u:p@h b http://v:q@i c", "a https://***@h b http://***@i c", id="2"
        ),
        pytest.param("https://u:p@host", "https://***@host", id="no path"),
        pytest.param("https://host/a@1.0", "https://host/a@1.0", id="@ in a path"),
        pytest.param("mail me@host", "mail me@host", id="no URL"),
        pytest.param("socks5h://u:p@host:1080", "socks5h://***@host:1080", id="a proxy"),
    ],
)
def test_scrubbing(text: str, shown: str) -> None:
    assert scrub(text) == shown
