"""How large downloads are, as far as that is known before: GitHub packs repositories when asked, and does not say.

A treebank's is estimated: the bytes of its files in UD 2.7 (as the `dataset_infos.json` recorded them that came with
`universal_dependencies` of Hugging Face's datasets), times how far gzip packs its files of today; of treebanks that
were not at hand for that, times the others' median, 0.175. Releases since then may have added to them, and repositories
hold a few files besides.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from crossglot.amounts import spell_size
from crossglot.errors import StorageError

_MEGABYTES = """
Afrikaans-AfriBooms 0.5, Albanian-TSA 0.1, Amharic-ATT 0.2, Ancient_Greek-PROIEL 4.2,
Ancient_Greek-Perseus 3.3, Arabic-PADT 8.9, Arabic-PUD 0.4, Armenian-ArmTDP 1.2, Basque-BDT 1.4,
Belarusian-HSE 4.6, Breton-KEB 0.1, Bulgarian-BTB 2.5, Buryat-BDT 0.1, Cantonese-HK 0.1, Catalan-AnCora 6.1,
Chinese-GSD 1.5, Chinese-HK 0.1, Chinese-PUD 0.4, Croatian-SET 2.6, Czech-CAC 9.4, Czech-CLTT 0.6,
Czech-FicTree 3.1, Czech-PDT 30.1, Czech-PUD 0.4, Danish-DDT 1.2, Dutch-Alpino 2.7, Dutch-LassySmall 1.3,
English-EWT 3.1, English-GUM 1.4, English-LinES 1.0, English-PUD 0.3, Estonian-EDT 6.1, Estonian-EWT 0.7,
Faroese-FarPaHC 0.4, Faroese-OFT 0.1, Finnish-FTB 2.4, Finnish-PUD 0.3, Finnish-TDT 3.1, French-GSD 4.7,
French-PUD 0.3, French-ParTUT 0.3, French-Sequoia 0.8, Galician-CTG 1.5, Galician-TreeGal 0.3, German-GSD 3.8,
German-HDT 43.7, German-PUD 0.3, Gothic-PROIEL 0.9, Greek-GDT 0.8, Hebrew-HTB 2.0, Hindi-HDTB 6.1,
Hindi-PUD 0.5, Hungarian-Szeged 0.7, Icelandic-IcePaHC 14.9, Icelandic-PUD 0.3, Indonesian-CSUI 0.3,
Indonesian-GSD 2.3, Indonesian-PUD 0.3, Irish-IDT 1.3, Italian-ISDT 4.0, Italian-PUD 0.3, Italian-ParTUT 0.6,
Italian-VIT 3.1, Japanese-GSD 4.1, Japanese-PUD 1.0, Kazakh-KTB 0.1, Korean-GSD 1.3, Korean-Kaist 3.8,
Korean-PUD 0.5, Kurmanji-MG 0.1, Latin-ITTB 7.1, Latin-PROIEL 3.2, Latin-Perseus 0.5, Latvian-LVTB 4.2,
Lithuanian-ALKSNIS 1.2, Lithuanian-HSE 0.1, Maltese-MUDT 0.4, Marathi-UFAL 0.1, North_Sami-Giella 0.3,
Norwegian-Bokmaal 3.1, Norwegian-Nynorsk 3.2, Old_Church_Slavonic-PROIEL 1.1, Persian-PerDT 5.9,
Persian-Seraji 1.8, Polish-LFG 2.2, Polish-PDB 6.3, Polish-PUD 0.4, Portuguese-Bosque 2.6, Portuguese-GSD 3.2,
Portuguese-PUD 0.3, Romanian-RRT 2.7, Russian-GSD 1.5, Russian-PUD 0.4, Russian-SynTagRus 18.0,
Russian-Taiga 0.9, Sanskrit-UFAL 0.1, Scottish_Gaelic-ARCOSG 0.6, Serbian-SET 1.3, Slovak-SNK 1.6,
Slovenian-SSJ 2.3, Spanish-AnCora 6.4, Spanish-GSD 4.9, Spanish-PUD 0.3, Swedish-LinES 1.2, Swedish-PUD 0.3,
Swedish-Talbanken 1.1, Tagalog-TRG 0.1, Tagalog-Ugnayan 0.1, Tamil-TTB 0.3, Telugu-MTG 0.1, Thai-PUD 0.3,
Turkish-BOUN 1.7, Turkish-IMST 0.8, Turkish-PUD 0.3, Ukrainian-IU 3.0, Upper_Sorbian-UFAL 0.1, Urdu-UDTB 2.3,
Uyghur-UDT 0.6, Vietnamese-VTB 0.4, Welsh-CCG 0.3, Wolof-WTB 0.5, Yoruba-YTB 0.1
"""

TREEBANKS: Mapping[str, int] = MappingProxyType(
    {f"UD_{name}": round(float(size) * 1e6) for name, size in (pair.split() for pair in _MEGABYTES.split(","))}
)
"""Treebank → bytes of its repository's archive, roughly."""

UNPACKED = 6
"""Times as large as its download that a treebank is in the data root."""


def check_room(size: int, *folders: Path) -> None:
    """Makes sure that the disk of each folder, which need not be there yet, has room for so many bytes.

    Raises:
        StorageError: if one has not.
    """
    for folder in folders:
        there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.is_dir())
        free = shutil.disk_usage(there).free
        if size > free:
            raise StorageError(
                f"{folder}: the disk has {spell_size(free)} left, and {spell_size(size)} are to be downloaded\n"
                "  make room there, or choose another place (XDG_CACHE_HOME names the cache's)"
            )
