"""Which releases there are for a Python, and why others are left aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from packaging.version import Version
from unit.results.synthetic import cell

from runner.environments.published import (
    Release,
    Span,
    Taken,
    package_of,
    releases_of,
    span,
    wheel_tags,
)
from runner.environments.simple_index import IndexFile
from runner.errors import InputError

UPLOADED = datetime(2026, 10, 1, tzinfo=UTC)


def wheel(version: str, tags: str = "py3-none-any", **told: object) -> IndexFile:
    return IndexFile(name=f"keras-{version}-{tags}.whl", **told)  # type: ignore[arg-type] # by name


def names(*files: IndexFile, python: str = "3.11") -> list[str]:
    return [str(release.version) for release in releases_of(files, python) if release.fits]


def test_releases_are_in_the_order_of_their_versions() -> None:
    files = [wheel(one) for one in ("3.10.0", "3.9.2", "3.9.0rc1", "3.9.0", "3.9.0.post1")]
    assert names(*files) == ["3.9.0rc1", "3.9.0", "3.9.0.post1", "3.9.2", "3.10.0"]


@pytest.mark.parametrize(
    ("tags", "fits"),
    [
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", True),
        ("cp311-cp311-manylinux_2_27_x86_64", True),
        ("cp311-cp311-manylinux_2_28_x86_64", True),
        ("cp39-abi3-manylinux2010_x86_64", True),
        ("cp311-cp311-manylinux_2_34_x86_64", False),
        ("cp311-cp311-musllinux_1_2_x86_64", False),
        ("cp311-cp311-manylinux_2_17_aarch64", False),
        ("cp311-cp311-macosx_11_0_arm64", False),
        ("cp311-cp311-win_amd64", False),
        ("cp310-cp310-manylinux2014_x86_64", False),
        ("cp312-cp312-manylinux2014_x86_64", False),
        ("cp311-cp311t-manylinux2014_x86_64", False),
        ("py2-none-any", False),
    ],
)
def test_which_wheels_fit(tags: str, *, fits: bool) -> None:
    (release,) = releases_of([wheel("3.9.0", tags)], "3.11")
    assert release.fits is fits


def test_what_is_installed_does_not_depend_on_the_python_that_asks() -> None:
    assert {tag.interpreter for tag in wheel_tags("3.8") if tag.abi == "cp38"} == {"cp38"}
    assert not any(tag.platform.startswith(("mac", "win")) for tag in wheel_tags("3.13"))


def test_the_python_that_a_file_requires_counts() -> None:
    files = [wheel("3.9.0", requires_python=">=3.9"), wheel("3.14.0", requires_python=">=3.12")]
    assert names(*files) == ["3.9.0"]
    assert names(wheel("3.9.0", requires_python="no specifier")) == ["3.9.0"]


def test_what_is_no_wheel_is_no_release() -> None:
    strange = ("keras-3.9.0.tar.gz", "keras-3.9.0.whl", "../keras-3.9.0-py3-none-any", "", "\x1b[m")
    assert releases_of([IndexFile(name=name) for name in strange], "3.11") == ()
    assert releases_of([wheel("3.9.0+local"), wheel("1!3.9.0")], "3.11") == ()


def test_a_release_is_withdrawn_where_all_that_fits_is() -> None:
    linux, mac = "cp311-cp311-manylinux2014_x86_64", "cp311-cp311-macosx_11_0_arm64"
    half = [wheel("1.0", linux, yanked=True), wheel("1.0", mac)]
    assert [one.yanked for one in releases_of(half, "3.11")] == [True]
    assert [one.yanked for one in releases_of([half[0], wheel("1.0")], "3.11")] == [False]


def test_a_release_came_with_the_first_of_its_wheels_that_fit() -> None:
    later = UPLOADED + timedelta(days=9)
    files = [
        wheel("1.0", uploaded=later),
        wheel("1.0", "py2.py3-none-any", uploaded=UPLOADED),
        wheel("1.0", "py2-none-any", uploaded=UPLOADED - timedelta(days=9)),
    ]
    assert [one.uploaded for one in releases_of(files, "3.11")] == [UPLOADED]


@pytest.mark.parametrize(
    ("release", "newer", "said"),
    [
        pytest.param(Release(version=Version("1.0"), fits=True), None, "", id="nothing"),
        pytest.param(
            Release(version=Version("1.0"), fits=False),
            None,
            "no wheel for Python 3.11",
            id="wheel",
        ),
        pytest.param(
            Release(version=Version("1.0"), fits=True, yanked=True),
            None,
            "withdrawn",
            id="yanked",
        ),
        pytest.param(Release(version=Version("1.0rc1"), fits=True), None, "pre-release", id="rc"),
        pytest.param(Release(version=Version("1.0.post1"), fits=True), None, "", id="post"),
        pytest.param(
            Release(version=Version("1.0"), fits=True, uploaded=UPLOADED),
            "2026-09-28",
            "newer than resolve.exclude-newer, 2026-09-28",
            id="newer",
        ),
        pytest.param(
            Release(version=Version("1.0"), fits=True, uploaded=UPLOADED),
            "2026-10-03",
            "",
            id="old",
        ),
        pytest.param(
            Release(version=Version("1.0"), fits=True), "2026-10-03", "", id="of unknown age"
        ),
    ],
)
def test_why_a_release_is_left_aside(release: Release, newer: str | None, said: str) -> None:
    assert release.obstacle("3.11", newer, pre=False) == said


def test_the_day_that_is_named_counts_still() -> None:
    """As uv takes it: in the time zone of the host."""
    noon = datetime(2026, 10, 1, 12).astimezone()
    release = Release(version=Version("1.0"), fits=True, uploaded=noon)
    assert release.obstacle("3.11", "2026-10-01", pre=False) == ""
    assert release.obstacle("3.11", "2026-09-30", pre=False) != ""


def test_a_pre_release_may_be_asked_for() -> None:
    assert Release(version=Version("1.0rc1"), fits=True).obstacle("3.11", None, pre=True) == ""


@pytest.mark.parametrize(
    ("axis", "cuda", "package"),
    [
        ("tensorflow", None, "tensorflow-cpu"),
        ("tensorflow", "12.9.1", "tensorflow"),
        ("keras", None, "keras"),
        ("numpy", "12.9.1", "numpy"),
    ],
)
def test_the_package_of_an_axis(axis: str, cuda: str | None, package: str) -> None:
    assert package_of(axis, cell(cuda=cuda)) == package


# from one release to another

TAKEN = Taken(python="3.11", newer="2026-10-03", pre=False)
RELEASES = releases_of(
    [
        wheel("1.0.0", "cp310-none-any"),
        wheel("2.0.0"),
        wheel("2.1.0rc1"),
        wheel("2.1.0"),
        wheel("2.2.0", yanked=True),
        wheel("2.3.0"),
        wheel("3.0.0", uploaded=UPLOADED + timedelta(days=30)),
    ],
    "3.11",
)


def test_a_span_has_both_ends_and_tells_what_is_left_aside() -> None:
    assert span(RELEASES, ("2.0.0", "2.3"), TAKEN) == Span(
        releases=("2.0.0", "2.1.0", "2.3.0"),
        aside=(("2.1.0rc1", "pre-release"), ("2.2.0", "withdrawn")),
    )


def test_an_end_is_taken_by_name_whatever_it_is() -> None:
    assert span(RELEASES, ("2.1.0rc1", "2.2.0"), TAKEN).releases == ("2.1.0rc1", "2.1.0", "2.2.0")


@pytest.mark.parametrize(
    ("ends", "said", "hint"),
    [
        pytest.param(("x", "2.3.0"), "--from 'x': no version", "", id="no version"),
        pytest.param(
            ("2.0.0", "2.3.1"),
            "--to '2.3.1': the index has no such release, did you mean '2.3.0'?",
            "For Python 3.11 it has 2.0.0 to 2.3.0.",
            id="no release",
        ),
        pytest.param(
            ("1.0.0", "2.3.0"),
            "--from '1.0.0': no wheel for Python 3.11",
            "For Python 3.11 it has 2.0.0 to 2.3.0.",
            id="no wheel",
        ),
        pytest.param(
            ("2.0.0", "3.0.0"),
            "--to '3.0.0': newer than resolve.exclude-newer, 2026-10-03",
            "Move that date in the matrix file.",
            id="too new for the matrix",
        ),
        pytest.param(
            ("2.3.0", "2.0.0"),
            "--from 2.3.0 --to 2.0.0: the first must be the older one",
            "",
            id="the wrong way round",
        ),
        pytest.param(
            ("2.0", "2.0.0"),
            "--from 2.0 --to 2.0.0: the first must be the older one",
            "",
            id="the same",
        ),
    ],
)
def test_ends_that_are_none(ends: tuple[str, str], said: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        span(RELEASES, ends, TAKEN)
    assert (caught.value.message, caught.value.hint) == (said, hint)
