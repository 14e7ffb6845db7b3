package admission

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// TestPlainVariables holds that the guard of SE01 names the variables that hold credentials now, and none of the values.
func TestPlainVariables(t *testing.T) {
	d := withWeb()
	c := clusterOf(t, d)
	g := guardOf(t, c, testServer, found(t, "SE01", "shop/Deployment/web"))
	if len(g.Policies) != 1 || len(g.Without) > 0 {
		t.Fatalf("%+v", g)
	}
	p := g.Policies[0]
	all := strings.Join(p.Evidence, "\n")
	for _, doc := range append(p.Documents, p.Enforce) {
		all += string(doc.YAML) + string(doc.Step.Body)
	}
	if !strings.Contains(all, "'DB_PASSWORD'") || !strings.Contains(all, "(DB_PASSWORD)") || strings.Contains(all, plainPassword) {
		t.Error(all)
	}
	if !strings.Contains(strings.Join(p.Evidence, "\n"), "1 (shop/Deployment/web)") {
		t.Errorf("%q", p.Evidence)
	}
	// Of an owner that is not seen, and of a credential in a command, nothing can be named.
	g = guardOf(t, c, testServer, found(t, "SE01", "shop/Deployment/other"))
	if len(g.Policies) > 0 || len(g.Without) != 1 || !strings.Contains(g.Without[0].Text, "no variable is known") {
		t.Errorf("%+v", g)
	}
}

func TestOnlyRefers(t *testing.T) {
	for value, want := range map[string]bool{"$(A)": true, "$(A)$(B)": true, "$(A)x": false, "x$(A)": false, "$A": false, "$$(A)": false, "$(A": false, "$(a(b)": false} {
		if onlyRefers(value) != want {
			t.Errorf("%s: %v", value, !want)
		}
	}
}

// TestAllowedRegistries holds that a list makes a guard for IM03, and names whom it would refuse.
func TestAllowedRegistries(t *testing.T) {
	d := deploymentOf(goodPod("shop", "p"))
	d.Spec.Template.Spec.InitContainers = []corev1.Container{{Name: "i", Image: "registry.example.evil/app:1"}}
	c := clusterOf(t, d)
	g, err := MakeAllowing(c, testServer, []string{"Registry.Example", "docker.io/team/*"}, []*model.Finding{found(t, "IM03", "shop/Deployment/web")})
	if err != nil || len(g.Policies) != 1 {
		t.Fatalf("%v %+v", err, g)
	}
	if text := strings.Join(g.Policies[0].Evidence, "\n"); !strings.Contains(text, "docker.io/team/, registry.example") || !strings.Contains(text, "1 (shop/Deployment/web)") {
		t.Error(text)
	}
	other, err := MakeAllowing(c, testServer, []string{"registry.example"}, []*model.Finding{found(t, "IM03", "shop/Deployment/web")})
	if err != nil || other.Policies[0].Documents[0].Step.Ref == g.Policies[0].Documents[0].Step.Ref {
		t.Error("two lists make one policy", err)
	}
	if _, err := MakeAllowing(c, testServer, []string{"nginx"}, []*model.Finding{found(t, "IM03", "shop/Deployment/web")}); err == nil {
		t.Error("a list that cannot be read is no error")
	}
	if g := guardOf(t, c, testServer, found(t, "IM03", "shop/Deployment/web")); len(g.Policies) > 0 || !strings.Contains(g.Without[0].Text, "--registry-allow") {
		t.Errorf("%+v", g)
	}
}
