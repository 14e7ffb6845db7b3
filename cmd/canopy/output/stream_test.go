package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"canopy/model"
)

// TestOneByOneIsAsInOnePiece holds that findings which are written one by one read as if all were written at once.
func TestOneByOneIsAsInOnePiece(t *testing.T) {
	for name, sel := range map[string]Selection{"all": {}, "one": {Rules: []string{"PS01"}, Namespaces: []string{"data"}}, "none": {Findings: []*model.Finding{}}} {
		for _, fixed := range []*model.Report{fixture(), hostileReport()} {
			r := NewReport(fixed, testRules(), "0", files{"deploy/shop.yaml"}, sel)
			for format, whole := range map[Format]func(*bytes.Buffer) error{
				JSON: func(b *bytes.Buffer) error { return WriteJSON(b, Document{Report: r}) },
				YAML: func(b *bytes.Buffer) error { return WriteYAML(b, Document{Report: r}) },
			} {
				var got, want bytes.Buffer
				if err := whole(&want); err != nil {
					t.Fatal(err)
				}
				if err := Write(&got, format, Style{}, r); err != nil {
					t.Fatal(err)
				}
				if got.String() != want.String() {
					t.Errorf("%s, %s: got\n%s\nwant\n%s", name, format, got.String(), want.String())
				}
			}
		}
	}
}

// TestPlacesAreCounted holds that a finding with more places than are listed says in each format how many there are.
func TestPlacesAreCounted(t *testing.T) {
	r := NewReport(fixture(), testRules(), "0", nil, Selection{Rules: []string{"PS01"}})
	f := &r.Findings[0]
	for i := range mostPlaces + 500 - len(f.Evidence) {
		f.Evidence = append(f.Evidence, Evidence{Evidence: model.Evidence{Object: f.Object, Path: fmt.Sprintf("spec.containers[%d]", i)}})
	}
	for format, want := range map[Format]string{
		JSON: `"evidenceLeftOut": 500`, YAML: "evidenceLeftOut: 500", SARIF: "(and 500 more places)", JUnit: "and 500 more places",
		CSV: fmt.Sprintf(",%d,", mostPlaces+500), Wide: fmt.Sprintf("(and %d more)", mostPlaces+499),
	} {
		var b bytes.Buffer
		if err := Write(&b, format, Style{}, r); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: no %q", format, want)
		}
		if format == JSON {
			var d struct{ Report *struct{ Findings []Finding } }
			if err := json.Unmarshal(b.Bytes(), &d); err != nil || len(d.Report.Findings[0].Evidence) != mostPlaces {
				t.Errorf("%v", err)
			}
		}
	}
	if len(f.Evidence) != mostPlaces+500 {
		t.Error("the report itself was cut")
	}
}

// TestWhatDiffersLooksDifferent holds that names which differ in characters that cannot be shown are told apart.
func TestWhatDiffersLooksDifferent(t *testing.T) {
	names := []string{"web", "\t=1", " =1", "\n=1", "\u200b=1", "?=1", `"\t=1"`, "a/Deployment/x", "Ｗeb", `a"b`}
	seen := map[string]string{}
	for _, n := range names {
		s := cell(distinct(n))
		if old, ok := seen[s]; ok {
			t.Errorf("%q and %q are both %s", old, n, s)
		}
		seen[s] = n
	}
	for _, n := range []string{"web", "a/Deployment/x", "system:node", `a"b`} {
		if distinct(n) != n {
			t.Errorf("%q became %s", n, distinct(n))
		}
	}
}
