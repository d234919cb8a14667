"""What the program writes to a terminal, without a process of its own: `main` with a pseudoterminal as its output."""

from __future__ import annotations

import os
import pty
import sys
import threading

import pytest

from reachsim.cli.main import main


def on_terminal(*arguments: str, columns: int = 100, **environment: str) -> str:
    """What a command writes to a terminal of so many columns, with these environment variables and none other that a
    terminal knows."""
    here, there = pty.openpty()
    parts: list[bytes] = []

    def read() -> None:
        while True:
            try:
                part = os.read(here, 65536)
            except OSError:  # Linux says so when the other end is closed
                return
            if not part:
                return
            parts.append(part)

    reader = threading.Thread(target=read)  # a terminal takes a few thousand characters, and then it waits
    reader.start()
    try:
        with open(there, "w", encoding="utf-8") as terminal, pytest.MonkeyPatch.context() as patch:
            for name in ("NO_COLOR", "TERM", "COLUMNS"):
                patch.delenv(name, raising=False)
            for name, value in {"COLUMNS": str(columns), "TERM": "xterm", **environment}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdout", terminal)
            main(arguments)
    finally:
        reader.join(timeout=30)
        os.close(here)
    return b"".join(parts).decode()
