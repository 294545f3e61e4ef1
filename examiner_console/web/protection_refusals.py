"""Why the protection desk, or the supervisors' alarms, do not do what was asked: a branch of the tree in `refusals`."""

from __future__ import annotations

from examiner_console.casework.alarms import AlarmError, AlarmTaken
from examiner_console.law.protection import FileClosed, ProtectionError, UnusableEntry, WithAnother
from examiner_console.web.refusals import Refusal
from examiner_console.web.wording import mark


class FileUnknown(Refusal):
    code = "no_such_file"
    status = 404
    sentence = mark("There is no such file at the protection desk. Its list shows every one.")


class FileEnded(Refusal):
    code = "file_closed"
    status = 409
    sentence = mark("This file was ended meanwhile. Read how it ended; begin it again from the booth if need be.")


class CompanionChanged(Refusal):
    code = "with_another"
    status = 409
    sentence = mark("%(by)s came to the person meanwhile. Agree between you, and then say it again.")


class EntryIncomplete(Refusal):
    code = "unusable_entry"
    status = 422
    sentence = mark("This needs words: a note its text, a next step what is to be done and when, a handing on to whom.")


class AlarmUnknown(Refusal):
    code = "no_such_alarm"
    status = 404
    sentence = mark("There is no such alarm. The list shows those that stand.")


class AlarmAnswered(Refusal):
    code = "alarm_taken"
    status = 409
    sentence = mark("Another officer answers this alarm. Ask them before you do anything.")


def of_protection(error: ProtectionError) -> Refusal:
    match error:
        case FileClosed():
            return FileEnded()
        case WithAnother(by=by):
            return CompanionChanged(by=by)
        case UnusableEntry():
            return EntryIncomplete()
        case _:
            return FileUnknown()


def of_alarm(error: AlarmError) -> Refusal:
    return AlarmAnswered() if isinstance(error, AlarmTaken) else AlarmUnknown()
