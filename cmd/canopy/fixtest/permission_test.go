package fixtest

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/k8s/labtest"
	"canopy/model"
)

func (s *stage) forbidden(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	w := s.writerOf(t, labtest.Nobody)
	may, err := w.MayI(t.Context(), c.fix.Plan)
	if err != nil {
		t.Fatal(err)
	}
	trial, err := w.DryRun(t.Context(), c.fix.Plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	for rung, checks := range map[model.Rung][]model.Check{model.RungPermitted: may, model.RungDryRun: trial.Checks} {
		if worst, _ := model.Worst(checks, rung); worst != model.Failed {
			t.Errorf("%s: %+v", rung, checks)
		}
		for _, k := range checks {
			if k.Cause != model.CauseForbidden || k.Message == "" {
				t.Errorf("%s: %s", rung, told(&k))
			}
		}
	}
	applied, err := w.Apply(t.Context(), c.fix.Plan, trial, nil)
	failed(t, &applied, err, 0, model.CauseForbidden)
	c.restore(&applied)
}

// forbiddenInPart lets a user do the first step alone.
func (s *stage) forbiddenInPart(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	namespace := string(c.scene.scope())
	rights := func(kind string, more map[string]any) *unstructured.Unstructured {
		o := map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": map[string]any{"name": "alice", "namespace": namespace}}
		for k, v := range more {
			o[k] = v
		}
		return &unstructured.Unstructured{Object: o}
	}
	objects := []*unstructured.Unstructured{
		rights("Role", map[string]any{"rules": []any{map[string]any{"apiGroups": []any{""}, "resources": []any{"limitranges"}, "verbs": []any{"get", "create", "delete"}}}}),
		rights("RoleBinding", map[string]any{"roleRef": map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "alice"},
			"subjects": []any{map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}}}),
	}
	w := s.writerOf(t, labtest.DevUser)
	s.load(t, objects)
	var may []model.Check
	s.until(t, "alice to be allowed the first step", func() bool {
		var err error
		if may, err = w.MayI(t.Context(), c.fix.Plan); err != nil {
			t.Fatal(err)
		}
		return may[0].Outcome == model.Passed
	})
	if len(may) != 2 || may[1].Outcome != model.Failed || may[1].Cause != model.CauseForbidden {
		t.Errorf("%+v", may)
	}
	applied, err := w.Apply(t.Context(), c.fix.Plan, nil, nil)
	failed(t, &applied, err, 1, model.CauseForbidden, "alice")
	if _, err := w.Apply(t.Context(), applied.Undo, nil, nil); err != nil {
		t.Errorf("alice cannot take back what she did: %v", err)
	}
	s.unload(t, objects)
	c.same()
}
