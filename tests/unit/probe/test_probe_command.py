"""The command as a process, on a TensorFlow of ten lines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from compiling import stand_in

import probe
from probe.digest import digest
from runner.results.probe_output import ProbeOutput

IMAGES = Path(probe.__file__).parent.parent
TENSORFLOW = '''
"""As much of TensorFlow as the command and one case need."""
import os
import random as python
from types import SimpleNamespace as Of
import numpy as np

__version__ = "2.20.0"
matmul = np.matmul
calls = []
keras = Of(
    __version__="3.0.0",
    layers=Of(LSTM=1, Dropout=1),
    initializers=Of(),
    utils=Of(set_random_seed=np.random.seed),
)
test = Of(is_built_with_cuda=lambda: False)
sysconfig = Of(get_build_info=lambda: {"is_cuda_build": False})
os.environ["TF_SET_BY_ITSELF"] = "1"
config = Of(
    list_physical_devices=lambda kind: [],
    get_visible_devices=lambda kind: [],
    set_visible_devices=lambda devices, kind: None,
    threading=Of(
        set_intra_op_parallelism_threads=lambda n: calls.append(n),
        set_inter_op_parallelism_threads=lambda n: calls.append(n),
        get_intra_op_parallelism_threads=lambda: calls[0],
        get_inter_op_parallelism_threads=lambda: calls[1],
    ),
    experimental=Of(is_op_determinism_enabled=lambda: False),
)
'''


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder with an installed, importable TensorFlow."""
    info = tmp_path / "site" / "tensorflow-2.20.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: tensorflow\nVersion: 2.20.0\n")
    (tmp_path / "site" / "tensorflow.py").write_text(TENSORFLOW)
    return tmp_path / "site"


