package undo

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

func parse(t testing.TB, text string) *unstructured.Unstructured {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, data)
}

func decode(t testing.TB, data []byte) *unstructured.Unstructured {
	t.Helper()
	o := map[string]any{}
	if err := utiljson.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	return &unstructured.Unstructured{Object: o}
}

// carryOut applies a step as a server does: with the library that servers use, on the object as JSON.
func carryOut(t testing.TB, step model.Step, u *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	t.Helper()
	data, err := json.Marshal(u.Object)
	if err != nil {
		t.Fatal(err)
	}
	p, err := jsonpatch.DecodePatch(step.Body)
	if err != nil {
		t.Fatal(err)
	}
	after, err := p.Apply(data)
	if err != nil {
		return nil, err
	}
	return decode(t, after), nil
}

// tree makes a random value, with lists of named and of nameless items, and awkward keys.
func tree(r *rand.Rand, depth int) any {
	switch n := r.IntN(8); {
	case depth > 3 || n < 3:
		return []any{"a", "b", "", int64(0), int64(7), true, false, 1.5}[r.IntN(8)]
	case n < 6:
		m := map[string]any{}
		for range r.IntN(4) {
			m[[]string{"a", "b", "c~1", "d/e.f", "~", "name", "g[0]"}[r.IntN(7)]] = tree(r, depth+1)
		}
		return m
	case n == 6:
		var list []any
		for _, i := range r.Perm(5)[:r.IntN(5)] {
			list = append(list, map[string]any{"name": fmt.Sprint("n", i), "value": tree(r, depth+2)})
		}
		return append([]any{}, list...)
	}
	list := []any{}
	for range r.IntN(4) {
		list = append(list, tree(r, depth+1))
	}
	return list
}

// mutate changes some of a value.
func mutate(r *rand.Rand, v any, depth int) any {
	if r.IntN(6) == 0 {
		return tree(r, depth)
	}
	switch t := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range t {
			if r.IntN(6) > 0 {
				out[k] = mutate(r, e, depth+1)
			}
		}
		if r.IntN(4) == 0 {
			out["new/key"] = tree(r, depth+1)
		}
		return out
	case []any:
		out := []any{}
		for _, e := range t {
			if r.IntN(5) > 0 {
				out = append(out, mutate(r, e, depth+1))
			}
			if r.IntN(6) == 0 {
				out = append(out, tree(r, depth+1))
			}
		}
		return out
	}
	return v
}

func object(spec any, version string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "example.com/v1", "kind": "Thing", "spec": spec, "status": map[string]any{"at": version},
		"metadata": map[string]any{"name": "t", "namespace": "n", "uid": "u", "resourceVersion": version, "generation": int64(len(version)),
			"managedFields": []any{map[string]any{"manager": version}}}}}
}

// TestInvert changes random objects at random: the inverse gives back what was, leaves what the server wrote, and tells an
// object to which nothing was done.
func TestInvert(t *testing.T) {
	moved := 0
	for seed := range uint64(5_000) {
		r := rand.New(rand.NewPCG(seed, 2))
		spec := tree(r, 0)
		before, after := object(spec, "1"), object(mutate(r, object(spec, "").DeepCopy().Object["spec"], 0), "22")
		step, err := Invert(before, after)
		if err != nil {
			t.Fatal(err)
		}
		got, err := carryOut(t, step, after)
		if err != nil {
			t.Fatalf("seed %d: %v\nbefore %v\nafter  %v\n%s", seed, err, before.Object["spec"], after.Object["spec"], step.Body)
		}
		if !reflect.DeepEqual(got.Object["spec"], before.Object["spec"]) {
			t.Fatalf("seed %d: %s\nbefore %v\nafter  %v\ngot    %v", seed, step.Body, before.Object["spec"], after.Object["spec"], got.Object["spec"])
		}
		if got.GetResourceVersion() != "22" || Fingerprint(got) != Fingerprint(before) || len(Changed(before, got)) > 0 {
			t.Fatalf("seed %d: %v", seed, got)
		}
		same := Fingerprint(before) == Fingerprint(after)
		if paths := Changed(before, after); same != (len(paths) == 0) || same != (string(step.Body) == "[]") {
			t.Fatalf("seed %d: same %v, changed %v, %s", seed, same, paths, step.Body)
		}
		if same {
			continue
		}
		moved++
		if at, err := Stand(step, after); err != nil || at != Fitting {
			t.Fatalf("seed %d: %v %v: the change was made\nbefore %v\nafter  %v\n%s", seed, at, err, before.Object["spec"], after.Object["spec"], step.Body)
		}
		if at, err := Stand(step, before); err != nil || at != Moot {
			t.Fatalf("seed %d: %v %v: the object is as it was\nbefore %v\nafter  %v\n%s", seed, at, err, before.Object["spec"], after.Object["spec"], step.Body)
		}
	}
	if moved < 2_000 {
		t.Errorf("only %d objects were changed", moved)
	}
}

