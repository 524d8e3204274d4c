"""Command line: ``python -m ocr_service COMMAND``; installed, ``pages2md COMMAND`` too. See ``--help``."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from ocr_service import __version__
from ocr_service.settings import Settings, SettingsError, load_settings, settings_table

_EXAMPLES = """examples:
  {prog} serve                          the service on port 8081
  {prog} convert scan.pdf -o results    read files here, with no server
  {prog} batch s3://in/ --to s3://out/  read an archive on Ray
  {prog} send scan.pdf -o results       read files on a running service
  {prog} settings                       every setting, its default and meaning

COMMAND --help describes a command, its options and exit codes. Settings come from the environment or a .env file; a
command that finds a wrong setting names it and exits with code 2."""

# Each has add_command(commands). Only the one that is asked for is imported: the container's first process must start
# the app within a fraction of a second, and needs nothing of FastAPI or the models itself.
_COMMANDS = {
    "serve": "ocr_service.cli.serve",
    "supervise": "ocr_service.launcher.supervisor",
    "convert": "ocr_service.cli.convert",
    "batch": "ocr_service.cli.batch",
    "send": "ocr_service.cli.send",
    "jobs": "ocr_service.cli.jobs",
    "mcp": "ocr_service.cli.mcp",
    "preload": "ocr_service.launcher.preload",
    "warmup": "ocr_service.cli.warmup",
}


def main(arguments: list[str] | None = None) -> int:
    called = Path(sys.argv[0]).name
    prog = "python -m ocr_service" if called == "__main__.py" else called
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Converts PDFs and images to Markdown.",
        epilog=_EXAMPLES.format(prog=prog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pages2md {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = sys.argv[1:] if arguments is None else arguments
    for name, module in _COMMANDS.items():
        if name in given[:1] or not set(given[:1]) & _COMMANDS.keys():
            import_module(module).add_command(commands)
    commands.add_parser("settings", help="print every setting with its default and meaning").set_defaults(
        run=_print_settings
    )
    options = parser.parse_args(given)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    code: int = options.run(options, settings)
    return code


def _print_settings(_: argparse.Namespace, __: Settings) -> int:
    print(settings_table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
