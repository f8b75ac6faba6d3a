"""The talk around a course: what to ask, what needs a diagnosis, what to expect, when to stop.

questionnaire   the questions whose answers can change the screening's decision
red_flags       signs that need a diagnosis before any needle
expected        what trials say of each option for this person, beside doing nothing
stopping        what counts say: go on, change, look for another cause, stop
"""
