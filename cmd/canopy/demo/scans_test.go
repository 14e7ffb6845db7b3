package demo

import (
	"slices"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// report is what a test reads of a VulnerabilityReport.
type report struct {
	object  *unstructured.Unstructured
	updated time.Time
	image   string // server/repository, without tag
	digest  string
}

func (w *world) reports() []report {
	var out []report
	for _, o := range w.objects {
		u, ok := o.(*unstructured.Unstructured)
		if !ok || u.GetKind() != "VulnerabilityReport" {
			continue
		}
		text := func(path ...string) string {
			s, _, _ := unstructured.NestedString(u.Object, append([]string{"report"}, path...)...)
			return s
		}
		at, _ := time.Parse(time.RFC3339, text("updateTimestamp"))
		out = append(out, report{u, at, text("registry", "server") + "/" + text("artifact", "repository"), text("artifact", "digest")})
	}
	return out
}

// scanned says whether a report of the last day names the image and digest.
func (w *world) scanned(repository, digest string) bool {
	return slices.ContainsFunc(w.reports(), func(r report) bool {
		return r.image == repository && r.digest == digest && Start.Sub(r.updated) < 24*time.Hour
	})
}

func TestScans(t *testing.T) {
	w := grown(t)
	reports := w.reports()
	running := map[string][]string{}
	for _, p := range w.pods {
		for _, ctr := range containers(&p.Spec) {
			repository, _, _ := image(ctr.Image)
			running[repository] = []string{digestOf(ctr.Image)}
		}
	}
	var never, other, stale []string
	for repository, digests := range running {
		i := slices.IndexFunc(reports, func(r report) bool { return r.image == repository })
		switch {
		case i < 0:
			never = append(never, repository)
		case !slices.Contains(digests, reports[i].digest):
			other = append(other, repository)
		case Start.Sub(reports[i].updated) > 24*time.Hour:
			stale = append(stale, repository)
		}
	}
	check := func(what string, got []string, want ...string) {
		t.Helper()
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	const own = "registry.jungle.example/"
	// Five were never scanned; the scan of loki failed, airflow's report was too large.
	check("no report", never, "docker.io/grafana/grafana", "docker.io/grafana/loki", "docker.io/nicolaka/netshoot", own+"ci/runner", own+"data/airflow", own+"data/backup", own+"legacy/intranet")
	check("report of another digest", other, own+"dev/basalt-api")
	check("old report", stale, "docker.io/library/mysql")

	failed := get[*batchv1.Job](t, w, "Job", "ops", "scan-vulnerabilityreport-5d7c9f6b84")
	if failed.Status.Failed != 1 || failed.Labels["trivy-operator.resource.name"] != "loki" {
		t.Errorf("scan of loki: %+v", failed.Status)
	}
	large := get[*batchv1.Job](t, w, "Job", "ops", "scan-vulnerabilityreport-74b6d8c9f5")
	if large.Status.Succeeded != 1 || large.Labels["trivy-operator.resource.namespace"] != "data" {
		t.Errorf("scan of airflow: %+v", large.Status)
	}
	for _, r := range reports {
		if refs := r.object.GetOwnerReferences(); len(refs) != 1 || w.byUID[string(refs[0].UID)] == nil {
			t.Errorf("report %s/%s has owners %v", r.object.GetNamespace(), r.object.GetName(), refs)
		}
	}
}

func TestImageIDs(t *testing.T) {
	for _, p := range grown(t).pods {
		for i, ctr := range p.Spec.Containers {
			repository, _, _ := image(ctr.Image)
			if got, want := p.Status.ContainerStatuses[i].ImageID, repository+"@"+digestOf(ctr.Image); got != want {
				t.Errorf("%s/%s: imageID %s, want %s", p.Namespace, p.Name, got, want)
			}
		}
		if p.Status.Phase == corev1.PodRunning && p.Status.PodIP == "" {
			t.Errorf("%s/%s runs without an address", p.Namespace, p.Name)
		}
	}
}
