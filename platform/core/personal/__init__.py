"""Personal data: what a model declares, what is about a person, taking it out, and making it nameless.

`rules` is what models import; the rest walks every model of a committee's schema by their declarations.
"""

from core.personal.rules import MARK, Rule, has_words, references, split, texts

__all__ = ["MARK", "Rule", "has_words", "references", "split", "texts"]
