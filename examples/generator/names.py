"""Names that nobody has: plainly made up, yet shaped like names so that a leak scan has something to find."""

from __future__ import annotations

GIVEN = (
    "Tessa", "Orlo", "Brizanne", "Caldric", "Delphira", "Ezmund", "Farrowyn", "Gwendish", "Halvora", "Ibbeth",
    "Jorvane", "Kestrelyn", "Lorimonde", "Mabrielle", "Nolwick", "Ottiline", "Perrigan", "Quillon", "Rosmunda",
    "Silvane", "Thaddock", "Ulmerine", "Vandrey", "Wilhemra", "Xantheo", "Yoricka", "Zebulorn", "Amberlyth", "Bertolph",
    "Corisande",
)  # fmt: skip
FAMILY = (
    "Examplewood", "Fakenham", "Notarealson", "Placeholdt", "Shamwell", "Fictinger", "Madeupson", "Pretendham",
    "Testerley", "Inventworth", "Sampleton", "Mockridge", "Dummonde", "Phantomley", "Imaginski", "Nobodyson",
)  # fmt: skip
PSEUDONYMS = (
    "Juniper", "Marlowe", "Sabelline", "Tamsin", "Wrenna", "Ellery", "Calypso", "Dorrick", "Fenella", "Gisbert",
    "Isaura", "Kipling", "Linnea", "Merrin", "Nerys", "Osgood", "Petronel", "Quenby", "Rosalba", "Sorwenna",
    "Thisbette", "Ursel", "Verbena", "Wystan", "Yarwick", "Zinnia", "Bramwell", "Clovarre", "Damaris", "Evander",
    "Florian", "Galatea", "Hesperine", "Ignace", "Jessamy", "Larkin", "Mirabel", "Netterina", "Olwen", "Piran",
)  # fmt: skip


def full_name(number: int) -> str:
    """The name of person `number` (0-based); the first 480 are all different."""
    return f"{GIVEN[number % len(GIVEN)]} {FAMILY[(number + number // len(GIVEN)) % len(FAMILY)]}"


def contact(number: int) -> tuple[str, str]:
    """A phone number from the range kept for fiction and an address under example.org (RFC 2606)."""
    given, family = full_name(number).lower().split()
    return f"(555) 555-01{number % 100:02d}", f"{given[0]}.{family}{number}@mail.example.org"
