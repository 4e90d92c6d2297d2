"""Reading data sets: what comes out, and where every problem is said to be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crmrules.model.errors import DataError
from crmrules.model.ports import RawTable, SourceSpec
from crmrules.model.values import DateTime

from .world import CUSTOMERS, ORDERS, World, source

CUSTOMER = "{path: customers.csv, key: customer_id}"
ORDER = "{path: orders.csv, key: order_id, customer: customer_id}"


def test_rows_become_typed_facts_and_related_records(tmp_path: Path) -> None:
    world = World(
        tmp_path, customers_csv=CUSTOMERS, orders_csv=ORDERS, data_yaml=source(customer=CUSTOMER, order=ORDER)
    )
    data = world.read()
    assert data.issues == ()
    assert [(c.id, dict(c.fields), str(c.origin).rpartition("/")[2]) for c in data.customers] == [
        ("C1", {"name": "Acme"}, "customers.csv:2"),
        ("C2", {"name": "Bolt"}, "customers.csv:3"),
    ]
    first, second = data.customers[0].related["order"]
    assert first == {
        "order_id": "O1",
        "placed_at": DateTime.parse("2026-03-01T09:00:00@Asia/Shanghai"),
        "amount": Decimal("10.50"),
        "paid": True,
        "customer_id": "C1",
    }
    assert second["placed_at"].zone == "Asia/Shanghai"
    assert [row["order_id"] for row in data.entities["order"]] == ["O1", "O2", "O3"]
    assert data.entities["order"][0] is first
    assert [(r.entity, r.read, r.kept, r.filtered, r.quarantined, r.encoding) for r in data.reports] == [
        ("customer", 2, 2, 0, 0, "UTF-8"),
        ("order", 3, 3, 0, 0, "UTF-8"),
    ]


def test_columns_are_found_by_label_and_alias_and_values_by_any_spelling(tmp_path: Path) -> None:
    text = "客户编号,公司,行业,tags\n1,甲,零售,a、b\n2,乙,shops,\n3,丙,finance,c\n".encode("gb18030")
    world = World(tmp_path, customers_csv=text, data_yaml=source(customer="{path: customers.csv}"))
    data = world.read()
    assert [(c.id, *c.fields.values()) for c in data.customers] == [
        ("1", "甲", "retail", ["a", "b"]),
        ("2", "乙", "retail", None),
        ("3", "丙", "finance", ["c"]),
    ]
    assert world.told() == ["customers.csv: note D314: the encoding was not said and found to be GB18030"]


def test_a_zone_of_the_file_or_the_source_beats_the_rule_sets(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv=CUSTOMERS, orders_csv=ORDERS)
    order = ORDER[:-1] + ", time_zone: America/New_York}"
    world.write("data.yaml", "time_zone: Europe/London\n" + source(customer=CUSTOMER, order=ORDER))
    world.write("other.yaml", "time_zone: Europe/London\n" + source(customer=CUSTOMER, order=order))
    zones = [world.read(name).entities["order"][0]["placed_at"].zone for name in ("data.yaml", "other.yaml")]
    assert zones == ["Europe/London", "America/New_York"]


def test_a_wrong_type_in_one_of_a_hundred_thousand_rows(tmp_path: Path) -> None:
    rows = [f"C{n},{n % 101}" for n in range(100_000)]
    rows[76_543] = "C76543,ninety"
    world = World(
        tmp_path, customers_csv="customer_id,satisfaction\n" + "\n".join(rows), data_yaml=source(customer=CUSTOMER)
    )
    assert world.told() == ["customers.csv:76545:2: error D301: column satisfaction: found 'ninety', expected a number"]


BAD = """order_id,customer_id,placed_at,amount,paid
O1,C1,2026-03-01,1,yes
O2,C1,01/02/2026,abc,yes
O3,C1,2026-03-01,-5,yes

