"""Corpora that can be had from the net by name: where, under which licence, whom to cite, and where their files belong.

Every address is pinned to a release tag or a commit where its host has such a thing. What may not be downloaded freely
is listed too, with what to do instead.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from crossglot.corpora.releases import ARCHIVES, LAST_RELEASE, LICENCES, UD_RELEASE
from crossglot.corpora.sizes import TREEBANKS
from crossglot.errors import UsageError
from crossglot.languages import LANGUAGES


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus and where it comes from.

    Attributes:
        name: `UD_German-GSD`, `uner/en_ewt`, `conll2002/es`, `ntrex128`: also its name in a data root.
        title: what it is.
        licence: its terms, in a few words.
        citation: whom to cite.
        urls: archives or single files; none where it cannot be downloaded freely.
        members: (path in the archive, file in the data root): a regular expression for the whole path, and a template
            with its groups. Several paths for one file are joined in the order of their names. A single file's
            path is its address.
        columns: entity files, to be read as `read_columns` does and written as BIO2; others are copied as they are.
        outside: tags that mean O.
        sha256: of the single address's bytes, where they never change.
        size: bytes of the download, where they are known.
        roughly: whether that is an estimate.
        mirrors: (address, SHA-256) of archives that have the same, each tried in turn where `urls` do not give it.
        instructions: what to do where it cannot be downloaded.
    """

    name: str
    title: str
    licence: str
    citation: str
    urls: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    columns: bool = False
    outside: tuple[str, ...] = ()
    sha256: str = ""
    size: int | None = None
    roughly: bool = False
    mirrors: tuple[tuple[str, str], ...] = ()
    instructions: str = ""


_UNER_COMMITS = {
    "Chinese-GSD": ("2a0c196d7a54d41119fd069874e976a58f0d7dad", "zh_gsd"),
    "Chinese-PUD": ("647ba53747e1aa1818541965db99a0196440b7d2", "zh_pud"),
    "Croatian-SET": ("20dcb2ef6b6bf9d5e03605a74c4d87215a1574c1", "hr_set"),
    "Danish-DDT": ("983c4cdc09f8ece6069d2b692b60dc4b3649ec6e", "da_ddt"),
    "English-EWT": ("8ed072de2fd24022cc62458997fe96a8fe191ea4", "en_ewt"),
    "English-PUD": ("07ea0553144e3fcf3d6633efe2a075b725a0d262", "en_pud"),
    "German-PUD": ("47eb039b6d80079b280ba70efe4136413fb7af9c", "de_pud"),
    "Norwegian-NDT": ("39a2e37f20fd86e2b4c3a13eb8385cb335dcdc60", "nob_norne nno_norne"),
    "Portuguese-Bosque": ("f2c2ad67aed900385fbe5d655af41f439c9b3333", "pt_bosque"),
    "Russian-PUD": ("6f5acd6d728f70b20e4326d841356567796ee844", "ru_pud"),
    "Serbian-SET": ("0d9685f001c10895572d844ef789c53dade0e265", "sr_set"),
    "Slovak-SNK": ("886e7c6d7e066e23246af5070d115a036a465c6d", "sk_snk"),
    "Swedish-PUD": ("7fed5e267858a295f53083051a16d73c76f60f07", "sv_pud"),
    "Swedish-Talbanken": ("dbb692085267da83a35d1e1d2c111671b3c7c46b", "sv_talbanken"),
}
_WIKINEURAL_COMMIT = "d2e28c770cba2b285e742529ae18ed849e336c65"
_NLTK_COMMIT = "5db857e6f7df11eabb5e5665836db9ec8df07e28"
_NTREX_COMMIT = "8561f6a622db9edad1217683e5c83daefd8bb2bf"
_NTREX_LANGUAGES = (
    "afr=af amh=am arb=ar bel=be bul=bg ben=bn cat=ca ces=cs cym=cy dan=da deu=de ell=el spa=es est=et eus=eu fao=fo "
    "fas=fa fin=fi fra=fr gle=ga glg=gl guj=gu hau=ha heb=he hin=hi hrv=hr hun=hu hye=hy ind=id ibo=ig isl=is ita=it "
    "jpn=ja kat=ka kaz=kk kan=kn kmr=kmr kor=ko kir=ky lit=lt lav=lv mkd=mk mal=ml mar=mr msa=ms mlt=mt mya=my nob=nb "
    "nep=ne nld=nl nno=nn pan=pa pol=pl por=pt por-BR=pt-BR ron=ro rus=ru sin=si slk=sk slv=sl sqi=sq srp-Cyrl=sr "
    "srp-Latn=sr-Latn swe=sv swa=sw tam=ta tel=te tha=th fil=tl tur=tr tat=tt uig=ug ukr=uk urd=ur uzb=uz vie=vi "
    "wol=wo yor=yo yue=yue zho-CN=zh zho-TW=zh-TW zul=zu"
)