const web = `
apiVersion: apps/v1
kind: Deployment
metadata:
  {name: web, namespace: shop, uid: u1, resourceVersion: "7", generation: 3, creationTimestamp: "2026-01-01T00:00:00Z",
   annotations: {deployment.kubernetes.io/revision: "3"}, labels: {app.kubernetes.io/name: web}, finalizers: [foregroundDeletion, example.com/keep],
   ownerReferences: [{apiVersion: example.com/v1, kind: App, name: a, uid: a1}]}
spec: {template: {spec: {hostPID: true, containers: [{name: app, image: a, ports: [{containerPort: 53, protocol: TCP}, {containerPort: 53, protocol: UDP}]}, {name: side, image: b}]}}}
status: {replicas: 3}
`

func TestChanged(t *testing.T) {
	tests := map[string]string{
		"":                                          "",
		"image: a|image: new":                       "spec.template.spec.containers[0].image",
		"hostPID: true|tty: 1":                      "spec.template.spec.hostPID spec.template.spec.tty",
		"io/name: web|io/name: x":                   "metadata.labels[app.kubernetes.io/name]",
		"revision: \"3\"|x: y":                      "metadata.annotations",
		"protocol: UDP|protocol: T":                 "spec.template.spec.containers[0].ports[1].protocol",
		", {name: side, image: b}|":                 "spec.template.spec.containers[1]",
		"[{name: app|[{name: m}, {name: app":        "spec.template.spec.containers[0]",
		"name: app, image: a|name: other, image: a": "spec.template.spec.containers[0]",
		"replicas: 3|replicas: 4":                   "",
		"\"7\", generation: 3|\"8\"":                "",
	}
	for edit, want := range tests {
		old, new, _ := strings.Cut(edit, "|")
		if got := strings.Join(Changed(parse(t, web), parse(t, strings.Replace(web, old, new, 1))), " "); got != want {
			t.Errorf("%s: got %q, want %q", edit, got, want)
		}
	}
	if Changed(nil, parse(t, web)) != nil {
		t.Error("nothing to compare")
	}
}

func TestFingerprint(t *testing.T) {
	one := Fingerprint(parse(t, web))
	for _, edit := range []string{"replicas: 3|replicas: 4", "\"7\"|\"8\"", "revision: \"3\"|revision: \"4\""} {
		old, new, _ := strings.Cut(edit, "|")
		if Fingerprint(parse(t, strings.Replace(web, old, new, 1))) != one {
			t.Errorf("%s: the server or a controller writes that", edit)
		}
	}
	for _, edit := range []string{"uid: u1|uid: u2", "image: a|image: c", "name: web, n|name: web2, n"} {
		old, new, _ := strings.Cut(edit, "|")
		if Fingerprint(parse(t, strings.Replace(web, old, new, 1))) == one {
			t.Errorf("%s: it is the same", edit)
		}
	}
	if Fingerprint(nil) != "" {
		t.Error("of nothing")
	}
}

