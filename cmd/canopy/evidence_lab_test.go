package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"canopy/cmd/canopy/canarytest"
	"canopy/cmd/canopy/output"
)

// TestEvidence installs on a real API server what scanners, policies and cert-manager install, and holds the commands to what they have to
// say of it.
func TestEvidence(t *testing.T) {
	w := newEvidenceWorld(t)
	t.Run("images", w.testImages)
	t.Run("secrets", w.testSecrets)
	t.Run("inspected", w.testInspected)
	t.Run("swept", w.testSwept)
	t.Run("scan", w.testScan)
	t.Run("repeatable", w.testRepeatable)
	t.Run("denied", w.testDenied)
	t.Run("scanner", w.testScanner)
	t.Run("canaries", w.testCanaries)
}

// imageOf finds the image of a name.
func imageOf(t *testing.T, d *output.Images, name string) *output.Image {
	t.Helper()
	for i := range d.Images {
		if d.Images[i].Name == "registry.example/shop/"+name+":1" {
			return &d.Images[i]
		}
	}
	t.Fatalf("no image %s", name)
	return nil
}

func (w *evidenceWorld) testImages(t *testing.T) {
	var d output.Images
	w.must(&d, "images", "-o", "json")
	for _, c := range []struct{ name, verdict, signature, reason string }{
		{"scanned", "scanned", "verified", "digest is equal"},
		{"stale", "stale", "unproven", "longer ago than 24h"},
		{"other", "other-digest", "unproven", "sha256:eeeeeeeeeeee"},
		{"failed", "failed", "unproven", "too large"},
		{"silent", "no-evidence", "unproven", "no report names"},
		{"zeroed", "scanned", "unproven", "not told by a list"},
	} {
		i := imageOf(t, &d, c.name)
		if string(i.Verdict) != c.verdict || string(i.Signature) != c.signature || !strings.Contains(i.Reason, c.reason) {
			t.Errorf("%s: %s (%s), signature %s %+v; want %s (%s), %s", c.name, i.Verdict, i.Reason, i.Signature, i.Signed, c.verdict, c.reason, c.signature)
		}
		if c.signature == "unproven" && (i.Signed == nil || len(i.Signed.Policies) != 1 || i.Signed.Policies[0].Name != "signed") {
			t.Errorf("%s: the policy is not named: %+v", c.name, i.Signed)
		}
		if i.Containers != 1 || i.Pods != 1 || len(i.UsedBy) != 1 || i.UsedBy[0].Object.Name != c.name {
			t.Errorf("%s: used by %+v", c.name, i.UsedBy)
		}
		if (c.verdict == "no-evidence") != (len(i.Evidence) == 0) {
			t.Errorf("%s: evidence %+v", c.name, i.Evidence)
		}
	}
	if i := imageOf(t, &d, "scanned"); i.Counts == nil || i.Counts.Critical != 3 {
		t.Errorf("the counts of Trivy: %+v", i.Counts)
	}
	// The zeroes of a list are no result.
	if i := imageOf(t, &d, "zeroed"); i.Counts != nil || i.Evidence[0].Counts != nil {
		t.Errorf("zeroes of a list are taken for counts: %+v", i)
	}
	if i := imageOf(t, &d, "stale"); !slices.Contains(i.Hygiene, "IM08") {
		t.Errorf("hygiene %v", i.Hygiene)
	}
	if len(d.Unseen) != 0 {
		t.Errorf("not seen: %v", d.Unseen)
	}
	var none output.Images
	w.must(&none, "images", "-o", "json", "-n", "kube-system")
	if len(none.Images) != 0 {
		t.Errorf("%d images in kube-system", len(none.Images))
	}
}

// secretOf finds a Secret of the namespace.
func (w *evidenceWorld) secretOf(t *testing.T, d *output.Secrets, name string) *output.Secret {
	t.Helper()
	for i := range d.Secrets {
		if r := d.Secrets[i].Ref; r.Namespace == w.namespace && r.Name == name {
			return &d.Secrets[i]
		}
	}
	t.Fatalf("no Secret %s", name)
	return nil
}

// places lists where credentials are told, with what is said of each.
func places(d *output.Secrets) map[canarytest.Find]output.Evidence {
	all := map[canarytest.Find]output.Evidence{}
	for _, f := range d.Exposures {
		for _, e := range f.Evidence {
			all[canarytest.Find{Object: e.Object.Kind + "/" + e.Object.Name, Path: e.Path}] = e
		}
	}
	return all
}

// told fails for each place that is not told.
func told(t *testing.T, d *output.Secrets, want []canarytest.Find) {
	t.Helper()
	all := places(d)
	for _, w := range want {
		found := false
		for f := range all {
			found = found || f.Object == w.Object && strings.Contains(f.Path, w.Path)
		}
		if !found {
			t.Errorf("nothing is told of %s %s", w.Object, w.Path)
		}
	}
}

