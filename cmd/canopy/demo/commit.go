package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/scheme"
	"canopy/model/strategic"
)

// user is who writes to the API server when the user does.
const user = "canopy"

// find gives an object of the cluster, whatever version names it; nil where there is none.
func (s *stage) find(ref model.Ref) object {
	if o := s.all[ref]; o != nil {
		return o
	}
	for r, o := range s.all {
		if place(r) == place(ref) {
			return o
		}
	}
	return nil
}

// draft works out what a step makes of its object, without any effect; nil where it deletes it. What is not there is left to the
// source to tell of.
func (s *stage) draft(step model.Step) (object, error) {
	if step.Verb == model.Create {
		return parsed(step.Body)
	}
	old := s.find(step.Ref)
	if old == nil {
		return nil, model.ErrNotFound
	}
	if step.Verb == model.Delete {
		return nil, nil
	}
	before, err := json.Marshal(old)
	if err != nil {
		return nil, err
	}
	after, err := patched(before, old, step)
	if err != nil {
		return nil, err
	}
	kept, err := systemFields(before, after)
	if err != nil {
		return nil, err
	}
	next := reflect.New(reflect.TypeOf(old).Elem()).Interface().(object)
	return next, json.Unmarshal(kept, next)
}

func patched(before []byte, typed object, step model.Step) ([]byte, error) {
	switch step.PatchType {
	case types.StrategicMergePatchType:
		if _, ok := typed.(*unstructured.Unstructured); ok {
			return nil, errors.New("a strategic patch needs a kind of Kubernetes itself; use a merge patch")
		}
		return strategic.Merge(before, step.Body, typed)
	case types.MergePatchType:
		return jsonpatch.MergePatch(before, step.Body)
	case types.JSONPatchType:
		p, err := jsonpatch.DecodePatch(step.Body)
		if err != nil {
			return nil, err
		}
		return p.Apply(before)
	}
	return nil, fmt.Errorf("unknown type of patch %q", step.PatchType)
}

// systemFields keeps of an object what nobody but the server and its controllers writes.
func systemFields(before, after []byte) ([]byte, error) {
	var was, is map[string]any
	if err := errors.Join(json.Unmarshal(before, &was), json.Unmarshal(after, &is)); err != nil {
		return nil, err
	}
	keep := func(from, to map[string]any, fields ...string) {
		for _, f := range fields {
			if v, ok := from[f]; ok {
				to[f] = v
			} else {
				delete(to, f)
			}
		}
	}
	keep(was, is, "status")
	from, _ := was["metadata"].(map[string]any)
	to, ok := is["metadata"].(map[string]any)
	if !ok {
		return nil, errors.New("the patch takes the metadata away")
	}
	keep(from, to, "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink")
	return json.Marshal(is)
}

// parsed reads an object that is to be created.
func parsed(body []byte) (object, error) {
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(body); err != nil {
		return nil, err
	}
	typed, err := scheme.Types().New(u.GroupVersionKind())
	if err != nil {
		// Custom resources have no type here.
		return u, nil //nolint:nilerr // as said
	}
	o, ok := typed.(object)
	if !ok {
		return u, nil
	}
	if err := json.Unmarshal(body, o); err != nil {
		return nil, err
	}
	o.GetObjectKind().SetGroupVersionKind(u.GroupVersionKind())
	if o.GetNamespace() == "" {
		if k := model.KindOf(u.GroupVersionKind().GroupKind()); k != nil && k.Namespaced {
			o.SetNamespace(metav1.NamespaceDefault)
		}
	}
	return o, nil
}

// commit carries a step out on the stage, once the source has taken it. The object is the user's from then on.
func (s *stage) commit(step model.Step, next object, cameBack func() bool) {
	ref := step.Ref
	if next != nil {
		ref = refOf(next)
	}
	s.users[place(ref)] = true
	old := s.find(ref)
	switch {
	case next == nil:
		s.gone[place(ref)] = old
		s.take(old)
	case old != nil:
		changed := !equality.Semantic.DeepEqual(part(old, "Spec"), part(next, "Spec"))
		reflect.ValueOf(old).Elem().Set(reflect.ValueOf(next).Elem())
		s.redefault(old)
		s.expose(old)
		if generation := old.GetGeneration(); changed && generation > 0 {
			old.SetGeneration(generation + 1)
		}
		s.wrote(old, user, metav1.ManagedFieldsOperationUpdate, "", userFields()...)
	case cameBack():
		s.bring(s.gone[place(ref)])
	default:
		s.admitNew(next)
	}
}

// userFields are the fields that a user writes.
func userFields() []string {
	return []string{"spec", "data", "rules", "subjects", "roleRef", "webhooks", "secrets", "imagePullSecrets", "automountServiceAccountToken"}
}

// part gives a field of an object; the whole content where it has no type, and nil where it has no such field.
func part(o object, field string) any {
	if u, ok := o.(*unstructured.Unstructured); ok {
		return u.Object["spec"]
	}
	if f := reflect.ValueOf(o).Elem().FieldByName(field); f.IsValid() {
		return f.Interface()
	}
	return nil
}

// expose takes the address outside from a Service that is for the cluster alone, and gives it back.
func (s *stage) expose(o object) {
	service, ok := o.(*corev1.Service)
	if !ok {
		return
	}
	ref := place(refOf(service))
	switch balanced := service.Spec.Type == corev1.ServiceTypeLoadBalancer; {
	case !balanced && len(service.Status.LoadBalancer.Ingress) > 0:
		s.lent[ref], service.Status = service.Status, corev1.ServiceStatus{}
	case balanced && len(service.Status.LoadBalancer.Ingress) == 0:
		service.Status = s.lent[ref]
	}
}

// redefault fills in again what a patch may have left open.
func (s *stage) redefault(o object) {
	generation := o.GetGeneration()
	s.setDefaults(o)
	o.SetGeneration(generation)
}

// admitNew admits an object that the user makes.
func (s *stage) admitNew(o object) {
	s.identify(o)
	s.setDefaults(o)
	if o.GetGeneration() > 0 {
		o.SetGeneration(1)
	}
	if p, ok := o.(*corev1.Pod); ok {
		s.admit(p)
		s.up(p, user)
		return
	}
	s.wrote(o, user, metav1.ManagedFieldsOperationUpdate, "", userFields()...)
	s.all[refOf(o)] = o
}

// bring puts back what the user had deleted, as it was.
func (s *stage) bring(o object) {
	delete(s.gone, place(refOf(o)))
	s.all[refOf(o)] = o
	if p, ok := o.(*corev1.Pod); ok {
		if m := s.node(p.Spec.NodeName); m != nil {
			ip := p.Status.PodIP
			if s.first[refOf(p)] == nil {
				ip = m.lease(ip)
			}
			m.hold(p, ip)
		}
		s.pods = append(s.pods, p)
	}
	s.hand(o)
}