func TestStrip(t *testing.T) {
	tests := []struct{ manifest, want string }{
		{web, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"finalizers":["example.com/keep"],"labels":{"app.kubernetes.io/name":"web"},"name":"web","namespace":"shop",` +
			`"ownerReferences":[{"apiVersion":"example.com/v1","kind":"App","name":"a","uid":"a1"}]},"spec":{"template":{"spec":{"containers":[` +
			`{"image":"a","name":"app","ports":[{"containerPort":53,"protocol":"TCP"},{"containerPort":53,"protocol":"UDP"}]},{"image":"b","name":"side"}],"hostPID":true}}}}`},
		{"apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, labels: {controller-uid: x, a: b}}\nspec: {selector: {matchLabels: {batch.kubernetes.io/controller-uid: x}}, template: {metadata: {labels: {batch.kubernetes.io/job-name: j}}, spec: {}}}",
			`{"apiVersion":"batch/v1","kind":"Job","metadata":{"labels":{"a":"b"},"name":"j"},"spec":{"template":{"metadata":{},"spec":{}}}}`},
		{"apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {manualSelector: true, selector: {a: b}}",
			`{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{"manualSelector":true,"selector":{"a":"b"}}}`},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: p, managedFields: [{fieldsV1: {f:spec: {f:containers: {}}}}]}\nspec: {nodeName: n1}",
			`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{}}`},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: p, managedFields: [{fieldsV1: {f:spec: {f:nodeName: {}}}}]}\nspec: {nodeName: n1}",
			`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"n1"}}`},
		// The API server wrote the zone when the pod was bound, and takes no ephemeral containers with a new one.
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: p, topology.kubernetes.io/zone: a, topology.kubernetes.io/region: b}, managedFields: [{fieldsV1: {f:metadata: {f:labels: {f:app: {}, f:topology.kubernetes.io/region: {}}}}}]}\n" +
			"spec: {nodeName: n1, ephemeralContainers: [{name: debug, image: d}]}",
			`{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"app":"p","topology.kubernetes.io/region":"b"},"name":"p"},"spec":{}}`},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {topology.kubernetes.io/zone: a}, managedFields: [{fieldsV1: {f:spec: {f:nodeName: {}}}}]}\nspec: {nodeName: n1}",
			`{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"topology.kubernetes.io/zone":"a"},"name":"p"},"spec":{"nodeName":"n1"}}`},
	}
	for _, tt := range tests {
		u := parse(t, tt.manifest)
		was := u.DeepCopy()
		got, _ := json.Marshal(Strip(u).Object)
		if string(got) != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
		if !reflect.DeepEqual(u, was) {
			t.Error("the object was changed")
		}
	}
	if Strip(nil) != nil {
		t.Error("of nothing")
	}
}

func TestCreatedAndDeleted(t *testing.T) {
	u := parse(t, web)
	gone, err := Invert(nil, u)
	if err != nil || gone.Verb != model.Delete || gone.UID != "u1" || gone.Ref != model.KindByName("Deployment").Ref("shop", "web") {
		t.Error(gone, err)
	}
	other := parse(t, strings.Replace(web, "uid: u1", "uid: u2", 1))
	for _, tt := range []struct {
		u    *unstructured.Unstructured
		want Standing
	}{{u, Fitting}, {nil, Moot}, {other, Moot}} {
		if at, err := Stand(gone, tt.u); at != tt.want || err != nil {
			t.Errorf("got %v %v, want %v", at, err, tt.want)
		}
	}
	back, err := Invert(u, nil)
	if err != nil || back.Verb != model.Create || strings.Contains(string(back.Body), "uid\":\"u1") {
		t.Error(back, err)
	}
	if at, _ := Stand(back, u); at != Moot {
		t.Error("it is there")
	}
	if _, err := Invert(nil, nil); err == nil {
		t.Error("nothing happened")
	}
}

func TestSecret(t *testing.T) {
	s := parse(t, "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: n, uid: u, labels: {a: b}}")
	if _, err := Invert(s, nil); !errors.Is(err, ErrSecret) {
		t.Errorf("a Secret cannot come back: %v", err)
	}
	after := s.DeepCopy()
	after.SetLabels(map[string]string{"a": "c"})
	step, err := Invert(s, after)
	if err != nil || string(step.Body) != `[{"op":"test","path":"/metadata/labels/a","value":"c"},{"op":"replace","path":"/metadata/labels/a","value":"b"}]` {
		t.Errorf("%s %v", step.Body, err)
	}
	if step, err := Invert(nil, s); err != nil || step.Verb != model.Delete {
		t.Error(step, err)
	}
}

// TestOthers looks that an undo neither fits nor harms what others have written meanwhile.
func TestOthers(t *testing.T) {
	before := parse(t, web)
	after := parse(t, strings.Replace(strings.Replace(web, "hostPID: true", "hostPID: false", 1), "labels: {", "labels: {fixed: \"yes\", ", 1))
	step, err := Invert(before, after)
	if err != nil {
		t.Fatal(err)
	}
	// A controller and a person have written elsewhere.
	now := after.DeepCopy()
	now.SetAnnotations(map[string]string{"deployment.kubernetes.io/revision": "4", "note": "mine"})
	_ = unstructured.SetNestedField(now.Object, int64(5), "spec", "replicas")
	got, err := carryOut(t, step, now)
	if err != nil || strings.Join(Changed(before, got), " ") != "metadata.annotations spec.replicas" || got.GetAnnotations()["note"] != "mine" {
		t.Errorf("%v %v", err, Changed(before, got))
	}
	// Somebody has set the same field.
	_ = unstructured.SetNestedField(now.Object, "no", "metadata", "labels", "fixed")
	if _, err := carryOut(t, step, now); err == nil {
		t.Error("it went over the work of another")
	}
	if at, _ := Stand(step, now); at != Foreign {
		t.Errorf("standing %v", at)
	}
	// Annotations went, those of the controller stayed.
	before.SetAnnotations(map[string]string{"deployment.kubernetes.io/revision": "3", "a": "b"})
	after = before.DeepCopy()
	after.SetAnnotations(map[string]string{"deployment.kubernetes.io/revision": "3"})
	if step, err = Invert(before, after); err != nil {
		t.Fatal(err)
	}
	if got, err := carryOut(t, step, after); err != nil || len(got.GetAnnotations()) != 2 {
		t.Errorf("%v %v", got.GetAnnotations(), err)
	}
	// A map that others have made meanwhile is not written over.
	bare := after.DeepCopy()
	bare.SetAnnotations(nil)
	if step, err = Invert(before, bare); err != nil {
		t.Fatal(err)
	}
	if got, err := carryOut(t, step, after); err == nil {
		t.Errorf("%v", got.GetAnnotations())
	}
}
