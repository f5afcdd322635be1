"""The built book in a real browser: Debian's Chromium, without a network."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from in_browser import OpenPage, needs_browser, started_browser

pytest.importorskip("sphinx", reason="requirements-book.txt has it")
bs4 = pytest.importorskip("bs4")

from utils.authoring.notebooks import masters  # noqa: E402
from utils.book import command  # noqa: E402
from utils.book.build import MARK, build_book  # noqa: E402
from utils.book.chapters import Shown  # noqa: E402

pytestmark = needs_browser

MEGABYTES, SECONDS = 25, 90
CHAPTER = "04_lstm_text_encoder.html"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 700}

# Of pictures: the pixels of the file and those of the page, both across, and the file.
WIDTHS = "found => found.map(one => [one.naturalWidth, one.clientWidth, one.src])"
# Drawn when the trainings were measured; `python -m utils results` draws it anew with the next.
COARSE = "curves.png"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[Path, float, list[str]]:
    """The book's folder, the processor's seconds that it took, and Sphinx' warnings."""
    folder = tmp_path_factory.mktemp("book") / "site"
    start = time.process_time()
    warnings = build_book(masters(), folder, Shown(captioner=True))
    seconds = time.process_time() - start
    page = folder / "captioner" / "index.html"  # the tests of the page build and open it
    page.parent.mkdir()
    page.write_text("<title>The captioner in a page</title>", encoding="utf-8")
    return folder, seconds, warnings


@pytest.fixture(scope="module")
def site(built) -> Path:
    return built[0]


@pytest.fixture(scope="module")
def soups(site) -> dict[str, bs4.BeautifulSoup]:
    return {
        path.name: bs4.BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(site.glob("*.html"))
    }


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with started_browser() as found:
        yield found


class Visit(OpenPage):
    """A page of the book."""

    def strangers(self) -> list[str]:
        """Return the requests to anywhere else than the disk."""
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]


def test_it_is_built_quickly_without_a_warning_and_is_small(built):
    folder, seconds, warnings = built
    assert warnings == []
    assert seconds <= SECONDS
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size <= MEGABYTES * 1e6
    assert (folder / MARK).is_file()


def test_all_chapters_are_there_with_a_link_to_their_notebooks(site, soups):
    for master in masters():
        page = soups[f"{master.stem}.html"]
        assert page.select_one("h1") and page.select(".cell_output")
        link = page.select_one(".this-notebook a")
        unsolved = (site / link["href"]).read_text(encoding="utf-8")
        assert "BEGIN SOLUTION" not in unsolved and '"cells"' in unsolved


def test_no_link_and_no_anchor_is_dead(site, soups):
    anchors = {
        name: {tag["id"] for tag in soup.select("[id]")}
        | {tag["name"] for tag in soup("a", {"name": True})}
        for name, soup in soups.items()
    }
    dead, seen = [], 0
    for name, soup in soups.items():
        for tag in soup.select("a[href], img[src], link[href], script[src]"):
            target, anchor = urldefrag(tag.get("href") or tag.get("src"))
            if re.match(r"(https?|mailto|data):", target):
                continue
            seen += 1
            file = unquote(target.partition("?")[0]) or name
            if not (site / file).exists():
                dead.append((name, target))
            elif anchor and file in anchors and unquote(anchor) not in anchors[file]:
                dead.append((name, f"{target}#{anchor}"))
    assert dead == [] and seen > 1_000


def test_every_picture_has_a_description(soups):
    pictures = [image for soup in soups.values() for image in soup.select("article img")]
    assert len(pictures) > 70
    assert [image["src"] for image in pictures if len(image.get("alt", "")) < 20] == []


