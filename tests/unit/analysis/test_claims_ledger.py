"""The ledger: read strictly, and the one that is shipped speaks of cases that exist."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from probe.catalogue import CASES
from runner.analysis.claims.ledger import LedgerError, ledger, parse
from runner.analysis.claims.predicates import DiffersAcross, SameAcross, Slower, Unsupported

if TYPE_CHECKING:
    from runner.analysis.claims.model import Claim

GOOD = """\
sources:
  page: {title: A page, url: https://example.org/page, read: the page}
claims:
  - id: one
    source: page
    text: It is so.
    quoted: yes
    scope: {tensorflow: ">=2.8", device: gpu}
    tests:
      - test: varies
        cases: op.*
        strength: likely
"""
NAMES = [case.name for case in CASES]
CLAIMS = [pytest.param(claim, id=claim.id) for claim in ledger().claims]
COVERED = """
    seg_sum seg_prod_mean scatter_nd gather_grad bias_add_grad softmax_xent sparse_xent
    resize_bilinear_grad resize_nearest_grad crop_and_resize_grad conv2d_bwd_filter conv3d_bwd
    conv_fwd_autotune depthwise_grad maxpool_grad ctc_loss fused_bn_frozen adjust_contrast bincount
    sparse_dense_matmul lstm_gru_cudnn matmul_f32 matmul_tf32_onoff matmul_fp16_bf16 reduce_sum
    cumsum_softmax svd_qr_eigh fft rng_stateful rng_function rng_stateless rng_stateless_xla
    rng_generator dropout_nn dropout_keras keras_init tfdata_shuffle tfdata_map_random image_aug
    train_steps xla_reduce_scatter
"""


def test_a_claim_as_it_is_written() -> None:
    [claim] = parse(GOOD, "ledger.yaml").claims
    assert (claim.id, claim.text, claim.quoted) == ("one", "It is so.", True)
    assert claim.scope.words == "tensorflow >=2.8, device gpu"
    [test] = claim.tests
    assert (test.says, test.subjects) == ("variation from process to process (likely)", ("op.*",))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "strength: likely",
            "strength: likely\n        sure: yes",
            "13: claims[0].tests[0].sure: unknown key",
            id="unknown key",
        ),
        pytest.param(
            "        strength: likely\n",
            "",
            "10: claims[0].tests[0]: needs the key 'strength'",
            id="missing key",
        ),
        pytest.param(
            "test: varies",
            "test: wobbles",
            "10: claims[0].tests[0]: Input tag 'wobbles' found using 'test' does not match any of "
            "the expected tags: 'stable', 'varies', 'equal', 'different', 'unsupported', "
            "'same_across', 'differs_across', 'slower'",
            id="unknown test",
        ),
        pytest.param(
            '">=2.8"',
            "2.8+",
            "8: claims[0].scope.tensorflow: '2.8+' is no version specifier, such as '>=2.8'",
            id="no specifier",
        ),
        pytest.param(
            "    tests:\n      - test: varies\n        cases: op.*\n        strength: likely\n",
            "",
            "4: claims[0]: needs tests, or else 'undecided' with the reason",
            id="nothing decides it",
        ),
        pytest.param(
            "quoted: yes",
            "quoted: yes\n    quoted: no",
            "8: claims[0].quoted: 'quoted' is there twice, first in line 7",
            id="repeated key",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(LedgerError) as caught:
        parse(GOOD.replace(old, new), "ledger.yaml")
    assert [problem.text("") for problem in caught.value.problems] == [f":{said}"]


def test_all_mistakes_are_told_at_once() -> None:
    wrong = GOOD.replace("strength: likely", "strength: surely").replace("device: gpu", "device: x")
    with pytest.raises(LedgerError) as caught:
        parse(wrong, "ledger.yaml")
    assert str(caught.value).splitlines() == [
        "ledger.yaml:8: claims[0].scope.device: Input should be 'cpu' or 'gpu'",
        (
            "ledger.yaml:12: claims[0].tests[0].strength: Input should be 'always', 'likely', "
            "'plain' or 'may'"
        ),
    ]


def test_a_source_that_is_not_there() -> None:
    with pytest.raises(LedgerError) as caught:
        parse(GOOD.replace("source: page", "source: pages"), "ledger.yaml")
    assert str(caught.value).splitlines() == [
        "ledger.yaml:2: sources.page: no claim is from it",
        "ledger.yaml:5: claims[0].source: no such source, did you mean 'page'?",
    ]


def test_an_id_is_there_once_and_a_source_has_a_claim() -> None:
    twice = GOOD + GOOD.partition("claims:\n")[2]
    idle = twice.replace("claims:", "  other: {title: O, url: https://o.org, read: o}\nclaims:")
    with pytest.raises(LedgerError) as caught:
        parse(idle, "ledger.yaml")
    assert str(caught.value).splitlines() == [
        "ledger.yaml:3: sources.other: no claim is from it",
        "ledger.yaml:5: claims[0].id: 'one' is there twice",
        "ledger.yaml:14: claims[1].id: 'one' is there twice",
    ]


# the ledger that is shipped


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_case_of_a_claim_is_in_the_catalogue(claim: Claim) -> None:
    globs = {
        subject.partition("/")[0]
        for test in claim.tests
        for both in test.subjects
        for subject in both.split(" and ")
    }
    globs |= {glob for test in claim.tests for glob in getattr(test, "without", ())}
    assert {glob for glob in globs if not any(fnmatchcase(name, glob) for name in NAMES)} == set()


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_scope_leaves_what_its_tests_compare_free(claim: Claim) -> None:
    fixed = claim.scope.model_dump(exclude_defaults=True).keys() - {"tensorflow", "cudnn"}
    for test in claim.tests:
        if isinstance(test, SameAcross | DiffersAcross):
            assert test.axis not in fixed
        if isinstance(test, Slower):
            assert "determinism" not in fixed
        if isinstance(test, Unsupported):
            assert claim.scope.determinism == "on"


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_quotation_is_one_in_the_source_s_own_words(claim: Claim) -> None:
    # A word of ours stands in parentheses, and such a text is told as a paraphrase.
    assert not (claim.quoted and claim.text.startswith("("))


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_scope_holds_some_release(claim: Claim) -> None:
    releases = [Version(f"2.{minor}.1") for minor in range(4, 22)]
    assert list(SpecifierSet(claim.scope.tensorflow).filter(releases))


def test_every_computation_that_was_meant_to_be_covered_is() -> None:
    assert list(ledger().coverage) == COVERED.split()
    cases = {case for cases in ledger().coverage.values() for case in cases}
    assert cases <= set(NAMES)
