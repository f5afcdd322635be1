"""The page in a real browser: Debian's Chromium, driven by Playwright, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from in_browser import OpenPage, needs_browser, started_browser
from PIL import Image

from utils.captioner import load_captioner
from utils.captions import CHARACTERS
from utils.commands import page as command
from utils.dataset import load_dataset
from utils.page.build import SHIPPED, page_text
from utils.support.paths import DATA
from utils.vocabulary import START, Vocabulary

pytestmark = needs_browser
VIEWS = ("photo", "words", "search", "attention", "cover", "compare", "score")


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """The page with all captioners, written by the command."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    assert command.main(["--out", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with started_browser() as found:
        yield found


class Visit(OpenPage):
    """The page when its first caption is there."""

    def __init__(self, browser, file: Path, **settings) -> None:
        super().__init__(browser, file, **settings)
        self.wait()

    def wait(self) -> str:
        """Wait for the caption, and return it."""
        self.page.wait_for_selector("#caption .said")
        self.page.wait_for_selector("#busy", state="hidden")
        return self.page.inner_text("#caption .said")

    def choose(self, kind: str, name: str) -> str:
        """Choose a scene or a photo by its name, and return its caption."""
        self.page.click(f'#{kind} button[data-name="{name}"]')
        return self.wait()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def view(self, name: str) -> None:
        self.page.click(f'#tabs a[href="#{name}"]')


@pytest.fixture(scope="module")
def visit(browser, file) -> Visit:
    return Visit(browser, file, viewport={"width": 1280, "height": 900})


def test_the_file_is_small_enough_to_be_sent(file):
    assert file.stat().st_size <= command.LARGEST


def test_photos_get_the_captions_that_python_gives(visit):
    captioner = load_captioner("flickr8k-best")
    for photo in sorted((DATA / "photos").glob("*.jpg"))[:3]:
        assert visit.choose("photos", photo.name) == captioner.caption([photo])[0]


def test_features_and_probabilities_in_the_browser_are_those_of_keras(visit):
    captioner = load_captioner("flickr8k")
    photo = DATA / "photos" / "coffee.jpg"
    visit.choose("photos", photo.name)
    features = captioner.features([photo])
    found = visit.page.evaluate("Array.from(now.seen.pooled)")
    np.testing.assert_allclose(found, features[0], atol=1e-3)
    ids = captioner.vocabulary.encode(["a", "man"], markers=False)
    log_probs = captioner.next_word(features)([0], [[START, *ids]])[0]
    asked = f"ask('next', {{key: now.seen.key, captioner: 'flickr8k', words: {list(ids)}}})"
    likeliest = visit.page.evaluate(asked)["likeliest"]
    assert len(likeliest) > 10
    for word in likeliest:
        assert np.log(word["probability"]) == pytest.approx(log_probs[word["id"]], abs=1e-3)


def test_scenes_get_the_captions_that_python_gives(visit):
    captioner, scenes = load_captioner("scenes"), load_dataset("scenes")
    buttons = visit.page.query_selector_all("#scenes button")
    names = [button.get_attribute("data-name") for button in buttons]
    assert len(names) >= 12
    for name in names[:4]:
        assert name in scenes.splits["test"]
        assert visit.choose("scenes", name) == captioner.caption([scenes.path(name)])[0]


def test_a_word_that_the_reader_chooses_is_taken_and_the_model_goes_on(visit):
    visit.view("words")
    visit.page.wait_for_selector(".bars button")
    words = visit.page.eval_on_selector_all(".bars .word", "all => all.map(one => one.innerText)")
    visit.page.keyboard.press("Tab")
    visit.page.locator(".bars button").nth(3).press("Enter")
    visit.page.wait_for_selector("#view button.chip")
    assert visit.page.inner_text("#view button.chip") == words[3]
    visit.press("Let the model finish")
    visit.page.wait_for_selector("text=The caption has ended")
    assert visit.page.inner_text("#view .chips").split()[-1] == "(end)"


def test_each_search_finds_a_caption_and_the_beam_shows_its_tree(visit):
    visit.view("search")
    visit.page.wait_for_selector(".tree .node.best")
    best = visit.page.eval_on_selector_all(".tree .node.best + text", "all => all.length")
    assert best >= 4  # the start and three words or more
    visit.press("Greedy")
    visit.page.wait_for_selector("#view .bar-row")
    visit.press("Sampling")
    visit.page.wait_for_selector("text=Draw again")
    for place, most in enumerate(("2", "1")):  # temperature and top-p
        visit.page.locator("#view input[type=range]").nth(place).fill(most)
    visit.page.wait_for_timeout(500)
    before = visit.page.inner_text("#view .said")
    visit.press("Draw again")
    visit.page.wait_for_function(
        "before => document.querySelector('#view .said').innerText !== before", arg=before
    )
    visit.press("Beam")


def test_attention_has_a_veil_for_each_word_and_is_offered_where_there_is_none(visit):
    visit.choose("photos", "cat.jpg")
    visit.view("attention")
    visit.page.wait_for_selector("#view canvas.square")
    words = visit.page.inner_text("#caption .said").split()
    assert len(visit.page.query_selector_all("#view .chip")) == len(words) + 1
    visit.page.select_option("#captioner", "flickr8k")
    visit.page.wait_for_selector("text=has no attention")
    visit.press("Use flickr8k-best")
    visit.page.wait_for_selector("#view canvas.square")


