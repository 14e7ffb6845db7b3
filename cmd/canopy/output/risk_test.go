package output

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"canopy/model"
)

// standings says where objects stand.
type standings map[string]model.Standing

func (s standings) Of(ref model.Ref) model.Standing { return s[ref.String()] }

// ranked is the fixture with a graph, in which a finding of less severity weighs more than one of more.
func ranked() *model.Report {
	r := fixture()
	r.Attack = &model.Attack{Known: true, Standings: standings{
		"shop/Deployment/web": {Exposure: model.ExposedToInternet, Effect: model.LeadsToCluster},
		"shop/Secret/key":     {Exposure: model.ExposedToAccounts, Effect: model.LeadsToSecrets},
	}}
	return r
}

func TestRiskComesFromTheGraph(t *testing.T) {
	var d Document
	if err := json.Unmarshal([]byte(render(t, JSON, Style{}, ranked(), Selection{})), &d); err != nil {
		t.Fatal(err)
	}
	risks := map[string]int{}
	for _, f := range d.Report.Findings {
		risks[f.Object.String()] = f.Risk
		if f.RiskOf == nil || f.RiskOf.Severity != f.Severity {
			t.Errorf("%s: %+v", f.ID, f.RiskOf)
			continue
		}
		o := f.RiskOf.Factors
		if product := 100 * o.Exposure * o.Effect * o.Severity; product < float64(f.Risk)-0.5 || product > float64(f.Risk)+0.5 {
			t.Errorf("%s: %v is not the product of %+v", f.ID, f.Risk, o)
		}
	}
	for object, want := range map[string]int{"shop/Deployment/web": 60, "ClusterRoleBinding/admin": 33, "shop/Secret/key": 21, "data/DaemonSet/agent": 20} {
		if risks[object] != want {
			t.Errorf("%s: risk %d, want %d", object, risks[object], want)
		}
	}
	web := d.Report.Findings[slices.IndexFunc(d.Report.Findings, func(f Finding) bool { return f.Object.Name == "web" })]
	if web.RiskOf.Exposure != "the internet" || web.RiskOf.Effect != "cluster-admin" {
		t.Errorf("%+v", web.RiskOf)
	}
	// Without a graph nothing is decomposed.
	if text := render(t, JSON, Style{}, fixture(), Selection{}); strings.Contains(text, "riskOf") || !strings.Contains(text, `"risk": 90`) {
		t.Error(text)
	}
}

// TestRiskOrdersText: people get the highest risk first, whatever its severity.
func TestRiskOrdersText(t *testing.T) {
	for format, titles := range map[Format]string{Table: "RISK  SEVERITY  RULE", Wide: "RISK  EXPOSED TO "} {
		got := render(t, format, Style{}, ranked(), Selection{})
		at := -1
		for _, object := range []string{"shop/Deployment/web ", "ClusterRoleBinding/admin ", "shop/Secret/key ", "data/DaemonSet/agent "} {
			next := strings.Index(got, object)
			if next < at {
				t.Errorf("%s: %s is not in its place:\n%s", format, object, got)
			}
			at = next
		}
		if !strings.Contains(got, titles) {
			t.Errorf("%s: no %q in\n%s", format, titles, got)
		}
	}
}

func TestRiskForMachines(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(render(t, CSV, Style{}, ranked(), Selection{}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	risk, exposure, effect := slices.Index(rows[0], "risk"), slices.Index(rows[0], "exposure"), slices.Index(rows[0], "effect")
	seen := false
	for _, row := range rows[1:] {
		seen = seen || row[risk] == "60" && row[exposure] == "the internet" && row[effect] == "cluster-admin"
	}
	if !seen {
		t.Errorf("%q", rows)
	}
	text := render(t, SARIF, Style{}, ranked(), Selection{})
	document, err := sarif.FromBytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, `"rank": 60`) || !strings.Contains(text, `"exposure": "the internet"`) || len(document.Runs[0].Results) != 4 {
		t.Error(text)
	}
	run := document.Runs[0]
	run.Language, run.Tool.Driver.Language, run.NewlineSequences = "en-US", "en-US", []string{"\n"}
	if err := document.Validate(); err != nil {
		t.Errorf("against the schema: %v", err)
	}
}
