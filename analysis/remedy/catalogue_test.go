package remedy

import (
	"strings"
	"testing"

	"canopy/analysis/catalogue"
	"canopy/model"
)

// Every rule that the catalogue says has YAML gets a document that closes it, of the class of breakage or worse; every
// other rule gets words.
func TestCatalogueIsKept(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules.Sorted() {
		if !strings.HasPrefix(rule.ID, "PS") && rule.ID != "LP21" && rule.ID != "LP22" {
			continue
		}
		tpl := good()
		offend := offences()[rule.ID]
		object := ref("Deployment", "web")
		switch {
		case offend != nil:
			offend(&tpl)
		case rule.ID == "PS26":
			object = ref("Namespace", "shop")
		case rule.Fix == "yaml":
			t.Errorf("%s: no offence to test the fix with", rule.ID)
		}
		f := &model.Finding{ID: model.FindingID(rule.ID, object), Rule: rule, Object: object, Verdict: model.Yes}
		fix := fixOne(t, holding(t, owned("Deployment", tpl), namespaceShop()), f)
		if rule.Fix != "yaml" {
			if len(fix.Notes)+len(fix.Documents) == 0 {
				t.Errorf("%s: neither words nor YAML", rule.ID)
			}
			continue
		}
		n := len(fix.Documents)
		if n == 0 || len(fix.Documents[n-1].Closes) != 1 {
			t.Errorf("%s: %+v", rule.ID, fix)
			continue
		}
		if got := fix.Documents[n-1].Breakage; parseBreakage(got) < parseBreakage(rule.Breakage) {
			t.Errorf("%s: breakage %s, the catalogue says %s", rule.ID, got, rule.Breakage)
		}
	}
}
