import json
from pathlib import Path
import pytest
import reachsim

KERNEL = Path(__file__).parent / "kernel2"
DESIGNS = sorted(path.stem for path in KERNEL.glob("*.yaml"))


@pytest.mark.parametrize("design", DESIGNS)
def test_the_kernel_and_the_trace_agree(design: str) -> None:
    net = reachsim.load(KERNEL / f"{design}.yaml")
    for record in json.loads((KERNEL / f"{design}.json").read_text(encoding="utf-8")):
        try:
            trace = net.trace(record["src"], record["dst"], record["traffic"], source_port=record["source_port"])
        except Exception as e:
            print(design, e, record); continue
        print(design, trace.undecided or (trace.delivered == record["forward"] , trace.reachable == record["reachable"]), record)
