package engine

import (
	"fmt"

	"canopy/model/record"
)

// scanWords says in words that an image was scanned anew, and what came of it.
func scanWords(before, after *record.Scan) []string {
	switch {
	case after.Failed != "" && before.Failed == "":
		return []string{"the scan failed"}
	case after.Failed != "":
		return nil
	case after.Scanned == before.Scanned && before.Failed == "" && equalCounts(before.Counts, after.Counts):
		return nil
	case after.Counts == nil:
		return []string{"scanned anew"}
	}
	return []string{fmt.Sprintf("scanned anew: %d critical, %d high", after.Counts.Critical, after.Counts.High)}
}

func equalCounts(a, b *record.Counts) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
