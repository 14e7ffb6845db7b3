package capture

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/record"
)

// running starts a source and waits until its sink has all that it held.
func running(t *testing.T, s *Source) *sink {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, done := newSink(), make(chan error, 1)
	go func() { done <- s.Run(ctx, out) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	out.until(t, "the coverage", func() bool { return len(out.coverage) > 0 })
	return out
}

// until waits for something to hold of what the sink was told.
func (s *sink) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.After(5 * time.Second); ; {
		s.mu.Lock()
		ok := holds()
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-s.told:
		case <-deadline:
			t.Fatalf("%s did not come", what)
		}
	}
}

func TestPutAndDelete(t *testing.T) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team-1", Name: "key"}, Data: map[string][]byte{"a": []byte("hush-hush")}}
	s := FromObjects([]runtime.Object{samplePod(1), secret}, model.SourceInfo{Type: "demo", Name: "jungle"})
	out := running(t, s)

	pod := samplePod(1)
	pod.ResourceVersion, pod.Spec.Containers[0].SecurityContext = "77", &corev1.SecurityContext{Privileged: new(true)}
	written := metav1.NewTime(time.Date(2026, time.November, 23, 14, 1, 0, 0, time.UTC))
	pod.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl", Operation: "Update", APIVersion: "v1", Time: &written, FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(`{"f:spec":{}}`)}}
	again := secret.DeepCopy()
	again.ResourceVersion, again.Annotations = "78", map[string]string{"rotated": "yes"}
	again.Data["b"] = []byte("hush-hush")
	custom := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "example.com/v1", "kind": "Thing",
		"metadata": map[string]any{"name": "t", "namespace": "team-1"}, "spec": map[string]any{"n": int64(3)}}}
	if err := s.Put(pod, again, custom); err != nil {
		t.Fatal(err)
	}
	ref := model.KindByName("Pod").Ref("team-1", pod.Name)
	out.until(t, "the change of the pod", func() bool { return out.records[keyOf(ref)].GetResourceVersion() == "77" })
	r := out.records[keyOf(ref)].(*record.Pod)
	if !*r.Spec().Containers[0].SecurityContext.Privileged || r.Changed != written.Unix() {
		t.Errorf("%+v", r)
	}
	out.until(t, "the change of the Secret", func() bool {
		r, ok := out.records[keyOf(model.KindByName("Secret").Ref("team-1", "key"))].(*record.Secret)
		return ok && r.Keys == 2 && r.ResourceVersion == "78"
	})
	out.until(t, "the custom resource", func() bool { return len(out.records) == 3 })

	got := func(ref model.Ref) string {
		u, err := s.Get(context.Background(), ref)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(u.Object)
	}
	if text := got(ref); !strings.Contains(text, "privileged:true") || !strings.Contains(text, "resourceVersion:77") {
		t.Error(text)
	}
	if text := got(model.KindByName("Secret").Ref("team-1", "key")); !strings.Contains(text, "resourceVersion:78") || strings.Contains(text, "hush") || strings.Contains(text, "aHVzaC1odXNo") {
		t.Error(text)
	}
	if _, _, ok := s.Locate(ref, "spec"); ok {
		t.Error("a place in no file")
	}

	// What was put can be patched and the patch undone, as what was read can.
	before := got(ref)
	applied, err := s.Apply(context.Background(), model.Plan{Steps: []model.Step{{Verb: model.Delete, Ref: ref}}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	out.until(t, "the delete", func() bool { return out.records[keyOf(ref)] == nil })
	if _, err := s.Apply(context.Background(), applied.Undo, nil, nil); err != nil || got(ref) != before {
		t.Errorf("undone: %v %s", err, got(ref))
	}

	none := model.KindByName("Pod").Ref("team-1", "none")
	if err := s.Delete(none, ref); !errors.Is(err, model.ErrNotFound) || !strings.Contains(err.Error(), "none") || strings.Contains(err.Error(), pod.Name) {
		t.Errorf("delete: %v", err)
	}
	out.until(t, "the second delete", func() bool { return out.records[keyOf(ref)] == nil })
	if _, err := s.Get(context.Background(), ref); !errors.Is(err, model.ErrNotFound) {
		t.Error(err)
	}
	if err := s.Delete(model.Ref{Group: "example.com", Kind: "Thing", Namespace: "team-1", Name: "t"}); err != nil || len(s.gone) > 0 {
		t.Errorf("delete: %v, %d kept", err, len(s.gone))
	}
}

func TestPutTakesAllOrNone(t *testing.T) {
	s := FromObjects([]runtime.Object{samplePod(1)}, model.SourceInfo{})
	before := state(t, s)
	for name, bad := range map[string]runtime.Object{
		"nothing":  nil,
		"nameless": &corev1.Pod{},
		"an event": &corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: "e"}},
		"no kind":  &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"name": "x"}}},
	} {
		if err := s.Put(samplePod(2), bad); err == nil || !strings.Contains(err.Error(), "object 2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after := state(t, s); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("%v", after)
	}
}

// TestPutByMany writes from many goroutines while the source runs and is read: in the end the sink holds what the source
// holds.
func TestPutByMany(t *testing.T) {
	s := FromObjects([]runtime.Object{samplePod(1)}, model.SourceInfo{})
	out := running(t, s)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for n := range 40 {
				name := fmt.Sprintf("p%d", n%5)
				if n%3 == 2 {
					if err := s.Delete(model.KindByName("Pod").Ref("a", name)); err != nil && !errors.Is(err, model.ErrNotFound) {
						t.Error(err)
					}
					continue
				}
				if err := s.Put(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: name, ResourceVersion: fmt.Sprint(i*100 + n)}}); err != nil {
					t.Error(err)
				}
				if _, err := s.Get(context.Background(), model.KindByName("Pod").Ref("a", name)); err != nil && !errors.Is(err, model.ErrNotFound) {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	same := func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		out.mu.Lock()
		defer out.mu.Unlock()
		for k, o := range s.objects {
			if r := out.records[k]; r == nil || r.GetResourceVersion() != o.record.GetResourceVersion() {
				return false
			}
		}
		return len(s.objects) == len(out.records)
	}
	for deadline := time.Now().Add(5 * time.Second); !same(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the sink does not hold what the source holds")
		}
	}
}
