"""The site in a folder: the Markdown pages as HTML, an index of pictures, and copies of what is linked."""

import os
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

import jinja2
from markdown_it import MarkdownIt
from markupsafe import Markup

from tfgan_zoo.hub import pages, sources
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.index import config_root, has_weights, pretrained_folder
from tfgan_zoo.hub.schema import FAMILIES
from tfgan_zoo.hub.shipped import card_of, configs_of, main_config, record_of, systems
from tfgan_zoo.hub.wording import headline, verdict
from tfgan_zoo.utils.files import remove, write_text

# Lists what a gallery wrote, so that it can be written again.
CONTENTS = "contents.txt"

_OTHERS = "others"


def write(folder, live=False, runtime=None, only=None, say=lambda line: None):
    """Writes the site, whole or not at all; a gallery that stands there is replaced.

    Args:
        folder: where; it must be empty, hold a gallery, or not exist.
        live: whether pages draw from the generators whose weights ship.
        runtime: the folder of ONNX Runtime Web, see `gallery.runtime.find`.
        only: ids of systems; None for all.
        say: told, in a line, of each generator that is put into its page.

    Raises:
        FileExistsError: the folder holds other files.
        KeyError: a system is unknown.
        OSError: the folder cannot be written, or the runtime is not to be had.
        ImportError: `live`, and the packages of the extra `onnx` are not installed.
    """
    folder = Path(folder)
    _require_own(folder)
    unknown = sorted(set(only or ()) - set(systems()))
    if unknown:
        raise KeyError(f"There is no system {unknown[0]!r}.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder.parent) as place:
        site = Path(place) / "site"
        site.mkdir()
        _Site(site, only or systems(), live, runtime, say).write()
        written = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
        write_text(site / CONTENTS, "".join(f"{name}\n" for name in written))
        remove(folder)
        os.rename(site, folder)


def _require_own(folder):
    if folder.is_file():
        raise FileExistsError(f"{folder} is a file; a gallery is written to a folder.")
    held = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    own = (folder / CONTENTS).read_text(encoding="utf-8").splitlines() if CONTENTS in held else []
    others = sorted(held - {CONTENTS, *own})
    if others:
        raise FileExistsError(
            f"{folder} holds other files, such as {others[0]}; a gallery takes a folder of its own."
        )


class _Site:
    def __init__(self, folder, names, live, runtime, say):
        self.folder, self.names, self.live, self.runtime, self.say = folder, names, live, runtime, say
        self.markdown = MarkdownIt("commonmark").enable("table")
        self.templates = jinja2.Environment(
            loader=jinja2.PackageLoader("tfgan_zoo.gallery"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
        )

    def write(self):
        if self.live:
            # At first, since it may be missing.
            from tfgan_zoo.gallery import live

            self._put("runtime.js", live.runtime_script(self.runtime))
            self._asset("live.js")
        self._asset("gallery.css")
        cards = [_card(system) for system in self.names]
        for card in cards:
            self._page(card)
        self._render(
            "index.html",
            "index.html",
            root="",
            count=len(cards),
            families=_grouped(cards, [*FAMILIES, _OTHERS], "family"),
            years=_grouped(cards, sorted({card["paper"].year or 0 for card in cards}), "year"),
            reading=Markup(self.markdown.render(pages.READING)),
        )

    def _page(self, card):
        system = card["system"]
        sections = {name: self._html(text, system) for name, text in pages.sections(system).items()}
        drawn = [self._model(name) for name in configs_of(system) if self.live and has_weights(name)]
        self._render(
            "system.html",
            f"{system}/index.html",
            root="../",
            card=card,
            sections=sections,
            live=[each for each in drawn if each],
            before_live="samples" if "samples" in sections else "paper",
        )

    def _model(self, config_id):
        """What the template of a live part asks for; None of a model that draws nothing of latents."""
        from tfgan_zoo.gallery import live

        model = live.model(config_id)
        if model is None:
            return None
        self.say(f"{config_id} draws in its page.")
        self._put(f"{config_id}.js", live.script(model, config_id))
        return {
            "config": config_id,
            "script": f"{config_id.partition('/')[2]}.js",
            "number": live.NUMBER[model.example_key],
            "inputs": [{"choices": [], "argument": None, **each} for each in live.inputs(model)],
        }

    def _html(self, text, system):
        """Markdown of a system's page as HTML, whose links to files lead to copies beside it."""
        tokens = self.markdown.parse(text)
        for token in (child for block in tokens for child in (block.children or ())):
            for key in ("href", "src"):
                if key in token.attrs:
                    token.attrs[key] = self._link(token.attrs[key], system)
        return Markup(self.markdown.renderer.render(tokens, self.markdown.options, {}))

    def _link(self, link, system):
        if "://" in link or link.startswith("#"):
            return link
        path = Path(os.path.normpath(config_root() / system / link))
        # Of two configs, files of one name go to folders of their own.
        name = path.name if path.parent.name == system else f"{path.parent.name}/{path.name}"
        self._copy(path, f"{system}/{name}")
        return name

    def _copy(self, path, name):
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, self.folder / name)

    def _asset(self, name):
        self._put(name, (files("tfgan_zoo.gallery") / "templates" / name).read_text(encoding="utf-8"))

    def _render(self, template, name, **facts):
        self._put(name, self.templates.get_template(template).render(**facts))

    def _put(self, name, text):
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")


def _card(system):
    """What the index says of a system."""
    name, record = main_config(system), record_of(system)
    paper = load_config(name).paper
    family = paper.family or _OTHERS
    has_picture = (pretrained_folder(name) / "samples.png").is_file()
    return {
        "system": system,
        "name": sources.system(system).name,
        "paper": paper,
        "family": family,
        "year": paper.year or 0,
        "anchor": family.replace(" ", "-"),
        # The copy that the system's page shows.
        "picture": f"{name}/samples.png" if has_picture else None,
        "score": headline(card_of(name)),
        "verdict": verdict(record).strip("*"),
        "state": {True: "holds", False: "fails", None: "open"}[record and record["holds"]],
    }


def _grouped(cards, names, key):
    """Groups of cards in the order of their names, each by year; those without cards are left out."""
    found = []
    for name in names:
        of_it = sorted(
            (card for card in cards if card[key] == name),
            key=lambda card: (card["year"], card["name"].lower()),
        )
        if of_it:
            found.append({"name": name or "unknown", "anchor": of_it[0]["anchor"], "cards": of_it})
    return found