func (w *evidenceWorld) testSecrets(t *testing.T) {
	var d output.Secrets
	w.must(&d, "secrets", "-o", "json")
	told(t, &d, w.planted.Finds)
	for f := range places(&d) {
		if strings.HasPrefix(f.Object, canarytest.CustomKind) || strings.HasPrefix(f.Object, "Event") {
			t.Errorf("%s was looked at unasked", f.Object)
		}
	}
	site := w.secretOf(t, &d, "site")
	if site.Expires == nil || *site.Expires != w.start.AddDate(0, 0, 20).Format("2006-01-02T15:04:05Z07:00") || !strings.Contains(site.ExpiresFrom, "Certificate") && !strings.Contains(site.ExpiresFrom, "cert-manager") {
		t.Errorf("the end that cert-manager tells: %+v", site)
	}
	if !slices.ContainsFunc(site.Findings, func(id string) bool { return strings.HasPrefix(id, "SE08/") }) {
		t.Errorf("a certificate that ends in 20 days is no finding: %v", site.Findings)
	}
	leaky := w.secretOf(t, &d, "leaky")
	if leaky.Type != "Opaque" || leaky.Keys == nil || *leaky.Keys != 2 || !leaky.LastApplied || len(leaky.MountedBy) != 1 || leaky.MountedBy[0].Name != "naked" || leaky.Facts != nil {
		t.Errorf("%+v", leaky)
	}
	if tls := w.secretOf(t, &d, "tls"); tls.Expires != nil || tls.Type != "kubernetes.io/tls" || len(tls.UsedBy) != 2 {
		t.Errorf("of a Secret that nobody has read: %+v", tls)
	}
	var holders struct{ Subjects []json.RawMessage }
	w.must(&holders, "who-can", "get", "secrets", "leaky", "-n", w.namespace, "-o", "json")
	if leaky.Readers == nil || *leaky.Readers < 2 || *leaky.Readers < len(holders.Subjects) {
		t.Errorf("%v readers, while who-can names %d", leaky.Readers, len(holders.Subjects))
	}
	if len(d.Certificates) == 0 || d.Values != "metadata" || slices.ContainsFunc(d.Unseen, func(line string) bool { return !strings.HasPrefix(line, "not looked at: ") }) {
		t.Errorf("certificates %+v, values %s, not seen %v", d.Certificates, d.Values, d.Unseen)
	}
	var none output.Secrets
	w.must(&none, "secrets", "-o", "json", "-n", "kube-system")
	for _, s := range none.Secrets {
		if s.Ref.Namespace != "kube-system" {
			t.Errorf("-n kube-system shows %s", s.Ref)
		}
	}
	if len(none.Exposures) != 0 || len(none.Certificates) != 0 {
		t.Errorf("-n kube-system shows %+v and %+v", none.Exposures, none.Certificates)
	}
}

func (w *evidenceWorld) testInspected(t *testing.T) {
	var d output.Secrets
	w.must(&d, "secrets", "-o", "json", "--inspect-secrets")
	if d.Values != "inspected" {
		t.Errorf("values %s", d.Values)
	}
	tls := w.secretOf(t, &d, "tls")
	if tls.Facts == nil || len(tls.Facts.Certificates) != 1 || tls.Facts.Certificates[0].Until == nil || tls.Expires == nil || *tls.Expires != *tls.Facts.Certificates[0].Until || len(tls.Facts.WeakKeys) == 0 {
		t.Errorf("%+v, facts %+v", tls, tls.Facts)
	}
	if !slices.ContainsFunc(tls.Findings, func(id string) bool { return strings.HasPrefix(id, "SE08/") }) {
		t.Errorf("a certificate that ends in 10 days is no finding: %v", tls.Findings)
	}
	if r := w.secretOf(t, &d, "registry"); r.Facts == nil || !slices.Contains(r.Facts.Registries, "registry.example") {
		t.Errorf("%+v", r.Facts)
	}
	leaky := w.secretOf(t, &d, "leaky")
	copies := map[string]int{}
	for _, e := range leaky.Copies {
		copies[e.Object.Kind+"/"+e.Object.Name+" "+e.Path] = e.Same
	}
	all := places(&d)
	for _, path := range []string{"data.DB_PASSWORD", "data.OTHER_PASSWORD"} {
		same := all[canarytest.Find{Object: "ConfigMap/copy", Path: path}].Same
		if same == 0 || copies["ConfigMap/copy "+path] != same {
			t.Errorf("the copy in %s has number %d, that of the Secret says %v", path, same, copies)
		}
	}
	if len(copies) != 2 {
		t.Errorf("copies: %v", copies)
	}
}

func (w *evidenceWorld) testSwept(t *testing.T) {
	var d output.Secrets
	w.must(&d, "secrets", "-o", "json", "--custom-resources", "--events")
	told(t, &d, w.planted.CustomFinds)
	told(t, &d, w.planted.EventFinds)
	told(t, &d, w.planted.Finds)
}

