"""Which GPUs a run uses, of those that there are and those that are asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.execution.fake_engine import cells

from runner.errors import InputError
from runner.execution.choice import GpuChoice, choose, in_words, title
from runner.execution.gpu import HostGpu, HostGpus

FIRST = HostGpu(
    uuid="GPU-1a2b3c4d-0000-0000-0000-000000000000",
    model="NVIDIA H100 80GB HBM3",
    compute_capability="9.0",
    index=0,
)
SECOND = replace(FIRST, uuid="GPU-1a2b9999-0000-0000-0000-000000000000", index=1)
OLD = replace(
    FIRST, uuid="GPU-77-0", model="NVIDIA A100-SXM4-40GB", compute_capability="8.0", index=2
)
DIVIDED = replace(FIRST, uuid="GPU-88-0", index=3)
HOST = HostGpus(whole=(FIRST, SECOND, OLD), mig=(DIVIDED,))
ALL = (
    "There are: GPU 0 NVIDIA H100 80GB HBM3 (GPU-1a2b3c4d); "
    "GPU 1 NVIDIA H100 80GB HBM3 (GPU-1a2b9999); GPU 2 NVIDIA A100-SXM4-40GB (GPU-77-0); "
    "GPU 3 NVIDIA H100 80GB HBM3 (GPU-88-0)."
)


@pytest.mark.parametrize(
    ("wanted", "gpus"),
    [
        pytest.param([], (FIRST, SECOND), id="the first's class where nothing is asked for"),
        pytest.param(["1"], (SECOND,), id="an index"),
        pytest.param(["2"], (OLD,), id="an index of another class"),
        pytest.param(["GPU-1a2b3"], (FIRST,), id="the beginning of a UUID"),
        pytest.param(["gpu-77"], (OLD,), id="a UUID in small letters"),
        pytest.param([SECOND.uuid], (SECOND,), id="a whole UUID"),
        pytest.param(["a100"], (OLD,), id="part of a model"),
        pytest.param(["H100"], (FIRST, SECOND), id="a model that several are"),
        pytest.param(["nvidia a100*"], (OLD,), id="a glob"),
        pytest.param(["NVIDIA?A100*"], (OLD,), id="a glob without a blank"),
        pytest.param(["1", "0"], (SECOND, FIRST), id="in the order asked for"),
        pytest.param(["0", "h100", "GPU-1a2b3"], (FIRST, SECOND), id="each once"),
    ],
)
def test_what_is_chosen(wanted: list[str], gpus: tuple[HostGpu, ...]) -> None:
    choice = choose(HOST, wanted)
    assert (choice.gpus, choice.none) == (gpus, "")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        pytest.param("4", "there is no such GPU", id="an index there is not"),
        pytest.param("00", "there is no such GPU", id="an index in another form"),
        pytest.param("100", "there is no such GPU", id="a number is always an index"),
        pytest.param("GPU-2", "there is no such GPU", id="a UUID there is not"),
        pytest.param("v100", "there is no such GPU", id="a model there is not"),
        pytest.param("h100*", "there is no such GPU", id="a glob is of the whole model"),
        pytest.param("", "there is no such GPU", id="nothing"),
        pytest.param("[", "there is no such GPU", id="half a glob"),
        pytest.param("MIG-1", "a MIG device is not used, only a whole GPU", id="a MIG device"),
        pytest.param(
            "3",
            "GPU 3 NVIDIA H100 80GB HBM3 (GPU-88-0) is in MIG mode, which is not used",
            id="in MIG mode",
        ),
    ],
)
def test_what_names_no_gpu_that_can_be_used(wanted: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        choose(HOST, ["0", wanted])
    assert (caught.value.message, caught.value.hint) == (f"--gpu {wanted}: {said}", ALL)


def test_the_beginning_of_several_uuids() -> None:
    with pytest.raises(InputError) as caught:
        choose(HOST, ["GPU-1a2b"])
    assert caught.value.message == (
        f"--gpu GPU-1a2b: 2 GPUs begin so: {FIRST.uuid} and {SECOND.uuid}"
    )
    assert caught.value.hint == "Write more of it."


def test_a_whole_uuid_is_one_even_where_another_begins_so() -> None:
    short, long = replace(FIRST, uuid="GPU-1"), replace(FIRST, uuid="GPU-12", index=1)
    assert choose(HostGpus(whole=(short, long)), ["GPU-1"]).gpus == (short,)


# hosts without one


@pytest.mark.parametrize(
    ("found", "why"),
    [
        pytest.param(HostGpus(), "no GPU on this host", id="none"),
        pytest.param(
            HostGpus(mig=(DIVIDED, replace(DIVIDED, index=1))),
            "the only GPUs are in MIG mode, which are not used: NVIDIA H100 80GB HBM3",
            id="in MIG mode",
        ),
        pytest.param(
            HostGpus(unanswered="Driver/library version mismatch"),
            "NVML does not tell of the GPUs of this host: Driver/library version mismatch",
            id="a driver that does not answer",
        ),
    ],
)
def test_why_there_is_none(found: HostGpus, why: str) -> None:
    assert choose(found) == GpuChoice(none=why, mig=found.mig)
    assert in_words(choose(found), GPU) == ""


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (HostGpus(), "no GPU on this host"),
        (HostGpus(unanswered="lost"), "NVML does not tell of the GPUs of this host: lost"),
    ],
)
def test_one_is_asked_for_where_there_is_none(found: HostGpus, said: str) -> None:
    with pytest.raises(InputError) as caught:
        choose(found, ["0"])
    assert caught.value.message == f"--gpu 0: {said}"
    assert caught.value.hint == "`nvidia-smi -L` lists what the driver sees."


# in words

CPU, GPU = cells("2.20.0"), cells("2.20.0", cuda="12.9.1")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        pytest.param(
            ["0"], "GPU cells run on GPU 0 NVIDIA H100 80GB HBM3 (GPU-1a2b3c4d)", id="one"
        ),
        pytest.param(
            ["2", "h100"],
            "GPU cells run on GPU 2 NVIDIA A100-SXM4-40GB (GPU-77-0); "
            "GPU 0 NVIDIA H100 80GB HBM3 (GPU-1a2b3c4d) and GPU 1 NVIDIA H100 80GB HBM3 "
            "(GPU-1a2b9999) are left out: bits are compared within one class, here NVIDIA "
            "A100-SXM4-40GB sm_80; GPU 3 NVIDIA H100 80GB HBM3 (GPU-88-0) is left out: in MIG mode",
            id="the class of the first one asked for",
        ),
        pytest.param(
            [],
            "GPU cells run on GPU 0 NVIDIA H100 80GB HBM3 (GPU-1a2b3c4d) and GPU 1 NVIDIA H100 "
            "80GB HBM3 (GPU-1a2b9999); GPU 2 NVIDIA A100-SXM4-40GB (GPU-77-0) is left out: bits "
            "are compared within one class, here NVIDIA H100 80GB HBM3 sm_90; GPU 3 NVIDIA H100 "
            "80GB HBM3 (GPU-88-0) is left out: in MIG mode",
            id="where nothing is asked for",
        ),
    ],
)
def test_what_is_chosen_and_what_is_left_out_is_told(wanted: list[str], said: str) -> None:
    assert in_words(choose(HOST, wanted), (*CPU, *GPU)) == said


def test_of_gpus_that_no_cell_needs_nothing_is_told() -> None:
    assert in_words(choose(HOST), CPU) == ""


@given(st.lists(st.sampled_from(["0", "1", "2", "h100", "a100", "*", "GPU-77", "nvidia"])))
def test_whatever_is_asked_for_the_gpus_are_of_one_class_and_usable(wanted: list[str]) -> None:
    choice = choose(HOST, wanted)
    assert len({gpu.host_class for gpu in choice.gpus}) == 1
    assert len(set(choice.gpus)) == len(choice.gpus)
    assert not set(choice.gpus) & {*choice.other, *choice.mig}
    assert {*choice.gpus, *choice.other} <= set(HOST.whole)


def test_a_gpu_is_told_by_index_model_and_the_beginning_of_its_uuid() -> None:
    assert title(OLD) == "GPU 2 NVIDIA A100-SXM4-40GB (GPU-77-0)"
