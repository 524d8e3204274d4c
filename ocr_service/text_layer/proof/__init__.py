"""Whether a font's character map says what its glyphs show: samples, evidence and verdicts."""
