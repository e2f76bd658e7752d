"""What is generated: pages that ship are those that the generator writes, and pages say what records say."""

import json
import re
import shutil

import pytest

import tfgan_zoo.systems
from tfgan_zoo.hub import catalogue, index, pages, readme, shipped, sources, wording
from tfgan_zoo.hub.wording import number, target

CARD = {
    "steps": 6000,
    "wall_seconds": 1551.7,
    "parameters": {"discriminator": 1000, "generator": 500},
    "scores": [
        {"metric": "sliced_wasserstein", "value": 0.05265, "protocol": {"n_fake": 2000}},
        {
            "metric": "fid",
            "value": 1.11670,
            "protocol": {
                "extractor": "classifier/mnist",
                "n_real": 9000,
                "n_fake": 10000,
                "split": "mnist:test",
            },
        },
        {"metric": "inception_score", "value": 6.6246, "protocol": {"extractor": "classifier/mnist"}},
        {"metric": "inception_score/deviation", "value": 0.06308, "protocol": {}},
    ],
}


def check(**changes):
    given = {"key": "ratio", "label": "ours over theirs", "value": 0.5, "target": {"<=": 0.7}, "paper": "0.6"}
    return {**given, "headline": True, "holds": True, "measurements": 1, "spreads": None, **changes}


def record(*checks, holds=True, **changes):
    given = {
        "id": "toy/small",
        "claim": "It works.",
        "paper": "Table 1: 0.6",
        "holds": holds,
        "checks": checks or [check()],
        "rule": "The value is the median.",
        "measurements": [{"seeds": [0, 1], "machine": {"processor": "Xeon"}, "values": {"ratio": 0.5}}],
        "runs": [{"weights_sha256": "a"}, {"weights_sha256": "b"}],
        "history": [],
        "training_seconds": 5400.0,
    }
    return {**given, **changes}


SYSTEM = '''"""TOY: A Small Thing, Somebody, NeurIPS 2020, arXiv:2001.00001.

It makes x of z.

Differs from the paper: nothing in the method.
"""


def picture():
    """A row a class.

    And more.
    """
'''

CONFIG = """# A small thing on MNIST.
#   tfgan-zoo prepare avatars --seed 0
#   tfgan-zoo train toy/small --run runs/toy
paper: {title: A Small Thing, authors: Somebody, venue: NeurIPS 2020, arxiv: "2001.00001"}
note: On MNIST.
system: toy
networks: {}
optimizers: {}
data: {name: mnist, image_size: 32}
train: {steps: 6000, batch_size: 64}
"""


@pytest.fixture
def toy(monkeypatch, tmp_path):
    """The folder of a zoo of one system, `toy`, with the config `toy/small` and nothing that ships."""
    files = {"zoo_configs/toy/small.yaml": CONFIG, "systems/toy/toy.py": SYSTEM}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(index, "config_root", lambda: tmp_path / "zoo_configs")
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path / "pretrained")
    monkeypatch.setattr(catalogue, "config_root", index.config_root)
    monkeypatch.setattr(tfgan_zoo.systems, "__path__", [str(tmp_path / "systems")])
    return tmp_path


def ship(toy, card=None, claim=None):
    folder = toy / "pretrained/toy/small"
    folder.mkdir(parents=True, exist_ok=True)
    if card:
        (folder / "card.json").write_text(json.dumps(card))
        (folder / "model.weights.h5").touch()
        (folder / "samples.png").touch()
    if claim:
        (folder / "claim.json").write_text(json.dumps(claim))


@pytest.fixture(scope="module")
def written():
    return catalogue.written()


def test_what_is_generated_is_up_to_date(written):
    """Lines about a system whose folders were taken away may stay behind."""
    old = [path for path, text in written.items() if not path.is_file() or kept(path.read_text()) != text]
    assert old == [], "run python -m tfgan_zoo.hub.catalogue"


def kept(text):
    """A text without the lines that link to the page of a system that is gone."""
    known = shipped.systems()

    def is_gone(line):
        linked = re.match(r"(?:\| |- )\[[^]]*\]\((?:zoo_configs/)?(\w+)/README\.md", line)
        return linked and linked[1] not in known

    return "".join(line for line in text.splitlines(keepends=True) if not is_gone(line))


def test_lines_of_a_system_that_is_gone_are_no_fault():
    gone = "| [X](gone/README.md) | a |\n- [X](zoo_configs/gone/README.md#claim): b.\n"
    assert kept("a\n" + gone + "| [W](wgan/README.md) | gone |\n") == "a\n| [W](wgan/README.md) | gone |\n"


