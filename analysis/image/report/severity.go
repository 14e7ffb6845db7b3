package report

import (
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// severity maps the words of all formats; what is none of them is unrated. Negligible is Info.
func severity(word string) (s model.Severity, unrated bool) {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "critical":
		return model.Critical, false
	case "high", "important":
		return model.High, false
	case "medium", "moderate":
		return model.Medium, false
	case "low":
		return model.Low, false
	case "negligible", "none", "info", "informational":
		return model.Info, false
	}
	return model.Info, true
}

// Count counts lines by severity, without those that a statement takes out.
func Count(list []model.Vulnerability) *record.Counts {
	c := &record.Counts{}
	for i := range list {
		if v := &list[i]; !Excluded(v) {
			*counter(c, v)++
		}
	}
	return c
}

// CountExcluded counts those that statements take out; nil where they take out none.
func CountExcluded(list []model.Vulnerability) *record.Counts {
	var c *record.Counts
	for i := range list {
		if v := &list[i]; Excluded(v) {
			if c == nil {
				c = &record.Counts{}
			}
			*counter(c, v)++
		}
	}
	return c
}

func counter(c *record.Counts, v *model.Vulnerability) *int32 {
	switch v.Severity {
	case model.Critical:
		return &c.Critical
	case model.High:
		return &c.High
	case model.Medium:
		return &c.Medium
	case model.Low:
		return &c.Low
	}
	if v.Unrated {
		return &c.Unknown
	}
	return &c.Negligible
}

// Excluded tells that a statement says of a vulnerability that it does no harm here.
func Excluded(v *model.Vulnerability) bool {
	return v.VEX == NotAffected || v.VEX == Fixed
}
