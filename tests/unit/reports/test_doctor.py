"""What is said of a host: facts, marks, remedies, to the letter."""

from __future__ import annotations

import json as json_module
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.execution.fake_engine import GPUS, cells, circumstances
from unit.execution.test_outlook import CPU, ENGINE, FACTS, GPU, NO, SURVEY, ahead

from runner.environments.base_images import Located
from runner.environments.engine import Base
from runner.environments.question import Unanswered
from runner.environments.sizes import Sizes
from runner.execution.choice import GpuSurvey, choose
from runner.execution.gpu import HostGpu, HostGpus
from runner.execution.outlook import look_ahead
from runner.reports.doctor import Line, json, lines, text
from runner.results.gpu_use import GpuProcess, GpuReading

if TYPE_CHECKING:
    from runner.environments.survey import Survey
    from runner.matrix.cells import Cell

WELL = """\
ok    engine        Docker Engine 28.5.1 at unix:///run/docker.sock, Debian, 2 cores, 8.0 GB of
                    memory
ok    build         /usr/bin/docker 28.5.1 can build with BuildKit
ok    base 3.11     python:3.11 is on the engine
ok    index         https://index.example/simple answers; it has tensorflow-cpu 2.21.0
ok    python 3.11   /usr/bin/python3.11 (CPython 3.11.7)
ok    GPU           none is needed: no cell of this matrix asks for one
ok    disk, engine  100.0 GB free in /var/lib/docker; about 6.6 GB needed: images 3.3 GB on top of
                    their bases, package cache 3.3 GB; 2 environments without a lock or sizes, taken
                    to be like a measured one
ok    disk, here    50.0 GB free in /home/one; nothing has to be built there
ok    cells         4 of 4 cells will run, by the engine docker; 2 environments to build
"""
NOTHING = """\
no    engine       not there
                   → bring it
no    build        not there
                   → bring it
no    index        https://index.example/simple is not usable: not there
                   → bring it
no    python 3.11  not there, for the engine venv
                   → bring it
no    GPU          no NVIDIA driver is loaded on this host, so that no GPU is seen
                   → install the driver until `nvidia-smi` answers
warn  disk, here   free space is not known: not there
                   → look there by hand
no    cells        none of 5 cells will run
                   → `nox -s plan` tells it of each cell
no    not run      4 cells: not there
no    not run      1 cell: no GPU on this host
"""
PYTHON = Base(reference="/usr/bin/python3.11", identity="CPython 3.11.7 (main) [GCC]", pinned=False)
NONE = GpuSurvey(found=HostGpus(), choice=choose(HostGpus()))
HOST = replace(SURVEY, interpreters={"3.11": PYTHON})


def line(survey: Survey, name: str, of: tuple[Cell, ...] = CPU, gpus: GpuSurvey = NONE) -> Line:
    """The one line of that name."""
    outlook = ahead(survey, of, gpus.choice.gpus)
    (found,) = (one for one in lines(survey, gpus, outlook) if one.name == name)
    return found


def surveyed(
    *whole: HostGpu,
    mig: tuple[HostGpu, ...] = (),
    wanted: tuple[str, ...] = (),
    reading: GpuReading | None = None,
) -> GpuSurvey:
    """What was found of these GPUs; the reading is that of each."""
    found = HostGpus(whole=whole, mig=mig)
    readings = {gpu.uuid: reading for gpu in whole} if reading else {}
    return GpuSurvey(found=found, choice=choose(found, wanted), readings=readings)


def test_a_host_on_which_all_is_well() -> None:
    assert text(lines(HOST, NONE, ahead(HOST))) == WELL


def test_a_host_that_has_nothing() -> None:
    bare = replace(
        HOST,
        engine=NO,
        build=NO,
        newest=NO,
        interpreters={"3.11": NO},
        free=Unanswered("not there"),
    )
    assert text(lines(bare, NONE, ahead(bare, CPU + GPU))) == NOTHING


def test_for_programs() -> None:
    outlook = ahead(HOST, CPU[:1] + GPU)
    told = json_module.loads(json(lines(HOST, NONE, outlook), outlook))
    assert told["checks"][0] == {
        "check": "engine",
        "mark": "ok",
        "fact": "Docker Engine 28.5.1 at unix:///run/docker.sock, Debian, 2 cores, "
        "8.0 GB of memory",
        "remedy": "",
    }
    assert (told["ready"], told["engine"], told["bytes_needed"]) == (True, "docker", 3_300_000_000)
    assert told["cells"] == [
        {"cell": "py3.11-tf2.20.0.cpu.nodet", "runs": True, "reason": ""},
        {"cell": GPU[0].id, "runs": False, "reason": "no GPU on this host"},
    ]


# base images


