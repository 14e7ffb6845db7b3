package demo

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/pod-security-admission/policy"

	"canopy/model"
)

// Target is what a play is written to: the source in memory.
type Target interface {
	Put(objects ...runtime.Object) error
	Delete(refs ...model.Ref) error
}

// stage is the cluster while it is played in. What people and controllers do to
// it is noted until it is handed to the target.
type stage struct {
	*cluster
	all map[model.Ref]object
	// users holds, without their versions, what a user has changed, made or deleted. It is left alone.
	users map[model.Ref]bool
	// gone holds what a user has deleted, as it was.
	gone map[model.Ref]object
	// stuck says why owners that a user has changed have not got all their pods.
	stuck map[model.Ref]string
	// taken holds what was deleted and whose dependents are still there; disturbed the owners that lost something by that.
	taken     []object
	disturbed map[model.Ref]bool
	// made says of which template pods are whose owner does not mark them.
	made map[types.UID]string
	// lent holds the status of Services of which a user has taken the address outside.
	lent      map[model.Ref]corev1.ServiceStatus
	standards policy.Evaluator
	// first holds what the play changed as it was before, so that a loop ends as it began.
	first map[model.Ref]object
	put   []object
	drop  []model.Ref
}

func newStage(j *Jungle) *stage {
	s := &stage{cluster: j.cluster, all: map[model.Ref]object{}, first: map[model.Ref]object{},
		users: map[model.Ref]bool{}, gone: map[model.Ref]object{}, stuck: map[model.Ref]string{},
		disturbed: map[model.Ref]bool{}, made: map[types.UID]string{}, lent: map[model.Ref]corev1.ServiceStatus{}}
	for _, o := range s.objects {
		s.all[refOf(o)] = o
	}
	return s
}

func refOf(o object) model.Ref {
	k := o.GetObjectKind().GroupVersionKind()
	return model.Ref{Group: k.Group, Version: k.Version, Kind: k.Kind, Namespace: o.GetNamespace(), Name: o.GetName()}
}

// play carries one step out, lets the controllers follow, and hands all of it over. What has become the user's is left alone.
func (s *stage) play(step Step, now time.Time, to Target) error {
	s.tick(now)
	if slices.ContainsFunc(step.about, func(ref model.Ref) bool { return s.users[place(ref)] }) {
		return nil
	}
	step.play(s)
	s.follow()
	if err := s.flush(to); err != nil {
		return fmt.Errorf("%s: %w", step.What, err)
	}
	return nil
}

func (s *stage) tick(now time.Time) { s.now = now.UTC().Truncate(time.Second) }

// flush hands over what was written.
func (s *stage) flush(to Target) error {
	var put []runtime.Object
	for _, o := range s.put {
		if s.all[refOf(o)] == o {
			put = append(put, o)
		}
	}
	// What came back at once is not gone.
	drop := slices.DeleteFunc(s.drop, func(ref model.Ref) bool { return s.all[ref] != nil })
	s.put, s.drop = nil, nil
	if err := to.Put(put...); err != nil {
		return err
	}
	// Somebody may have removed it before.
	if err := to.Delete(drop...); err != nil && !isNotFound(err) {
		return err
	}
	return nil
}

// place names an object whatever version it is read in.
func place(ref model.Ref) model.Ref {
	ref.Version = ""
	return ref
}

// every calls f on the objects of one type that there are, in a fixed order.
func every[T object](s *stage, f func(T)) {
	var list []T
	for _, o := range s.all {
		if t, ok := o.(T); ok {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b T) int { return refOf(a).Compare(refOf(b)) })
	for _, o := range list {
		f(o)
	}
}

func (s *stage) time() metav1.Time { return metav1.NewTime(s.now) }

// find gives an object that the cluster has; the names are those of the manifests.
func find[T object](s *stage, kind, namespace, name string) T {
	o, ok := s.all[model.KindByName(kind).Ref(namespace, name)].(T)
	if !ok {
		panic(fmt.Errorf("the demo has no %s %s/%s", kind, namespace, name)) // a test plays every step
	}
	return o
}

// edit gives an object that is about to be changed.
func edit[T object](s *stage, kind, namespace, name string) T {
	o := find[T](s, kind, namespace, name)
	s.remember(o)
	return o
}

func (s *stage) remember(o object) {
	if ref := refOf(o); s.first[ref] == nil {
		s.first[ref] = o.DeepCopyObject().(object)
	}
}

// wrote notes that somebody wrote fields of o.
func (s *stage) wrote(o object, manager string, operation metav1.ManagedFieldsOperationType, subresource string, fields ...string) {
	list := slices.Clone(o.GetManagedFields())
	i := slices.IndexFunc(list, func(m metav1.ManagedFieldsEntry) bool {
		return m.Manager == manager && m.Operation == operation && m.Subresource == subresource
	})
	own(o, manager, operation, subresource, s.now, fields...)
	if i >= 0 {
		// The newer entry takes the place of the older.
		list[i] = o.GetManagedFields()[len(list)]
		o.SetManagedFields(list)
	}
	s.hand(o)
}

// reported notes that the controllers or the kubelet wrote the status of o.
func (s *stage) reported(o object, manager string) {
	s.wrote(o, manager, metav1.ManagedFieldsOperationUpdate, "status", "status")
}

// hand gives o the next resourceVersion and notes it for the target.
func (s *stage) hand(o object) {
	s.version += 1 + int(number("version", s.version)%9)
	o.SetResourceVersion(strconv.Itoa(s.version))
	if !slices.Contains(s.put, o) {
		s.put = append(s.put, o)
	}
}

// create admits o to the cluster. Its uid is one that no object of its name had before.
func (s *stage) create(o object, manager string) {
	s.identify(o)
	s.setDefaults(o)
	s.wrote(o, manager, metav1.ManagedFieldsOperationUpdate, "", "spec", "data", "rules", "subjects", "roleRef", "report")
	s.all[refOf(o)] = o
}

func (s *stage) identify(o object) {
	o.SetUID(uuid(fmt.Sprint(refOf(o), s.version)))
	o.SetCreationTimestamp(s.time())
}

// remove takes an object out of the cluster.
func (s *stage) remove(o object) {
	s.drop = append(s.drop, refOf(o))
	delete(s.all, refOf(o))
}

// restore brings back what the play has changed or removed as it was, in a newer version. Its times are the old ones:
// since when something is so is part of a finding, and a loop ends as it began.
func (s *stage) restore(kind, namespace, name string) {
	ref := model.KindByName(kind).Ref(namespace, name)
	first := s.first[ref].DeepCopyObject().(object)
	o := s.all[ref]
	if o == nil {
		o = first
		s.all[ref] = o
	} else {
		// Others point to it.
		reflect.ValueOf(o).Elem().Set(reflect.ValueOf(first).Elem())
	}
	s.hand(o)
}

// leave takes a pod out of the cluster. A pod of the start may come back, and its address waits for it.
func (s *stage) leave(p *corev1.Pod) {
	if p.Spec.NodeName != "" {
		s.machine(p.Spec.NodeName).release(p, s.first[refOf(p)] != nil)
	}
	s.pods = slices.DeleteFunc(s.pods, func(o *corev1.Pod) bool { return o == p })
	s.remove(p)
}
