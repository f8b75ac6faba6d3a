"""Draw the pictures of README and docs from the model: ``python docs/images/make.py``."""

from pathlib import Path

from anagen import Patient, Protocol
from anagen.calibration.average_effect import WEEKS, average_effects
from anagen.care.average_chart import average_chart
from anagen.care.chart import forecast_chart
from anagen.care.microscope_of import microscope_of
from anagen.care.scalp_picture import picture_of
from anagen.care.tokens import LIGHT
from anagen.forecast import simulate_together
from anagen.protocol import nothing

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent / "examples"


def main() -> None:
    """A forecast, a microscope and a scalp map of the example people under the example course."""
    patient = Patient.read(EXAMPLES / "man.toml")
    course = Protocol.read(EXAMPLES / "course.toml")
    forecast, untreated = simulate_together(patient, [course, nothing(course)], draws=500)
    drawn = forecast_chart(
        forecast,
        title="A man of 34: six sessions of 0.6 mm and minoxidil 5 %",
        no_needling=untreated,
        colours=LIGHT,
        width=820,
    )
    # A ground of its own, so that it can be read on a dark page too.
    grounded = drawn.replace("<svg ", f'<svg style="background:{LIGHT["paper"]}" ', 1)
    (HERE / "man.svg").write_text(grounded, "utf-8")
    (HERE / "microscope.svg").write_text(microscope_of(patient, course), "utf-8")
    averages = average_chart(average_effects(), WEEKS, colours=LIGHT)
    grounded = averages.replace("<svg ", f'<svg style="background:{LIGHT["paper"]}" ', 1)
    (HERE / "average.svg").write_text(grounded, "utf-8")
    scalp = picture_of(Patient.read(EXAMPLES / "woman.toml"), course, weeks=24, seed=0)
    (HERE / "scalp_before_after.svg").write_text(scalp, "utf-8")


if __name__ == "__main__":
    main()
