"""The tool that puts faults into the program on purpose."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SLOW = """
import os, subprocess, sys, time
def test_slow():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"], close_fds=False)
    os.write(int(os.environ["HELD"]), b"started")
    time.sleep(100)
"""
ASKING = """
import sys
from pathlib import Path
from tests.tools.mutations import prepared, run
prepared()
run(Path(sys.argv[1]), ["test_slow.py"], 60)
"""


@pytest.mark.skipif(os.name == "nt", reason="it forks")
def test_whoever_ends_the_tool_ends_its_tests_and_what_they_started(tmp_path: Path) -> None:
    (tmp_path / "test_slow.py").write_text(SLOW, encoding="utf-8")
    reading, held = os.pipe()  # whoever is still there holds its other end
    environment = {**os.environ, "HELD": str(held), "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    tool = subprocess.Popen([sys.executable, "-c", ASKING, str(tmp_path)], env=environment, pass_fds=(held,))
    os.close(held)
    try:
        assert os.read(reading, 7) == b"started"
        tool.send_signal(signal.SIGTERM)
        assert tool.wait(60) == 128 + signal.SIGTERM
        assert select.select([reading], [], [], 60)[0]
        assert os.read(reading, 1) == b""
    finally:
        tool.kill()
        os.close(reading)
