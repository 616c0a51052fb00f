"""What stands before a name, and the lists that tell names from ordinary words."""

import re

from conversations.agent.readers.lexicon import lines_of, words_of

FIRST_NAMES = words_of("first_names.txt")
KNOWN = FIRST_NAMES | words_of("surnames.txt")
COMMON = words_of("common_words.txt") | {one for one in lines_of("fillers.txt") if " " not in one}
# Everyday words that are a name where written with a capital.
WORDS_TOO = frozenset({"abril", "ceu", "domingos", "luz", "mel", "rosa", "sol"})
GIVEN = FIRST_NAMES | WORDS_TOO
# "Meu tesouro Pedro", "minha princesa linda Lara": said before a name, and no part of it.
ENDEARMENTS = words_of("endearments.txt")
LINKS = frozenset({"da", "de", "do", "das", "dos", "di", "del", "della", "von", "van"})

_KIN = (
    r"(?:filh[oa]|filhinh[oa]|filhot[ea]|net[oa]|netinh[oa]|sobrinh[oa]|entead[oa]|afilhad[oa]|"
    r"irmao|irma|irmazinha|irmaozinho|menin[oa]|garot[oa]|guri|guria|gurizinh[oa]|pia|piazinho|bebe|pequen[oa]|"
    r"cacula|crianca|alun[oa]|estudante|primogenit[oa]|mais velh[oa]|mais nov[oa]|do meio|"
    r"outr[oa]|prim[oa])"
)
_KINS = r"(?:filh[oa]s|net[oa]s|sobrinh[oa]s|criancas|gemeos|gemeas|menin[oa]s|alunos|irmaos)"
_CARER = (
    r"(?:mae|mamae|pai|papai|avo|vo|vovo|tia|tio|madrinha|padrinho|madrasta|padrasto|responsavel|"
    r"irma|irmao|baba)"
)
_THE = r"(?:o |a |os |as )?"
_TITLE = (
    r"(?:(?:dona|seu|sr|sra|dra?|prof|professora?|diretora?|coordenadora?|senhora?|vovo|vo|tia"
    r"|tio) (?:\. )?)?"
)

# After these any word that is not common talk is the parent's name.
PARENT = re.compile(
    rf"\b(?:^eu ,|assino(?: como)?|me chamo|chamo-me|meu nome(?: completo)?(?: (?:e|eh|seria))?|"
    rf"meu nome :|"
    rf"(?:eu )?sou [oa]|(?:aqui )?quem (?:fala|ta falando|esta falando|escreve)(?: aqui)?"
    rf"(?: (?:e|eh))?|aqui (?:e|eh) [oa]|aqui (?:e|eh)|aqui fala|"
    rf"(?:pode|podem) (?:me )?chamar(?: de)?|me cham[ae](?: de)?|"
    rf"(?:nome d[oa] )?(?:responsavel|{_CARER}) :|"
    rf"(?:voce |vc )?(?:esta |ta )?fala(?:ndo)? com|quem fala :) {_THE}{_TITLE}(?=\w)"
)
# "Aqui é a avó da Isadora, Cleusa".
PARENT_AFTER_STUDENT = re.compile(rf"\b(?:sou|e|eh) (?:[oa] )?{_CARER} d[oae]s? (?=\w)")
A_TITLE = re.compile(rf" , {_THE}{_TITLE}(?=\w)")
# After these only a listed name counts.
PARENT_KNOWN = re.compile(rf"\b(?:eu )?sou (?:[oa] )?{_TITLE}(?=\w)")
IT_IS = re.compile(
    r"(?:\W |oi |ola |bom dia |boa tarde |boa noite )*(?:(?:e|eh) [oa]"
    r"|(?:meu )?nome(?: completo)? :"
    r"|(?:pode )?anotar? (?:ai )?:) (?=\w)"
)
# "Não é Ana, é Anna", "Ana não, Anna".
DENIED = re.compile(r"\bnao (?:e|eh|era|se chama|me chamo|chama)(?: [oa])? $")
DENIED_AFTER = re.compile(r" nao (?:[,.!]|$)")
PARENT_IF_FOLLOWED = re.compile(
    rf"\s*(?:,|\(|-)?\s*(?:(?:sou |a |o )*{_CARER} d[oae]s?\b|falando\b|aqui\b"
    r"|(?:que|quem) (?:(?:ta|esta) )?(?:aqui )?(?:fala|falando|escreve|escrevendo)\b)"
)

