"""The errors we foresee, grouped by what the reader should do about them.

PipelineError                 exit 1: message and hint, no traceback
├── SettingsError             exit 2: mend the settings
├── SourceError               a source did not give what we asked for
│   ├── SourceUnavailable     run again later
│   └── SourceChanged         someone must look
├── NoticeError               one notice is unreadable: quarantined and counted
├── CorpusError               annotations, codebook or texts disagree
├── ModelError                a model cannot be used
│   ├── ModelNotFound
│   ├── ModelMismatch         made for another analyzer or codebook: retrain
│   ├── UntrustedModel        tampered with, or holds types we do not load
│   └── GateFailed            measured below a floor, or on something else
├── ChecksFailed              exit 3: done, but a `stop` check did not pass
└── EstimateError             no share can be published
    ├── TooFewLabels          judge the rest of the draw, or draw more
    ├── NoDraw                plan and draw first
    └── NoScenario            say what is assumed about the unpublished part
"""

from __future__ import annotations


class PipelineError(Exception):
    """A problem we foresaw; the command line shows it without a traceback.

    Attributes:
        hint: What to do next, in one sentence; empty when there is nothing to do.
        exit_code: What the command line returns.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SettingsError(PipelineError):
    """A setting, option or path is wrong. Mend it and run again."""

    exit_code = 2


class SourceError(PipelineError):
    """A source did not give us what we asked for."""


class SourceUnavailable(SourceError):
    """The source did not answer after every retry. Run again later."""


class SourceChanged(SourceError):
    """The source answers in a shape we do not know. Someone must look at it."""


class NoticeError(PipelineError):
    """One notice cannot be read; it goes to quarantine and is counted."""


class CorpusError(PipelineError):
    """Annotations, codebook and texts do not agree with each other."""


class ModelError(PipelineError):
    """A model cannot be used."""


class ModelNotFound(ModelError):
    """There is no such model on the shelf."""


class ModelMismatch(ModelError):
    """The model was made for another analyzer or codebook. Retrain it."""


class UntrustedModel(ModelError):
    """The model's files were changed, or hold types that are never loaded."""


class GateFailed(ModelError):
    """The model was measured below a floor, or not on what the floors are about."""


class ChecksFailed(PipelineError):
    """The run was done, but a check that must pass did not. Look before publishing."""

    exit_code = 3


class EstimateError(PipelineError):
    """A share cannot be published as asked."""


class TooFewLabels(EstimateError):
    """The judgements are too few to say anything with a known error."""


class NoDraw(EstimateError):
    """No lots were drawn with known probabilities, so no share may be published."""


class NoScenario(EstimateError):
    """A national figure needs an assumption on what is not published."""
