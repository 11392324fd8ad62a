"""The words that make a claim stronger, weaker or its opposite, in the languages READMEs are written in.

Each list is data: add a word where a film got away with too much, and a row to ``fixtures/claims.toml`` with it.
"""

# ruff: noqa: RUF001 # words of many scripts

from __future__ import annotations

import re

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Scripts that set no blanks between words; Hangul does."""


def word_set(text: str) -> frozenset[str]:
    """A set of words, written as they are read."""
    return frozenset(text.split())


def _words(*alternatives: str) -> re.Pattern[str]:
    """Whole words in scripts with blanks, anywhere in those without."""
    spaced: list[str] = []
    loose: list[str] = []
    for alternative in alternatives:
        (loose if re.search(f"[{CJK}]", alternative) else spaced).append(alternative)
    parts = [rf"(?<![\w-])(?:{'|'.join(spaced)})(?![\w-])"] if spaced else []
    return re.compile("|".join(parts + loose), re.IGNORECASE)


HYPE = _words(
    r"blazing(?:ly)?|lightning[- ]fast|revolutionary|revolutioni[sz]es?|game[- ]chang\w+|next[- ]gen(?:eration)?",
    r"cutting[- ]edge|state[- ]of[- ]the[- ]art|world[- ]class|best[- ]in[- ]class|seamless(?:ly)?|effortless(?:ly)?",
    r"supercharg\w+|unleash(?:es)?|powerful|amazing(?:ly)?|awesome|incredibl[ey]|ultimate|magical(?:ly)?|insane(?:ly)?",
    r"unparalleled|unmatched|disruptive|ground-?breaking|mind-?blowing|10x|super[- ](?:fast|easy)|stunning",
)

NEGATION = _words(
    # English
    r"not|no|never|without|cannot|can't|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|won't",
    r"wouldn't|shouldn't|haven't",
    r"hasn't|nor|neither|none|nobody|nothing|nowhere|lacks?|fails? to|refuses? to|instead of|rather than|hardly|barely",
    # German, French, Spanish, Portuguese, Italian, Dutch
    r"nicht|kein\w*|nie(?:mals)?|ohne|weder|nirgends|niemand|nichts",
    r"ne|n'\w+|pas|jamais|sans|aucune?|ni|rien",
    r"nunca|jamás|sin|ningún|ninguna?|nada|nadie|tampoco|não|nem|sem|nenhuma?|non|senza|mai|niet|geen|nooit|zonder",
    # Russian, Arabic, Hebrew, Korean
    r"не|нет|без|никогда|ни|нельзя|لا|ليس|ليست|لم|لن|بدون|دون|غير|אין|לא|בלי|ללא|אינו|אינה",
    r"안|못|없\w*|않\w*|\w*지 ?(?:않|못)\w*|아니\w*|없이",
    # Chinese and Japanese
    r"不(?!到|足|超过|仅|只|但|断|同|过)|没有?|无(?!论|限)|未|非(?!常)|勿|别(?=[用再])|ません|ない",
    r"なし|ずに|不要|未対応",
)
"""``no`` of Spanish and Portuguese is the English one."""

HEDGE = _words(
    r"planned|plan(?:s|ning)? to|coming soon|upcoming|roadmap|to be (?:done|added)|wip|work in progress|in progress",
    r"experimental(?:ly)?|unstable|deprecated|obsolete|no longer|not yet|yet to|someday|in (?:the )?future|wish ?list",
    r"unsupported|under development|proof of concept|nicht mehr|noch nicht|geplant\w*|in Planung",
    r"experimentell\w*|veraltet\w*",
    r"prévue?s?|à venir|pas encore|n'est plus|expérimentale?s?|obsolètes?|planificad\w+|planead\w+",
    r"próximamente|obsolet\w+",
    r"todavía no|aún no|ya no|planejad\w+|em breve|ainda não|pianificat\w+|sperimental\w+|gepland|verouderd",
    r"планиру\w+|скоро|эксперимент\w+|устарел\w+|ещё не|еще не|больше не|مخطط|قريبا|تجريبي\w*|قيد التطوير|مهمل",
    r"מתוכנ\w+|בקרוב|ניסיוני\w*|예정\w*|실험적\w*|개발 중\w*|더 이상",
    r"计划中?|规划|即将|敬请期待|实验性|开发中|尚未|不再|弃用|废弃|計画|予定|実験的|非推奨|開発中|まだ",
)
"""What takes a promise back: it is not there yet, or no longer."""

HEDGE_SIGNS = "❌✗✘🚧☐"
PLANS = _words(
    r"road ?map|planned|future|to-?dos?|wish ?list|coming soon|upcoming|backlog|what'?s next",
    r"non-goals|not supported|out of scope",
    r"fahrplan|geplant\w*|zukunft|feuille de route|hoja de ruta|roteiro",
    r"планы|дорожная карта|خارطة الطريق|خطط|תוכניות|מפת דרכים|로드맵|계획|路线图|路線圖|计划|规划",
    r"待办|ロードマップ|予定|今後",
)
"""Headings below which nothing is there yet."""

_BOUNDS = {
    "at most": (
        r"up to|at most|no more than|not more than|maximum(?: of)?|max\.?|less than|fewer than|under"
        r"|below|within|as much as"
        r"|as many as|bis zu|höchstens|maximal|weniger als|unter|jusqu'à|au plus|moins de|hasta|como máximo|menos de"
        r"|até|no máximo|fino a|al massimo|tot|до|не более|менее|меньше|حتى|أقل من|עד|פחות מ-?|최대|至多"
        r"|最多|不到|不足|少于|低于"
        r"|不超过|最大"
    ),
    "best case": (
        r"as (?:low|little|few|fast|small|quick) as|from as little as|ab nur|dès|desde solo|a partir de"
        r"|最快|最低|最少|最小"
    ),
    "about": (
        r"about|around|roughly|approximately|approx\.?|circa|ca\.?|nearly|almost|close to|some|ungefähr|etwa|rund|fast"
        r"|knapp|nahezu|environ|presque|près de|aproximadamente|casi|alrededor de|unos|unas|cerca de|quase|circa|quasi"
        r"|ongeveer|bijna|около|примерно|почти|حوالي|تقريبا|نحو|בערך|כמעט|약|거의|대략|大约|约|近|将近"
        r"|接近|约为|約|およそ|ほぼ"
    ),
    "at least": (
        r"at least|no fewer than|no less than|more than|over|above|upwards of|minimum(?: of)?|beyond"
        r"|mindestens|mehr als|über"
        r"|au moins|plus de|al menos|más de|por lo menos|pelo menos|mais de|almeno|più di|minstens"
        r"|meer dan|не менее|более"
        r"|больше|свыше|على الأقل|أكثر من|לפחות|יותר מ-?|최소|적어도|至少|超过|多于|以上"
    ),
    "average": (
        r"average(?: of)?|an average of|on average|avg\.?|mean|median|typically|usually|durchschnittlich"
        r"|im Schnitt|im Mittel"
        r"|en moyenne|moyenne de|en promedio|de media|em média|in media|gemiddeld|в среднем|في المتوسط|בממוצע|평균|平均"
    ),
}
_BOUNDS_AFTER = {
    "at most": (
        r"or (?:less|fewer|lower|below|under)|at most|max(?:imum)?|oder weniger|ou moins|o menos"
        r"|или меньше|或更少|以内|以下|이하"
    ),
    "about": r"or so|左右|程度|くらい|ぐらい|정도|上下|前後",
    "at least": (
        r"\+|or (?:more|newer|later|higher|greater|above|up)|and (?:up|newer|later|above|higher)"
        r"|oder (?:mehr|neuer|höher)"
        r"|ou (?:plus|supérieure?|mais|superior)|o (?:más|superior|posterior)|или (?:больше|новее|выше)|or better"
        r"|或更高|或以上|及以上|以上|以降|이상|أو أحدث|ומעלה"
    ),
    "average": r"on average|avg\.?|average|im Schnitt|en moyenne|en promedio|em média|в среднем",
    "best case": r"at best|in the best case|bestenfalls|au mieux",
}
_FILLER = r"(?:\s*(?:a|an|the|just|only|nur|seulement|solo|apenas|merely|mere|of|is|are|为|仅|只|が|で)\s*)?"
BEFORE = {
    bound: re.compile(rf"(?:(?<![\w-])|(?<=[{CJK}]))(?:{alternatives}){_FILLER}\s*$", re.IGNORECASE)
    for bound, alternatives in _BOUNDS.items()
}
AFTER = {
    bound: re.compile(rf"^\)?\s*(?:{alternatives})(?![A-Za-z])", re.IGNORECASE)
    for bound, alternatives in _BOUNDS_AFTER.items()
}
SIGNS = {"<": "at most", "≤": "at most", "~": "about", "≈": "about", ">": "at least", "≥": "at least"}

COMPARATIVE = _words(
    r"faster|slower|quicker|smaller|larger|bigger|lighter|heavier|better|worse|cheaper|easier|simpler|safer|shorter",
    r"(?<!no )longer|stronger|smarter|cleaner|leaner|tighter|higher|lower|greater|fewer|thinner|outperforms?|beats?",
    r"more|less|schneller|langsamer|kleiner|größer|besser|leichter|einfacher|sicherer|günstiger|mehr|weniger",
    r"plus (?:rapide|petit|grand|léger|simple|sûr)\w*|meilleure?s?|moins|más|menos|mejor|peor|mais",
    r"melhor|più|meno|migliore",
    r"быстрее|медленнее|меньше|больше|лучше|легче|проще|безопаснее|أسرع|أصغر|أكبر|أفضل|أسهل|أخف|יותר|더 \w+",
    r"更[快慢小大好轻易简]\w?|比[^，。,.]{1,12}[快慢小大好轻]|より\w*|優れ",
)
SUPERLATIVE = _words(
    r"fastest|slowest|smallest|largest|biggest|lightest|best|worst|cheapest|easiest|simplest|safest|quickest|shortest",
    r"(?<!at )most|the (?:only|first|sole)|leading|unique(?:ly)?|perfect(?:ly)?|optimal|number one|#1|unrivall?ed|top",
    r"am (?:schnellsten|besten|kleinsten|einfachsten)|schnellste\w*|kleinste\w*|beste[nrsm]?|einzige\w*|einfachste\w*",
    r"(?:le|la|les) (?:plus|meilleure?s?|seule?s?)|(?:el|la|los|las) (?:más|mejor(?:es)?|únic[oa]s?)",
    r"(?:o|a|os|as) (?:mais|melhor(?:es)?|únic[oa]s?)|il più|la più|migliore",
    r"сам\w+ (?:быстр|лучш|прост|маленьк)\w*|лучш\w+|наи\w+",
    r"единственн\w+|الأسرع|الأفضل|الأصغر|الأسهل|الوحيد\w*|הכי|ביותר|הטוב|היחיד\w*|가장|최고\w*|최초\w*|유일\w*|제일",
    r"最(?!近|后|後|终|終|初|新|大|小(?=[化]))|第一|唯一|顶级|首个|最も|最速|一番|最高|随一",
)
TRUST = _words(
    r"free|open[- ]sourced?|secure(?:ly|d)?|security|safe(?:ly|ty)?|private(?:ly)?|privacy|encrypt\w*",
    r"production[- ]ready",
    r"battle[- ]tested|enterprise(?:[- ]grade)?|reliabl[ey]|reliability|robust|scal(?:able|es)",
    r"instant(?:ly)?|real[- ]?time",
    r"unlimited|infinite\w*|guarante\w+|trusted|proven|official(?:ly)?|certified|compliant|award\w*",
    r"bug[- ]free|crash[- ]proof|drop[- ]in|thousands|millions|billions|hundreds|dozens|double[sd]?",
    r"twice|triples?|half|halves",
    r"loved|popular|stable|kostenlos\w*|sicher\w*|quelloffen\w*|zuverlässig\w*|gratuite?s?",
    r"sécurisée?s?|gratis|seguro?s?",
    r"segura?s?|grátis|código abierto|código aberto|sicuro|gratuito|бесплатн\w*|безопасн\w*|надёжн\w*",
    r"открыт\w+ исходн\w+",
    r"مجان\w*|آمن\w*|مفتوح المصدر|חינם|בטוח\w*|מאובטח\w*|קוד פתוח|무료\w*|안전\w*|오픈소스\w*",
    r"免费|安全|开源|可靠|稳定|無料|オープンソース|安心|信頼",
)
"""Properties nobody may lend a project, the author neither: they must stand where the claim says they do."""

EMPHASIS = _words(
    r"always|fully|complete(?:ly)?|everyone|everybody|everything|everywhere|anywhere|any|all|every",
    r"fast|tiny|lightweight",
    r"quick(?:ly)?|native(?:ly)?|automatic(?:ally)?|offline|self-hosted|modern|accurate(?:ly)?|precise(?:ly)?",
    r"immer|toujours|siempre|sempre|всегда|دائما|항상|永远|始终|常に",
)
"""Stronger words than the span's are no paraphrase of it; an author's own voice may use them."""

SAME_STRENGTH = (
    frozenset(["all", "every", "any", "everything", "everywhere", "anywhere", "always"]),
    frozenset(["fast", "quick", "quickly"]),
    frozenset(["private", "privately", "privacy"]),
    frozenset(["secure", "securely", "secured", "security"]),
    frozenset(["safe", "safely", "safety"]),
    frozenset(["reliable", "reliably", "reliability"]),
    frozenset(["open source", "open sourced"]),
    frozenset(["twice", "double", "doubles", "doubled"]),
    frozenset(["half", "halves"]),
)
COMPARAND = re.compile(
    r"^[^.;:!?()|]{0,40}?(?<![\w-])(?:than|as|als|que|compared (?:to|with)|versus|vs\.?|чем|من|מ)(?![\w-])",
    re.IGNORECASE,
)
"""After a comparative: what it is compared with."""
COMPARAND_BEFORE = re.compile(r"(?:比|より|보다)[^，。,.]*$|(?:比|より|보다)\s*$")

PROGRAMS = word_set(
    "grep ripgrep rg ag ack find fd curl wget jq sed awk git pip pipx uv npm npx yarn pnpm bun deno node nodejs "
    "docker podman make cmake webpack vite esbuild rollup parcel pandas polars numpy redis sqlite postgres "
    "postgresql mysql mariadb mongodb nginx apache ffmpeg du ncdu black ruff mypy pylint flake8 jest pytest mocha "
    "cargo rustc gcc clang zstd gzip brotli lz4 tar rsync rclone vim neovim emacs tmux bash zsh fish python ruby "
    "rust java golang kotlin swift react vue svelte angular django flask fastapi rails express kubernetes kafka "
    "rabbitmq celery sidekiq spark duckdb windows linux macos android ios ubuntu debian chrome firefox safari "
    "chromium electron flutter aws azure gcp s3 lambda heroku vercel github gitlab bitbucket slack discord telegram "
    "openai claude gemini llama httpx requests aiohttp moment lodash axios eslint prettier poetry conda homebrew "
    "brew apt maven gradle bazel ninja terraform ansible puppet vagrant helm nomad consul etcd sqlalchemy pydantic "
    "marshmallow attrs cerberus zod yup bull bullmq agenda hangfire"
)
"""Programs, languages and services that are often written small and often compared with."""

STOP_WORDS = word_set(
    "a an the of to in on at by for from with into onto over under as than that which who whose and or but nor so "
    "if is are was were be been being can could will would shall should may might must do does did it its it's this "
    "these those there here you your yours we our they their them he she his her my me us i one also too then when "
    "while where how what why just only very each such up out off down about after before during between through "
    "per via let lets get gets got have has had make makes made use uses used using work works now yet still even "
    "own same other another more most some der die das ein eine einen einem einer des den dem und oder ist sind war "
    "mit von für auf im zu zum zur am als auch sich es er sie wir ihr du dein deine sein seine wie wenn nur noch "
    "aus bei nach vor über unter durch um le la les un une de et ou est sont avec pour sur dans en au aux par que "
    "qui ce cette ces son sa ses votre vos el los las una unos unas y o con por para del al su sus se lo como más "
    "uma os e é são com da dos no na nos nas ao à seu sua seus suas mais il gli uno di ed che è sono nel nella "
    "della het een van op voor met и в во на с со к ко по из у о от до для за что это как он она они мы вы ваш а но "
    "или же бы في من على إلى عن مع هذا هذه التي الذي و أو ثم كل أن إن ما هو هي של על את עם זה זו הוא היא או גם כי"
)

CONNECTIVE = word_set(
    "action again away back basics begin benchmark build change code come command demo deeper difference discover "
    "doc docs documentation example explore feature figure film find first follow four give glance go guide help "
    "inside install installation key know language learn licence license line little live look meet minute need new "
    "next number object open output overview part picture practice problem promise proof question quick quickstart "
    "read ready release result run say see set setup ship show side sight solution source speak start star started "
    "step story tell today together tour try under understand update upgrade usage version view watch way week "
    "welcome word world write want thing things today's github s t re ve ll hood idea point why because let's grab "
    "take keep contribute join thanks introducing introduce notable notes note changed changes change's recently "
    "latest here's what's how's that's installieren praxis blick kann sprache lizenz sterne ausprobieren neu "
    "loslegen beispiel funktionen installer pratique programme bref langage étoiles nouveautés essayer exemple "
    "fonctionnalités instalar práctica ofrece vistazo lenguaje licencia versión estrellas novedades ejemplo "
    "funciones probar prática oferece resumo linguagem licença versão estrelas novidades exemplo recursos "
    "experimente"
)
"""Words that connect and state nothing; ``copy`` may use these, stop words and no others."""
