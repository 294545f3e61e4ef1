"""The same gallery in a Milvus server, where one machine ends; it needs `pymilvus` (the extra `gallery`).

    with MilvusGallery("http://milvus:19530") as gallery: ...

The index is FLAT by inner product: exact, like the gallery in a file. Samples are entities with the sample's number and
the identifier as their key. Unlike a file's, what is removed is hidden at once but overwritten only when the server
compacts its segments; and a second writer is not kept out, so let one service enrol and remove.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Self

import numpy as np

from biometrics.capture import OtherBackend
from biometrics.face.gallery.gallery import DIMENSION
from biometrics.face.gallery.samples import Samples, encoded, probe_vectors, vectors_of
from biometrics.face.gallery.slots import MOST_IDENTIFIER, MOST_SAMPLES
from biometrics.face.template import DLIB, Vector
from biometrics.gallery import AlreadyEnrolled, Candidate, UnknownIdentifier, UnusableGallery

MOST_FOUND: Final = 16_384
"""Samples that one search of Milvus gives."""
STRONG: Final = "Strong"
"""A search sees all that was acknowledged before it."""


class MilvusGallery:
    """A `biometrics.gallery.Gallery`; scores are cosines. Raises `UnusableGallery` where the server does not answer."""

    def __init__(
        self,
        uri: str,
        *,
        collection: str = "faces",
        backend: str = DLIB,
        dimension: int = DIMENSION,
        token: str = "",
        seconds: float = 10.0,
    ) -> None:
        """`uri` may also be a file, where milvus-lite is installed; a server is waited for so many `seconds`. Raises
        `UnusableGallery`, `OtherBackend`."""
        self.backend, self.dimension, self._collection = backend, dimension, collection
        self._field = "of_" + re.sub(r"\W", "_", backend, flags=re.ASCII)
        with _typed_errors():
            self._client = _connected(uri, token, seconds)
            if not self._client.has_collection(collection):
                self._create()
            self._check()

    def _create(self) -> None:
        from pymilvus import DataType

        client = self._client
        schema = client.create_schema(auto_id=False)
        schema.add_field("key", DataType.VARCHAR, max_length=2 * MOST_IDENTIFIER + 3, is_primary=True)
        schema.add_field(self._field, DataType.FLOAT_VECTOR, dim=self.dimension)
        index = client.prepare_index_params()
        index.add_index(self._field, index_type="FLAT", metric_type="IP")
        client.create_collection(self._collection, schema=schema, index_params=index, consistency_level=STRONG)

    def _check(self) -> None:
        """The vectors' field is named after their backend: a collection's description is not kept by milvus-lite."""
        fields = self._client.describe_collection(self._collection)["fields"]
        found = {one["name"]: one["params"].get("dim") for one in fields if one["name"] != "key"}
        if found != {self._field: self.dimension}:
            self.close()
            raise OtherBackend(f"{self._collection} holds templates of another backend: {found}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def __len__(self) -> int:
        with _typed_errors():
            found = self._client.query(
                self._collection, filter='key like "0:%"', output_fields=["count(*)"], consistency_level=STRONG
            )
        return int(found[0]["count(*)"])

    def __contains__(self, identifier: str) -> bool:
        return bool(self._keys(identifier))

    def _keys(self, identifier: str) -> list[str]:
        """Of all the person's samples."""
        encoded(identifier)
        keys = [_key(number, identifier) for number in range(MOST_SAMPLES)]
        with _typed_errors():
            found = self._client.get(self._collection, keys, output_fields=["key"], consistency_level=STRONG)
        return [one["key"] for one in found]

    def enrol(self, identifier: str, samples: Samples) -> None:
        """In the server's log when it returns, all samples in one message. Raises `AlreadyEnrolled`,
        `NothingToCompare`, `OtherBackend`, and `ValueError` for an unusable identifier."""
        encoded(identifier)
        vectors = vectors_of(samples, self.backend, self.dimension)
        if identifier in self:
            raise AlreadyEnrolled(f"{identifier} is enrolled already")
        rows = [{"key": _key(k, identifier), self._field: vector.tolist()} for k, vector in enumerate(vectors)]
        with _typed_errors():
            self._client.insert(self._collection, rows)

    def remove(self, identifier: str) -> None:
        """Found by nobody from its return on. Raises `UnknownIdentifier`."""
        keys = self._keys(identifier)
        if not keys:
            raise UnknownIdentifier(f"nobody is enrolled as {identifier}")
        with _typed_errors():
            self._client.delete(self._collection, ids=keys)

    def identify(self, probe: Samples, *, most: int = 10) -> list[Candidate]:
        """The `most` people with the most alike sample, best first. Raises `NothingToCompare`, `OtherBackend`."""
        return self.identify_many([probe], most=most)[0]

    def identify_many(self, probes: Sequence[Samples], *, most: int = 10) -> list[list[Candidate]]:
        """As `identify` for each, in one request."""
        vectors = probe_vectors(probes, self.backend, self.dimension)
        return self._searched(vectors, most) if len(vectors) else []

    def _searched(self, probes: Vector, most: int) -> list[list[Candidate]]:
        """Enough samples that `most` people are among them, however many each has."""
        with _typed_errors():
            answers = self._client.search(
                self._collection,
                [probe.tolist() for probe in np.asarray(probes)],
                anns_field=self._field,
                limit=min(most * MOST_SAMPLES, MOST_FOUND),
                output_fields=["key"],
                consistency_level=STRONG,
            )
        return [_people(hits)[:most] for hits in answers]


def _people(hits: Sequence[dict[str, Any]]) -> list[Candidate]:
    scores: dict[str, float] = {}
    for hit in hits:
        identifier = bytes.fromhex(hit["key"].partition(":")[2]).decode()
        scores[identifier] = max(scores.get(identifier, -2.0), float(hit["distance"]))
    return [Candidate(who, score, ((None, score),)) for who, score in sorted(scores.items(), key=lambda one: -one[1])]


def _key(number: int, identifier: str) -> str:
    """In hexadecimal, for pymilvus writes keys into its filters without quoting them."""
    return f"{number}:{identifier.encode().hex()}"


def _connected(uri: str, token: str, seconds: float) -> Any:
    try:
        from pymilvus import MilvusClient
    except ImportError:
        raise UnusableGallery("pymilvus is not installed; install sekisho[gallery]") from None
    return MilvusClient(uri, token=token, timeout=seconds)


@contextmanager
def _typed_errors() -> Iterator[None]:
    """Milvus's own errors become `UnusableGallery`."""
    try:
        yield
    except ImportError:
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("pymilvus", "milvus_lite", "grpc"):
            raise
        raise UnusableGallery(f"Milvus does not serve the gallery: {error}") from error
