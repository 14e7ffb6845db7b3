// Package output writes what Canopy found, one file per format. What it writes is a contract: scripts depend on it, so
// fields may be added and never changed.
//
// All text of a cluster is hostile. The formats that people read pass it through ui/text; the formats that machines read
// escape what a terminal would act on, since a person may look at those too.
package output

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"canopy/ui/text"
)

// Format is a value of the flag -o.
type Format string

// The formats.
const (
	Table Format = "table"
	Wide  Format = "wide"
	JSON  Format = "json"
	YAML  Format = "yaml"
	SARIF Format = "sarif"
	JUnit Format = "junit"
	CSV   Format = "csv"
)

// Common lists the formats that every printing command has.
func Common() []Format { return []Format{Table, Wide, JSON, YAML} }

// Scan lists the formats of a scan.
func Scan() []Format { return append(Common(), SARIF, JUnit, CSV) }

// later lists the formats of a scan that are promised and not there.
func later() []Format { return []Format{"markdown", "html", "policyreport"} }

// Parse reads a value of -o that must be one of those allowed.
func Parse(value string, allowed []Format) (Format, error) {
	f := Format(value)
	if slices.Contains(allowed, f) {
		return f, nil
	}
	if slices.Contains(allowed, SARIF) && slices.Contains(later(), f) {
		return "", fmt.Errorf("-o %s: not in this version", value)
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	return "", fmt.Errorf("-o %q: want %s", value, strings.Join(names, ", "))
}

// Style says how the formats for people are drawn.
type Style struct {
	// Width is the number of cells that a line may take; 0 where there is no limit.
	Width   int
	Charset text.Charset
	// Wide asks for the columns that matter less.
	Wide bool
}

// Write writes a report of a scan.
func Write(w io.Writer, format Format, style Style, r *Report) error {
	switch format {
	case JSON:
		return writeListJSON(w, Document{Report: r.bare()}, 3, r.each())
	case YAML:
		return writeReportYAML(w, r)
	case SARIF:
		return writeSARIF(w, r)
	case JUnit:
		return writeJUnit(w, r)
	case CSV:
		return writeCSV(w, r)
	}
	style.Wide = format == Wide
	return writeScan(w, style, r)
}
