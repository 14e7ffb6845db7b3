package fixtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	yamlreader "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

// scene is a cluster in a few objects, in which a rule does not hold.
type scene struct {
	// name is that of the file; rule what stands before its hyphen.
	name, rule string
	objects    []*unstructured.Unstructured
}

// scope tells what belongs to the scene.
func (c *scene) scope() scope { return scope(strings.ToLower(strings.ReplaceAll(c.name, "-", ""))) }

// shows tells whether a finding is the one of the scene.
func (c *scene) shows(f *model.Finding) bool {
	if f.Rule.ID != c.rule {
		return false
	}
	switch c.name {
	case "NW07":
		return true
	case "IM05", "SE06":
		// What the cluster as a whole lacks.
		return f.Object == model.ClusterRef()
	case "LP28":
		return f.Object.Name == "system:node-proxier"
	case "LP27":
		return strings.HasSuffix(f.Object.Name, "-scene0")
	}
	return c.scope().holds(f.Object)
}

// alone tells that the scene concerns others: it gets the cluster for itself.
func (c *scene) alone() bool { return slices.Contains([]string{"LP04", "NW21"}, c.name) }

// scenes reads all scenes, sorted by name.
func scenes(t *testing.T) []*scene {
	t.Helper()
	files, err := filepath.Glob("testdata/rules/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenes: %v", err)
	}
	var list []*scene
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		rule, _, _ := strings.Cut(name, "-")
		list = append(list, &scene{name, rule, manifests(t, file)})
	}
	return list
}

// manifests reads the objects of a file, in their order.
func manifests(t *testing.T, file string) []*unstructured.Unstructured {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []*unstructured.Unstructured
	for documents := yamlreader.NewYAMLReader(bufio.NewReader(bytes.NewReader(data))); ; {
		text, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return list
		}
		u := &unstructured.Unstructured{}
		if err == nil {
			err = yaml.UnmarshalStrict(text, &u.Object)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		list = append(list, u)
	}
}

// load makes the objects of a scene, as people do: no manager owns fields but kubectl.
func (s *stage) load(t *testing.T, objects []*unstructured.Unstructured) {
	t.Helper()
	for _, o := range objects {
		var problem error
		if !eventually(func() bool { problem = s.make(o.DeepCopy()); return problem == nil || !passing(problem) }) || problem != nil {
			t.Fatalf("%s %s/%s: %v", o.GetKind(), o.GetNamespace(), o.GetName(), problem)
		}
	}
}

// passing tells that an error goes away by itself: an account that a controller is about to make, a kind that is not served yet.
func passing(err error) bool {
	return apierrors.IsForbidden(err) || apierrors.IsNotFound(err) || strings.Contains(err.Error(), "no matches for kind")
}

func (s *stage) make(o *unstructured.Unstructured) error {
	ctx := context.Background()
	r, err := s.resource(o.GroupVersionKind().GroupKind(), o.GroupVersionKind().Version, o.GetNamespace())
	if err != nil {
		return err
	}
	status, _, _ := unstructured.NestedMap(o.Object, "status")
	debuggers, debugged, _ := unstructured.NestedSlice(o.Object, "spec", "ephemeralContainers")
	delete(o.Object, "status")
	unstructured.RemoveNestedField(o.Object, "spec", "ephemeralContainers")
	if err := s.resolveOwners(o); err != nil {
		return err
	}
	_, err = r.Create(ctx, o, metav1.CreateOptions{FieldManager: "kubectl-create", FieldValidation: metav1.FieldValidationStrict})
	if apierrors.IsAlreadyExists(err) && strings.HasPrefix(o.GetName(), "system:") {
		_, err = s.change(o, "replace", map[string]any{"rules": o.Object["rules"]})
	}
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	if debugged {
		if _, err = s.change(o, "debug", map[string]any{"spec": map[string]any{"ephemeralContainers": debuggers}}, "ephemeralcontainers"); err != nil {
			return err
		}
	}
	if status != nil {
		// The simulator leaves alone what this manager has written.
		_, err = s.change(o, "canopy-lab", map[string]any{"status": status}, "status")
	}
	return err
}

// change merges a change into an object, in the name of a manager.
func (s *stage) change(o *unstructured.Unstructured, manager string, change map[string]any, sub ...string) (*unstructured.Unstructured, error) {
	r, err := s.resource(o.GroupVersionKind().GroupKind(), o.GroupVersionKind().Version, o.GetNamespace())
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(change)
	if err != nil {
		return nil, err
	}
	return r.Patch(context.Background(), o.GetName(), types.MergePatchType, body, metav1.PatchOptions{FieldManager: manager}, sub...)
}

// resolveOwners gives the owners that an object names the uid that they have here.
func (s *stage) resolveOwners(o *unstructured.Unstructured) error {
	owners := o.GetOwnerReferences()
	for i := range owners {
		k := model.KindByName(owners[i].Kind)
		if k == nil {
			return fmt.Errorf("no kind %s", owners[i].Kind)
		}
		r, err := s.resource(k.GroupKind(), k.Ref("", "").Version, o.GetNamespace())
		if err != nil {
			return err
		}
		u, err := r.Get(context.Background(), owners[i].Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		owners[i].UID = u.GetUID()
	}
	if len(owners) > 0 {
		o.SetOwnerReferences(owners)
	}
	return nil
}

// unload takes the objects of a scene away, and waits until they are gone.
func (s *stage) unload(t *testing.T, objects []*unstructured.Unstructured) {
	t.Helper()
	for _, o := range slices.Backward(objects) {
		r, err := s.resource(o.GroupVersionKind().GroupKind(), o.GroupVersionKind().Version, o.GetNamespace())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Delete(context.Background(), o.GetName(), metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			t.Errorf("deleting %s %s/%s: %v", o.GetKind(), o.GetNamespace(), o.GetName(), err)
		}
	}
	for _, o := range objects {
		s.until(t, "the end of "+o.GetKind()+" "+o.GetName(), func() bool {
			r, err := s.resource(o.GroupVersionKind().GroupKind(), o.GroupVersionKind().Version, o.GetNamespace())
			if err != nil {
				return true
			}
			_, err = r.Get(context.Background(), o.GetName(), metav1.GetOptions{})
			return apierrors.IsNotFound(err)
		})
	}
}