O4,C2,2026-03-01,1
,C2,2026-03-01,1,no
O1,C2,2026-03-01,1,no
O7,C2,2026-03-01,1,
O8,C2,2026-03-01,7,yes
"""
BAD_TOLD = [
    "orders.csv:3:3: {} D301: column placed_at: found '01/02/2026', expected a date and time such as 2026-03-31 09:30:00",
    "orders.csv:3:4: {} D301: column amount: found 'abc', expected a number",
    "orders.csv:4:4: {} D303: column amount: -5 is outside the range >= 0",
    "orders.csv:6: {} D304: the row has 4 cells, the header 5",
    "orders.csv:7: {} D306: the key order_id is empty",
    "orders.csv:9: {} D307: paid is required and not given",
    "orders.csv:8: {} D305: order_id O1 was there before, in orders.csv:2",
]


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv=CUSTOMERS, orders_csv=BAD, data_yaml=source(customer=CUSTOMER, order=ORDER))
    assert world.told() == [line.format("error") for line in BAD_TOLD]


def test_quarantine_leaves_the_rows_out_and_counts_them(tmp_path: Path) -> None:
    order = ORDER[:-1] + ", on_error: quarantine}"
    world = World(tmp_path, customers_csv=CUSTOMERS, orders_csv=BAD, data_yaml=source(customer=CUSTOMER, order=order))
    assert world.told() == [
        *(line.format("warning") for line in BAD_TOLD),
        "orders.csv: warning D311: 7 of 8 rows are left out for their problems",
    ]
    data = world.read()
    assert [row["order_id"] for row in data.entities["order"]] == ["O8"]
    report = data.reports[1]
    assert (report.read, report.kept, report.quarantined) == (8, 1, 7)


def test_quarantine_may_be_said_for_all_sources(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv="customer_id,satisfaction\nC1,101\nC2,100\n")
    world.write("data.yaml", "on_error: quarantine\n" + source(customer=CUSTOMER))
    assert [c.id for c in world.read().customers] == ["C2"]


def test_many_problems_are_counted_not_listed(tmp_path: Path) -> None:
    rows = "\n".join(f"C{n},x" for n in range(1_500))
    world = World(tmp_path, customers_csv=f"customer_id,satisfaction\n{rows}\n", data_yaml=source(customer=CUSTOMER))
    told = world.told()
    assert len(told) == 1_001
    assert told[-1] == "error D310: 500 further problems are not shown"


def test_personal_values_are_not_shown(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv="customer_id,phone\nC1,call-me-maybe\n", data_yaml=source(customer=CUSTOMER))
    assert world.told() == ["customers.csv:2:2: error D301: column phone: found •••, expected a number"]


def test_a_word_outside_the_allowed_ones_names_the_nearest(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv="customer_id,industry\nC1,retial\n", data_yaml=source(customer=CUSTOMER))
    assert world.told() == [
        "customers.csv:2:2: error D302: column industry: 'retial' is none of the values of industry: retail, finance;"
        " did you mean retail?"
    ]


@pytest.mark.parametrize(
    ("policy", "ids", "names"), [("first", ["C1", "C2"], ["a", "b"]), ("last", ["C2", "C1"], ["b", "c"])]
)
def test_duplicates_may_keep_the_first_or_the_last(
    tmp_path: Path, policy: str, ids: list[str], names: list[str]
) -> None:
    customer = CUSTOMER[:-1] + f", duplicates: {policy}}}"
    world = World(tmp_path, customers_csv="customer_id,name\nC1,a\nC2,b\nC1,c\n", data_yaml=source(customer=customer))
    data = world.read()
    assert [c.id for c in data.customers] == ids
    assert [c.fields["name"] for c in data.customers] == names
    assert data.issues == ()


@pytest.mark.parametrize("order", [["C1,a", "C2,b", "C1,c"], ["C1,c", "C1,a", "C2,b"]])
def test_quarantined_duplicates_do_not_depend_on_their_order(tmp_path: Path, order: list[str]) -> None:
    customer = CUSTOMER[:-1] + ", on_error: quarantine}"
    world = World(tmp_path, customers_csv="customer_id,name\n" + "\n".join(order), data_yaml=source(customer=customer))
    data = world.read()
    assert [c.id for c in data.customers] == ["C2"]
    assert data.reports[0].quarantined == 2


def test_several_sources_of_one_entity_are_one(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv=CUSTOMERS, more_csv="customer_id,name\nC3,Crow\nC1,Again\n")
    world.write(
        "data.yaml",
        "crmrules_data: 1\nsources:\n  customer:\n  - " + CUSTOMER + "\n  - {path: more.csv, key: customer_id}\n",
    )
    assert world.told() == ["more.csv:3: error D305: customer_id C1 was there before, in customers.csv:2"]
    world.write("more.csv", "customer_id,name\nC3,Crow\n")
    assert [c.id for c in world.read().customers] == ["C1", "C2", "C3"]


def test_rows_of_unknown_customers_are_kept_and_reported_once(tmp_path: Path) -> None:
    extra = "O4,C9,2026-03-01,1,yes\nO5,C9,2026-03-01,1,yes\nO6,C8,2026-03-01,1,yes\nO7,,2026-03-01,1,yes\n"
    world = World(
        tmp_path, customers_csv=CUSTOMERS, orders_csv=ORDERS + extra, data_yaml=source(customer=CUSTOMER, order=ORDER)
    )
    assert world.told() == [
        "orders.csv: warning D312: 3 rows of order name customers that are not there, 2 in all: C9, C8"
    ]
    data = world.read()
    assert [row["customer_id"] for row in data.entities["order"]] == ["C1", "C1", "C2", "C9", "C9", "C8", None]
    assert sum(len(c.related.get("order", ())) for c in data.customers) == 3


LINES = """order_id,customer_id,at,quantity,unit_price,country
O1,C1,2026-03-02,2,1.10,UK
O1,C1,2026-03-01,1,0.30,UK
C9,C1,2026-03-01,5,1,UK
O2,,2026-03-01,5,1,UK
O3,C2,2026-03-03,1,2,FR
O1,C1,2026-03-05,,9,UK
"""
GROUPED = """{path: lines.csv, key: order_id, customer: customer_id,
    columns: {placed_at: at, quantity: {from: quantity, type: number}, unit_price: {from: unit_price, type: number},
              country: {from: country, type: string}, paid: {from: country, replace: {UK: "yes", FR: "no"}}},
    computed: {amount: quantity * unit_price}, where: 'customer_id != null and not(starts with(order_id, "C"))',
    group_by: order_id, aggregate: {amount: sum, placed_at: min, lines: count}}"""


def test_lines_become_orders_and_orders_customers(tmp_path: Path) -> None:
    world = World(
        tmp_path,
        lines_csv=LINES,
        data_yaml=source(order=GROUPED, customer="{derive_from: order, columns: {country: country}}"),
    )
    data = world.read()
    assert [(c.id, dict(c.fields), str(c.origin).rpartition("/")[2]) for c in data.customers] == [
        ("C1", {"country": "UK"}, "lines.csv:2"),
        ("C2", {"country": "FR"}, "lines.csv:6"),
    ]
    (one,) = data.customers[0].related["order"]
    assert one == {
        "order_id": "O1",
        "placed_at": DateTime.parse("2026-03-01T00:00:00@Asia/Shanghai"),
        "amount": Decimal("2.50"),
        "lines": 3,
        "paid": True,
        "country": "UK",
        "customer_id": "C1",
    }
    report = data.reports[0]
    assert (report.read, report.kept, report.filtered) == (6, 2, 2)


@pytest.mark.parametrize(
    ("function", "expected"),
    [("sum", 6), ("min", 1), ("max", 3), ("count", 3), ("first", 2), ("last", 3)],
)
def test_aggregates(tmp_path: Path, function: str, expected: int) -> None:
    text = "order_id,customer_id,amount,paid\nO1,C1,2,yes\nO1,C1,1,yes\nO1,C1,,yes\nO1,C1,3,yes\n"
    order = f"{{path: lines.csv, group_by: order_id, aggregate: {{amount: {function}}}}}"
    world = World(tmp_path, lines_csv=text, data_yaml=source(order=order, customer="{derive_from: order}"))
    ((row,),) = [c.related["order"] for c in world.read().customers]
    assert row["amount"] == expected


def test_a_range_holds_for_the_whole_not_for_a_line(tmp_path: Path) -> None:
    text = "order_id,customer_id,amount,paid\nO1,C1,-2,yes\nO1,C1,5,yes\nO2,C1,1,yes\nO2,C1,-2,yes\n"
    order = "{path: lines.csv, group_by: order_id, aggregate: {amount: sum}}"
    world = World(tmp_path, lines_csv=text, data_yaml=source(order=order, customer="{derive_from: order}"))
    assert world.told() == ["lines.csv:4: error D303: column amount: -1 is outside the range >= 0"]


def test_lines_of_one_order_belong_to_one_customer(tmp_path: Path) -> None:
    text = "order_id,customer_id,amount,paid\nO1,C1,2,yes\nO1,C2,5,yes\n,C1,1,yes\n"
    order = "{path: lines.csv, group_by: order_id, aggregate: {amount: sum}}"
    world = World(tmp_path, lines_csv=text, data_yaml=source(order=order, customer="{derive_from: order}"))
    assert world.told() == [
        "lines.csv:3: error D309: rows of order_id O1 name different customers: C1 and C2",
        "lines.csv:4: error D306: the key order_id is empty",
    ]


def test_expressions_that_fail_are_located(tmp_path: Path) -> None:
    text = "order_id,customer_id,total,parts,paid\nO1,C1,6,2,yes\nO2,C1,6,0,yes\nO3,C1,6,,yes\n"
    order = (
        "{path: orders.csv, key: order_id, columns: {total: {from: total, type: number},"
        " parts: {from: parts, type: number}}, computed: {amount: total / parts}}"
    )
    world = World(tmp_path, orders_csv=text, data_yaml=source(order=order, customer="{derive_from: order}"))
    (told,) = world.told()
    assert told.startswith("orders.csv:3: error D308: amount cannot be computed: ")


def test_progress_is_told_now_and_then(tmp_path: Path) -> None:
    rows = "\n".join(f"C{n}" for n in range(45_000))
    world = World(tmp_path, customers_csv=f"customer_id\n{rows}\n", data_yaml=source(customer=CUSTOMER))
    seen: list[tuple[str, int]] = []
    world.read(on_progress=lambda file, done: seen.append((Path(file).name, done)))
    assert seen == [("customers.csv", 0), ("customers.csv", 20_000), ("customers.csv", 40_000)]


class Shaky:
    """A plugin's storage that breaks in the middle."""

    name = "shaky"

    @contextmanager
    def open(self, spec: SourceSpec) -> Iterator[RawTable]:
        def rows() -> Iterator[list[Any]]:
            yield ["C1", "Acme"]
            raise ConnectionError("the line went dead")

        yield RawTable(("customer_id", "name"), rows(), lambda row, column: replace(spec.span, char=None))


