-- Why a text counts as a repeat, and how far shares of people can be trusted.

ALTER TABLE documents ADD COLUMN likeness VARCHAR;  -- original, copy or variation; NULL until it is compared

-- The 95 % interval of a share of `k` of `n` for z = 1.96 (Wilson 1927).
CREATE MACRO wilson_low(k, n, z) AS (2 * k + z * z - z * sqrt(z * z + 4 * k * (1 - k / n))) / (2 * (n + z * z));
CREATE MACRO wilson_high(k, n, z) AS (2 * k + z * z + z * sqrt(z * z + 4 * k * (1 - k / n))) / (2 * (n + z * z));
