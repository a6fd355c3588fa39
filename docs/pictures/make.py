"""`make pictures`: what users look at, drawn from real runs on the sandbox. Needs Chromium for the summaries.

Logs become SVG (by Rich, from the coloured log), closed as a CI shows them first, or played as on a terminal;
summaries become PNG (Markdown by markdown-it-py, Mermaid by Mermaid itself in headless Chromium). Texts are kept
beside the pictures' making, not the pictures beside the texts: run it again after a change of the log or the summary.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from markdown_it import MarkdownIt

import sandbox
from docs.pictures.drawing import cast, still
from docs.pictures.recording import played, record
from sandbox.demo import github_environment
from sandbox.running.runner_log import RunnerLog

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MERMAID = ROOT / ".ci/node_modules/mermaid/dist/mermaid.min.js"
_SECRETS_OF_THE_RUN = re.compile(r"http://127\.0\.0\.1:\d+")
_FOLDERS = re.compile(r"/tmp/[\w./-]*?/project/")


def main() -> int:
    """Draw every picture; the exit code tells whether each could be drawn."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    with sandbox.start(layout="gateway26", speed=3) as box, tempfile.TemporaryDirectory() as folder:
        failing = _run(box.url, Path(folder), template="Broken deploy")
        _draw_log("log-github", "GitHub's log, its groups closed", failing)
        refused = _run(box.url, Path(folder), template="Locked", limit="web1", extra_vars="version: 2.4.1")
        _draw_log("refused", "Refused before the launch", refused)
        train = _run(box.url, Path(folder), template="Release train")
        _draw_log("log-workflow", "A workflow in GitHub's log, its groups closed", train)
        _draw_cast("log-terminal", box.url, "Broken deploy")
        if browser is None or not MERMAID.exists():
            print(
                "no Chromium, or no Mermaid in .ci/node_modules: the summaries were not drawn",
                file=sys.stderr,
            )
            return 1
        for name, run in (("summary-job", failing), ("summary-workflow", train)):
            draw_summary(browser, run.summary, HERE / f"{name}.png")
    return 0


class _Run:
    def __init__(self, log: str, summary: str) -> None:
        self.log = tidy(log)
        self.summary = tidy(summary)


def _run(url: str, folder: Path, *, ci: tuple[str, ...] = (), **inputs: str) -> _Run:
    files = {name: folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    environment: Mapping[str, str] = github_environment({"url": url, "token": "ci-bot-token"} | inputs, files)
    done = subprocess.run(
        [sys.executable, "entrypoint.py", "launch", *ci],
        cwd=ROOT,
        env={**environment, "FORCE_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return _Run(done.stdout.decode(), files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"))


def tidy(text: str) -> str:
    """The sandbox's own addresses and folders say nothing to a reader."""
    return _FOLDERS.sub("", _SECRETS_OF_THE_RUN.sub("https://aap.example.com", text))


def _draw_log(name: str, title: str, run: _Run) -> None:
    still(HERE / f"{name}.svg", title, RunnerLog(closed=True).show(run.log.splitlines()))


def _draw_cast(name: str, url: str, template: str) -> None:
    """Let somebody launch it on a terminal."""
    asked = ["launch", template]
    own = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    environment = own | {"AAP_URL": url, "AAP_TOKEN": "ci-bot-token", "TERM": "xterm-256color"}
    chunks = record([sys.executable, "-m", "aap_launcher", *asked], ROOT, environment)
    prompt = f'\x1b[1m$\x1b[0m aap-launcher launch "{template}"'
    lines, moments = played(prompt, ((at, tidy(text)) for at, text in chunks))
    cast(HERE / f"{name}.svg", "a terminal", lines, moments)


def draw_summary(browser: str, markdown: str, picture: Path) -> str:
    """Render a summary in the browser as GitHub would; returns the page's text after rendering."""
    with _page(markdown) as page:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
        flags += ["--disable-background-networking", "--disable-sync", "--virtual-time-budget=15000"]
        flags += [f"--user-data-dir={page.parent / 'profile'}"]

        def browse(*more: str) -> str:
            command = [browser, *flags, *more, page.as_uri()]
            return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout.decode()

        dom = browse("--window-size=1000,1400", "--dump-dom")
        height = re.search(r'data-height="(\d+)"', dom)
        browse(f"--window-size=1000,{height[1] if height else 1400}", f"--screenshot={picture}")
    return dom


@contextmanager
def _page(markdown: str) -> Iterator[Path]:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    body = parser.render(markdown)
    body = re.sub(
        r'<pre><code class="language-mermaid">(.*?)</code></pre>',
        lambda block: f'<pre class="mermaid">{block[1]}</pre>',
        body,
        flags=re.DOTALL,
    )
    config = json.dumps({"startOnLoad": False, "securityLevel": "strict"})
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "summary.html")
        page.write_text(
            f"<!doctype html><meta charset=utf-8><title>{html.escape('summary')}</title><style>{_STYLE}</style>"
            f"<article>{body}</article><script src='{MERMAID.as_uri()}'></script>"
            f"<script>mermaid.initialize({config}); mermaid.run().finally({_MEASURE})</script>",
            encoding="utf-8",
        )
        yield page


# How high a window must be to show all of the page.
_MEASURE = (
    "() => document.body.dataset.height ="
    " Math.ceil(document.querySelector('article').getBoundingClientRect().bottom) + 24"
)
_STYLE = """
body { font: 15px/1.5 -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; margin: 24px; color: #1f2328 }
article { max-width: 920px } table { border-collapse: collapse; margin: 12px 0 }
th, td { border: 1px solid #d1d9e0; padding: 5px 12px } tr:nth-child(2n) { background: #f6f8fa }
code { background: #eff1f3; padding: 2px 5px; border-radius: 5px; font: 13px 'DejaVu Sans Mono', monospace }
pre { background: #f6f8fa; padding: 12px; border-radius: 6px; overflow: auto } pre code { background: none; padding: 0 }
h3 { border-bottom: 1px solid #d1d9e0; padding-bottom: 6px } a { color: #0969da }
"""

if __name__ == "__main__":
    sys.exit(main())
