"""Audiences (人群): whom something is for, as one filter that reads as text and as data."""