def test_terms_lead_to_the_glossary(soups):
    links = soups[CHAPTER].select("article a[href^='reference.html#term-']")
    assert len(links) >= 8
    assert {link["href"] for link in links} >= {"reference.html#term-teacher-forcing"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_ask_nobody_and_axe_finds_nothing(browser, site, soups, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = {}
    # Another theme changes colours; to look at those of all code takes minutes, and is the same.
    coloured = ("index.html", "reference.html", CHAPTER)
    for name in soups if theme == "light" else coloured:
        visit = Visit(browser, site / name, viewport=WIDE, color_scheme=theme)
        visit.page.wait_for_timeout(300)
        errors, strangers = list(visit.errors), visit.strangers()  # axe fetches styles itself
        options = {
            "rules": {"color-contrast": {"enabled": name in coloured}},
            "resultTypes": ["violations"],  # not the thousands of parts that pass
        }
        violations = axe.run(visit.page, options=options).response["violations"]
        told = [(one["id"], one["nodes"][0]["html"][:150]) for one in violations]
        if told or errors or strangers:
            found[name] = (told, errors, strangers)
        visit.page.close()
    assert found == {}


def test_on_a_phone_what_moves_sideways_can_be_reached(browser, site):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for name in ("index.html", "results.html"):
        visit = Visit(browser, site / name, viewport=NARROW)
        visit.page.wait_for_timeout(300)
        rule = {"runOnly": ["scrollable-region-focusable"]}
        assert axe.run(visit.page, options=rule).response["violations"] == [], name
        visit.page.close()


def test_nothing_is_wider_than_a_phone(browser, site, soups):
    wide = {}
    for name in soups:
        visit = Visit(browser, site / name, viewport=NARROW)
        visit.page.wait_for_timeout(300)
        width = visit.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            wide[name] = width
        visit.page.close()
    assert wide == {}


def test_pictures_have_two_pixels_for_each_of_the_page(browser, site, soups):
    context = browser.new_context(java_script_enabled=False, viewport=WIDE)  # nothing is locked
    page = context.new_page()
    coarse, seen = {}, 0
    for name in soups:
        page.goto((site / name).as_uri())
        widths = page.eval_on_selector_all("article img", WIDTHS)
        seen += len(widths)
        assert all(stored and shown for stored, shown, _ in widths), name
        fine = [one for one in widths if not one[2].endswith(COARSE)]
        coarse[name] = [one for one in fine if one[0] < 2 * one[1] - 2]
    context.close()
    assert seen > 70 and not any(coarse.values()), coarse


@pytest.fixture
def chapter(browser, site) -> Iterator[Visit]:
    visit = Visit(browser, site / CHAPTER, viewport=WIDE)
    yield visit
    visit.page.close()


def test_a_guess_opens_its_answer_and_is_kept(chapter, browser, site):
    page = chapter.page
    form = page.locator('form[data-id="4.2"]')
    outputs = page.locator(".tag_locked-4-2 .cell_output")
    assert outputs.count() and not outputs.last.is_visible()
    form.get_by_label("about two thirds").check()
    assert outputs.last.is_visible()
    answer = form.locator(".prediction-answer").inner_text()
    assert "Measured: (b)" in answer and "You expected a" in answer and "Section 2" in answer
    form.get_by_label("about a twentieth").check()
    assert "what you expected" in form.locator(".prediction-answer").inner_text()
    other = page.locator(".tag_locked-4-3 .cell_output")
    assert not other.last.is_visible()  # one guess opens one answer


def test_a_number_is_compared_and_a_page_can_be_read_without_guessing(chapter):
    page = chapter.page
    form = page.locator('form[data-id="4.1"]')
    form.get_by_role("textbox").fill("<b>50 %</b>")
    form.get_by_role("button", name="Compare").press("Enter")
    answer = form.locator(".prediction-answer")
    assert "Measured: 52%. That is what you expected." in answer.inner_text()
    assert answer.locator("b").count() == 0  # a guess is text, never markup
    form = page.locator('form[data-id="4.3"]')
    form.get_by_role("button", name="Show it without guessing").click()
    assert page.locator(".tag_locked-4-3 .cell_output").last.is_visible()


def test_only_a_number_is_a_guess_of_a_number(chapter):
    form = chapter.page.locator('form[data-id="4.1"]')
    form.get_by_role("textbox").fill("abc")
    form.get_by_role("button", name="Compare").click()
    assert form.locator(".prediction-answer").inner_text() == "Write a number."
    assert not chapter.page.locator(".tag_locked-4-1 .cell_output").last.is_visible()


def test_the_text_below_an_outcome_waits_too(chapter):
    text = chapter.page.locator(".waiting-4-2")
    assert text.count() and not text.first.is_visible()
    chapter.page.locator('form[data-id="4.2"]').get_by_label("about two thirds").check()
    assert text.first.is_visible()


def test_on_paper_nothing_waits_and_what_is_folded_is_left_out(chapter):
    chapter.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    chapter.page.emulate_media(media="print")
    assert chapter.page.locator(".waiting-4-2").first.is_visible()
    assert not chapter.page.locator("details.solution").first.is_visible()


def test_the_captioner_leads_back_to_the_course(tmp_path):
    from utils.commands import page

    page.main(["--captioner", "scenes", "--out", str(tmp_path / "p.html"), "--course", "../a.html"])
    soup = bs4.BeautifulSoup((tmp_path / "p.html").read_text(encoding="utf-8"), "html.parser")
    assert soup.select_one("header a")["href"] == "../a.html"


def test_without_scripts_everything_can_be_read(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport=WIDE)
    page = context.new_page()
    page.goto((site / CHAPTER).as_uri())
    assert page.locator(".tag_locked-4-2 .cell_output").last.is_visible()
    page.locator("details.solution").first.locator("summary").click()
    assert page.locator("details.solution pre").first.is_visible()
    context.close()


def test_a_solution_unfolds_by_the_keyboard_and_then_the_check_speaks(chapter):
    page = chapter.page
    solution = page.locator("details.solution").first
    box = page.locator("details.solution + div.cell .cell_output").first
    assert not solution.locator("pre").is_visible() and not box.is_visible()
    solution.locator("summary").focus()
    page.keyboard.press("Enter")
    assert solution.locator("pre").is_visible() and box.is_visible()
    assert "correct" in box.inner_text()


def test_formulas_are_drawn(chapter):
    chapter.page.wait_for_selector("mjx-container svg")
    assert chapter.page.locator("mjx-merror").count() == 0


def test_search_finds_a_word(browser, site):
    visit = Visit(browser, site / "search.html", viewport=WIDE)
    visit.page.goto((site / "search.html").as_uri() + "?q=bootstrap")
    visit.page.wait_for_selector("#search-results li a")
    assert "Decoding" in visit.page.inner_text("#search-results")
    assert visit.errors == [] and visit.strangers() == []


def test_dark_and_light_can_be_chosen(chapter):
    for shade in ("dark", "light"):
        chapter.page.locator("button.theme-switch-button:visible").first.click()
        chapter.page.locator(f"button[data-mode={shade}]:visible").last.click()
        assert chapter.page.evaluate("document.documentElement.dataset.theme") == shade


def test_code_can_be_copied_and_pages_follow_one_another(chapter):
    assert chapter.page.locator("button.copybtn").count() > 20
    chapter.page.get_by_role("link", name="Chapter 5").last.click()
    assert chapter.page.url.endswith("05_merge_with_add.html")


def test_a_folder_of_somebody_else_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ValueError, match="holds other files"):
        command.main(["--to", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(FileNotFoundError, match="no chapters in"):
        command.main(["--notebooks", str(tmp_path)])
    with pytest.raises(ValueError, match="write an address"):
        command.main(["--source", "ask me"])


def test_missing_packages_are_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr("utils.book.build.missing_packages", lambda: ["sphinx"])
    assert command.main([]) == 1
    assert "The book needs sphinx: run `make book`" in capsys.readouterr().err
