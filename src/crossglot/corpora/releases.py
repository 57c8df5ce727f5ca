"""What is known of Universal Dependencies before any of it is fetched: releases' archives, treebanks gone, licences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UD_RELEASE = "2.16"
"""The release that is fetched unless another is asked for."""

_SUMS = {
    "2.16": ("1-5901", "87710204b6441736a8a9fed779585aa88b6eeafe231fa2ed9282c0cd9e30960b"),
    "2.15": ("1-5787", "24ddd9a7e6a291f3882c13febb4d97accfbc6f51633a867963c19e6004d7df97"),
    "2.14": ("1-5502", "a710e09f977fc1ca4aeaf200806a75fbbc46d2c0717c70933a94ad78129ee1af"),
    "2.13": ("1-5287", "d6538ed4c05508be3bb7d9c3448de1062f6f9958c833b93558df300e4b1d3781"),
    "2.12": ("1-5150", "24f876d5ad9dbdc639a33a73f02d12ddfe582e8d4e7f5d08978c8a86680d088c"),
    "2.11": ("1-4923", "d75f7df726761836f797fe6c001c7a1ecce93d93129414ef57cf2262d15707e8"),
    "2.10": ("1-4758", "f6deca6ab803abdfa8dca911600f6bc5f214267e348acbd59fd4c4b88db14ea6"),
}
"""Release → its item at LINDAT (hdl.handle.net/11234/…) and the SHA-256 of the archive of all its treebanks."""

ARCHIVES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        release: (
            f"https://lindat.mff.cuni.cz/repository/xmlui/bitstream/handle/11234/{item}/ud-treebanks-v{release}.tgz",
            checksum,
        )
        for release, (item, checksum) in _SUMS.items()
    }
)
"""Release → address and SHA-256 of its official archive, which holds every treebank: 625 MB of 2.16."""

ARCHIVE_SIZES: Mapping[str, int] = MappingProxyType({ARCHIVES["2.16"][0]: 625_000_000})
"""Address of an official archive → its bytes, where they are known."""

LAST_RELEASE: Mapping[str, tuple[tuple[int, int], str]] = MappingProxyType(
    {"UD_Polish-SZ": ((2, 3), "Its sentences are in UD_Polish-PDB since.")}
)
"""Treebanks that later releases do not have → the last that has them, and what became of them."""

_OF_LICENCE = {
    "CC BY 4.0": "Catalan-AnCora Finnish-FTB Spanish-AnCora",
    "CC BY-SA 3.0": (
        "Arabic-PUD Chinese-PUD English-PUD French-PUD German-PUD Hindi-PUD Indonesian-PUD Italian-PUD Japanese-PUD "
        "Korean-PUD Portuguese-PUD Russian-PUD Spanish-PUD Turkish-PUD"
    ),
    "CC BY-SA 4.0": (
        "Chinese-GSD Croatian-SET Czech-CAC Czech-CLTT Czech-PUD Danish-DDT Dutch-Alpino Dutch-LassySmall English-EWT "
        "Finnish-PUD Finnish-TDT French-GSD German-GSD Indonesian-CSUI Indonesian-GSD Japanese-GSD Korean-GSD "
        "Latvian-LVTB Marathi-UFAL Norwegian-Bokmaal Norwegian-Nynorsk Persian-Seraji Polish-PUD Portuguese-Bosque "
        "Portuguese-GSD Romanian-RRT Russian-GSD Russian-Taiga Slovak-SNK Slovenian-SSJ Spanish-GSD Swedish-PUD "
        "Swedish-Talbanken Telugu-MTG"
    ),
    "CC BY-NC-SA 3.0": (
        "Arabic-PADT Basque-BDT Bulgarian-BTB Galician-CTG Greek-GDT Hungarian-Szeged Italian-ISDT Tamil-TTB"
    ),
    "CC BY-NC-SA 4.0": (
        "Estonian-EDT French-ParTUT Hebrew-HTB Hindi-HDTB Italian-ParTUT Polish-PDB Swedish-LinES Urdu-UDTB"
    ),
    "GNU GPL 3": "Polish-LFG",
    "LGPL-LR": "French-Sequoia Galician-TreeGal",
}
LICENCES: Mapping[str, str] = MappingProxyType(
    {f"UD_{name}": licence for licence, names in _OF_LICENCE.items() for name in names.split()}
)
"""Treebank → its licence, as its README.md or LICENSE.txt states it; both come with it."""
