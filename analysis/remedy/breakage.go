package remedy

// breakage is the class of harm that a fix may do, mildest first (catalogue: none, likely-safe, needs-evidence, outage).
type breakage uint8

const (
	harmless breakage = iota
	likelySafe
	needsEvidence
	outage
)

func (b breakage) String() string {
	switch b {
	case likelySafe:
		return "likely-safe"
	case needsEvidence:
		return "needs-evidence"
	case outage:
		return "outage"
	}
	return "none"
}

// parseBreakage reads the class of a rule; what is not known is harmless, since the fix itself names its class too.
func parseBreakage(s string) breakage {
	for _, b := range []breakage{likelySafe, needsEvidence, outage} {
		if s == b.String() {
			return b
		}
	}
	return harmless
}
