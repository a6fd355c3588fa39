"""Foreign text as an enemy would write it: fragments of every CI's language, among any characters."""

from __future__ import annotations

from hypothesis import strategies as st

from aap_launcher.models.marks import Annotation, GroupEnd, GroupStart, Level, Line, Mark, Progress, Tone

FRAGMENTS = (
    "::", ":", "::error::", "::add-mask::x", "::stop-commands::t", "::endgroup::", "::group::", "##[", "##", "#",
    "[", "]", "##[error]", "##[group]", "##[add-mask]y", "::set-env name=A::b", "error", " ", "\t", "\n", "\r",
    "\r\n", "\x1b[31m", "\x1b[0m", "\x1b[0;1;38;5;8m", "\x1b[8mha:AAAA\x1b[0m", "\x1b[0;8m", "\x1b[38;5;38;5;8m",
    "\x1b[2K", "\x1b[0K", "\x1b]0;t\x07", "\x1b", "\x9b31m", "\x85", "\u2028", "\v", "\f", "\x1c", "\0", "\b",
    "\xa0", "\u3000", "\u200b", "\u00ad", "\ufeff", "\u202e", "\u2066", "%0A", "%", ",", "=", "<<", "'", '"',
    "section_start:1:x\r\x1b[0K", "section_end:1:x[collapsed=true]\r\x1b[0K", "\ud800", "\udc80", "\U0001f600",
)  # fmt: skip

text = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=12).map("".join)
marks: st.SearchStrategy[list[Mark]] = st.lists(
    st.builds(Line, text, st.sampled_from(Tone), st.just("") | text)
    | st.builds(GroupStart, text)
    | st.just(GroupEnd())
    | st.builds(Annotation, st.sampled_from(Level), text, text)
    | st.builds(Progress, text),
    max_size=12,
)
