"""Which releases to try next, and which changes those that were tried show. Pure.

What is known decides, in whatever order it came to be known: a stored result counts like a new
one, and a search that was broken off goes on where it was. A release without bits, since it could
not be built or varies, is passed over; the answer is then a range.

With m releases untried between two that differ, finding one change takes at most
``m.bit_length()`` tries (the logarithm of m + 1, rounded up), and one more for each release that
turns out to have no bits. Ends that agree prove nothing about what lies between them, so finding
every change means trying every release.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from runner.analysis.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.analysis.attempts import Tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Two releases with different bits and none in between that is known to have any.

    `without` were tried in between and have no bits, `untried` were not tried. `back_to` is the
    first release that had the new bits already, or empty. `doubtful` says that a release between
    or beside them varies: these two may vary as well, and each have agreed with itself by chance.
    """

    before: str
    after: str
    without: tuple[str, ...]
    untried: tuple[str, ...]
    back_to: str
    doubtful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bisection:
    """A search as far as it got.

    `axes` are those of its cells beside the axis that it goes along. `releases` are in order, and
    `aside` are others between the ends, each with the reason why it is left aside. `every` says
    whether every change was looked for. `cells` is release → id of its cell.
    """

    case: str
    axis: str
    axes: Mapping[str, str]
    releases: tuple[str, ...]
    aside: tuple[tuple[str, str], ...]
    cells: Mapping[str, str]
    tried: Tried
    every: bool

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change that is known, in order."""
        return find_changes(self.releases, self.tried)

    @property
    def untried(self) -> tuple[str, ...]:
        """The releases of which nothing is known."""
        return tuple(one for one in self.releases if one not in self.tried)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to try for what was asked."""
        return not find_wanted(self.releases, self.tried, every=self.every)


def find_wanted(releases: Sequence[str], tried: Tried, *, every: bool) -> tuple[str, ...]:
    """Say which releases to try next, the ends first; none where what was asked for is known.

    `releases` are in order, at least two. Without `every` one change is looked for: the first of
    those between two releases that are known to differ. There is none to look for where an end has
    no bits.
    """
    if every:
        return tuple(_by_halves([one for one in releases if one not in tried]))
    ends = (releases[0], releases[-1])
    if any(one in tried and not tried[one].bits for one in ends):
        return ()
    if missing := tuple(one for one in ends if one not in tried):
        return missing
    untried = next((change.untried for change in find_changes(releases, tried)), ())
    return (untried[len(untried) // 2],) if untried else ()


def most_tries(releases: Sequence[str], tried: Tried, *, every: bool) -> int:
    """Say how many more tries it takes at most, where every release has bits."""
    untried = [one for one in releases if one not in tried]
    if every or not (wanted := find_wanted(releases, tried, every=False)):
        return len(untried) if every else 0
    if ends := len({releases[0], releases[-1]} & set(wanted)):
        return ends + (len(untried) - ends).bit_length()
    return len(find_changes(releases, tried)[0].untried).bit_length()


def find_changes(releases: Sequence[str], tried: Tried) -> tuple[Change, ...]:
    """Give every change that is known, in order."""
    return tuple(_changes(releases, tried))


def _changes(releases: Sequence[str], tried: Tried) -> Iterator[Change]:
    known = [place for place, one in enumerate(releases) if one in tried and tried[one].bits]
    first: dict[str, str] = {}
    for start, end in pairwise(known):
        before, after = releases[start], releases[end]
        first.setdefault(tried[before].bits, before)
        if tried[before].bits == tried[after].bits:
            continue
        between = releases[start + 1 : end]
        yield Change(
            before=before,
            after=after,
            without=tuple(one for one in between if one in tried),
            untried=tuple(one for one in between if one not in tried),
            back_to=first.get(tried[after].bits, ""),
            doubtful=_doubtful(releases, tried, start, end),
        )


def _doubtful(releases: Sequence[str], tried: Tried, start: int, end: int) -> bool:
    """Whether a release varies between two, or is the next that was tried on either side."""
    before = [one for one in releases[:start] if one in tried][-1:]
    after = [one for one in releases[end + 1 :] if one in tried][:1]
    between = [one for one in releases[start + 1 : end] if one in tried]
    return any(tried[one].state is Verdict.VARIES for one in (*before, *between, *after))


def _by_halves(releases: Sequence[str]) -> Iterator[str]:
    """Give the ends, then the middle of each gap: who breaks off early knows most."""
    if len(releases) <= 2:  # noqa: PLR2004 - the ends alone
        yield from releases
        return
    yield from (releases[0], releases[-1])
    gaps = [(1, len(releases) - 1)]
    for low, high in gaps:
        if low < high:
            middle = (low + high) // 2
            yield releases[middle]
            gaps += [(low, middle), (middle + 1, high)]
