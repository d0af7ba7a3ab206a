"""Truths put as people ask and answer: thousands of wordings made of a few hundred patterns."""
