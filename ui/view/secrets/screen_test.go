package secrets

import (
	"errors"
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

func TestGolden(t *testing.T) {
	p := newPlay(t).main(120, 35)
	p.golden(exposuresName)
	p.press(keys.Turn)
	p.golden(inventoryName)
	p.press(keys.Turn)
	p.golden(certificatesName)
	newPlay(t).single(120, 35).golden("secret")
}

// TestExposures holds that each place is a row, that equal values share a number in the order of the list, and that neither a print
// nor a value is to be seen.
func TestExposures(t *testing.T) {
	p := newPlay(t).main(200, 40)
	rows := p.rows()
	want := []string{
		"H | SE01 | password | 24 | value 1 | shop/Deployment/web",
		"H | SE01 | AWS secret key | 40 |  | shop/Deployment/web",
		"H | SE01 | Stripe key (url) | 32 | value 2 | data/CronJob/report",
		"H | SE03 | password | 24 | value 1 | shop/ConfigMap/settings",
		"H | SE03 | Stripe key (base64) | 32 | value 2 | shop/ConfigMap/settings",
		"H | SE04 | copy of a Secret | – |  | shop/Secret/db",
	}
	if len(rows) != len(want) {
		t.Fatalf("rows:\n%s", strings.Join(rows, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(rows[i], want[i]) {
			t.Errorf("row %d is %q, want %q", i, rows[i], want[i])
		}
	}
	p.has("6 credentials stand in the open in 4 objects", "2 values stand in several places", "values inspected 2026-11-23 13:58: facts about 1 Secret, no value is kept")
	p.has("value 1 stands also in", "shop/ConfigMap/settings data.DB_PASSWORD")
	p.press(keys.Open)
	if to := p.newest().(view.Go).Place; to.Finding != "SE01/apps/Deployment/shop/web" {
		t.Errorf("enter goes to %+v", to)
	}
	// A value keeps its number when another one that stands before it goes.
	p.findings = p.findings[1:]
	p.news()
	if rows := p.rows(); !strings.HasPrefix(rows[0], "H | SE01 | Stripe key (url) | 32 | value 2") {
		t.Errorf("rows:\n%s", strings.Join(rows, "\n"))
	}
	p.run(p.Screen.(view.Filtered).SetFilter("rule:SE03 what:password"))
	if rows := p.rows(); len(rows) != 1 {
		t.Errorf("rows:\n%s", strings.Join(rows, "\n"))
	}
	if o := p.Can(keys.Owner); o.OK() || !strings.Contains(o.Why, "ConfigMap runs nothing") {
		t.Errorf("owner of a ConfigMap: %+v", o)
	}
}

func TestInventory(t *testing.T) {
	p := newPlay(t).main(230, 40)
	p.press(keys.Turn)
	p.has("exposures", "[inventory]", "certificates")
	for _, want := range []string{"copy in plain text, copy in annotation, weak key", "legacy token, last used 2025-11-23", "missing", "unused"} {
		if all := strings.Join(p.rows(), "\n"); !strings.Contains(all, want) {
			t.Errorf("rows lack %q:\n%s", want, all)
		}
	}
	if p.Aside() != "4 Secrets, 1 missing" {
		t.Errorf("aside %q", p.Aside())
	}
	if rows := p.rows(); len(rows) != 5 || !strings.HasPrefix(rows[0], "1H | shop/db | 3 | Opaque") || !strings.Contains(strings.Join(rows, "\n"), "shop/gone | 0 | ? | missing | – |") {
		t.Errorf("rows:\n%s", strings.Join(rows, "\n"))
	}
	p.has("READERS 3 subjects by RBAC", "VALUES read once at 2026-11-23 13:58", "weak keys: RSA 1024", "shop/Deployment/web env, key password, 2 pods", "one of its values stands in plain text in shop/ConfigMap/settings data.DB_PASSWORD")
	p.press(keys.Access)
	if to := p.newest().(view.Go).Place; to.Screen != view.WhoCan || to.Query != "get secrets db -n shop" {
		t.Errorf("access asks %+v", to)
	}
	p.press(keys.Owner)
	if to := p.newest().(view.Go).Place; to.Screen != view.Resources || to.Object.Name != "web" {
		t.Errorf("owner goes to %+v", to)
	}
	p.press(keys.Open)
	if to := p.newest().(view.Go).Place; to.Screen != view.Secret || to.Object != ref("Secret", "shop", "db") {
		t.Errorf("enter goes to %+v", to)
	}
	for filter, want := range map[string]int{"flag:missing": 1, "flag:token": 1, "manager:cert": 1, "mounted:web": 2, "ns:data": 2} {
		p.run(p.Screen.(view.Filtered).SetFilter(filter))
		if rows := p.rows(); len(rows) != want {
			t.Errorf("%s: rows %q", filter, rows)
		}
	}
}

// TestSecret holds that readers, uses, leaks and findings stand below each other, the widest reader first.
func TestSecret(t *testing.T) {
	p := newPlay(t).single(200, 50)
	p.has("3 subjects can read it by RBAC; 1 workload, 2 pods have it; a value of it stands in plain text in 1 place", "can read it  3", "use it  2", "hold its value in plain text  1", "found on it  1",
		"group:dev", "! cluster", "~ namespace", "ClusterRoleBinding/dev")
	if rows := p.rows(); len(rows) != 7 || !strings.HasPrefix(rows[0], "group:dev") || !strings.HasPrefix(rows[1], "user:alice") || !strings.HasPrefix(rows[6], "SE04") {
		t.Errorf("rows:\n%s", strings.Join(rows, "\n"))
	}
	p.press(keys.Open)
	if to := p.newest().(view.Go).Place; to.Screen != view.RBAC || to.Subject.Name != "dev" {
		t.Errorf("enter goes to %+v", to)
	}
	p.press(keys.Last, keys.Open)
	if to := p.newest().(view.Go).Place; to.Screen != view.Detail || to.Finding != "SE04//Secret/shop/db" {
		t.Errorf("enter goes to %+v", to)
	}
}

func TestCertificates(t *testing.T) {
	p := newPlay(t).main(200, 40)
	p.press(keys.Turn, keys.Turn)
	rows := p.rows()
	if len(rows) != 4 || !strings.HasPrefix(rows[0], "x ended | 2026-11-22 14:00 | ValidatingWebhookConfiguration/policy") || !strings.HasPrefix(rows[1], "! soon | 2026-12-03 14:00 | shop/Secret/db") || !strings.HasPrefix(rows[3], "+ good | 2027-09-19 14:00 | Cluster/cluster") {
		t.Errorf("rows:\n%s", strings.Join(rows, "\n"))
	}
	if sub := p.Subject(); sub.Object.Kind != "ValidatingWebhookConfiguration" {
		t.Errorf("about %+v", sub)
	}
}

// TestInspect holds that nothing is read before it was confirmed, and that the question says what happens.
func TestInspect(t *testing.T) {
	p := newPlay(t).main(120, 35)
	p.press(keys.Inspect)
	pick := p.newest().(view.Pick)
	if all := pick.Title + pick.Items[1].Text; !strings.Contains(all, "all Secrets, once") || !strings.Contains(all, "audit log") || !strings.Contains(all, "facts alone are kept") {
		t.Errorf("asked %+v", pick)
	}
	p.run(pick.Done([]int{0}))
	if p.session.Inspected != 0 {
		t.Fatal("they were read")
	}
	p.run(pick.Done([]int{1}))
	if n, ok := p.newest().(view.Note); p.session.Inspected != 1 || !ok || !strings.Contains(n.Text, "1 Secret read: facts about the values are kept, no value is") {
		t.Errorf("%d, told %+v", p.session.Inspected, p.newest())
	}
	p.press(keys.Sweep)
	pick = p.newest().(view.Pick)
	p.run(pick.Done([]int{0}))
	p.run(pick.Done([]int{3}))
	if len(p.session.Swept) != 1 || !p.session.Swept[0].CustomResources || !p.session.Swept[0].Events {
		t.Errorf("swept %+v", p.session.Swept)
	}
	p.session.InspectErr = errors.New("Secrets may not be read")
	if o := p.Can(keys.Inspect); o.OK() || o.Why != "Secrets may not be read" {
		t.Errorf("inspect: %+v", o)
	}
}

// TestCovered holds that what was not seen is told, and nothing of it is taken for clean.
func TestCovered(t *testing.T) {
	secrets := model.KindByName("Secret").GroupKind()
	for want, state := range map[string]model.Coverage{
		"metadata only: no value was read; O reads them once":                                    {State: model.Complete},
		"Secrets may not be listed: what stands here is what others refer to; forbidden by RBAC": {State: model.Denied, Reason: "forbidden by RBAC"},
		"Secrets are still loading":                                        {State: model.Loading},
		"not all Secrets were seen (some namespaces alone); metadata only": {State: model.Partial, Reason: "some namespaces alone"},
	} {
		p := newPlay(t)
		for i := range p.desk.survey.secrets {
			p.desk.survey.secrets[i].Facts = nil
		}
		state.Kind = secrets
		p.coverage = []model.Coverage{state}
		p.main(150, 30).has(want)
		p.press(keys.Turn)
		// Nothing was seen of RBAC.
		if rows := p.rows(); !strings.Contains(rows[0], " | – | ") {
			t.Errorf("readers of nobody knows what: %s", rows[0])
		}
	}
	p := newPlay(t)
	p.findings, p.desk.survey.secrets = nil, nil
	p.main(120, 30).has("no credential stands in the workloads, ConfigMaps and annotations; J looks into custom resources and Events too")
	p.press(keys.Turn)
	p.has("there are no Secrets")
	p = newPlay(t)
	p.desk.err = errors.New("the session has ended")
	p.main(120, 30).has("the session has ended")
}

func TestSized(t *testing.T) {
	for said, want := range map[string]struct {
		what   string
		length int
	}{
		"Stripe key, 32 bytes":           {"Stripe key", 32},
		"password, 1 byte (base64)":      {"password (base64)", 1},
		"set":                            {"set", -1},
		"key, many bytes":                {"key, many bytes", -1},
		"private key, PEM, 1704 bytes":   {"private key, PEM", 1704},
		"AWS secret key, 40 bytes (url)": {"AWS secret key (url)", 40},
	} {
		if what, length, _ := sized(said); what != want.what || length != want.length {
			t.Errorf("%q: %q, %d", said, what, length)
		}
	}
}

// TestShownIsFound holds that a filter without a key finds what columns show.
func TestShownIsFound(t *testing.T) {
	p := newPlay(t).main(200, 40)
	find := func(words string, want int) {
		t.Helper()
		p.run(p.Screen.(view.Filtered).SetFilter(words))
		if rows := p.rows(); len(rows) != want {
			t.Errorf("%q finds\n%s", words, strings.Join(rows, "\n"))
		}
		p.run(p.Screen.(view.Filtered).SetFilter(""))
	}
	find(`"value 1"`, 2)
	find("SE03", 2)
	p.press(keys.Turn)
	find("legacy", 1)
	find("cert-manager", 1)
	p.press(keys.Turn)
	find("ended", 1)
}
