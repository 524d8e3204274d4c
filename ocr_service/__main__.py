"""Command line: ``python -m ocr_service COMMAND``. See ``--help``."""

from __future__ import annotations

import argparse
import sys

from ocr_service import convert
from ocr_service.serve import serve
from ocr_service.settings import Settings, SettingsError, load_settings, settings_table

_EXAMPLES = """examples:
  python -m ocr_service serve                          the service on port 8081
  python -m ocr_service convert scan.pdf -o results    read files here, with no server
  python -m ocr_service settings                       every setting, its default and meaning

Settings come from the environment or a .env file; a wrong one is named when a command starts."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ocr_service",
        description="Turns PDFs and images into Markdown.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("serve", help="run the HTTP service").set_defaults(run=lambda _, settings: serve(settings))
    convert.add_command(commands)
    commands.add_parser("settings", help="print every setting").set_defaults(run=_print_settings)
    options = parser.parse_args(arguments)
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