@pytest.mark.parametrize(
    ("base", "said"),
    [
        (
            Located("a:1", "registry"),
            Line("base 3.11", "ok", "a:1 can be pulled from its registry"),
        ),
        (NO, Line("base 3.11", "no", "not there", "bring it")),
    ],
    ids=["in a registry", "nowhere"],
)
def test_a_base(base: Located | Unanswered, said: Line) -> None:
    host = replace(HOST, engine=replace(ENGINE, bases={"3.11": base}))
    assert line(host, "base 3.11") == said


def test_venvs_in_place_of_docker_are_told() -> None:
    host = replace(HOST, build=Unanswered("no docker command line", "install it"))
    assert line(host, "engine venv") == Line(
        "engine venv", "warn", "taken in place of Docker: no docker command line"
    )


def test_a_missing_interpreter_is_no_obstacle_to_docker() -> None:
    host = replace(HOST, interpreters={"3.11": Unanswered("no Python 3.11", "install it")})
    assert line(host, "python 3.11") == Line(
        "python 3.11", "warn", "no Python 3.11, for the engine venv", "install it"
    )


# the GPU


GIB = 1024**3
ONE = HostGpu(
    uuid="GPU-1a2b3c4d-5e6f",
    model="NVIDIA H100",
    compute_capability="9.0",
    multiprocessors=132,
    driver="580.65.06",
)
TWO = replace(ONE, uuid="GPU-99999999-0000", index=1)
OTHER = replace(ONE, uuid="GPU-77777777-0000", model="NVIDIA A100", index=2)
SAID = "NVIDIA H100 (GPU-1a2b3c4d), 132 SMs, driver 580.65.06; chosen"


@pytest.mark.parametrize(
    ("gpus", "said"),
    [
        pytest.param(surveyed(ONE), Line("GPU 0", "ok", SAID), id="not read"),
        pytest.param(
            surveyed(ONE, reading=GpuReading(free=79 * GIB, total=80 * GIB, processes=())),
            Line("GPU 0", "ok", f"{SAID}, 79.0 of 80.0 GiB free"),
            id="free",
        ),
        pytest.param(
            surveyed(
                ONE,
                reading=GpuReading(
                    free=18 * GIB,
                    total=80 * GIB,
                    processes=(GpuProcess(pid=4711, name="python"),),
                ),
            ),
            Line(
                "GPU 0",
                "warn",
                f"{SAID}, but used by pid 4711 (python), 62.0 of 80.0 GiB in use",
                "end it or choose another with --gpu",
            ),
            id="a foreign process",
        ),
        pytest.param(
            surveyed(ONE, reading=GpuReading(free=1 * GIB, total=80 * GIB)),
            Line(
                "GPU 0",
                "warn",
                f"{SAID}, but 79.0 of 80.0 GiB in use by what NVML does not name, so that less "
                "than 10.0 GiB is free",
                "see `nvidia-smi`, or choose another with --gpu",
            ),
            id="memory in use",
        ),
        pytest.param(
            surveyed(ONE, reading=GpuReading(free=79 * GIB, total=80 * GIB, uncorrected=2)),
            Line(
                "GPU 0",
                "warn",
                f"{SAID}, but uncorrected memory errors since the driver was loaded: 2",
                "see `nvidia-smi -q -d ECC`",
            ),
            id="memory errors",
        ),
        pytest.param(
            surveyed(replace(ONE, multiprocessors=None, driver="")),
            Line("GPU 0", "ok", "NVIDIA H100 (GPU-1a2b3c4d), driver 550.54.14; chosen"),
            id="NVML does not tell all",
        ),
    ],
)
def test_a_gpu_that_is_chosen(gpus: GpuSurvey, said: Line) -> None:
    assert line(replace(HOST, driver="550.54.14"), "GPU 0", GPU, gpus) == said


def test_a_driver_that_tells_no_version() -> None:
    told = line(HOST, "GPU 0", GPU, surveyed(replace(ONE, driver="")))
    assert told.fact == "NVIDIA H100 (GPU-1a2b3c4d), 132 SMs, driver of no known version; chosen"


def test_each_gpu_is_told_and_what_becomes_of_it() -> None:
    gpus = surveyed(ONE, TWO, OTHER, mig=(replace(ONE, uuid="GPU-8", index=3),), wanted=("0",))
    told = [one for one in lines(HOST, gpus, ahead(HOST, GPU, (ONE,))) if one.name[:4] == "GPU "]
    assert [(one.name, one.mark, one.fact.partition("; ")[2], one.remedy) for one in told[:4]] == [
        ("GPU 0", "ok", "chosen", ""),
        ("GPU 1", "ok", "not chosen: not asked for", "--gpu 1 chooses it"),
        ("GPU 2", "ok", "not chosen: of another class", "--gpu 2 chooses it"),
        ("GPU 3", "warn", "not chosen: it is in MIG mode", "`nvidia-smi -i 3 -mig 0` ends it"),
    ]