def treebank_source(name: str, release: str = UD_RELEASE) -> Source:
    """Any UD treebank, from its repository at a release's tag; else from the official archive of that release."""
    title = f"Universal Dependencies {release}"
    licence = LICENCES.get(name, "see its LICENSE.txt (most are CC BY-SA or CC BY-NC-SA)")
    citation = "Nivre et al. 2020, Universal Dependencies v2 (LREC); and the treebank's README.md"
    last, became = LAST_RELEASE.get(name, (None, ""))
    if last is not None and tuple(map(int, release.split("."))) > last:
        said = f"No release of UD after {last[0]}.{last[1]} has it: name an earlier release. {became}"
        return Source(name, title, licence, citation, instructions=said)
    at = f"https://github.com/UniversalDependencies/{name}"
    folder, top = f"ud/{name}", rf"(?:[^/]+|ud-treebanks-v[\d.]+/{name})/"
    return Source(
        name,
        title,
        licence,
        citation,
        (f"{at}/archive/refs/tags/r{release}.tar.gz",),
        # large training sets are kept in parts there: cs_pdt-ud-train-c.conllu, -l, -m, -v
        (
            (rf"{top}(\w+-ud-(?:train|dev|test))(?:-[\w-]+)?\.conllu", rf"{folder}/\1.conllu"),
            (rf"{top}(LICENSE\.txt|README\.md)", rf"{folder}/\1"),
        ),
        size=TREEBANKS.get(name),
        roughly=True,
        mirrors=(ARCHIVES[release],) if release in ARCHIVES else (),
    )


def _uner_sources() -> list[Source]:
    return [
        Source(
            f"uner/{code}",
            f"Universal NER, {treebank}: PER, LOC, ORG on the UD treebank's words",
            "CC BY-SA 4.0",
            "Mayhew et al. 2024, Universal NER (NAACL)",
            (f"https://github.com/UniversalNER/UNER_{treebank}/archive/{commit}.tar.gz",),
            ((rf"[^/]+/{code}-ud-(train|dev|test)\.iob2", rf"ner/uner/{code}-\1.conll"),),
            columns=True,
            outside=("-",),  # Norwegian: words derived from names
        )
        for treebank, (commit, codes) in _UNER_COMMITS.items()
        for code in codes.split()
    ]


def _conll_sources() -> list[Source]:
    conll2002 = [
        Source(
            f"conll2002/{key}",
            f"CoNLL-2002 shared task, {language}: PER, LOC, ORG, MISC in news",
            "research on the shared task's subject only (see its README)",
            "Tjong Kim Sang 2002, Introduction to the CoNLL-2002 shared task (CoNLL)",
            (f"https://raw.githubusercontent.com/nltk/nltk_data/{_NLTK_COMMIT}/packages/corpora/conll2002.zip",),
            (
                *((rf"conll2002/{code}\.{part}", f"ner/conll2002/{key}-{split}.conll") for part, split in _CONLL_PARTS),
                (r"conll2002/(README)", r"ner/conll2002/\1"),
            ),
            columns=True,
            sha256="64440e49236d0d393e08e0b266284966d68e2d2a82a50cc41b8e96d98c03b5c8",
        )
        for key, code, language in (("es", "esp", "Spanish"), ("nl", "ned", "Dutch"))
    ]
    conll2003 = [
        Source(
            f"conll2003/{key}",
            f"CoNLL-2003 shared task, {language}: PER, LOC, ORG, MISC in news",
            "annotation free, text under licence",
            "Tjong Kim Sang and De Meulder 2003, Introduction to the CoNLL-2003 shared task (CoNLL)",
            instructions=f"Get the text from its owner ({owner}) and build {code}.train, {code}.testa and {code}.testb "
            "with the task's scripts (https://www.clips.uantwerpen.be/conll2003/ner/). Put them, as they are, at "
            f"ner/conll2003/{key}-train.conll, {key}-dev.conll and {key}-test.conll of the data root.",
        )
        for key, code, language, owner in (
            ("en", "eng", "English", "Reuters Corpus RCV1, from NIST: https://trec.nist.gov/data/reuters/reuters.html"),
            ("de", "deu", "German", "ECI Multilingual Text, from the LDC: https://catalog.ldc.upenn.edu/LDC94T5"),
        )
    ]
    return conll2002 + conll2003


_CONLL_PARTS = (("train", "train"), ("testa", "dev"), ("testb", "test"))


def _wiki_sources() -> list[Source]:
    neural = f"https://raw.githubusercontent.com/Babelscape/wikineural/{_WIKINEURAL_COMMIT}/data/wikineural"
    return [
        Source(
            f"wikineural/{key}",
            "WikiNEuRal: PER, LOC, ORG, MISC in Wikipedia, annotated by machine",
            "CC BY-NC-SA 4.0",
            "Tedeschi et al. 2021, WikiNEuRal (Findings of EMNLP)",
            tuple(f"{neural}/{key}/{part}.conllu" for part in ("train", "val", "test")),
            tuple(
                (rf".*/{key}/{part}\.conllu", f"ner/wikineural/{key}-{split}.conll")
                for part, split in (("train", "train"), ("val", "dev"), ("test", "test"))
            ),
            columns=True,
        )
        for key in ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru")
    ]


