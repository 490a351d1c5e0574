"""Comparisons that several tests of reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unit.results.synthetic import (
    ERROR,
    UNSUPPORTED,
    case,
    cell,
    key,
    run,
    status,
    trial,
)

from runner.analysis.compare import compare
from runner.results.records import Status
from runner.results.store import Damaged

if TYPE_CHECKING:
    from runner.analysis.comparison import Comparison
    from runner.matrix.cells import Cell
    from runner.results.probe_output import CaseOutput
    from runner.results.records import TrialRecord

VERSIONS = ("2.15.1", "2.16.2", "2.17.1", "2.18.1")
HOSTILE = "\x1b[31mboom\x1b[0m\n| <b onload=alert(1)> `code` [link](http://evil) @user \u202e"


def small() -> Comparison:
    """Four versions, determinism off and on, two families; one cell failed, two had no GPU."""
    records: list[TrialRecord] = []
    said = []
    for version in VERSIONS:
        for determinism in ("off", "on"):
            of = cell(version, determinism="on" if determinism == "on" else "off")
            if (version, determinism) == ("2.18.1", "on"):
                said.append(status(of, Status.TIMED_OUT, "no result within 600 s"))
                continue
            said.append(status(of))
            records += _three(of)
    gpus = [cell(version, device="gpu", cuda="12.9.1") for version in VERSIONS[2:]]
    said += [status(of, Status.NO_GPU, "no GPU on this host") for of in gpus]
    return compare(records, [run(said)])


def _three(of: Cell) -> list[TrialRecord]:
    made = []
    for number in range(3):
        outputs = _outputs(of, number)
        last = number == 2
        made.append(
            trial(
                of,
                *(outputs[::-1] if last else outputs),
                at=number,
                order="reversed" if last else "forward",
            )
        )
    return made


def _outputs(of: Cell, number: int) -> list[CaseOutput]:
    version, off = of.environment.tensorflow, of.setting.determinism == "off"
    stream = "new" if version > "2.16" else "old"
    grad = [number, number] if off else ["g", "g"]
    xla = [UNSUPPORTED] if version == "2.15.1" else ["x", "x"]
    return [
        case("random.normal", stream, stream, family="stream"),
        case("random.stateless", *xla, family="stream", reason="TensorFlow 2.15.1 has no tf.x"),
        case("nn.conv2d", version > "2.17", version > "2.17", family="conv"),
        case("nn.conv2d.grad", *grad, family="conv"),
    ]


def hostile() -> Comparison:
    """Every text that a record may hold is an attack."""
    of = cell("2.15.1")
    first = trial(of, case("a", ERROR, reason=HOSTILE), trial_key=key(of, engine="venv"))
    host = first.host.model_copy(update={"cpu_model": HOSTILE})
    axes = {**first.axes, HOSTILE: "1", "tensorflow": HOSTILE, "python": HOSTILE}
    bad_key = first.key.model_copy(update={"host_class": HOSTILE})
    bad = first.model_copy(update={"axes": axes, "host": host, "key": bad_key, "cell": HOSTILE})
    other = cell("2.16.2")
    said = run([status(other, Status.BUILD_FAILED, HOSTILE)], engine="venv", reason=HOSTILE)
    return compare([first, bad], [said], [Damaged(HOSTILE, HOSTILE)])
