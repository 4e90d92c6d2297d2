"""The storage keeps the contract, and reads what is special about vCards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("crmrules_example", reason="install it: pip install -e plugins/crmrules-example")

from crmrules_example.vcard import COLUMNS, VCardStorage

from crmrules.model.errors import DataError
from crmrules.model.ports import SourceSpec
from crmrules.testing.storages import StorageContract


class TestVCard(StorageContract):
    storage = VCardStorage()
    columns = COLUMNS
    rows = (
        ("C1", "林晓", "华东制造", "lin@example.com", "13812345678", None, "第一行\n第二行"),
        ("C2", "Bob O'Brien", "Söhne; \\ Co, Ltd", None, None, None, None),
    )

    def make_source(self, folder: Path, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> SourceSpec:
        text = ""
        for row in rows:
            text += "BEGIN:VCARD\r\nVERSION:4.0\r\n"
            for column, value in zip(columns, row, strict=True):
                if value is not None:
                    for plain, escaped in (("\\", "\\\\"), (",", "\\,"), (";", "\\;"), ("\n", "\\n")):
                        value = value.replace(plain, escaped)
                    text += f"{column}:{value}\r\n"
            text += "END:VCARD\r\n"
        path = folder / "people.vcf"
        path.write_bytes(text.encode())
        return SourceSpec(str(path))


def write(folder: Path, text: str) -> SourceSpec:
    path = folder / "people.vcf"
    path.write_text(text, "utf-8")
    return SourceSpec(str(path))


def test_groups_parameters_folds_and_repetitions(tmp_path: Path) -> None:
    spec = write(
        tmp_path,
        "BEGIN:VCARD\nfn;CHARSET=UTF-8:Anna\n  Snelling\nitem1.TEL;TYPE=work:1\nTEL:2\nX-OTHER:z\nEND:VCARD\n",
    )
    with VCardStorage().open(spec) as table:
        (row,) = table.rows
    assert dict(zip(COLUMNS, row, strict=True)) == {
        "UID": None,
        "FN": "Anna Snelling",
        "ORG": None,
        "EMAIL": None,
        "TEL": "1;2",
        "CATEGORIES": None,
        "NOTE": None,
    }


@pytest.mark.parametrize("text", ["BEGIN:VCARD\nFN:a\n", "BEGIN:VCARD\nFN:a\nBEGIN:VCARD\nFN:b\nEND:VCARD\n"])
def test_a_card_without_end_is_located(tmp_path: Path, text: str) -> None:
    spec = write(tmp_path, text)
    with pytest.raises(DataError) as caught, VCardStorage().open(spec):
        pass
    (problem,) = caught.value.issues
    assert problem.render() == (
        f"{spec.location}:1: error D102: the source cannot be opened: the card that begins here has no END:VCARD"
    )
