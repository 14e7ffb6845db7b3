package deprecation

import (
	"strings"
	"testing"

	"canopy/model"
)

const (
	certificates = "kind: CustomResourceDefinition\nmetadata: {name: certificates.cert-manager.io}\nspec: {group: cert-manager.io, names: {kind: Certificate}, versions: [{name: v1, served: true, storage: true}%s]}"
	apps         = "kind: CustomResourceDefinition\nmetadata: {name: apps.a.io}\nspec: {group: a.io, names: {kind: App}, versions: [{name: v1, served: true, storage: true}, {name: v1beta1, served: true, deprecated: true}, {name: v1alpha1, served: false}, {name: v1beta2, served: true}]}"
)

func TestUses(t *testing.T) {
	budget := func(meta string) string { return "kind: PodDisruptionBudget\nmetadata: {name: b, " + meta + "}" }
	certificate := func(meta string) string { return "kind: Certificate\nmetadata: {name: c, " + meta + "}" }
	app := func(meta string) string { return "kind: App\nmetadata: {name: a, " + meta + "}" }
	for name, c := range map[string]struct {
		server   string
		objects  []string
		want     string
		evidence string
	}{
		"its own version":        {server: "v1.37.2", objects: []string{budget(applied("policy/v1"))}},
		"a version without end":  {server: "v1.37.2", objects: []string{budget(applied("policy/v2"))}},
		"applied, gone":          {"v1.25.0", []string{budget(applied("policy/v1beta1"))}, "VP06 shop/PodDisruptionBudget/b high", "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration] = policy/v1beta1; last applied with kubectl; the server no longer serves it; removed in Kubernetes 1.25; policy/v1 replaces it, served from Kubernetes 1.21"},
		"applied, served still":  {"v1.24.9-eks-1234", []string{budget(applied("policy/v1beta1"))}, "VP06 shop/PodDisruptionBudget/b medium", "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration] = policy/v1beta1; last applied with kubectl; removed in Kubernetes 1.25; policy/v1 replaces it, served from Kubernetes 1.21"},
		"not deprecated yet":     {server: "v1.20.4", objects: []string{budget(applied("policy/v1beta1"))}},
		"without end so far":     {"v1.37.0", []string{budget(applied("policy/v1alpha1"))}, "VP06 shop/PodDisruptionBudget/b medium", "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration] = policy/v1alpha1; last applied with kubectl; deprecated since Kubernetes 1.30"},
		"a file of no server":    {"", []string{"written policy/v1beta1\n" + budget("")}, "VP06 shop/PodDisruptionBudget/b medium", "apiVersion = policy/v1beta1; removed in Kubernetes 1.25; policy/v1 replaces it, served from Kubernetes 1.21"},
		"a file of a server":     {"v1.37.0", []string{"written extensions/v1beta1\nkind: Ingress\nmetadata: {name: i}"}, "VP06 shop/Ingress/i high", "apiVersion = extensions/v1beta1; the server no longer serves it; removed in Kubernetes 1.22; networking.k8s.io/v1 replaces it"},
		"a manager, gone":        {"v1.37.0", []string{budget(managed("argocd", "policy/v1beta1", "02"))}, "VP06 shop/PodDisruptionBudget/b medium", "metadata.managedFields = policy/v1beta1; written by argocd on 2026-11-02; the server no longer serves it; removed in Kubernetes 1.25; policy/v1 replaces it, served from Kubernetes 1.21"},
		"a controller":           {"v1.24.0", []string{budget(managed("kube-controller-manager", "policy/v1beta1", "02"))}, "VP06 shop/PodDisruptionBudget/b medium", "metadata.managedFields = policy/v1beta1; written by kube-controller-manager on 2026-11-02, which changes with Kubernetes itself; removed in Kubernetes 1.25; policy/v1 replaces it, served from Kubernetes 1.21"},
		"both":                   {"v1.37.0", []string{budget(applied("policy/v1beta1") + ", " + managed("argocd", "policy/v1beta1", "02"))}, "VP06 shop/PodDisruptionBudget/b high", ""},
		"nobody's version":       {server: "v1.37.0", objects: []string{"kind: Node\nmetadata: {name: node, " + applied("x/v1") + "}"}},
		"custom, not served":     {"v1.37.0", []string{strings.Replace(certificates, "%s", "", 1), certificate(applied("cert-manager.io/v1alpha2"))}, "VP06 shop/Certificate/c high", "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration] = cert-manager.io/v1alpha2; last applied with kubectl; the server no longer serves it; removed in cert-manager 1.6; cert-manager.io/v1 replaces it"},
		"custom, served":         {"v1.37.0", []string{strings.Replace(certificates, "%s", ", {name: v1alpha2, served: true}", 1), certificate(applied("cert-manager.io/v1alpha2"))}, "VP06 shop/Certificate/c medium depends: the cluster serves it still; which version of cert-manager runs is not known", ""},
		"custom, undefined":      {"v1.37.0", []string{certificate(applied("cert-manager.io/v1alpha2"))}, "VP06 shop/Certificate/c medium depends: whether the cluster still serves it is not known: the definition of the kind was not seen", ""},
		"custom, of a manager":   {"v1.37.0", []string{strings.Replace(certificates, "%s", "", 1), certificate(managed("argocd", "cert-manager.io/v1alpha2", "02"))}, "VP06 shop/Certificate/c medium", ""},
		"custom, by definition":  {"v1.37.0", []string{apps, app(applied("a.io/v1beta1"))}, "VP06 shop/App/a medium", "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration] = a.io/v1beta1; last applied with kubectl; deprecated, says apps.a.io; a.io/v1 replaces it"},
		"custom, gone by it":     {"v1.37.0", []string{apps, app(applied("a.io/v1alpha1"))}, "VP06 shop/App/a high", "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration] = a.io/v1alpha1; last applied with kubectl; the server no longer serves it; a.io/v1 replaces it"},
		"custom, one of several": {server: "v1.37.0", objects: []string{apps, app(applied("a.io/v1beta2"))}},
		"custom, unknown":        {server: "v1.37.0", objects: []string{app(applied("a.io/v1alpha1"))}},
		"custom, other group":    {server: "v1.37.0", objects: []string{apps, app(applied("extensions/v1beta1"))}},
	} {
		b := newCourt(t, c.server).put(c.objects...)
		if got := b.short(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := b.evidence(); c.evidence != "" && got != c.evidence {
			t.Errorf("%s: told\n%s, want\n%s", name, got, c.evidence)
		}
		if got, want := b.text(), b.anew().text(); got != want {
			t.Errorf("%s: step by step\n%s, at once\n%s", name, got, want)
		}
		if b.drop(c.objects...); len(b.out.findings) > 0 || b.a.Len() > 0 {
			t.Errorf("%s: stays %s", name, b.short())
		}
	}
}

// TestUntil lists what blocks the way to a minor.
func TestUntil(t *testing.T) {
	b := newCourt(t, "v1.24.0").put(strings.Replace(certificates, "%s", "", 1),
		"kind: PodDisruptionBudget\nmetadata: {name: b, "+applied("policy/v1beta1")+", "+managed("argocd", "policy/v1alpha1", "02")+"}",
		"kind: CronJob\nmetadata: {name: c, "+applied("batch/v1beta1")+"}",
		"kind: Ingress\nmetadata: {name: i, "+applied("extensions/v1beta1")+"}",
		"kind: Certificate\nmetadata: {name: c, "+applied("cert-manager.io/v1alpha2")+"}")
	for minor, want := range map[string]string{"1.21": "", "1.22": "i", "1.25": "i b", "1.39": "i b", "1.40": "c i b", "v1.40.3": "c i b", "x": "", "": ""} {
		var names []string
		for _, u := range b.a.Uses(minor) {
			names = append(names, u.Object.Name)
			if u.Gone != (u.Object.Name == "i") {
				t.Errorf("%s: %+v", minor, u)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", minor, got, want)
		}
	}
	version := b.a.Version()
	b.serve("v1.25.1")
	b.flush()
	if b.a.Version() == version || !b.a.Uses("1.25")[1].Gone {
		t.Error("a newer server changes nothing")
	}
	version = b.a.Version()
	b.serve("v1.25.2")
	b.put("kind: Node\nmetadata: {name: node}")
	if b.a.Version() != version {
		t.Error("a patch, or what is no concern, changes what is used")
	}
}

// TestUnseenDefinitions names why it is not known what is served.
func TestUnseenDefinitions(t *testing.T) {
	b := newCourt(t, "v1.37.0").put("kind: Certificate\nmetadata: {name: c, " + applied("cert-manager.io/v1alpha2") + "}")
	b.cover(model.Coverage{Kind: definitionKind, State: model.Denied, Reason: "not permitted"})
	b.flush()
	if want := "VP06 shop/Certificate/c medium depends: whether the cluster still serves it is not known: definitions of kinds are denied: not permitted"; b.short() != want {
		t.Error(b.short())
	}
}

// TestHostileUses holds that texts which somebody chose are bounded, and that nothing of them is taken for more than it is.
func TestHostileUses(t *testing.T) {
	long := strings.Repeat("x", 5000)
	b := newCourt(t, "v1.37.0").put(
		"kind: PodDisruptionBudget\nmetadata: {name: b, "+managed(`"`+long+`\e[2J\u202e"`, "policy/v1beta1", "02")+"}",
		"kind: CustomResourceDefinition\nmetadata: {name: "+long+"}\nspec: {group: a.io, names: {kind: App}, versions: [{name: "+long+", storage: true}, 7, {name: [], served: true}]}",
		"kind: CustomResourceDefinition\nmetadata: {name: odd}\nspec: []",
		"kind: App\nmetadata: {name: a, "+applied("a.io/v1alpha1")+"}",
		"kind: App\nmetadata: {name: b, "+applied(long)+"}")
	if want := "VP06 shop/App/a high\nVP06 shop/PodDisruptionBudget/b medium"; b.short() != want {
		t.Errorf("%s", b.short())
	}
	for _, line := range strings.Split(b.evidence(), "\n") {
		if len(line) > 700 {
			t.Errorf("%d bytes: %.80s", len(line), line)
		}
	}
}

// TestTables holds that the tables of the program know what is asked of them.
func TestTables(t *testing.T) {
	b := newCourt(t, "v1.37.2")
	b.a = New(b.rules, b.clock, nil)
	b.serve("v1.37.2")
	b.put("kind: PodDisruptionBudget\nmetadata: {name: b, " + applied("policy/v1beta1") + "}")
	if want := "VP06 shop/PodDisruptionBudget/b high"; b.short() != want {
		t.Errorf("%q: %s", b.short(), b.evidence())
	}
}