def test_a_plugins_exception_is_no_traceback(tmp_path: Path) -> None:
    world = World(tmp_path, data_yaml=source(customer="{storage: shaky, path: x}"))
    world.registry = replace(world.registry, storages={**world.registry.storages, "shaky": Shaky()})
    assert world.told() == ["x: error D102: the source cannot be opened: ConnectionError: the line went dead"]


def test_the_same_data_in_every_storage_gives_the_same_records(tmp_path: Path) -> None:
    import json
    import sqlite3

    from openpyxl import Workbook

    header = ["customer_id", "name", "satisfaction", "industry"]
    table: list[list[Any]] = [["C1", "甲", 99.5, "零售"], ["C2", None, 7, "finance"]]
    world = World(tmp_path)
    world.write(
        "customers.csv", "\n".join(",".join("" if c is None else str(c) for c in row) for row in [header, *table])
    )
    world.write("customers.json", json.dumps([dict(zip(header, row, strict=True)) for row in table]))
    world.write("customers.ndjson", "\n".join(json.dumps(dict(zip(header, row, strict=True))) for row in table))
    book = Workbook()
    assert book.active is not None
    for row in [header, *table]:
        book.active.append(row)
    book.save(tmp_path / "customers.xlsx")
    database = sqlite3.connect(tmp_path / "customers.db")
    database.execute("CREATE TABLE customers (customer_id, name, satisfaction, industry)")
    database.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", table)
    database.commit()
    database.close()
    expected = [
        {"name": "甲", "industry": "retail", "satisfaction": Decimal("99.5")},
        {"name": None, "industry": "finance", "satisfaction": 7},
    ]
    for suffix in ("csv", "json", "ndjson", "xlsx", "db"):
        data = world.read(f"customers.{suffix}")
        assert [dict(c.fields) for c in data.customers] == expected, suffix
        assert [c.id for c in data.customers] == ["C1", "C2"]
        assert data.issues == ()


