"""Sample data of three handbooks: classes A to D, value × activity × stage, loyalty tiers."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sampling import AS_OF, PLACES, TRADES, Sample, ago

LOG = {
    "needs": "降本增效",
    "reaction": "积极",
    "objections": "无",
    "promised": "发送方案",
    "status_change": "无",
    "next_step_on": date(2026, 3, 4),
    "next_step": "确认方案",
    "next_step_by": "田野",
}


def saas_abcd() -> Sample:
    """Customers in each class and on both sides of 90 days; complaints, gaps in profiles and logs; a year of moves."""
    sample = Sample(0)
    managers, successors = ("田野", "方舟", "江雪"), ("白露", "秦川")

    def customer(name: str, **values: object) -> str:
        number = sample.ids.get("C", 0) + 1
        return sample.add(
            "customers.csv",
            "C",
            "customer_id",
            **{
                "name": name,
                "industry": sample.random.choice(TRADES),
                "contact_name": f"联系人{number}",
                "contact_position": sample.random.choice(("总经理", "采购经理", "信息主管")),
                "phone": f"1390000{number:04d}",
                "email": f"c{number}@example.com",
                "address": f"{sample.random.choice(PLACES)}路{number}号",
                "goals": "提升效率",
                "pain_points": "系统分散",
                "core_demand": "统一平台",
                "first_contact_at": ago(400),
                "first_contact_channel": "展会",
                "birthday": date(1980 + number % 20, number % 12 + 1, number % 28 + 1),
                "owner": sample.random.choice(managers),
                "success_manager": sample.random.choice(successors),
                "budget_matched": None,
                "decision_chain_clear": None,
                "need": None,
                "feedback": None,
                "referrals": None,
                "addon_raised_at": None,
                "do_not_contact": None,
                **values,
            },
        )

    def talk(who: str, at: datetime, topic: str = "talk", direction: str = "outbound", **values: object) -> None:
        entry = {**(LOG if direction == "outbound" else dict.fromkeys(LOG)), "answered_after": None, **values}
        sample.add(
            "interactions.csv",
            "I",
            "interaction_id",
            customer_id=who,
            occurred_at=at,
            channel="phone",
            direction=direction,
            topic=topic,
            **entry,
        )

    def contract(who: str, signed: date, amount: str, **values: object) -> None:
        sample.add(
            "contracts.csv",
            "K",
            "contract_id",
            customer_id=who,
            signed=signed,
            ends=signed + timedelta(days=365),
            product="标准版",
            amount=amount,
            **{"renewal": "未到期", "payments": "已付清", **values},
        )

    def move(who: str, before: str | None, after: str, at: datetime) -> None:
        sample.rows.setdefault("transitions.csv", []).append(
            {"customer_id": who, "fact": "class", "from": before, "to": after, "at": at}
        )

    def complaint(who: str, **values: object) -> None:
        entry = {"responsible": None, "progress": None, "closed_at": None, "confirmed_at": None, **values}
        sample.add("tickets.csv", "T", "ticket_id", customer_id=who, kind="complaint", **entry)

    today = AS_OF.date()
    clear = {"budget_matched": True, "decision_chain_clear": True, "need": "clear"}
    c = customer("A·两项都清楚", **clear)
    talk(c, ago(7))
    c = customer("A·已深谈", **clear)
    talk(c, ago(6), "deep_talk")
    move(c, "B", "A", ago(20))
    c = customer("A·暂不需要", **clear, feedback="not_now")
    talk(c, ago(7))
    c = customer("B·预算有限", budget_matched=False, need="clear")
    talk(c, ago(14))
    c = customer("B·需求模糊", need="vague", decision_chain_clear=True)
    c = customer("B·有顾虑", need="doubtful")
    talk(c, ago(13), "deep_talk", objections=None)
    c = customer("C·正好90天", referrals=1)
    contract(c, today - timedelta(days=180), "200000.00")
    talk(c, ago(90))
    c = customer("D·90天多一分钟")
    contract(c, today - timedelta(days=300), "80000.00")
    talk(c, ago(90, 1 / 60))
    move(c, "C", "D", AS_OF - timedelta(days=1))
    c = customer("D·从未互动", do_not_contact=True)
    contract(c, today - timedelta(days=500), "80000.00")
    c = customer("C·VIP·增购", addon_raised_at=ago(2), referrals=1)
    contract(c, today - timedelta(days=335), "200000.00")
    contract(c, today - timedelta(days=100), "30000.00")
    talk(c, ago(31))
    for days in (50, 40, 30):
        talk(c, ago(days), "feedback", "inbound", answered_after=timedelta(hours=2))
    c = customer("C·合同缺项")
    contract(c, today - timedelta(days=90), "199999.99", payments=None)
    talk(c, ago(25))
    for ended in (15, 20, 45):
        c = customer("D·已流失")
        contract(c, today - timedelta(days=320), "50000.00")
        talk(c, ago(ended + 90, 1))
        move(c, "A", "C", ago(320))
        move(c, "C", "D", ago(ended))
    customer("B·档案空白", **dict.fromkeys((
        "industry", "contact_name", "contact_position", "phone", "email", "address", "goals", "pain_points",
        "core_demand", "first_contact_at", "first_contact_channel", "birthday",
    )))  # fmt: skip
    for name, values in (
        ("投诉·有责任人", {"opened_at": ago(hours=5), "responsible": "白露", "progress": "排查中"}),
        ("投诉·一天无进展", {"opened_at": ago(hours=24)}),
        ("投诉·结案未回访", {"opened_at": ago(9), "responsible": "秦川", "progress": "已解决", "closed_at": ago(2)}),
    ):
        c = customer(name)
        contract(c, today - timedelta(days=60), "60000.00")
        talk(c, ago(10))
        complaint(c, **values)

    for _ in range(60):
        was = sample.random.random() < 0.5
        known = sample.random.random() < 0.6
        c = customer(
            sample.company(),
            budget_matched=sample.random.random() < 0.6 if known else None,
            decision_chain_clear=sample.random.random() < 0.6 if known else None,
            need=sample.random.choice(("clear", "doubtful", "vague")),
            feedback="not_now" if sample.random.random() < 0.1 else None,
        )
        born = ago(sample.random.randint(200, 300))
        move(c, None, sample.random.choice("AB"), born)
        if was:
            signed = sample.random.randint(20, 150)
            contract(c, today - timedelta(days=signed), f"{sample.random.lognormvariate(11, 1):.2f}")
            move(c, "A", "C", ago(signed))
        for _ in range(sample.random.randint(0, 3)):
            day = sample.random.randint(1, 140)
            talk(c, ago(day), sample.random.choice(("talk", "deep_talk")))
            if sample.random.random() < 0.5:
                wait = timedelta(minutes=sample.random.choice((20, 60, 180, 600)))
                talk(c, ago(day, 2), "feedback", "inbound", answered_after=wait)
    return sample


def value_activity_stage() -> Sample:
    """Both sides of each amount, average and length of time; dates of the first year; records to be repaired."""
    sample = Sample(2)
    sellers = ("余杭", "童欣", "石磊")
    for name, role in (*((each, "sales") for each in sellers), ("丁总", "sales_head"), ("客服小苗", "service")):
        sample.rows.setdefault("owners.csv", []).append({"name": name, "role": role})

    def customer(name: str, **values: object) -> str:
        number = sample.ids.get("C", 0) + 1
        return sample.add(
            "customers.csv",
            "C",
            "customer_id",
            **{
                "name": name,
                "phone": f"1380000{number:04d}",
                "address": f"浙江省杭州市西湖区文三路{number}号",
                "industry_code": sample.random.choice(("C39", "I65", "F5174", "J66", "P83")),
                "owner": sample.random.choice(sellers),
                "birthday": date(1975 + number % 25, number % 12 + 1, number % 28 + 1),
                "clear_need": None,
                "price_sensitive": None,
                "technology_first": None,
                "record_status": None,
                "matter": None,
                "record_updated_at": ago(10),
                "census_on": date(2025, 12, 15),
                "tags_reviewed_on": date(2026, 1, 10),
                "lost_cause": None,
                "lost_cause_at": None,
                "do_not_contact": None,
                **values,
            },
        )

    def order(who: str, at: datetime, amount: str) -> None:
        sample.add("orders.csv", "O", "order_id", customer_id=who, placed_at=at, amount=amount)

    def talk(who: str, at: datetime, topic: str = "talk", channel: str = "phone", direction: str = "outbound") -> None:
        sample.add(
            "interactions.csv",
            "I",
            "interaction_id",
            customer_id=who,
            occurred_at=at,
            channel=channel,
            direction=direction,
            topic=topic,
        )

    def contract(who: str, signed: date, days: int = 365) -> None:
        sample.add(
            "contracts.csv", "K", "contract_id", customer_id=who, signed=signed, ends=signed + timedelta(days=days)
        )

    today = AS_OF.date()
    for name, amount in (
        ("高·正好50万", "500000.00"),
        ("中·差一分50万", "499999.99"),
        ("中·正好10万", "100000.00"),
        ("低·差一分10万", "99999.99"),
    ):
        c = customer(name)
        contract(c, today - timedelta(days=200))
        order(c, ago(100), amount)
        talk(c, ago(32))
        talk(c, ago(95), "custom_service", "visit")
    for name, count in (("高活跃·月均3", 18), ("中活跃·差一次", 17), ("中活跃·月均1", 6), ("低活跃·差一次", 5)):
        c = customer(name)
        contract(c, today - timedelta(days=120))
        order(c, ago(50), "20000.00")
        for i in range(count - 1):
            talk(c, ago(2 + i * 9), "push", "email")
    for name, days in (("签约·今天", 0), ("签约·三天", 3), ("签约·七天", 7), ("签约·一个月", 28), ("签约·一年", 365)):
        c = customer(name)
        contract(c, today - timedelta(days=days), 730)
    c = customer("流失·正好90天")
    contract(c, today - timedelta(days=400))
    order(c, ago(90), "60000.00")
    c = customer("签约·89天")
    contract(c, today - timedelta(days=400))
    order(c, ago(89), "60000.00")
    c = customer("签约·合同未到期")
    contract(c, today - timedelta(days=200))
    c = customer("流失·原因已明", lost_cause="价格", lost_cause_at=ago(1))
    contract(c, today - timedelta(days=800))
    customer("潜在·需求明确", clear_need=True)
    customer("未定·需求不明")
    c = customer("标签·高价值价格敏感", price_sensitive=True, technology_first=True, birthday=date(1985, 3, 5))
    contract(c, today - timedelta(days=300))
    order(c, ago(30), "800000.00")
    sample.add("tickets.csv", "T", "ticket_id", customer_id=c, kind="complaint", about="quality")
    customer("档案·电话10位", phone="1380000123")
    customer("档案·地址到市", address="浙江省杭州市")
    customer("档案·待跟进无事项", record_status="pending")
    customer("档案·待跟进有事项", record_status="pending", matter="补签合同")
    customer("档案·行业自填", industry_code="互联网")
    for name, hours in (("变更·一小时", 1), ("变更·正好一天", 24), ("变更·两天", 48)):
        c = customer(name)
        talk(c, ago(hours=hours), "contact_change", direction="inbound")
    customer("请勿联系", do_not_contact=True)

    for _ in range(60):
        c = customer(
            sample.company(),
            clear_need=sample.random.random() < 0.5 or None,
            price_sensitive=sample.random.random() < 0.2 or None,
            technology_first=sample.random.random() < 0.2 or None,
            census_on=today - timedelta(days=sample.random.randint(20, 220)),
            tags_reviewed_on=today - timedelta(days=sample.random.randint(10, 120)),
        )
        if sample.random.random() < 0.7:
            contract(c, today - timedelta(days=sample.random.randint(20, 600)))
            for _ in range(sample.random.randint(0, 5)):
                order(c, ago(sample.random.randint(2, 380)), f"{sample.random.lognormvariate(11, 1.2):.2f}")
        for _ in range(sample.random.choice((0, 2, 5, 12, 20))):
            channel = sample.random.choice(("phone", "visit", "wechat", "email"))
            topic = sample.random.choice(("talk", "talk", "push", "custom_service"))
            talk(c, ago(sample.random.randint(1, 180)), topic, channel)
    return sample


def loyalty_tiers() -> Sample:
    """Both sides of what a tier costs, in money and in time; the idle, the disappointed; requests and complaints."""
    sample = Sample(3)
    managers, owners = ("商羽", "宫徵"), ("叶青", "苏木", "林檎")

    def customer(name: str, **values: object) -> str:
        number = sample.ids.get("C", 0) + 1
        return sample.add(
            "customers.csv",
            "C",
            "customer_id",
            **{
                "name": name,
                "owner": sample.random.choice(owners),
                "manager_name": sample.random.choice(managers),
                "birthday": date(1970 + number % 30, number % 12 + 1, number % 28 + 1),
                "referrals": None,
                "referred_at": None,
                "points": None,
                "pinned_tier": None,
                "pinned_until": None,
                "do_not_contact": None,
                **values,
            },
        )

    def order(who: str, at: datetime, amount: object) -> None:
        sample.add("orders.csv", "O", "order_id", customer_id=who, placed_at=at, amount=amount)

    def touch(who: str, at: datetime) -> None:
        channel = sample.random.choice(("phone", "email", "meeting", "social"))
        sample.add(
            "interactions.csv",
            "I",
            "interaction_id",
            customer_id=who,
            occurred_at=at,
            channel=channel,
            direction="outbound",
        )

    def survey(who: str, at: datetime, score: int) -> None:
        sample.add("surveys.csv", "S", "survey_id", customer_id=who, answered_at=at, score=score)

    def ticket(who: str, kind: str, at: datetime) -> None:
        sample.add(
            "tickets.csv", "T", "ticket_id", customer_id=who, kind=kind, opened_at=at, answered_at=None, closed_at=None
        )

    for name, since, amount, referrals, count in (
        ("钻石·正好50万", 365, "500000.00", 2, 6),
        ("金卡·差一分50万", 365, "499999.99", 2, 6),
        ("金卡·合作差一天", 364, "600000.00", 2, 6),
        ("金卡·积分不足", 400, "600000.00", 0, 6),
        ("金卡·正好20万", 180, "200000.00", 2, 2),
        ("银卡·差一分20万", 180, "199999.99", 2, 2),
        ("银卡·正好5万", 90, "50000.00", 0, 2),
        ("普通·差一分5万", 90, "49999.99", 0, 2),
        ("普通·合作差一天", 89, "90000.00", 0, 2),
    ):
        c = customer(name, referrals=referrals, points=1200)
        order(c, ago(since), "1.00")
        for i in range(count - 2):
            order(c, ago(20 + i), "1.00")
        cents = int(amount.replace(".", "")) - 100 * (count - 1 if since <= 365 else count - 2)
        order(c, ago(10), f"{cents // 100}.{cents % 100:02d}")
        touch(c, ago(35))
    c = customer("降级·180天多一分钟")
    order(c, ago(300), "300000.00")
    order(c, ago(180, 1 / 60), "300000.00")
    c = customer("不降级·正好180天", referrals=2)
    order(c, ago(400), "300000.00")
    order(c, ago(180), "300000.00")
    for name, score in (("降级·满意度降10", 80), ("不降级·满意度降9", 81)):
        c = customer(name, referrals=2)
        order(c, ago(200), "250000.00")
        order(c, ago(5), "1000.00")
        survey(c, ago(100), 90)
        survey(c, ago(10), score)
    c = customer("人工定级·金卡", pinned_tier="gold", pinned_until=date(2026, 6, 1))
    order(c, ago(30), "1000.00")
    c = customer("转介绍·两天前", referrals=1, referred_at=ago(2))
    order(c, ago(100), "60000.00")
    for tier, amount in (("钻石", "600000.00"), ("金卡", "250000.00"), ("银卡", "60000.00"), ("普通", "100.00")):
        c = customer(f"请求·{tier}", referrals=2)
        order(c, ago(500), "900000.00")
        order(c, ago(20), amount)
        ticket(c, "request", datetime(2026, 2, 27, 17, 0))
    for name, at in (("投诉·今天", ago(hours=0)), ("投诉·上周五", datetime(2026, 2, 27, 10, 0))):
        c = customer(name)
        order(c, ago(20), "3000.00")
        ticket(c, "complaint", at)
    c = customer("请勿联系·钻石", referrals=2, do_not_contact=True)
    order(c, ago(500), "900000.00")
    order(c, ago(20), "600000.00")

    for _ in range(60):
        c = customer(
            sample.company(),
            referrals=sample.random.choice((0, 0, 0, 1, 3)),
            points=sample.random.choice((None, 100, 500)),
        )
        for _ in range(sample.random.choice((1, 2, 4, 7, 10))):
            order(c, ago(sample.random.randint(1, 700)), f"{sample.random.lognormvariate(10.5, 1.1):.2f}")
        for _ in range(sample.random.randint(0, 3)):
            touch(c, ago(sample.random.randint(1, 200)))
        for _ in range(sample.random.choice((0, 1, 2))):
            survey(c, ago(sample.random.randint(1, 170)), sample.random.randint(60, 100))
    return sample
