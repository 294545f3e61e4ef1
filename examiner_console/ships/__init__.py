"""Ships in port: calls, their passengers, permission for all of them at once, the tally at the gangway (Art. 14-2),
and the other special permissions to land (Art. 14, 15 to 18-2)."""
