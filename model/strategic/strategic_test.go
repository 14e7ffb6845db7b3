package strategic_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"canopy/model/strategic"
)

// types are those with most that is merged by key, by value and not at all.
func types() []any {
	return []any{corev1.PodTemplateSpec{}, &appsv1.Deployment{}, &corev1.Service{}, &corev1.ServiceAccount{}, &corev1.Node{}, &corev1.Pod{}}
}

func text(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func tree(t *testing.T, data []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// theirs applies a patch as Kubernetes' own package does. It does not survive each of the wild ones.
func theirs(document, patch []byte, object any) (out []byte, alive bool, err error) {
	defer func() { _ = recover() }()
	out, err = strategicpatch.StrategicMergePatch(document, patch, object)
	return out, true, err
}

// rounds is how many documents are drawn for a test.
const rounds = 2000

func TestMergeAsKubernetes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 9))
	applied, refused := 0, 0
	for i := range rounds {
		object := types()[i%len(types())]
		of := reflect.TypeOf(object)
		document := text(t, draw{Rand: r}.value(of, 7))
		patch := text(t, draw{Rand: r, patch: true, wild: i%3 == 0}.value(of, 7))
		want, alive, wantErr := theirs(document, patch, object)
		got, err := strategic.Merge(document, patch, object)
		switch {
		case !alive:
		case (err == nil) != (wantErr == nil):
			t.Fatalf("%T %s\npatched with %s\ngives the error %v, want %v", object, document, patch, err, wantErr)
		case err != nil:
			refused++
		default:
			applied++
			if diff := cmp.Diff(tree(t, want), tree(t, got)); diff != "" {
				t.Fatalf("%T %s\npatched with %s\ndiffers (-want +got):\n%s", object, document, patch, diff)
			}
		}
	}
	if t.Logf("%d applied, %d refused", applied, refused); applied < rounds/3 || refused < rounds/100 {
		t.Errorf("%d patches were applied and %d refused: the draw is too tame or too wild", applied, refused)
	}
}

// A difference need not be told as theirs is. What counts is that it leads where theirs leads, whoever applies it.
func TestDiffAsKubernetes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	exact, refused := 0, 0
	for i := range rounds {
		object := types()[i%len(types())]
		old := text(t, draw{Rand: r}.value(reflect.TypeOf(object), 7))
		now := text(t, changed(r, tree(t, old), draw{Rand: r}.value(reflect.TypeOf(object), 7)))
		patch, err := strategic.Diff(old, now, object)
		theirPatch, theirErr := strategicpatch.CreateTwoWayMergePatch(old, now, object)
		if theirErr != nil {
			refused++
			continue
		}
		if err != nil {
			t.Fatalf("%T from %s\nto %s: %v", object, old, now, err)
		}
		want, alive, err := theirs(old, theirPatch, object)
		if err != nil || !alive || !reflect.DeepEqual(tree(t, want), tree(t, now)) {
			refused++
			continue
		}
		exact++
		for _, merge := range []func(a, b []byte, of any) ([]byte, error){strategic.Merge, strategicpatch.StrategicMergePatch} {
			got, err := merge(old, patch, object)
			if err != nil {
				t.Fatalf("%T from %s\nto %s\nby %s: %v", object, old, now, patch, err)
			}
			if diff := cmp.Diff(tree(t, now), tree(t, got)); diff != "" {
				t.Fatalf("%T from %s\nto %s\nby %s\ndiffers (-want +got):\n%s", object, old, now, patch, diff)
			}
		}
	}
	if t.Logf("%d exact, %d refused", exact, refused); exact < rounds/3 {
		t.Errorf("%d differences led where they should", exact)
	}
}

// changed takes some of one document and some of another.
func changed(r *rand.Rand, a, b any) any {
	x, isX := a.(map[string]any)
	y, isY := b.(map[string]any)
	if !isX || !isY {
		if p, q := list(a), list(b); len(p) > 0 && len(q) > 0 && r.IntN(2) == 0 {
			p[r.IntN(len(p))] = changed(r, p[0], q[0])
			return p
		}
		if r.IntN(3) == 0 {
			return b
		}
		return a
	}
	out := map[string]any{}
	for key, v := range x {
		if other, ok := y[key]; ok {
			out[key] = changed(r, v, other)
		} else if r.IntN(4) > 0 {
			out[key] = v
		}
	}
	for key, v := range y {
		if _, ok := x[key]; !ok && r.IntN(3) == 0 {
			out[key] = v
		}
	}
	return out
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}
