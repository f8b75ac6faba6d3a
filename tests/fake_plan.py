"""A made-up but lifelike plan, screening and forecast, for the pages that lay them out.

The numbers are drawn, not computed: what is tested with them is the showing, not the model.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from anagen.counting import Detectable
from anagen.forecast import Forecast
from anagen.patient import Patient
from anagen.planning import Burden, Option, Plan, Withheld
from anagen.protocol import Protocol
from anagen.screening import Finding, Screening, Unknown

WEEKS = np.arange(53)
BASELINE = 172.0
SMALLEST = 14.0
VERSION = "0.1.0+fake"
HOSTILE = '<script>alert("x")</script> #panic() *a* [red]b[/red] \x1b[31m {{ 7 * 7 }} \u202etxt'
# As far as a patient file lets it through.
NAME = '<script>alert("x")</script> #panic() *a* {{ 7 * 7 }}'

PATIENT: dict[str, Any] = {
    "age": 34,
    "sex": "male",
    "condition": "androgenetic_alopecia",
    "grade": "norwood_3v",
    "months_since_onset": 48,
    "skin_type": 3,
    "conditions": [],
    "medications": ["warfarin", {"name": "isotretinoin", "stopped_days_ago": 40}],
    "hair": {"total_density_per_cm2": BASELINE, "mean_diameter_um": 58},
}
MINOXIDIL = {
    "drug": "minoxidil",
    "strength_percent": 5,
    "dose_ml": 1.0,
    "per_day": 2,
    "hold_hours": 24,
}
PEN = {"kind": "pen", "needle_mm": 0.6, "needles": 12, "rate_hz": 100}
COURSE = {"sessions": 12, "interval_days": 14, "passes": 4, "area_cm2": 100, "endpoint": "erythema"}

BLEEDING = Finding(
    rule="anticoagulant",
    severity="relative",
    applies_to="procedure",
    title="Takes a blood thinner",
    trigger="medications: warfarin",
    reason="Bleeding lasts longer and the small wounds stay open longer.",
    action="Ask for a recent INR; agree with the prescriber; do not stop the medicine for this.",
    source="Expert consensus on microneedling safety (2020)",
    certainty="judgement",
    leads_to="caution",
    conflict="One label counts it as a bar, a consensus as a caution.",
)
WASHOUT = Finding(
    rule="isotretinoin_recent",
    severity="caution",
    applies_to="procedure",
    title="Isotretinoin in the last six months",
    trigger="medications: isotretinoin, stopped 40 days ago",
    reason="Labels advise a wait; later studies found no more scars.",
    action="Talk the two positions over before a first session.",
    source="ASDS consensus (2017)",
    certainty="moderate",
    leads_to="caution",
    wait_days=140,
)
INFECTION = Finding(
    rule="active_infection",
    severity="absolute",
    applies_to="procedure",
    title="Infection on the area to be needled",
    trigger="scalp_findings: folliculitis",
    reason="Needles would carry the infection deeper.",
    action="Treat the infection first; look again when the skin has been calm for two weeks.",
    source="Device labels; expert consensus (2020)",
    certainty="high",
    leads_to="do_not_treat",
    wait_days=14,
)
KELOID = Unknown(
    question="Have you ever had a scar that grew beyond its wound?",
    field="conditions",
    rules=("keloid_history",),
    could_become="do_not_treat",
)
NICKEL = Unknown(
    question="Are you allergic to nickel or to numbing creams?",
    field="allergies",
    rules=("metal_allergy", "anaesthetic_allergy"),
    could_become="caution",
)


def make_patient(**changes: Any) -> Patient:
    return Patient.from_table(PATIENT | changes, where="fake patient")


def make_protocol(sessions: int = 12, topicals: tuple[dict[str, Any], ...] = ()) -> Protocol:
    table: dict[str, Any] = {"course": {"sessions": sessions}, "topicals": list(topicals)}
    if sessions:
        table |= {"device": PEN, "course": COURSE | {"sessions": sessions}}
    return Protocol.from_table(table, where="fake protocol")


def make_screening(decision: str = "caution", *findings: Finding) -> Screening:
    return Screening(
        decision=decision,  # type: ignore[arg-type]
        findings=findings or (BLEEDING, WASHOUT),
        unknown=(KELOID, NICKEL),
        unrecognised=("medications: 'finastride' (did you mean 'finasteride'?)",),
        off_label=True,
        version="2026.1",
    )


def make_forecast(
    gain: float,
    spread: float,
    protocol: Protocol,
    patient: Patient | None = None,
    warnings: tuple[str, ...] = (),
    seed: int = 0,
) -> Forecast:
    """A course that ends ``gain`` ± ``spread`` hairs/cm² from its baseline; medicine sheds."""
    draw = np.random.default_rng(seed)
    reached = draw.normal(gain, spread, (400, 1))
    pace = draw.uniform(14, 22, (400, 1))
    grown = reached * (1 - np.exp(-((WEEKS / pace) ** 2)))
    shed = 3.0 * np.exp(-(((WEEKS - 6) / 3) ** 2)) if protocol.topicals else 0.0
    total = BASELINE + grown - shed * (WEEKS > 0)
    sessions = protocol.course.sessions
    redness = np.zeros_like(total)
    redness[:, : 2 * sessions : 2] = 0.6
    change = total - total[:, :1]
    return Forecast(
        patient=patient or make_patient(),
        protocol=protocol,
        weeks=WEEKS,
        draws={
            "total_density_per_cm2": total,
            "terminal_density_per_cm2": 0.7 * total,
            "vellus_density_per_cm2": 0.3 * total,
            "mean_diameter_um": 58 + 0.1 * grown,
            "anagen_fraction": np.clip(0.78 + 0.002 * grown, 0, 1),
            "shed_per_day_per_1000": 3 + shed + 0 * grown,
            "coverage": np.clip(0.8 + 0.002 * grown, 0, 1),
            "hair_mass_index": 60 + grown,
            "erythema": redness,
            "infection_risk": np.linspace(0, 1e-4 * sessions, len(WEEKS)) + 0 * grown,
        },
        session={
            "pain_vs_26g": np.full(400, 2.2 if sessions else 0.0),
            "hours_to_closed": np.full(400, 12.0 if sessions else 0.0),
            "days_of_redness": np.full(400, 1.5 if sessions else 0.0),
        },
        detectable=Detectable(
            method="phototrichogram, counted once by one reader (reliability study, 2019)",
            smallest_change_per_cm2=SMALLEST,
            chance_of_gain={week: float((change[:, week] > SMALLEST).mean()) for week in (24, 52)},
            chance_of_loss={week: float((change[:, week] < -SMALLEST).mean()) for week in (24, 52)},
        ),
        warnings=warnings,
        model_version=VERSION,
        seed=seed,
    )


def make_option(
    rank: int,
    key: str,
    name: str,
    gain: float,
    spread: float,
    protocol: Protocol,
    screening: Screening,
    untreated: Forecast | None = None,
    warnings: tuple[str, ...] = (),
) -> Option:
    forecast = make_forecast(gain, spread, protocol, warnings=warnings)
    end = forecast.draws["total_density_per_cm2"][:, -1]
    against = untreated.draws["total_density_per_cm2"][:, -1] if untreated else end
    quantiles = np.quantile(end - against, [0.05, 0.25, 0.5, 0.75, 0.95])
    visits = protocol.course.sessions
    return Option(
        key=key,
        name=name,
        protocol=protocol,
        forecast=forecast,
        rank=rank,
        gain=dict(zip(("p05", "p25", "median", "p75", "p95"), map(float, quantiles), strict=True)),
        expected_gain=0.7 * float(quantiles[2]),
        worth=0.7 * float(quantiles[2]) - 0.2 * visits,
        chance_of_detectable_gain=forecast.detectable.chance_of_gain[52],
        burden=Burden(
            visits=visits,
            days_of_redness=1.5 * visits,
            pain_vs_26g=2.2 if visits else 0.0,
            applications=730.0 if protocol.topicals else 0.0,
            infection_risk=0.0008 * visits,
            infection_risk_p95=0.004 * visits,
        ),
        reasons=(f"Reason one for {key}.", "It asks for more visits than the medicine alone."),
        evidence="Pooled small trials, high risk of bias (grade: low).",
        screening=screening,
    )


def make_plan(**patient: Any) -> Plan:
    screening = make_screening()
    person = make_patient(**patient)
    untreated = make_forecast(-7, 5, make_protocol(0))
    far = ("Needle length 0.6 mm lies outside the trials of men over 60 (0.5 mm only).",)
    options = (
        make_option(
            1,
            "pen_0.6_biweekly_minoxidil",
            "Pen 0.6 mm every 2 weeks, with minoxidil 5 %",
            13,
            9,
            make_protocol(12, (MINOXIDIL,)),
            screening,
            untreated,
            far,
        ),
        make_option(
            2,
            "medicine_only",
            "Medicine only: minoxidil 5 %",
            8,
            7,
            make_protocol(0, (MINOXIDIL,)),
            screening,
            untreated,
        ),
        make_option(
            3,
            "pen_0.6_biweekly",
            "Pen 0.6 mm every 2 weeks, without medicine",
            -3,
            7,
            make_protocol(12),
            screening,
            untreated,
        ),
        make_option(
            4, "none", "No needling, no medicine", -7, 5, make_protocol(0), screening, untreated
        ),
    )
    return Plan(
        patient=person,
        screening=screening,
        options=options,
        withheld=(
            Withheld(
                "Roller 1.5 mm every week",
                "The wounds would not close between sessions.",
                "interval_too_short",
            ),
        ),
        message="Needling with the medicine may add a little to the medicine alone; settle the "
        "blood thinner with the prescriber first.",
        would_change=("A recent INR.", "A second count of the same area in three months."),
        weeks=52,
        model_version=VERSION,
        seed=0,
    )


def make_barred_plan() -> Plan:
    person = make_patient(scalp_findings=["folliculitis"])
    return Plan(
        patient=person,
        screening=make_screening("do_not_treat", INFECTION, BLEEDING),
        options=(),
        withheld=(),
        message="Please do not needle now: there is an infection on the scalp, and needles would "
        "carry it deeper.",
        would_change=("The infection has been treated and the skin has been calm for two weeks.",),
        weeks=52,
        model_version=VERSION,
        seed=0,
    )


def make_hostile_plan() -> Plan:
    """Text that would do harm where it is read as more than text."""
    made = make_plan(medications=[NAME])
    finding = replace(BLEEDING, title=HOSTILE, trigger=HOSTILE, source=HOSTILE)
    screening = replace(
        made.screening,
        findings=(finding,),
        unknown=(replace(KELOID, question=HOSTILE),),
        unrecognised=(HOSTILE,),
    )
    first = replace(made.options[0], name=HOSTILE, reasons=(HOSTILE,), evidence=HOSTILE)
    return replace(made, message=HOSTILE, screening=screening, options=(first, *made.options[1:]))
