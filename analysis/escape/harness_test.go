package escape

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

// template reads a pod spec, or a template where the text begins with metadata.
func template(t testing.TB, text string) *corev1.PodTemplateSpec {
	t.Helper()
	of := &corev1.PodTemplateSpec{}
	var into any = &of.Spec
	if strings.HasPrefix(text, "metadata:") {
		into = of
	}
	if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return of
}

// short writes escapes: E-01 node, E-03 node?, E-05 node?v; ? depends, ?v on a version.
func short(list []Escape) string {
	var words []string
	for i := range list {
		e := &list[i]
		word := e.Edge + " " + [...]string{ToNode: "node", ToTokens: "tokens", ToControlPlane: "plane", Enabler: "helps"}[e.Kind]
		if e.Verdict == model.Depends {
			word += "?"
		}
		if e.Version {
			word += "v"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// proof writes the evidence of an escape.
func proof(list []Escape, edge string, kind Kind) string {
	for i := range list {
		if list[i].Edge != edge || list[i].Kind != kind {
			continue
		}
		var fields []string
		for _, f := range list[i].Evidence {
			fields = append(fields, f.Path+"="+f.Value)
		}
		return strings.Join(fields, " ")
	}
	return "none"
}

// one is a pod spec with one container that has this security context, in flow form.
func one(context string, more ...string) string {
	return "containers: [{name: a, securityContext: {" + context + "}}]\n" + strings.Join(more, "\n")
}

// mounting is a pod spec whose one container mounts a path of the node; its mount and the pod may say more.
func mounting(path, mount string, more ...string) string {
	if mount != "" {
		mount = ", " + mount
	}
	return fmt.Sprintf("volumes: [{name: v, hostPath: {path: %q}}]\ncontainers: [{name: a, volumeMounts: [{name: v, mountPath: /m%s}]}]\n%s", path, mount, strings.Join(more, "\n"))
}

func check(t *testing.T, list []Escape) {
	t.Helper()
	for i := range list {
		e := &list[i]
		switch {
		case e.Verdict != model.Yes && e.Verdict != model.Depends:
			t.Errorf("%s: verdict %v", e.Edge, e.Verdict)
		case (e.Verdict == model.Depends) != (e.Reason != ""):
			t.Errorf("%s: verdict %v with the reason %q", e.Edge, e.Verdict, e.Reason)
		case e.Version && e.Verdict != model.Depends:
			t.Errorf("%s: a version decides on what is sure", e.Edge)
		case len(e.Evidence) == 0:
			t.Errorf("%s: no evidence", e.Edge)
		case i > 0 && (list[i-1].Edge > e.Edge || list[i-1].Edge == e.Edge && list[i-1].Kind >= e.Kind):
			t.Errorf("%s and %s are out of order", list[i-1].Edge, e.Edge)
		}
	}
}
