package output

import (
	"encoding/json"
	"fmt"
	"os"
)

// Baseline holds the ids of findings that were known before.
type Baseline map[string]struct{}

// Has tells whether a finding is in the baseline. A nil baseline has none.
func (b Baseline) Has(id string) bool {
	_, ok := b[id]
	return ok
}

// ReadBaseline reads a former report, as -o json writes it.
func ReadBaseline(path string) (Baseline, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--baseline: %w", err)
	}
	var document struct {
		Report *struct {
			Findings []struct {
				ID string `json:"id"`
			} `json:"findings"`
		} `json:"report"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("--baseline %s: %w", path, err)
	}
	if document.Report == nil {
		return nil, fmt.Errorf("--baseline %s: no report of canopy scan -o json", path)
	}
	b := Baseline{}
	for _, f := range document.Report.Findings {
		b[f.ID] = struct{}{}
	}
	return b, nil
}
