"""Words for gates on the monitor wall: how they stand, what is to be looked at, and why an order was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from examiner_console.casework.fleet_modes import Mode
from examiner_console.contract import GateCommand
from examiner_console.web.wording import mark

STANDS: Final[Mapping[str, str]] = {
    "silent": mark("No answer"),
    "starting": mark("Starting"),
    "ready": mark("Ready"),
    "entering": mark("Coming in"),
    "passport": mark("Passport"),
    "face": mark("Face"),
    "deciding": mark("Deciding"),
    "leaving": mark("Leaving"),
    "to_booth": mark("To a booth"),
    "two_people": mark("Two people"),
    "abandoned": mark("Does not leave"),
    "help": mark("Help called"),
    "emergency": mark("Emergency"),
    "locked": mark("Locked"),
    "device_lost": mark("Out of use"),
    "unwatched": mark("Not watched"),
    "side_closed": mark("Closed"),
    "closed": mark("Closed"),
}
ICONS: Final[Mapping[str, tuple[str, str]]] = {
    "silent": ("none", "warn"),
    "starting": ("refresh", "off"),
    "ready": ("ready", "plain"),
    "entering": ("work", "act"),
    "passport": ("passport", "act"),
    "face": ("face", "act"),
    "deciding": ("work", "act"),
    "leaving": ("ok", "ok"),
    "to_booth": ("go", "act"),
    "two_people": ("oct", "stop"),
    "abandoned": ("oct", "stop"),
    "help": ("help", "warn"),
    "emergency": ("oct", "stop"),
    "locked": ("lock", "off"),
    "device_lost": ("off", "off"),
    "unwatched": ("lock", "off"),
    "side_closed": ("lock", "off"),
    "closed": ("off", "off"),
}
"""Icon, and the colour that goes with it; the shape alone says it too."""
NOTES: Final[Mapping[str, str]] = {
    "silent": mark("Nothing was heard of it."),
    "starting": mark("The lane is being checked."),
    "ready": mark("No traveller"),
    "entering": mark("One person comes in."),
    "passport": mark("The passport is laid down and read."),
    "face": mark("The face is looked at."),
    "deciding": mark("The console is asked."),
    "leaving": mark("The exit is open."),
    "to_booth": mark("Walks back by the entry; the reason is in the queue."),
    "two_people": mark("More than one person behind one passport; the entry is open."),
    "abandoned": mark("Somebody stays inside with the entry open."),
    "help": mark("Somebody asked for help."),
    "emergency": mark("Both doors are open."),
    "locked": mark("Both doors are closed."),
    "unwatched": mark("It takes travellers once somebody watches it."),
    "side_closed": mark("The supervisor has all gates of this side closed."),
    "closed": mark("The attendant has it closed."),
}
ALERTS: Final[Mapping[str, str]] = {
    "emergency": mark("Emergency: both doors are open"),
    "two_people": mark("Two people behind one passport"),
    "abandoned": mark("Somebody does not leave"),
    "silent": mark("The gate does not answer"),
    "help": mark("Help is called"),
    "waiting_long": mark("More than 25 s in one step"),
    "device_lost": mark("A device does not answer"),
}
DEVICES: Final[Mapping[str, str]] = {
    "face_camera": mark("face camera"),
    "page_camera": mark("page camera"),
    "card_reader": mark("chip reader"),
    "matching": mark("comparison"),
    "door": mark("doors"),
}
COMMANDS: Final[Mapping[GateCommand, str]] = {
    GateCommand.REFER: mark("Refer"),
    GateCommand.RETRY: mark("Retry"),
    GateCommand.EVACUATE: mark("Evacuate"),
    GateCommand.RESET: mark("End emergency"),
}
MODES: Final[Mapping[Mode, str]] = {
    Mode.NORMAL: mark("as usual"),
    Mode.REFER_ALL: mark("everybody to a booth"),
    Mode.CLOSED: mark("gates closed"),
}
REFUSED: Final[Mapping[str, str]] = {
    "nobody_inside": mark("nobody is inside"),
    "nothing_to_retry": mark("no passport is being read"),
    "no_emergency": mark("there is no emergency"),
    "button_pressed": mark("its emergency button is still pressed"),
}
REASONS: Final = (mark("Cleaning"), mark("Fault"), mark("Incident"), mark("Few travellers"), mark("Drill"))
"""Why a gate is locked; kept in English, shown in the reader's language."""
