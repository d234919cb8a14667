"""What tests of loading share."""

import pytest

from reachsim.loading import document as module


@pytest.fixture(params=["libyaml", "pure"])
def any_parser(request, monkeypatch):
    if request.param == "pure":
        monkeypatch.setattr(module, "_FastParser", module._PureParser)