def run_probe(
    *arguments: str, site: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    path = [str(IMAGES), *([str(site)] if site else [])]
    given = {"PYTHONPATH": os.pathsep.join(path), "TF_ENABLE_ONEDNN_OPTS": "1", "HOME": "/"}
    return subprocess.run(
        [sys.executable, "-m", "probe", *arguments],
        env=given | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_run_leaves_a_result_that_the_runner_reads(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    line = (
        f"--out {out} --threads 3 --cases matmul.float32 nn.conv2d.* --order reversed --onednn off"
    )
    done = run_probe(*line.split(), site=site)
    assert (done.returncode, done.stderr) == (0, "")
    read = ProbeOutput.model_validate_json((out / "result.json").read_text())
    ok = [case for case in read.cases if case.status == "ok"]
    assert [case.name for case in ok] == ["matmul.float32"]
    assert read.cases[-1].name == "matmul.float32"
    assert read.cases[0].reason.startswith("AttributeError: module 'tensorflow' has no attribute")
    assert read.recipe[0] == "TF_ENABLE_ONEDNN_OPTS=0"
    assert (read.fingerprint.intra_op_threads, read.fingerprint.inter_op_threads) == (3, 3)
    assert read.fingerprint.variables == {"TF_ENABLE_ONEDNN_OPTS": "0"}
    assert read.fingerprint.packages["tensorflow"] == "2.20.0"
    (digest,) = set(ok[0].outputs[0].digests)
    assert (out / "arrays" / f"{digest}.npy").is_file()
    assert done.stdout.startswith(f"{len(read.cases)} cases (")
    assert "1 ok" in done.stdout
    assert "the dearest: matmul.float32 " in done.stdout


def test_no_gpu_is_code_three_and_no_result(site: Path, tmp_path: Path) -> None:
    done = run_probe("--out", str(tmp_path / "out"), "--device", "gpu", site=site)
    assert done.returncode == 3
    assert done.stderr == "no-gpu: TensorFlow 2.20.0 is built without CUDA\n"
    assert not (tmp_path / "out").exists()


def with_gpus(site: Path, count: int) -> None:
    """Let TensorFlow register so many GPUs."""
    text = TENSORFLOW.replace("list_physical_devices=lambda kind: []", f"{LISTED}{count}")
    assert text != TENSORFLOW
    (site / "tensorflow.py").write_text(text + DETAILS)


LISTED = "list_physical_devices=lambda kind: ['gpu'] * "
DETAILS = """
config.get_visible_devices = lambda kind: ['gpu']
config.experimental.set_memory_growth = lambda device, on: None
config.experimental.get_device_details = lambda device: {
    "device_name": "NVIDIA H100", "compute_capability": (9, 0),
}
"""


def test_several_gpus_are_not_the_one_that_was_asked_for(site: Path, tmp_path: Path) -> None:
    with_gpus(site, 2)
    out = tmp_path / "out"
    done = run_probe("--out", str(out), "--device", "gpu", "--gpu-uuid", "GPU-1", site=site)
    assert done.returncode == 3
    said = "no-gpu: GPU GPU-1 was asked for, but TensorFlow registered 2 GPUs\n"
    assert done.stderr == said
    assert not out.exists()


@pytest.mark.parametrize(
    ("count", "asked"),
    [
        pytest.param(1, ("--gpu-uuid", "GPU-1"), id="the one that is there"),
        pytest.param(2, (), id="the first where none is asked for"),
    ],
)
def test_one_gpu_is_used(site: Path, tmp_path: Path, count: int, asked: tuple[str, ...]) -> None:
    with_gpus(site, count)
    out = tmp_path / "out"
    line = ("--out", str(out), "--device", "gpu", "--cases", "matmul.float32", *asked)
    done = run_probe(*line, site=site)
    assert (done.returncode, done.stderr) == (0, "")
    read = ProbeOutput.model_validate_json((out / "result.json").read_text())
    assert read.recipe[-1] == "tf.config.experimental.set_memory_growth(GPU 0, True)"


CARD, PART = "GPU-1a000000-0000-0000-0000-000000000000", "MIG-ff000000-0000-0000-0000-000000000000"


def on_one_gpu(
    asked: str, site: Path, folder: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """Run one case where the driver's library is the stand-in, compiled with these options."""
    with_gpus(site, 1)
    library = stand_in("cuda.c", "libcuda.so.1", folder, *options)
    line = f"--out {folder / 'out'} --device gpu --gpu-uuid {asked} --cases matmul.float32"
    variables = {"LD_LIBRARY_PATH": str(library), "CUDA_STAND_IN": "1a"}
    return run_probe(*line.split(), site=site, **variables)


@pytest.mark.parametrize(
    ("options", "uuid"),
    [
        pytest.param((), CARD, id="a driver before 470"),
        pytest.param(("-DNEWER",), PART, id="a MIG device"),
    ],
)
def test_the_fingerprint_tells_the_gpu_as_the_driver_s_own_library_does(
    site: Path, tmp_path: Path, options: tuple[str, ...], uuid: str
) -> None:
    done = on_one_gpu(uuid, site, tmp_path, *options)
    assert (done.returncode, done.stderr) == (0, "")
    read = ProbeOutput.model_validate_json((tmp_path / "out" / "result.json").read_text())
    (gpu,) = read.fingerprint.gpus
    assert (gpu.uuid, gpu.multiprocessors, gpu.memory) == (uuid, 132, 80 * 1024**3)


@pytest.mark.parametrize(
    ("options", "asked", "shown"),
    [
        pytest.param((), "GPU-2b", CARD, id="another"),
        pytest.param(("-DNEWER",), CARD, PART, id="a part of the one"),
    ],
)
def test_another_gpu_than_the_one_asked_for_is_code_three_and_no_result(
    site: Path, tmp_path: Path, options: tuple[str, ...], asked: str, shown: str
) -> None:
    done = on_one_gpu(asked, site, tmp_path, *options)
    said = f"no-gpu: GPU {asked} was asked for, but the driver shows {shown}\n"
    assert (done.returncode, done.stderr) == (3, said)
    assert not (tmp_path / "out").exists()


def test_a_broken_import_is_code_four(site: Path, tmp_path: Path) -> None:
    (site / "tensorflow.py").write_text("import numpy\nnumpy.no_such_name\n")
    done = run_probe("--out", str(tmp_path / "out"), site=site)
    assert done.returncode == 4
    assert done.stderr.startswith("import-failed: AttributeError: module 'numpy'")


def test_no_tensorflow_is_code_four(tmp_path: Path) -> None:
    done = run_probe("--out", str(tmp_path / "out"))
    assert done.returncode == 4
    assert done.stderr.startswith("import-failed: no distribution of TensorFlow is installed")


def test_no_matching_case_is_code_two(site: Path, tmp_path: Path) -> None:
    done = run_probe("--out", str(tmp_path / "out"), "--cases", "no.such", "nor.this", site=site)
    assert done.returncode == 2
    assert done.stderr == "no-case: nothing matches no.such nor.this\n"


OWN = """
import tensorflow as tf
from probe import case
import numpy as np

@case("my.twice", family="mine")
def twice(lab):
    return np.float32(lab.seed * len(tf.calls))

@case("my.path")
def path(lab):
    return {"../../x": np.zeros(1)}
"""


def test_a_file_of_one_s_own_takes_the_catalogue_s_place(site: Path, tmp_path: Path) -> None:
    out, own = tmp_path / "out", tmp_path / "my probe.py"
    own.write_text(OWN)
    done = run_probe("--out", str(out), "--path", str(own), site=site)
    assert (done.returncode, done.stderr) == (0, "")
    read = ProbeOutput.model_validate_json((out / "result.json").read_text())
    assert [(case.name, case.family, case.status) for case in read.cases] == [
        ("my.twice", "mine", "ok"),
        ("my.path", "own", "error"),
    ]
    assert read.cases[0].outputs[0].digests[0] == digest(np.asarray(np.float32(84)))
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["out", "site"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nowhere\n", "my.py:1: ModuleNotFoundError: No module named 'nowhere'"),
        ("x = 1\n", 'my.py: it declares no case; put @case("my.name") above a function'),
    ],
)
def test_a_file_of_one_s_own_that_can_not_be_used_is_code_five(
    site: Path, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "my.py").write_text(text)
    done = run_probe("--out", str(tmp_path / "out"), "--path", str(tmp_path / "my.py"), site=site)
    assert (done.returncode, done.stderr) == (5, f"own-probe: {said}\n")
    assert not (tmp_path / "out").exists()


def test_import_only_runs_nothing_and_leaves_bytecode(site: Path) -> None:
    done = run_probe("--import-only", site=site)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list((site / "__pycache__").glob("tensorflow.*.pyc"))


def test_a_lifeline_that_ends_takes_the_probe_with_it(site: Path, tmp_path: Path) -> None:
    (site / "tensorflow.py").write_text("import time\ntime.sleep(60)\n")
    done = run_probe("--out", str(tmp_path / "out"), "--lifeline", site=site)
    assert done.returncode == 99
    assert not (tmp_path / "out").exists()
