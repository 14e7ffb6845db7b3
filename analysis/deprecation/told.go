package deprecation

import (
	"time"

	"canopy/analysis/lifecycle"
)

// TellsUpTo tells whether the tables know which API versions Kubernetes removes up to a minor such as 1.38; why says what is missing where
// they do not. An empty minor asks for their age alone.
func TellsUpTo(tables *lifecycle.Tables, minor string, now time.Time) (why string, ok bool) {
	told, source := tables.Removals()
	if told == "" {
		return "no source of API versions that end is here", false
	}
	why = source.Name + " of " + source.AsOf.String() + " tells up to " + told
	newest, _ := lifecycle.ParseVersion(told)
	asked, asks := lifecycle.ParseVersion(minor)
	if asks && asked.Line() != told && asked.Compare(newest) > 0 {
		return why, false
	}
	if now.Sub(source.AsOf.Time()) >= lifecycle.StaleAfter {
		return why + ", and is older than 60 days", false
	}
	return "", true
}
