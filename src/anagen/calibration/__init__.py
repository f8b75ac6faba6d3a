"""What the trials say of the model's numbers, and what the model says of trials."""