def test_every_system_has_a_row_and_a_page(written):
    rows = re.findall(r"^\| \[.*?\]\((\w+)/README\.md\)", pages.index(), re.MULTILINE)
    assert rows == shipped.systems() and len(rows) >= 1
    assert {index.config_root() / system / "README.md" for system in rows} < set(written)


def test_every_link_of_a_page_leads_somewhere(written):
    for path, text in written.items():
        if path.suffix == ".md":
            links = re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", text)
            there = [(path.parent / link).resolve() for link in links if "://" not in link]
            assert [target for target in there if target not in written and not target.exists()] == []


def test_the_head_of_a_config_says_what_its_card_does(toy):
    ship(toy, CARD)
    path = toy / "zoo_configs/toy/small.yaml"
    text = catalogue.written()[path]
    assert text.splitlines()[:4] == [
        "# A small thing on MNIST.",
        "#   tfgan-zoo prepare avatars --seed 0",
        "#   tfgan-zoo train toy/small --run runs/toy",
        "# Expected: FID-C 1.12 after 6,000 steps, 26 min.",
    ]
    assert text.splitlines()[4:] == CONFIG.splitlines()[3:]
    path.write_text(text.replace("1.12", "9.99"))
    assert catalogue.written()[path] == text
    assert sources.head("toy/small").expected == "FID-C 9.99 after 6,000 steps, 26 min."
    shutil.rmtree(toy / "pretrained")
    assert catalogue.written()[path] == CONFIG


def test_the_program_writes_what_is_not_up_to_date(toy, capsys):
    ship(toy, CARD, record())
    catalogue.main()
    assert capsys.readouterr().out.count("Wrote") == 3
    assert (toy / "zoo_configs/toy/README.md").read_text() == pages.system_page("toy")
    catalogue.main()
    assert capsys.readouterr().out == ""


def test_a_page_says_what_there_is(toy):
    speed = check(headline=False, label="a speed", target=None, holds=None, value=1234.5)
    ship(toy, CARD, record(check(), speed))
    page = pages.system_page("toy")
    for line in (
        "# TOY",
        "*A Small Thing*, Somebody, NeurIPS 2020, [arXiv:2001.00001](https://arxiv.org/abs/2001.00001).",
        "It makes x of z.",
        "Samples of the weights that ship for `toy/small`: A row a class.",
        "tfgan-zoo prepare avatars --seed 0",
        "tfgan-zoo train toy/small --run runs/toy",
        'model = zoo.load("toy/small", weights="pretrained")',
        "| [`toy/small`](small.yaml) | A small thing on MNIST. | mnist, 32x32 | 6,000 of 64 | 1,500 | 26 min "
        "| [samples](../../pretrained/toy/small/samples.png) |",
        "| `toy/small` | FID-C | 1.12 | 10,000 samples against 9,000 of mnist:test; on classifier/mnist |",
        "| `toy/small` | inception score | 6.62 ± 0.0631 | on classifier/mnist |",
        "It works. It holds here.",
        "The paper: Table 1: 0.6.",
        "| **ours over theirs** | 0.5 | at most 0.7 | 0.6 | one run | holds |",
        "| a speed | 1,234 | 0.6 |",
        "Nothing in the method.",
        "- `toy/small`: On MNIST.",
    ):
        assert line in page.splitlines(), line
    assert "Measured once: 2 trained models, seeds 0, 1, 1.5 h of training on Xeon." in page


def test_a_system_without_weights_or_claim(toy):
    page = pages.system_page("toy")
    assert "The paper's claim was not run yet." in page
    assert "## Scores" not in page and "samples.png" not in page
    assert 'zoo.load("toy/small")' in page and "reproduce" not in page
    assert pages.index().splitlines()[-1].endswith("|  |  | not run |")


@pytest.mark.parametrize(
    "claim, said",
    [
        (record(), "holds"),
        (record(check(spreads=1.9)), "holds, within the noise"),
        (record(check(spreads=2.0)), "holds"),
        (record(check(holds=False), holds=False), "**does not hold**"),
        (record(check(holds=None, value=None, measurements=0), holds=None), "not run in full"),
    ],
)
def test_the_verdict_on_a_claim(toy, claim, said):
    ship(toy, CARD, claim)
    assert pages.index().splitlines()[-1].endswith(f"| FID-C 1.12 | {said} |")


