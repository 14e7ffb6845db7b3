package deprecation

import (
	"strings"
	"testing"
	"time"
)

const (
	nginx   = "registry.k8s.io/ingress-nginx/controller:v1.9.4"
	isGiven = nginx + " is ingress-nginx/controller, given up on 2026-03-31: its makers have retired it; go to the Gateway API"
)

func owned(api, kind, name, uid string) string {
	return ", ownerReferences: [{apiVersion: " + api + ", kind: " + kind + ", name: " + name + ", uid: " + uid + ", controller: true}]"
}

func spec(image string) string { return "{containers: [{name: c, image: '" + image + "'}]}" }

func pod(name, owner, image string) string {
	return "kind: Pod\nmetadata: {name: " + name + owner + "}\nspec: " + spec(image) + "\nstatus: {phase: Running}"
}

func TestAddOns(t *testing.T) {
	deployment := func(image string) string {
		return "kind: Deployment\nmetadata: {name: d, uid: u1}\nspec: {template: {spec: " + spec(image) + "}}"
	}
	set := func(image string) string {
		return "kind: ReplicaSet\nmetadata: {name: rs, uid: u2" + owned("apps/v1", "Deployment", "d", "u1") + "}\nspec: {replicas: 1, template: {spec: " + spec(image) + "}}"
	}
	below := owned("apps/v1", "ReplicaSet", "rs", "u2")
	for name, c := range map[string]struct {
		objects  []string
		want     string
		evidence string
	}{
		"nothing given up":                 {objects: []string{deployment("nginx:1"), set("nginx:1"), pod("p", below, "nginx:1")}},
		"a Deployment":                     {[]string{deployment(nginx)}, "VP08 shop/Deployment/d high", "spec.template.spec.containers[0].image = " + isGiven},
		"with its pods":                    {[]string{pod("p", below, nginx), pod("q", below, nginx), set(nginx), deployment(nginx)}, "VP08 shop/Deployment/d high", "spec.template.spec.containers[0].image = " + isGiven},
		"pods of before":                   {[]string{pod("q", below, nginx), pod("p", below, nginx), set(nginx), deployment("envoy:1")}, "VP08 shop/Deployment/d high", "spec.containers[0].image = " + isGiven},
		"set alone":                        {[]string{set(nginx)}, "VP08 shop/ReplicaSet/rs high", ""},
		"set with a pod":                   {[]string{pod("p", below, nginx), set(nginx)}, "VP08 shop/ReplicaSet/rs high", "spec.template.spec.containers[0].image = " + isGiven},
		"a pod alone":                      {[]string{pod("p", "", nginx)}, "VP08 shop/Pod/p high", "spec.containers[0].image = " + isGiven},
		"an owner unseen":                  {[]string{pod("p", owned("apps/v1", "DaemonSet", "ds", "u"), nginx)}, "VP08 shop/DaemonSet/ds high", ""},
		"a custom owner":                   {[]string{pod("p", owned("apps.kruise.io/v1alpha1", "CloneSet", "cs", "u"), nginx)}, "VP08 shop/CloneSet/cs high", ""},
		"a pod that ended":                 {objects: []string{strings.Replace(pod("p", "", nginx), "Running", "Succeeded", 1)}},
		"a Job that ended":                 {objects: []string{"kind: Job\nmetadata: {name: j}\nspec: {template: {spec: " + spec(nginx) + "}}\nstatus: {conditions: [{type: Complete, status: 'True'}]}"}},
		"a CronJob":                        {[]string{"kind: CronJob\nmetadata: {name: j}\nspec: {jobTemplate: {spec: {template: {spec: " + spec(nginx) + "}}}}"}, "VP08 shop/CronJob/j high", "spec.jobTemplate.spec.template.spec.containers[0].image = " + isGiven},
		"by digest, mirrored, with a port": {[]string{pod("p", "", "mirror.example:5000/ingress-nginx/controller@sha256:"+strings.Repeat("a", 64))}, "VP08 shop/Pod/p high", ""},
		"in an init container":             {[]string{"kind: Pod\nmetadata: {name: p}\nspec: {initContainers: [{name: i, image: '" + nginx + "'}], containers: [{name: c, image: x}]}"}, "VP08 shop/Pod/p high", "spec.initContainers[0].image = " + isGiven},
		"no end told":                      {[]string{pod("p", "", "long/gone")}, "VP08 shop/Pod/p high", "spec.containers[0].image = long/gone is long/gone: its makers have retired it; go to the Gateway API"},
		"built by somebody else":           {[]string{pod("p", "", "built/elsewhere")}, "VP08 shop/Pod/p high depends: its builder may mend it", "spec.containers[0].image = built/elsewhere is a build of built/elsewhere: its makers have retired it; go to the Gateway API"},
		"one by them, one by its makers":   {[]string{pod("p", below, "built/elsewhere"), pod("q", below, nginx), set("nginx:1"), deployment("nginx:1")}, "VP08 shop/Deployment/d high", ""},
		"the end is to come":               {objects: []string{pod("p", "", "coming/soon")}},
		"no image":                         {objects: []string{pod("p", "", "::")}},
	} {
		b := newCourt(t, "v1.37.0").put(c.objects...)
		if got := b.short(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := b.evidence(); c.evidence != "" && got != c.evidence {
			t.Errorf("%s: told\n%s, want\n%s", name, got, c.evidence)
		}
		if got, want := b.text(), b.anew().text(); got != want {
			t.Errorf("%s: step by step\n%s, at once\n%s", name, got, want)
		}
		if b.drop(c.objects...); len(b.out.findings)+b.a.Len()+len(b.a.sheets)+len(b.a.members)+len(b.a.owners)+len(b.a.due)+len(b.a.waits)+b.a.hot > 0 {
			t.Errorf("%s: stays %s %+v", name, b.short(), b.a)
		}
	}
}

// TestSmallChanges holds that what changes little of an object changes what is told of it: since when, and for whom it stands.
func TestSmallChanges(t *testing.T) {
	below := owned("apps.kruise.io/v1alpha1", "CloneSet", "cs", "u")
	cloned := pod("p", below, nginx)
	b := newCourt(t, "v1.37.0").put(cloned, "kind: CloneSet\nmetadata: {name: cs, creationTimestamp: '2026-11-01T00:00:00Z'}")
	for _, c := range []struct{ what, change string }{
		{"made anew", "kind: CloneSet\nmetadata: {name: cs, creationTimestamp: '2026-11-02T00:00:00Z'}"},
		{"a mirror", strings.Replace(cloned, "{name: p", "{name: p, annotations: {kubernetes.io/config.mirror: x}", 1)},
		{"no mirror", cloned},
	} {
		if b.put(c.change); b.text() != b.anew().text() {
			t.Errorf("%s: step by step\n%s, at once\n%s", c.what, b.text(), b.anew().text())
		}
	}
}

// TestTheEndComes holds that a product which is given up later is no finding before, and one from that moment on.
func TestTheEndComes(t *testing.T) {
	b := newCourt(t, "v1.37.0").put(pod("p", "", "coming/soon"), pod("q", "", nginx))
	end := time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC)
	if !b.a.Next().Equal(end) || b.short() != "VP08 shop/Pod/q high" {
		t.Fatalf("next at %s: %s", b.a.Next(), b.short())
	}
	b.clock.at = end.Add(-time.Second)
	b.a.Tick()
	if b.flush(); b.short() != "VP08 shop/Pod/q high" || !b.a.Next().Equal(end) {
		t.Errorf("too early: %s", b.short())
	}
	b.clock.at = end
	b.a.Tick()
	if b.flush(); b.short() != "VP08 shop/Pod/p high\nVP08 shop/Pod/q high" || !b.a.Next().IsZero() {
		t.Errorf("at the end: %s, next at %s", b.short(), b.a.Next())
	}
	if b.drop(pod("p", "", "coming/soon")); b.short() != "VP08 shop/Pod/q high" {
		t.Errorf("stays %s", b.short())
	}
	c := newCourt(t, "v1.37.0").put(pod("p", "", "coming/soon")).drop(pod("p", "", "coming/soon"))
	if !c.a.Next().IsZero() {
		t.Error("an alarm outlives its pod")
	}
}