def wikiann_source(code: str) -> Source:
    """WikiANN (PAN-X) for any of its 176 languages."""
    return Source(
        f"wikiann/{code}",
        "WikiANN (PAN-X), balanced splits: PER, LOC, ORG in Wikipedia, annotated by machine",
        "not stated (text: CC BY-SA)",
        "Pan et al. 2017, Cross-lingual name tagging and linking (ACL); Rahimi et al. 2019 (ACL) for the splits",
        ("https://s3.amazonaws.com/datasets.huggingface.co/wikiann/1.1.0/panx_dataset.zip",),
        ((rf"{re.escape(code)}\.tar\.gz/(?:\./)?(train|dev|test)", rf"ner/wikiann/{code}-\1.conll"),),
        columns=True,
        size=234_008_884,
    )


def _other_sources() -> list[Source]:
    drive = "https://drive.google.com/uc?export=download&id="
    germeval = (
        ("1Jjhbal535VVz2ap4v4r_rN1UEHTdLK5P", "train"),
        ("1ZfRcQThdtAR5PPRjIDtrVP7BtXSCUBbm", "dev"),
        ("1u9mb7kNJHWQCWyweMDRMuTFoOHOfeBTH", "test"),
    )
    pairs = (pair.split("=") for pair in _NTREX_LANGUAGES.split())
    return [
        Source(
            "germeval2014/de",
            "GermEval 2014, outer spans: PER, LOC, ORG, OTH with their -deriv and -part kinds, in news and Wikipedia",
            "CC BY 4.0",
            "Benikova et al. 2014, NoSta-D named entity annotation for German (LREC)",
            tuple(drive + identifier for identifier, _ in germeval),
            tuple((rf".*{identifier}", f"ner/germeval2014/de-{split}.conll") for identifier, split in germeval),
            columns=True,
        ),
        Source(
            "ntrex128",
            "NTREX-128: newstest2019 in many languages, line-aligned",
            "CC BY-SA 4.0",
            "Federmann et al. 2022, NTREX-128 (SUMEval)",
            (f"https://github.com/MicrosoftTranslator/NTREX/archive/{_NTREX_COMMIT}.tar.gz",),
            (
                (r".*/newstest2019-src\.eng\.txt", "parallel/ntrex128.en"),
                *((rf".*/newstest2019-ref\.{code}\.txt", f"parallel/ntrex128.{key}") for code, key in pairs),
            ),
        ),
        Source(
            "codemix/hiencs",
            "UD_Hindi_English-HIENCS: code-switched Hindi-English tweets",
            "CC BY-SA 4.0, text not included",
            "Bhat et al. 2018, Universal Dependency parsing for Hindi-English code-switching (NAACL)",
            instructions="The treebank (https://github.com/UniversalDependencies/UD_Hindi_English-HIENCS) ships "
            "without the tweets' words: crawl them as its README says and put what the crawler writes at "
            "codemix/hiencs-{train,dev,test}.conllu.",
        ),
    ]


def list_sources(release: str = UD_RELEASE) -> tuple[Source, ...]:
    """Every named corpus: the default treebanks and entity sets of all languages, and what else is known.

    More can be had by name: any UD treebank, any WikiANN language.
    """
    treebanks = sorted({name for language in LANGUAGES.values() for name in language.treebanks})
    wikiann = sorted({name for language in LANGUAGES.values() for name in language.ner if name.startswith("wikiann/")})
    return (
        *(treebank_source(name, release) for name in treebanks),
        *_conll_sources(),
        *_uner_sources(),
        *_wiki_sources(),
        *(wikiann_source(name.partition("/")[2]) for name in wikiann),
        *_other_sources(),
    )


def is_listed(name: str) -> bool:
    """Whether `list_sources` has it, so that it is certain that there is such a corpus."""
    return any(source.name == name for source in list_sources())


def find_source(name: str, release: str = UD_RELEASE) -> Source:
    """The source of that name.

    Raises:
        UsageError: an unknown name (says which are near), or what is no release of UD.
    """
    release = release.removeprefix("r")
    if not re.fullmatch(r"\d+\.\d+", release):
        raise UsageError(f"no release {release!r} of Universal Dependencies; they are numbered as {UD_RELEASE}")
    if re.fullmatch(r"UD_[A-Z]\w*-[A-Za-z0-9]+", name):
        return treebank_source(name, release)
    if re.fullmatch(r"wikiann/[a-z]+(-[a-z]+)*", name):
        return wikiann_source(name.partition("/")[2])
    known = {source.name: source for source in list_sources(release)}
    if name not in known:
        group = name.partition("/")[0]
        near = difflib.get_close_matches(name, known, 6) or [other for other in known if group in other]
        hint = f"; near: {', '.join(near[:6])}" if near else ""
        raise UsageError(f"no corpus {name!r} to download{hint}. `crossglot data list` shows all")
    return known[name]
