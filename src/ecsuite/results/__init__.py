"""What a run found, as data: causes and counts, stored in a file from which all is rendered; knows no pytest."""