def test_what_is_covered_changes_the_caption(visit):
    visit.view("cover")
    visit.press("Cover everything")
    # Nothing can be seen any more: another caption, or the one that fits always.
    told = visit.page.locator("#view .note", has_text="before")
    told.wait_for()
    assert "Marked words are new" in told.inner_text()


def test_a_changed_caption_changes_bleu_and_truth(visit):
    visit.choose("scenes", visit.page.get_attribute("#scenes button", "data-name"))
    visit.view("score")
    lines = visit.page.input_value("#view textarea").split("\n")
    assert len(lines) == 5
    box = visit.page.locator("#view input[type=text]")
    box.fill(lines[0])
    assert "100.0" in visit.page.locator("#view .bar-row").nth(3).inner_text()
    assert visit.page.query_selector("#view .statement .yes")
    assert not visit.page.query_selector("#view .statement .no")
    box.fill("nothing of the kind")
    assert "0.0" in visit.page.locator("#view .bar-row").nth(3).inner_text()


def test_each_view_has_its_own_address(browser, file):
    visit = Visit(browser, file)
    for name in VIEWS:
        visit.page.goto(f"{file.as_uri()}#{name}")
        visit.page.wait_for_selector(f'#tabs a[href="#{name}"][aria-current="page"]')
    visit.page.close()


def test_the_tour_has_ten_steps_and_ends(visit):
    visit.page.click("#tour-start")
    seen = []
    for _ in range(10):
        seen.append(visit.page.inner_text("#tour-count"))
        visit.page.click("#tour-next")
    assert seen == [f"Step {step} of 10" for step in range(1, 11)]
    assert visit.page.is_hidden("#tour")


def test_a_bad_file_gets_a_sentence_and_the_next_photo_is_described(visit, tmp_path):
    before = visit.wait()
    (tmp_path / "notes.jpg").write_bytes(b"no photo at all")
    visit.page.set_input_files("#file", tmp_path / "notes.jpg")
    visit.page.wait_for_selector("#problem >> text=This browser cannot read notes.jpg as a photo")
    assert visit.page.inner_text("#caption .said") == before  # the picture before it stays
    Image.new("RGB", (400, 300), (90, 140, 60)).save(tmp_path / "grass.png")
    visit.page.set_input_files("#file", tmp_path / "grass.png")
    assert visit.wait()
    assert visit.page.inner_text("#problem") == ""


def test_a_sentence_of_ones_own_is_judged_word_by_word(visit):
    visit.view("compare")
    box = visit.page.locator("#view input[type=text]")
    box.fill("a zyzzyva")
    visit.press("How likely?")
    visit.page.wait_for_selector("text=It does not know: zyzzyva")
    assert len(visit.page.query_selector_all("#view tbody tr")) == len(SHIPPED)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_view(browser, file, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    visit = Visit(browser, file, color_scheme=theme, reduced_motion="reduce")
    found = []
    for name in VIEWS:
        visit.view(name)
        visit.page.wait_for_timeout(500)
        violations = axe.run(visit.page).response["violations"]
        found += [(name, one["id"], one["nodes"][0]["html"][:200]) for one in violations]
    assert not found
    visit.page.close()


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_is_wider_than_the_window(browser, file, width):
    visit = Visit(browser, file, viewport={"width": width, "height": 800})
    for name in VIEWS:
        visit.view(name)
        visit.page.wait_for_timeout(300)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, name
    visit.page.close()


def test_nothing_is_asked_of_any_network_and_nothing_goes_wrong(visit, file):
    outside = [
        url for url in visit.requests if not url.startswith((file.as_uri(), "blob:", "data:"))
    ]
    assert visit.requests and not outside
    assert not visit.errors


def test_a_captioner_of_the_readers_own_speaks_its_language(browser, tmp_path):
    captioner = load_captioner("scenes")
    markers, words = captioner.vocabulary.words[:4], captioner.vocabulary.words[4:]
    # As a captioner of characters: each word is one sign, and none stands between them.
    signs = [chr(0x4E00 + number) for number in range(len(words))]
    captioner.vocabulary = Vocabulary([*markers, *signs])
    captioner.settings["words"] = CHARACTERS
    captioner.save(tmp_path / "chinese" / "captioner")
    file = tmp_path / "page.html"
    own = str(tmp_path / "chinese" / "captioner")
    assert command.main(["--captioner", own, "--out", str(file)]) == 0
    visit = Visit(browser, file)
    options = visit.page.eval_on_selector_all("#captioner option", "all => all.map(o => o.value)")
    assert options == ["", "chinese"]
    photo = DATA / "photos" / "cat.jpg"
    (wanted,) = load_captioner(own).caption([photo])
    assert visit.choose("photos", photo.name) == wanted and " " not in wanted
    visit.view("compare")
    visit.page.locator("#view input[type=text]").fill(wanted + "a")
    visit.press("How likely?")
    visit.page.wait_for_selector("text=It does not know: a")
    assert not visit.errors
    visit.page.close()


def test_facts_cannot_end_the_script_they_stand_in():
    text = page_text({"captioners": [], "note": "</script><b>"}, {"cnn": ({}, b"abc")})
    assert "</script><b>" not in text and "<\\/script>" in text
