"""Numbers as parents write them: digits or Portuguese words, up to 99."""

_UNITS = (
    *("zero", "um", "dois", "tres", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"),
    *("onze", "doze", "treze", "quatorze", "quinze", "dezesseis", "dezessete", "dezoito"),
    "dezenove",
)
_TENS = ("vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa")

_VALUES = {word: value for value, word in enumerate(_UNITS)}
_VALUES |= {"uma": 1, "duas": 2, "catorze": 14}
_VALUES |= {word: 20 + 10 * i for i, word in enumerate(_TENS)}

# A regular expression for one number in folded text; `value_of` turns its match into an int.
NUMBER = rf"(?:\d{{1,2}}|(?:{'|'.join(_TENS)})(?: e (?:{'|'.join(_UNITS[1:10])}))?|" + (
    "|".join(sorted(_VALUES.keys() - set(_TENS), key=len, reverse=True)) + ")"
)


def value_of(number: str) -> int:
    """Return the value of what `NUMBER` matched ("9", "nove", "trinta e cinco")."""
    if number.isdigit():
        return int(number)
    return sum(_VALUES[word] for word in number.split(" e "))
