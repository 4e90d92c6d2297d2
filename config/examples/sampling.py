"""What the makers of sample data share: the date they plan for, invented names, rows by file."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

AS_OF = datetime(2026, 3, 2, 9, 0)  # a Monday, Asia/Shanghai

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
PLACES = ("华东", "华南", "华北", "西南")
TRADES = ("制造", "零售", "医疗", "教育", "金融", "软件")
NAMES_A = ("恒", "盛", "瑞", "安", "华", "博", "天", "新", "宏", "启")
NAMES_B = ("达", "源", "泰", "信", "美", "通", "和", "宇", "诚", "远")

Row = Mapping[str, object]


def ago(days: float = 0, hours: float = 0) -> datetime:
    """The instant so long before :data:`AS_OF`."""
    return AS_OF - timedelta(days=days, hours=hours)


class Sample:
    """Rows of one example, by file, with running ids."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rows: dict[str, list[Row]] = {}
        self.ids: dict[str, int] = {}

    def add(self, file: str, prefix: str, key: str, **values: object) -> str:
        """Append a row to ``file`` under a fresh id in column ``key``; returns the id."""
        number = self.ids[prefix] = self.ids.get(prefix, 0) + 1
        identifier = f"{prefix}{number:04d}"
        self.rows.setdefault(file, []).append({key: identifier, **values})
        return identifier

    def company(self) -> str:
        """An invented firm's name."""
        pick = self.random.choice
        return f"{pick(PLACES)}{pick(NAMES_A)}{pick(NAMES_B)}{pick(TRADES)}"

    def write(self, folder: Path) -> None:
        """One CSV per file, UTF-8, with every column that any of its rows has."""
        folder.mkdir(parents=True, exist_ok=True)
        for file, rows in self.rows.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (folder / file).open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows({k: text(v) for k, v in row.items()} for row in rows)


def text(value: object) -> str:
    """A value as the CSV shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes" if value.second == 0 else "seconds")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"PT{minutes}M"
    return str(value)
