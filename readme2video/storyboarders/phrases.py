"""The few connective words of ours. They claim nothing and stand only where the README gives no better words."""

# ruff: noqa: RUF001 # Cyrillic words

from __future__ import annotations

import re
from typing import Literal

from readme2video.model.document import ListBlock, Paragraph, Quote, ReadmeDocument
from readme2video.storyboarders.words import word_set

Phrase = Literal["install", "practice", "features", "glance", "version", "licence", "language", "stars"]

PHRASES: dict[str, dict[Phrase, str]] = {
    "en": {
        "install": "Install",
        "practice": "In practice",
        "features": "What you get",
        "glance": "At a glance",
        "version": "version",
        "licence": "licence",
        "language": "language",
        "stars": "stars on GitHub",
    },
    "zh": {
        "install": "安装",
        "practice": "实际使用",
        "features": "功能一览",
        "glance": "概览",
        "version": "版本",
        "licence": "许可证",
        "language": "语言",
        "stars": "GitHub 星标",
    },
    "ja": {
        "install": "インストール",
        "practice": "使い方",
        "features": "できること",
        "glance": "概要",
        "version": "バージョン",
        "licence": "ライセンス",
        "language": "言語",
        "stars": "GitHub スター",
    },
    "ko": {
        "install": "설치",
        "practice": "사용 예",
        "features": "주요 기능",
        "glance": "한눈에 보기",
        "version": "버전",
        "licence": "라이선스",
        "language": "언어",
        "stars": "GitHub 스타",
    },
    "es": {
        "install": "Instalar",
        "practice": "En la práctica",
        "features": "Qué ofrece",
        "glance": "De un vistazo",
        "version": "versión",
        "licence": "licencia",
        "language": "lenguaje",
        "stars": "estrellas en GitHub",
    },
    "fr": {
        "install": "Installer",
        "practice": "En pratique",
        "features": "Au programme",
        "glance": "En bref",
        "version": "version",
        "licence": "licence",
        "language": "langage",
        "stars": "étoiles sur GitHub",
    },
    "de": {
        "install": "Installieren",
        "practice": "In der Praxis",
        "features": "Was es kann",
        "glance": "Auf einen Blick",
        "version": "Version",
        "licence": "Lizenz",
        "language": "Sprache",
        "stars": "Sterne auf GitHub",
    },
    "pt": {
        "install": "Instalar",
        "practice": "Na prática",
        "features": "O que oferece",
        "glance": "Em resumo",
        "version": "versão",
        "licence": "licença",
        "language": "linguagem",
        "stars": "estrelas no GitHub",
    },
    "ru": {
        "install": "Установка",
        "practice": "На практике",
        "features": "Возможности",
        "glance": "Коротко",
        "version": "версия",
        "licence": "лицензия",
        "language": "язык",
        "stars": "звёзд на GitHub",
    },
    "ar": {
        "install": "التثبيت",
        "practice": "في الاستخدام",
        "features": "الميزات",
        "glance": "لمحة سريعة",
        "version": "الإصدار",
        "licence": "الرخصة",
        "language": "اللغة",
        "stars": "نجوم على GitHub",
    },
    "he": {
        "install": "התקנה",
        "practice": "בפועל",
        "features": "מה יש כאן",
        "glance": "במבט אחד",
        "version": "גרסה",
        "licence": "רישיון",
        "language": "שפה",
        "stars": "כוכבים ב-GitHub",
    },
}

_STOP_WORDS: dict[str, frozenset[str]] = {
    "en": word_set("the and of to is in for with that it you your are this from as on or an be not can"),
    "es": word_set("el la los las y de que en un una para con por su es del se al más como sin"),
    "fr": word_set("le la les et de des un une pour avec dans sur est du que qui par vos votre au sans"),
    "de": word_set("der die das und ist ein eine für mit von den dem nicht auf zu im werden oder sich auch"),
    "pt": word_set("o os as e de que em um uma para com por do da dos das é não seu sua ao mais"),
}


def language_of(document: ReadmeDocument) -> str:
    """The language of the film: the document's script, and for Latin script the language its small words tell."""
    if document.language not in ("en", "und"):
        return document.language
    text = _prose(document)
    if len(re.findall(r"[а-яёА-ЯЁ]", text)) > len(re.findall(r"[A-Za-z]", text)):
        return "ru"
    if document.language == "und":
        return "und"
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {language: sum(word in stop for word in words) for language, stop in _STOP_WORDS.items()}
    best = max(scores, key=lambda language: (scores[language], language == "en"))
    # Short texts share small words; English stays unless another language is clearly ahead.
    return best if scores[best] >= 4 and scores[best] > 1.5 * scores["en"] else "en"


def phrase(language: str, name: Phrase) -> str:
    """One of our phrases; English where we have none."""
    return PHRASES.get(language, PHRASES["en"])[name]


def _prose(document: ReadmeDocument) -> str:
    texts = [document.tagline.text] if document.tagline else []
    for section in document.sections[:30]:
        for block in section.blocks:
            if isinstance(block, (Paragraph, Quote)):
                texts.append(block.text)
            elif isinstance(block, ListBlock):
                texts.extend(item.text for item in block.items)
    return " ".join(texts)[:20_000]
