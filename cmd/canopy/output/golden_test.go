package output

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"sigs.k8s.io/yaml"

	"canopy/analysis/manifest"
	"canopy/model"
	"canopy/ui/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t *testing.T, format Format, style Style, r *model.Report, sel Selection) string {
	t.Helper()
	var b bytes.Buffer
	report := NewReport(r, testRules(), "0.0.0", files{"deploy/shop.yaml"}, sel)
	if err := Write(&b, format, style, report); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	baseline := Selection{Baseline: Baseline{"PS01/apps/DaemonSet/data/agent": {}}}
	for name, got := range map[string]string{
		"scan.table":      render(t, Table, Style{}, fixture(), Selection{}),
		"scan-60.table":   render(t, Table, Style{Width: 60}, fixture(), Selection{}),
		"scan-ascii.wide": render(t, Wide, Style{Width: 160, Charset: text.ASCII}, fixture(), baseline),
		"scan.wide":       render(t, Wide, Style{}, fixture(), baseline),
		"scan.json":       render(t, JSON, Style{}, fixture(), baseline),
		"scan.yaml":       render(t, YAML, Style{}, fixture(), Selection{}),
		"scan.sarif":      render(t, SARIF, Style{}, fixture(), baseline),
		"scan.junit":      render(t, JUnit, Style{}, fixture(), baseline),
		"scan.csv":        render(t, CSV, Style{}, fixture(), baseline),
		"hostile.table":   render(t, Wide, Style{}, hostileReport(), Selection{}),
		"hostile.yaml":    render(t, YAML, Style{}, hostileReport(), Selection{}),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNothingRawPasses(t *testing.T) {
	for _, format := range Scan() {
		for _, style := range []Style{{}, {Width: 80}, {Charset: text.ASCII}} {
			got := render(t, format, style, hostileReport(), Selection{})
			if !utf8.ValidString(got) {
				t.Errorf("%s: invalid UTF-8", format)
			}
			for i, r := range got {
				if r != '\n' && r != '\t' && !manifest.Safe(r) {
					t.Fatalf("%s: character %U at %d: …%q…", format, r, i, got[max(0, i-20):min(len(got), i+20)])
				}
			}
		}
	}
}

func TestMachinesReadHostileTextBack(t *testing.T) {
	// What is no UTF-8 cannot be written in JSON: U+FFFD stands for it.
	want := strings.ToValidUTF8(hostile, "\ufffd")
	for format, read := range map[Format]func([]byte, any) error{
		JSON: json.Unmarshal,
		YAML: func(b []byte, v any) error { return yaml.Unmarshal(b, v) },
	} {
		var d Document
		if err := read([]byte(render(t, format, Style{}, hostileReport(), Selection{})), &d); err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		if got := d.Report.Findings[0].Object.Name; got != want {
			t.Errorf("%s: name %q, want %q", format, got, want)
		}
		if got := d.Report.Findings[0].Evidence[1].Value; got != "one\ntwo\n"+want {
			t.Errorf("%s: value %q", format, got)
		}
	}
}

func TestSARIFIsValid(t *testing.T) {
	for name, r := range map[string]*model.Report{"plain": fixture(), "hostile": hostileReport(), "empty": {Findings: set{}}} {
		// The types of the library and its copy of the OASIS schema are the reference. It drops fields that it does not
		// know, so that they must be an error first.
		text := render(t, SARIF, Style{}, r, Selection{})
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&sarif.Report{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		document, err := sarif.FromBytes([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, run := range document.Runs {
			// It writes out what was left out as empty, which its own schema then refuses.
			run.Language, run.Tool.Driver.Language, run.NewlineSequences = "en-US", "en-US", []string{"\n"}
		}
		if err := document.Validate(); err != nil {
			t.Errorf("%s: against the schema: %v", name, err)
		}
		if document.Version != "2.1.0" || len(document.Runs) != 1 || len(document.Runs[0].Tool.Driver.Rules) != len(testRules()) {
			t.Errorf("%s: version %s with %d runs", name, document.Version, len(document.Runs))
		}
	}
}

func TestJUnitParses(t *testing.T) {
	for _, r := range []*model.Report{fixture(), hostileReport()} {
		var all junitSuites
		if err := xml.Unmarshal([]byte(render(t, JUnit, Style{}, r, Selection{})), &all); err != nil {
			t.Fatal(err)
		}
		cases := 0
		for _, s := range all.Suites {
			cases += len(s.Cases)
			if s.Tests != len(s.Cases) {
				t.Errorf("suite %s: tests=%d with %d cases", s.Name, s.Tests, len(s.Cases))
			}
		}
		if all.Tests != cases || len(all.Suites) != len(testRules()) {
			t.Errorf("tests=%d with %d cases in %d suites", all.Tests, cases, len(all.Suites))
		}
	}
}

func TestGuardAcrossWrites(t *testing.T) {
	var whole, parts bytes.Buffer
	text := "ok\t" + hostile + "日本\n"
	if _, err := io.WriteString(Guard(&whole), text); err != nil {
		t.Fatal(err)
	}
	g := Guard(&parts)
	for i := range len(text) {
		if n, err := g.Write([]byte{text[i]}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	if whole.String() != parts.String() {
		t.Errorf("in one write %q, byte by byte %q", whole.String(), parts.String())
	}
	if got := whole.String(); !strings.HasPrefix(got, "ok\ta?[2J?") || !strings.HasSuffix(got, "日本\n") {
		t.Errorf("got %q", got)
	}
}
