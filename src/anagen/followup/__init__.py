"""Follow-up: what a person's own counts say of that person's course."""

from anagen.followup.follow import FollowUp as FollowUp
from anagen.followup.follow import Measured as Measured
from anagen.followup.follow import Seen as Seen
from anagen.followup.follow import follow_up as follow_up
