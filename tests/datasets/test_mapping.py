"""What is wrong with a data-source file, said before the first row; and folders and single files in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from .world import CUSTOMERS, ORDERS, World, source

ORDER_COLUMNS = "order_id, placed_at, amount, paid, customer_id"
KEYED = "path: customers.csv, key: customer_id"

# case → (customer source, order source, the text at the place that is named, what is said there)
CASES: dict[str, tuple[str, str, str, str]] = {
    "unknown source column": (
        f"{{{KEYED}, columns: {{name: nmae}}}}",
        "",
        "nmae",
        "error D201: the source has no column nmae; it has customer_id, name; did you mean name?",
    ),
    "unknown fact": (
        f"{{{KEYED}, columns: {{industri: name}}}}",
        "",
        "name}",
        "error D202: industri is no fact of customer and nothing in this source uses it; a further column"
        " needs a `type:`; did you mean industry?",
    ),
    "unknown type": (
        f"{{{KEYED}, columns: {{size: {{from: name, type: numbr}}}}}}",
        "",
        "{from: name",
        "error D211: option type of column size is numbr, expected number, boolean, date, time,"
        " date and time, days and time duration, years and months duration, string",
    ),
    "unknown format": (
        f"{{{KEYED}, columns: {{born: {{from: name, type: date, format: '%Q'}}}}}}",
        "",
        "{from: name",
        "error D225: column born cannot be read this way: %Q is no part of a format; there are"
        " %Y %y %m %d %b %H %I %M %S %f %p %z %B %%",
    ),
    "marks that do not fit": (
        f"{{{KEYED}, columns: {{size: {{from: name, type: number, thousands: '.'}}}}}}",
        "",
        "{from: name",
        "error D225: column size cannot be read this way: thousands and decimal are the same",
    ),
    "decided fact": (
        f"{{{KEYED}, columns: {{tier: name}}}}",
        "",
        "name}",
        "error D207: tier is worked out by the rules and cannot be read from a column",
    ),
    "derived fact computed": (
        f"{{{KEYED}, computed: {{spent: 1}}}}",
        "",
        "spent",
        "error D207: spent is worked out by the rules and cannot be read from a column",
    ),
    "unknown key": (
        "{path: customers.csv, key: custmer_id}",
        "",
        "custmer_id",
        "error D204: `key` names custmer_id, which is no column here; there are name, customer_id; did you mean customer_id?",
    ),
    "unknown customer column": (
        "",
        "{path: orders.csv, customer: buyer}",
        "buyer",
        f"error D204: `customer` names buyer, which is no column here; there are {ORDER_COLUMNS}",
    ),
    "unknown group": (
        "",
        "{path: orders.csv, key: order_id, group_by: order}",
        "order}",
        f"error D204: `group_by` names order, which is no column here; there are {ORDER_COLUMNS}; did you mean order_id?",
    ),
    "unknown aggregate": (
        "",
        "{path: orders.csv, group_by: order_id, aggregate: {amuont: sum}}",
        "amuont",
        f"error D204: `aggregate` names amuont, which is no column here; there are {ORDER_COLUMNS}; did you mean amount?",
    ),
    "sum of texts": (
        "",
        "{path: orders.csv, group_by: order_id, aggregate: {customer_id: sum}}",
        "customer_id: sum",
        "error D208: customer_id cannot be aggregated by sum, expected a number",
    ),
    "condition reads as_of": (
        "",
        "{path: orders.csv, where: placed_at < now()}",
        "placed_at <",
        "error D203: an expression over rows cannot read as_of: rows are read without a moment of evaluation",
    ),
    "unknown storage": (
        f"{{{KEYED}, storage: csvv}}",
        "",
        "csvv",
        "error D214: there is no storage csvv; there are csv, excel, json, ndjson, sqlite; did you mean csv?",
    ),
    "unknown ending": (
        "{path: customers.dat, key: customer_id}",
        "",
        "customers.dat",
        "error D215: what kind of file customers.dat is cannot be told from its ending; name it with `storage:`",
    ),
    "misspelt option": (
        f"{{{KEYED}, colums: {{name: name}}}}",
        "",
        "colums",
        "error D216: colums is no option of a source; did you mean columns?",
    ),
    "unknown option": (
        f"{{{KEYED}, pages: 3}}",
        "",
        "customer:",
        "error D120: storage csv has no option pages; it knows delimiter, encoding, header_row",
    ),
    "missing file": (
        "{path: customer.csv, key: customer_id}",
        "",
        "customer:",
        "error D101: there is no file customer.csv; did you mean customers.csv?",
    ),
    "derive from what is not there": (
        "{derive_from: ticket}",
        "{path: orders.csv}",
        "ticket",
        "error D206: customers cannot be derived from ticket: there are no such rows",
    ),
    "derive from what names no customer": (
        "{derive_from: survey}",
        "",
        "survey}",
        "error D206: customers cannot be derived from survey: there are no such rows",
    ),
    "derive an unknown column": (
        "{derive_from: order, columns: {country: land}}",
        "{path: orders.csv}",
        "land",
        "error D204: `columns` names land, which is no column here; there are customer_id, order_id, placed_at, amount, paid",
    ),
    "derive an unknown fact": (
        "{derive_from: order, columns: {contry: amount}}",
        "{path: orders.csv}",
        "amount}",
        "error D202: contry is no fact of customer and nothing in this source uses it; a further column needs a `type:`;"
        " did you mean country?",
    ),
    "two entities swapped": (
        "",
        "{derive_from: order}",
        "order}",
        "error D206: customers cannot be derived from order: a source of order derives nothing",
    ),
    "unknown entity": (
        f"{{{KEYED}}}\n  oder: {{path: orders.csv}}",
        "",
        "oder",
        "error R201: unknown key `oder`…",
    ),
    "unknown policy": (
        f"{{{KEYED}, on_error: ignore}}",
        "",
        "ignore",
        "error R203: `on_error`…",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_with_the_file_is_located(tmp_path: Path, case: str) -> None:
    customer, order, anchor, expected = CASES[case]
    world = World(tmp_path, customers_csv=CUSTOMERS, orders_csv=ORDERS)
    sources = {"customer": customer or f"{{{KEYED}}}"} | ({"order": order} if order else {})
    lines = world.write("data.yaml", source(**sources)).read_text().splitlines()
    (told,) = world.told()
    place, _, message = told.partition(": ")
    file, line, column = place.split(":")
    if expected.endswith("…"):  # the wording is the schema's
        assert message.startswith(expected[:-1])
    else:
        assert message == expected
    assert file == "data.yaml"
    assert lines[int(line) - 1][int(column) - 1 :].startswith(anchor)


def test_an_unknown_time_zone(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv=CUSTOMERS)
    world.write("data.yaml", "time_zone: Asia/Shanhai\n" + source(customer=f"{{{KEYED}}}"))
    assert world.told() == ["data.yaml:1:12: error D217: there is no time zone Asia/Shanhai"]


# --- headers ----------------------------------------------------------------------------------------------------

HEADERS = {
    "two columns of one name": (
        "customer_id,name,name\n1,a,b\n",
        ["customers.csv:1: error D212: column name stands there more than once, at positions 2, 3; rename one of them"],
    ),
    "two columns of one fact": (
        "customer_id,name,客户名称\n1,a,b\n",
        ["customers.csv:1: error D213: columns name and 客户名称 both give name; say which one with `columns:`"],
    ),
    "no key": (
        "nr,name\n1,a\n",
        [
            "customers.csv: error D209: the source of customer needs a key column; name it with `key:` (columns: nr, name)"
        ],
    ),
    "a decided fact": (
        "customer_id,tier\n1,high\n",
        ["customers.csv:1: warning D220: column tier is not read: the rules work tier out"],
    ),
    "almost a fact": (
        "customer_id,satisfacton,remark\n1,5,x\n",
        ["customers.csv:1: warning D224: column satisfacton is not read; did you mean satisfaction?"],
    ),
    "an unused column twice": ("customer_id,x,x\n1,2,3\n", []),
    "empty": ("", ["customers.csv: error D103: the file is empty; expected a header line with the column names"]),
}


@pytest.mark.parametrize("case", HEADERS)
def test_what_a_header_line_may_have(tmp_path: Path, case: str) -> None:
    text, expected = HEADERS[case]
    assert World(tmp_path, customers_csv=text).told("customers.csv") == expected


def test_rows_that_name_no_customer(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv=CUSTOMERS, orders_csv="order_id,amount,paid\nO1,1,yes\n")
    world.write("data.yaml", source(customer=f"{{{KEYED}}}", order="{path: orders.csv}"))
    assert world.told() == [
        "data.yaml:4:3: warning D223: rows of order name no customer, so customers' formulas do not see them;"
        " say which column does: `customer:`"
    ]
    assert len(world.read().entities["order"]) == 1


def test_a_range_over_other_facts_cannot_be_checked_here(tmp_path: Path) -> None:
    world = World(tmp_path, customers_csv="customer_id,country\nC1,2026-03-01\n")
    rules = (tmp_path / "rules.yaml").read_text("utf-8")
    world.write("rules.yaml", rules.replace("country: {type: string}", 'country: {type: date, range: "<= today()"}'))
    (told,) = world.told("customers.csv")
    assert told.startswith("rules.yaml:11:34")
    assert told.endswith(": warning D221: the range <= today() of country cannot be checked on reading: it reads as_of")


# --- folders and single files -----------------------------------------------------------------------------------


def test_files_of_a_folder_are_entities_by_name(tmp_path: Path) -> None:
    world = World(tmp_path)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "客户.csv").write_text("客户编号,客户名称\nC1,甲\n", "utf-8")
    (folder / "Orders.csv").write_text("id,customer_id,amount,paid\n1,C1,5,yes\n", "utf-8")
    (folder / "owner.json").write_text('[{"name": "林晓"}]', "utf-8")
    (folder / "README.md").write_text("notes")
    (folder / "~$客户.xlsx").write_text("a lock file")
    (folder / "custmers.csv").write_text("id\n1\n")
    assert world.told("data") == [
        "data/custmers.csv: warning D219: custmers.csv is left out: its name is no entity; did you mean customers?"
    ]
    data = world.read("data")
    assert [(c.id, c.fields["name"]) for c in data.customers] == [("C1", "甲")]
    assert [row["amount"] for row in data.customers[0].related["order"]] == [5]
    assert data.entities["owner"] == [{"name": "林晓"}]


def test_an_empty_folder(tmp_path: Path) -> None:
    world = World(tmp_path)
    (tmp_path / "data").mkdir()
    assert world.told("data") == [
        "data: error D218: the folder holds no data file named after an entity (customers, contacts, opportunities,"
        " contracts, orders, interactions, tickets, surveys, consents, transitions, owners)"
    ]


def test_a_single_file_is_its_entity_or_customers(tmp_path: Path) -> None:
    world = World(tmp_path, orders_csv=ORDERS)
    world.write("my list.csv", "ID,name\nC1,a\n")
    assert [c.id for c in world.read("my list.csv").customers] == ["C1"]
    assert world.told("orders.csv") == [
        "orders.csv: error D210: there are no customers: the data-source file has neither a source for customer nor"
        " `derive_from`"
    ]
    assert world.told("order.csv") == ["order.csv: error D101: there is no file order.csv; did you mean orders.csv?"]