def test_a_claim_that_fails_is_said_to_fail(toy):
    failed = check(holds=False, value=0.9, spreads=0.25)
    ship(toy, CARD, record(failed, check(headline=False), holds=False, history=["Judged before."]))
    page = pages.system_page("toy").splitlines()
    assert "It works. **It does not hold here**: of 2 checks 1 fails." in page
    row = "| **ours over theirs** | 0.9 | at most 0.7 | 0.6 | 0.25 spreads | **fails**, within the noise |"
    assert row in page
    assert "- Judged before." in page


def test_a_figure_that_is_no_number_is_said_to_be_none(toy):
    ship(toy, CARD, record(check(holds=False, value=None), holds=False))
    assert "| **ours over theirs** | not a number | at most 0.7 |" in pages.system_page("toy")


def test_what_was_not_measured_is_left_empty(toy):
    unknown = check(holds=None, value=None, measurements=0)
    ship(toy, CARD, record(unknown, holds=None, measurements=[{"values": {}}]))
    page = pages.system_page("toy")
    assert "It works. It was not run in full yet." in page and "Measured" not in page
    assert "| **ours over theirs** |  | at most 0.7 | 0.6 |  | not measured |" in page


def test_several_measurements_are_told_of(toy):
    each = {"seeds": {"a": [0, 1], "b": [5]}, "values": {"ratio": 0.5}}
    taken = [{**each, "machine": {"processor": name}} for name in ("Xeon", "EPYC")]
    ship(toy, CARD, record(check(spreads=3.14159), check(measurements=2), measurements=taken))
    page = pages.system_page("toy")
    assert "Measured 2 times: 2 trained models, seeds 0, 1, 5, 1.5 h of training on EPYC and Xeon." in page
    assert "The value is the median. What fewer than 2 spreads decide is within the noise." in page
    assert "| 3.14 spreads | holds |" in page and "| runs that agree | holds |" in page


def test_the_readme_keeps_its_rows_and_lists_the_claims_that_fail(toy):
    ship(toy, CARD, record(check(holds=False, value=0.9), check(label="b"), holds=False))
    text = "A\n<!-- results -->\n| old | `toy/small` | 3 |\n| X | `gone/x` | 3 |\n<!-- end -->\nB\n"
    with pytest.raises(ValueError, match="no part between <!-- open claims -->"):
        readme.updated(text)
    text += "<!-- open claims -->\n- an old one\n<!-- end -->\nC\n"
    assert readme.updated(text).splitlines() == [
        "A",
        "<!-- results -->",
        "| system | config | score | trained in | the paper's claim |",
        "|---|---|---|---|---|",
        "| [TOY](zoo_configs/toy/README.md) | `toy/small` | FID-C 1.12 | 26 min | **does not hold** |",
        "<!-- end -->",
        "B",
        "<!-- open claims -->",
        "- [TOY](zoo_configs/toy/README.md#claim): ours over theirs: 0.9, asked for at most 0.7.",
        "<!-- end -->",
        "C",
    ]


def test_a_claim_that_was_not_run_is_listed_too(toy):
    assert pages.open_claim("toy") == "- [TOY](zoo_configs/toy/README.md#claim): not run."
    ship(toy, CARD, record(check(holds=None, value=None, measurements=0), holds=None))
    assert pages.open_claim("toy") == "- [TOY](zoo_configs/toy/README.md#claim): not run in full."
    ship(toy, CARD, record())
    assert pages.open_claim("toy") == ""


def test_a_docstring_of_another_form_is_refused(toy):
    path = toy / "systems/toy/toy.py"
    path.write_text(SYSTEM.replace("Differs from the paper", "Like the paper"))
    with pytest.raises(ValueError, match=r"toy\.py must say .* `Differs from the paper: ...`"):
        sources.system("toy")


@pytest.mark.parametrize(
    "value, text",
    [(1.1167, "1.12"), (-98.0016, "-98"), (3276.45, "3,276"), (0.0457, "0.0457")],
)
def test_numbers(value, text):
    assert number(value) == text


def test_targets_in_words():
    assert target({"target": {">=": 0.2, "<": 3}}) == "at least 0.2 and below 3"


def test_only_a_distance_on_a_classifier_is_fid_c():
    def named(metric, **protocol):
        return wording.metric({"metric": metric, "protocol": protocol})

    assert named("fid", extractor="classifier/mnist") == "FID-C"
    assert named("fid", extractor="inception_2015") == "FID"
    assert named("translate/l1") == "translate: L1"
    assert named("parzen_log_likelihood") == "parzen log likelihood"
