package deprecation

import (
	"strings"

	"canopy/model"
)

const (
	// longest bounds what evidence says of one field, in bytes, and longestName what it says of one name: who writes an object chooses how
	// long it is.
	longest     = 300
	longestName = 128
)

func brief(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// proof is evidence that stands by itself.
type proof struct{ lines []model.Evidence }

// Evidence gives the lines.
func (p *proof) Evidence() []model.Evidence { return p.lines }
