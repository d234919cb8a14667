"""A real browser for a page: Chromium without a window, told what to do through a pipe (its DevTools protocol).

Input that goes this way is a person's for the page: keys move the focus, a click is pointer events first. There is no
dependency but the browser, and tests skip where it is not.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_PATIENCE = 30.0
"""Seconds after which a browser that says nothing is given up."""
_LAUNCH = """\
import os, sys
read, write = os.dup(int(sys.argv[1])), os.dup(int(sys.argv[2]))
os.dup2(read, 3)
os.dup2(write, 4)
os.set_inheritable(3, True)
os.set_inheritable(4, True)
os.execvp(sys.argv[3], sys.argv[3:])
"""
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe")
_KEYS = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}
CTRL = 2


class Browser:
    """A browser that runs. `errors`: what its page could not do, in the order in which it happened."""

    def __init__(self, write: int, read: int) -> None:
        self.write, self.read = write, read
        self.errors: list[str] = []
        self._said = b""
        self._calls = 0
        self._loaded = False
        self._session = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Ask it to do something; what it answers. Raises RuntimeError for what it refuses, TimeoutError."""
        self._calls += 1
        asked = {"id": self._calls, "method": method, "params": arguments}
        asked |= {"sessionId": self._session} if self._session else {}
        os.write(self.write, json.dumps(asked).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._calls:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                found: dict[str, Any] = answer["result"]
                return found

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + _PATIENCE
        while b"\0" not in self._said:
            if not select.select([self.read], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("the browser says nothing")
            self._said += os.read(self.read, 1 << 16)
        text, _, self._said = self._said.partition(b"\0")
        answer: dict[str, Any] = json.loads(text)
        if answer.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(answer["params"]["exceptionDetails"]))
        self._loaded |= answer.get("method") == "Page.loadEventFired"
        return answer

    def open(
        self, page: Path, *, width: int = 1200, height: int = 900, dark: bool = False, script: bool = True
    ) -> None:
        """Show a page. `script`: whether what it has runs."""
        self.errors.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self._loaded = False
        self.call("Page.navigate", url=page.as_uri())
        while not self._loaded:
            self._next()

    def ask(self, expression: str) -> Any:
        """The value of an expression on the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def key(self, key: str, modifiers: int = 0) -> None:
        """Press a key and let it go."""
        text: Mapping[str, Any] = (
            {"text": "\r" if key == "Enter" else key} if key not in _KEYS or key in "Enter " else {}
        )
        code = {"windowsVirtualKeyCode": _KEYS[key]} if key in _KEYS else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, modifiers=modifiers, **text, **code)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, modifiers=modifiers, **code)

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """``mousePressed``, ``mouseMoved``, ``mouseReleased`` or ``mouseWheel``."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, x: float, y: float) -> None:
        """Press and let go at a place."""
        self.drag((x, y))

    def drag(self, *places: tuple[float, float]) -> None:
        """Press at the first place, move to the others, and let go at the last."""
        for number, (x, y) in enumerate(places):
            self.mouse("mouseMoved", x, y, buttons=1 if number else 0)
            if not number:
                self.mouse("mousePressed", x, y, button="left", clickCount=1)
        self.mouse("mouseReleased", *places[-1], button="left", clickCount=1)

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        """``touchStart``, ``touchMove`` or ``touchEnd`` with so many fingers."""
        self.call("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": y} for x, y in places])


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Start a browser that keeps what it must in a folder, and end it afterwards."""
    assert CHROMIUM is not None
    its_read, write = os.pipe()
    read, its_write = os.pipe()
    command = [sys.executable, "-c", _LAUNCH, str(its_read), str(its_write), CHROMIUM, *_FLAGS]
    process = subprocess.Popen(
        [*command, f"--user-data-dir={profile}"], pass_fds=(its_read, its_write), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(its_read)
    os.close(its_write)
    try:
        yield Browser(write, read)
    finally:
        os.close(write)
        os.close(read)
        process.terminate()
        process.wait(timeout=20)
