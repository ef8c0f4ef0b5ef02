"""A shop that never was: deterministic products, customers and orders to try the system on."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from common.addresses import Address

SEED = 20_260_101
PRODUCTS, CUSTOMERS, PAST_ORDERS, PAST_DAYS = 320, 450, 3_000, 180

MATERIALS = (
    "Oak Walnut Linen Cotton Wool Ceramic Glass Brass Copper Enamel Cork Leather Bamboo Slate Steel Felt".split()
)
THINGS = {
    "Mug": 1_200,
    "Bowl": 1_650,
    "Plate": 1_480,
    "Lamp": 6_900,
    "Lantern": 3_450,
    "Tray": 2_800,
    "Vase": 3_200,
    "Basket": 2_450,
    "Blanket": 7_400,
    "Cushion": 3_900,
    "Candle Holder": 1_900,
    "Coaster Set": 1_150,
    "Chopping Board": 2_990,
    "Storage Jar": 1_780,
    "Wall Clock": 5_400,
    "Doormat": 2_650,
    "Stool": 8_900,
    "Picture Frame": 1_990,
    "Teapot": 4_600,
    "Apron": 2_350,
}
COLOURS = "Natural White Sand Moss Slate-Blue Terracotta Charcoal Ochre".split()
FIRST_NAMES = (
    "Amelie Ben Carla David Elif Farid Greta Hanna Ivan Jana Kofi Lena Mateo Nina Oskar Paula Quentin Rosa Samir Tilda "
    "Ulrich Vera Wanda Ximena Yusuf Zoë Åsa Łukasz Chloé Søren"
).split()
LAST_NAMES = (
    "Adler Becker Costa Dubois Eriksen Fischer García Hoffmann Ito Jansen Kowalski Lange Moreau Novák O'Neill Petrov "
    "Quinn Rossi Schmidt Tanaka Urban Vogel Weber Yılmaz Ziegler Brandt Nguyễn Haas"
).split()
FIRMS = "& Sons, Interiors, Trading, Studio, Partners".split(", ")
GROUPS = {
    "Wholesale": "Those who buy to sell; invoices at 30 days",
    "Friends and family": "Known in person",
    "Press": "They get samples",
}
PLACES = (
    ("10115", "Berlin", "DE", "Invalidenstraße {}"),
    ("20095", "Hamburg", "DE", "Mönckebergstraße {}"),
    ("50667", "Köln", "DE", "Hohe Straße {}"),
    ("1010", "Wien", "AT", "Kärntner Straße {}"),
    ("8001", "Zürich", "CH", "Bahnhofstrasse {}"),
    ("75004", "Paris", "FR", "{} rue de Rivoli"),
    ("69002", "Lyon", "FR", "{} rue de la République"),
    ("1012 JS", "Amsterdam", "NL", "Damrak {}"),
    ("SW1Y 4JH", "London", "GB", "{} St James's Square"),
    ("00-333", "Warszawa", "PL", "Nowy Świat {}"),
    ("28013", "Madrid", "ES", "Calle Mayor {}"),
    ("D02 X285", "Dublin", "IE", "{} Dame Street"),
)


@dataclass(frozen=True, slots=True)
class DemoProduct:
    sku: str
    name: str
    description: str
    price_cents: int
    stock_quantity: int
    reorder_level: int


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    email: str
    first_name: str
    last_name: str
    phone: str


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """An address of the customer with this e-mail, and what it is the default for."""

    customer_email: str
    address: Address
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoLine:
    external_ref: str
    customer_email: str
    sku: str
    quantity: int
    unit_price_cents: int
    created_at: datetime
    status: str


def products() -> list[DemoProduct]:
    """Some hundred articles, a few of them low on stock or sold out."""
    dice = random.Random(SEED)
    names = [(m, t, c) for t in THINGS for m in MATERIALS for c in COLOURS]
    made = []
    for number, (material, thing, colour) in enumerate(dice.sample(names, PRODUCTS), start=1):
        price = round(THINGS[thing] * dice.uniform(0.7, 1.6) / 50) * 50 - 5
        stock = dice.choice([0, 3, 8] + [dice.randint(20, 400)] * 12)
        sku, name = f"{thing[:3].upper()}-{number:04d}", f"{material} {thing}, {colour}"
        description = f"A {thing.lower()} of {material.lower()}, made by hand in a small workshop."
        made.append(DemoProduct(sku, name, description, price, stock, dice.choice([5, 10, 20])))
    return made


def customers() -> list[DemoCustomer]:
    dice = random.Random(SEED + 1)
    made = []
    for number in range(1, CUSTOMERS + 1):
        first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
        phone = f"+49 30 55{dice.randint(10_000, 99_999)}" if dice.random() < 0.6 else ""
        made.append(DemoCustomer(f"customer{number:04d}@example.com", first, last, phone))
    return made


def members() -> Iterator[tuple[str, str]]:
    """The e-mails of the customers that are in a group, each with the group's name."""
    dice = random.Random(SEED + 5)
    for customer in customers():
        if dice.random() < 0.1:
            yield customer.email, dice.choice(list(GROUPS))


def entries() -> Iterator[DemoEntry]:
    """An address for every customer; one in eight has the invoices sent to a firm elsewhere."""
    dice = random.Random(SEED + 4)
    for customer in customers():
        at_work = dice.random() < 0.125
        home = _address(dice, customer)
        yield DemoEntry(customer.email, home, ("shipping",) if at_work else ("shipping", "billing"))
        if at_work:
            firm = replace(_address(dice, customer), company=f"{dice.choice(LAST_NAMES)} {dice.choice(FIRMS)}")
            yield DemoEntry(customer.email, firm, ("billing",))


def _address(dice: random.Random, customer: DemoCustomer) -> Address:
    postal_code, city, country, street = dice.choice(PLACES)
    return Address(
        name=f"{customer.first_name} {customer.last_name}",
        line1=street.format(dice.randint(1, 120)),
        postal_code=postal_code,
        city=city,
        country=country,
        phone=customer.phone,
    )


def past_lines(now: datetime) -> Iterator[DemoLine]:
    """The order book of the months before `now`, busier on weekdays and growing; nothing of it is still open."""
    dice = random.Random(SEED + 2)
    articles, buyers = products(), customers()
    for number in range(1, PAST_ORDERS + 1):
        age = timedelta(days=2 + (PAST_DAYS - 2) * (1 - dice.random() ** 0.75))
        placed = (now - age).replace(hour=dice.randint(7, 21), minute=dice.randint(0, 59), second=0, microsecond=0)
        before_weekend = dice.random() < 0.5  # always thrown: what is ordered does not depend on today's weekday
        if placed.weekday() >= 5 and before_weekend:
            placed -= timedelta(days=2)
        recent = now - placed < timedelta(days=8)
        status = dice.choices(["DELIVERED", "SHIPPED", "CANCELLED"], [20, 70, 10] if recent else [93, 0, 7])[0]
        buyer = buyers[min(int(dice.expovariate(1 / 120)), CUSTOMERS - 1)]
        for article in dice.sample(articles, dice.choices([1, 2, 3, 4, 6], [30, 30, 20, 15, 5])[0]):
            quantity = dice.choices([1, 2, 3, 6, 12], [50, 25, 12, 10, 3])[0]
            yield DemoLine(
                f"DEMO-{number:05d}", buyer.email, article.sku, quantity, article.price_cents, placed, status
            )
