"""Files that are written whole or not at all: a file beside the one that is meant takes its name."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Put data into a file. One that is there keeps its mode; of a link, what it leads to is written. Raises OSError, and
    the file is as it was."""
    target = os.path.realpath(os.fsdecode(path))
    mode = stat.S_IMODE(os.stat(target).st_mode) if os.path.exists(target) else 0o666 & ~_umask()
    handle, new = tempfile.mkstemp(prefix=".reachsim-", suffix=".tmp", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(new, mode)
        os.replace(new, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise


def _umask() -> int:
    """Which modes the user wants no new file to have."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
