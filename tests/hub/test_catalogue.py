"""The generated table of configs."""

import json

from tfgan_zoo.hub import catalogue, index


def test_the_table_that_ships_is_the_generated_one():
    shipped = (index.config_root() / "README.md").read_text(encoding="utf-8")
    assert shipped == catalogue.table(), "run python -m tfgan_zoo.hub.catalogue"


def test_every_config_has_a_row_with_its_card(monkeypatch):
    lines = catalogue.table().splitlines()
    rows = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    assert list(rows) == index.list_configs()
    for name, row in rows.items():
        assert row.count(" | ") == len(catalogue._COLUMNS) - 1, name
        if index.has_weights(name):
            card = json.loads((index.pretrained_folder(name) / "card.json").read_text())
            assert card["weights_sha256"][:12] in row
            assert f"{card['steps']:,}" in row


def test_a_claim_that_fails_is_said_to_fail(monkeypatch, tmp_path):
    record = {"claim": "C", "paper": "P", "ours": "1", "holds": False}
    monkeypatch.setattr(catalogue, "pretrained_folder", lambda name: tmp_path)
    monkeypatch.setattr(catalogue, "has_weights", lambda name: False)
    assert "does not hold" not in catalogue.table()
    (tmp_path / "claim.json").write_text(json.dumps(record))
    assert "C<br>Paper: P<br>Ours: 1<br>**does not hold**" in catalogue.table()
