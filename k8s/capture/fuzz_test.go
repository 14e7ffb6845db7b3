package capture

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"canopy/model"
)

// small are limits under which a fuzzer cannot make a test slow.
func small() Limits {
	return Limits{FileBytes: 4 * mib, TotalBytes: 8 * mib, DocumentBytes: mib, Depth: 40, Aliases: 1000, Entries: 50}
}

// readAnything reads data as standard input and does with it all that a source can do.
func readAnything(t *testing.T, data string) {
	s, err := Open(context.Background(), []string{"-"}, Options{Stdin: strings.NewReader(data), Limits: small()})
	if err != nil {
		return
	}
	for _, p := range s.Problems() {
		_ = p.String()
	}
	n := 0
	for _, o := range s.objects {
		if n++; n > 3 {
			break
		}
		u, err := s.Get(context.Background(), o.ref)
		if err != nil {
			t.Fatalf("%s was read but cannot be given: %v", o.ref, err)
		}
		if u.GetName() != o.ref.Name || u.GetNamespace() != o.ref.Namespace {
			t.Fatalf("%s gives %s/%s", o.ref, u.GetNamespace(), u.GetName())
		}
		s.Locate(o.ref, "spec.containers[0].name")
		plan := model.Plan{Steps: []model.Step{{Verb: model.Delete, Ref: o.ref}}}
		applied, err := s.Apply(context.Background(), plan, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Apply(context.Background(), applied.Undo, nil, nil); err != nil {
			t.Fatalf("%s does not come back: %v", o.ref, err)
		}
	}
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{podA, podA + "---\n" + podB, "a: &a [1]\nb: *a\n<<: {c: 1}\n", "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(podA, "\n", "\n  "),
		"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  a: b\n", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      x\nstringData: {a: |-\n  b}\n",
		"%YAML 1.1\n---\n{a: b}\n...\n", "--- |\n x\n", "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: i}\nspec: {backend: {serviceName: a}}\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) { readAnything(t, data) })
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{jsonA, jsonA + jsonB, `{"kind":"List","apiVersion":"v1","items":[` + jsonA + `]}`, `{"items":[{}],"kind":"PodList","apiVersion":"v1"}`, `{"items":null}`,
		`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"Yg=="}}`, `{"apiVersion":"a.b/v1","kind":"X","metadata":{"name":"s"},"spec":[1.5,null,"\ud800"]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		if strings.HasPrefix(data, "{") {
			readAnything(t, data)
		}
	})
}

func FuzzTar(f *testing.F) {
	f.Add(string(makeTar(f, entry{name: "a.yaml", text: podA})))
	f.Add(sparseTar(f))
	f.Add(string(gz(makeTar(f, entry{name: "canopy-capture", text: "x"}, entry{name: "objects/core/pods.json", text: jsonA}, entry{name: "manifest.json", text: `{"format":"canopy-capture"}`}))))
	f.Add(string(toXZ([]byte(podA))))
	f.Fuzz(func(t *testing.T, data string) { readAnything(t, data) })
}

func FuzzZip(f *testing.F) {
	f.Add(string(makeZip(f, entry{name: "a.yaml", text: podA}, entry{name: "b.json", text: jsonB})))
	f.Fuzz(func(t *testing.T, data string) {
		if strings.HasPrefix(data, "PK") {
			readAnything(t, data)
		}
	})
}

// FuzzScalars compares our reading of YAML with the library that kubectl uses.
func FuzzScalars(f *testing.F) {
	for _, s := range []string{"a: b\nc: [1, yes, 0644]\n", "a: |\n  x\nb: >-\n  y\n", "a: &x {b: 1}\nc:\n  <<: *x\n", "1: 2\ntrue: x\n", "a: 0o7\nb: .5\nc: +1\nd: -0x1\ne: 1_0\nf: 012\ng: 089\n"} {
		f.Add(s)
	}
	l := Limits{}.withDefaults()
	f.Fuzz(func(t *testing.T, data string) {
		root, err := parseYAML([]byte(data))
		if err != nil {
			return
		}
		w := jsonWriter{limits: &l}
		if w.node(root, 0) != nil || len(w.duplicates) > 0 {
			return
		}
		theirs, err := yaml.YAMLToJSON([]byte(data))
		if err != nil || strings.ContainsAny(data, "!") {
			return
		}
		var a, b any
		if err := json.Unmarshal(w.out, &a); err != nil {
			t.Fatalf("not JSON: %v: %s", err, w.out)
		}
		if json.Unmarshal(theirs, &b) == nil && !reflect.DeepEqual(a, b) {
			t.Errorf("ours   %s\ntheirs %s", w.out, theirs)
		}
	})
}
