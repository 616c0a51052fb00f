"""The subjects a parent asks for: the unit teaches mathematics, Portuguese and English."""

import re

from rapidfuzz import fuzz

from .answers import spelled_out

SUBJECTS = ("math", "portuguese", "english")

# "Soma pra mim quanto fica", "dá pra dividir em duas vezes": sums of money are no subject.
_NO_SUM = r"(?! (?:pra|para|p|tudo|ai|isso|quanto|quantos|o|a|os|as|em|no|na) )"

_WORDS = {
    "math": r"mat|mate|matem|matema|mtm|matematicas?|exatas|tabuadas?|calculos?|fracao|fracoes|"
    r"multiplicacao|divisao|raciocinio logico|(?<!pagar )(?<!pagar as )(?<!pago )contas|"
    rf"(?:soma|somar|dividir|multiplicar){_NO_SUM}|subtrair|(?:4|quatro) operacoes|"
    r"subtracao|algebra|geometria|equacao|equacoes|math",
    "portuguese": r"port|portu|portuga|portugues|lingua portuguesa|leituras?|redacao|redacoes|"
    r"interpretacao|interpretar|gramatica|ortografia|alfabetizacao|alfabetizar|alfabetizad[oa]|"
    r"(?:a|sabe|aprender|lendo|em|de|nao|consegue) ler|ler e escrever|ler direito|caligrafia|"
    r"escrita|(?:a|sabe|ler e) escrever|producao de texto|"
    r"le (?:mal|bem|direito|nada)",
    "english": r"ing|ingles|english|inglesa|ingleis|engles|inglish|ingreis",
}
_KNOWN = {code: re.compile(rf"\b(?:{words})\b") for code, words in _WORDS.items()}
_MODELS = {"math": "matematica", "portuguese": "portugues", "english": "ingles"}
_TYPO = {"math": 78, "portuguese": 82, "english": 83}
_REFUSED = re.compile(
    r"\b(?:menos|exceto|sem|tirando|fora|(?:em vez|ao inves|no lugar) d[aeo]"
    r"|nao (?:e|era|seria|quero|quer|queremos|precisa|preciso)(?: mais)?(?: de| fazer)?"
    r"|nao,? (?:o|a)?|nao e) *(?:(?:o|a|os|as|de) )*(?P<left>[a-z]+)(?: nao(?= *(?:[,.;]|$|eh? )))?"
    r"|\btroc(?:a|ar|o|amos|ou|ue)(?: d[aeo]| [oa])? (?P<swapped>[a-z]+)"
    r"(?= (?:por|pel[oa]|pra|para|pro)\b)"
    r"|(?P<right>[a-z]+),? (?:(?:nao(?: quero| precisa)?|n)\s*(?=$|[,.;])"
    r"|(?:(?:el[ea]|ja) )*(?:vai|ta|esta|e) (?:super |muito |otim[oa] |bem )*(?:bem|otim[oa]"
    r"|bo[am])\b)"
)
# All three without having been asked: "quero ver as três pra ela", "1º ano, as três"; not an hour.
_ALL_THREE = re.compile(
    r"\b(?:ver|fazer|faca|faz|quero|queria|por|colocar|estudar|interess\w+|precisa d[ea]s?)"
    r" (?:em |por |n)?(?:as|nas|todas as) (?:tres|3)"
    r"(?= (?:pra|para|pro|se der|se puder|materias?|disciplinas?)\b|[.!]|$)"
    r"|\b(?:ano|anos|serie|em|medio), (?:todas )?as (?:tres|3)(?=[.!]|$)"
)
_ALL = re.compile(
    r"\b(?:todas?|todos|(?:tudo|td)(?! bem| certo| ok| bom| joia)|as tres|os tres|as 3|os 3|tds"
    r"|completo|as outras(?: duas)?|os outros(?: dois)?|o resto)\b(?! (?:os|as|o|a) dias?)"
)


def read_subjects(text: str, asked: bool = False) -> list[str]:
    """Return the codes wanted in `text`, in the order of `SUBJECTS`.

    Refused ones ("menos inglês", "português não") are left out. `asked`: the last question was
    about subjects, so "todas" and "os três" mean all of them.
    """
    folded = spelled_out(text)
    refused = _refused(folded)
    named = {code for code in SUBJECTS if _names(folded, code)}
    wanted = named - refused
    every = _ALL_THREE.search(folded) or (asked and _ALL.search(folded))
    if every and not wanted:
        wanted = set(SUBJECTS) - refused
    return [code for code in SUBJECTS if code in wanted]


def _names(folded: str, code: str) -> bool:
    if _KNOWN[code].search(folded):
        return True
    model = _MODELS[code]
    return any(
        word[0] == model[0] and fuzz.ratio(word, model) >= _TYPO[code]
        for word in re.findall(r"[a-z]{5,}", folded)
    )


def _refused(folded: str) -> set[str]:
    words = [match[str(match.lastgroup)] for match in _REFUSED.finditer(folded)]
    return {code for code in SUBJECTS if any(_names(word, code) for word in words)}
