"""Training: from the judged notices in the repository to a judge and its card."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook
from pipeline.corpus import annotations as judging
from pipeline.corpus.analyzer import Analyzer
from pipeline.corpus.draws import training_ids
from pipeline.errors import CorpusError
from pipeline.features.cues import CueFinder
from pipeline.features.passages import Target
from pipeline.learning import weak
from pipeline.learning.groups import groups
from pipeline.learning.heads import Heads
from pipeline.learning.judge import STRENGTHS, WEIGHTS, Judge, Weights
from pipeline.learning.weak import SilverJudgement
from pipeline.notices.formats import tabular
from pipeline.records import (
    INNOVATION,
    ROW,
    Annotation,
    Judgement,
    ModelCard,
    Notice,
    RawNotice,
    Reading,
)
from pipeline.store import Store, sha256

# A list of innovation-oriented notices is read by people: between 0.5 and 0.75 a false alarm
# costs more than a miss (docs/model_choice.md). Shares are sums of probabilities, without it.
LISTED = 0.75

LIBRARIES = ("numpy", "scikit-learn", "scipy", "skops", "spacy", "spacy-lookups-data")

CAVEATS = (
    "Trained on notices that were written for this project, not on published ones.",
    "Probabilities are calibrated for the mix of the training notices, of which almost half are "
    "innovation-oriented; among published notices a few per cent are. Shares must be estimated "
    "with a random draw of judged notices, never by counting labels.",
    "Of the 497 published notices it was held against, 11 are innovation-oriented, most of them "
    "doubtful cases. They tell how often the model raises a false alarm, and next to nothing "
    "about what it misses; it misses most of these 11.",
    "The published notices were looked at during development and the threshold for listing was "
    "set with them in view, so their figures are no independent test.",
    "Both readings of the authored notices were made in the same manner; their agreement is an "
    "upper bound of what independent experts would reach.",
    "Forms that are described without their name are often missed.",
    "Not for decisions about a single buyer, supplier or procedure.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model is made; what is compared in model selection.

    Attributes:
        weights, strengths: See ``Judge``.
        mask_names: Hide the forms' own names.
        classifier: See ``Heads``.
        seed: Of every random choice.
    """

    weights: Weights = field(default_factory=lambda: WEIGHTS)
    strengths: Mapping[str, float] = field(default_factory=lambda: STRENGTHS)
    mask_names: bool = False
    classifier: str = "svm"
    seed: int = 0

    def judge(self, codebook: Codebook) -> Judge:
        """Make the unfitted judge of this recipe."""
        return Judge.for_codebook(
            codebook,
            weights=self.weights,
            strengths=self.strengths,
            mask_names=self.mask_names,
            heads=Heads(self.classifier, seed=self.seed),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Judged and analysed notices, ready to learn from; all of length n_documents."""

    readings: tuple[Reading, ...]
    targets: tuple[Target, ...]
    fingerprint: str

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """The judgement of each document."""
        return tuple(x.judgement for x in self.targets if x.judgement is not None)

    @property
    def groups(self) -> NDArray[np.int64]:
        """The group of each document; shape (n_documents,)."""
        return np.array([target.group for target in self.targets])

    def some(self, chosen: NDArray[np.int64]) -> Examples:
        """Return the examples at the given positions."""
        return Examples(
            readings=tuple(self.readings[i] for i in chosen),
            targets=tuple(self.targets[i] for i in chosen),
            fingerprint=self.fingerprint,
        )


def authored(
    store: Store,
    codebook: Codebook,
    analyzer: Analyzer,
    *,
    added: Mapping[str, str] | None = None,
    notices: Mapping[str, Notice] | None = None,
) -> Examples:
    """Read the authored notices and their judgements, and newly judged ones beside them.

    Args:
        added: File name to judgements as CSV, of notices that are not ours.
        notices: The notices that ``added`` judges, by id; those it does not judge are left out.

    Raises:
        CorpusError: A notice has no judgement or a judgement no notice, the text has changed
            since it was judged, or a judged notice was drawn at random.
    """
    ours = {x["notice_id"]: _notice(x) for x in store.authored()}
    judged = judging.final(
        judging.read(store.annotations("authored"), codebook, name="authored.csv")
    )
    for name, text in (added or {}).items():
        read = judging.read(text, codebook, name=name)
        _require_chosen(read)
        newly = judging.final(read)
        judged |= newly
        ours |= {x: notices[x] for x in newly if notices and x in notices}
    return examples(ours, judged, codebook, analyzer)


def examples(
    notices: dict[str, Notice],
    judged: dict[str, Annotation],
    codebook: Codebook,
    analyzer: Analyzer,
) -> Examples:
    """Join notices with their judgements, leave out the unsure ones, and analyse the texts.

    Raises:
        CorpusError: They do not fit together.
    """
    require_same(set(notices), set(judged))
    for notice_id, one in judged.items():
        if one.text_hash and one.text_hash != judging.text_hash(notices[notice_id]):
            raise CorpusError(
                f"{notice_id}: the text has changed since it was judged",
                hint="Judge it again, or restore the text.",
            )
    sure = [notice_id for notice_id in sorted(judged) if not judged[notice_id].unsure]
    finder = CueFinder(codebook, analyzer.nlp)
    documents = analyzer.analyze([notices[notice_id] for notice_id in sure])
    readings = tuple(Reading(document=x, hits=finder.find(x)) for x in documents)
    facts = [(x, judged[x].text_hash, str(judged[x].judgement)) for x in sure]
    return Examples(
        readings=readings,
        targets=tuple(
            Target(judgement=judged[x].judgement, evidence=judged[x].evidence, group=int(group))
            for x, group in zip(sure, groups([x.document for x in readings]), strict=True)
        ),
        fingerprint=sha256(json.dumps(facts).encode())[:16],
    )


def train(
    learned: Examples,
    recipe: Recipe,
    codebook: Codebook,
    *,
    silver: Sequence[tuple[Reading, Target]] = (),
) -> Judge:
    """Fit a judge.

    Args:
        silver: Readings that nobody judged, with what fields and cues suggest of them.

    Raises:
        CorpusError: A label has too few examples.
    """
    readings = [*learned.readings, *(reading for reading, _ in silver)]
    targets = [*learned.targets, *(target for _, target in silver)]
    return recipe.judge(codebook).fit(readings, targets)


def silvered(
    notices: Sequence[Notice], codebook: Codebook, analyzer: Analyzer
) -> tuple[tuple[tuple[Reading, Target], ...], tuple[SilverJudgement, ...]]:
    """Say what fields and cues suggest of notices that nobody judged.

    Returns:
        What to learn from, notices without a suggestion left out; and all suggestions.
    """
    finder = CueFinder(codebook, analyzer.nlp)
    readings = [Reading(document=x, hits=finder.find(x)) for x in analyzer.analyze(notices)]
    found = [weak.silver(reading, codebook) for reading in readings]
    examples = []
    for number, (reading, suggested) in enumerate(zip(readings, found, strict=True), 1):
        silver = weak.suggestions(suggested)
        if silver and reading.document.language == "nl":
            # Each is a group of its own; negative numbers are never those of judged notices.
            examples.append((reading, Target(judgement=None, group=-number, silver=silver)))
    return tuple(examples), tuple(one for suggested in found for one in suggested)


def card(
    judge: Judge,
    learned: Examples,
    recipe: Recipe,
    codebook: Codebook,
    *,
    analyzer: str,
    created: str,
) -> ModelCard:
    """Describe a model that was trained; metrics and files are added later.

    Args:
        analyzer: Name and version the documents carry.
        created: Date, ISO 8601.
    """
    # The weights name the model: the same notices, recipe and code give the same name.
    made_of = sha256(judge.heads_.coef_.tobytes() + judge.heads_.intercept_.tobytes())
    return ModelCard(
        model_id=f"{created.replace('-', '')}-{made_of[:8]}",
        recipe=json.dumps(asdict(recipe), sort_keys=True),
        analyzer=analyzer,
        codebook_version=codebook.version,
        created=created,
        training={
            "fingerprint": learned.fingerprint,
            "notices": len(learned.judgements),
            **_counts(learned.judgements),
        },
        metrics={},
        thresholds={INNOVATION: LISTED} | dict.fromkeys(codebook.forms, 0.5),
        files={},
        versions={name: metadata.version(name) for name in LIBRARIES},
        caveats=CAVEATS,
    )


def _require_chosen(judged: Sequence[Annotation]) -> None:
    drawn = sorted({one.notice_id for one in judged} - training_ids(judged))
    if drawn:
        raise CorpusError(
            f"{len(drawn)} notices were drawn at random, for example {drawn[0]}",
            hint="Drawn judgements measure the model, so it must not have learned from them.",
        )


def _notice(values: dict[str, Any]) -> Notice:
    day = dt.date.fromisoformat(values["published_on"])
    return tabular.read(
        RawNotice(
            source="authored",
            source_id=values["notice_id"],
            url="",
            fetched_at=dt.datetime.combine(day, dt.time(), dt.UTC),
            media_type=ROW,
            body=json.dumps(values).encode(),
        )
    )


def _counts(judgements: Sequence[Judgement]) -> dict[str, dict[str, int]]:
    return {
        "degree": dict(sorted(Counter(x.degree for x in judgements).items())),
        "forms": dict(sorted(Counter(f for x in judgements for f in x.forms).items())),
    }


def require_same(notices: set[str], judged: set[str]) -> None:
    """Require that every notice is judged and every judgement has its notice.

    Raises:
        CorpusError: Some are missing.
    """
    for some, what in (
        (notices - judged, "have no judgement"),
        (judged - notices, "are judged but there is no such notice"),
    ):
        if some:
            raise CorpusError(f"{len(some)} notices {what}, for example {min(some)}")
