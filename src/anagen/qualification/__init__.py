"""How wrong the model can be: predictions held against results and against simpler predictions."""
