"""Names as users have them, or as an attacker would: each is orders to something that shows names."""

from __future__ import annotations

ODD_NAMES = {
    "closing tag": "[/NP]",
    "grammar": "Number[psor]=Sing",
    "style": "[bold red]x[/bold red]",
    "link": "[link=https://x.example]x[/link]",
    "emoji code": "a :pizza: b",
    "escape": "\x1b[31mred\x1b]0;title\x07",
    "eight-bit control": "a\x9b31mb\x85c",
    "backspace": "ab\b\bcd\rX",
    "nul": "a\0b",
    "noncharacter": "a\ufffeb\uffffc\ufdd0\U0010ffff",
    "turned around": "a\u202egnp.exe\u202c\u2066b",
    "line separators": "a\u2028b\u2029c",
    "backslashes": "a\\[b\\]\\",
    "HTML": "</title><script>alert(1)</script>&amp;\"'",
    "LaTeX": r"\input{x}%$#_^~{}[*",
    "field paths": "a.b[0]['c']:Q\\.d",
    "expression": "datum.value || {{x}} ${y}",
    "formula": '=HYPERLINK("http://x.example")',
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "other scripts": "中文 עברית عربي हिन्दी",
    "rich's own": "…",
    "gradient": "gradient_1",
    "of every object": "constructor",
    "its prototype": "__proto__",
    "blank": " ",
    "hyphens": "a--b---c",
    "quotes": "''\"`,;\t|",
}
