"""The page in a real browser: nothing overflows, charts are drawn, choices work, and nothing is fetched."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from made_up import NER_TARGETS, made_up_rows, matrix, write_made_up_errors, write_made_up_run

from crossglot.report.writing import write_report
from crossglot.results.rows import write_results

CHROMIUM = shutil.which("chromium")
WIDE, NARROWEST = 1280, 500  # pixels of a window
KEPT = ("results.csv", "claims.csv", "study.toml", "versions.json")
RESULTS = Path(__file__).parents[2] / "results"
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the path")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a real run: tables 2, 4 and 8."""
    folder = tmp_path_factory.mktemp("pos-tables")
    for name in KEPT:
        shutil.copyfile(RESULTS / "pos-tables" / name, folder / name)
    return write_report(folder)


ALL_AT_ONCE = """window.IntersectionObserver = class {
      constructor(tell) { this.tell = tell; }
      observe(target) { this.tell([{ isIntersecting: true, target }]); }
      unobserve() {}
    }"""
"""Charts are drawn at once: whether they come into view in time depends on how busy the machine is."""


def opened(
    page: Path, asked: str, width: int = WIDE, first: str = "", before: str = "", until: str = "true"
) -> tuple[str, list[str]]:
    """What JavaScript says of the page two seconds after it was opened, and what the browser complains of.

    Args:
        page: report.html.
        asked: an expression; it may wait for something.
        first: a statement, run as soon as the page is there.
        before: a statement, run before the page's own scripts.
        until: an expression that is waited for, as for a chart that is drawn when it comes into view.
        width: of the window in pixels; a page of a narrower one than the browser's is put in a frame.
    """
    # The page's policy lets no script run that it did not come with; it holds for what stands after it.
    head, charset, rest = page.read_text(encoding="utf-8").partition('<meta charset="utf-8">')
    at_first = f"document.addEventListener('DOMContentLoaded', () => {{ {first} }})"
    before = before if until == "true" else ALL_AT_ONCE
    probe = f"""{before}; {at_first}; setTimeout(async () => {{
      for (let turn = 0; turn < 100 && !({until}); turn += 1) await new Promise((done) => setTimeout(done, 100));
      console.log('said:' + JSON.stringify(await ({asked})));
    }}, 2000)"""
    probed, frame = page.with_name("probed.html"), page.with_name("frame.html")
    probed.write_text(f"{head}{charset}<script>{probe}</script>{rest}", encoding="utf-8")
    frame.write_text(
        f'<!doctype html><body style="margin:0"><iframe src="{probed.name}" style="width:{width}px;height:2000px;'
        'border:0"></iframe>',
        encoding="utf-8",
    )
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
        "--virtual-time-budget=20000", f"--window-size={WIDE},2000", f"--screenshot={page.with_name('page.png')}",
        (frame if width < NARROWEST else probed).as_uri(),
    ]  # fmt: skip
    browser = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)  # noqa: S603 - our page
    log = browser.stderr
    said = re.findall(r'CONSOLE[^"]*"said:(.*)", source', log)
    assert len(said) == 1, log
    return said[0].replace('\\"', '"'), [line for line in log.splitlines() if "CONSOLE" in line and "said:" not in line]


@pytest.mark.parametrize("width", [390, WIDE])
def test_nothing_is_wider_than_the_window(page: Path, width: int) -> None:
    asked = "[innerWidth, document.documentElement.scrollWidth - document.documentElement.clientWidth]"
    said, complaints = opened(page, asked, width)
    assert said == f"[{width},0]"
    assert complaints == []


def test_a_page_loads_nothing_but_itself(page: Path) -> None:
    said, _ = opened(page, "performance.getEntriesByType('resource').map(each => each.name)")
    assert said == "[]"


