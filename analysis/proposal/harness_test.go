package proposal

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/model/scheme"
)

// holding is a cluster of which all was seen, with the objects of a text.
func holding(t testing.TB, text string) *cluster.Cluster {
	t.Helper()
	c := cluster.New()
	known := scheme.Types()
	for _, doc := range strings.Split(text, "---\n") {
		var u unstructured.Unstructured
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatal(err)
		}
		if len(u.Object) == 0 {
			continue
		}
		var object runtime.Object = &u
		if gvk := u.GroupVersionKind(); known.Recognizes(gvk) {
			var err error
			if object, err = known.New(gvk); err == nil {
				err = runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, object)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		r, err := record.Make(object)
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return c
}

func read(t testing.TB, c *cluster.Cluster, text string) *Proposal {
	t.Helper()
	p, err := Read(c, []byte(text), "shop")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// told gives problems as people read them.
func told(p *Proposal) []string {
	var all []string
	for _, problem := range p.Problems {
		all = append(all, fmt.Sprintf("%d:%d: %s", problem.Document, problem.Line, problem.Text))
	}
	return all
}

func steps(p *Proposal) []string {
	var all []string
	for _, s := range p.Plan.Steps {
		kind := ""
		if s.PatchType != "" {
			kind = strings.TrimSuffix(strings.TrimPrefix(string(s.PatchType), "application/"), "-patch+json") + " "
		}
		all = append(all, fmt.Sprintf("%s %s%s", s.Verb, kind, s.Ref))
	}
	return all
}

func body(t testing.TB, s model.Step) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(s.Body, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func kindNamed(name string) schema.GroupKind { return model.KindByName(name).GroupKind() }
