"""What a plan takes before it is run: images, bytes and time, in words and for programs. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from runner.reports.words import number, size, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.execution.estimate import Need
    from runner.execution.pace import Duration
    from runner.results.records import EngineName

_BUILT: Final[Mapping[EngineName, str]] = {"docker": "image", "venv": "venv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a plan takes here, and what the `skipped` cells would take with a device that runs them.

    `together` is for both; `trials` are those of the skipped cells.
    """

    engine: EngineName
    here: Need
    together: Need
    skipped: int
    trials: int
    duration: Duration

    @property
    def more(self) -> Need:
        """What the skipped cells add."""
        return self.together - self.here


def lines(needs: Needs) -> tuple[str, ...]:
    """One line each for what is built, downloaded, kept and waited for; then for a better host."""
    told = [*_bytes(needs.here, needs.engine)] if needs.here.environments else []
    if needs.duration.builds or needs.duration.trials:
        told.append(_time(needs.duration))
    return (*told, *(_with_device(needs) if needs.skipped else ()))


def as_document(needs: Needs) -> dict[str, object]:
    """All numbers: bytes, counts and seconds."""
    kept = {name: getattr(needs, name) for name in ("here", "more", "together")}
    return {
        **{name: asdict(need) | {"disk": need.disk(needs.engine)} for name, need in kept.items()},
        "duration": asdict(needs.duration),
        "skipped_cells": needs.skipped,
        "skipped_trials": needs.trials,
    }


def disk(need: Need, engine: EngineName) -> str:
    """What the bytes on disk are made of."""
    cache = f"package cache {size(need.cache)}"
    if engine == "venv":
        return f"{cache}, which the venvs are linked to, bytecode {size(need.bytecode)}"
    shared = need.unshared != need.images
    alone = f" ({size(need.unshared)} if they shared nothing)" if shared else ""
    return f"images {size(need.images)} on top of their bases{alone}, {cache}"


def gaps(need: Need) -> Iterator[str]:
    """What the numbers leave out or guess."""
    if need.unsized:
        count = number(need.unsized, "environment")
        yield f"{count} without a lock or sizes, taken to be like a measured one"
    if need.unknown:
        yield f"size of {number(need.unknown, 'package')} unknown"


def _bytes(need: Need, engine: EngineName) -> Iterator[str]:
    layers = f", in {number(need.layers, 'layer')}" if engine == "docker" and need.layers else ""
    yield f"{number(need.environments, _BUILT[engine])} to build{layers}"
    yield _download(need)
    least = "at least " if need.unknown else ""
    yield f"{least}about {size(need.disk(engine))} on disk: {disk(need, engine)}"
    yield from gaps(need)


def _download(need: Need) -> str:
    if need.unsized and not need.wheels:
        return "how much there is to download is not known before `python -m runner lock`"
    most = "at least" if need.partial else "at most"
    return (
        f"{most} {size(need.download)} to download, in {number(need.wheels, 'wheel')}; "
        "what the package cache has is not downloaded again"
    )


def _time(found: Duration) -> str:
    untimed = " and ".join(
        number(count, noun)
        for count, noun in ((found.untimed_builds, "build"), (found.untimed_trials, "trial"))
        if count
    )
    if found.seconds is None:
        why = f"like these {untimed}" if found.runs else "by this engine on such a processor"
        return f"time is not known yet: no run {why} is stored"
    left_out = f", without {untimed} that nothing like was timed of" if untimed else ""
    return f"about {span(found.seconds)}, by {number(found.runs, 'past run')}{left_out}"


def _with_device(needs: Needs) -> Iterator[str]:
    """What a host that has the device for the skipped cells would need on top."""
    cells, trials = number(needs.skipped, "cell"), number(needs.trials, "trial")
    yield f"on a host with a GPU for the {cells} without one, {trials} and on top of that"
    if not needs.more.environments:
        yield "  nothing to build"
        return
    yield from (f"  {line}" for line in _bytes(needs.more, needs.engine))
    if needs.here.environments:
        yield f"  in all: {_total(needs.together, needs.engine)}"


def _total(need: Need, engine: EngineName) -> str:
    download = "" if need.unsized and not need.wheels else f"{size(need.download)} to download, "
    return f"{download}{size(need.disk(engine))} on disk"