def test_a_page_fetches_nothing_and_runs_nothing_that_it_did_not_come_with(page: Path) -> None:
    asked = """(async () => {
      const fetched = await fetch("tables/table2.csv").then(() => "fetched", () => "refused");
      const image = new Image();
      const loaded = new Promise((done) => {
        image.onload = () => done("loaded");
        image.onerror = () => done("refused");
      });
      image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      let text = "ran";
      try { new Function("return 1")(); } catch { text = "refused"; }
      return [fetched, await loaded, "ran" in window, text];
    })()"""
    said, complaints = opened(page, asked)
    assert said == '["refused","refused",false,"refused"]'
    assert all("Content Security Policy" in each for each in complaints) and len(complaints) >= 3


def test_what_is_refused_would_work_without_the_policy(page: Path, tmp_path: Path) -> None:
    free = re.sub("<meta http-equiv=[^>]*>", "", page.read_text(encoding="utf-8"))
    (tmp_path / "free.html").write_text(free, encoding="utf-8")
    asked = """(() => { const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      return ["ran" in window, new Function("return 1")()]; })()"""
    assert opened(tmp_path / "free.html", asked)[0] == "[true,1]"


def test_every_chart_is_drawn_under_the_policy(page: Path) -> None:
    asked = """(async () => {
      const places = [...document.querySelectorAll("[data-chart]")];
      await new Promise((done) => setTimeout(done, 2000));
      return [places.length > 2, places.every((each) => each.querySelectorAll(".live svg path").length > 9)];
    })()"""
    said, complaints = opened(page, asked, before=ALL_AT_ONCE)
    assert said == "[true,true]"
    assert complaints == []


def test_a_sign_of_the_strip_leads_to_its_claim(page: Path) -> None:
    asked = """(async () => {
      const sign = document.querySelectorAll(".strip a")[7];
      const claim = document.querySelector(sign.hash);
      const folded = claim.checkVisibility();
      sign.click();
      await new Promise((done) => setTimeout(done, 1000));
      const { top } = claim.getBoundingClientRect();
      const said = claim.closest("details").querySelector(".sentence").textContent;
      return [folded, claim.checkVisibility(), 0 < top && top < innerHeight, sign.title.endsWith(said)];
    })()"""
    assert opened(page, asked)[0] == "[false,true,true,true]"


OPEN_CLAIMS = "document.querySelector('#claims').closest('details').open = true"


def test_a_box_without_its_tick_hides_the_claims_of_its_verdict(page: Path) -> None:
    asked = """(() => {
      const all = (kind) => [...document.querySelectorAll(`#claims .is-${kind}`)];
      const shown = (kind) => all(kind).filter((each) => each.offsetHeight).length;
      const before = [shown("holds"), shown("fails")];
      document.querySelector("#show-holds").click();
      return [...before, shown("holds"), shown("fails")];
    })()"""
    said, _ = opened(page, asked, first=OPEN_CLAIMS)
    holds, fails, then, fails_then = (int(number) for number in said.strip("[]").split(","))
    assert holds > 0 and fails > 0
    assert (then, fails_then) == (0, fails)


def test_a_claim_opens_to_its_interval(page: Path) -> None:
    asked = """(() => {
      const claim = document.querySelector("#claims li details");
      claim.querySelector("summary").click();
      return [claim.open, claim.querySelector("svg").getBoundingClientRect().height > 20];
    })()"""
    assert opened(page, asked, first=OPEN_CLAIMS)[0] == "[true,true]"


def test_an_encoder_that_is_clicked_in_the_legend_is_seen_alone(tmp_path: Path) -> None:
    for name in KEPT:
        shutil.copyfile(RESULTS / "ner-matrix" / name, tmp_path / name)
    asked = """(async () => {
      const chart = document.querySelector("#figure1 .live");
      const faint = () => [...chart.querySelectorAll(".mark-symbol.role-mark path")]
        .map((each) => Number(each.getAttribute("opacity"))).filter((opacity) => opacity < 0.1).length;
      const points = chart.querySelectorAll(".mark-symbol.role-mark path").length;
      const found = [faint() / points];
      for (const kind of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) {
        const event = kind.startsWith("pointer") ? PointerEvent : MouseEvent;
        chart.querySelector(".role-legend-label text").dispatchEvent(new event(kind, { bubbles: true, view: window }));
      }
      await new Promise((done) => setTimeout(done, 500));
      return [...found, faint() / points];
    })()"""
    first = "document.querySelector('#figure1 [data-chart]').scrollIntoView({ behavior: 'instant' })"
    said, complaints = opened(
        write_report(tmp_path), asked, first=first, until="document.querySelector('#figure1 .live svg path')"
    )
    before, after = json.loads(said)
    assert before == 0
    assert 0.2 < after < 0.8  # the others' points
    assert complaints == []


