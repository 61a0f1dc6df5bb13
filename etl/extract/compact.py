"""A column of text in the making: two bytes a row while it has few different texts, as columns of a register have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.frames import MOST_CODES


class Compact:
    """Takes a column piece by piece; gives it as codes over its different texts, or as text when they are too many."""

    def __init__(self) -> None:
        self._place: dict[str, int] = {}
        self._codes: list[npt.NDArray[np.int16]] = []
        self._texts: list[pa.Array] | None = None

    def add(self, texts: pa.Array | pa.ChunkedArray) -> None:
        """Appends strings; null is an empty cell."""
        if isinstance(texts, pa.ChunkedArray):
            texts = texts.combine_chunks()
        if self._texts is not None:
            self._texts.append(texts)
            return
        encoded = texts.dictionary_encode()
        new = len(encoded.dictionary)
        if new <= MOST_CODES:
            moved = [self._place.setdefault(text, len(self._place)) for text in encoded.dictionary.to_pylist()]
            if len(self._place) <= MOST_CODES:
                self._codes.append(np.array([*moved, -1], np.int16)[pc.fill_null(encoded.indices, -1)])
                return
        self._texts = [_coded(codes, self._place).dictionary_decode() for codes in self._codes]
        self._texts.append(texts)
        self._codes = []

    def finish(self) -> pa.Array:
        """The column; what was gathered is let go."""
        texts, codes = self._texts, self._codes
        self._texts, self._codes = None, []
        if texts is not None:
            return pa.chunked_array(texts, pa.string()).combine_chunks()
        return _coded(np.concatenate(codes) if codes else np.empty(0, np.int16), self._place)


def compact(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A whole column at once."""
    column = Compact()
    column.add(texts)
    return column.finish()


def plain_text(column: pa.Array) -> pa.Array:
    """Codes as the texts that they stand for."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _coded(codes: npt.NDArray[np.int16], place: dict[str, int]) -> pa.DictionaryArray:
    texts = list(place)[: int(codes.max(initial=-1)) + 1]
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(texts, pa.string()), safe=False)
