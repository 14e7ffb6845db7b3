package demo

import (
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model/inorder"
)

// at is a moment of the demo's past, moved along with its clock.
func (c *cluster) at(year int, month time.Month, day, hour, minute int) time.Time {
	return time.Date(year, month, day, hour, minute, 0, 0, time.UTC).Add(c.shift)
}

// founded is when kubeadm made the cluster.
func (c *cluster) founded() time.Time { return c.at(2024, time.February, 12, 8, 14) }

// stamp gives o what the API server gives every object. Times that the
// manifests do not tell are spread over the life of the namespace.
func (c *cluster) stamp(o object, created time.Time) {
	o.SetUID(uid(o))
	if created.IsZero() {
		created = o.GetCreationTimestamp().Time
	}
	told := !created.IsZero()
	if !told {
		created = c.birth(o)
	}
	o.SetCreationTimestamp(metav1.NewTime(created.UTC().Truncate(time.Second)))
	changed := created
	if !told && o.GetNamespace() != metav1.NamespaceSystem {
		changed = c.change(o, created)
	}
	manager, operation := manager(o)
	own(o, manager, operation, "", changed, "spec", "data", "stringData", "rules", "subjects", "roleRef", "report")
}

func (c *cluster) birth(o object) time.Time {
	n := number("birth", o.GetObjectKind().GroupVersionKind().Kind, o.GetNamespace(), o.GetName())
	first := c.founded()
	if isStock(o) || o.GetNamespace() == metav1.NamespaceSystem || o.GetNamespace() == metav1.NamespacePublic {
		return first.Add(time.Duration(n%90) * time.Second)
	}
	if ns, ok := c.born[o.GetNamespace()]; ok {
		first = ns
	}
	// The last of them came sixty days ago.
	span := c.at(2026, time.September, 24, 12, 0).Sub(first)
	return first.Add(time.Duration(n % uint64(span)))
}

// change is the last edit of an object that its owners keep up to date.
func (c *cluster) change(o object, created time.Time) time.Time {
	switch o.(type) {
	case *appsv1.Deployment, *appsv1.StatefulSet, *appsv1.DaemonSet, *corev1.Secret, *corev1.ConfigMap:
		n := number("change", o.GetNamespace(), o.GetName())
		if at := c.now.Add(-24*time.Hour - time.Duration(n%uint64(44*24*time.Hour))); at.After(created) {
			return at
		}
	}
	return created
}

func isStock(o object) bool { return o.GetLabels()["kubernetes.io/bootstrapping"] != "" }

func manager(o object) (string, metav1.ManagedFieldsOperationType) {
	switch {
	case isStock(o):
		return "kube-apiserver", metav1.ManagedFieldsOperationUpdate
	case len(o.GetOwnerReferences()) > 0:
		return "kube-controller-manager", metav1.ManagedFieldsOperationUpdate
	case o.GetObjectKind().GroupVersionKind().Kind == "VulnerabilityReport":
		return "trivy-operator", metav1.ManagedFieldsOperationUpdate
	case o.GetNamespace() == metav1.NamespaceSystem:
		return "kubeadm", metav1.ManagedFieldsOperationUpdate
	case o.GetNamespace() == "legacy":
		return "kubectl-client-side-apply", metav1.ManagedFieldsOperationUpdate
	}
	return "kubectl", metav1.ManagedFieldsOperationApply
}

// number gives resource versions in the order of the last change, as one etcd
// would have counted them.
func (c *cluster) number() {
	order := slices.Clone(c.objects)
	last := func(o object) time.Time {
		t := o.GetCreationTimestamp().Time
		for _, m := range o.GetManagedFields() {
			if m.Time.After(t) {
				t = m.Time.Time
			}
		}
		return t
	}
	inorder.SortStable(order, func(a, b object) int { return last(a).Compare(last(b)) })
	c.version = 200
	for _, o := range order {
		c.version += 1 + int(number("version", o.GetUID())%900)
		o.SetResourceVersion(strconv.Itoa(c.version))
	}
}
