"""``python -m ocr_service convert`` as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from ocr_service.cli.inputs import FORMATS
from ocr_service.storage.file_lock import brief_lock
from tests.support.running import PATIENCE_S, wait_until
from tests.support.simple_documents import pdf


def convert(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ocr_service", "convert", *map(str, arguments)]
    clean = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, env=clean, capture_output=True, text=True, timeout=PATIENCE_S)


def test_each_file_gets_a_folder_and_a_broken_one_costs_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "good.pdf").write_bytes(pdf("First page", "Second page"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "good.pdf").write_bytes(pdf("Another one"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    out = tmp_path / "results"
    run = convert(
        tmp_path / "good.pdf", tmp_path / "broken.pdf", tmp_path / "missing.pdf", tmp_path / "other" / "good.pdf",
        "-o", out,
    )  # fmt: skip
    assert run.returncode == 1
    assert "Second page" in (out / "good" / "good.md").read_text()
    assert "Another one" in (out / "good-2" / "good.md").read_text()
    assert "broken.pdf: damaged_pdf" in run.stderr
    assert "missing.pdf: No such file" in run.stderr
    assert run.stdout.split() == [str(out / "good" / "good.md"), str(out / "good-2" / "good.md")]
    assert sorted(path.name for path in out.iterdir()) == ["good", "good-2"]


def test_folders_and_patterns_are_taken_and_every_format_is_written(tmp_path: Path) -> None:
    (tmp_path / "scans" / "deep").mkdir(parents=True)
    (tmp_path / "scans" / "one.pdf").write_bytes(pdf("First"))
    (tmp_path / "scans" / "deep" / "two.pdf").write_bytes(pdf("Second"))
    (tmp_path / "scans" / "notes.txt").write_text("no document")
    out = tmp_path / "results"
    of_another_run = out / ".jobs" / "book" / "pages"
    of_another_run.mkdir(parents=True)
    run = convert(tmp_path / "scans", "-o", out, "--formats", "md,json,html,docx,pdf,txt,zip,chunks.json")
    assert run.returncode == 0, run.stderr
    assert [path.name for path in (out / ".jobs").iterdir()] == ["book"]
    assert of_another_run.exists()
    for name in ("one", "two"):
        written = {path.name for path in (out / name).iterdir()} - {".convert.json", "images"}
        assert written == {f"{name}.{form}" for form in FORMATS if form != "folder"}
    again = convert(tmp_path / "scans" / "**" / "*.pdf", "-o", out / "again", "--formats", "txt")
    assert again.returncode == 0, again.stderr
    assert sorted(path.name for path in (out / "again").iterdir()) == ["one", "two"]
    assert (out / "again" / "two" / "two.txt").read_text().strip()


def test_a_second_run_on_the_same_file_waits_and_finds_its_results(tmp_path: Path) -> None:
    (tmp_path / "book.pdf").write_bytes(pdf("One sheet"))
    out = tmp_path / "results"
    command = [sys.executable, "-m", "ocr_service", "convert", str(tmp_path / "book.pdf"), "-o", str(out)]
    environment = {"PATH": os.environ["PATH"], "RENDER_WORKERS": "1"}
    said = [tmp_path / "one", tmp_path / "two"]
    (out / ".jobs").mkdir(parents=True)
    with brief_lock(out / ".jobs" / "book.lock"):
        runs = []
        for file in said:
            with file.open("w") as errors:
                runs.append(
                    subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
                )
        wait_until(lambda: all("waits for another run" in file.read_text() for file in said))
    written = f"{out / 'book' / 'book.md'}\n"
    assert [run.communicate(timeout=PATIENCE_S)[0] for run in runs] == [written, written]
    assert [run.returncode for run in runs] == [0, 0]
    assert [path.name for path in out.iterdir()] == ["book"]


def _takes_ctrl_c() -> None:
    """What a shell runs in the background ignores it, and what that starts inherits this."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_after_ctrl_c_the_same_command_goes_on(tmp_path: Path) -> None:
    (tmp_path / "book.pdf").write_bytes(pdf(*(f"Sheet {number}" for number in range(30))))
    out = tmp_path / "results"
    command = [sys.executable, "-m", "ocr_service", "convert", str(tmp_path / "book.pdf"), "-o", str(out)]
    environment = {"PATH": os.environ["PATH"], "RENDER_WORKERS": "1"}
    pages = out / ".jobs" / "book" / "pages"
    with subprocess.Popen(
        command,
        env=environment,
        start_new_session=True,
        preexec_fn=_takes_ctrl_c,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        wait_until(lambda: len(list(pages.glob("p*.json"))) >= 2)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "Traceback" not in said and "Finished pages are kept" in said
    kept = {path.name: path.stat().st_mtime_ns for path in pages.glob("p*.json")}
    assert 2 <= len(kept) < 30
    assert not (out / ".jobs" / "book" / "input").exists()

    first = json.loads((pages / "p0001.json").read_bytes())
    first["regions"][0]["content"] = "Kept as it was"
    (pages / "p0001.json").write_text(json.dumps(first))
    run = convert(tmp_path / "book.pdf", "-o", out, RENDER_WORKERS="1")
    assert run.returncode == 0, run.stderr
    text = (out / "book" / "book.md").read_text()
    assert "Kept as it was" in text and "29" in text
    assert [path.name for path in out.iterdir()] == ["book"]

    # Finished: nothing is read again, unless it is asked for.
    assert convert(tmp_path / "book.pdf", "-o", out).stdout.split() == [str(out / "book" / "book.md")]
    assert "Kept as it was" in (out / "book" / "book.md").read_text()
    assert convert(tmp_path / "book.pdf", "-o", out, "--again", "--pages", "1").returncode == 0
    assert "Kept as it was" not in (out / "book" / "book.md").read_text()


def test_works_for_an_unknown_user_without_a_home(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("No home"))
    # Root may become a user that no passwd file knows; it keeps the right to read, since the tests' Python may lie in
    # root's home. Anybody else goes without the home only.
    unknown = ["setpriv", "--reuid=1000710000", "--regid=0", "--clear-groups"]
    rights = ["--inh-caps=+dac_override,+dac_read_search", "--ambient-caps=+dac_override,+dac_read_search"]
    become = [*unknown, *rights] if os.geteuid() == 0 else []
    run = subprocess.run(
        [*become, sys.executable, "-m", "ocr_service", "convert", tmp_path / "a.pdf", "-o", tmp_path / "results"],
        env={"PATH": os.environ["PATH"], "TEMP_DIR": str(tmp_path / "temp")},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert run.returncode == 0, run.stderr
    assert "No home" in (tmp_path / "results" / "a" / "a.md").read_text()


def test_help_teaches(tmp_path: Path) -> None:
    run = convert("--help")
    assert run.returncode == 0
    assert "results/contract/contract.md" in run.stdout and "Exit code" in run.stdout


def test_an_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("x"))
    (tmp_path / "file").write_text("")
    run = convert(tmp_path / "a.pdf", "-o", tmp_path / "file" / "results")
    assert run.returncode == 2
    assert run.stderr.startswith("-o ") and "Not a directory" in run.stderr
