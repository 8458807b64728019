"""Names as a clinic in a large city meets them: many languages, particles, apostrophes, several scripts."""

from dataclasses import dataclass
from functools import cache
from random import Random

from faker import Faker

from patients.rules import Sex

# Locale and how often it comes up; the last ones write their names in another script.
_LOCALES = {
    "en_US": 26,
    "en_GB": 12,
    "es_MX": 9,
    "es_ES": 4,
    "de_DE": 4,
    "fr_FR": 4,
    "it_IT": 4,
    "pt_PT": 4,
    "pl_PL": 4,
    "nl_NL": 3,
    "sv_SE": 3,
    "no_NO": 2,
    "fi_FI": 2,
    "da_DK": 2,
    "tr_TR": 3,
    "cs_CZ": 2,
    "hu_HU": 2,
    "ro_RO": 2,
    "hr_HR": 2,
    "lt_LT": 1,
    "ga_IE": 1,
    "vi_VN": 4,
    "en_IN": 6,
    "en_NG": 2,
    "zu_ZA": 1,
    "el_GR": 1,
    "uk_UA": 1,
    "ar_AA": 1,
    "he_IL": 1,
    "hi_IN": 1,
    "ja_JP": 1,
    "ko_KR": 1,
    "zh_CN": 1,
}
# Spellings that software gets wrong.
_HARD = (
    "O'Brien",
    "O'Shaughnessy",
    "D'Angelo",
    "N'Diaye",
    "van der Berg",
    "de la Cruz",
    "von Arnim",
    "Ben Youssef",
    "al-Masri",
    "St. John",
    "McAllister",
    "Smith-Jones",
    "Nuñez del Río",
    "Þórsdóttir",
    "Łukasiewicz",
)


@dataclass(frozen=True)
class Tongue:
    """What a family speaks, and how its names are made."""

    locale: str

    @property
    def language(self) -> str:
        """As the patient's record writes it: `de`, `pt`."""
        return self.locale.partition("_")[0]

    def family(self, rng: Random) -> str:
        """A family name, in the form that a man carries."""
        if rng.random() < 0.05 and self.locale.startswith("en"):
            return rng.choice(_HARD)
        return str(_draw(self.locale, rng).last_name_male())

    def family_of(self, sex: Sex, name: str) -> str:
        """The same name as this person carries it: Nowacki and Nowacka are one family."""
        return _as_woman(self.language, name) if sex is Sex.FEMALE else name

    def given(self, sex: Sex, rng: Random) -> str:
        """A given name."""
        fake = _draw(self.locale, rng)
        return str(fake.first_name_female() if sex is Sex.FEMALE else fake.first_name_male())


def tongue(rng: Random) -> Tongue:
    """The language of one family."""
    return Tongue(rng.choices(list(_LOCALES), list(_LOCALES.values()))[0])


@cache
def _faker(locale: str) -> Faker:
    return Faker(locale)


def _draw(locale: str, rng: Random) -> Faker:
    fake = _faker(locale)
    fake.seed_instance(rng.getrandbits(32))
    return fake


def _as_woman(language: str, name: str) -> str:
    if language == "pl":
        return name[:-1] + "a" if name.endswith(("ski", "cki", "dzki")) else name
    if language == "cs":
        return name[:-1] + "á" if name.endswith("ý") else name.removesuffix("a") + "ová"
    return name


def address(rng: Random) -> str:
    """A postal address on two lines."""
    fake = _draw("en_US", rng)
    return f"{fake.street_address()}\n{fake.city()}, {fake.state_abbr(include_territories=False)} {fake.postcode()}"
