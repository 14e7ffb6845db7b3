package record

import (
	"strings"
	"testing"
)

// TestCountsOfTrivy holds that what a report does not tell is not zero, and that its list is held against its summary, whole or as a sieve
// has counted it.
func TestCountsOfTrivy(t *testing.T) {
	const rest = ", highCount: 0, mediumCount: 0, lowCount: 0, unknownCount: 0}"
	critical := "[{severity: CRITICAL}, {severity: CRITICAL}]"
	for _, c := range []struct {
		name, summary, list string
		critical            int32 // -1 for none
		partial             string
	}{
		{"whole", "{criticalCount: 2" + rest, critical, 2, ""},
		{"none was found", "{criticalCount: 0" + rest, "[]", 0, ""},
		{"without a list", "{criticalCount: 2" + rest, "", 2, ""},
		{"null", "{criticalCount: null" + rest, critical, -1, "does not tell how much was found; its list holds 2 critical"},
		{"missing", "{}", "[]", -1, "does not tell how much"},
		{"no summary", "", critical, -1, "its list holds 2 critical"},
		{"no object", "7", "[]", -1, "does not tell how much"},
		{"text", "{criticalCount: \"7\"" + rest, "[]", -1, "does not tell how much"},
		{"negative", "{criticalCount: -5" + rest, "[]", -1, "does not tell how much"},
		{"broken", "{criticalCount: 1.5" + rest, "[]", -1, "does not tell how much"},
		{"a wrong key", "{CriticalCount: 7" + rest, "[]", -1, "does not tell how much"},
		{"one is missing", "{criticalCount: 0}", "[]", -1, "does not tell how much"},
		{"the critical ones are missing", "{highCount: 3, mediumCount: 0, lowCount: 0, unknownCount: 0}", "[]", -1, "does not tell how much"},
		{"critical ones alone", "{criticalCount: 7, highCount: 3}", "[]", 7, "its summary has no mediumCount, lowCount, unknownCount"},
		{"zeroes beside a list", "{criticalCount: 0" + rest, critical, 2, "its list contradicts its summary, and the more counts: the list holds 2 critical, 0 high, 0 medium and 0 low, the summary counts 0 critical"},
		{"a list of what is not rated", "{criticalCount: 2" + rest, "[{severity: UNKNOWN}, {}]", 2, ""},
		{"more than the list", "{criticalCount: 3" + rest, critical, 3, ""},
		{"counted by a sieve", "{criticalCount: 0" + rest, "{critical: 2, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0}", 2, "contradicts"},
		{"nothing counted by a sieve", "{criticalCount: 0" + rest, "{critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0}", 0, ""},
	} {
		text := trivyHead + "report:\n  os: {}\n"
		if c.summary != "" {
			text += "  summary: " + c.summary + "\n"
		}
		if c.list != "" {
			text += "  vulnerabilities: " + c.list + "\n"
		}
		s := scan(t, text)
		if (s.Counts == nil) != (c.critical < 0) || s.Counts != nil && s.Counts.Critical != c.critical || !strings.Contains(s.Partial, c.partial) || (c.partial == "") != (s.Partial == "") || s.Listed != (c.list != "") {
			t.Errorf("%s: %+v, listed %v, %q", c.name, s.Counts, s.Listed, s.Partial)
		}
	}
}
