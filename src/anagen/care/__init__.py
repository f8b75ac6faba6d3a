"""What a person and a practice take away: pages on screen and paper, charts, a calendar."""
