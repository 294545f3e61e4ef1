"""Words of the protection desk: kinds, arrangements, outcomes, and our own checklists, which are not law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from examiner_console.law.protection import Act, Arrangement, Entry, Kind, Outcome
from examiner_console.web.wording import Translate, mark

KINDS: Final[Mapping[Kind, str]] = {
    Kind.REFUGE: mark("Asks for refuge"),
    Kind.CHILD: mark("Child alone"),
    Kind.TRAFFICKING: mark("Possible victim of trafficking"),
    Kind.OTHER: mark("Other need for protection"),
}
ARRANGEMENTS: Final[Mapping[Arrangement, str]] = {
    Arrangement.INTERPRETER: mark("Interpreter"),
    Arrangement.GUARDIAN: mark("Parent or guardian"),
    Arrangement.CHILD_GUIDANCE: mark("Child guidance centre"),
    Arrangement.SHELTER: mark("Shelter"),
    Arrangement.DOCTOR: mark("Doctor"),
    Arrangement.UNHCR: mark("UNHCR"),
    Arrangement.IOM: mark("IOM"),
    Arrangement.LAWYER: mark("Lawyer"),
    Arrangement.POLICE: mark("Police"),
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.BOOTH_RULES: mark("Back to the booth: examined by the ordinary rules"),
    Outcome.NOTHING_NEEDED: mark("Back to the booth: no protection is needed"),
    Outcome.REFUGE_PERMISSION: mark("Landing permission for temporary refuge (Art. 18-2)"),
    Outcome.HANDED_ON: mark("Handed on, to whom is written below"),
}
CHECKLISTS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.REFUGE: (
        mark("A private room, no screen the hall can see, and an interpreter: a woman or a man, as the person asks."),
        mark("Ask in the person's own words what they fear, and from whom; write it down as it was said."),
        mark("Tell of the landing permission for temporary refuge (Art. 18-2) and of the refugee application."),
        mark("Do not tell the person's own consulate anything unless they ask for it."),
    ),
    Kind.CHILD: (
        mark("One officer stays with the child; sit at the child's height, and explain each step first."),
        mark("Reach a parent or guardian, and compare who answers with the papers."),
        mark("Leaving: see papers in which those who have custody consent, and who meets the child."),
        mark("Nobody reached, or a doubt: call the child guidance centre before anything is decided."),
    ),
    Kind.TRAFFICKING: (
        mark("Never in front of companions: part them first, one by one, for a reason that alarms nobody."),
        mark("An interpreter who did not come with the group. Who holds passport, money and telephone?"),
        mark("Safety first: no question about status before shelter and a doctor were offered."),
        mark("Tell that a victim of trafficking may be permitted to stay, and call the police where they wish it."),
    ),
    Kind.OTHER: (
        mark("Ask what the person needs now: water, medicine, a seat, quiet, someone to call."),
        mark("Say who you are, what happens next, and how long it takes."),
    ),
}


def entry_text(entry: Entry, translate: Translate) -> str:
    """What an entry did, without the officer's own words."""
    match entry.act:
        case Act.OPENED if entry.kind is not None:
            return translate(mark("Private since: %(kind)s")) % {"kind": translate(KINDS[entry.kind])}
        case Act.ACCOMPANIED:
            return translate(mark("Is with the person"))
        case Act.ARRANGED if entry.arrangement is not None:
            return translate(mark("Arranged: %(what)s")) % {"what": translate(ARRANGEMENTS[entry.arrangement])}
        case Act.PLANNED:
            return translate(mark("Next step"))
        case Act.CLOSED if entry.outcome is not None:
            return translate(OUTCOMES[entry.outcome])
        case _:
            return translate(mark("Note"))
