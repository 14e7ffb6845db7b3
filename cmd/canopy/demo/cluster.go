// Package demo holds jungle, the cluster that Canopy shows when it has none:
// authored manifests, and a generator that adds what the controllers, the
// kubelets and the API server of a running cluster would have added.
package demo

import (
	"cmp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model/inorder"
)

// Start is the moment at which the demo's clock begins.
var Start = time.Date(2026, time.November, 23, 14, 0, 0, 0, time.UTC)

// object is what every member of the cluster is, typed or not.
type object interface {
	runtime.Object
	metav1.Object
}

// Objects returns every object of the cluster as it stands at now, sorted by
// API group, kind, namespace and name. Built-in kinds are typed, others are
// *unstructured.Unstructured. Equal times give equal bytes; ages do not depend
// on now, so that findings resting on age hold whenever the demo is opened.
func Objects(now time.Time) ([]runtime.Object, error) {
	j, err := New(now)
	if err != nil {
		return nil, err
	}
	return j.Objects(), nil
}

// Jungle is the cluster as it was generated, for a Player to live on in. What
// the Player does changes the objects in place.
type Jungle struct {
	cluster *cluster
	objects []runtime.Object
}

// Objects returns the objects as the function of that name does.
func (j *Jungle) Objects() []runtime.Object { return j.objects }

// New generates the cluster as it stands at now.
func New(now time.Time) (*Jungle, error) {
	now = now.UTC().Truncate(time.Second)
	objects, err := authored(now.Sub(Start))
	if err != nil {
		return nil, err
	}
	c := newCluster(now)
	for _, o := range objects {
		c.add(o, time.Time{})
	}
	c.stock()
	c.settle()
	c.schedule()
	c.observe()
	return &Jungle{cluster: c, objects: c.sorted()}, nil
}

// cluster is the state that the generator works on.
type cluster struct {
	now     time.Time
	shift   time.Duration
	objects []object
	nodes   []*machine
	pods    []*corev1.Pod
	waiting []*corev1.Pod
	limits  map[string]*corev1.LimitRange
	token   map[types.NamespacedName]bool
	born    map[string]time.Time // by namespace
	version int                  // the newest resourceVersion
}

func newCluster(now time.Time) *cluster {
	return &cluster{
		now:    now,
		shift:  now.Sub(Start),
		limits: map[string]*corev1.LimitRange{},
		token:  map[types.NamespacedName]bool{},
		born:   map[string]time.Time{},
	}
}

// add admits o to the cluster: identity, times, and the server's defaults. A
// zero created takes what the manifest says, else a believable date.
func (c *cluster) add(o object, created time.Time) {
	c.stamp(o, created)
	c.setDefaults(o)
	c.objects = append(c.objects, o)
}

// each calls f on the objects of one type, those added meanwhile left out.
func each[T object](c *cluster, f func(T)) {
	for _, o := range slices.Clone(c.objects) {
		if t, ok := o.(T); ok {
			f(t)
		}
	}
}

func (c *cluster) sorted() []runtime.Object {
	inorder.Sort(c.objects, func(a, b object) int {
		x, y := a.GetObjectKind().GroupVersionKind(), b.GetObjectKind().GroupVersionKind()
		return cmp.Or(strings.Compare(x.Group, y.Group), strings.Compare(x.Kind, y.Kind),
			strings.Compare(a.GetNamespace(), b.GetNamespace()), strings.Compare(a.GetName(), b.GetName()))
	})
	c.number()
	out := make([]runtime.Object, len(c.objects))
	for i, o := range c.objects {
		out[i] = o
	}
	return out
}

func typeMeta(gv schema.GroupVersion, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: gv.String(), Kind: kind}
}

func controlledBy(o object) []metav1.OwnerReference {
	return []metav1.OwnerReference{*metav1.NewControllerRef(o, o.GetObjectKind().GroupVersionKind())}
}
