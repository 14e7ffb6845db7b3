package undo

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// own lists the fields of metadata that the server writes by itself.
func own() []string {
	return []string{"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink",
		"deletionTimestamp", "deletionGracePeriodSeconds"}
}

// recorded lists annotations in which controllers write down what they did; whoever makes an object anew leaves them out.
func recorded() []string {
	return []string{"deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation",
		"pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"}
}

// Strip gives a copy of an object as one would create it again: without its status, what the server writes into metadata
// and what controllers note there, the node that the scheduler chose, the containers that somebody debugged a pod with, which
// no pod can be created with, and the selector that is made for a Job. Owner references and finalizers stay, but for those of
// a deletion that is under way. Nil stays nil.
func Strip(u *unstructured.Unstructured) *unstructured.Unstructured {
	if u == nil {
		return nil
	}
	u = u.DeepCopy()
	unmanaged := fromServer(u)
	settle(u.Object)
	for _, f := range own() {
		unstructured.RemoveNestedField(u.Object, "metadata", f)
	}
	drop(u.Object, "annotations", recorded()...)
	stripFinalizers(u)
	switch u.GroupVersionKind().GroupKind().String() {
	case "Pod":
		unstructured.RemoveNestedField(u.Object, "spec", "ephemeralContainers")
		if unmanaged.bound {
			unstructured.RemoveNestedField(u.Object, "spec", "nodeName")
			drop(u.Object, "labels", unmanaged.labels...)
		}
	case "Job.batch":
		stripJob(u.Object)
	}
	return u
}

// settle removes the status and what is no state at all.
func settle(o map[string]any) {
	delete(o, "status")
	unstructured.RemoveNestedField(o, "metadata", "managedFields")
}

// stripFinalizers takes out those by which the server carries out a deletion.
func stripFinalizers(u *unstructured.Unstructured) {
	list := u.GetFinalizers()
	kept := make([]string, 0, len(list))
	for _, f := range list {
		if f != "foregroundDeletion" && f != "orphan" {
			kept = append(kept, f)
		}
	}
	switch {
	case len(list) == len(kept):
	case len(kept) == 0:
		unstructured.RemoveNestedField(u.Object, "metadata", "finalizers")
	default:
		u.SetFinalizers(kept)
	}
}

// stripJob takes out the selector and the labels that the server makes from the uid: a Job that names those of another is
// refused. See pkg/registry/batch/job/strategy.go, generateSelector.
func stripJob(o map[string]any) {
	if manual, _, _ := unstructured.NestedBool(o, "spec", "manualSelector"); manual {
		return
	}
	unstructured.RemoveNestedField(o, "spec", "selector")
	labels := []string{"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"}
	drop(o, "labels", labels...)
	if spec, ok := o["spec"].(map[string]any); ok {
		if template, ok := spec["template"].(map[string]any); ok {
			drop(template, "labels", labels...)
		}
	}
}

// drop removes keys of a map in the metadata, and the map with the last of them.
func drop(o map[string]any, field string, keys ...string) {
	meta, _ := o["metadata"].(map[string]any)
	m, _ := meta[field].(map[string]any)
	if len(m) == 0 {
		return
	}
	for _, k := range keys {
		delete(m, k)
	}
	if len(m) == 0 {
		delete(meta, field)
	}
}

// binding is what became of a pod when it got its node.
type binding struct {
	bound bool
	// labels are those that the API server took from the node; see plugin/pkg/admission/podtopologylabels.
	labels []string
}

// fromServer tells what of a pod came with its node and from nobody else. It has to be asked while managedFields are there.
func fromServer(u *unstructured.Unstructured) binding {
	b := binding{bound: u.GetKind() == "Pod" && !manages(u, "f:spec", "f:nodeName")}
	for _, key := range []string{"topology.kubernetes.io/zone", "topology.kubernetes.io/region"} {
		if !manages(u, "f:metadata", "f:labels", "f:"+key) {
			b.labels = append(b.labels, key)
		}
	}
	return b
}

// manages tells whether somebody wrote a field, by managedFields. A pod is bound to its node without leaving a trace there.
func manages(u *unstructured.Unstructured, path ...string) bool {
	meta, _ := u.Object["metadata"].(map[string]any)
	list, _ := meta["managedFields"].([]any)
	for _, e := range list {
		entry, _ := e.(map[string]any)
		fields, _ := entry["fieldsV1"].(map[string]any)
		for _, f := range path[:len(path)-1] {
			fields, _ = fields[f].(map[string]any)
		}
		if _, ok := fields[path[len(path)-1]]; ok {
			return true
		}
	}
	return false
}
