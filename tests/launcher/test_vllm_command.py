"""The genai server's command line for each command that an image may have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ocr_service.launcher.vllm import BadExtraArgs, Genai, Kind, command_line, find_command, parse_flags, vllm_version
from ocr_service.settings import Settings, SettingsError, load_settings


def settings(home: Path, **changes: object) -> Settings:
    return load_settings(paddlex_home=home, **changes)


def genai(kind: Kind, *argv: str) -> Genai:
    return Genai(kind, argv, "http://127.0.0.1:8080/v1", 8080)


def option(line: list[str], name: str) -> str:
    return line[line.index(name) + 1]


def test_paddlex_gets_its_flags_in_a_file_and_listens_on_loopback(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    line = command_line(genai("paddlex", "paddlex_genai_server"), settings(tmp_path, vllm_gpu_memory=0.7), config)
    assert (option(line, "--host"), option(line, "--port")) == ("127.0.0.1", "8080")
    assert option(line, "--backend") == "vllm"
    assert option(line, "--model_name") == "PaddleOCR-VL-1.6-0.9B"
    flags = json.loads(config.read_text(encoding="utf-8"))
    assert flags["gpu-memory-utilization"] == 0.7
    assert flags["no-enable-prefix-caching"] is True
    assert False not in [value for value in flags.values() if isinstance(value, bool)]


def test_fetched_weights_are_named_by_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "official_models" / "PaddleOCR-VL-1.6"
    folder.mkdir(parents=True)
    line = command_line(genai("paddlex", "paddlex_genai_server"), settings(tmp_path), tmp_path / "config")
    assert option(line, "--model_dir") == str(folder)
    line = command_line(genai("vllm", "vllm", "serve"), settings(tmp_path), tmp_path / "config")
    assert line[:3] == ["vllm", "serve", str(folder)]


def test_plain_vllm_gets_the_repository_and_serves_under_the_model_s_name(tmp_path: Path) -> None:
    line = command_line(
        genai("vllm", "vllm", "serve"),
        settings(tmp_path, vllm_extra_args="--max-num-seqs 64 --enforce-eager"),
        tmp_path / "config",
    )
    assert line[:3] == ["vllm", "serve", "PaddlePaddle/PaddleOCR-VL-1.6"]
    assert option(line, "--served-model-name") == "PaddleOCR-VL-1.6-0.9B"
    assert option(line, "--host") == "127.0.0.1"
    assert option(line, "--max-num-seqs") == "64"
    assert line[-1] == "--enforce-eager"


@pytest.mark.parametrize(
    ("version", "served"),
    [("1.6", "PaddleOCR-VL-1.6-0.9B"), ("1.5", "PaddleOCR-VL-1.5-0.9B"), ("1.0", "PaddleOCR-VL-0.9B")],
)
def test_the_version_chooses_the_model(tmp_path: Path, version: str, served: str) -> None:
    line = command_line(
        genai("vllm", "vllm", "serve"), settings(tmp_path, paddleocr_vl_version=version), tmp_path / "config"
    )
    assert option(line, "--served-model-name") == served


def test_a_model_that_is_named_wins_over_the_version(tmp_path: Path) -> None:
    chosen = settings(tmp_path, paddleocr_vl_version="1.5", vllm_model="org/other-model")
    assert command_line(genai("vllm", "vllm", "serve"), chosen, tmp_path / "config")[2] == "org/other-model"


def test_a_version_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PADDLEOCR_VL_VERSION", "1.7")
    with pytest.raises(SettingsError, match=r"^PADDLEOCR_VL_VERSION=1\.7: "):
        load_settings()


def test_the_user_s_flags_win_over_the_recipe(tmp_path: Path) -> None:
    config = tmp_path / "config"
    command_line(genai("paddlex", "x"), settings(tmp_path, vllm_extra_args="--max_model_len=8192"), config)
    assert json.loads(config.read_text(encoding="utf-8"))["max-model-len"] == "8192"


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("", {}),
        ("--a 1 --b=2 --c", {"a": "1", "b": "2", "c": True}),
        ("--low -1 --json '{\"a\": 1}'", {"low": "-1", "json": '{"a": 1}'}),
        ("--async-scheduling false", {"async-scheduling": "false"}),
    ],
)
def test_extra_arguments_are_read_as_a_shell_would(text: str, flags: dict[str, object]) -> None:
    assert parse_flags(text) == flags


@pytest.mark.parametrize("text", ["64", "--a 1 2"])
def test_a_value_without_its_flag_is_refused(text: str) -> None:
    with pytest.raises(BadExtraArgs, match="belongs to no --flag"):
        parse_flags(text)


@pytest.mark.parametrize(
    ("programs", "argv"),
    [
        (["vllm", "paddleocr", "paddlex_genai_server"], ["paddlex_genai_server"]),
        (["vllm", "paddleocr"], ["paddleocr", "genai_server"]),
        (["vllm"], ["vllm", "serve"]),
    ],
)
def test_the_best_command_of_an_image_is_found(tmp_path: Path, programs: list[str], argv: list[str]) -> None:
    for program in programs:
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    found = find_command(str(tmp_path))
    assert found is not None and list(found.argv) == [str(tmp_path / argv[0]), *argv[1:]]


def test_an_image_without_a_command_has_none(tmp_path: Path) -> None:
    assert find_command(str(tmp_path)) is None


def environment(folder: Path, version: str) -> Path:
    """A virtual environment's ``vllm`` program beside the metadata of that version."""
    (folder / "lib/python3.12/site-packages" / f"vllm-{version}.dist-info").mkdir(parents=True)
    program = folder / "bin/vllm"
    program.parent.mkdir()
    program.write_text(f"#!{folder}/bin/python\nimport vllm\n", encoding="utf-8")
    return program


@pytest.mark.parametrize(
    ("version", "known"), [("0.10.2", False), ("0.17.1", False), ("0.18.0", True), ("0.32.0+cu130", True)]
)
def test_vllm_is_given_time_to_finish_where_it_knows_the_flag(tmp_path: Path, version: str, known: bool) -> None:
    program = environment(tmp_path, version)
    line = command_line(genai("vllm", str(program), "serve"), settings(tmp_path), tmp_path / "config")
    assert ("--shutdown-timeout" in line) is known
    wrapper = command_line(genai("paddlex", str(program)), settings(tmp_path), tmp_path / "config")
    assert wrapper[0] == str(program)
    assert ("shutdown-timeout" in json.loads((tmp_path / "config").read_text(encoding="utf-8"))) is known


def test_an_unknown_program_gets_no_flag_it_may_not_know(tmp_path: Path) -> None:
    (tmp_path / "vllm").write_bytes(b"\x7fELF")
    assert vllm_version(str(tmp_path / "vllm")) is None
    assert vllm_version(str(tmp_path / "none")) is None


def test_processes_and_tokens_a_step_are_settings(tmp_path: Path) -> None:
    line = command_line(genai("vllm", "vllm", "serve"), settings(tmp_path), tmp_path / "config")
    assert option(line, "--max-num-batched-tokens") == "16384"
    assert "--api-server-count" not in line
    changed = settings(tmp_path, vllm_api_servers=4, vllm_batched_tokens=131072)
    line = command_line(genai("vllm", "vllm", "serve"), changed, tmp_path / "config")
    assert (option(line, "--api-server-count"), option(line, "--max-num-batched-tokens")) == ("4", "131072")
