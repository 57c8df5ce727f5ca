"""From words as chat writers spell them to words of the standard: back-transliteration and normalisation."""
