"""The practice in a browser: pages over the records, the forecast and the evidence."""
