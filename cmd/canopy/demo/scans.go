package demo

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// fileReports gives each VulnerabilityReport the owner that trivy-operator
// would. The manifests name a Deployment, since only the cluster knows the
// name of its ReplicaSet, which is what the operator files under.
func (c *cluster) fileReports() {
	type name struct{ kind, namespace, name string }
	owners := map[name]object{}
	sets := map[name]object{}
	for _, o := range c.objects {
		kind := o.GetObjectKind().GroupVersionKind().Kind
		owners[name{kind, o.GetNamespace(), o.GetName()}] = o
		if kind == "ReplicaSet" {
			sets[name{"Deployment", o.GetNamespace(), o.GetOwnerReferences()[0].Name}] = o
		}
	}
	each(c, func(r *unstructured.Unstructured) {
		if r.GetKind() != "VulnerabilityReport" {
			return
		}
		l := r.GetLabels()
		scanned := name{l["trivy-operator.resource.kind"], l["trivy-operator.resource.namespace"], l["trivy-operator.resource.name"]}
		owner := owners[scanned]
		if rs := sets[scanned]; rs != nil {
			owner = rs
		}
		fileUnder(r, owner)
	})
}

// fileUnder gives a report its owner, and where that is a ReplicaSet the name
// that comes of it.
func fileUnder(r *unstructured.Unstructured, owner object) {
	if rs, ok := owner.(*appsv1.ReplicaSet); ok {
		l := r.GetLabels()
		l["trivy-operator.resource.kind"], l["trivy-operator.resource.name"] = "ReplicaSet", rs.Name
		r.SetLabels(l)
		r.SetName(strings.Join([]string{"replicaset", rs.Name, l["trivy-operator.container.name"]}, "-"))
		r.SetUID(uid(r))
	}
	ref := *metav1.NewControllerRef(owner, owner.GetObjectKind().GroupVersionKind())
	ref.BlockOwnerDeletion = new(false)
	r.SetOwnerReferences([]metav1.OwnerReference{ref})
}
