"""The gallery as files: every system, every link, nothing from outside, no folder of others overwritten."""

import re
import sys
from html.parser import HTMLParser

import pytest

from tfgan_zoo.gallery import runtime, site
from tfgan_zoo.hub import pages, shipped
from tfgan_zoo.hub.config import list_configs, load_config
from tfgan_zoo.hub.wording import headline


class Page(HTMLParser):
    """The links of a page, what it loads by itself, its anchors and its tags."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.anchors, self.tags = [], [], set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.add(tag)
        self.anchors.add(given.get("id"))
        if tag == "a":
            self.links.append(given["href"])
        self.loads += [given[key] for key in ("src", "href") if key in given and tag != "a"]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "gallery"
    site.write(folder)
    return folder


@pytest.fixture(scope="module")
def parsed(gallery):
    return {path: Page(path.read_text(encoding="utf-8")) for path in gallery.rglob("*.html")}


def test_every_system_has_a_page_and_stands_in_the_index(gallery, parsed):
    there = {path.parent.name for path in parsed if path.parent != gallery}
    links = parsed[gallery / "index.html"].links
    linked = {link.partition("/")[0] for link in links if link.endswith("index.html")}
    assert there == set(shipped.systems()) and linked - {"index.html"} == there


def test_every_link_leads_to_a_file_and_an_anchor(parsed):
    for path, page in parsed.items():
        for link in page.links + page.loads:
            if link.startswith(("https://", "data:")):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            assert target.is_file(), f"{path}: {link}"
            assert not anchor or anchor in parsed[target].anchors, f"{path}: {link}"


def test_pages_load_nothing_from_outside_and_have_no_scripts(parsed, gallery):
    for page in parsed.values():
        assert "script" not in page.tags
        assert [each for each in page.loads if "//" in each] == []
    assert not re.search(r"url\(|@import|@font-face", (gallery / "gallery.css").read_text())


def test_a_page_says_what_the_markdown_page_says(gallery):
    text = (gallery / "wgan_gp/index.html").read_text(encoding="utf-8")
    for check in shipped.record_of("wgan_gp")["checks"]:
        assert check["label"] in text.replace("&amp;", "&")
    assert headline(shipped.card_of("wgan_gp/mnist")) in text
    assert "tfgan-zoo train wgan_gp/mnist --run runs/wgan_gp" in text
    assert len(pages.sections("wgan_gp")) == text.count("<section")


def test_every_paper_has_a_family_and_a_year():
    papers = {name: load_config(name).paper for name in list_configs()}
    assert [name for name, paper in papers.items() if not (paper.family and paper.year)] == []


def test_systems_stand_in_their_family_by_year(gallery):
    text = (gallery / "index.html").read_text(encoding="utf-8")
    losses = text.partition('<section id="adversarial-losses">')[2].partition("</section>")[0]
    places = [losses.index(f'"{system}/index.html"') for system in ("gan", "b_gan", "wgan_gp")]
    assert places == sorted(places)
    assert "dcgan/index.html" not in losses


def test_a_gallery_is_written_anew_but_no_other_folder(tmp_path):
    folder = tmp_path / "new" / "gallery"
    site.write(folder, only=["gan", "wgan"])
    site.write(folder, only=["gan"])
    assert not (folder / "wgan").exists() and (folder / "gan/index.html").is_file()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds other files, such as mine.txt"):
        site.write(folder, only=["gan"])
    assert (folder / "mine.txt").read_text() == "mine" and (folder / "gan").is_dir()
    with pytest.raises(FileExistsError, match="is a file"):
        site.write(folder / "mine.txt")


def test_what_fails_leaves_nothing_behind(tmp_path):
    with pytest.raises(KeyError, match="no system 'gann'"):
        site.write(tmp_path / "gallery", only=["gann"])
    with pytest.raises(FileNotFoundError, match="lacks ort.wasm"):
        site.write(tmp_path / "gallery", live=True, runtime=tmp_path, only=["gan"])
    assert list(tmp_path.iterdir()) == []


def test_another_archive_than_the_pinned_one_is_refused(tmp_path, monkeypatch, zoo_data):
    def pack(command, **options):
        (tmp_path / "new").mkdir()
        with open(f"{command[-1]}/package.tgz", "wb") as file:
            file.write(b"something else")

    monkeypatch.setattr(runtime.subprocess, "run", pack)
    with pytest.raises(OSError, match="another checksum"):
        runtime.find()
    assert not zoo_data.exists()


def test_without_npm_the_message_names_the_option(monkeypatch, zoo_data):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OSError, match="--runtime FOLDER"):
        runtime.find()


def test_the_command_names_a_missing_extra(run, monkeypatch, tmp_path):
    monkeypatch.delattr("tfgan_zoo.gallery.site")
    monkeypatch.setitem(sys.modules, "tfgan_zoo.gallery.site", None)
    status, _, errors = run("gallery", tmp_path / "gallery")
    assert status == 1 and 'pip install "tfgan_zoo[gallery]"' in errors