def test_a_matrix_is_put_in_the_order_that_is_chosen(page: Path) -> None:
    asked = """(async () => {
      const fold = document.querySelector("#table2 details.explore");
      const names = ["English", "German", "Spanish", "Italian"];
      const rows = () => [...fold.querySelectorAll("svg text")]
        .filter((each) => names.includes(each.textContent))
        .map((each) => [each.getBoundingClientRect(), each.textContent])
        .sort(([one], [other]) => one.top - other.top || one.left - other.left)
        .slice(-4).map(([, name]) => name);
      const found = [rows()];
      const order = [...fold.querySelectorAll("select")].at(-1);
      for (const chosen of ["family", "score"]) {
        order.value = chosen;
        order.dispatchEvent(new Event("change"));
        await new Promise((done) => setTimeout(done, 500));
        found.push(rows());
      }
      return found;
    })()"""
    first = """document.querySelector("#table2 details.explore").open = true;
      document.querySelector("#table2 details.explore").scrollIntoView({ behavior: "instant" })"""
    as_run, by_family, by_score = json.loads(
        opened(page, asked, first=first, until="document.querySelector('#table2 details.explore select')")[0]
    )
    assert as_run == ["English", "German", "Spanish", "Italian"]
    assert by_family == ["English", "German", "Italian", "Spanish"]  # Germanic, Romance
    assert sorted(by_score) == sorted(as_run)
    assert by_score[0] in ("English", "Spanish")  # which serve the others best, a tenth of a point apart


def test_a_matrix_is_drawn_when_it_is_opened_and_subtracts_what_is_chosen(page: Path) -> None:
    asked = """(async () => {
      const fold = document.querySelector("#table2 details.explore");
      const texts = () => [...fold.querySelectorAll("svg text")].map((each) => each.textContent);
      const before = texts().length;
      const less = fold.querySelectorAll("select")[1];
      less.value = "paper";
      less.dispatchEvent(new Event("change"));
      await new Promise((done) => setTimeout(done, 500));
      return [before > 16, texts().some((each) => /^[+−]\\d+\\.\\d$/.test(each))];
    })()"""
    first = """document.querySelector("#table2 details.explore").open = true;
      document.querySelector("#table2 details.explore").scrollIntoView({ behavior: "instant" })"""
    assert (
        opened(page, asked, first=first, until="document.querySelector('#table2 details.explore select')")[0]
        == "[true,true]"
    )


@pytest.fixture(scope="module")
def with_errors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_made_up_run(tmp_path_factory.mktemp("with-errors") / "run")
    write_made_up_errors(folder, "ner", "en", NER_TARGETS, ("שלום", "עולם", "<script>console.log('run')</script>"))
    return write_report(folder)


PANEL = "getComputedStyle(document.querySelector('#errors-2')).display"
WAIT = "await new Promise((done) => setTimeout(done, 400))"


@pytest.mark.parametrize("width", [390, WIDE])
def test_a_cell_opens_its_errors_and_escape_closes_them(with_errors: Path, width: int) -> None:
    asked = f"""(async () => {{
      const link = document.querySelector("a[href='#errors-2']");
      link.scrollIntoView({{ behavior: "instant" }});
      const found = [{PANEL}, scrollY > 0];
      const before = scrollY;
      link.click();
      {WAIT};
      const panel = document.querySelector("#errors-2");
      const wide = panel.scrollWidth - panel.clientWidth;
      found.push({PANEL}, document.activeElement === panel, wide, scrollY === before);
      document.dispatchEvent(new KeyboardEvent("keydown", {{ key: "Escape", bubbles: true }}));
      {WAIT};
      return [...found, {PANEL}, document.activeElement === link, scrollY === before];
    }})()"""
    said, complaints = opened(with_errors, asked, width)
    assert json.loads(said) == ["none", True, "block", True, 0, True, "none", True, True]
    assert complaints == []


