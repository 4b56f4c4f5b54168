#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes one man page a command from what the command itself says (--experimental-dump-help).

usage: manual.py COMMAND FOLDER
"""
import json
import subprocess
import sys
from pathlib import Path


def escape(text: str) -> str:
    """Roff-safe text: no line of it is taken for a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def spelling(argument: dict) -> str:
    names = argument.get("names") or []
    words = [("-" if name["kind"] == "short" else "--") + name["name"] for name in names]
    value = argument.get("valueName", "value")
    if argument["kind"] == "positional":
        return value
    return ", ".join(words) + (f" {value}" if argument["kind"] == "option" else "")


def positional(argument: dict) -> str:
    words = spelling(argument) + (" ..." if argument.get("isRepeating") else "")
    if argument.get("parsingStrategy") == "postTerminator":
        words = "-- " + words
    return f"[{words}]" if argument.get("isOptional") else words


def page(command: dict, parents: list[str]) -> str:
    words = parents + [command["commandName"]]
    name = "-".join(words)
    arguments = [one for one in command.get("arguments", []) if one.get("shouldDisplay", True)]
    out = [f'.\\" SPDX-License-Identifier: Apache-2.0', f'.TH "{name.upper()}" 1 "" "Cloister" "Cloister"']
    out += [".SH NAME", f"{escape(name)} \\- {escape(command.get('abstract', '').rstrip('.'))}"]
    out += [".SH SYNOPSIS", f".B {escape(' '.join(words))}"]
    children = [one for one in command.get("subcommands", []) if one["commandName"] != "help"]
    out.append(escape("COMMAND ..." if children else "[OPTIONS] " + " ".join(
        positional(one) for one in arguments if one["kind"] == "positional")))
    discussion = command.get("discussion", "")
    if discussion:
        out += [".SH DESCRIPTION", ".nf", escape(discussion), ".fi"]
    if arguments:
        out.append(".SH OPTIONS")
        for one in arguments:
            out += [".TP", f".B {escape(spelling(one))}", escape(one.get("abstract", "") or "\\&")]
            if one.get("defaultValue"):
                out.append(escape(f"Default: {one['defaultValue']}."))
    if children:
        out.append(".SH COMMANDS")
        for child in children:
            out += [".TP", f".BR {escape(name)}\\-{escape(child['commandName'])} (1)", escape(child.get("abstract", ""))]
    if parents:
        out += [".SH SEE ALSO", f".BR {escape('-'.join(parents))} (1)"]
    return "\n".join(out) + "\n"


def write(command: dict, parents: list[str], folder: Path) -> None:
    words = parents + [command["commandName"]]
    (folder / ("-".join(words) + ".1")).write_text(page(command, parents))
    for child in command.get("subcommands", []):
        if child["commandName"] != "help":
            write(child, words, folder)


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__.strip().splitlines()[-1], file=sys.stderr)
        return 2
    dump = subprocess.run([sys.argv[1], "--experimental-dump-help"], check=True, capture_output=True, text=True)
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    write(json.loads(dump.stdout)["command"], [], folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
