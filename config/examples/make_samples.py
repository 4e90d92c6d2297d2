"""Makes the sample data of the examples: ``python config/examples/make_samples.py [EXAMPLE …]``.

The data is invented, the same on every run, and visits every rule: each customer is built for a rule or for one side
of a threshold (its ``name`` says which), and a crowd of ordinary customers is added around them. Everything is
placed relative to ``AS_OF``, the date that the documentation plans for.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from handbook_samples import loyalty_tiers, saas_abcd, value_activity_stage
from sampling import AS_OF, PLACES, TRADES, Sample, ago

HERE = Path(__file__).parent


def sales_funnel() -> Sample:
    """Customers on each row of the funnel, and on both sides of each threshold."""
    sample = Sample(4)
    sellers = ("林晓", "周航", "吴婷", "陈默")
    successors = ("何静", "罗宁")
    for seller in (*sellers, "新人小赵"):
        sample.rows.setdefault("owners.csv", []).append({"name": seller, "role": "sales"})

    def customer(name: str, **values: object) -> str:
        return sample.add(
            "customers.csv",
            "C",
            "customer_id",
            name=name,
            industry=sample.random.choice(TRADES),
            region=sample.random.choice(PLACES),
            owner=sample.random.choice(sellers),
            success_manager=sample.random.choice(successors),
            **{
                "said_no": None,
                "lost_cause": None,
                "decision_date": None,
                "contract_end": None,
                "do_not_contact": None,
                "refused_channels": None,
                **values,
            },
        )

    def order(who: str, at: datetime, amount: object) -> None:
        sample.add("orders.csv", "O", "order_id", customer_id=who, placed_at=at, amount=amount)

    def talk(
        who: str,
        at: datetime,
        topic: str = "talk",
        direction: str = "outbound",
        human: bool = True,
        channel: str = "phone",
        answered_after: timedelta | None = None,
    ) -> None:
        sample.add(
            "interactions.csv",
            "I",
            "interaction_id",
            customer_id=who,
            occurred_at=at,
            channel=channel,
            direction=direction,
            human=human,
            topic=topic,
            answered_after=answered_after,
        )

    # stage, both sides of each bound
    c = customer("潜在·从未联系")
    c = customer("潜在·六天前联系")
    talk(c, ago(6), channel="wechat")
    c = customer("潜在·正好七天")
    talk(c, ago(7), channel="wechat")
    c = customer("潜在·只有群发", refused_channels="wechat")
    talk(c, ago(3), human=False, channel="email")
    c = customer("意向·询价", decision_date=AS_OF.date())
    talk(c, ago(4), "quote", "inbound", answered_after=timedelta(minutes=30))
    talk(c, ago(3), "talk")
    c = customer("意向·方案已发", decision_date=date(2026, 3, 6))
    talk(c, ago(5), "cases", "inbound", answered_after=timedelta(minutes=59))
    talk(c, ago(1, 1), "proposal", channel="email")
    c = customer("成交·昨日首单")
    order(c, ago(1), "19800.00")
    talk(c, ago(8))
    c = customer("成交·三个月整未购")
    order(c, datetime(2025, 12, 2, 9, 0), "52000.00")
    talk(c, ago(40))
    c = customer("流失·三个月多一分钟", lost_cause="price")
    order(c, datetime(2025, 12, 2, 8, 59), "52000.00")
    talk(c, ago(60))
    c = customer("流失·明确拒绝", said_no=True, lost_cause="service")
    order(c, ago(20), "8000.00")
    talk(c, ago(95))
    c = customer("复购·两单")
    order(c, ago(400), "30000.00")
    order(c, ago(35), "30000.00")
    talk(c, ago(31))
    # value, at the threshold and a cent below
    c = customer("高价值·正好二十万", contract_end=date(2026, 4, 1))
    order(c, ago(300), "120000.00")
    order(c, ago(50), "80000.00")
    talk(c, ago(16))
    c = customer("普通·差一分")
    order(c, ago(300), "120000.00")
    order(c, ago(50), "79999.99")
    talk(c, ago(16))
    c = customer("高价值·请勿联系", do_not_contact=True)
    order(c, ago(30), "260000.00")
    talk(c, ago(45))
    # unanswered messages: within the hour, beyond it, beyond a day
    for name, hours in (("等待·半小时", 0.5), ("等待·两小时", 2), ("等待·一天多", 25)):
        c = customer(name)
        order(c, ago(70), "15000.00")
        talk(c, ago(20))
        talk(c, ago(hours=hours), "question", "inbound", channel="wechat")

    for _ in range(60):
        c = customer(sample.company(), do_not_contact=True if sample.random.random() < 0.05 else None)
        for _ in range(sample.random.choice((0, 0, 1, 1, 2, 4))):
            order(
                c,
                ago(sample.random.randint(2, 500), sample.random.randint(0, 9)),
                f"{sample.random.lognormvariate(10.2, 1):.2f}",
            )
        for _ in range(sample.random.randint(0, 4)):
            if sample.random.random() < 0.4:
                day = sample.random.randint(2, 120)
                wait = timedelta(minutes=sample.random.choice((5, 15, 30, 45, 55, 60, 90)))
                topic = sample.random.choice(("quote", "cases", "question"))
                talk(c, ago(day, 3), topic, "inbound", channel="wechat", answered_after=wait)
                talk(c, ago(day, 3) + wait, "answer", channel="wechat")
            else:
                talk(c, ago(sample.random.randint(1, 60)), sample.random.choice(("talk", "proposal")))
        if sample.random.random() < 0.5:
            sample.add(
                "surveys.csv",
                "S",
                "survey_id",
                customer_id=c,
                answered_at=ago(sample.random.randint(1, 80)),
                score=sample.random.choice((3, 4, 5, 5)),
            )
    stage_history(sample)
    return sample


def stage_history(sample: Sample) -> None:
    """The stages each customer went through, as its quotes and orders tell: ``transitions.csv``."""
    asked: dict[object, datetime] = {}
    for row in sample.rows["interactions.csv"]:
        if row["topic"] in ("quote", "cases"):
            at = moment(row["occurred_at"])
            asked[row["customer_id"]] = min(at, asked.get(row["customer_id"], at))
    bought: dict[object, list[datetime]] = {}
    for row in sample.rows["orders.csv"]:
        bought.setdefault(row["customer_id"], []).append(moment(row["placed_at"]))
    for customer in sample.rows["customers.csv"]:
        who = customer["customer_id"]
        orders = sorted(bought.get(who, ()))
        steps: list[tuple[datetime, str]] = []
        if who in asked and (not orders or asked[who] < orders[0]):
            steps.append((asked[who], "intent"))
        for number, at in enumerate(orders):
            if number and at - orders[number - 1] > timedelta(days=92):
                steps.append((orders[number - 1] + timedelta(days=92), "lost"))
            steps.append((at, "repeat" if number else "won"))
        if orders and AS_OF - orders[-1] > timedelta(days=92):
            steps.append((orders[-1] + timedelta(days=92), "lost"))
        first = min([at for at, _ in steps], default=AS_OF) - timedelta(days=45)
        stage: str | None = None
        for at, to in [(first, "potential"), *steps]:
            if to != stage:
                move = {"customer_id": who, "fact": "stage", "from": stage, "to": to, "at": at}
                sample.rows.setdefault("transitions.csv", []).append(move)
            stage = to


def moment(value: object) -> datetime:
    """A value that is an instant."""
    if not isinstance(value, datetime):
        raise TypeError(value)
    return value


def rfm_clv() -> Sample:
    """Customers on each RFM score and CLV tier, each risk signal alone and together, complaints in time and late."""
    sample = Sample(1)
    advisors = ("沈岚", "顾川", "许诺")

    def customer(name: str, **values: object) -> str:
        return sample.add(
            "customers.csv",
            "C",
            "customer_id",
            name=name,
            industry=sample.random.choice(TRADES),
            owner=sample.random.choice(advisors),
            **{
                "ownership": "sme",
                "fast_growing": None,
                "contract_end": None,
                "team_size": None,
                "team_size_last_year": None,
                "decision_maker_left": None,
                "competitor_contact": None,
                "do_not_contact": None,
                **values,
            },
        )

    def order(who: str, at: datetime, amount: object, line: str = "基础版") -> None:
        sample.add("orders.csv", "O", "order_id", customer_id=who, placed_at=at, amount=amount, product_line=line)

    def talk(who: str, at: datetime, topic: str = "talk", direction: str = "outbound", channel: str = "电话") -> None:
        sample.add(
            "interactions.csv",
            "I",
            "interaction_id",
            customer_id=who,
            occurred_at=at,
            direction=direction,
            channel=channel,
            topic=topic,
        )

    def survey(who: str, at: datetime, score: int, recommend: int | None = None) -> None:
        sample.add("surveys.csv", "S", "survey_id", customer_id=who, answered_at=at, score=score, recommend=recommend)

    def buys(who: str, last: datetime, count: int, total: int) -> None:
        """``count`` orders of equal size worth ``total``, the last one at ``last``, the others 20 days apart."""
        share = total * 100 // count
        for i in range(count):
            cents = share if i else total * 100 - share * (count - 1)
            order(who, last - timedelta(days=20 * i), f"{cents // 100}.{cents % 100:02d}", ("基础版", "专业版")[i % 2])

    # scores on both sides of each cut
    for name, last, count, total in (
        ("核心·三项满分", ago(30), 12, 300_000),
        ("核心·总分八", ago(30), 12, 80_000),
        ("潜力·总分七", ago(30), 4, 80_000),
        ("潜力·三十天多一分钟", ago(30, 1 / 60), 12, 80_000),
        ("潜力·总分五", ago(90), 4, 79_999),
        ("沉睡·总分四", ago(90, 1), 4, 79_999),
        ("沉睡·三单", ago(200), 3, 20_000),
    ):
        c = customer(name)
        buys(c, last, count, total)
        talk(c, ago(20))
    customer("沉睡·从未购买")
    c = customer("沉睡·召回已发")
    buys(c, ago(300), 1, 5_000)
    talk(c, ago(hours=20), "recall", channel="邮件")
    # current and future value
    for name, ownership, total, growing in (
        ("高价值·央企", "soe", 300_000, None),
        ("维持·中小企业", "sme", 300_000, None),
        ("高潜力·创业公司", "startup", 20_000, True),
        ("低价值·中小企业", "sme", 299_999, None),
    ):
        c = customer(name, ownership=ownership, fast_growing=growing, contract_end=date(2026, 4, 1))
        buys(c, ago(40), 5, total)
        talk(c, ago(10))
    # risk signals
    c = customer("风险·决策人离职", decision_maker_left=True)
    buys(c, ago(10), 12, 400_000)
    talk(c, ago(9))
    c = customer("风险·接触竞品", competitor_contact=True)
    buys(c, ago(60), 4, 90_000)
    talk(c, ago(30))
    c = customer("风险·连续下滑")
    for months, amount in ((10, "90000.00"), (7, "80000.00"), (3, "70000.00")):
        order(c, ago(30 * months), amount)
    talk(c, ago(5))
    for name, score in (("风险·满意度69", 69), ("无风险·满意度70", 70)):
        c = customer(name)
        buys(c, ago(15), 12, 350_000)
        talk(c, ago(12))
        survey(c, ago(200), 95, 9)
        survey(c, ago(14), score, 6)
    c = customer("高风险·无互动且腰斩")
    order(c, ago(120), "100000.00")
    order(c, ago(80), "50000.00")
    talk(c, ago(100))
    c = customer("仅腰斩·仍有互动")
    order(c, ago(120), "100000.00")
    order(c, ago(80), "50000.00")
    talk(c, ago(20))
    # complaints: fresh, at the limit, late, closed
    for name, hours in (("投诉·一小时", 1), ("投诉·正好48小时", 48), ("投诉·三天", 72)):
        c = customer(name)
        buys(c, ago(20), 4, 100_000)
        talk(c, ago(6))
        opened = ago(hours=hours)
        sample.add("tickets.csv", "T", "ticket_id", customer_id=c, kind="complaint", opened_at=opened, closed_at=None)
    c = customer("请勿联系·核心", do_not_contact=True)
    buys(c, ago(3), 12, 500_000)
    talk(c, ago(70))

    for _ in range(60):
        c = customer(
            sample.company(),
            ownership=sample.random.choice(("soe", "listed", "startup", "sme", "sme", "sme")),
            fast_growing=True if sample.random.random() < 0.1 else None,
            contract_end=(AS_OF + timedelta(days=sample.random.randint(-60, 200))).date(),
        )
        count = sample.random.choice((0, 1, 2, 3, 5, 8, 14))
        if count:
            buys(c, ago(sample.random.randint(1, 150)), count, int(sample.random.lognormvariate(11, 1.2)))
        for _ in range(sample.random.randint(0, 5)):
            talk(c, ago(sample.random.randint(1, 150)), direction=sample.random.choice(("inbound", "outbound")))
        if sample.random.random() < 0.4:
            score = sample.random.randint(55, 100)
            survey(c, ago(sample.random.randint(1, 90)), score, min(10, score // 9))
        if sample.random.random() < 0.3:
            opened = ago(sample.random.randint(3, 80), sample.random.randint(0, 8))
            sample.add(
                "tickets.csv",
                "T",
                "ticket_id",
                customer_id=c,
                kind="question",
                opened_at=opened,
                closed_at=opened + timedelta(hours=sample.random.choice((2, 5, 20, 30, 60))),
            )
    contracts_and_replies(sample)
    # occasions, growth, first orders, technical questions
    c = customer("场景·节日采购", preferences="环保")
    order(c, ago(170), "20000.00")
    sample.add(
        "orders.csv",
        "O",
        "order_id",
        customer_id=c,
        placed_at=ago(20),
        amount="8000.00",
        occasion="节日",
        product_line="礼盒",
    )
    for name, before, now in (("增长·正好两成", 100, 120), ("增长·差一人", 100, 119)):
        c = customer(name, team_size=now, team_size_last_year=before)
        buys(c, ago(40), 4, 90_000)
    for name, values in (
        ("大型·千人央企", {"ownership": "soe", "team_size": 1000}),
        ("大型·营收十亿", {"ownership": "listed", "revenue": "1000000000.00"}),
    ):
        c = customer(name, **values)
        buys(c, ago(25), 4, 120_000)
        talk(c, ago(1), "inquiry", "inbound")
    c = customer("首单·两天前")
    buys(c, ago(2), 1, 100_000)
    c = customer("首次复购·三天前")
    buys(c, ago(3), 2, 100_000)
    for name, count, hours in (("技术·核心·四小时", 12, 4), ("技术·核心·三小时", 12, 3), ("技术·潜力·七小时", 4, 7)):
        c = customer(name)
        buys(c, ago(10), count, 100_000)
        opened = ago(hours=hours)
        sample.add("tickets.csv", "T", "ticket_id", customer_id=c, kind="technical", opened_at=opened, closed_at=None)
    return sample


def contracts_and_replies(sample: Sample) -> None:
    """Contracts that ended last quarter, and when tickets were first answered; drawn apart from everything else."""
    draw = random.Random(11)
    for customer in sample.rows["customers.csv"]:
        if draw.random() < 0.4:
            ends = date(2025, 10, 1) + timedelta(days=draw.randrange(92))
            renewed = ends + timedelta(days=draw.randint(-30, 40)) if draw.random() < 0.85 else None
            who = customer["customer_id"]
            sample.add("contracts.csv", "K", "contract_id", customer_id=who, ends_on=ends, renewed_on=renewed)
    tickets = sample.rows["tickets.csv"]
    for at, ticket in enumerate(tickets):
        opened = moment(ticket["opened_at"])
        reply = opened + timedelta(minutes=draw.choice((20, 60, 180, 400, 1500))) if ticket["closed_at"] else None
        tickets[at] = {**ticket, "first_reply_at": reply}


SAMPLES = {
    "sales_funnel": sales_funnel,
    "rfm_clv": rfm_clv,
    "saas_abcd": saas_abcd,
    "value_activity_stage": value_activity_stage,
    "loyalty_tiers": loyalty_tiers,
}


def main(folders: Iterable[str]) -> None:
    """Write the data of the named examples (all of them when none is named)."""
    for name in list(folders) or SAMPLES:
        SAMPLES[name]().write(HERE / name / "data")


if __name__ == "__main__":
    main(sys.argv[1:])
