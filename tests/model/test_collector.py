"""The collector is paused inside, and left as it was found."""

from __future__ import annotations

import gc

import pytest

from crmrules.model.collector import collector_paused


def test_it_is_left_as_it_was() -> None:
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_inside_does_not_keep_it_paused() -> None:
    with pytest.raises(ValueError), collector_paused():
        raise ValueError
    assert gc.isenabled()