STUDENT = re.compile(
    rf"\b(?:(?:meu|minha|nosso|nossa|seu|um|uma|o|a|d[oa]|pr[oa]) (?:outr[oa] )?{_KIN}"
    rf"(?: (?:mais velh[oa]|mais nov[oa]|cacula|do meio)| del[ea](?= ,))?"
    rf"(?: (?:ele |ela |que )?(?:se chama|chama-se|chama|e|eh|seria))?(?: [,:(-])?|"
    rf"(?:(?:meus|minhas|nossos|nossas|os|as|d[oa]s|pros|dois|duas|tres|2|3|4) "
    rf"(?:dois |duas |tres |2 |3 )?{_KINS}|(?:um )?casal de gemeos"
    rf"|(?:(?:sao|tenho)(?: os| as)? )?geme[oa]s)(?: geme[oa]s)?"
    rf"(?: (?:se chamam|chamam|sao))?(?: [,:(-])?|"
    rf"{_CARER} (?:d[oae]s?|pel[oa])(?: gemeos| gemeas| pequen[oa])?|"
    rf"os nomes(?: del[ea]s| d[oa]s (?:criancas|meus|minhas|filhos|meninos))?(?: (?:sao|e|eh))?"
    rf"(?: [,:(-])?|"
    rf"(?:nome|nominho) (?:completo )?(?:del[ea]s?|d[oa]s? (?:meus? |minhas? )?(?:{_KIN}|{_KINS}))"
    rf"(?: (?:e|eh|seria|sao))?(?: [,:(-])?|"
    rf"(?:el[ea]|que) (?:se )?chama|(?:el[ea]s|os dois|as duas|os tres|as tres) (?:se )?chamam|"
    rf"(?:el[ea]|el[ea]s) (?:e|eh|sao) [oa]|"
    rf"(?<!me )se chamam?|chamam-se|(?:{_KIN}) :|chamad[oa]|"
    rf"com nome(?: de)?|de nome|"
    rf"(?:sao|tenho|temos|matricular|inscrever|colocar|botar|por) (?:os |as |meus |minhas )*"
    rf"(?:dois|duas|tres|quatro|[2-4])(?: {_KINS})? [,:(-]|"
    rf"(?:tem|tenho|vai|vem|falta)(?: ainda)? mais uma?(?: [^\W\d]+){{0,4}} [,:]) {_THE}(?=\w)"
)
# What is told of one child before the next is named.
ASIDE = r" ,(?: [^\W\d]+){0,6} \d{1,2}\S*(?: \w+){0,3} ,"
# "As crianças adoram", "minha filha sofre com as contas": a small word that no list knows is a name
# only where it does not end like a verb and its clause goes on as after a name.
VERB = re.compile(r"\w+(?:ou|eu|iu|[ae]m|ava|avam|ando|endo|indo)")
GOES_ON_AS_A_NAME = re.compile(
    r" (?:[^\w\s]|$|\d|(?:e|que|q|tem|ta|esta|fez|faz|vai|estuda|quer|precisa|cursa|ja|nao|mesmo"
    r"|anos) |(?:de|com|c) (?:\d|dificuldade|problema)|n[oa] (?:\d|pre\b|jardim|infantil|maternal"
    r"|primeir|segund|terceir|quart|quint|sext|setim|oitav|nono|escola|creche))"
)
# "São 3, Davi Lia e Téo".
COUNT = re.compile(
    r"\b(?:sao|tenho|temos|seriam|somos) (?P<n>[2-4]|dois|duas|tres|quatro)"
    rf"(?: {_KINS})? (?:[,:] )?(?!anos?\b|[oa] )"
)
# "Mãe do Pedro, Ana": what follows the comma may be the writer.
BY_CARER = re.compile(_CARER + r"\b")
STUDENT_KNOWN = re.compile(
    r"\b(?:pr[oa]|para [oa]|pra [oa]|para|matricular [oa]|sobre [oa]|"
    r"d[oa]|del[ea] e|com [oa]|outr[oa]"
    r"|(?:tem|tenho|temos|colo\w+|bot\w+|poe|por|inclu\w+|matricul\w+|fal\w+)"
    r"(?: (?:tambem|tbm|tb|ainda|mais))? [oa](?= \w+ (?:tambem|tbm|tb|junto)\b)) (?=\w)"
)
STUDENT_IF_FOLLOWED = re.compile(
    r" (?:, )?(?:(?:e|eh) o nome d|n[oa] (?:\d|pre\b|jardim|infantil|maternal|primeir|segundo"
    r"|terceir"
    r"|quarto|quinto|sexto|setim|oitav|nono)|(?:que )?(?:ja )?(?:tem|(?:esta|ta)(?! (?:ai|por ai"
    r"|la)\b)|fez|faz|vai|estuda|"
    r"precisa|cursa|comeca|comecou|repetiu|reprovou|sofre|odeia|detesta) \b(?!interesse)|"
    r", (?:[oa] )?irma[oz]?\w* del[ea]|"
    r"(?<!, )(?:em |so |quer |faria |fazer )?(?:matematica|portugues|ingles)\b|"
    r"(?<!, )de (?:matematica|portugues|ingles)(?! (?:ta|esta|e|eh|ai|saiu|atende|vem|vai)\b)\b|"
    r": (?:\d{1,2} anos|matem\w+|portug\w+|ingl\w+|n?o? ?\d{1,2}o\b)|"
    r", el[ea] (?:ja )?(?:tem|fez|vai fazer) \d|"
    r"com (?:\d|dificul|problem|muit|not|atras|facil|medo|tdah)|"
    r"\(? ?\d{1,2}\b(?! \d{4})(?! - \d)(?! 9)|de \d{1,2} )"
)
TOGETHER = re.compile(r" ,? ?(?:que )?(?:sao |os |as |meus |minhas )*(?:geme[oa]s|irma[so]s?)\b")
# A street, a school, or somebody spoken to, where a listed name follows.
ELSEWHERE = re.compile(
    r"(?:rua|avenida|av|bairro|escola|colegio|cidade|falar|falo|falei|conversei|unidade|santa|"
    r"sao|vila|jardim|shopping|nome|professora?|marido|esposa) (?:com )?(?:d?[oae] )?$"
)
# "Quem indicou foi a Paula, mãe da Júlia": neither of them will study.
_RECOMMENDS = (
    r"\b(?:indic(?:ou|aram|acao)|recomend(?:ou|aram|acao))"
    r"(?: (?:foi|pel[oa]|d[aeo]|a|o|uma|amiga))*"
    rf"(?: [^\W\d]+ ,(?: (?:[oa] )?{_CARER})?)?(?: d[aeo])? $"
)
RECOMMENDS = re.compile(_RECOMMENDS)
OTHERS = re.compile(
    r"\b(?:marido|esposa|esposo|mulher|amig[oa]|professor|professora|vizinha|atendente|namorad[oa]|"
    r"(?:meu|minha|o|a) (?:mae|pai|avo|tia|tio|sogra|chefe|patroa)|falo com|falei com|falar com|"
    r"conversei com|escola|colegio)"
    rf"(?: (?:(?:del[ea] )?(?:se chama|e|eh)))?(?: [oa])? $|{_RECOMMENDS}"
)
# "Bota aí Ana": whoever dictates says what to do with the name before it.
_DICTATES = (
    r"vou|bota|bote|botar|coloca|coloque|colocar|poe|ponha|por|anota|anote|anotar|registra|registre|"
    r"n[oa] (?:registro|certidao|documento|rg|matricula|escola)(?: (?:ta|esta|e|eh|consta|fica))?|"
    r"registrar|escreve|escreva|escrever|grava|gravar|marca|marcar|salva|salvar|segue|ai"
)
GREETING = re.compile(
    rf"(?:(?:{'|'.join(lines_of('fillers.txt'))}|"
    rf"oi+e*|ola+|opa+|bom dia|boa tarde|boa noite|sim|claro|ok|tudo bem|prazer|entao|e|eh|"
    rf"[oa]s?|el[ea]s?|d[oa]is|duas|tres|quatro|[2-4]|tenho|temos|tem|trata-se d[aeo]"
    rf"|trata se d[aeo]|chamam(?:-se)?"
    rf"|(?:atend[eo]|respond[eo]|conhecid[oa]) (?:por|como|pel[oa] (?:nome|apelido)(?: d[eo])?)|"
    rf"dona|sra?|dra?|prof|professora?|ah|meus?|minhas?|nome|eu|sou|se|me|chamo|chama|chama-se|pode|ser|seriam?|sao|so|"
    rf"{_DICTATES}|[^\w\s]) )*"
)
# "Ana Prado o meu": what may follow a name that answers.
TAIL = re.compile(
    r" (?:(?:[oa] (?:meu|minha|dele|dela)|(?:e )?[oa]? ?nome(?: (?:del[ea]|da crianca))?|sou eu|"
    r"mesm[oa]|msm|viu|ta|ne|ok|por favor|pfv|aqui|por inteiro|completo) ?)+(?:[^\w\s]|$)"
)
