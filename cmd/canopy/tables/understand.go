package tables

import (
	"fmt"
	"time"

	"canopy/analysis/lifecycle"
)

// understand reads the documents of a source. One that is malformed, or of no known form, refuses the whole: what it was to say is not
// known. Pages and the like are no documents, and were passed over.
func understand(from string, g *gathered, now time.Time) (*lifecycle.Update, error) {
	if len(g.documents) == 0 {
		if len(g.passed) > 0 {
			return nil, fmt.Errorf("%s: it holds no tables: none of its %d files is JSON or YAML", from, len(g.passed))
		}
		return nil, fmt.Errorf("%s: it holds no tables: it is empty", from)
	}
	u, err := lifecycle.ReadAll(g.documents)
	if err != nil {
		return nil, err
	}
	if now.IsZero() {
		return u, nil
	}
	if err := u.Future(now); err != nil {
		return nil, fmt.Errorf("%s: %w: is the clock right?", from, err)
	}
	return u, nil
}