def test_a_sentence_from_right_to_left_begins_at_the_right(with_errors: Path) -> None:
    asked = f"""(async () => {{
      location.hash = "errors-2";
      {WAIT};
      const words = [...document.querySelectorAll("#errors-2 .tagged .word")].slice(0, 2);
      return words.map((word) => word.getBoundingClientRect().left);
    }})()"""
    first, second = json.loads(opened(with_errors, asked)[0])
    assert first > second


def test_a_cell_of_the_explored_matrix_opens_its_errors(with_errors: Path) -> None:
    asked = f"""(async () => {{
      for (const cell of document.querySelectorAll("#table1 details.explore svg path")) {{
        cell.dispatchEvent(new MouseEvent("click", {{ bubbles: true, cancelable: true, view: window }}));
      }}
      {WAIT};
      return [location.hash, document.querySelectorAll(".errors:target").length];
    }})()"""
    first = """document.querySelector("#table1 details.explore").open = true;
      document.querySelector("#table1 details.explore").scrollIntoView({ behavior: "instant" })"""
    hash_, panels = json.loads(
        opened(with_errors, asked, first=first, until="document.querySelector('#table1 details.explore svg path')")[0]
    )
    assert hash_.startswith("#errors-")
    assert panels == 1


POINT = """(async () => {
  const said = [];
  for (const cell of [...document.querySelectorAll("SECTION details.explore svg path")].slice(-80)) {
    const { left, top } = cell.getBoundingClientRect();
    const place = { clientX: left + 5, clientY: top + 5 };
    for (const kind of ["pointerover", "pointermove"]) {
      cell.dispatchEvent(new PointerEvent(kind, { bubbles: true, view: window, ...place }));
    }
    await new Promise((done) => setTimeout(done, 5));
    said.push([...document.querySelectorAll("#vg-tooltip-element .value")].map((each) => each.textContent));
  }
  return said;
})()"""


def test_a_cell_that_is_pointed_at_says_what_is_known_of_its_pair(tmp_path: Path) -> None:
    folder = write_made_up_run(tmp_path / "run")
    one = made_up_rows()[2]
    common = one.model_copy(
        update={"experiment": "figure2", "system": "WALS", "role": "other", "metric": "common features", "value": 4.0,
                "source": "en", "target": "de", "published": None, "types": None}
    )  # fmt: skip
    figure2 = matrix("figure2", "small-m-bert", "m-bert", ("en", "de", "nl"), (90.0, 60.0))
    write_results([*made_up_rows(), *figure2, common], folder / "results.csv")
    first = """document.querySelector("#table1 details.explore").open = true;
      document.querySelector("#table1 details.explore").scrollIntoView({ behavior: "instant" })"""
    said = json.loads(
        opened(
            write_report(folder),
            POINT.replace("SECTION", "#table1"),
            first=first,
            until="document.querySelector('#table1 details.explore svg path')",
        )[0]
    )
    told = {(trained_on, evaluated_on): features for trained_on, evaluated_on, *_, features in filter(None, said)}
    assert told["English", "German"] == "4"
    assert told["English", "Dutch"] == "–"


def test_what_a_corpus_calls_itself_is_not_run(tmp_path: Path) -> None:
    folder = write_made_up_run(tmp_path / "run")
    hostile = "<img src=x onerror=\"console.log('run')\"><script>console.log('run')</script>"
    rows = [row.model_copy(update={"system": hostile, "target_corpus": hostile}) for row in made_up_rows()]
    write_results(rows, folder / "results.csv")
    asked = "(document.querySelectorAll('details').forEach((each) => { each.open = true; }), document.images.length)"
    said, complaints = opened(write_report(folder), asked)
    assert said == "0"
    assert complaints == []
