package demo

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

func level(t *testing.T, l, v string) api.LevelVersion {
	t.Helper()
	lv, err := api.ParseLevel(l)
	if err != nil {
		t.Fatal(err)
	}
	version, err := api.ParseVersion(v)
	if err != nil {
		t.Fatal(err)
	}
	return api.LevelVersion{Level: lv, Version: version}
}

// TestPodsAreAdmitted asks the Pod Security library about every pod, at the
// level that its namespace enforces.
func TestPodsAreAdmitted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w := grown(t)
	for namespace, want := range map[string]api.Level{"payments": "restricted", "shop": "baseline", "dev": "baseline", "ops": "baseline", "legacy": "baseline", "monitoring": "privileged", "ci": "privileged", "data": "", "kube-system": ""} {
		ns := get[*corev1.Namespace](t, w, "Namespace", "", namespace)
		if got := ns.Labels[api.EnforceLevelLabel]; got != string(want) {
			t.Errorf("%s enforces %q, want %q", namespace, got, want)
		}
	}
	for _, p := range w.pods {
		ns := get[*corev1.Namespace](t, w, "Namespace", "", p.Namespace)
		l := ns.Labels[api.EnforceLevelLabel]
		if l == "" {
			continue
		}
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(level(t, l, ns.Labels[api.EnforceVersionLabel]), &p.ObjectMeta, &p.Spec))
		if !result.Allowed {
			t.Errorf("%s refuses %s: %s", p.Namespace, p.Name, result.ForbiddenDetail())
		}
	}
}

// TestOrdinaryPodsAreRestricted holds every pod that the list does not name to
// the restricted level, whatever its namespace asks for.
func TestOrdinaryPodsAreRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	excused := map[string]bool{}
	for _, f := range Planted() {
		for _, r := range f.Rules {
			excused[id(f.Kind, f.Namespace, f.Name)] = excused[id(f.Kind, f.Namespace, f.Name)] || strings.HasPrefix(r, "PS")
		}
	}
	w := grown(t)
	for _, p := range w.pods {
		top := w.top(p)
		if excused[id(top.GetObjectKind().GroupVersionKind().Kind, top.GetNamespace(), top.GetName())] {
			continue
		}
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(level(t, "restricted", "v1.37"), &p.ObjectMeta, &p.Spec))
		if !result.Allowed {
			t.Errorf("%s/%s: %s", p.Namespace, p.Name, result.ForbiddenDetail())
		}
	}
}

// TestNoSecretIsReal holds every value that could be taken for a credential to
// one that says what it is.
func TestNoSecretIsReal(t *testing.T) {
	for _, o := range grown(t).objects {
		s, ok := o.(*corev1.Secret)
		if !ok {
			continue
		}
		for k, v := range s.Data {
			if plain := map[string]bool{"username": true, "host": true}[k]; !plain && string(v) != "not-a-real-value" {
				t.Errorf("Secret %s/%s has a value of its own under %s", s.Namespace, s.Name, k)
			}
		}
	}
	shapes := regexp.MustCompile(`-----BEGIN|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20}|eyJ[A-Za-z0-9_-]{10}|xox[abp]-|AIza[0-9A-Za-z_-]{20}`)
	names, err := fs.Glob(Manifests(), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(Manifests(), name)
		if err != nil {
			t.Fatal(err)
		}
		if m := shapes.Find(data); m != nil {
			t.Errorf("%s holds %q", name, m)
		}
		if strings.Contains(string(data), "sk_live_") {
			t.Errorf("%s holds a key that looks like a real one", name)
		}
	}
}