func (w *evidenceWorld) testScan(t *testing.T) {
	var d output.Document
	w.must(&d, "scan", "-o", "json")
	ids := map[string]string{}
	for i := range d.Report.Findings {
		ids[d.Report.Findings[i].ID] = d.Report.Findings[i].State
	}
	pod := func(rule, name string) string { return fmt.Sprintf("%s//Pod/%s/%s", rule, w.namespace, name) }
	for _, id := range []string{
		pod("IM08", "stale"), pod("IM08", "other"), pod("IM08", "failed"), pod("IM08", "silent"), pod("SE01", "naked"), "SE01/apps/Deployment/" + w.namespace + "/leaky", "SE01/batch/CronJob/" + w.namespace + "/nightly",
		"SE03//ConfigMap/" + w.namespace + "/leaky", "SE03//ConfigMap/" + w.namespace + "/copy", "SE04//Secret/" + w.namespace + "/leaky", "SE08//Secret/" + w.namespace + "/site", "IM10/constraints.gatekeeper.sh/K8sAllowedRepos//repos",
	} {
		if ids[id] != output.Open {
			t.Errorf("%s is %q", id, ids[id])
		}
	}
	for _, id := range []string{pod("IM08", "scanned"), pod("IM08", "zeroed")} {
		if state, there := ids[id]; there {
			t.Errorf("%s is %q", id, state)
		}
	}
	if t.Failed() {
		for id := range ids {
			if strings.HasPrefix(id, "IM") || strings.HasPrefix(id, "SE") {
				t.Log(id)
			}
		}
	}
}

func (w *evidenceWorld) testRepeatable(t *testing.T) {
	for _, args := range [][]string{{"images", "-o", "json"}, {"secrets", "-o", "json", "--inspect-secrets", "--custom-resources", "--events"}} {
		a, b := w.run(args...), w.run(args...)
		if a.code != 0 || a.out != b.out {
			t.Errorf("%v differs between two runs: %d, %s", args, a.code, difference(a.out, b.out))
		}
	}
}

// difference gives the first lines that differ.
func difference(a, b string) string {
	left, right := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(left), len(right)) {
		if left[i] != right[i] {
			return fmt.Sprintf("line %d: %s, %s", i, left[i], right[i])
		}
	}
	return "one is longer"
}

// testDenied looks as a user who may read no report: nothing counts as scanned or as not demanded, and why is said.
func (w *evidenceWorld) testDenied(t *testing.T) {
	kubeconfig := w.limited()
	run := func(args ...string) ran {
		cmd := exec.Command(binary.path(t), append(args, "--kubeconfig", kubeconfig, w.now())...)
		var told strings.Builder
		cmd.Stderr = &told
		out, _ := cmd.Output()
		return ran{cmd.ProcessState.ExitCode(), string(out), told.String()}
	}
	r := run("images", "-o", "json", "--strict")
	var d output.Images
	if err := json.Unmarshal([]byte(r.out), &d); err != nil || r.code != 3 {
		t.Fatalf("exit status %d, %v: %s", r.code, err, r.err)
	}
	for _, name := range strings.Fields("scanned stale other failed silent zeroed") {
		i := imageOf(t, &d, name)
		if i.Verdict != "no-evidence" || !strings.Contains(i.Reason, "VulnerabilityReport denied") || i.Counts != nil {
			t.Errorf("%s: %s (%s), counts %+v", name, i.Verdict, i.Reason, i.Counts)
		}
		// The annotation on the pod proves a signature whoever reads it; that none is demanded nobody can tell.
		if i.Signature != "unknown" && (name != "scanned" || i.Signature != "verified") {
			t.Errorf("%s: signature %s (%+v)", name, i.Signature, i.Signed)
		}
	}
	unseen := strings.Join(d.Unseen, "\n")
	for _, kind := range []string{"VulnerabilityReport", "VulnerabilityManifest", "ClusterPolicy"} {
		if !strings.Contains(unseen, kind) {
			t.Errorf("%s is not among what was not seen: %s", kind, unseen)
		}
	}
	if r := run("images"); r.code != 0 || !strings.Contains(r.out, "0% of 7 images scanned") || !strings.Contains(r.out, "not seen whole") {
		t.Errorf("exit status %d: %s%s", r.code, r.out, r.err)
	}
	r = run("secrets", "--strict", "-o", "json")
	if r.code != 3 || !strings.Contains(r.out, "Certificate") {
		t.Errorf("exit status %d: %s", r.code, r.err)
	}
	r = run("scan", "-o", "json")
	var report output.Document
	if err := json.Unmarshal([]byte(r.out), &report); err != nil {
		t.Fatal(err)
	}
	for i := range report.Report.Findings {
		if f := &report.Report.Findings[i]; f.Rule == "IM08" && f.State == output.Open {
			t.Errorf("%s counts though nobody can tell", f.ID)
		}
	}
}
