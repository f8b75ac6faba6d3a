"""Unit conversions and constants of nature; every other number has a record with a source."""

HOURS_PER_DAY = 24.0
MINUTES_PER_DAY = 1440.0
DAYS_PER_WEEK = 7.0
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = 365.25 / 12
SECONDS_PER_HOUR = 3600.0
SECONDS_PER_MINUTE = 60.0
UM_PER_MM = 1e3
UM_PER_CM = 1e4
MM_PER_CM = 10.0
CM2_PER_M2 = 1e4
GRAMS_OF_FLOW = 100.0  # flow and consumption are given per 100 g of tissue, contents per 100 mL
MG_PER_ML_PER_PERCENT = 10.0  # 1 % weight in volume is 10 mg in 1 mL
UG_PER_MG = 1e3
NG_PER_UG = 1e3
ML_PER_L = 1e3
GRAM_FORCE_PER_NEWTON = 101.971621
N_PER_MPA_UM2 = 1e-6  # 1 MPa on 1 µm²
LEFT_WHEN_CLOSED = 0.05  # "95 % closed", the convention behind a published closing time
TINY = 1e-9  # keeps a logarithm or a division away from zero; far below any physical value
