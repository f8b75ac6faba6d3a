"""Aftercare: what to leave out after a session and until when, for this person and protocol."""

from anagen.aftercare.restart import Restart as Restart
from anagen.aftercare.restart import restart as restart
from anagen.aftercare.timetable import Line as Line
from anagen.aftercare.timetable import Timetable as Timetable
from anagen.aftercare.timetable import timetable as timetable
