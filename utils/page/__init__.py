"""The captioner as one HTML file that runs in a browser."""