def test_nothing_is_read_when_a_source_cannot_be(tmp_path: Path) -> None:
    world = World(
        tmp_path, customers_csv="customer_id,satisfaction\nC1,x\n", data_yaml=source(customer=CUSTOMER, order=ORDER)
    )
    with pytest.raises(DataError) as caught:
        world.read()
    assert [i.code for i in caught.value.issues] == ["D301", "D101"]


def test_cells_of_a_workbook_that_hold_no_value_are_located(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.title = "客户"
    for row in (
        ["customer_id", "satisfaction", "name", "remark"],
        ["C1", "#N/A", "=A2", "#REF!"],
        ["C2", 5, "b", None],
    ):
        book.active.append(row)
    book.save(tmp_path / "customers.xlsx")
    world = World(tmp_path)
    assert world.told("customers.xlsx") == [
        "customers.xlsx › 客户!C2: error D119: the formula =A2 has no stored result; open the workbook in a spreadsheet"
        " program and save it",
        "customers.xlsx › 客户!B2: error D118: the cell holds the error #N/A",
    ]


def test_numbers_of_json_that_are_none_are_located(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("customers.json", '[{"id": "C1", "satisfaction": 1},\n {"id": "C2", "satisfaction": NaN}]')
    assert world.told("customers.json") == ["customers.json:2: error D115: NaN is not a number that a rule can use"]


def test_a_condition_that_fails_is_located(tmp_path: Path) -> None:
    text = "order_id,customer_id,code,paid\nO1,C1,7,yes\nO2,C1,A7,yes\nO3,C1,,yes\n"
    order = "{path: orders.csv, columns: {code: {from: code, type: string}}, where: number(code) > 5}"
    world = World(tmp_path, orders_csv=text, data_yaml=source(order=order, customer="{derive_from: order}"))
    (told,) = world.told()
    assert told.startswith("orders.csv:3: error D313: the condition `where` cannot be worked out: ")


def test_derived_customers_are_checked_like_others(tmp_path: Path) -> None:
    text = "order_id,customer_id,land,paid\nO1,C1,retail,yes\nO2,C2,零售,yes\nO3,C3,retial,yes\nO4,C1,finance,yes\n"
    order = "{path: orders.csv, columns: {land: {from: land, type: string}}}"
    customer = "{derive_from: order, columns: {industry: land}, where: industry != null}"
    world = World(tmp_path, orders_csv=text, data_yaml=source(order=order, customer=customer))
    assert world.told() == [
        "orders.csv:4: error D302: column land: 'retial' is none of the values of industry: retail, finance;"
        " did you mean retail?"
    ]
    world.write("orders.csv", text.replace("retial", ""))
    data = world.read()
    assert [(c.id, c.fields["industry"]) for c in data.customers] == [("C1", "retail"), ("C2", "retail")]


def test_derived_customers_may_be_computed(tmp_path: Path) -> None:
    text = "order_id,customer_id,land,paid\nO1,C1,UK,yes\nO2,C2,FR,yes\n"
    order = "{path: orders.csv, columns: {land: {from: land, type: string}}}"
    customer = "{derive_from: order, columns: {name: land}, computed: {country: 'lower case(name)'}}"
    world = World(tmp_path, orders_csv=text, data_yaml=source(order=order, customer=customer))
    assert [c.fields for c in world.read().customers] == [
        {"name": "UK", "country": "uk"},
        {"name": "FR", "country": "fr"},
    ]


def test_a_customer_table_is_completed_by_derived_ones(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv="customer_id,name\nC2,Bolt\n", orders_csv=ORDERS)
    world.write(
        "data.yaml",
        f"crmrules_data: 1\nsources:\n  customer: [{CUSTOMER}, {{derive_from: order}}]\n  order: {ORDER}\n",
    )
    data = world.read()
    assert [(c.id, len(c.related["order"])) for c in data.customers] == [("C2", 1), ("C1", 2)]
    assert data.issues == ()
