// NameAudits.