def test_only_gpus_in_mig_mode() -> None:
    gpus = surveyed(mig=(ONE,))
    here = replace(circumstances(GPU), no_gpu=gpus.choice.none, locks={}, bases={})
    outlook = look_ahead(GPU, HOST, here, Sizes({}))
    told = {one.name: one for one in lines(HOST, gpus, outlook)}
    assert told["GPU 0"].mark == "warn"
    assert told["not run"].fact == (
        "1 cell: the only GPUs are in MIG mode, which are not used: NVIDIA H100"
    )


@pytest.mark.parametrize(
    ("driver", "unanswered", "said"),
    [
        pytest.param(
            "550.54.14",
            "",
            Line(
                "GPU",
                "no",
                "the kernel has loaded driver 550.54.14, but NVML lists no GPU",
                "see `nvidia-smi -L`",
            ),
            id="a driver without a GPU",
        ),
        pytest.param(
            "550.54.14",
            "no answer within 8 s",
            Line(
                "GPU",
                "no",
                "NVML does not tell of the GPUs of this host: no answer within 8 s",
                "see whether `nvidia-smi` answers; after an update of the driver, restart the host",
            ),
            id="a driver that hangs",
        ),
    ],
)
def test_no_gpu(driver: str, unanswered: str, said: Line) -> None:
    found = HostGpus(unanswered=unanswered)
    gpus = GpuSurvey(found=found, choice=choose(found))
    assert line(replace(HOST, driver=driver), "GPU", GPU, gpus) == said


@pytest.mark.parametrize(
    ("host", "said"),
    [
        pytest.param(
            replace(HOST, engine=replace(ENGINE, facts=replace(FACTS, runtimes=("nvidia",)))),
            Line("GPU in containers", "ok", "the engine has the runtime nvidia"),
            id="runtime",
        ),
        pytest.param(
            replace(HOST, engine=replace(ENGINE, facts=replace(FACTS, devices=("a=0", "a=1")))),
            Line("GPU in containers", "ok", "the engine found by CDI: a=0, a=1"),
            id="CDI",
        ),
        pytest.param(
            replace(HOST, hook="/usr/bin/hook"),
            Line(
                "GPU in containers",
                "warn",
                "/usr/bin/hook is there; only starting a container shows whether the engine saw it",
                "restart dockerd if it was installed since dockerd started",
            ),
            id="hook",
        ),
        pytest.param(
            HOST,
            Line(
                "GPU in containers",
                "no",
                "the engine names no NVIDIA runtime and no GPU found by CDI",
                "install the NVIDIA Container Toolkit and restart dockerd, which looks for it when "
                "it starts",
            ),
            id="none",
        ),
    ],
)
def test_gpus_in_containers(host: Survey, said: Line) -> None:
    assert line(host, "GPU in containers", GPU, surveyed(*GPUS)) == said


# room, and what will run


def test_too_little_room() -> None:
    host = replace(HOST, engine=replace(ENGINE, free=12_000_000_000, facts=FACTS), hook="/hook")
    assert line(host, "disk, engine", CPU[:1] + GPU, surveyed(*GPUS)) == Line(
        "disk, engine",
        "warn",
        "12.0 GB free in /var/lib/docker; about 16.1 GB needed: images 8.1 GB on top of their "
        "bases, package cache 8.1 GB; 2 environments without a lock or sizes, taken to be like a "
        "measured one",
        "make room, or run part of the matrix with --only",
    )


def test_venvs_are_kept_once() -> None:
    host = replace(HOST, engine=NO)
    assert line(host, "disk, here", CPU[:1]) == Line(
        "disk, here",
        "ok",
        "50.0 GB free in /home/one; about 1.7 GB needed: package cache 1.6 GB, which the venvs are "
        "linked to, bytecode 0.1 GB; 1 environment without a lock or sizes, taken to be like a "
        "measured one",
    )


def test_some_cells() -> None:
    built = replace(ENGINE, built=frozenset({CPU[0].environment.id}))
    host = replace(HOST, engine=built)
    assert line(host, "cells", CPU + GPU) == Line(
        "cells",
        "warn",
        "4 of 5 cells will run, by the engine docker; 1 environment is built, 1 environment to "
        "build",
    )


def test_all_would_run_but_nothing_can_be_built() -> None:
    assert line(replace(HOST, newest=NO), "cells") == Line(
        "cells",
        "no",
        "4 of 4 cells will run, by the engine docker; 2 environments to build, which needs the "
        "index",
        "see the line of the index",
    )


def test_many_reasons_are_not_all_told() -> None:
    of = tuple(cells(f"2.{minor}.99", cuda="12.9.1")[0] for minor in range(4, 14))
    told = [one for one in lines(HOST, NONE, ahead(HOST, of)) if one.name == "not run"]
    assert len(told) == 9
    assert told[-1] == Line(
        "not run", "no", "2 cells for other reasons", "`nox -s plan` tells it of each cell"
    )


def test_what_comes_from_outside_is_inert() -> None:
    host = replace(HOST, newest=Unanswered("\x1b]0;title\x07no"))
    assert "\x1b" not in text(lines(host, NONE, ahead(host)))
