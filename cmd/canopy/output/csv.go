package output

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"canopy/ui/text"
)

// writeCSV writes one line per finding, with its first evidence.
func writeCSV(w io.Writer, r *Report) error {
	c := csv.NewWriter(w)
	rows := [][]string{{
		"id", "rule", "severity", "risk", "state", "title", "apiVersion", "kind", "namespace", "name", "pods", "since",
		"places", "path", "value", "file", "line", "fix", "baseline",
		"exposure", "effect",
	}}
	for i := range r.Findings {
		f := &r.Findings[i]
		var first Evidence
		if len(f.Evidence) > 0 {
			first = f.Evidence[0]
		}
		since, line, exposure, effect := "", "", "", ""
		if f.RiskOf != nil {
			exposure, effect = f.RiskOf.Exposure, f.RiskOf.Effect
		}
		if f.Since != nil {
			since = *f.Since
		}
		if first.Line > 0 {
			line = strconv.Itoa(first.Line)
		}
		rows = append(rows, []string{
			distinct(f.ID), f.Rule, f.Severity.String(), strconv.Itoa(f.Risk), f.State, f.Title, f.Object.APIVersion(), f.Object.Kind,
			distinct(f.Object.Namespace), distinct(f.Object.Name), strconv.Itoa(f.Pods), since, strconv.Itoa(f.places()), first.Path,
			first.Value, first.File, line, f.Fix, strconv.FormatBool(f.Baseline),
			exposure, effect,
		})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = cell(row[i])
		}
	}
	return c.WriteAll(rows)
}

// cell cleans a value and keeps a spreadsheet from taking it for a formula.
func cell(s string) string {
	s = text.Clean(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}
