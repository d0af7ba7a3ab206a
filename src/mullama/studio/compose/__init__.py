"""A seed becomes a piece: form, harmony, parts and notes."""
